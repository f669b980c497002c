"""What the rows of one file are to each other: the same, of one value, or one above the other."""

from collections import defaultdict

import audit
from database import among
from tables import climb
from values import N_, Invalid

from .validate import Coming

LOOP = N_("membentuk lingkaran: data ini menjadi atasan dirinya sendiri")
LOST = N_("mengacu ke baris lain di berkas ini yang masih salah")


def refuse_repeated(plan):
    """Refuse rows that mean the same as another row of the file, all of them."""
    key = plan.sheet.key
    rows = [(tuple(map(row.values.get, key)), row.number) for row in plan.checked.rows]
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
        while lost := _lost(plan, name, key):
            plan.refuse(dict.fromkeys(lost, (column, LOST)))


def _lost(plan, name, key):
    """The numbers of rows that refer to a row of the file that will not be added."""
    coming = {line.after[key] for line in plan.new}
    refers = ((line.row, line.after.get(name)) for line in (*plan.new, *plan.changed))
    return {row for row, value in refers if isinstance(value, Coming) and value not in coming}
