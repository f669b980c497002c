"""From values to what would be written: new, changed, same, conflict, beside what is stored."""

from collections import defaultdict
from functools import cache

from peewee import DateField

import access
import audit
from database import among, fetched
from flows import FLOWS, sort_out
from models import Period
from tables import LABELLED, climb
from values import N_, Invalid

from ..read.edits import edited, lessons
from ..read.parse import parse
from ..sheet import nothing
from .validate import Coming, validate

STEP = 5_000  # rows between two reports of the progress
FORBIDDEN = N_("data ini tidak boleh Anda ubah")


def read_file(sheet, data, context):
    """The Plan of a file's bytes, with what people decided about them, before it is held beside what is stored."""
    table = edited(parse(data, sheet, lessons(sheet) | context.edits.titles), context.edits)
    context.progress(0.2)
    return validate(sheet, table, context)


def check(sheet, data, context):
    """The Plan of a file's bytes, written nowhere. Raises Unreadable and access.Denied."""
    return plan(read_file(sheet, data, context))


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
        checked.by_number[problem.row].errors += (problem,)
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
        self.fields, self.blank = model._meta.fields, blank(model)
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
            if row.number not in self.checked.context.edits.take:  # it has moved on: a person's choice
                row.kind = "conflict"
        elif not old:
            row.values = row.after  # which is all of it: of many rows one costs less than both

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
            after["state"] = row.move.end
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


def blank(model):
    """{field name: value} of a new row of which nothing is given."""
    defaults = model._meta.get_default_dict()
    return {name: defaults.get(name) for name in model._meta.fields if name not in audit.KEPT_BY_US}


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


def refuse_repeated(checked, rows):
    """Refuse rows that mean the same as another row of the file, or share what only one may have: all of them."""
    for names in [checked.sheet.key, *((name,) for name in _unique(checked.sheet))]:
        groups = defaultdict(list)
        for row in [row for row in rows if not row.kind]:
            groups[tuple(map(row.values.get, names))].append(row)
        groups.pop((None,), None)  # empty, or yet to be numbered
        for group in groups.values():
            for row in group if len(group) > 1 else ():
                others = ", ".join([str(other.number) for other in group[:6] if other is not row])
                words = N_("sama dengan baris %(rows)s; hapus salah satu")
                checked.fail(row, names[0], Invalid(words, rows=others))


def refuse_taken(plan):
    """Refuse rows whose value of a unique field beside the key is a stored row's."""
    for name in _unique(plan.sheet):
        model, field = plan.sheet.model, plan.sheet.model._meta.fields[name]
        rows = {row.after.get(name): row for row in plan.of("new", "changed", "conflict")}
        values = [audit.plain(value) for value in rows if value is not None]
        for value, key in model.select(field, model.id).where(among(field, values)).tuples():
            if rows[value].id != key:
                plan.fail(rows[value], name, N_("sudah dipakai data lain"))


def _unique(sheet):
    """The names of the fields beside the key of which no two rows may have the same value."""
    return [n for n in sheet.by_name if sheet.model._meta.fields[n].unique and (n,) != tuple(sheet.key)]


def refuse_lost(plan):
    """Refuse rows that would be their own ancestors, then those that lean on a row in error."""
    model, key, fail = plan.sheet.model, plan.sheet.key[0], plan.fail
    for column in plan.sheet.own:
        name = column.name
        rows = {row.id or row.after[key]: row for row in plan.of("new", "changed")}
        moved = {who: row.after[name] for who, row in rows.items() if row.after.get(name)}
        if moved:
            above = dict(model.select(model.id, model._meta.fields[name]).tuples()) | moved
            for start in [start for start in moved if start in climb(above.get(start), above.get)]:
                fail(rows[start], column, N_("membentuk lingkaran: data ini menjadi atasan dirinya sendiri"))
        lost = True
        while lost:
            coming = {row.after[key] for row in plan.new}
            refers = [row for row in plan.of("new", "changed") if isinstance(row.after.get(name), Coming)]
            lost = [row for row in refers if row.after[name] not in coming]
            for row in lost:
                fail(row, column, N_("mengacu ke baris lain di berkas ini yang masih salah"))


def begin(checked, row, merged):
    """Put the state of a new row into its values; [(field, Invalid)] where it may not begin so.

    The desk may bring history in: in a state that the row's columns bear out.
    """
    flow, user, columns = FLOWS.get(checked.sheet.model), checked.context.user, checked.sheet.by_name
    state = row.values.get("state")
    if flow and state is None:
        merged["state"] = flow.first(merged, user)
    if not flow or state is None:
        return []
    asked, labels, words = flow.borne_by[state], flow.state.labels, ""
    lacking = [columns[n].header for n in sorted(asked or ()) if n in columns and merged.get(n) is None]
    if state != flow.initial and not access.is_desk(user):
        state, words = flow.initial, N_("data baru dimulai sebagai %(state)s")
    elif asked is None:
        words = N_("%(state)s tidak dapat dicapai")
    elif lacking:
        words = N_("%(state)s memerlukan %(fields)s")
    return [("state", Invalid(words, state=labels[state], fields=", ".join(lacking)))] if words else []


def asked_move(checked, row, old, after):
    """(the move that a stored row asks for by what differs, or None; [(field, Invalid)] where none leads there)."""
    flow = FLOWS.get(checked.sheet.model)
    own = after.keys() & flow.own if flow else ()
    if not own:
        return None, []
    labels, start, end, further = flow.state.labels, old["state"], row.values.get("state"), own - {"state"}
    moves = [m for m in flow.moves if start in m.start and end in (None, m.end)]
    moves = [m for m in moves if further <= m.own | {*m.offers}]
    if len(moves) == 1 or (moves and end):
        return moves[0], []
    if end not in (None, start):
        words = N_("dari %(before)s tidak dapat menjadi %(state)s")
        return None, [("state", Invalid(words, before=labels[start], state=labels[end]))]
    words = N_("berubah hanya bersama %(status)s; isi kolom itu")
    if not moves:
        words = N_("tidak berubah pada status ini")
    status = f"{flow.state.verbose_name} ({' / '.join(m.words for m in moves)})"
    return None, [(min(further or own), Invalid(words, status=status))]


def refuse_moves(plan):
    """Refuse the rows whose move cannot be made, each at its cell; a few statements a move."""
    model, brought, rows = plan.sheet.model, {c.name for c in plan.table.places}, defaultdict(dict)
    for row in plan.changed:
        if row.move:
            rows[row.move][row.id] = row
    for move, meant in rows.items():
        stored = list(model.select().where(among(model.id, meant)))
        given = {key: row.values for key, row in meant.items()}
        for found, problem in sort_out(stored, move, plan.context.user, given)[1]:
            row = meant[found.id]
            names = (*getattr(problem, "names", ()), "state", *sorted(FLOWS[model].own & row.values.keys()))
            plan.fail(row, next((name for name in names if name in brought), "state"), problem)
