"""Export of assessment rows beside the writer alone on rows that are ready in memory."""

import tempfile
from io import BytesIO

from benchmarks.memory import peak
from benchmarks.place import assess, database, people, quarters, seconds
from capabilities.assessments import ASSESSMENTS
from excel.check.validate import Context
from excel.out.export import WRITERS, export, rows_of
from excel.out.template import template
from models import Assessment


def run():
    """[(name, seconds, floor's seconds)] of 10,000 to 100,000 assessments, and of a template for 12,500 people."""
    with database():
        everybody, periods = people(12_500), quarters(8)
        assess(everybody, periods)
        lines = [_measure(kind, count) for kind in WRITERS for count in (10_000, 48_000, 100_000)]
        floor = seconds(lambda: export(ASSESSMENTS, BytesIO(), kind="xlsx", period=periods[-1]))
        took = seconds(lambda: template(ASSESSMENTS, BytesIO(), Context(None, periods[-1])))
    return [*lines, ("template, 12,500 people, beside their export", took, floor)]


def _measure(kind, count):
    def work(out):
        first = Assessment.select().order_by(Assessment.id).limit(count)
        return export(ASSESSMENTS, out, kind=kind, query=first)

    with tempfile.TemporaryFile() as file, peak() as most:
        work(file)
    took = seconds(lambda: work(BytesIO()))
    ready = list(rows_of(ASSESSMENTS))[:count]
    floor = seconds(lambda: WRITERS[kind](ASSESSMENTS, ready, BytesIO()))
    return f"export, {count:,} rows, .{kind} ({most[0]:.0f} MiB)", took, floor
