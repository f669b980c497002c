"""The entry grid: A, S or B (atas, sesuai, bawah) per person and aspect on one screen, saved as one upload that can be undone."""

import io

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext
from peewee import fn

import access
from capabilities.assessments import ASSESSMENTS, stored_assessment
from database import write
from excel.check.validate import CLEAR, Context
from excel.out.export import write_csv
from excel.write.apply import apply_at_once
from models import Assessment, Employee, Period, Rating, Unit
from rating import MATRIX
from values import N_
from views.records import Computes
from views.session import me
from views.shown import spoken

JUDGED = ("work_level", "behaviour_level")
MOST_PEOPLE = 60  # on one screen; more are for Excel
STALE = N_("Sudah diubah orang lain sementara ini; muat ulang halaman lalu isi lagi: %(names)s")


class AssessmentView(Computes):
    model = Assessment
    list_template = "admin/assessments.html"
    list_without = ("assessor",)
    form_without = ("by_desk",)

    @expose("/grid/", methods=("GET", "POST"))
    def grid(self):
        if not self.permitted("upload"):
            abort(403)
        period = Period.current()
        if period is None:
            flash(gettext("Belum ada periode terbuka."), "error")
            return redirect(self.get_url(".index_view"))
        units = units_of(me())
        codes = request.values.get("unit"), me().unit and me().unit.code, *units
        code = next((code for code in codes if code in units), "")
        query = to_judge(me()).where(Unit.code == code).order_by(Employee.name, Employee.id)
        people = list(query.limit(MOST_PEOPLE))
        chosen = {p.id: [request.form.get(f"{name}-{p.id}", "") for name in JUDGED] for p in people}
        if request.method == "POST" and (upload := self.save(people, period, chosen)):
            return redirect(self.get_url(".grid", unit=code, saved=upload.id))
        stored = stored_assessments(people, period)
        predicates = {"".join(pair): gettext(Rating.predicate.labels[code]) for pair, code in MATRIX.items()}
        return self.render(
            "admin/grid.html", period=period, units=units, unit=code, people=people, most=MOST_PEOPLE, aspects=JUDGED,
            rows=chosen if request.method == "POST" else {key: levels(row) for key, row in stored.items()}, stored=stored,
            predicates=predicates, saved=request.args.get("saved", type=int),
        )  # fmt: skip

    @staticmethod
    def save(people, period, chosen):
        """The applied Upload of what was changed on the screen; None, and said why, when nothing was written."""
        with write():
            stored = stored_assessments(people, period)
            changed = [p for p in people if chosen[p.id] != levels(stored[p.id])]
            stale = [p.name for p in changed if request.form.get(f"was-{p.id}") != str(stored[p.id].version)]
            if stale:
                return flash(gettext(STALE, names=", ".join(stale)), "error")
            if not changed:
                return flash(gettext("Tidak ada yang berubah."), "info")
            part, file = ASSESSMENTS.only(("employee.nip", "period", "source", *JUDGED)), io.BytesIO()
            rows = [
                (p.nip, period.code, "supervisor", *(level or CLEAR for level in chosen[p.id]))
                for p in changed
            ]
            write_csv(part, rows, file)
            name = f"isi-di-layar-{period.code}.csv"
            found, upload = apply_at_once(ASSESSMENTS, file.getvalue(), name, Context(me(), period))
        for problem in found.errors:
            flash(f"{problem.value}: {problem.message}", "error")
        for warning in found.warnings[:MOST_PEOPLE]:
            if warning.column:
                flash(f"{warning.row - 1}. {warning.column}: {spoken(warning.error)}", "info")
        return upload


def to_judge(user):
    """The active people of whom an account gives the supervisor's word, with their units."""
    return Employee.select().join(Unit).where(Employee.active, access.led(user))


def units_of(user):
    """{code: (name, people)} of the units where the account has people."""
    query = to_judge(user).select(Unit.code, Unit.name, fn.COUNT(Employee.id))
    found = query.group_by(Unit.id, Unit.code, Unit.name).order_by(Unit.name)
    return {code: (name, count) for code, name, count in found.tuples()}


def stored_assessments(people, period):
    """{employee id: the assessment that the sheet would meet for a blank NIP Penilai, else one of version 0}."""
    wanted = (Assessment.period == period) & (Assessment.source == "supervisor")
    rows = Assessment.select().where(wanted, Assessment.employee.in_(people))
    stored = {(row.employee_id, row.period_id, row.source, row.assessor_id): row for row in rows}
    keys = [(p.id, period.id, "supervisor", p.supervisor_id) for p in people]
    return {key[0]: stored_assessment(key, stored) or Assessment(version=0) for key in keys}


def levels(row):
    return [getattr(row, name) or "" for name in JUDGED]
