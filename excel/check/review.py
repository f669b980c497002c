"""A plan as people and programs review it: counts, causes, and rows of one kind a page at a time."""

import io
import json
import zipfile
from collections import Counter, defaultdict
from functools import cached_property
from itertools import groupby

from database import among
from models import Change
from values import N_, Invalid, as_text

from .validate import Problem

KINDS = ("wrong", "conflict", "changed", "new")  # what asks for a person's eye, in this order
FILTERS = ("all", *KINDS, "same", "skipped", "warning")
PAGE = 100  # rows of a page
CAUSES, RANGES = 200, 60  # of problems shown together; the annotated workbook has them all


class Review:
    """The review of a Plan under the Edits made so far."""

    def __init__(self, plan, edits):
        self.plan, self.edits, self.warned = plan, edits, _by_row(plan.warnings)
        writing = {"conflict": plan.conflict, **plan.shown}
        self.items = {
            "wrong": _by_row(plan.errors),
            **{kind: {line.row: line for line in lines} for kind, lines in writing.items()},
            "same": dict(plan.equal), "skipped": plan.checked.table.skipped,
        }  # fmt: skip
        self.picked = {kind: [(kind, row) for row in found] for kind, found in self.items.items()}
        self.picked["all"] = [place for kind in KINDS for place in self.picked[kind]]
        told = (*self.picked["all"], *self.picked["same"])
        self.picked["warning"] = [(kind, row) for kind, row in told if row in self.warned]

    @cached_property
    def head(self):
        """What the page says of the file as a whole, as plain values."""
        plan, table = self.plan, self.plan.checked.table
        counts = {kind: len(places) for kind, places in self.picked.items()}
        lines = [self.items[kind][row] for kind, row in self.picked["all"] if kind != "wrong"]
        return {
            "counts": counts | {"warning": len(self.warned)},
            "rows": plan.rows, "good": sum(plan.counts.values()), "fingerprint": plan.fingerprint,
            "causes": by_cause(plan.errors)[:CAUSES], "warnings": by_cause(plan.warnings)[:CAUSES],
            "unknown": plan.unknown, "notes": ranges(table.notes),
            "guessed": [(title, column.header) for title, column in table.guessed.items()],
            "versions": bool(table.versions),
            "predicates": Counter(x.predicate[1] for x in lines if x.predicate and x.predicate[1]),
            "mangled": len({p.row for p in plan.errors if p.error.mangled and p.error.near}),
        }  # fmt: skip

    def page(self, kind, number):
        """The entries of one page of a filter, as plain values: whom a row is about, and what of it.

        {"row": Excel's number, "kind", "label", "edited", "cells": [(header, stored, file, base or None)],
        "predicate": [before, after], "warnings", "problems"}.
        """
        places = self.picked[kind][number * PAGE : (number + 1) * PAGE]
        lines = [self.items[kind][row] for kind, row in places if kind in ("conflict", "changed", "new")]
        cells, entries = self._cells(lines), []
        for kind, row in places:
            item, line = self.items[kind][row], row in cells
            label = item.label if line else item if kind == "same" else self._named(row)
            entries.append({
                "row": row, "kind": kind, "label": label, "edited": row in self.edits.cells,
                "warnings": [for_page(problem) for problem in self.warned.get(row, ())],
                "cells": cells.get(row, []), "predicate": list(item.predicate) if line else [],
                "problems": [for_page(problem) for problem in item] if kind == "wrong" else [],
            })  # fmt: skip
        return entries

    def _cells(self, lines):
        """{row: its cells} of lines that write, with the values of the file's time where they conflict."""
        stale, sheet = [line for line in lines if line.base is not None], self.plan.sheet
        base = base_values(sheet.model, stale) if stale else {}
        pairs = {x.row: ({}, x.told) if x.hidden else (x.before, x.after) for x in lines}
        told = [values for row, pair in pairs.items() for values in (*pair, base.get(row, {}))]
        show = {name: _text(c, [values.get(name) for values in told]) for name, c in sheet.by_name.items()}
        cells = {row: [] for row in pairs}
        for row, (before, after) in pairs.items():
            for name, text in show.items():
                if after.get(name) is not None or name in before:
                    then = text(base[row].get(name)) if row in base else None
                    header = sheet.by_name[name].header
                    cells[row].append((header, text(before.get(name)), text(after[name]), then))
        return cells

    def _named(self, row):
        """Whom a row is about in its own words: nothing of it was resolved."""
        table, key = self.plan.checked.table, self.plan.sheet.key[:1]
        naming = [c for c in table.places if c.name in key or c.path in ("name", "employee.name")]
        cells = table.skipped.get(row) or table.rows[row]
        texts = [as_text(cells[table.places[column]]) for column in naming]
        return " ".join(text for text in reversed(texts) if text)


def _by_row(problems):
    rows = defaultdict(list)
    for problem in problems:
        rows[problem.row].append(problem)
    return rows


def _text(column, values):
    """A function from a value of a column to its text; these `values` are what it will be asked for."""
    if not column.reference:
        return column.field.show
    model, ids = column.reference.rel_model, {v for v in values if isinstance(v, int)}
    keys = dict(model.select(model.id, column.field).where(among(model.id, ids)).tuples())
    return lambda value: "" if value is None else str(keys.get(value, value))


def base_values(model, lines):
    """{row number: values by field name} as they were when the file was made, from the audit trail.

    Each change since raised the version by one, so taking back as many of them leads there.
    """
    query = Change.select(Change.key, Change.before).where(
        Change.table == model._meta.table_name, Change.action.in_(("update", "undo")),
        among(Change.key, [line.id for line in lines if line.id]),
    )  # fmt: skip
    back, found, fields = defaultdict(list), {}, model._meta.fields
    for key, before in query.order_by(Change.id.desc()).tuples():
        back[key].append(json.loads(before or "{}"))
    for line in lines:
        found[line.row] = values = dict(line.before) if line.base else {}
        for before in back[line.id][: max(0, line.version - line.base)]:
            values |= {n: fields[n].python_value(v) for n, v in before.items() if n in values}
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
    texts = []
    for _, run in groupby(enumerate(sorted(set(rows))), lambda pair: pair[1] - pair[0]):
        numbers = [row for _, row in run]
        texts.append(f"{numbers[0]}-{numbers[-1]}" if numbers[1:] else str(numbers[0]))
    return ", ".join([*texts[:RANGES], "…"] if len(texts) > RANGES else texts)


# ------------------------------------------------------------------ for programs


def report(plan, upload=None):
    """The contract's JSON object of a Plan; `upload` is the applied one."""
    words = N_("bentrok: data tersimpan berubah sejak berkas ini dibuat; pilih nilai mana yang dipakai")
    conflicts = [Problem(line.row, Invalid(words)) for line in plan.conflict]
    told = {"errors": plan.errors, "warnings": [*plan.warnings, *conflicts, *odd(plan)]}
    parts = ("row", "column", "cell", "value", "message")
    for kind, problems in told.items():
        told[kind] = [{name: getattr(problem, name) for name in parts} for problem in problems]
    counts = {**plan.counts, "same": plan.same, "conflict": len(plan.conflict)}
    applied = {"applied": upload is not None, "upload": upload and upload.id}
    return {"sheet": plan.sheet.name, "rows": plan.rows, **counts, **told, **applied}


def odd(plan):
    """What the sheet does not know of a file, or took in another sense."""
    table, below = plan.checked.table, N_("di bawah tabel; dibaca sebagai catatan dan dilewati")
    titles = [(title, Invalid(N_("kolom tidak dikenal; diabaikan"))) for title in table.unknown]
    for title, column in table.guessed.items():
        titles.append((title, Invalid(N_("dibaca sebagai kolom %(header)s"), header=column.header)))
    notes = [Problem(number, Invalid(below)) for number in table.notes]
    return [Problem(table.header, error, title, "", title) for title, error in titles] + notes


# ------------------------------------------------------------------ kept for a large file


def packed(review):
    """A Review as bytes: a page of a large file is read without planning it again."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        target.writestr("head", json.dumps(review.head, ensure_ascii=False))
        for kind in FILTERS[1:]:
            for number in range(-(-review.head["counts"][kind] // PAGE)):
                target.writestr(f"{kind}/{number}", json.dumps(review.page(kind, number), ensure_ascii=False))
    return out.getvalue()


class Packed:
    """The review that `packed` kept; the same face as Review."""

    def __init__(self, data):
        self._file = zipfile.ZipFile(io.BytesIO(data))
        self.head = json.loads(self._file.read("head"))

    def page(self, kind, number):
        """The entries of one page; the kinds that ask for a person's eye stand one after the other in "all"."""
        counts, start, stop, entries = self.head["counts"], number * PAGE, (number + 1) * PAGE, []
        for part in KINDS if kind == "all" else (kind,):
            first, last = max(0, start), min(stop, counts[part])
            for kept in range(first // PAGE, -(-last // PAGE)):
                rows = json.loads(self._file.read(f"{part}/{kept}"))
                entries += rows[max(0, first - kept * PAGE) : last - kept * PAGE]
            start, stop = start - counts[part], stop - counts[part]
        return entries
