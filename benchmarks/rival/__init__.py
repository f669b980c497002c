"""Our jobs beside those of Django with django-import-export at its best: `python -m benchmarks rival`.

The rival gets what its documentation offers for speed: bulk mode, cached look-ups, no diffs, no log
of its admin. It keeps no audit trail and no reasons, asks nobody's rights and compares no versions;
ours does. Both get the same rows on SQLite, each job in a process of its own. Seconds are processor
time, child processes included; the least counts, for other work on the machine only ever adds.
"""

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

NEEDED = ("django==5.2.*", "django-import-export[xlsx]==4.4.*")
HERE = Path(__file__).parent
HEAD = ("rival", "ours")
TIMES = 3
COMPUTED = {
    "first": "24,000 ratings, first",
    "same": "24,000 ratings, nothing changed",
    "changed": "24,000 ratings, all changed",
}
PAGES = {
    "list": "assessment list, 100 of 48,000 rows",
    "search": "assessment list, a name searched",
    "form": "assessment edit form",
    "start": "start page of HR, ours only",
}


def run():
    """(name, the rival's seconds, our seconds) of each job; its packages live in a venv that is thrown away."""
    with tempfile.TemporaryDirectory() as place:
        rival = _venv(Path(place) / "venv")
        yield from _beside(rival, "ours_compute", "compute", COMPUTED)
        yield from _beside(rival, "ours_pages", "pages", PAGES)
        for count in (1_000, 10_000, 100_000):
            yield from _imports(count, rival, Path(place) / f"{count}.xlsx")


def _venv(place):
    """The Python of a new venv with the rival's packages."""
    venv.create(place, with_pip=True)
    python = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *NEEDED], check=True)
    return python


def _beside(rival, script, job, labels):
    ours = _best(TIMES, sys.executable, HERE / f"{script}.py")
    theirs = _best(TIMES, rival, HERE / "theirs.py", job)
    if ours.get("digest") != theirs.get("digest"):
        raise AssertionError(f"{job}: both must reach the same")
    for name, label in labels.items():
        yield label, theirs.get(name, float("nan")), ours[name]


def _imports(count, rival, file):
    ours = _best(TIMES, sys.executable, HERE / "ours.py", file, count)  # the first makes the file, too
    theirs = _best(TIMES if count < 100_000 else 1, rival, HERE / "theirs.py", "imports", file, count)
    memory = f"({theirs['peak']:.0f} and {ours['peak']:.0f} MiB)"
    yield f"preview and apply, {count:,} rows {memory}", theirs["seconds"], ours["seconds"]
    if "browser" in ours:
        yield f"preview and apply in the browser, {count:,} rows", theirs["browser"], ours["browser"]


def _best(times, python, *command):
    """The least of a few runs, figure by figure."""
    runs = []
    for _ in range(times):
        told = subprocess.run(
            [python, *map(str, command)], check=True, capture_output=True, text=True,
            env=os.environ | {"PYTHONPATH": str(HERE.parents[1])},
        )  # fmt: skip
        runs.append(json.loads(told.stdout.splitlines()[-1]))
    return {name: min(found[name] for found in runs) for name in runs[0]}
