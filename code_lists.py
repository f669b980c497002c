"""The code lists of the law, kept as CSV files in `seed_data/`."""

import csv
from functools import cache
from pathlib import Path

SEED = Path(__file__).parent / "seed_data"


@cache
def codes(name):
    """The rows of a code list in `seed_data/`, as dictionaries."""
    with open(SEED / f"{name}.csv", encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
