"""Scripts of ours that open what strangers made, in a process of their own."""

import subprocess
import sys
from pathlib import Path

from .archive import refusal

CHILD = Path(__file__).with_name("child.py")
WAIT = 30  # seconds


def guarded(data, *script):
    """What the guarded child (or a script that it runs) makes of bytes; raises Unreadable where it fails."""
    command = [sys.executable, "-I", str(CHILD), *map(str, script)]
    try:
        child = subprocess.run(command, input=data, capture_output=True, timeout=WAIT, check=False)  # noqa: S603 - our own script
    except subprocess.TimeoutExpired:
        raise refusal("heavy") from None
    if child.returncode:
        raise refusal("heavy" if child.returncode < 0 else "broken")
    return child.stdout
