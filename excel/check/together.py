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

LOOP = N_("membentuk lingkaran: data ini menjadi atasan dirinya sendiri")
LOST = N_("mengacu ke baris lain di berkas ini yang masih salah")


def refuse_repeated(plan):
    """Refuse rows that mean the same as another row of the file, all of them."""
    key = plan.sheet.key
    rows = [(tuple(map(row.values.get, key)), row.number) for row in plan.checked.rows.values()]
    twice = _given_twice([pair for pair in rows if pair[0] != (None,)])  # else they are yet to be numbered
    plan.refuse({number: (key[0], problem) for number, problem in twice.items()})


def refuse_taken(plan):
    """Refuse rows whose value of a unique field beside the key is another row's, in the file or stored."""
    model = plan.sheet.model
    for name, column in plan.sheet.by_name.items():
        field = model._meta.fields[name]
        if not field.unique or (name,) == tuple(plan.sheet.key):
            continue
        lines = [x for x in (*plan.new, *plan.changed, *plan.conflict) if x.after.get(name) is not None]
        wrong = _given_twice([(line.after[name], line.row) for line in lines])
        values = [audit.plain(line.after[name]) for line in lines]
        owners = dict(model.select(field, model.id).where(among(field, values)).tuples())
        for line in lines:
            if line.row not in wrong and owners.get(line.after[name], line.id) != line.id:
                wrong[line.row] = Invalid(N_("sudah dipakai data lain"))
        plan.refuse({number: (column, problem) for number, problem in wrong.items()})


def _given_twice(pairs):
    """{row number: Invalid} of the (value, row number) whose value another row has too."""
    groups, wrong = defaultdict(list), {}
    for value, number in pairs:
        groups[value].append(number)
    for numbers in groups.values():
        for number in numbers if len(numbers) > 1 else ():
            others = ", ".join([str(other) for other in numbers[:6] if other != number])
            wrong[number] = Invalid(N_("sama dengan baris %(rows)s; hapus salah satu"), rows=others)
    return wrong


def refuse_lost(plan):
    """Refuse rows that would be their own ancestors, then those that lean on a row in error."""
    model, key = plan.sheet.model, plan.sheet.key[0]
    for column in plan.sheet.own:
        name = column.name
        lines = {line.id or line.after[key]: line for line in (*plan.new, *plan.changed)}
        moved = {who: line.after[name] for who, line in lines.items() if line.after.get(name)}
        if moved:
            above = dict(model.select(model.id, model._meta.fields[name]).tuples()) | moved
            loops = [start for start in moved if start in climb(above.get(start), above.get)]
            plan.refuse({lines[start].row: (column, LOOP) for start in loops})
        lost = True
        while lost:
            coming = {line.after[key] for line in plan.new}
            refers = [(line.row, line.after.get(name)) for line in (*plan.new, *plan.changed)]
            lost = {row for row, value in refers if isinstance(value, Coming) and value not in coming}
            plan.refuse(dict.fromkeys(lost, (column, LOST)))


# ------------------------------------------------------------------ moves


def begin(checked, row, merged):
    """Put the state of a new row into its values; an error of the row where it may not begin so."""
    flow, user, columns = flows.FLOWS.get(checked.sheet.model), checked.context.user, checked.sheet.by_name
    if not flow:
        return
    name, labels = flow.state.name, flow.state.labels
    state = row.values.get(name)
    if state is None:
        merged[name] = flow.first(merged, user)
        return
    asked = flow.borne_by[state]
    lacking = [columns[n].header for n in sorted(asked or ()) if n in columns and merged.get(n) is None]
    if state != flow.initial and not access.is_desk(user):
        wrong = Invalid(N_("data baru dimulai sebagai %(state)s"), state=labels[flow.initial])
        checked.fail(row, name, wrong)
    elif asked is None:
        checked.fail(row, name, Invalid(N_("%(state)s tidak dapat dicapai"), state=labels[state]))
    elif lacking:
        words = N_("%(state)s memerlukan %(fields)s")
        checked.fail(row, name, Invalid(words, state=labels[state], fields=", ".join(lacking)))


def asked_move(checked, row, old, after):
    """The move that a stored row asks for by what differs, or None; an error of the row where none leads there."""
    flow = flows.FLOWS.get(checked.sheet.model)
    own = after.keys() & flow.own if flow else ()
    if not own:
        return None
    name, labels = flow.state.name, flow.state.labels
    start, end = old[name], row.values.get(name)
    moves = [m for m in flow.moves if start in m.start and end in (None, m.end)]
    moves = [m for m in moves if own - {name} <= m.own | {*m.offers}]
    if len(moves) == 1 or (moves and end):
        return moves[0]
    if end in (None, start):
        words = N_("berubah hanya bersama %(status)s; isi kolom itu")
        if not moves:
            words = N_("tidak berubah pada status ini")
        status = f"{flow.state.verbose_name} ({' / '.join(m.words for m in moves)})"
        checked.fail(row, min(own - {name} or own), Invalid(words, status=status))
    else:
        words = N_("dari %(before)s tidak dapat menjadi %(state)s")
        checked.fail(row, name, Invalid(words, before=labels[start], state=labels[end]))
    return None


def refuse_moves(plan):
    """Refuse the rows whose move cannot be made, each at its cell; a few statements a move."""
    model, flow, lines = plan.sheet.model, flows.FLOWS.get(plan.sheet.model), defaultdict(list)
    for line in [line for line in plan.changed if line.move]:
        lines[line.move].append(line)
    brought = {column.name for column in plan.checked.table.places}
    for move, some in lines.items():
        rows = list(model.select().where(among(model.id, [line.id for line in some])))
        able, left = flows.sort_out(rows, move, plan.checked.context.user)
        why = {row.id: problem for row, problem in left}
        wanted, wrong = move.asked(able, plan.checked.context.user) if able else (), {}
        for line in some:
            values, problem = plan.checked.rows[line.row].values, why.get(line.id)
            lacking = None if problem else next((n for n in wanted if values.get(n) is None), None)
            if problem or lacking:
                names = (lacking, flow.state.name, *sorted(flow.own & values.keys()))
                place = next((name for name in names if name in brought), flow.state.name)
                wrong[line.row] = place, problem or flows.Missing(model, [lacking])
        plan.refuse(wrong)
