"""Periods, assessments, ratings, unit results and objections."""

from operator import itemgetter

from flask import abort, current_app, flash, request
from flask_admin import expose
from flask_admin.actions import action
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

import access
import compute
from capabilities.ratings import RECAP, SIASN, Totals
from excel.out.export import rows_of, taken
from models import Assessment, Objection, Period, Rating, Unit, UnitResult
from rating import MATRIX
from values import CONTROL, Invalid
from views.base import AdminView
from views.formfields import spoken
from views.grid import Grid
from views.session import me
from views.shown import words


def run_compute(period, employees=None):
    """Compute a period for the account's people and say what came of it."""
    try:
        outcome = compute.compute(period, user=me(), employees=employees)
    except compute.Closed as closed:
        return flash(gettext(closed.template, **closed.params), "error")
    flash(
        gettext("%(period)s: %(new)s predikat baru, %(changed)s berubah, %(same)s sama, %(none)s belum dinilai.",
                period=str(period), new=outcome.new, changed=outcome.changed, same=outcome.same,
                none=outcome.incomplete), "success",
    )  # fmt: skip
    if outcome.missing:
        names = ", ".join(label for _, label in outcome.missing[:5])
        more = gettext(" dan %(n)s lainnya", n=outcome.incomplete - 5) if outcome.incomplete > 5 else ""
        flash(gettext("Belum dinilai: %(names)s%(more)s", names=names, more=more), "info")
    return None


class PeriodView(AdminView):
    model = Period
    column_default_sort = ("starts_on", True)
    action_verbs = {"compute": "compute"}

    @action("compute", _l("Hitung predikat"), _l("Hitung predikat untuk periode terpilih?"))
    def compute_periods(self, ids):
        for period in self.chosen(ids):
            run_compute(period)


class ComputesForEmployees(AdminView):
    """A list of rows of an employee in a period, from which their ratings can be computed."""

    action_verbs = {"compute": "compute"}

    @action("compute", _l("Hitung predikat"), _l("Hitung predikat pegawai terpilih?"))
    def compute_selected(self, ids):
        groups = {}
        for row in self.chosen(ids):
            groups.setdefault(row.period_id, set()).add(row.employee_id)
        for period, people in groups.items():
            run_compute(Period.get_by_id(period), employees=sorted(people))


class AssessmentView(Grid, ComputesForEmployees):
    model = Assessment
    list_template = "admin/assessments.html"
    list_without = ("assessor",)
    form_without = ("by_desk",)


def rater_name(view, context, row, path):
    """The rater; of who has no supervisor in the register the one that the office's settings name."""
    return row.rater or current_app.config["TOP_RATER"]


class RatingView(ComputesForEmployees):
    model = Rating
    column_formatters = {"rater": rater_name}
    details_template = "admin/model/rating.html"
    list_template = "admin/ratings.html"
    export_types = ("xlsx", "csv", "siasn")
    list_without = (
        "rater", "work_score", "behaviour_score", "credit", "confirmed_on", "final_on", "delivered_on",
        "acknowledged_on",
    )  # fmt: skip
    form_without = ("employee", "period", *compute.Suggestion._fields)

    def export_part(self, export_type):
        return (SIASN, "xlsx") if export_type == "siasn" else super().export_part(export_type)

    can_recap = property(lambda self: me() is not None and access.may(me(), "read", Unit))

    @expose("/recap/")
    def recap(self):
        """A unit's ratings of a period as a page to print and sign: a working copy, no official document."""
        if not self.can_recap:
            abort(403)
        periods = {p.code: p for p in Period.select().order_by(Period.starts_on.desc())}
        newest = Period.current() or next(iter(periods.values()), None)
        period, unit = periods.get(request.args.get("period"), newest), self.asked_unit()
        people, totals = [], Totals(RECAP)
        if unit and period:
            found = rows_of(RECAP, user=me(), period=period, unit_code=unit.code)
            people = sorted(totals.counting(found), key=itemgetter(3, 1))  # by unit and name
            taken(RECAP, len(people), me())
        return self.render(
            "admin/recap.html", periods=periods, period=period, unit=unit, part=RECAP, people=people,
            totals=list(totals.rows()), words=words,
        )  # fmt: skip

    @staticmethod
    def asked_unit():
        """The unit of the address, else the account's own; None, and said why, where there is none."""
        code = CONTROL.sub("", request.args.get("unit", ""))
        try:
            return access.unit_of(code, me()) if code else me().unit
        except Invalid as refusal:
            return flash(spoken(refusal), "error")

    def why(self, row):
        """The sentences that answer "Mengapa predikat ini?"."""
        return compute.reasons(row, gettext)

    def matrix(self):
        return MATRIX

    @staticmethod
    def short_word(code):
        """A level or predikat in the narrow cells of the 3x3 table."""
        labels = Rating.predicate.labels | Rating.work_level.labels
        return gettext(labels[code]).replace(" Ekspektasi", "").replace("/", "/\u200b")


class UnitResultView(AdminView):
    model = UnitResult
    column_searchable_list = ("unit.name", "unit.code")
    column_default_sort = [("period.starts_on", True), ("unit.name", False)]


class ObjectionView(AdminView):
    model = Objection
    form_without = ("rating", "filed_on", "reason", "decision", "due_on", "decided_on")
    column_list = [
        "rating.employee.name",
        "rating.period.name",
        "filed_on",
        "due_on",
        "decision",
        "decided_on",
    ]
    column_searchable_list = ("rating.employee.nip", "rating.employee.name")
