"""The worked examples of the domain, by kind."""

import csv
import json
from pathlib import Path


def cases(kind):
    """(inputs, expected) of each case of a kind in domain_cases.csv."""
    with open(Path(__file__).parent / "domain_cases.csv", encoding="utf-8", newline="") as file:
        return [
            (json.loads(row["inputs_json"]), json.loads(row["expected_json"]))
            for row in csv.DictReader(file)
            if row["kind"] == kind
        ]
