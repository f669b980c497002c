"""From the bytes of a file to a table of raw cells: its pages, the header by names, and the rows under it."""

import csv
import io
import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from itertools import islice

from values import N_, Invalid, as_text, clean_key, compare_key

from .child import CELLS, COLUMNS, ROWS, VERSIONS
from .guarded import Unreadable, ending, guarded, inspect, refusal

LARGEST = 50 << 20  # bytes of a file
LETTERHEAD = 40  # rows above the header, at most
NEAR = 0.86  # how alike two titles are, from 0 to 1, to be taken for one
ESCAPED = re.compile(r"'+[=+\-@\t\r]")  # what our CSV export puts an apostrophe before
NOTE = re.compile(r"[*(]*(catatan|ket|keterangan|jumlah|total|rata|mengetahui|sumber)\b|[*(]", re.IGNORECASE)
NUMBERED = re.compile(r"\(?(\d{1,3})\)?")


class Fault(str):
    """A cell that shows something but has no value to take: #N/A (an error), or = (a formula not computed)."""


@dataclass
class RawTable:
    """A sheet's rows as they stand in the file.

    `places` maps columns of the Sheet to positions; `unknown` are headers we do not know, `guessed` {title: column}
    those taken by a synonym or near miss; `titles` is the row at Excel row `header` of the `page` of that name (empty
    in a .csv). `rows` maps Excel's numbers to cells, all rows equally wide, without empty ones; `notes` were left out
    below the table, `skipped` set apart. `versions` are those of the rows that the file was made from (None: it does not say).
    """

    places: dict
    unknown: list
    guessed: dict
    titles: list
    header: int
    page: str
    rows: dict
    versions: dict | None = None
    notes: list = field(default_factory=list)
    skipped: dict = field(default_factory=dict)

    def cells(self, column):
        place = self.places[column]
        return [row[place] for row in self.rows.values()]

    def address(self, column, number):
        """A cell as Excel calls it, like F324; empty where the file lacks the column."""
        from openpyxl.utils import get_column_letter  # slow to begin

        place = self.places.get(column)
        return "" if place is None else f"{get_column_letter(place + 1)}{number}"


class Unmapped(Unreadable):
    """A needed column was not recognised; the first rows of `table` let a person say which it is."""

    def __init__(self, template, table, **params):
        super().__init__(template, **params)
        self.table = table


def parse(data, sheet, learnt=None):
    """The RawTable of a file (.xlsx, .xlsm, .xls, .ods or .csv, known by its content) for a Sheet.

    `learnt` is what people taught us of titles that we did not know, {title: header}. Raises Unreadable,
    and Unmapped where a needed column was not recognised. Source: DESIGN, Contracts, Sheets; TRAPS, Workbooks.
    """
    learnt = learnt or {}
    if len(data) > LARGEST:
        raise Unreadable(N_("Berkas lebih besar dari 50 MB; bagi menjadi beberapa berkas"))
    pages = _csv(data, sheet, learnt) if ending(data) == "csv" else _workbook(data)
    return _table(pages, sheet, learnt)


def _workbook(data):
    """(rows, name) of the visible sheets of a workbook, read by the guarded child."""
    pages = []
    for line in io.BytesIO(guarded({"faults": inspect(data)}, data)):
        part = json.loads(line, object_hook=_decoded)
        if isinstance(part, str):
            pages.append(([], part))
        elif isinstance(part, list):
            pages[-1][0].extend(part)
        else:
            raise refusal(part["error"])
    return pages


def _decoded(part):
    """What the child says by name: a date, a cell without a value, or what is wrong with the file."""
    if "date" in part:
        return datetime.fromisoformat(part["date"])
    return Fault(part["fault"]) if "fault" in part else part


def _csv(data, sheet, learnt):
    """The one page of a text file, by the delimiter whose first lines show the best header."""
    text, heads = _text_of(data), []

    def lines(delimiter, most):
        return [*islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), most)]

    for delimiter in ",;\t":
        with suppress(csv.Error):
            heads.append((lines(delimiter, LETTERHEAD), delimiter))
    try:
        rows = lines(_best_header(heads, sheet, learnt)[2], ROWS + LETTERHEAD + 1)
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


def _text_of(data):
    if data.lstrip()[:1] == b"<":
        raise Unreadable(N_("Berkas ini halaman web yang dinamai Excel; buka lalu simpan sebagai .xlsx"))
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if "\0" not in text:
                return text
    raise Unreadable(N_("Berkas bukan Excel dan bukan CSV; simpan sebagai .xlsx lalu unggah lagi"))


def title_key(value):
    """A title as two people might write it alike: without the mark of a required column too."""
    return compare_key(as_text(value)).strip("*: ")


def nearest(text, names, likeness):
    """The name that a text nearly says, at least as alike (0 to 1), or None."""
    found = get_close_matches(text, names, 1, likeness) if 2 < len(text) < 80 else ()
    return found[0] if found else None


def _best_header(pages, sheet, learnt):
    """(rows, position of the header, name) of the page whose header says most, the first of equals.

    `pages` are (rows, name). Raises Unreadable where no page has a title that we know.
    """
    names = sheet.known.keys() | sheet.synonyms.keys() | learnt.keys()
    heads = [(rows, place, name) for rows, name in pages for place in range(min(len(rows), LETTERHEAD))]
    titles = [{title_key(value) for value in rows[place] if value != ""} for rows, place, _ in heads]
    titles = [keys if len(keys) > 1 else set() for keys in titles]
    counts = [len(keys & names) for keys in titles]
    if max(counts, default=0) < 2:  # a single title that we know may be chance
        near = [len([1 for key in keys if nearest(key, sheet.known, NEAR)]) for keys in titles]
        counts = near if max(near, default=0) > 1 else counts
    if not any(counts):
        raise Unreadable(
            N_("Baris judul kolom tidak ditemukan; pakai templat lembar ini. Kolomnya: %(headers)s"),
            headers=", ".join(c.header for c in sheet.columns),
        )
    return heads[counts.index(max(counts))]


def _recognised(titles, sheet, learnt):
    """({column: position}, titles we do not know, {title: column} that were guessed).

    A title means a column by its header, by what people taught us (`learnt`: {title: header, or
    "" to ignore it}), by a synonym, else by the nearest header that is still free. A header
    twice is refused.
    """
    texts = {place: clean_key(as_text(value)) for place, value in enumerate(titles) if value != ""}
    left = {place: title_key(text) for place, text in texts.items() if text}
    places, guessed = {}, {}
    taught = {key: sheet.known.get(compare_key(header)) for key, header in learnt.items()}
    for names in (sheet.known, taught, sheet.synonyms, None):
        names = _near_titles(left.values(), places, sheet) if names is None else names
        settled = frozenset(places)
        for place, column in [(p, names[key]) for p, key in left.items() if key in names]:
            if column in settled:
                continue
            if column in places:
                raise Unreadable(N_("Kolom %(header)s ada dua kali; hapus salah satu"), header=column.header)
            if column:
                places[column] = place
            if column and names is not sheet.known:
                guessed[texts[place]] = column
            del left[place]
    return places, [texts[place] for place in left], guessed


def _near_titles(keys, places, sheet):
    """{title: column} of the titles that nearly say a free header which no other title claims."""
    free = {key: column for key, column in sheet.known.items() if column not in places}
    pairs = [(key, free[name]) for key in keys if (name := nearest(key, free, NEAR))]
    columns = [column for _, column in pairs]
    return {key: column for key, column in pairs if columns.count(column) == 1}


def _lacking(places, sheet):
    """The headers of needed columns that a file lacks; alternatives as one."""
    lacking = [c.header for c in sheet.columns if c.needed and c not in places]
    for columns in ([sheet.by_name[name] for name in names] for names in sheet.either):
        if not places.keys() & {*columns}:
            lacking.append(" / ".join(column.header for column in columns))
    return lacking


def _table(pages, sheet, learnt):
    """The rows under the best header of all pages that hold anything in a known column."""
    hidden = next((rows for rows, name in pages if name == VERSIONS), ())
    rows, place, name = _best_header([page for page in pages if page[1] != VERSIONS], sheet, learnt)
    if len(rows[place]) > COLUMNS:
        raise refusal("columns")
    below = dict(enumerate(rows[place + 1 :], place + 2))
    known = _recognised(rows[place], sheet, learnt)
    table = RawTable(*known, rows[place], place + 1, name, below, _versions(hidden, sheet))
    if lacking := _lacking(table.places, sheet):
        words = N_("Kolom %(headers)s tidak ada; tambahkan atau pakai templat")
        raise Unmapped(words, table, headers=", ".join(lacking))
    wanted = [*table.places.values()]
    filled = {number: row for number, row in below.items() if any(str(row[p]).strip() for p in wanted)}
    if len(filled) > ROWS:
        raise refusal("rows")
    table.rows, table.notes = _without_notes(filled, table, sheet)
    if not table.rows:
        raise Unreadable(N_("Tidak ada baris data di bawah judul kolom"))
    return table


def _without_notes(rows, table, sheet):
    """(rows, numbers left out): no repeated header, no line of column numbers, no notes below."""
    numbers, notes, wanted = [*rows], [], sorted(table.places.values())
    while numbers and _ends_in_note(rows, numbers, table.places, sheet):
        notes.insert(0, numbers.pop())
    if numbers and _only_numbers([rows[numbers[0]][place] for place in wanted]):
        del numbers[0]
    first = wanted[0]
    return {n: rows[n] for n in numbers if rows[n][first] != table.titles[first]}, notes


def _only_numbers(cells):
    """Whether cells only number the columns: 1, 2, 3 or (1), (2), (3)."""
    found = [NUMBERED.fullmatch(as_text(cell).strip()) for cell in cells]
    numbers = [int(match[1]) for match in found if match]
    if not 1 < len(numbers) == len(cells) or numbers != sorted({*numbers}):
        return False
    return numbers[0] < 4 and numbers[-1] - numbers[0] < 3 * len(numbers)


def _ends_in_note(rows, numbers, places, sheet):
    """Whether the last of these rows reads like a remark, a sum or a signature below the table.

    None is a row that names what it is about, or tries to: its key reads, or is made of digits.
    """
    row, apart = rows[numbers[-1]], numbers[-1] - numbers[0] >= len(numbers) > 1  # after a blank row
    filled = [row[place] for place in sorted(places.values()) if row[place] != ""]
    if type(filled[0]) is not str or not (NOTE.match(filled[0].strip()) or (apart and len(filled) <= 2)):
        return False
    key = sheet.by_name[sheet.key[0]]
    if not key.needed:
        return any(row[places[column]] == "" for column in places if column.needed)
    value = row[places[key]]
    if type(value) is not str or value.strip()[:1].isdigit():
        return False
    try:
        return key.field.parse(value) is None
    except Invalid:
        return True


def _versions(rows, sheet):
    """{key: version} of a row, of raw cells of the very hidden page; None where it is not of this sheet or was spoilt."""
    lines = [row[0] for row in rows if row and isinstance(row[0], str)]
    try:
        head, *keys = map(json.loads, lines)
        if head != {"sheet": sheet.name}:
            return None
        return {tuple(map(str, key[:-1])): int(key[-1]) for key in keys}
    except (ValueError, TypeError, IndexError):
        return None
