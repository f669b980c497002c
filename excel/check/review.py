"""A plan as people and programs review it: counts, causes, and rows of one kind a page at a time."""

import json
from collections import Counter, defaultdict, namedtuple
from itertools import groupby

import audit
from database import among
from models import Change
from values import N_, Invalid, as_text

from .validate import Problem

WRITTEN = ("conflict", "changed", "new")
LOOK = ("wrong", *WRITTEN)  # what asks for a person's eye, in this order
KINDS = (*LOOK, "same", "skipped")
FILTERS = ("all", *KINDS, "warning")
PAGE = 100  # rows of a page
CAUSES, RANGES = 200, 60  # of problems shown together; the annotated workbook has them all


# A row as it is kept, in plain values; `before` and `after` are JSON as the trail has it, of a hidden row what the file gives.
Record = namedtuple("Record", "row kind label id base edited predicate before after warnings problems")


class Review:
    """What people review of a file: `head`, of the file as a whole, and its rows, a page of one filter at a time.

    `read` gives the Records at some places in the order of the rows, of which there are `total`. An entry of a page is
    a dictionary of a Record with its "cells": [(header, stored, file, base or None)].
    """

    def __init__(self, sheet, head, read):
        self.sheet, self.head, self.read = sheet, head, read
        self.total = sum(head["counts"][kind] for kind in KINDS)

    def page(self, kind, number):
        """The entries of one page of a filter."""
        records = self.read(self.head["places"][kind][number * PAGE : (number + 1) * PAGE])
        cells = _cells(self.sheet, [record for record in records if record.kind in WRITTEN])
        return [record._asdict() | {"cells": cells[record.row]} for record in records]


def review_of(plan):
    """The Review of a Plan."""
    rows = sorted(plan.by_number.values(), key=lambda row: KINDS.index(row.visible_kind))
    return Review(plan.sheet, _head(plan, rows), lambda places: [_record(plan, rows[p]) for p in places])


def _head(plan, rows):
    """What the page says of the file as a whole, and the places of the rows of each filter, as plain values."""
    table, places = plan.table, {name: [] for name in FILTERS}
    for place, row in enumerate(rows):
        kind = row.visible_kind
        for name in filter(None, (kind, kind in LOOK and "all", row.warnings and "warning")):
            places[name].append(place)
    predicates = [row.predicate[1] for row in rows if row.visible_kind in WRITTEN and row.predicate]
    return {
        "places": places, "counts": {name: len(some) for name, some in places.items()},
        "rows": plan.rows, "good": len(places["new"]) + len(places["changed"]), "fingerprint": plan.fingerprint,
        "causes": by_cause(plan.errors)[:CAUSES], "warnings": by_cause(plan.warnings)[:CAUSES],
        "unknown": plan.table.unknown, "notes": ranges(table.notes), "versions": bool(table.versions),
        "guessed": [(title, column.header) for title, column in table.guessed.items()],
        "predicates": Counter(filter(None, predicates)),
        "mangled": len({p.row for p in plan.errors if p.error.mangled and p.error.near}),
    }  # fmt: skip


def _record(plan, row):
    """The Record of a row of a Plan."""
    kind, number, before, after = row.visible_kind, row.number, None, None
    if kind in WRITTEN:
        before, after = (None, audit.encode(row.values)) if row.hidden else plan.trail(row)
    return Record(
        number, kind, _named(plan, number) if kind in ("wrong", "skipped") else row.label, None if row.hidden else row.id, row.base,
        number in plan.context.edits.cells, list(row.predicate) if kind in WRITTEN else [], before, after,
        [for_page(problem) for problem in row.warnings], [for_page(problem) for problem in row.errors],
    )  # fmt: skip


def _cells(sheet, records):
    """{row number: its cells} of rows that write, with the values of the file's time where they conflict."""
    cells = defaultdict(list)
    values = {r.row: [json.loads(text or "{}") for text in (r.before, r.after)] for r in records}
    stale = [(r, values[r.row][0]) for r in records if r.base is not None]
    base = base_values(sheet.model, stale) if stale else {}
    for name, column in sheet.by_name.items():
        triples = [(*values[row], base.get(row, {})) for row in values]
        text = _shown(column, [some.get(name) for triple in triples for some in triple])
        for row, (stored, given, then) in zip(values, triples, strict=True):
            if given.get(name) is not None or name in stored:
                was = text(then.get(name)) if row in base else None
                cells[row].append((column.header, text(stored.get(name)), text(given[name]), was))
    return cells


def _named(plan, row):
    """Whom a row is about in its own words: nothing of it was resolved."""
    table, key = plan.table, plan.sheet.key[:1]
    naming = [c for c in table.places if c.name in key or c.path in ("name", "employee.name")]
    cells = table.skipped.get(row) or table.rows[row]
    texts = [as_text(cells[table.places[column]]) for column in naming]
    return " ".join(text for text in reversed(texts) if text)


def _shown(column, values):
    """A function from a plain value of a column to its text; these `values` are what it will be asked for."""
    if not column.reference:
        return lambda value: column.field.show(column.field.python_value(value))
    model, ids = column.reference.rel_model, {v for v in values if isinstance(v, int)}
    keys = dict(model.select(model.id, column.field).where(among(model.id, ids)).tuples())
    return lambda value: "" if value is None else str(keys.get(value, value))


def base_values(model, rows):
    """{row number: plain values by field name} as they were when the file was made, from the audit trail.

    `rows` are (Record, what is stored). Each change since raised the version by one, so taking back as many of them leads there.
    """
    query = Change.select(Change.key, Change.before).where(
        Change.table == model._meta.table_name, Change.action.in_(("update", "undo")),
        among(Change.key, [record.id for record, _ in rows if record.id]),
    )  # fmt: skip
    back, found = defaultdict(list), {}
    for key, before in query.order_by(Change.id.desc()).tuples():
        back[key].append(json.loads(before or "{}"))
    for record, stored in rows:
        found[record.row] = values = dict(stored) if record.base else {}
        for before in back[record.id][: max(0, stored.get("version", 0) - record.base)]:
            values |= {n: v for n, v in before.items() if n in values}
    return found


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
    """[{"column", "said", "cell", "value", "rows"}]: the same cause in many rows once, rows as ranges."""
    groups = defaultdict(list)
    for problem in problems:
        groups[problem.column, problem.error.cause].append(problem)
    causes = []
    for found in groups.values():
        first = for_page(found[0])
        if len({str(error) for error in {problem.error for problem in found}}) > 1:
            first |= {"said": (first["said"][0], found[0].error.general), "hint": None}
        causes.append(first | {"rows": ranges(p.row for p in found)})
    return causes


def ranges(rows):
    """Row numbers as people write them: 3-9, 12."""
    texts = []
    for _, run in groupby(enumerate(sorted(set(rows))), lambda pair: pair[1] - pair[0]):
        numbers = [row for _, row in run]
        texts.append(f"{numbers[0]}-{numbers[-1]}" if numbers[1:] else str(numbers[0]))
    return ", ".join([*texts[:RANGES], "…"] if len(texts) > RANGES else texts)


def report(plan, upload=None):
    """The contract's JSON object of a Plan; `upload` is the applied one."""
    words = N_("bentrok: data tersimpan berubah sejak berkas ini dibuat; pilih nilai mana yang dipakai")
    conflicts = [Problem(row.number, Invalid(words)) for row in plan.conflict]
    problems = {"errors": plan.errors, "warnings": [*plan.warnings, *conflicts, *odd(plan)]}
    parts = ("row", "column", "cell", "value", "message")
    for kind, some in problems.items():
        problems[kind] = [{name: getattr(problem, name) for name in parts} for problem in some]
    applied = {"applied": upload is not None, "upload": upload and upload.id}
    return {"sheet": plan.sheet.name, "rows": plan.rows, **plan.counts, **problems, **applied}


def odd(plan):
    """What the sheet does not know of a file, or took in another sense."""
    table, below = plan.table, N_("di bawah tabel; dibaca sebagai catatan dan dilewati")
    titles = [(title, Invalid(N_("kolom tidak dikenal; diabaikan"))) for title in table.unknown]
    for title, column in table.guessed.items():
        titles.append((title, Invalid(N_("dibaca sebagai kolom %(header)s"), header=column.header)))
    notes = [Problem(number, Invalid(below)) for number in table.notes]
    return [Problem(table.header, error, title, "", title) for title, error in titles] + notes
