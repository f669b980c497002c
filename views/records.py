"""What the tables say otherwise than AdminView: narrower lists, actions of their own, pages that explain."""

import io
from functools import partial
from operator import itemgetter

from flask import abort, current_app, flash, g, get_template_attribute, redirect, request
from flask_admin import expose
from flask_admin.actions import action
from flask_babel import gettext, lazy_gettext as _l
from wtforms.validators import ValidationError

import access
import audit
import compute
from capabilities.assessments import ASSESSMENTS, stored_assessments, to_judge, units_to_judge
from capabilities.ratings import DATES, RECAP, SIASN, Totals
from database import write
from excel.check.validate import CLEAR, Context
from excel.out.export import rows_of, taken, write_csv
from excel.write.apply import apply_at_once
from forms import new_password
from models import Assessment, Change, Complaint, Employee, Period, Policy, Rating, SignIn, Unit, User
from rating import MATRIX
from rating.explain import reasons
from values import CONTROL, N_
from views.base import AdminView
from views.files import telling
from views.session import me, of_address
from views.shown import in_words, spoken, text_of

JUDGED = ("work_level", "behaviour_level")
MOST_PEOPLE = 60  # on the screen of the entry grid; more are for Excel
MOVED_ON = N_("Sudah diubah orang lain sementara ini; muat ulang halaman lalu isi lagi: %(names)s")
MOST_PASSWORDS = 50  # at once: each takes a tenth of a second to hash


class UserView(AdminView):
    model = User
    list_without = ("must_change_password",)
    column_searchable_list = ("username", "employee.name")
    action_verbs = {"new_password": "update"}

    def on_model_change(self, form, row, is_created):
        """A change of role, scope or activity takes effect at once: the account's sessions end."""
        if is_created:
            g.secret = new_password()
            row.renew(g.secret, temporary=True)
        elif row.leaves_nobody():
            last = N_("Ini admin aktif terakhir; beri peran admin kepada akun lain lebih dahulu.")
            raise ValidationError(last)
        else:
            row.epoch += 1

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self):
        answer = super().create_view()
        made = "secret" in g and getattr(answer, "status_code", 200) == 302
        return self.once([(request.form["username"], g.secret)]) if made else answer

    @action("new_password", _l("Buat sandi baru"), _l("Buat sandi baru dan akhiri semua sesi akun ini?"))
    def give_new_password(self, ids):
        rows, made = self.chosen(ids), []
        if len(rows) > MOST_PASSWORDS:
            return flash(gettext("Paling banyak %(n)s akun sekaligus.", n=MOST_PASSWORDS), "error")
        for row in rows:
            before, password = audit.snapshot(row), new_password()
            row.renew(password, temporary=True)
            audit.update(row, before, user=me())
            made.append((row.username, password))
        return self.once(made)


class Computes(AdminView):
    """A list from whose rows ratings can be computed: those of the row's employee, or of a whole period."""

    action_verbs = {"compute": "compute"}

    @action("compute", _l("Hitung predikat"), _l("Hitung predikat pegawai terpilih?"))
    def compute_selected(self, ids):
        groups = {}
        for row in self.chosen(ids):
            groups.setdefault(row.period_id, set()).add(row.employee_id)
        for period, people in groups.items():
            self.run(Period.get_by_id(period), sorted(people))

    @staticmethod
    def run(period, employees=None):
        """Compute a period for the account's people and say what came of it."""
        with telling():
            outcome = compute.compute(period, user=me(), employees=employees)
            words = N_(
                "%(period)s: %(new)s predikat baru, %(changed)s berubah, %(same)s sama, %(none)s belum dinilai."
            )
            flash(gettext(words, period=str(period), none=outcome.incomplete, **outcome._asdict()), "success")
            if outcome.missing:
                names = ", ".join(label for _, label in outcome.missing[:5])
                left = outcome.incomplete - 5
                more = gettext(" dan %(n)s lainnya", n=left) if left > 0 else ""
                flash(gettext("Belum dinilai: %(names)s%(more)s", names=names, more=more), "info")


class PeriodView(Computes):
    model = Period
    column_default_sort = ("starts_on", True)

    @action("compute", _l("Hitung predikat"), _l("Hitung predikat untuk periode terpilih?"))
    def compute_selected(self, ids):
        for period in self.chosen(ids):
            self.run(period)


class AssessmentView(Computes):
    model = Assessment
    list_template = "admin/assessments.html"
    list_without = ("assessor",)
    form_without = ("by_desk",)
    levels = staticmethod(lambda row: [getattr(row, name) or "" for name in JUDGED])

    @expose("/grid/", methods=("GET", "POST"))
    def grid(self):
        """A, S or B (atas, sesuai, bawah) per person and aspect on one screen, saved as one upload that can be undone."""
        if not self.permitted("upload"):
            abort(403)
        period = Period.current()
        if period is None:
            flash(gettext("Belum ada periode terbuka."), "error")
            return redirect(self.get_url(".index_view"))
        units = units_to_judge(me())
        asked = request.form.get("unit") or of_address("unit", units, "")
        codes = asked, me().unit and me().unit.code, *units
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
            rows=chosen if request.method == "POST" else {key: self.levels(row) for key, row in stored.items()}, stored=stored,
            predicates=predicates, saved=request.args.get("saved", type=int),
        )  # fmt: skip

    def save(self, people, period, chosen):
        """The applied Upload of what was changed on the screen; None, and said why, when nothing was written."""
        with write():
            stored = stored_assessments(people, period)
            changed = [p for p in people if chosen[p.id] != self.levels(stored[p.id])]
            stale = [p.name for p in changed if request.form.get(f"was-{p.id}") != str(stored[p.id].version)]
            if stale:
                return flash(gettext(MOVED_ON, names=", ".join(stale)), "error")
            if not changed:
                return flash(gettext("Tidak ada yang berubah."), "info")
            part, file = ASSESSMENTS.only(("employee.nip", "period", "source", *JUDGED)), io.BytesIO()
            said = {p.nip: [level or CLEAR for level in chosen[p.id]] for p in changed}
            write_csv(part, [(nip, period.code, "supervisor", *levels) for nip, levels in said.items()], file)
            name = f"isi-di-layar-{period.code}.csv"
            found, upload = apply_at_once(ASSESSMENTS, file.getvalue(), name, Context(me(), period))
        for problem in found.errors:
            flash(f"{problem.value}: {spoken(problem.error)}", "error")
        for warning in found.warnings[:MOST_PEOPLE]:
            if warning.column:
                flash(f"{warning.row - 1}. {warning.column}: {spoken(warning.error)}", "info")
        return upload


class RatingView(Computes):
    model = Rating
    # of who has no supervisor in the register the rater is whom the office's settings name
    cells = {"rater": lambda row: row.rater or current_app.config["TOP_RATER"]}
    details_template = "admin/model/rating.html"
    list_template = "admin/ratings.html"
    export_types, layouts = ("xlsx", "csv", "siasn"), {"siasn": (SIASN, "xlsx")}
    list_without = ("rater", "work_score", "behaviour_score", "credit", *DATES)
    form_without = ("employee", "period", *compute.COMPUTED)
    can_recap = property(lambda self: me() is not None and access.may(me(), "read", Unit))
    matrix, why = MATRIX, partial(reasons, translate=gettext)  # why: "Mengapa predikat ini?" in sentences

    @expose("/recap/")
    def recap(self):
        """The ratings of a unit (else the account's own) and period as a page to print and sign: no official document."""
        if not self.can_recap:
            abort(403)
        periods = {p.code: p for p in Period.select().order_by(Period.starts_on.desc())}
        newest = Period.current() or next(iter(periods.values()), None)
        period, people, totals = periods.get(of_address("period", periods, ""), newest), [], Totals(RECAP)
        code, unit = CONTROL.sub("", request.args.get("unit", "")), None
        with telling():
            unit = access.unit_of(code, me()) if code else me().unit
        if unit and period:
            found = rows_of(RECAP, user=me(), period=period, unit_code=unit.code)
            people = sorted(totals.counting(found), key=itemgetter(3, 1))  # by unit and name
            taken(RECAP, len(people), me())
        return self.render(
            "admin/recap.html", periods=periods, period=period, unit=unit, part=RECAP, people=people,
            totals=list(totals.rows()), text_of=text_of,
        )  # fmt: skip

    @staticmethod
    def short_word(code):
        """A level or predikat in the narrow cells of the 3x3 table."""
        labels = Rating.predicate.labels | Rating.work_level.labels
        return gettext(labels[code]).replace(" Ekspektasi", "").replace("/", "/\u200b")


class ComplaintView(AdminView):
    model = Complaint
    list_without = ("channel", "employee", "verify_due", "respond_due", "answered_on", "closed_on",
                    "substantiated", "satisfaction")  # fmt: skip
    column_searchable_list = ("ticket", "subject")
    column_default_sort = ("received_on", True)
    form_without = ("ticket", "reporter")
    action_verbs = {"reporter": "look"}

    @action(
        "reporter", _l("Lihat pelapor"), _l("Melihat identitas pelapor dicatat atas nama Anda. Lanjutkan?")
    )
    def look_at_reporter(self, ids):
        """Show who reported; every look leaves a line in the trail."""
        rows = self.chosen(ids)
        with write():
            for row in rows:
                audit.event("look", Complaint, str(row), user=me(), key=row.id)
        return self.once([(row.ticket, row.reporter or gettext("anonim")) for row in rows])


class PolicyView(AdminView):
    model = Policy
    column_list = ["valid_from", "source", "ratified", "weight_supervisor", "weight_peer",
                   "weight_subordinate", "above_from", "meets_from"]  # fmt: skip

    def delete_model(self, row):
        """The last policy stays: every rating needs one."""
        if Policy.select().count() > 1:
            return super().delete_model(row)
        flash(gettext("Aturan terakhir tidak dapat dihapus; ubah isinya atau tambahkan yang baru."), "error")
        return False


class SignInView(AdminView):
    model = SignIn


class ChangeView(AdminView):
    """The trail in words: what each line did stands in one column, and its record is a link away."""

    model = Change
    column_list = ("at", "user", "action", "upload", "table", "label", "after")
    column_searchable_list = ("label", "user.username")
    column_default_sort = ("id", True)  # as it was written
    details_without = ("before",)
    list_needs = ("user", "upload", "action", "move", "table", "key", "label", "before", "after")
    column_labels = {"upload": _l("Lewat"), "after": _l("Perubahan")}
    cells = {
        "user": lambda change: change.user or gettext("sistem"),
        "action": lambda change: change.word,
        "upload": lambda change: part("door", change),
        "label": lambda change: part("record", change),
        "after": lambda change: part("diff", change.differences),
    }

    def get_list(self, *args, **kwargs):
        count, rows = super().get_list(*args, **kwargs)
        return count, in_words(rows, linked=True)

    def get_one(self, id):
        row = super().get_one(id)
        return row and in_words([row], linked=True)[0]


def part(name, value):
    """A part of `parts.html` as a cell."""
    return get_template_attribute("parts.html", name)(value)
