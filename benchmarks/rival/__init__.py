"""Import of assessments beside django-import-export at its best: `python -m benchmarks rival`.

The rival gets what its documentation offers for speed: bulk mode, cached look-ups, no diffs. It
keeps no audit trail, asks nobody's rights and compares no versions; ours does. Both read the same
file twice (preview, then apply), each in a process of its own with an empty SQLite database.
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
TIMES = 3  # the least counts: other work on the machine only ever adds


def run():
    """[(name, the rival's seconds, our seconds)]; its packages live in a venv that is thrown away."""
    with tempfile.TemporaryDirectory() as place:
        rival = _venv(Path(place) / "venv")
        return [_measure(count, rival, Path(place)) for count in (1_000, 10_000, 100_000)]


def _venv(place):
    """The Python of a new venv with the rival's packages."""
    venv.create(place, with_pip=True)
    python = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *NEEDED], check=True)
    return python


def _measure(count, rival, place):
    file = place / f"{count}.xlsx"
    ours = _best(TIMES, sys.executable, HERE / "ours.py", file, count)  # the first makes the file, too
    theirs = _best(TIMES if count < 100_000 else 1, rival, HERE / "theirs.py", file, count)
    label = f"preview and apply, {count:,} rows ({theirs['peak']:.0f} and {ours['peak']:.0f} MiB)"
    return label, theirs["seconds"], ours["seconds"]


def _best(times, python, *command):
    """The least of a few runs: {"seconds", "peak" in MiB}."""
    runs = []
    for _ in range(times):
        told = subprocess.run(
            [python, *map(str, command)], check=True, capture_output=True, text=True,
            env=os.environ | {"PYTHONPATH": str(HERE.parents[1])},
        )  # fmt: skip
        runs.append(json.loads(told.stdout.splitlines()[-1]))
    return {name: min(found[name] for found in runs) for name in runs[0]}
