"""Where a table begins and ends on a page: its header by names, synonyms and near misses, and the notes around it."""

import re
from difflib import SequenceMatcher

from values import N_, Invalid, as_text, clean_key, compare_key

LETTERHEAD = 40  # rows above the header, at most
NEAR = 0.86  # how alike two titles are, from 0 to 1, to be taken for one
NOTE = re.compile(r"[*(]*(catatan|ket|keterangan|jumlah|total|rata|mengetahui|sumber)\b|[*(]", re.IGNORECASE)
NUMBERED = re.compile(r"\(?(\d{1,3})\)?")


class Unreadable(Invalid):
    """The file as a whole cannot be taken; the message names the way out."""


class Unmapped(Unreadable):
    """A needed column was not recognised.

    `titles`, `sample` rows and the `places` found so far ({column: position}) let a person say which it is.
    """

    def __init__(self, template, titles, sample, places, **params):
        super().__init__(template, **params)
        self.titles, self.sample, self.places = titles, sample, places


def title_key(value):
    """A title as two people might write it alike: without the mark of a required column too."""
    return compare_key(as_text(value)).strip("*: ")


def best_header(pages, sheet, learnt):
    """(rows, position of the header, name) of the page whose header says most, the first of equals.

    `pages` are (rows, name). Raises Unreadable where no page has a title that we know.
    """
    names = sheet.known.keys() | sheet.synonyms.keys() | learnt.keys()
    best, score = None, 0
    for rows, name in pages:
        for place, row in enumerate(rows[:LETTERHEAD]):
            keys = {title_key(value) for value in row if value != ""}
            known = len(keys & names)
            if known > score and len(keys) > 1:
                best, score = (rows, place, name), known
    if score < 2:  # a single title that we know may be chance
        best = _nearest_header(pages, sheet) or best
    if best is None:
        raise Unreadable(
            N_("Baris judul kolom tidak ditemukan; pakai templat lembar ini. Kolomnya: %(headers)s"),
            headers=", ".join(c.header for c in sheet.columns),
        )
    return best


def _nearest_header(pages, sheet):
    """The first row in which at least two titles nearly say what we know."""
    for rows, name in pages:
        for place, row in enumerate(rows[:LETTERHEAD]):
            texts = [title_key(value) for value in row if value.__class__ is str and value != ""]
            if len([1 for text in texts if _near(text, sheet.known)]) > 1:
                return rows, place, name
    return None


def recognise(titles, sheet, learnt):
    """({column: position}, titles we do not know, {title: column} that were guessed).

    A title means a column by its header, by what people taught us (`learnt`: {title: header, or
    "" to ignore it}), by a synonym, else by the nearest header that is still free. A header
    twice is refused.
    """
    texts = {place: clean_key(as_text(value)) for place, value in enumerate(titles) if value != ""}
    left = {place: title_key(text) for place, text in texts.items() if text}
    places, guessed = {}, {}
    taught = {key: sheet.known.get(compare_key(header)) for key, header in learnt.items()}
    for names in (sheet.known, taught, sheet.synonyms):
        mine = {place: names[key] for place, key in left.items() if key in names}
        settled = frozenset(places)
        for place, column in mine.items():
            if column in settled:
                continue
            if column in places:
                raise Unreadable(N_("Kolom %(header)s ada dua kali; hapus salah satu"), header=column.header)
            if column:
                places[column] = place
            if column and names is not sheet.known:
                guessed[texts[place]] = column
            del left[place]
    for place, column in _nearest(left, places, sheet):
        places[column] = place
        guessed[texts[place]] = column
        del left[place]
    return places, [texts[place] for place in left], guessed


def _nearest(left, places, sheet):
    """(position, column) of the titles that nearly say a header which no other title claims."""
    free = {key: column for key, column in sheet.known.items() if column not in places}
    pairs = [(place, free[name]) for place, key in left.items() if (name := _near(key, free))]
    columns = [column for _, column in pairs]
    return [(place, column) for place, column in pairs if columns.count(column) == 1]


def _near(text, names):
    """The name that a text nearly says, or None."""
    rated = [(SequenceMatcher(None, text, name).ratio(), name) for name in names] if len(text) < 60 else []
    ratio, name = max(rated, default=(0, None))
    return name if ratio >= NEAR else None


def missing(places, sheet):
    """The headers of needed columns that a file lacks; alternatives as one."""
    lacking = [c.header for c in sheet.columns if c.needed and c not in places]
    return lacking + [
        " / ".join(sheet.by_name[name].header for name in names)
        for names in sheet.either
        if not any(sheet.by_name[name] in places for name in names)
    ]


# ------------------------------------------------------------------ around the rows


def without_notes(numbers, rows, places, titles, sheet):
    """(numbers, rows, numbers left out): no repeated header, no line of column numbers, no notes below."""
    wanted = sorted(places.values())
    first, head = wanted[0], titles[wanted[0]]
    again = {n for n, row in zip(numbers, rows, strict=True) if row[first] == head}
    if rows and _counts([rows[0][place] for place in wanted]):
        again.add(numbers[0])
    end = len(rows)
    while end and _is_note(rows[end - 1], wanted, places, sheet, gap=_gap(numbers, end)):
        end -= 1
    notes = numbers[end:]
    if not again:
        return numbers[:end], rows[:end], notes
    kept = [(n, row) for n, row in zip(numbers[:end], rows, strict=False) if n not in again]
    return [n for n, _ in kept], [row for _, row in kept], notes


def _gap(numbers, end):
    """Whether a blank row lies anywhere between a row and the first: notes stand apart."""
    return end > 1 and numbers[end - 1] - numbers[0] >= end


def _counts(cells):
    """Whether cells only number the columns: 1, 2, 3 or (1), (2), (3)."""
    found = [NUMBERED.fullmatch(as_text(cell).strip()) for cell in cells]
    if len(found) < 2 or not all(found):
        return False
    numbers = [int(match[1]) for match in found]
    return numbers == sorted(set(numbers)) and numbers[-1] - numbers[0] < 3 * len(numbers) and numbers[0] < 4


def _is_note(row, wanted, places, sheet, gap):
    """Whether a row below the table is a remark, a sum or a signature and no data."""
    filled = [row[place] for place in wanted if row[place] != ""]
    if not filled or not isinstance(filled[0], str) or _identified(row, places, sheet):
        return False
    return bool(NOTE.match(filled[0].strip())) or (gap and len(filled) <= 2)


def _identified(row, places, sheet):
    """Whether a row names what it is about, or tries to: its key reads, or is made of digits."""
    key = sheet.by_name[sheet.key[0]]
    if not key.needed:
        return all(row[places[column]] != "" for column in places if column.needed)
    value = row[places[key]]
    if not isinstance(value, str) or value.strip()[:1].isdigit():
        return value != ""
    try:
        return key.field.parse(value) is not None
    except Invalid:
        return False
