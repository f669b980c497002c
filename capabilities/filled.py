"""The rows of the template of assessments: an account's people, with what was said of them so far."""

from peewee import JOIN

from access import below, led, unit_of
from database import stream
from models import Assessment, Employee, Rating, Unit
from rating import MATRIX


def prefilled(user, period, unit_code):
    """(rows in column order, their keys and versions): each person, with the supervisors' assessments stored so far.

    The versions, 0 where nothing was said yet, are read before the rows: what changes in between is a
    conflict rather than overlooked.
    """
    assessor = Employee.alias()
    mine = (
        (Assessment.employee == Employee.id)
        & (Assessment.period == period.id)
        & (Assessment.source == "supervisor")
    )
    query = (
        Employee.select(
            Employee.nip, Employee.name, assessor.nip, Assessment.work_score, Assessment.behaviour_score,
            Assessment.work_level, Assessment.behaviour_level, Assessment.note, Assessment.version,
        )
        .join(Unit)
        .join_from(Employee, Assessment, JOIN.LEFT_OUTER, on=mine)
        .join_from(Assessment, assessor, JOIN.LEFT_OUTER, on=(Assessment.assessor == assessor.id))
        .where(Employee.active == True)  # noqa: E712 - SQL
        .order_by(Unit.code, Employee.name, Employee.nip)
    )  # fmt: skip
    if (rule := led(user)) is not None:
        query = query.where(rule)
    if unit_code:
        query = query.where(below(Employee, unit_of(unit_code, user)))

    def rows():
        for nip, name, *said, _ in stream(query):
            cell = MATRIX.get((said[3], said[4]))
            yield nip, name, period.code, "supervisor", *said, Rating.predicate.labels.get(cell, "")

    known = ((nip, period.code, "supervisor", by, version or 0) for nip, _, by, *_, version in stream(query))
    return rows(), known
