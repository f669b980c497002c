"""Export of assessment rows beside the writer alone on rows that are ready in memory."""

import resource
from io import BytesIO

from benchmarks.place import assess, database, people, quarters, seconds
from excel.export import WRITERS, export, rows_of
from excel.sheets import ASSESSMENTS
from excel.template import template
from excel.validate import Context


def run():
    """[(name, seconds, floor's seconds)] of 48,000 assessments, and of a template for 6,000 people."""
    with database():
        everybody, periods = people(6_000), quarters(8)
        assess(everybody, periods)
        rows = list(rows_of(ASSESSMENTS))
        lines = [_measure(kind, rows) for kind in WRITERS]
        ready = [row for row in rows if row[2] == periods[-1].code]
        floor = seconds(lambda: WRITERS["xlsx"](ASSESSMENTS, ready, BytesIO()))
        took = seconds(lambda: template(ASSESSMENTS, BytesIO(), Context(None, periods[-1])))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [*lines, (f"template, 6,000 people (peak of all: {peak:.0f} MiB)", took, floor)]


def _measure(kind, rows):
    floor = seconds(lambda: WRITERS[kind](ASSESSMENTS, rows, BytesIO()))
    return f"export, 48,000 rows, .{kind}", seconds(lambda: export(ASSESSMENTS, BytesIO(), kind=kind)), floor
