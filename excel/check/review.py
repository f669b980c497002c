"""A plan as people review it: counts, causes, and rows of one kind a page at a time."""

import io
import json
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from database import among
from values import as_text

from ..versions import base_values

KINDS = ("wrong", "conflict", "changed", "new")  # what asks for a person's eye, in this order
FILTERS = ("all", *KINDS, "same", "skipped", "warning")
PAGE = 100  # rows of a page
CAUSES, RANGES = 200, 60  # of problems shown together; the annotated workbook has them all


@dataclass
class Entry:
    """One row: Excel's number, whom it is about, cells as (header, stored, file, base or None), what is wrong or odd."""

    row: int
    kind: str
    label: str
    edited: bool = False
    warnings: list = field(default_factory=list)
    cells: list = field(default_factory=list)
    predicate: list = field(default_factory=list)
    problems: list = field(default_factory=list)


class Review:
    """The review of a Plan under the Edits made so far."""

    def __init__(self, plan, edits):
        self.plan, self.edits = plan, edits
        self.warned = _by_row(plan.warnings)
        items = {
            "wrong": list(_by_row(plan.errors).items()), "conflict": plan.conflict, **plan.shown,
            "same": plan.equal, "skipped": plan.checked.table.skipped,
        }  # fmt: skip
        self.picked = {kind: [(kind, item) for item in found] for kind, found in items.items()}
        asking = [pair for kind in KINDS for pair in self.picked[kind]]
        self.picked["warning"] = [p for p in (*asking, *self.picked["same"]) if _row_of(p[1]) in self.warned]
        self.picked["all"] = asking

    @cached_property
    def head(self):
        """What the page says of the file as a whole, as plain values."""
        plan, table = self.plan, self.plan.checked.table
        counts = {kind: len(pairs) for kind, pairs in self.picked.items()}
        return {
            "counts": counts | {"warning": len(self.warned)},
            "rows": plan.rows, "good": sum(plan.counts.values()), "fingerprint": plan.fingerprint,
            "causes": by_cause(plan.errors)[:CAUSES], "warnings": by_cause(plan.warnings)[:CAUSES],
            "unknown": plan.unknown, "notes": ranges(table.notes),
            "guessed": [(title, column.header) for title, column in table.guessed.items()],
            "versions": bool(table.versions), "predicates": self._predicates(),
            "mangled": len({p.row for p in plan.errors if p.error.mangled and p.error.near}),
        }  # fmt: skip

    def _predicates(self):
        """{predicate code: people} that the file leads to, for the bar of its distribution."""
        lines = [line for kind in ("new", "changed", "conflict") for _, line in self.picked[kind]]
        return Counter(line.predicate[1] for line in lines if line.predicate and line.predicate[1])

    def page(self, kind, number):
        """The Entries of one page of a filter."""
        start = number * PAGE
        picked = self.picked[kind][start : start + PAGE]
        lines = self._of_lines([(kind, item) for kind, item in picked if hasattr(item, "row")])
        return [
            lines[item.row] if hasattr(item, "row") else self._of_row(kind, *item) for kind, item in picked
        ]

    def _entry(self, row, kind, label):
        warnings = [for_page(problem) for problem in self.warned.get(row, ())]
        return Entry(row, kind, label, row in self.edits.cells, warnings)

    def _of_lines(self, lines):
        """{row: Entry} of lines that write, with the values of the file's time where they conflict."""
        entries, stale = {}, [line for _, line in lines if line.base is not None]
        base = base_values(self.plan.sheet.model, stale) if stale else {}
        pairs = {x.row: ({}, x.told) if x.hidden else (x.before, x.after) for _, x in lines}
        told = [values for row, pair in pairs.items() for values in (*pair, base.get(row, {}))]
        show = _texts(self.plan.sheet, told)
        for kind, line in lines:
            before, after = pairs[line.row]
            entries[line.row] = entry = self._entry(line.row, kind, line.label)
            entry.predicate = list(line.predicate)
            for name, (header, text) in show.items():
                if after.get(name) is not None or name in before:
                    then = text(base[line.row].get(name)) if line.row in base else None
                    entry.cells.append((header, text(before.get(name)), text(after[name]), then))
        return entries

    def _of_row(self, kind, row, rest):
        """The Entry of a row that writes nothing: wrong, skipped or the same."""
        entry = self._entry(row, kind, rest if kind == "same" else self._names(row))
        if kind == "wrong":
            entry.problems = [for_page(problem) for problem in rest]
        return entry

    @cached_property
    def _cells(self):
        table = self.plan.checked.table
        return dict(zip(table.numbers, table.rows, strict=True)) | dict(table.skipped)

    def _names(self, row):
        """Whom a row is about in its own words: nothing of it was resolved."""
        table, sheet = self.plan.checked.table, self.plan.sheet
        naming = [c for c in table.places if c.name in sheet.key[:1] or c.path in ("name", "employee.name")]
        texts = [as_text(self._cells[row][table.places[column]]) for column in naming]
        return " ".join(text for text in reversed(texts) if text)


def _row_of(item):
    return item.row if hasattr(item, "row") else item[0]


def _by_row(problems):
    """{row: its problems}"""
    rows = defaultdict(list)
    for problem in problems:
        rows[problem.row].append(problem)
    return rows


def _texts(sheet, rows):
    """{field name: (header, function from a value to its text)} for these {field name: value} rows."""
    return {name: (c.header, _text(c, [row.get(name) for row in rows])) for name, c in sheet.by_name.items()}


def _text(column, values):
    if not column.reference:
        return column.field.show
    model, ids = column.reference.rel_model, {v for v in values if isinstance(v, int)}
    keys = dict(model.select(model.id, column.field).where(among(model.id, ids)).tuples())
    return lambda value: "" if value is None else str(keys.get(value, value))


def for_page(problem):
    """A Problem as plain values: its message and hint as (template, params), so that pages can translate them."""
    error, hint = problem.error, problem.error.hint
    return {
        "column": problem.column, "cell": problem.cell, "value": problem.value, "near": str(error.near),
        "said": _translatable(error), "hint": hint and _translatable(hint), "mangled": error.mangled,
    }  # fmt: skip


def _translatable(error):
    params = {name: value if isinstance(value, int) else str(value) for name, value in error.params.items()}
    return error.template, params


def by_cause(problems):
    """[{"column", "said", "cell", "value", "rows"}]: the same cause in many rows told once, rows as ranges."""
    groups = defaultdict(list)
    for problem in problems:
        groups[problem.column, problem.error.cause].append(problem)
    causes = []
    for found in groups.values():
        first = for_page(found[0])
        if len({problem.message for problem in found}) > 1:
            first |= {"said": (first["said"][0], found[0].error.general), "hint": None}
        causes.append(first | {"rows": ranges(p.row for p in found), "count": len(found)})
    return causes


def ranges(rows):
    """Row numbers as people write them: 3-9, 12."""
    parts = []
    for row in sorted(set(rows)):
        if parts and parts[-1][1] == row - 1:
            parts[-1][1] = row
        else:
            parts.append([row, row])
    texts = [str(a) if a == b else f"{a}-{b}" for a, b in parts[:RANGES]]
    return ", ".join([*texts, *(["…"] if len(parts) > RANGES else [])])


# ------------------------------------------------------------------ kept for a large file


def packed(review):
    """A Review as bytes: a page of a large file is read without planning it again."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        target.writestr("head", json.dumps(review.head, ensure_ascii=False))
        for kind in FILTERS[1:]:
            for number in range(-(-review.head["counts"][kind] // PAGE)):
                entries = [vars(entry) for entry in review.page(kind, number)]
                target.writestr(f"{kind}/{number}", json.dumps(entries, ensure_ascii=False))
    return out.getvalue()


class Packed:
    """The review that `packed` kept; the same face as Review."""

    def __init__(self, data):
        self._file = zipfile.ZipFile(io.BytesIO(data))
        self.head = json.loads(self._file.read("head"))

    def page(self, kind, number):
        """The Entries of one page; all kinds together follow each other page by page."""
        counts = self.head["counts"]
        if kind == "all":
            pages = [(k, n) for k in KINDS for n in range(-(-counts[k] // PAGE))]
            kind, number = pages[number] if number < len(pages) else ("all", 0)
        name = f"{kind}/{number}"
        if name not in self._file.namelist():
            return []
        return [Entry(**values) for values in json.loads(self._file.read(name))]
