"""From values to what would be written: new, changed, same, conflict, beside what is stored."""

from functools import cache

from peewee import DateField

import access
import audit
from database import among, fetched
from flows import FLOWS
from models import Period
from tables import LABELLED
from values import N_, Invalid

from ..read.edits import NO_EDITS, edited, lessons
from ..read.parse import parse
from ..sheet import nothing
from .together import asked_move, begin, refuse_lost, refuse_moves, refuse_repeated, refuse_taken
from .validate import validate

STEP = 5_000  # rows between two reports of the progress
FORBIDDEN = N_("data ini tidak boleh Anda ubah")


def read_file(sheet, data, context, edits=NO_EDITS):
    """The Plan of a file's bytes, with what people decided about them, before it is held beside what is stored."""
    table = edited(parse(data, sheet, lessons(sheet) | edits.titles), edits)
    context.progress(0.2)
    return validate(sheet, table, context)


def check(sheet, data, context, edits=NO_EDITS):
    """The Plan of a file's bytes, written nowhere. Raises Unreadable and access.Denied."""
    return plan(read_file(sheet, data, context, edits))


def plan(checked):
    """The Plan whose rows hold good on their own, each with its kind beside the stored ones; writes nothing.

    Rules across columns see the stored values under the given ones. Of a closed period only rows
    equal to what is stored pass. Source: DESIGN, Contracts, Command line.
    """
    rows = checked.of("")
    planner = Planner(checked, rows)
    meant = [checked.sheet.meant(row, planner.stored) for row in rows]
    refuse_repeated(checked, rows)
    for place, (row, old) in enumerate(zip(rows, meant, strict=True)):
        if not row.kind:
            planner.take(row, old)
        if not place % STEP:
            checked.context.progress(0.4 + 0.3 * place / len(rows))
    refuse_taken(checked)
    refuse_lost(checked)
    refuse_moves(checked)
    if planner.outlook:
        planner.outlook.warn()
    order = {column.header: place for column, place in checked.table.places.items()}
    checked.errors.sort(key=lambda p: (p.row, order.get(p.column, -1)))
    for problem in checked.errors:
        checked.by_number[problem.row].errors.append(problem)
    return checked


class Planner:
    """Compares one checked row after another with what is stored, and gives it its kind."""

    def __init__(self, checked, rows):
        self.checked, self.sheet, self.user = checked, checked.sheet, checked.context.user
        self.stored, model = _stored(self.sheet, rows), checked.sheet.model
        ids = {old["id"] for old in self.stored.values()}
        self.denied = access.outside(model, ids, access.writable(model, self.user))
        self.unread = checked.unread = access.outside(model, ids, access.scope(model, self.user))
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
        """Give a row its kind beside the stored one, or its errors.

        Where the account may not learn whether a row is stored, it is one and the same in all that she sees.
        """
        secret = self.sheet.secret(row.values, self.user)
        if old and not secret:
            self._take_stored(row, old)
        else:
            self._take_new(row)
        if row.kind not in ("new", "changed"):
            return
        base = base_of(row, self.checked)
        if secret:
            self.checked.warn(row, None, self.sheet.secrecy)
            row.hidden = True
            if old:
                after = {n: v for n, v in row.values.items() if n not in self.sheet.key}
                stays = old["id"] in self.denied or self.sheet.stands(old, self.user)
                self._put("left" if stays else "changed", row, row.label, after, old)
        elif base not in (None, row.version):
            row.base = base
            if row.number not in self.checked.context.take:  # it has moved on: a person's choice
                row.kind = "conflict"

    def _put(self, kind, row, label, after, old=None):
        row.kind, row.label, row.before, row.after = kind, label, {}, after
        if old:
            row.id, row.version, row.before = old["id"], old["version"], {n: old[n] for n in after}

    def _take_new(self, row):
        merged = self.blank | row.values
        if self.sheet.unfilled(row):
            self._put("same", row, self._label(merged), {})
            return self.checked.warn(row, None, N_("belum diisi; dilewati"))
        missing = [(n, N_("wajib diisi untuk data baru")) for n in self.required if merged[n] is None]
        problems = missing or self.sheet.disagrees(row, merged) or self._broken(merged)
        if not self._refused(row, problems or begin(self.checked, row, merged)):
            merged |= self.sheet.derive(merged)
            row.predicate = self.note(row, merged)
            self._put("new", row, self._label(merged), merged)
        return None

    def _take_stored(self, row, old):
        """What the account may not read is refused whatever the row says: "same" would tell its value."""
        after = {n: v for n, v in row.values.items() if v != old[n] and self._differs(n, v, old[n])}
        merged = {**old, **after}
        unread = [(self.sheet.key[0], FORBIDDEN)] if old["id"] in self.unread else []
        if self._refused(row, unread or self.sheet.disagrees(row, merged)):
            return None
        row.predicate = self.note(row, merged, old)
        if not after:
            return self._put("same", row, self._label(merged), {})
        row.move, problems = asked_move(self.checked, row, old, after)
        if self._refused(row, self._broken(merged, old) or problems):
            return None
        if after.keys() & {*self.sheet.derived_from}:
            after |= {n: v for n, v in self.sheet.derive(merged).items() if v != old[n]}
        if row.move:  # with what it asks, also where that says what it said before
            after |= {n: row.values[n] for n in (*row.move.asks, *row.move.offers) if n in row.values}
            after[FLOWS[self.sheet.model].state.name] = row.move.end
        return self._put("changed", row, self._label(merged), after, old)

    def _differs(self, name, value, old):
        """Whether a value is not the stored one; a stored text is what it reads back as: what we printed is no change."""
        column = self.fields[name]
        if value == old or None in (value, old) or not hasattr(column, "max_length"):
            return value != old
        try:
            return column.parse(column.show(old)) != value
        except Invalid:
            return True

    def _broken(self, merged, old=None):
        """[(field, message)]: a closed period, the rules that a row breaks, or that the account may not change it."""
        if self.closed and {merged.get("period"), old and old.get("period")} & self.closed:
            return [("period", N_("periode sudah ditutup, sehingga datanya tidak dapat diubah"))]
        found = [problem for rule in self.rules for problem in rule(merged)]
        if not found and old and old["id"] in self.denied:
            found = [(self.sheet.key[0], FORBIDDEN)]
        return found

    def _refused(self, row, problems):
        """Whether there are problems with a row; each is then an error of it."""
        for problem in problems:
            self.checked.fail(row, *problem)
        return bool(problems)

    def _label(self, merged):
        return self.label % tuple([self.word(name, merged[name]) for name in self.named])

    def _word(self, name, value):
        """A value as labels write it: references by their labels, choices by their words."""
        field, known = self.fields[name], self.checked.known[name].get(value)
        if known is None:
            return field.show(value)
        model, (key, _, *more) = field.rel_model, known
        return model.called.format_map(dict(zip(model.names, (key, *more), strict=False)))


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
        text = checked.known[name].get(value, (value,))[0]
        key.append("" if text is None else str(text))
    return versions.get((*key,), versions.get((*key[:-1], "")))
