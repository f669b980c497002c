"""From the bytes of a file to a table of raw cells under known headers."""

import csv
import io
import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from openpyxl.utils import get_column_letter

from values import N_

from ..versions import PAGE, read_versions
from .child import CELLS, COLUMNS, ROWS
from .guarded import guarded, inspect, refusal
from .header import LETTERHEAD, Unmapped, Unreadable, best_header, recognise, without_notes

LARGEST = 50 << 20  # bytes of a file
ESCAPED = re.compile(r"'+[=+\-@\t\r]")  # what our CSV export puts an apostrophe before


@dataclass(frozen=True)
class Fault:
    """A cell that shows something but has no value to take: an error, or a formula not computed."""

    kind: str

    def __str__(self):
        return "#N/A" if self.kind == "error" else "="


@dataclass
class Table:
    """A sheet's rows as they stand in the file.

    `places` maps columns of the Sheet to positions; `numbers[i]` is the Excel row of `rows[i]`;
    all rows are equally wide; empty rows are left out; `unknown` are headers we do not know. `page`
    is the sheet's name in the workbook (empty in a .csv), `titles` the row at Excel row `header`; `guessed`
    are {title: column} taken by a synonym or near miss, `notes` the rows left out below the table; `versions` those of
    the rows that the file was made from (None: it does not say); `skipped` (number, row) pairs set apart.
    """

    places: dict
    numbers: list
    rows: list
    unknown: list = field(default_factory=list)
    page: str = ""
    header: int = 1
    titles: list = field(default_factory=list)
    guessed: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    versions: dict | None = None
    skipped: list = field(default_factory=list)

    @property
    def sample(self):
        """The first rows, to show what a column holds."""
        return self.rows[:3]

    def cells(self, column):
        place = self.places[column]
        return [row[place] for row in self.rows]

    def address(self, column, number):
        """A cell as Excel calls it, like F324; empty where the file lacks the column."""
        place = self.places.get(column)
        return "" if place is None else f"{get_column_letter(place + 1)}{number}"


def parse(data, sheet, learnt=None):
    """The Table of a file (.xlsx, .xlsm, .xls, .ods or .csv, told by its content) for a Sheet.

    `learnt` is what people said of titles that we did not know, {title: header}. Raises Unreadable,
    and Unmapped where a needed column was not recognised. Source: DESIGN, Contracts, Sheets; TRAPS, Workbooks.
    """
    learnt = learnt or {}
    if len(data) > LARGEST:
        raise Unreadable(N_("Berkas lebih besar dari 50 MB; bagi menjadi beberapa berkas"))
    if data.startswith(b"PK\x03\x04"):
        inspect(data)
    elif not data.startswith(b"\xd0\xcf\x11\xe0"):
        return _table(_csv(data, sheet, learnt), sheet, learnt)
    elif "EncryptedPackage".encode("utf-16-le") in data:
        raise refusal("password")
    return _table(_workbook(data), sheet, learnt)


# ------------------------------------------------------------------ reading


def _workbook(data):
    """(rows, name) of the visible sheets of a workbook, read by the guarded child."""
    answer, pages = guarded(data), []
    if not answer.endswith(b'"end"\n'):
        raise refusal("broken")
    for line in map(json.loads, io.BytesIO(answer)):
        if isinstance(line, list):
            pages[-1][0].extend(line)
        elif line == "end":
            break
        elif "error" in line:
            raise refusal(line["error"])
        else:
            pages.append(([], line["faults"], line["sheet"]))
    return [(_dated(rows, faults), name) for rows, faults, name in pages]


def _dated(rows, faults):
    """Dates, which the child writes as [ISO text], and cells without a value in their places."""
    for row in rows:
        for place, value in enumerate(row):
            if value.__class__ is list:
                row[place] = datetime.fromisoformat(value[0])
    for number, place, kind in faults:
        if number < len(rows) and place < len(rows[number]):
            rows[number][place] = Fault(kind)
    return rows


def _csv(data, sheet, learnt):
    """The one page of a text file, by the delimiter whose first lines show the best header."""
    text, heads = _decoded(data), []

    def lines(delimiter, most):
        return [*islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), most)]

    for delimiter in ",;\t":
        with suppress(csv.Error):
            heads.append((lines(delimiter, LETTERHEAD), delimiter))
    try:
        rows = lines(best_header(heads, sheet, learnt)[2], ROWS + LETTERHEAD + 1)
    except csv.Error:
        raise refusal("broken") from None
    width = min(max(map(len, rows), default=0), COLUMNS + 1)
    if len(rows) > ROWS + LETTERHEAD:
        raise refusal("rows")
    if len(rows) * width > CELLS:
        raise refusal("heavy")
    for place, row in enumerate(rows):
        texts = [t[1:] if t[:1] == "'" and ESCAPED.match(t) else t for t in row[:width]]
        rows[place] = texts + [""] * (width - len(texts))
    return [(rows, "")]


def _decoded(data):
    if data.lstrip()[:1] == b"<":
        raise Unreadable(N_("Berkas ini halaman web yang dinamai Excel; buka lalu simpan sebagai .xlsx"))
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if "\0" not in text:
                return text
    raise Unreadable(N_("Berkas bukan Excel dan bukan CSV; simpan sebagai .xlsx lalu unggah lagi"))


# ------------------------------------------------------------------ the rows


def _table(pages, sheet, learnt):
    """The rows under the best header of all pages that hold anything in a known column."""
    hidden = next((rows for rows, name in pages if name == PAGE), ())
    rows, place, name = best_header([page for page in pages if page[1] != PAGE], sheet, learnt)
    titles, start = rows[place], place + 1
    if len(titles) > COLUMNS:
        raise refusal("columns")
    places, unknown, guessed = recognise(titles, sheet, learnt)
    lacking = [c.header for c in sheet.columns if c.needed and c not in places]
    for columns in ([sheet.by_name[name] for name in names] for names in sheet.either):
        if not places.keys() & {*columns}:
            lacking.append(" / ".join(column.header for column in columns))
    if lacking:
        words = N_("Kolom %(headers)s tidak ada; tambahkan atau pakai templat")
        raise Unmapped(words, titles, rows[start : start + 3], places, headers=", ".join(lacking))
    numbers, kept = _filled(rows, start, [*places.values()])
    if len(kept) > ROWS:
        raise refusal("rows")
    numbers, kept, notes = without_notes(numbers, kept, places, titles, sheet)
    if not kept:
        raise Unreadable(N_("Tidak ada baris data di bawah judul kolom"))
    versions = read_versions(hidden, sheet)
    return Table(places, numbers, kept, unknown, name, start, titles, guessed, notes, versions)


def _filled(rows, start, wanted):
    """(Excel row numbers, rows) below the header that hold anything in these places."""
    numbers, kept = [], []
    for number, row in enumerate(rows[start:], start + 1):
        for place in wanted:
            value = row[place]
            if value != "" and (value.__class__ is not str or not value.isspace()):
                numbers.append(number)
                kept.append(row)
                break
    return numbers, kept
