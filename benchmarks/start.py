"""How long a command takes to begin, in processor seconds; the floor is Python with peewee and click alone."""

import subprocess
import sys

import serving
from benchmarks.processor import least


def cost(*args):
    """Processor seconds of a Python of its own, the least of seven runs."""
    command = [sys.executable, *args]
    return least(lambda: subprocess.run(command, cwd=serving.chdir, stdout=subprocess.DEVNULL, check=True), 7)


def run():
    floor = cost("-c", "import click, peewee")
    for command in ("export", "import", "serve"):
        yield f"{command} --help", cost("admin_app.py", command, "--help"), floor
    yield "the web application", cost("-c", "import admin_app"), floor
