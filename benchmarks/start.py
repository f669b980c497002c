"""How long a command takes to begin, in processor seconds; the floor is Python with peewee and click alone."""

import os
import subprocess
import sys

import serving


def cost(*args):
    """Processor seconds of a Python of its own, the least of seven runs."""
    taken = []
    for _ in range(7):
        before = os.times()
        subprocess.run([sys.executable, *args], cwd=serving.chdir, stdout=subprocess.DEVNULL, check=True)
        after = os.times()
        taken.append(sum(after[2:4]) - sum(before[2:4]))
    return min(taken)


def run():
    floor = cost("-c", "import click, peewee")
    for command in ("export", "import", "serve"):
        yield f"{command} --help", cost("admin_app.py", command, "--help"), floor
    yield "the web application", cost("-c", "import admin_app"), floor
