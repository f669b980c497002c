"""Where a table begins and ends on a page: its header by names, synonyms and near misses, and the notes around it."""

import re
from difflib import get_close_matches
from itertools import compress

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


def nearest(text, names, likeness):
    """The name that a text nearly says, at least as alike (0 to 1), or None."""
    found = get_close_matches(text, names, 1, likeness) if 2 < len(text) < 80 else ()
    return found[0] if found else None


def best_header(pages, sheet, learnt):
    """(rows, position of the header, name) of the page whose header says most, the first of equals.

    `pages` are (rows, name). Raises Unreadable where no page has a title that we know.
    """
    names = sheet.known.keys() | sheet.synonyms.keys() | learnt.keys()
    heads = [(rows, place, name) for rows, name in pages for place in range(min(len(rows), LETTERHEAD))]
    score, best = _best(heads, lambda titles: len(titles & names))
    if score < 2:  # a single title that we know may be chance
        near, head = _best(heads, lambda titles: len([1 for t in titles if nearest(t, sheet.known, NEAR)]))
        best = head if near > 1 else best
    if best is None:
        raise Unreadable(
            N_("Baris judul kolom tidak ditemukan; pakai templat lembar ini. Kolomnya: %(headers)s"),
            headers=", ".join(c.header for c in sheet.columns),
        )
    return best


def _best(heads, count):
    """(count, head) of the first row with the most titles that count; None where no row has any."""
    titles = [{title_key(value) for value in rows[place] if value != ""} for rows, place, _ in heads]
    counts = [count(keys) if len(keys) > 1 else 0 for keys in titles]
    most = max(counts, default=0)
    return most, heads[counts.index(most)] if most else None


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


# ------------------------------------------------------------------ around the rows


def without_notes(numbers, rows, places, titles, sheet):
    """(numbers, rows, numbers left out): no repeated header, no line of column numbers, no notes below."""
    wanted, end = sorted(places.values()), len(rows)
    first = wanted[0]
    again = {number for number, row in zip(numbers, rows, strict=True) if row[first] == titles[first]}
    if rows and _only_numbers([rows[0][place] for place in wanted]):
        again.add(numbers[0])
    while end:
        apart = end > 1 and numbers[end - 1] - numbers[0] >= end  # notes stand apart: there is a blank row
        if not _is_note(rows[end - 1], wanted, apart) or _identified(rows[end - 1], places, sheet):
            break
        end -= 1
    kept = [number not in again for number in numbers[:end]]
    return [*compress(numbers, kept)], [*compress(rows, kept)], numbers[end:]


def _only_numbers(cells):
    """Whether cells only number the columns: 1, 2, 3 or (1), (2), (3)."""
    found = [NUMBERED.fullmatch(as_text(cell).strip()) for cell in cells]
    if len(found) < 2 or not all(found):
        return False
    numbers = [int(match[1]) for match in found]
    return numbers == sorted(set(numbers)) and numbers[-1] - numbers[0] < 3 * len(numbers) and numbers[0] < 4


def _is_note(row, wanted, apart):
    """Whether a row below the table reads like a remark, a sum or a signature."""
    filled = [row[place] for place in wanted if row[place] != ""]
    if not filled or not isinstance(filled[0], str):
        return False
    return bool(NOTE.match(filled[0].strip())) or (apart and len(filled) <= 2)


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
