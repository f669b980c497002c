"""From values to what would be written: new, changed, same, conflict, beside what is stored."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from peewee import ForeignKeyField

import access
import audit
from database import among
from fields import N_, Invalid
from models import LABELLED, Period

from .lookup import Memo, fetched
from .steps import Steps
from .tree import drop_lost_rows
from .validate import Problem
from .versions import base_of, key_of

STEP = 5_000  # rows after which the progress is told
encode = json.JSONEncoder(ensure_ascii=False, default=audit.plain).encode


@dataclass(slots=True)
class Line:
    """One row to write: what differs, before and after, by field name; references as ids or Coming.

    A new line has no id yet and version 0, and `after` holds the whole row. `hidden`: the account may deliver this
    row but not read it, so neither `before` nor whether there is one is for its eyes. `base`: the version that the file was made
    from, where the stored row has moved on since (0: there was none).
    """

    row: int
    label: str
    id: int | None
    version: int
    before: dict
    after: dict
    hidden: bool = False
    base: int | None = None
    move: Any = None  # of a state, where the row asks for one
    predicate: tuple = ()  # (before, after) of an assessment, as codes or None
    trail: tuple = ()  # (before, after) as the audit trail keeps them, once they were asked for
    told: dict = field(default_factory=dict)  # of a hidden line what the file says of it


@dataclass
class Plan:
    """What a file would do. `rows` counts those that are not empty; `equal` change nothing.

    `conflict` are lines whose stored row has moved on since the file was made; those that a person
    chose to write as the file has them are among new and changed. `left` are hidden lines whose stored
    row stays: for the account they count as new.
    """

    sheet: Any
    checked: Any
    rows: int = 0
    new: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    equal: list = field(default_factory=list)
    conflict: list = field(default_factory=list)
    left: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    unknown: list = field(default_factory=list)
    unread: frozenset = frozenset()  # ids of the stored rows in question that the account may not read
    refused: set = field(default_factory=set)  # rows that only the database found wrong

    def refuse(self, line, name, message):
        """Make a line that the database refused an error of its row."""
        row = next(row for row in self.checked.rows if row.number == line.row)
        self.errors.append(self.checked.problem(row, name, message))
        self.refused.add(line.row)
        self.drop({line.row})

    def drop(self, numbers):
        """Take rows out that turned out wrong."""
        for kind in ("new", "changed", "left"):
            lines = getattr(self, kind)
            setattr(self, kind, [line for line in lines if line.row not in numbers])

    @property
    def same(self):
        return len(self.equal)

    @property
    def unsettled(self):
        """Whether rows remain that nobody may write yet: in error, or in conflict without a choice."""
        return bool(self.errors or self.conflict)

    @cached_property
    def _audited(self):
        return frozenset(f.name for f in audit.audited(self.sheet.model))

    def trail(self, line):
        """(before, after) of a line as the audit trail keeps them: JSON, None before a new row."""
        if not line.trail:
            before = self._json(line.before, line.version) if line.version else None
            line.trail = before, self._json(line.after, line.version + 1)
        return line.trail

    def _json(self, values, version):
        return encode({n: v for n, v in values.items() if n in self._audited} | {"version": version})

    @property
    def moved(self):
        """A warning for each row in conflict."""
        words = N_("bentrok: data tersimpan berubah sejak berkas ini dibuat; pilih nilai mana yang dipakai")
        return [Problem(line.row, "", "", "", words) for line in self.conflict]

    @property
    def strange(self):
        """A warning for what the sheet does not know of a file, or took in another sense."""
        table = self.checked.table
        words = N_("kolom tidak dikenal; diabaikan")
        told = [Problem(table.header, title, "", title, words) for title in self.unknown]
        for title, column in table.guessed.items():
            message = Invalid(N_("dibaca sebagai kolom %(header)s"), header=column.header)
            told.append(Problem(table.header, title, "", title, str(message), message))
        words = N_("di bawah tabel; dibaca sebagai catatan dan dilewati")
        return told + [Problem(number, "", "", "", words) for number in table.notes]

    @property
    def shown(self):
        """{"new", "changed"}: the lines as the account may know them; a hidden one is new."""
        hidden = [line for line in self.changed if line.hidden]
        fresh = sorted([*self.new, *hidden, *self.left], key=lambda line: line.row)
        return {"new": fresh, "changed": [line for line in self.changed if not line.hidden]}

    @property
    def counts(self):
        """{"new", "changed"} as the account may know them."""
        return {kind: len(lines) for kind, lines in self.shown.items()}

    @cached_property
    def fingerprint(self):
        """A hash of everything that would be written, and over which versions."""
        digest = sha256()
        for line in (line for lines in self.shown.values() for line in lines):
            parts = (
                (line.label, encode(line.told)) if line.hidden else (line.id, line.label, *self.trail(line))
            )
            digest.update("\0".join(map(str, parts)).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


def plan(sheet, checked, context):
    """The Plan of Checked rows beside the stored ones; writes nothing.

    Rules across columns see the stored values under the given ones. Of a closed period only rows
    equal to what is stored pass. Source: DESIGN, Contracts, Command line.
    """
    result = Plan(
        sheet, checked, checked.count, errors=list(checked.errors),
        warnings=list(checked.warnings), unknown=list(checked.table.unknown),
    )  # fmt: skip
    desk = Desk(sheet, checked, context, result)
    result.unread = desk.unread
    pairs = [(row, desk.find(row)) for row in checked.rows]
    repeated = desk.repeated()
    for place, (row, old) in enumerate(pairs):
        if row.number not in repeated:
            desk.take(row, old)
        if not place % STEP:
            context.tell(0.4 + 0.3 * place / len(pairs))
    for column in sheet.alone:
        desk.drop(desk.taken_values(column))
    drop_lost_rows(desk)
    desk.drop(desk.steps.settle())
    if desk.outlook:
        desk.outlook.warn(result)
    order = {column.header: place for column, place in checked.table.places.items()}
    result.errors.sort(key=lambda p: (p.row, order.get(p.column, -1)))
    return result


class Desk:
    """Takes one checked row after another and puts it where it belongs in the plan."""

    def __init__(self, sheet, checked, context, result):
        self.sheet, self.checked, self.plan = sheet, checked, result
        self.model, self.taken = sheet.model, context.take
        self.fields = self.model._meta.fields
        self.texts = {n for n, f in self.fields.items() if hasattr(f, "max_length") and hasattr(f, "show")}
        self.stored = stored(sheet, checked.rows)
        self.denied, self.unread = _limits(self.model, context.user, self.stored)
        self.user = context.user
        self.closed = set()
        if self.model.frozen_with_period:
            query = Period.select(Period.id).where(Period.state == "closed")
            self.closed = {key for (key,) in query.tuples()}
        self.blank = {
            n: f.default() if callable(f.default) else f.default
            for n, f in self.fields.items()
            if n not in ("id", "version", "updated_at")
        }
        self.required = [
            n for n in sheet.by_name
            if self.blank[n] is None and not self.fields[n].null and n not in sheet.optional
        ]  # fmt: skip
        self.outlook = sheet.outlook(checked)
        self.words = Memo(self._word)
        self.label = LABELLED.sub("%s", self.model.called), LABELLED.findall(self.model.called)
        self.rules = sheet.rules(context.user)
        self.steps = Steps(sheet, context.user, self.fail)

    def find(self, row):
        """The stored row that a row means, or None."""
        return self.sheet.meant(row, self.stored)

    def repeated(self):
        """The numbers of rows that mean the same as another row of the file: errors, all of them."""
        groups = defaultdict(list)
        for row in self.checked.rows:
            groups[tuple(map(row.values.get, self.sheet.key))].append(row)
        groups.pop((None,), None)  # rows that are yet to be numbered
        twice = [rows for rows in groups.values() if len(rows) > 1]
        for rows in twice:
            for row in rows:
                others = ", ".join([str(other.number) for other in rows[:6] if other is not row])
                message = Invalid(N_("sama dengan baris %(rows)s; hapus salah satu"), rows=others)
                self.fail(row, self.sheet.key[0], message)
        return {row.number for rows in twice for row in rows}

    def taken_values(self, column):
        """The numbers of rows whose value of a unique field is another row's, in the file or stored: errors."""
        groups, name = defaultdict(list), column.name
        for line in (*self.plan.new, *self.plan.changed, *self.plan.conflict):
            if line.after.get(name) is not None:
                groups[line.after[name]].append(line)
        query = self.model.select(column.field, self.model.id)
        owners = dict(query.where(among(column.field, map(audit.plain, groups))).tuples())
        wrong = {}
        for value, lines in groups.items():
            for line in lines:
                if len(lines) > 1:
                    others = ", ".join([str(other.row) for other in lines[:6] if other is not line])
                    wrong[line.row] = Invalid(N_("sama dengan baris %(rows)s; hapus salah satu"), rows=others)
                elif owners.get(value, line.id) != line.id:
                    wrong[line.row] = Invalid(N_("sudah dipakai data lain"))
        for row in self.checked.rows if wrong else ():
            if row.number in wrong:
                self.fail(row, name, wrong[row.number])
        return wrong.keys()

    def take(self, row, old):
        """Put a row into the plan beside the stored one, or among the errors."""
        if self.sheet.secret(row.values, self.user):
            self._secret(row, old)
        elif old is None:
            self._new(row)
        else:
            self._old(row, old)

    def _secret(self, row, old):
        """A row of which the account may not learn whether it is stored: one and the same in all it sees."""
        line = self._begun(row)
        if line is None:
            return
        self.plan.warnings.append(self.checked.problem(row, None, self.sheet.secrecy))
        line.hidden, line.told = True, dict(row.values)
        if old is None:
            self.plan.new.append(line)
            return
        line.after = {n: v for n, v in row.values.items() if n not in self.sheet.key}
        line.before = {n: old[n] for n in line.after}
        line.id, line.version = old["id"], old["version"]
        stays = old["id"] in self.denied or self.sheet.stands(old, self.user)
        (self.plan.left if stays else self.plan.changed).append(line)

    def _new(self, row):
        if line := self._begun(row):
            self._file(self.plan.new, line, row, moved=bool(self._base(row)))

    def _begun(self, row):
        """The Line of a new row; None, and said why, where it is none."""
        merged = self.blank | row.values
        if self.sheet.unfilled(row):
            self.plan.equal.append((row.number, self._label(merged)))
            self.plan.warnings.append(self.checked.problem(row, None, N_("belum diisi; dilewati")))
            return None
        missing = [name for name in self.required if merged[name] is None]
        for name in missing:
            self.fail(row, name, N_("wajib diisi untuk data baru"))
        if missing or not self._verified(row, merged) or not self._holds(row, merged, merged.get("period")):
            return None
        if not self.steps.begin(row, merged):
            return None
        merged.update(self.sheet.derive(merged))
        return Line(
            row.number, self._label(merged), None, 0, {}, merged, predicate=self._outlook(row, merged)
        )

    def _old(self, row, old):
        hidden = old["id"] in self.unread
        after = {
            n: v
            for n, v in row.values.items()
            if (hidden and n not in self.sheet.key) or (v != old[n] and not self._alike(n, v, old[n]))
        }  # what she may not read is written again: "same" would tell its value
        merged = {**old, **after}
        if not self._verified(row, merged):
            return
        predicate = self._outlook(row, merged, None if hidden else old)
        if not after:
            self.plan.equal.append((row.number, self._label(merged)))
            return
        if not self._holds(row, merged, merged.get("period"), old.get("period")):
            return
        if old["id"] in self.denied:
            self.fail(row, self.sheet.key[0], N_("data ini tidak boleh Anda ubah"))
            return
        goes_on, move = self.steps.step(row, old, after)
        if not goes_on:
            return
        if after.keys() & {*self.sheet.derived_from}:
            after |= {n: v for n, v in self.sheet.derive(merged).items() if v != old[n]}
        if move:  # with what it asks, also where that says what it said before
            after |= {n: row.values[n] for n in (*move.asks, *move.offers) if n in row.values}
            after[self.steps.flow.state.name] = move.end
        line = Line(
            row.number, self._label(merged), old["id"], old["version"], {n: old[n] for n in after}, after, hidden,
            move=move, predicate=predicate, told=dict(after),
        )  # fmt: skip
        base = self._base(row)
        self._file(self.plan.changed, line, row, moved=base not in (None, old["version"]) and not hidden)

    def _outlook(self, row, merged, old=None):
        return self.outlook.note(row, merged, old) if self.outlook else ()

    def _base(self, row):
        """The version of the row that the file was made from, None where it does not say."""
        versions = self.checked.table.versions
        return base_of(versions, key_of(row, self.checked)) if versions else None

    def _file(self, kind, line, row, moved):
        """Put a line where it belongs: a row that has moved on needs a person's choice."""
        if moved:
            line.base = self._base(row)
        if moved and row.number not in self.taken:
            kind = self.plan.conflict
        elif line.move:
            self.steps.lines[line.move].append((line, row))
        kind.append(line)

    def _alike(self, name, value, old):
        """Whether a stored text reads back as this value: what we printed is not a change."""
        if name not in self.texts or value is None or old is None:
            return False
        column = self.fields[name]
        try:
            return column.parse(column.show(old)) == value
        except Invalid:
            return False

    def _holds(self, row, merged, *periods):
        """Whether the row may be written: its period is open and every rule of the table agrees."""
        if self.closed and self.closed.intersection(periods):
            self.fail(row, "period", N_("periode sudah ditutup, sehingga datanya tidak dapat diubah"))
            return False
        found = [problem for rule in self.rules if (problem := rule(merged))]
        for name, message in found:
            self.fail(row, name, message)
        return not found

    def _verified(self, row, merged):
        if problem := self.sheet.disagrees(row, merged):
            self.fail(row, *problem)
        return not problem

    def fail(self, row, column, message):
        self.plan.errors.append(self.checked.problem(row, column, message))

    def drop(self, numbers):
        """Take rows out of the plan that turned out wrong."""
        if numbers:
            self.plan.drop(numbers)

    def _label(self, merged):
        text, names = self.label
        return text % tuple([self.words[name, merged[name]] for name in names])

    def _word(self, place):
        """A value as labels write it: references by their labels, choices by their words."""
        name, value = place
        field = self.fields[name]
        if not isinstance(field, ForeignKeyField):
            return field.show(value)
        known = self.checked.known.get(name, {}).get(value)
        if known is None:
            return str(self.checked.context.period)
        model = field.rel_model
        return model.called.format_map(dict(zip(model.names, (known[0], *known[2:]), strict=False)))


def stored(sheet, rows):
    """{key: values by field name, with id and version} of the stored rows that a file may mean."""
    model = sheet.model
    fields = [f for f in model._meta.sorted_fields if f.name in _read(sheet)]
    query = model.select()
    for place, name in enumerate(sheet.key):
        values = {row.key[place] for row in rows}
        if name in sheet.narrows:
            query = query.where(among(model._meta.fields[name], values - {None}))
    names = [f.name for f in fields]
    places = [names.index(name) for name in sheet.key]
    return {
        tuple([line[p] for p in places]): dict(zip(names, line, strict=True))
        for line in fetched(query, fields)
    }


def _read(sheet):
    """The fields that matter of a stored row: what the sheet writes, computes and refers to."""
    return {*sheet.by_name, *sheet.key, *sheet.derived, "id", "version"}


def _limits(model, user, rows):
    """(ids that the account may not change, ids that it may not read) among the stored rows."""
    ids = [row["id"] for row in rows.values()]
    reach, seen = access.writable(model, user), access.scope(model, user)
    return _outside(model, ids, reach), _outside(model, ids, seen)


def _outside(model, ids, condition):
    if condition is None or not ids:
        return frozenset()
    query = model.select(model.id).where(among(model.id, ids), condition)
    return frozenset(ids) - {key for (key,) in query.tuples()}


# ------------------------------------------------------------------ for people


def texts(sheet, rows):
    """{field name: (header, function from a value to its text)} for these {field name: value} rows."""
    return {name: (c.header, _text(c, [row.get(name) for row in rows])) for name, c in sheet.by_name.items()}


def _text(column, values):
    if not column.reference:
        return column.field.show
    model, ids = column.reference.rel_model, {v for v in values if isinstance(v, int)}
    keys = dict(model.select(model.id, column.field).where(among(model.id, ids)).tuples())
    return lambda value: "" if value is None else str(keys.get(value, value))
