"""The guarded child process that marks errors in a workbook: a JSON line and bytes in, bytes out.

Run by read/child.py; it keeps styles, checks and protection of the file.
"""

import json
import sys
from copy import copy
from io import BytesIO

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill

RED = PatternFill("solid", fgColor="FFC7CE")


def main():
    order, data = sys.stdin.buffer.read().split(b"\n", 1)
    book = load_workbook(BytesIO(data))
    _mark(book, **json.loads(order))
    out = BytesIO()
    book.save(out)
    sys.stdout.buffer.write(out.getvalue())


def _mark(book, page, header, title, column, cells, rows):
    """Fill the cells in error, with a comment each, and gather each row's errors in a last column."""
    page = book[page] if page else book.active
    for area in list(page.merged_cells.ranges):  # a merged cell takes neither value nor comment
        page.unmerge_cells(str(area))
    for number in range(header + 1, page.max_row + 1):
        if page.cell(header, column).value == title:  # the reasons of an earlier marking
            page.cell(number, column).value = None
    head = page.cell(header, column, title)
    head.font, head.alignment = Font(bold=True), copy(page.cell(header, max(column - 1, 1)).alignment)
    page.column_dimensions[head.column_letter].width = 60
    for place, text in cells:
        page[place].fill = RED
        page[place].comment = Comment(text, "Kinerja", height=90, width=260)
    for number, text in rows:
        cell = page.cell(number, column)
        cell.value, cell.data_type = text, "s"
        cell.font, cell.alignment = Font(color="9C0006"), Alignment(wrap_text=True, vertical="top")


if __name__ == "__main__":
    main()
