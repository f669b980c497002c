"""From values to what would be written: new, changed, same, conflict, beside what is stored."""

from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from itertools import chain
from typing import Any

from peewee import DateField

import access
import audit
from database import among, fetched
from flows import FLOWS
from models import Period
from tables import LABELLED
from values import N_, Invalid

from ..read.edits import NOTHING, edited, lessons
from ..read.parse import parse
from ..sheet import nothing
from .together import asked_move, begin, refuse_lost, refuse_moves, refuse_repeated, refuse_taken
from .validate import validate

STEP = 5_000  # rows after which the progress is told


def read(sheet, data, context, edits=NOTHING):
    """The Checked rows of a file's bytes, with what people decided about them."""
    table = edited(parse(data, sheet, lessons(sheet) | edits.titles), edits)
    context.progress(0.2)
    return validate(sheet, table, context)


def check(sheet, data, context, edits=NOTHING):
    """The Plan of a file's bytes, written nowhere. Raises Unreadable and access.Denied."""
    return plan(read(sheet, data, context, edits))


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

    checked: Any
    new: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    equal: list = field(default_factory=list)
    conflict: list = field(default_factory=list)
    left: list = field(default_factory=list)
    unread: set = field(default_factory=set)  # ids of stored rows that the account may not read

    def __post_init__(self):
        checked = self.checked
        self.sheet, self.errors, self.warnings = checked.sheet, checked.errors, checked.warnings
        self.rows, self.unknown = len(checked.table.rows), checked.table.unknown
        self.audited = frozenset(f.name for f in audit.audited(self.sheet.model))

    @property
    def same(self):
        return len(self.equal)

    @property
    def unsettled(self):
        """Whether rows remain that nobody may write yet: in error, or in conflict without a choice."""
        return bool(self.errors or self.conflict)

    def refuse(self, wrong):
        """Take rows out that turned out wrong, and say why: {row number: (column or field name, message)}."""
        for kind in ("new", "changed", "conflict", "left") if wrong else ():
            setattr(self, kind, [line for line in getattr(self, kind) if line.row not in wrong])
        for number, why in wrong.items():
            self.checked.fail(self.checked.rows[number], *why)

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

    def trail(self, line):
        """(before, after) of a line as the audit trail keeps them: JSON, None before a new row."""
        if not line.trail:
            before = self._json(line.before, line.version) if line.version else None
            line.trail = before, self._json(line.after, line.version + 1)
        return line.trail

    def _json(self, values, version):
        return audit.encode({n: v for n, v in values.items() if n in self.audited} | {"version": version})

    @cached_property
    def fingerprint(self):
        """A hash of everything that would be written, and over which versions."""
        digest = sha256()
        for line in chain(*self.shown.values()):
            parts = (
                line.label,
                *((audit.encode(line.told),) if line.hidden else (line.id, *self.trail(line))),
            )
            digest.update("\0".join(map(str, parts)).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


def plan(checked):
    """The Plan of Checked rows beside the stored ones; writes nothing.

    Rules across columns see the stored values under the given ones. Of a closed period only rows
    equal to what is stored pass. Source: DESIGN, Contracts, Command line.
    """
    planner, rows, sheet = Planner(checked), checked.rows.values(), checked.sheet
    meant = [sheet.meant(row, planner.stored) for row in rows]
    found = planner.plan
    refuse_repeated(found)
    for place, (row, old) in enumerate(zip(rows, meant, strict=True)):
        if row.number not in checked.bad:
            planner.take(row, old)
        if not place % STEP:
            checked.context.progress(0.4 + 0.3 * place / len(rows))
    refuse_taken(found)
    refuse_lost(found)
    refuse_moves(found)
    if planner.outlook:
        planner.outlook.warn()
    order = {column.header: place for column, place in checked.table.places.items()}
    found.errors.sort(key=lambda p: (p.row, order.get(p.column, -1)))
    return found


class Planner:
    """Takes one checked row after another and puts it where it belongs in the plan."""

    def __init__(self, checked):
        self.checked, self.sheet, self.fail = checked, checked.sheet, checked.fail
        self.user, self.plan, model = checked.context.user, Plan(checked), checked.sheet.model
        self.stored = _stored(self.sheet, checked.rows.values())
        ids = {old["id"] for old in self.stored.values()}
        self.denied = access.outside(model, ids, access.writable(model, self.user))
        self.plan.unread = access.outside(model, ids, access.scope(model, self.user))
        self.closed = model.frozen_with_period and {key for (key,) in Period.ids("closed").tuples()}
        self.rules, self.outlook = self.sheet.rules(self.user), self.sheet.outlook(checked)
        self.note = self.outlook.note if self.outlook else nothing
        self.fields, defaults = model._meta.fields, model._meta.get_default_dict()
        self.blank = {n: defaults.get(n) for n in self.fields if n not in audit.OURS}
        self.required = [
            n for n in self.sheet.by_name
            if self.blank[n] is None and not self.fields[n].null and n not in self.sheet.optional
        ]  # fmt: skip
        self.label, self.named = LABELLED.sub("%s", model.called), LABELLED.findall(model.called)
        self.word = cache(self._word)

    def take(self, row, old):
        """Put a row into the plan beside the stored one, or among the errors.

        Where the account may not learn whether a row is stored, it is one and the same in all that she sees.
        """
        secret = self.sheet.secret(row.values, self.user)
        if old and not secret:
            self._take_stored(row, old)
        elif (line := self._begun(row)) and not secret:
            self._file(self.plan.new, line, row)
        elif line:
            self.checked.warn(row, None, self.sheet.secrecy)
            line.hidden, line.told, kind = True, dict(row.values), self.plan.new
            if old:
                line.after = {n: v for n, v in row.values.items() if n not in self.sheet.key}
                line.before = {n: old[n] for n in line.after}
                line.id, line.version = old["id"], old["version"]
                stays = old["id"] in self.denied or self.sheet.stands(old, self.user)
                kind = self.plan.left if stays else self.plan.changed
            kind.append(line)

    def _begun(self, row):
        """The Line of a new row; None, and said why, where it is none."""
        merged = self.blank | row.values
        if self.sheet.unfilled(row):
            self.plan.equal.append((row.number, self._label(merged)))
            return self.checked.warn(row, None, N_("belum diisi; dilewati"))
        missing = [name for name in self.required if merged[name] is None]
        for name in missing:
            self.fail(row, name, N_("wajib diisi untuk data baru"))
        if not missing and self._agrees(row, merged) and self._holds(row, merged):
            begin(self.checked, row, merged)
        if row.number in self.checked.bad:
            return None
        merged |= self.sheet.derive(merged)
        return Line(row.number, self._label(merged), merged, predicate=self.note(row, merged))

    def _take_stored(self, row, old):
        """Put a row into the plan by what it has otherwise than stored.

        What the account may not read is written again: "same" would tell its value.
        """
        hidden, key = old["id"] in self.plan.unread, self.sheet.key
        after = {
            n: v
            for n, v in row.values.items()
            if (hidden and n not in key) or (v != old[n] and not self._reads_back(n, v, old[n]))
        }
        merged = {**old, **after}
        if not self._agrees(row, merged):
            return
        predicate = self.note(row, merged, None if hidden else old)
        if not after:
            self.plan.equal.append((row.number, self._label(merged)))
            return
        move = asked_move(self.checked, row, old, after) if self._holds(row, merged, old) else None
        if row.number not in self.checked.bad:
            after |= self._following(row, old, after, merged, move)
            before, label = {n: old[n] for n in after}, self._label(merged)
            line = Line(row.number, label, after, old["id"], old["version"], before, hidden, move=move)
            line.told, line.predicate = dict(after), predicate
            self._file(self.plan.changed, line, row)

    def _reads_back(self, name, value, old):
        """Whether a stored text reads back as this value: what we printed is not a change."""
        column = self.fields[name]
        if value is None or old is None or not (hasattr(column, "max_length") and hasattr(column, "show")):
            return False
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
            more[FLOWS[self.sheet.model].state.name] = move.end
        return more

    def _agrees(self, row, merged):
        """Whether no verified column contradicts the row."""
        problem = self.sheet.disagrees(row, merged)
        if problem:
            self.fail(row, *problem)
        return not problem

    def _holds(self, row, merged, old=None):
        """Whether the row may be written: its period is open, every rule agrees, and the account may change it."""
        if self.closed and {merged.get("period"), old and old.get("period")} & self.closed:
            self.fail(row, "period", N_("periode sudah ditutup, sehingga datanya tidak dapat diubah"))
            return False
        found = [problem for rule in self.rules for problem in rule(merged)]
        if not found and old and old["id"] in self.denied:
            found = [(self.sheet.key[0], N_("data ini tidak boleh Anda ubah"))]
        for name, message in found:
            self.fail(row, name, message)
        return not found

    def _file(self, kind, line, row):
        """Put a line where it belongs: a row that has moved on needs a person's choice."""
        base = base_of(row, self.checked)
        if base not in (None, line.version) and not line.hidden:
            line.base = base
            if row.number not in self.checked.context.take:
                kind = self.plan.conflict
        kind.append(line)

    def _label(self, merged):
        return self.label % tuple([self.word(name, merged[name]) for name in self.named])

    def _word(self, name, value):
        """A value as labels write it: references by their labels, choices by their words."""
        field, known = self.fields[name], self.checked.known[name].get(value)
        if known is None:
            return field.show(value)
        model, (key, _, *more) = field.rel_model, known
        return model.called.format_map(dict(zip(model.names, (key, *more), strict=False)))


# ------------------------------------------------------------------ what is stored


def _stored(sheet, rows):
    """{key: values by field name, with id and version} of the stored rows that a file may mean."""
    model, wanted = sheet.model, {*sheet.by_name, *sheet.key, *sheet.derived, "id", "version"}
    fields, query = [f for f in model._meta.sorted_fields if f.name in wanted], model.select()
    for place, name in enumerate(sheet.key):  # by what every row has, but dates
        column = model._meta.fields[name]
        if name not in sheet.optional and not isinstance(column, DateField):
            query = query.where(among(column, {row.key[place] for row in rows} - {None}))
    names = [f.name for f in fields]
    places = [names.index(name) for name in sheet.key]
    return {
        tuple([line[p] for p in places]): dict(zip(names, line, strict=True))
        for line in fetched(query, fields)
    }


def base_of(row, checked):
    """The version of a row that the file was made from; None where it does not say.

    A row without its last optional part (an assessor who was filled in since) counts as that row.
    """
    versions, key = checked.table.versions, []
    if not versions:
        return None
    for name in checked.sheet.key:
        value = None if name in row.defaulted else row.values.get(name)
        told = checked.known[name].get(value, (value,))[0]
        key.append("" if told is None else str(told))
    return versions.get((*key,), versions.get((*key[:-1], "")))
