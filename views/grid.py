"""The entry grid: A, S or B per person and aspect on one screen, saved as one upload that can be undone."""

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
from views.records import Computes
from views.session import me
from views.shown import spoken

LETTERS = {"A": "ABOVE", "S": "MEETS", "B": "BELOW", "": CLEAR}  # atas, sesuai, bawah; an emptied one clears
SHOWN = {level: letter for letter, level in LETTERS.items()}
ASPECTS = ("work_level", "behaviour_level")
MOST = 60  # people on one screen; more are for Excel


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
        units, code = units_of(me()), request.values.get("unit", "")
        if code not in units:
            own = me().unit and me().unit.code
            code = own if own in units else next(iter(units), "")
        query = to_judge(me()).where(Unit.code == code).order_by(Employee.name, Employee.id)
        people = list(query.limit(MOST))
        stored = stored_levels(people, period)
        typed = typed_levels(people) if request.method == "POST" else {}
        if typed:
            upload = self.save(people, period, typed)
            if upload:
                return redirect(self.get_url(".grid", unit=code, saved=upload.id))
        answers = {  # predikat by two letters, for the column that answers while one types
            "".join(SHOWN[level] for level in pair): gettext(Rating.predicate.labels[code])
            for pair, code in MATRIX.items()
        }
        return self.render(
            "admin/grid.html", period=period, units=units, unit=code, people=people, most=MOST, aspects=ASPECTS,
            rows={p.id: typed.get(p.id) or letters(stored.get(p.id)) for p in people},
            versions={key: row.version for key, row in stored.items()}, predicates=answers,
            saved=request.args.get("saved", type=int),
        )  # fmt: skip

    @staticmethod
    def save(people, period, typed):
        """The applied Upload of what was changed on the screen; None, and said why, when nothing was written."""
        with write():
            stored = stored_levels(people, period)
            changed = [p for p in people if typed[p.id] != letters(stored.get(p.id))]
            versions = {p.id: str(stored[p.id].version if p.id in stored else 0) for p in changed}
            stale = [p.name for p in changed if request.form.get(f"was-{p.id}") != versions[p.id]]
            if stale:
                return flash(gettext("Sudah diubah orang lain sementara ini; muat ulang halaman lalu isi lagi: %(names)s",
                                     names=", ".join(stale)), "error")  # fmt: skip
            if not changed:
                return flash(gettext("Tidak ada yang berubah."), "info")
            part, file = ASSESSMENTS.only(("employee.nip", "period", "source", *ASPECTS)), io.BytesIO()
            rows = [(p.nip, period.code, "supervisor", *map(LETTERS.get, typed[p.id])) for p in changed]
            write_csv(part, rows, file)
            name = f"isi-di-layar-{period.code}.csv"
            found, upload = apply_at_once(ASSESSMENTS, file.getvalue(), name, Context(me(), period))
        for problem in found.errors:
            flash(f"{problem.value}: {problem.message}", "error")
        for warning in found.warnings[:MOST]:
            if warning.column:
                flash(f"{warning.row - 1}. {warning.column}: {spoken(warning.error)}", "info")
        return upload


def to_judge(user):
    """The active people of whom an account gives the supervisor's word, with their units."""
    rule, everybody = access.led(user), Employee.select().join(Unit).where(Employee.active)
    return everybody if rule is None else everybody.where(rule)


def units_of(user):
    """{code: (name, people)} of the units where the account has people."""
    query = to_judge(user).select(Unit.code, Unit.name, fn.COUNT(Employee.id))
    found = query.group_by(Unit.id, Unit.code, Unit.name).order_by(Unit.name)
    return {code: (name, count) for code, name, count in found.tuples()}


def stored_levels(people, period):
    """{employee id: the assessment that the sheet would meet for a blank NIP Penilai}."""
    wanted = (Assessment.period == period) & (Assessment.source == "supervisor")
    rows = Assessment.select().where(wanted, Assessment.employee.in_([p.id for p in people]))
    stored = {(row.employee_id, row.period_id, row.source, row.assessor_id): row for row in rows}
    met = {p.id: stored_assessment((p.id, period.id, "supervisor", p.supervisor_id), stored) for p in people}
    return {key: row for key, row in met.items() if row}


def letters(row):
    return tuple(SHOWN.get(getattr(row, name, None), "") for name in ASPECTS)


def typed_levels(people):
    """{employee id: letters} as the form has them; what is no letter is none."""
    typed = {p.id: [request.form.get(f"{aspect}-{p.id}") for aspect in ASPECTS] for p in people}
    return {key: tuple(text if text in LETTERS else "" for text in texts) for key, texts in typed.items()}
