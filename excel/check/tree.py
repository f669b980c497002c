"""Rows of one file that refer to each other: what leans on an error falls, and circles are refused."""

from tables import climb
from values import N_

from .validate import Coming

LOOP = N_("membentuk lingkaran: data ini menjadi atasan dirinya sendiri")
LOST = N_("mengacu ke baris lain di berkas ini yang masih salah")


def drop_lost_rows(planner):
    """Take out rows that would be their own ancestors, or that lean on a row in error."""
    plan, key = planner.plan, planner.sheet.key[0]
    for column in planner.sheet.own:
        _drop(planner, column, _loops(planner.model, column.name, key, plan), LOOP)
        while lost := _lost(plan, column.name, key):
            _drop(planner, column, lost, LOST)


def _lost(plan, name, key):
    """The numbers of rows that refer to a row of the file that will not be added."""
    coming = {line.after[key] for line in plan.new}
    refers = ((line.row, line.after.get(name)) for line in (*plan.new, *plan.changed))
    return {row for row, value in refers if isinstance(value, Coming) and value not in coming}


def _drop(planner, column, numbers, message):
    planner.drop(numbers)
    for row in planner.checked.rows if numbers else ():
        if row.number in numbers:
            planner.fail(row, column, message)


def _loops(model, name, key, plan):
    """The rows of a plan that would be their own ancestors."""
    lines = {line.id or line.after[key]: line for line in (*plan.new, *plan.changed)}
    moved = {who: line.after[name] for who, line in lines.items() if line.after.get(name)}
    if not moved:
        return set()
    above = dict(model.select(model.id, model._meta.fields[name]).tuples()) | moved
    return {lines[start].row for start in moved if start in climb(above.get(start), above.get)}
