"""What a person decided in the review of a file: kept beside its bytes, which stay as they came."""

import json
from dataclasses import dataclass, field

import access
import audit
from database import write
from models import Setting
from values import CONTROL

MOST_LETTERS = 20_000  # letters of a corrected cell, as of the longest field
CHOICES = ("skip", "take", "ask")  # of a row
LESSONS = "titles:"  # the office's setting of what titles mean, by sheet


@dataclass
class Edits:
    """Decisions by Excel row number and header.

    `titles` {title's `title_key`: header, or "" to ignore the column}; `cells` {row: {header: text}} corrected;
    `skip` rows to leave out; `take` conflicting rows to write as the file has them. `apply` is what
    was asked of a background job ({"by": account's id, "partial"}), `note` what it has to say, `tries`
    how often it was begun.
    """

    titles: dict = field(default_factory=dict)
    cells: dict = field(default_factory=dict)
    skip: set = field(default_factory=set)
    take: set = field(default_factory=set)
    apply: dict = field(default_factory=dict)
    note: str = ""
    tries: int = 0

    @classmethod
    def of(cls, upload):
        """The decisions kept with an Upload."""
        kept = json.loads(upload.edits or "{}")
        kept["cells"] = {int(row): texts for row, texts in kept.get("cells", {}).items()}
        return cls(**kept | {name: set(kept.get(name, ())) for name in ("skip", "take")})

    def as_json(self):
        kept = vars(self) | {"skip": sorted(self.skip), "take": sorted(self.take)}
        return json.dumps({name: value for name, value in kept.items() if value}, ensure_ascii=False)

    def correct(self, row, header, text):
        """Put a text in place of a cell's value."""
        self.cells.setdefault(row, {})[header] = CONTROL.sub("", text[:MOST_LETTERS])

    def decide(self, rows, choice):
        """Skip rows, take them, or neither ("ask")."""
        self.skip.difference_update(rows)
        self.take.difference_update(rows)
        if choice != "ask":
            getattr(self, choice).update(rows)


def lessons(sheet):
    """{title: header} of what titles mean that we do not know, as the office learnt."""
    return Setting.read(None, f"{LESSONS}{sheet.name}", {})


def learn(sheet, titles, user):
    """Remember for the office what titles mean that we do not know, as the desk says."""
    known, ours = lessons(sheet), sheet.known.keys() | sheet.synonyms.keys()
    new = {title: header for title, header in titles.items() if title not in ours}
    if access.is_desk(user) and known | new != known:
        meanings = "; ".join(f"“{title}” = {header or '-'}" for title, header in new.items())
        with write():
            row = Setting.keep(None, f"{LESSONS}{sheet.name}", known | new)
            pair = {"before": known or None, "after": known | new}
            audit.event("update", Setting, f"{sheet.title}: {meanings}", user=user, key=row.id, **pair)


def edited(table, edits):
    """The RawTable with the corrected cells in place and the skipped rows set apart in `table.skipped`."""
    for column, place in table.places.items():
        for number in edits.cells.keys() & table.rows.keys():
            row = table.rows[number]
            row[place] = edits.cells[number].get(column.header, row[place])
    table.skipped = {number: table.rows.pop(number) for number in sorted(edits.skip & table.rows.keys())}
    return table
