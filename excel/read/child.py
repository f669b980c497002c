"""The guarded child process that opens a workbook: bytes in, JSON lines out, ending in "end".

`python -I child.py [SCRIPT]` imports nothing of ours. A hostile file can at worst end this process: its
memory and time are limited, and the parent reads plain JSON. A SCRIPT is run within the same limits instead.
"""

import json
import re
import runpy
import sys
import zipfile
from io import BytesIO
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

MEMORY, SECONDS = 1 << 30, 20
ROWS, COLUMNS, CELLS = 200_000, 200, 6_000_000
LETTERS = 48 << 20  # that the parent may get: repeated texts make a small file large
CHUNK = 1_000
VERSIONS = "_kinerja"  # the hidden page that tells the versions of a template's rows
HEADROOM = 100  # rows of letterhead above the header, over the limit of data rows

# No pattern may look ahead over other tags: a hostile file would make it count for ever.
TAG = re.compile(rb"<(?:\w+:)?(row|c|f)\b([^<>]*)>")
END = re.compile(rb"</(?:\w+:)?c>")
VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)(?:\s[^<>]*)?>[^<]")
MARKS = (b't="e"', b"<f>", b"<f ", b"<f/", b":f>", b":f ")  # without these no cell can be faulty: most files
PLACE = re.compile(rb'\br="([A-Z]*)(\d+)"')


class Output:
    """Writes JSON lines to the parent; a file that would fill too many ends here."""

    left = LETTERS

    def __call__(self, value):
        line = json.dumps(value, default=_as_json, ensure_ascii=False)
        self.left -= len(line)
        if self.left < 0:
            sys.stdout.write('{"error": "heavy"}\n"end"\n')
            sys.stdout.flush()
            sys.exit(0)
        sys.stdout.write(line + "\n")


say = Output()


def _as_json(value):
    """Dates go as [ISO text], whatever else JSON does not know as text."""
    return [value.isoformat()] if hasattr(value, "year") else str(value)


def main():
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")
    data = sys.stdin.buffer.read()
    try:
        parts = zipfile.ZipFile(BytesIO(data)) if zipfile.is_zipfile(BytesIO(data)) else None
        if parts and _errors_in_ods(parts):
            say({"error": "errors"})
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        for sheet in book.sheets_metadata:
            if sheet.visible is SheetVisibleEnum.Visible or sheet.name == VERSIONS:
                _say_sheet(book.get_sheet_by_name(sheet.name), sheet.name, parts)
    except PasswordError:
        say({"error": "password"})
    except CalamineError:
        say({"error": "broken"})
    say("end")


def _errors_in_ods(parts):
    """Whether an .ods shows an error anywhere: its cells are not numbered, so the file is refused."""
    return "content.xml" in parts.namelist() and b'value-type="error"' in parts.read("content.xml")


def _say_sheet(sheet, name, parts):
    """One visible sheet: its name, the cells that have no value to take, its rows."""
    if sheet.total_height > ROWS + HEADROOM:
        return say({"error": "rows"})
    if sheet.total_width > COLUMNS:
        return say({"error": "columns"})
    if sheet.total_height * sheet.total_width > CELLS:
        return say({"error": "heavy"})
    say({"sheet": name, "faults": faults(parts, name)})
    rows = sheet.to_python(skip_empty_area=False)
    for start in range(0, len(rows), CHUNK):
        say(rows[start : start + CHUNK])


def faults(parts, name):
    """[row, column, kind] of the cells with an error, or with a formula that was never computed.

    calamine gives both as blank, and a blank would leave what is stored.
    """
    path = parts and _path_of(parts, name)
    return list(_faulty(parts.read(path))) if path and _may_be_faulty(parts, path) else []


def _may_be_faulty(book, path):
    """Whether any cell may be faulty, found without holding the whole of a large sheet."""
    with book.open(path) as xml:
        tail = b""
        while chunk := xml.read(1 << 20):
            if any(mark in tail + chunk for mark in MARKS):
                return True
            tail = chunk[-8:]
    return False


def _path_of(book, name):
    """Where the workbook keeps the XML of a sheet; None for an .ods."""
    names = set(book.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    targets = {
        link.get("Id"): link.get("Target")
        for link in ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - in the guarded child
    }
    for node in ElementTree.fromstring(book.read("xl/workbook.xml")).iter():  # noqa: S314 - in the guarded child
        if node.tag.endswith("}sheet") and node.get("name") == name:
            link = next((v for k, v in node.attrib.items() if k.endswith("}id")), None)
            target = targets.get(link, "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return path if path in names else None
    return None


def _faulty(xml):
    row, column, typed = -1, -1, b""
    for found in TAG.finditer(xml):
        tag, attributes = found.groups()
        place = PLACE.search(attributes)
        if tag == b"row":
            row, column = int(place[2]) - 1 if place else row + 1, -1
        elif tag == b"c":
            column, typed = _number(place[1]) if place else column + 1, attributes
            if b't="e"' in attributes:
                yield row, column, "error"
        elif not any(mark in typed for mark in (b't="e"', b't="str"')):
            end = END.search(xml, found.end())
            if end is None:
                return
            if not VALUE.search(xml, found.end(), end.end()):
                yield row, column, "formula"


def _number(letters):
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def limit():
    """Cap this process's memory and time, where the system can (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


if __name__ == "__main__":
    limit()
    if sys.argv[1:]:
        runpy.run_path(sys.argv[1], run_name="__main__")
    else:
        main()
