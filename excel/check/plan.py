"""From values to what would be written: new, changed, same, conflict, beside what is stored."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from itertools import chain
from typing import Any

from peewee import ForeignKeyField

import access
import audit
from database import Memo, among, fetched
from models import Period
from tables import LABELLED
from values import N_, Invalid

from ..versions import base_of, key_of
from .steps import Steps
from .tree import drop_lost_rows
from .unique import drop_taken_values

STEP = 5_000  # rows after which the progress is told
encode = json.JSONEncoder(ensure_ascii=False, default=audit.plain).encode


@dataclass(slots=True)
class Line:
    """One row to write: what differs, before and after, by field name; references as ids or Coming.

    A new line has no id yet and version 0, and `after` holds the whole row. `hidden`: the account may deliver this
    row but not read it, so neither `before` nor whether there is one is for its eyes; `told` is what the
    file says of it. `base`: the version that the file was made from, where the stored row has moved on since (0: there was none).
    """

    row: int
    label: str
    after: dict
    id: int | None = None
    version: int = 0
    before: dict = field(default_factory=dict)
    hidden: bool = False
    base: int | None = None
    move: Any = None  # of a state, where the row asks for one
    predicate: tuple = ()  # (before, after) of an assessment, as codes or None
    trail: tuple = ()  # (before, after) as the audit trail keeps them, once they were asked for
    told: dict = field(default_factory=dict)


@dataclass
class Plan:
    """What a file would do. `rows` counts those that are not empty; `equal` change nothing.

    `conflict` are lines whose stored row has moved on since the file was made; those that a person
    chose to write as the file has them are among new and changed. `left` are hidden lines whose stored
    row stays: for the account they count as new.
    """

    sheet: Any
    checked: Any
    new: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    equal: list = field(default_factory=list)
    conflict: list = field(default_factory=list)
    left: list = field(default_factory=list)
    unread: set = field(default_factory=set)  # ids of stored rows that the account may not read
    refused: set = field(default_factory=set)  # rows that only the database found wrong

    def __post_init__(self):
        self.rows, self.unknown = len(self.checked.table.rows), self.checked.table.unknown
        self.errors, self.warnings = self.checked.errors, self.checked.warnings

    @property
    def same(self):
        return len(self.equal)

    @property
    def unsettled(self):
        """Whether rows remain that nobody may write yet: in error, or in conflict without a choice."""
        return bool(self.errors or self.conflict)

    def drop(self, numbers):
        """Take rows out that turned out wrong."""
        for kind in ("new", "changed", "conflict", "left"):
            kept = [line for line in getattr(self, kind) if line.row not in numbers]
            setattr(self, kind, kept)

    def refuse(self, line, name, message):
        """Make a line that the database refused an error of its row."""
        row = next(row for row in self.checked.rows if row.number == line.row)
        self.checked.fail(row, name, message)
        self.refused.add(line.row)
        self.drop({line.row})

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

    @cached_property
    def fingerprint(self):
        """A hash of everything that would be written, and over which versions."""
        digest = sha256()
        for line in chain(*self.shown.values()):
            known = (encode(line.told),) if line.hidden else (line.id, *self.trail(line))
            parts = (line.label, *known)
            digest.update("\0".join(map(str, parts)).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


def plan(sheet, checked, context):
    """The Plan of Checked rows beside the stored ones; writes nothing.

    Rules across columns see the stored values under the given ones. Of a closed period only rows
    equal to what is stored pass. Source: DESIGN, Contracts, Command line.
    """
    planner = Planner(sheet, checked, context)
    pairs = [(row, sheet.meant(row, planner.stored)) for row in checked.rows]
    repeated = planner.repeated()
    for place, (row, old) in enumerate(pairs):
        if row.number not in repeated:
            planner.take(row, old)
        if not place % STEP:
            context.progress(0.4 + 0.3 * place / len(pairs))
    drop_taken_values(planner)
    drop_lost_rows(planner)
    planner.drop(planner.steps.settle())
    if planner.outlook:
        planner.outlook.warn(planner.plan)
    order = {column.header: place for column, place in checked.table.places.items()}
    planner.plan.errors.sort(key=lambda p: (p.row, order.get(p.column, -1)))
    return planner.plan


class Planner:
    """Takes one checked row after another and puts it where it belongs in the plan."""

    def __init__(self, sheet, checked, context):
        self.sheet, self.checked, self.context = sheet, checked, context
        self.plan, self.model, self.fail = Plan(sheet, checked), sheet.model, checked.fail
        self.fields = self.model._meta.fields
        self.texts = {n for n, f in self.fields.items() if hasattr(f, "max_length") and hasattr(f, "show")}
        self.stored = _stored(sheet, checked.rows)
        self.denied, self.plan.unread = _limits(self.model, context.user, self.stored)
        closed = Period.ids("closed").tuples() if self.model.frozen_with_period else ()
        self.closed = {key for (key,) in closed}
        defaults, made = self.model._meta.get_default_dict(), ("id", "version", "updated_at")
        self.blank = {n: defaults.get(n) for n in self.fields if n not in made}
        self.required = [
            n for n in sheet.by_name
            if self.blank[n] is None and not self.fields[n].null and n not in sheet.optional
        ]  # fmt: skip
        self.outlook, self.rules = sheet.outlook(checked), sheet.rules(context.user)
        self.words = Memo(self._word)
        self.label = LABELLED.sub("%s", self.model.called), LABELLED.findall(self.model.called)
        self.steps = Steps(sheet, context.user, checked, self.fail)

    def drop(self, numbers):
        """Take rows out of the plan that turned out wrong."""
        if numbers:
            self.plan.drop(numbers)

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

    def take(self, row, old):
        """Put a row into the plan beside the stored one, or among the errors."""
        if self.sheet.secret(row.values, self.context.user):
            self._take_secret(row, old)
        elif old is None:
            self._take_new(row)
        else:
            self._take_stored(row, old)

    def _take_secret(self, row, old):
        """A row of which the account may not learn whether it is stored: one and the same in all it sees."""
        line = self._begun(row)
        if line is None:
            return
        self.checked.warn(row, None, self.sheet.secrecy)
        line.hidden, line.told = True, dict(row.values)
        if old is None:
            self.plan.new.append(line)
            return
        line.after = {n: v for n, v in row.values.items() if n not in self.sheet.key}
        line.before = {n: old[n] for n in line.after}
        line.id, line.version = old["id"], old["version"]
        stays = old["id"] in self.denied or self.sheet.stands(old, self.context.user)
        (self.plan.left if stays else self.plan.changed).append(line)

    def _take_new(self, row):
        if line := self._begun(row):
            self._file(self.plan.new, line, row)

    def _begun(self, row):
        """The Line of a new row; None, and said why, where it is none."""
        merged = self.blank | row.values
        if self.sheet.unfilled(row):
            self.plan.equal.append((row.number, self._label(merged)))
            self.checked.warn(row, None, N_("belum diisi; dilewati"))
            return None
        missing = [name for name in self.required if merged[name] is None]
        for name in missing:
            self.fail(row, name, N_("wajib diisi untuk data baru"))
        if missing or not self._agrees(row, merged) or not self._holds(row, merged, merged.get("period")):
            return None
        if not self.steps.begin(row, merged):
            return None
        merged.update(self.sheet.derive(merged))
        return Line(row.number, self._label(merged), merged, predicate=self._outlook(row, merged))

    def _take_stored(self, row, old):
        hidden = old["id"] in self.plan.unread
        after = self._differing(row, old, hidden)
        merged = {**old, **after}
        if not self._agrees(row, merged):
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
        if goes_on:
            after |= self._following(row, old, after, merged, move)
            before, label = {n: old[n] for n in after}, self._label(merged)
            line = Line(
                row.number, label, after, old["id"], old["version"], before, hidden,
                move=move, predicate=predicate, told=dict(after),
            )  # fmt: skip
            self._file(self.plan.changed, line, row)

    def _differing(self, row, old, hidden):
        """{field name: value} of what a row has otherwise than stored.

        What the account may not read is written again: "same" would tell its value.
        """
        return {
            n: v
            for n, v in row.values.items()
            if (hidden and n not in self.sheet.key) or (v != old[n] and not self._reads_back(n, v, old[n]))
        }

    def _reads_back(self, name, value, old):
        """Whether a stored text reads back as this value: what we printed is not a change."""
        if name not in self.texts or value is None or old is None:
            return False
        column = self.fields[name]
        try:
            return column.parse(column.show(old)) == value
        except Invalid:
            return False

    def _following(self, row, old, after, merged, move):
        """{field name: value} of what follows from a change, and of the move that it asks for."""
        more = {}
        if after.keys() & {*self.sheet.derived_from}:
            more = {n: v for n, v in self.sheet.derive(merged).items() if v != old[n]}
        if move:  # with what it asks, also where that says what it said before
            more |= {n: row.values[n] for n in (*move.asks, *move.offers) if n in row.values}
            more[self.steps.flow.state.name] = move.end
        return more

    def _agrees(self, row, merged):
        """Whether no verified column contradicts the row."""
        problem = self.sheet.disagrees(row, merged)
        if problem:
            self.fail(row, *problem)
        return not problem

    def _holds(self, row, merged, *periods):
        """Whether the row may be written: its period is open and every rule of the table agrees."""
        if self.closed and self.closed.intersection(periods):
            self.fail(row, "period", N_("periode sudah ditutup, sehingga datanya tidak dapat diubah"))
            return False
        found = [problem for rule in self.rules for problem in rule(merged)]
        for name, message in found:
            self.fail(row, name, message)
        return not found

    def _outlook(self, row, merged, old=None):
        return self.outlook.note(row, merged, old) if self.outlook else ()

    def _file(self, kind, line, row):
        """Put a line where it belongs: a row that has moved on needs a person's choice."""
        versions = self.checked.table.versions
        base = base_of(versions, key_of(row, self.checked)) if versions else None
        if base not in (None, line.version) and not line.hidden:
            line.base = base
            if row.number not in self.context.take:
                self.plan.conflict.append(line)
                return
        if line.move:
            self.steps.lines[line.move].append((line, row))
        kind.append(line)

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
            return str(self.context.period)
        model = field.rel_model
        return model.called.format_map(dict(zip(model.names, (known[0], *known[2:]), strict=False)))


# ------------------------------------------------------------------ what is stored


def _stored(sheet, rows):
    """{key: values by field name, with id and version} of the stored rows that a file may mean."""
    model, wanted = sheet.model, {*sheet.by_name, *sheet.key, *sheet.derived, "id", "version"}
    fields = [f for f in model._meta.sorted_fields if f.name in wanted]
    query = model.select()
    for place, name in enumerate(sheet.key):
        if name in sheet.narrows:
            query = query.where(among(model._meta.fields[name], {row.key[place] for row in rows} - {None}))
    names = [f.name for f in fields]
    places = [names.index(name) for name in sheet.key]
    return {
        tuple([line[p] for p in places]): dict(zip(names, line, strict=True))
        for line in fetched(query, fields)
    }


def _limits(model, user, rows):
    """(ids that the account may not change, ids that it may not read) among the stored rows."""
    ids = {row["id"] for row in rows.values()}
    reach, seen = access.writable(model, user), access.scope(model, user)
    return ids - _within(model, ids, reach), ids - _within(model, ids, seen)


def _within(model, ids, condition):
    """Those of the rows that meet a condition; all of them where there is none."""
    return ids if condition is None or not ids else model.those(ids, condition)
