"""Values that no two rows share beside the key: taken twice in one file, or by a stored row, is an error at the cell."""

from collections import defaultdict

import audit
from database import among
from values import N_, Invalid


def drop_taken_values(planner):
    """Take out the rows whose value of a unique field is another row's, in the file or stored."""
    for column in planner.sheet.alone:
        wrong = _taken(planner, column)
        planner.drop(wrong.keys())
        for row in planner.checked.rows if wrong else ():
            if row.number in wrong:
                planner.fail(row, column, wrong[row.number])


def _taken(planner, column):
    """{row number: Invalid} of the rows whose value is taken."""
    plan, model, groups = planner.plan, planner.model, defaultdict(list)
    for line in (*plan.new, *plan.changed, *plan.conflict):
        if line.after.get(column.name) is not None:
            groups[line.after[column.name]].append(line)
    query = model.select(column.field, model.id)
    owners = dict(query.where(among(column.field, map(audit.plain, groups))).tuples())
    wrong = {}
    for value, lines in groups.items():
        for line in lines:
            if len(lines) > 1:
                others = ", ".join([str(other.row) for other in lines[:6] if other is not line])
                wrong[line.row] = Invalid(N_("sama dengan baris %(rows)s; hapus salah satu"), rows=others)
            elif owners.get(value, line.id) != line.id:
                wrong[line.row] = Invalid(N_("sudah dipakai data lain"))
    return wrong
