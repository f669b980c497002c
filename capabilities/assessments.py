"""What is said of people: who may say it, how its sheet is read, and what a file of it would lead to."""

from peewee import JOIN

import access
from access import people, table
from capabilities.outlook import Outlook
from excel.export import below, stream, unit_of
from excel.sheet import NAME, PERSON, Column, Sheet
from fields import Predicate
from models import Assessment, Employee, Period, Unit
from rating import MATRIX, predicate_of
from values import N_, Invalid

PREDICATES = dict(Predicate.CHOICES)

HIDDEN_SOURCES = ("peer", "subordinate")  # seen as aggregates only: who said it stays unknown
REQUESTED = ("peer", "subordinate", "observation", "self")  # an assessor may be asked for these
SAID = ("work_score", "behaviour_score", "work_level", "behaviour_level", "note")


def for_supervisor(user):
    return Assessment.employee.in_(people(user)) & Assessment.source.not_in(HIDDEN_SOURCES)


def for_employee(user):
    mine = user.employee_id or 0
    about_me = (Assessment.employee == mine) & Assessment.source.not_in(HIDDEN_SOURCES)
    return about_me | (Assessment.assessor == mine)


def changes(user):
    """Nobody is judged by herself; a supervisor delivers what she may not read back."""
    mine = user.employee_id or 0
    if user.role == "employee":
        return Assessment.assessor == mine
    not_self_rated = (Assessment.employee != mine) | (Assessment.source == "self")
    group = people(user)
    return not_self_rated if group is None else Assessment.employee.in_(group) & not_self_rated


def locked(user):
    """Who is asked for an assessment answers it; whom and what it is about stays."""
    employee = user is not None and user.role == "employee"
    return {"employee", "period", "source", "assessor"} if employee else set()


table(
    Assessment, read="admin hr supervisor employee", create="admin hr supervisor",
    update="admin hr supervisor employee", delete="admin hr supervisor", upload="admin hr supervisor",
    compute="admin hr supervisor", sees={"supervisor": for_supervisor, "employee": for_employee},
    changes=changes, locked=locked,
)  # fmt: skip


def may_rate(user, employee_id, source):
    """Whether an account may give an assessment of this source to this employee (by id)."""
    return user is None or employee_id != user.employee_id or source == "self"


# ------------------------------------------------------------------ the sheet


class AssessmentSheet(Sheet):
    """Whom a blank cell means, what is verified, and the template with the account's people."""

    def complete(self, row, checked):
        """Fill in Periode, Sumber and NIP Penilai where they are blank, and judge the assessor.

        Source: DESIGN, Contracts, Sheets.
        """
        values, period = row.values, checked.context.period
        if "period" not in values:
            if period is None:
                return checked.fail(
                    row, "period", N_("kosong; isi kolom ini atau pilih periode saat mengunggah")
                )
            values["period"] = period.id
        source = values.setdefault("source", "supervisor")
        employee = values["employee"]
        supervisor = checked.known["employee"][employee][3]
        if "assessor" not in values:
            values["assessor"] = {"supervisor": supervisor, "self": employee}.get(source)
            row.defaulted = True
        elif unusual(source, values["assessor"], supervisor):
            checked.warn(row, "assessor", N_("bukan atasan langsung yang tercatat; periksa sebelum disimpan"))
        return None

    def meant(self, row, stored):
        """A blank NIP Penilai means the row without an assessor, else the usual one's."""
        if not row.defaulted:
            return stored.get(row.key)
        old = stored_assessment(row.key, stored)
        row.values["assessor"] = old["assessor"] if old else row.key[3]
        return old

    def unfilled(self, row):
        asks = row.values["source"] in REQUESTED and row.values["assessor"]
        return not asks and all(row.values.get(name) is None for name in SAID)

    def rules(self, user):
        def own(values):
            if not may_rate(user, values["employee"], values["source"]):
                return "employee", N_("Anda tidak dapat menilai diri sendiri")

        return [own, *self.model.rules]

    def disagrees(self, row, merged):
        """A Predikat beside two levels must be theirs (DOMAIN 1.3, 11)."""
        column, given = self.verified[0], row.verified.get("predicate")
        levels = merged.get("work_level"), merged.get("behaviour_level")
        if not given or None in levels or predicate_of(*levels) == given:
            return None
        words = N_("tidak sesuai dengan kedua rating, yang menghasilkan %(right)s; perbaiki atau kosongkan")
        return column, Invalid(words, right=column.field.show(predicate_of(*levels)))

    def outlook(self, checked):
        return Outlook(checked)

    def prefilled(self, context, unit_code):
        """The active people of the account's scope (of `unit_code` and below), not the account's own person,
        for the context's period or else the current one, with what the supervisor's assessments say so far."""
        period = context.period or Period.current()
        if period is None:
            raise Invalid(N_("Belum ada periode yang terbuka; buka satu periode lebih dahulu"))
        return prefilled(context.user, period, unit_code), versions(context.user, period, unit_code)


def unusual(source, assessor, supervisor):
    if source == "public":
        return assessor is not None
    return source == "supervisor" and None not in (assessor, supervisor) and assessor != supervisor


def stored_assessment(key, stored):
    """The stored row that a blank NIP Penilai means: that without an assessor, else the usual one's."""
    employee, period, source, _ = key
    return stored.get((employee, period, source, None)) or stored.get(key)


ASSESSMENTS = AssessmentSheet(
    "assessments", Assessment, key=("employee", "period", "source", "assessor"),
    references={"employee": PERSON, "period": (N_("Periode"), Period.code),
                "assessor": (N_("NIP Penilai"), Employee.nip)},
    printed=(NAME,), optional=("period", "source", "assessor"),
    either=(("work_score", "work_level"), ("behaviour_score", "behaviour_level")),
    verified=(Column(N_("Predikat"), "predicate", Predicate()),),
    automatic=(Column(N_("Predikat (otomatis)"), "automatic", Predicate()),),
    anybody=("assessor",), knows={"employee": (Employee.supervisor,)},
)  # fmt: skip


def prefilled(user, period, unit_code):
    """Rows in column order: each person, with the supervisors' assessments stored so far."""
    assessor = Employee.alias()
    mine = (
        (Assessment.employee == Employee.id)
        & (Assessment.period == period.id)
        & (Assessment.source == "supervisor")
    )
    query = (
        Employee.select(
            Employee.nip, Employee.name, assessor.nip, Assessment.work_score, Assessment.behaviour_score,
            Assessment.work_level, Assessment.behaviour_level, Assessment.note,
        )
        .join(Unit)
        .join_from(Employee, Assessment, JOIN.LEFT_OUTER, on=mine)
        .join_from(Assessment, assessor, JOIN.LEFT_OUTER, on=(Assessment.assessor == assessor.id))
        .where(Employee.active == True)  # noqa: E712 - SQL
        .order_by(Unit.code, Employee.name, Employee.nip)
    )  # fmt: skip
    group = access.people(user)
    if group is not None:
        query = query.where(Employee.id.in_(group))
    if user is not None and user.employee_id:
        query = query.where(Employee.id != user.employee_id)
    if unit_code:
        query = query.where(below(Employee, unit_of(unit_code, user)))
    for nip, name, *said in stream(query):
        cell = MATRIX.get((said[3], said[4]))
        yield (nip, name, period.code, "supervisor", *said, PREDICATES.get(cell, ""))


def versions(user, period, unit_code):
    """The key of each row and the version it has now, 0 where nothing was said yet.

    Read before the rows: what changes in between is a conflict rather than overlooked.
    """
    assessor = Employee.alias()
    query = (
        Assessment.select(Employee.nip, assessor.nip, Assessment.version)
        .join(Employee)
        .join_from(Assessment, assessor, JOIN.LEFT_OUTER, on=(Assessment.assessor == assessor.id))
        .where((Assessment.period == period.id) & (Assessment.source == "supervisor"))
    )
    known = {(nip, by): version for nip, by, version in stream(query)}
    for nip, _, code, source, by, *_ in prefilled(user, period, unit_code):
        yield nip, code, source, by, known.get((nip, by), 0)
