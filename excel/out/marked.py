"""The uploaded file with its errors marked, to be mended and uploaded again."""

import json
from collections import defaultdict
from io import BytesIO

from openpyxl import Workbook

from values import CONTROL

from ..read.guarded import guarded

TITLE = "Keterangan"


def marked(data, found):
    """The bytes of an .xlsx: the file of a Plan, cells in error red and explained, a last column of reasons.

    A workbook keeps its face; .csv, .xls and .ods become a plain workbook with the same rows at
    the same places. Raises parse.Unreadable where the file is too heavy to be marked.
    """
    table, rows = found.checked.table, defaultdict(list)
    for problem in found.errors:
        place = f"{problem.column}: " if problem.column else ""
        rows[problem.row].append(place + problem.message)
    titles = [str(title).strip() for title in table.titles]
    column = 1 + max(place for place, title in enumerate(titles, 1) if title)
    if TITLE in titles:  # where an earlier marking put the reasons
        column = titles.index(TITLE) + 1
    other = not data.startswith(b"PK\x03\x04") or b"xl/workbook.xml" not in data  # .csv, .xls, .ods
    order = {
        "page": "" if other else table.page, "header": table.header, "title": TITLE,
        "column": column, "cells": [(p.cell, CONTROL.sub("", p.message)) for p in found.errors if p.cell],
        "rows": [(number, CONTROL.sub("", "; ".join(texts))) for number, texts in rows.items()],
    }  # fmt: skip
    book = _as_workbook(table) if other else data
    return guarded(json.dumps(order).encode() + b"\n" + book, "mark")


def _as_workbook(table):
    """The rows of a table as a workbook, text always text."""
    book, out = Workbook(), BytesIO()
    for number, row in ((table.header, table.titles), *table.rows.items()):
        for place, value in enumerate(row, 1):
            if value != "":
                is_number = isinstance(value, int | float)
                cell = book.active.cell(number, place, value if is_number else CONTROL.sub("", str(value)))
                cell.data_type = "n" if is_number else "s"
    book.save(out)
    return out.getvalue()
