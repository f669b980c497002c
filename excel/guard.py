"""Runs a script of this folder with its memory and time limited: `python -I guard.py SCRIPT`."""

import runpy
import sys

MEMORY, SECONDS = 1 << 30, 20


def limit():
    """Cap this process's memory and time, where the system can (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


if __name__ == "__main__":
    limit()
    runpy.run_path(sys.argv[1], run_name="__main__")
