"""How much memory a piece of work takes at most, its child processes included; knows nothing of the product."""

import re
import resource
from contextlib import contextmanager
from pathlib import Path

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@contextmanager
def peak():
    """Gives a list that afterwards holds the peak in MiB, of this process and its largest child together.

    What came before counts only where the system cannot forget it (Linux can).
    """
    if CLEAR.exists():
        CLEAR.write_text("5")
    found = []
    yield found
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if STATUS.exists():
        own = int(re.search(r"VmHWM:\s*(\d+)", STATUS.read_text())[1])
    found.append((own + child) / 1024)
