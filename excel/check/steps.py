"""What a workbook may move: a state changes as its account may change it, with what the move asks in its columns.

The desk may bring history in: new rows, in a state that their columns bear out.
"""

from collections import defaultdict

import access
import flows
from database import among
from values import N_, Invalid


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
    moves = flow.between(start, end) if end else [m for m in flow.moves if start in m.start]
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
    model, lines = plan.sheet.model, defaultdict(list)
    for line in plan.changed:
        if line.move:
            lines[line.move].append(line)
    given = {row.number: row.values for row in plan.checked.rows} if lines else {}
    for move, some in lines.items():
        rows = list(model.select().where(among(model.id, [line.id for line in some])))
        able, left = flows.sort_out(rows, move, plan.checked.context.user)
        why = {row.id: problem for row, problem in left}
        wanted, wrong = move.asked(able, plan.checked.context.user) if able else (), {}
        for line in some:
            values, problem = given[line.row], why.get(line.id)
            lacking = None if problem else next((n for n in wanted if values.get(n) is None), None)
            if problem or lacking:
                place = _place(plan, values, lacking)
                wrong[line.row] = place, problem or flows.Missing(model, [lacking])
        plan.refuse(wrong)


def _place(plan, values, lacking):
    """The field at whose cell a refusal stands: what is lacking, the state, or what the row says of the move."""
    flow, brought = flows.FLOWS[plan.sheet.model], {column.name for column in plan.checked.table.places}
    names = (lacking, flow.state.name, *sorted(flow.own & values.keys()))
    return next((name for name in names if name in brought), flow.state.name)
