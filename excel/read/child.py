"""The guarded child process that opens a workbook: a line of JSON, the task, then the workbook's bytes.

`python -I child.py` imports nothing of ours. A hostile file can at worst end this process: its memory and
time are limited, and the parent reads plain JSON: of each sheet its name, then its rows, some a line. The task
says in which parts of the archive cells may be faulty, or what to mark: then the answer is the marked workbook.
"""

import json
import re
import sys
from collections import defaultdict
from contextlib import suppress
from copy import copy
from functools import reduce
from io import BytesIO
from itertools import islice
from posixpath import join

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

MEMORY, SECONDS = 1 << 30, 20
ROWS, COLUMNS, CELLS = 200_000, 200, 6_000_000
left = 48 << 20  # letters that the parent may still get: repeated texts make a small file large
CHUNK = 1_000
VERSIONS = "_kinerja"  # the hidden page that tells the versions of a template's rows
HEADROOM = 100  # rows of letterhead above the header, over the limit of data rows

# No pattern may look ahead over other tags: a hostile file would make it count for ever.
TAG = re.compile(rb"<(?:\w+:)?(row|c|f)\b([^<>]*)>")
END = re.compile(rb"</(?:\w+:)?c>")
VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)(?:\s[^<>]*)?>[^<]")
PLACE = re.compile(rb'\br="([A-Z]*)(\d+)"')


def as_json(value):
    return {"date": value.isoformat()} if hasattr(value, "year") else str(value)


def send(value):
    """Write a JSON line to the parent; a file that would fill too many ends here."""
    global left
    line = json.dumps(value, default=as_json, ensure_ascii=False)
    left -= len(line)
    if left < 0:
        sys.stdout.write('{"error": "heavy"}\n')
        sys.exit()
    sys.stdout.write(line + "\n")


def send_book(data, faults):
    """Send the visible sheets of a workbook; `faults` are the parts in which cells may be faulty."""
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        parts = _parts(data, faults) if faults else {}
        for sheet in book.sheets_metadata:
            if sheet.visible is SheetVisibleEnum.Visible or sheet.name == VERSIONS:
                _send_sheet(book.get_sheet_by_name(sheet.name), parts.get(sheet.name, b""))
    except PasswordError:
        send({"error": "password"})
    except CalamineError:
        send({"error": "broken"})


def _parts(data, faults):
    """{sheet: its XML} of those in which cells may be faulty."""
    import zipfile  # most files have none, and these take longer to import than a small file to read
    from xml.etree import ElementTree

    book = zipfile.ZipFile(BytesIO(data))
    links = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - in the guarded child
    targets = {link.get("Id"): join("xl", link.get("Target", "")).lstrip("/") for link in links}
    places = {}
    for node in ElementTree.fromstring(book.read("xl/workbook.xml")).iter():  # noqa: S314 - in the guarded child
        if node.tag.endswith("}sheet"):
            link = next((v for k, v in node.attrib.items() if k.endswith("}id")), None)
            places.setdefault(node.get("name"), targets.get(link))
    return {sheet: book.read(place) for sheet, place in places.items() if place in faults}


def _send_sheet(sheet, xml):
    """Send the name of a sheet, then its rows; {"fault": what it shows} stands for a cell that has no value to take.

    Such cells show an error, or hold a formula that was never computed: calamine gives both as blank,
    and a blank would leave what is stored.
    """
    height, width = sheet.total_height, sheet.total_width
    over = ("rows", height > ROWS + HEADROOM), ("columns", width > COLUMNS), ("heavy", height * width > CELLS)
    for error, found in over:
        if found:
            return send({"error": error})
    send(sheet.name)
    faults, left = defaultdict(dict), [""] * (sheet.start or (0, 0))[1]
    for number, column, text in _faulty(xml):
        faults[number][column] = {"fault": text}
    rows = enumerate(left + row for row in sheet.iter_rows())  # which are cut on the left alone
    while some := list(islice(rows, CHUNK)):
        send([[faults[n].get(*cell) for cell in enumerate(row)] if n in faults else row for n, row in some])


def _faulty(xml):
    row, column, typed = -1, -1, b""
    for found in TAG.finditer(xml):
        tag, attributes = found.groups()
        place = PLACE.search(attributes)
        if tag == b"row":
            row, column = int(place[2]) - 1 if place else row + 1, -1
        elif tag == b"c":
            column, typed = column + 1, attributes
            if place:
                column = reduce(lambda number, letter: number * 26 + letter - 64, place[1], 0) - 1
            if b't="e"' in attributes:
                yield row, column, "#N/A"
        elif not any(mark in typed for mark in (b't="e"', b't="str"')):
            end = END.search(xml, found.end())
            if end is None:
                return
            if not VALUE.search(xml, found.end(), end.end()):
                yield row, column, "="


def mark(data, page, header, title, column, cells, rows):
    """Fill the cells in error, with a comment each, and gather each row's errors in a last column."""
    from openpyxl import load_workbook  # takes longer to import than most files to read
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill

    book, out = load_workbook(BytesIO(data)), BytesIO()
    page = book[page] if page else book.active
    for area in list(page.merged_cells.ranges):  # a merged cell takes neither value nor comment
        page.unmerge_cells(str(area))
    head = page.cell(header, column)
    for number in range(header + 1, page.max_row + 1) if head.value == title else ():
        page.cell(number, column).value = None  # the reasons of an earlier marking
    head.value, head.font = title, Font(bold=True)
    head.alignment = copy(page.cell(header, max(column - 1, 1)).alignment)
    page.column_dimensions[head.column_letter].width = 60
    for place, text in cells:
        page[place].fill = PatternFill("solid", fgColor="FFC7CE")
        page[place].comment = Comment(text, "Kinerja", height=90, width=260)
    for number, text in rows:
        cell = page.cell(number, column)
        cell.value, cell.data_type = text, "s"
        cell.font, cell.alignment = Font(color="9C0006"), Alignment(wrap_text=True, vertical="top")
    book.save(out)
    sys.stdout.buffer.write(out.getvalue())


if __name__ == "__main__":
    with suppress(ImportError):  # Windows caps neither memory nor time
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    task = json.loads(sys.stdin.buffer.readline())
    (send_book if "faults" in task else mark)(sys.stdin.buffer.read(), **task)
