"""What the rows of one file are to each other (the same, of one value, one above the other), and what they move.

A state changes as its account may change it, with what the move asks in its columns. The desk may bring
history in: new rows, in a state that their columns bear out.
"""

from collections import defaultdict

import access
import audit
import flows
from database import among
from tables import climb
from values import N_, Invalid

from .validate import Coming


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
    """Put the state of a new row into its values; [(field, Invalid)] where it may not begin so."""
    flow, user, columns = flows.FLOWS.get(checked.sheet.model), checked.context.user, checked.sheet.by_name
    if not flow:
        return []
    name, labels = flow.state.name, flow.state.labels
    state = row.values.get(name)
    if state is None:
        merged[name] = flow.first(merged, user)
        return []
    asked, words = flow.borne_by[state], ""
    lacking = [columns[n].header for n in sorted(asked or ()) if n in columns and merged.get(n) is None]
    if state != flow.initial and not access.is_desk(user):
        state, words = flow.initial, N_("data baru dimulai sebagai %(state)s")
    elif asked is None:
        words = N_("%(state)s tidak dapat dicapai")
    elif lacking:
        words = N_("%(state)s memerlukan %(fields)s")
    return [(name, Invalid(words, state=labels[state], fields=", ".join(lacking)))] if words else []


def asked_move(checked, row, old, after):
    """(the move that a stored row asks for by what differs, or None; [(field, Invalid)] where none leads there)."""
    flow = flows.FLOWS.get(checked.sheet.model)
    own = after.keys() & flow.own if flow else ()
    if not own:
        return None, []
    name, labels = flow.state.name, flow.state.labels
    start, end = old[name], row.values.get(name)
    moves = [m for m in flow.moves if start in m.start and end in (None, m.end)]
    moves = [m for m in moves if own - {name} <= m.own | {*m.offers}]
    if len(moves) == 1 or (moves and end):
        return moves[0], []
    if end not in (None, start):
        words = N_("dari %(before)s tidak dapat menjadi %(state)s")
        return None, [(name, Invalid(words, before=labels[start], state=labels[end]))]
    words = N_("berubah hanya bersama %(status)s; isi kolom itu")
    if not moves:
        words = N_("tidak berubah pada status ini")
    status = f"{flow.state.verbose_name} ({' / '.join(m.words for m in moves)})"
    return None, [(min(own - {name} or own), Invalid(words, status=status))]


def refuse_moves(plan):
    """Refuse the rows whose move cannot be made, each at its cell; a few statements a move."""
    model, flow, rows = plan.sheet.model, flows.FLOWS.get(plan.sheet.model), defaultdict(dict)
    for row in plan.changed:
        if row.move:
            rows[row.move][row.id] = row
    brought, user = {column.name for column in plan.table.places}, plan.context.user
    for move, meant in rows.items():
        stored = list(model.select().where(among(model.id, meant)))
        able, left = flows.sort_out(stored, move, user)
        wanted = move.asked(able, user) if able else ()
        for found in able:
            if lacking := [n for n in wanted if meant[found.id].values.get(n) is None][:1]:
                left.append((found, flows.Missing(model, lacking)))
        for found, problem in left:
            row = meant[found.id]
            names = (*getattr(problem, "names", ()), flow.state.name, *sorted(flow.own & row.values.keys()))
            place = next((name for name in names if name in brought), flow.state.name)
            plan.fail(row, place, problem)
