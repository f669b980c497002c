"""The guarded child process that opens a workbook: bytes in, JSON lines out, ending in "end".

`python -I child.py` imports nothing of ours. A hostile file can at worst end this process: its memory and
time are limited, and the parent reads plain JSON. `child.py mark` takes a JSON line before the bytes, and
gives the bytes of a workbook with its errors marked.
"""

import json
import re
import sys
import zipfile
from contextlib import suppress
from copy import copy
from functools import reduce
from io import BytesIO
from xml.etree import ElementTree

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
MARKS = (b't="e"', b"<f>", b"<f ", b"<f/", b":f>", b":f ")  # without these no cell can be faulty: most files
PLACE = re.compile(rb'\br="([A-Z]*)(\d+)"')


def say(value):
    """Write a JSON line to the parent; a file that would fill too many ends here."""
    global left
    line = json.dumps(value, default=_plain, ensure_ascii=False)
    left -= len(line)
    if left < 0:
        sys.stdout.write('{"error": "heavy"}\n"end"\n')
        sys.stdout.flush()
        sys.exit(0)
    sys.stdout.write(line + "\n")


def _plain(value):
    return {"date": value.isoformat()} if hasattr(value, "year") else str(value)


def main():
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")
    data = sys.stdin.buffer.read()
    try:
        parts = zipfile.ZipFile(BytesIO(data)) if zipfile.is_zipfile(BytesIO(data)) else None
        names = parts.namelist() if parts else ()
        if "content.xml" in names and b'value-type="error"' in parts.read("content.xml"):
            say({"error": "errors"})  # the cells of an .ods are not numbered, so the file is refused
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        places = _places(parts, names)
        for sheet in book.sheets_metadata:
            if sheet.visible is SheetVisibleEnum.Visible or sheet.name == VERSIONS:
                _say_sheet(book.get_sheet_by_name(sheet.name), sheet.name, parts, places.get(sheet.name))
    except PasswordError:
        say({"error": "password"})
    except CalamineError:
        say({"error": "broken"})
    say("end")


def _places(parts, names):
    """{sheet: where the workbook keeps its XML}; nothing for an .ods."""
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= {*names}:
        return {}
    links = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - in the guarded child
    targets, found = {link.get("Id"): link.get("Target") for link in links}, {}
    for node in ElementTree.fromstring(parts.read("xl/workbook.xml")).iter():  # noqa: S314 - in the guarded child
        if node.tag.endswith("}sheet"):
            link = next((v for k, v in node.attrib.items() if k.endswith("}id")), None)
            target = targets.get(link) or ""
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            found.setdefault(node.get("name"), path if path in names else None)
    return found


def _say_sheet(sheet, name, parts, place):
    """One visible sheet: its name, then its rows; {"fault": kind} stands for a cell that has no value to take.

    Such cells show an error, or hold a formula that was never computed: calamine gives both as blank,
    and a blank would leave what is stored.
    """
    if sheet.total_height > ROWS + HEADROOM:
        return say({"error": "rows"})
    if sheet.total_width > COLUMNS:
        return say({"error": "columns"})
    if sheet.total_height * sheet.total_width > CELLS:
        return say({"error": "heavy"})
    say({"sheet": name})
    rows = sheet.to_python(skip_empty_area=False)
    for number, column, kind in _faulty(parts.read(place)) if place and _may_be_faulty(parts, place) else ():
        if number < len(rows) and column < len(rows[number]):
            rows[number][column] = {"fault": kind}
    for start in range(0, len(rows), CHUNK):
        say(rows[start : start + CHUNK])


def _may_be_faulty(book, path):
    """Whether any cell may be faulty, found without holding the whole of a large sheet."""
    with book.open(path) as xml:
        tail = b""
        while chunk := xml.read(1 << 20):
            if any(mark in tail + chunk for mark in MARKS):
                return True
            tail = chunk[-8:]
    return False


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
                yield row, column, "error"
        elif not any(mark in typed for mark in (b't="e"', b't="str"')):
            end = END.search(xml, found.end())
            if end is None:
                return
            if not VALUE.search(xml, found.end(), end.end()):
                yield row, column, "formula"


def mark():
    """Fill the cells in error, with a comment each, and gather each row's errors in a last column."""
    from openpyxl import load_workbook  # takes longer to import than most files to read
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill

    line, data = sys.stdin.buffer.read().split(b"\n", 1)
    book, out, order = load_workbook(BytesIO(data)), BytesIO(), json.loads(line)
    page, header, column = order["page"], order["header"], order["column"]
    page = book[page] if page else book.active
    for area in list(page.merged_cells.ranges):  # a merged cell takes neither value nor comment
        page.unmerge_cells(str(area))
    head = page.cell(header, column)
    for number in range(header + 1, page.max_row + 1) if head.value == order["title"] else ():
        page.cell(number, column).value = None  # the reasons of an earlier marking
    head.value, head.font = order["title"], Font(bold=True)
    head.alignment = copy(page.cell(header, max(column - 1, 1)).alignment)
    page.column_dimensions[head.column_letter].width = 60
    for place, text in order["cells"]:
        page[place].fill = PatternFill("solid", fgColor="FFC7CE")
        page[place].comment = Comment(text, "Kinerja", height=90, width=260)
    for number, text in order["rows"]:
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
    mark() if sys.argv[1:] else main()
