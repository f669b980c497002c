"""From the bytes of a file to its Plan: a preview and its applying are one code."""

from ..read.edits import NOTHING, edited, lessons
from ..read.parse import parse
from .plan import plan
from .validate import validate


def read(sheet, data, context, edits=NOTHING):
    """The Checked rows of a file's bytes, with what people decided about them."""
    table = edited(parse(data, sheet, lessons(sheet) | edits.titles), edits)
    context.progress(0.2)
    return validate(sheet, table, context)


def check(sheet, data, context, edits=NOTHING):
    """The Plan of a file's bytes, written nowhere. Raises Unreadable and access.Denied."""
    return plan(sheet, read(sheet, data, context, edits), context)
