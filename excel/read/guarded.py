"""Scripts of ours that open what strangers made, in a process of their own."""

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore

from .archive import refusal

CHILD = Path(__file__).with_name("child.py")
WAIT = 30  # seconds
READING = BoundedSemaphore(2)  # of the four threads that `serve` gives a process
WAITING = BoundedSemaphore(3)  # those that read or wait for it: one thread is always left for pages


class Busy(Exception):
    """This process reads as many files at once as it may; try again shortly."""


@contextmanager
def turn():
    """Wait for the turn to read a file. Raises Busy where too many wait already."""
    if not WAITING.acquire(blocking=False):
        raise Busy()
    try:
        with READING:
            yield
    finally:
        WAITING.release()


def guarded(data, *script):
    """What the guarded child (or a script that it runs) makes of bytes. Raises Unreadable where it fails, and Busy."""
    command = [sys.executable, "-I", str(CHILD), *map(str, script)]
    try:
        with turn():
            child = subprocess.run(command, input=data, capture_output=True, timeout=WAIT, check=False)  # noqa: S603 - our own script
    except subprocess.TimeoutExpired:
        raise refusal("heavy") from None
    if child.returncode:
        raise refusal("heavy" if child.returncode < 0 else "broken")
    return child.stdout
