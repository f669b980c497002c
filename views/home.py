"""Each role's start page: what waits for this account, as cards, tables and charts."""

import csv
import io
from datetime import datetime

from flask import Response, abort, url_for
from flask_admin import AdminIndexView, expose
from flask_babel import format_date, gettext
from peewee import fn

import access
import migrations
from database import WITA, today
from excel.out.export import harmless
from models import Assessment, Period, Policy, Rating, Training, Upload, User
from views.exports import MIME
from views.panels import (
    Card,
    Panel,
    complaint_cards,
    complaints_panel,
    distribution_panel,
    health_panel,
    late_panel,
    missing_panel,
    progress_cards,
    progress_panel,
    trend_panel,
    uploads_panel,
)
from views.session import me


class HomeView(AdminIndexView):
    def is_visible(self):
        return True

    @expose("/")
    def index(self):
        user, period = me(), Period.current()
        cards, panels = PAGES[user.role](user, period)
        now = datetime.now(WITA)
        return self.render(
            "admin/home.html", period=period, cards=cards, panels=panels,
            now=f"{now:%Y-%m-%d %H:%M:%S}", today=format_date(now, "full"),
            uploads=access.may(user, "upload", Assessment),
        )  # fmt: skip

    @expose("/panel/<key>.csv")
    def panel(self, key):
        """A table of the start page as a file."""
        _, panels = PAGES[me().role](me(), Period.current())
        panel = next((p for p in panels if p.key == key), None) or abort(404)
        text = io.StringIO(newline="")
        csv.writer(text).writerows([harmless(str(v)) for v in row] for row in (panel.head, *panel.rows))
        name = {"Content-Disposition": f'attachment; filename="{key}.csv"'}
        return Response(text.getvalue().encode("utf-8-sig"), mimetype=MIME["csv"], headers=name)


def for_hr(user, period):
    return [*progress_cards(user, period), *complaint_cards(user)], [
        progress_panel(user, period), distribution_panel(user, period), missing_panel(user, period),
        late_panel(user), trend_panel(user), health_panel(user), uploads_panel(user),
    ]  # fmt: skip


def for_admin(user, period):
    """What the machine does and what needs IT; the work of the others is theirs."""
    uploads = dict(Upload.select(Upload.state, fn.COUNT(Upload.id)).group_by(Upload.state).tuples())
    waiting = uploads.get("queued", 0) + uploads.get("applying", 0)
    accounts = User.select().where(User.active)
    temporary = accounts.where(User.must_change_password).count()
    pending = migrations.pending()
    checks = [
        (gettext("Perubahan skema yang belum dijalankan"), ", ".join(pending) or 0),
        (gettext("Akun dengan sandi sementara"), temporary),
        (gettext("Aturan yang belum disahkan Perbup"), Policy.select().where(~Policy.ratified).count()),
    ]
    links = ["", url_for("user.index_view", flt0_harus_ganti_sandi_equals="1"),
             url_for("policy.index_view", flt0_disahkan_perbup_equals="0")]  # fmt: skip
    cards = [
        Card(gettext("Akun aktif"), accounts.count(), url_for("user.index_view", flt0_aktif_equals="1")),
        Card(gettext("Unggahan"), sum(uploads.values()), url_for("upload.index_view")),
        Card(gettext("Pekerjaan menunggu"), waiting, url_for("upload.index_view", flt0_status_equals="queued"),
             "warn" if waiting else "good"),
        Card(gettext("Unggahan gagal"), uploads.get("failed", 0),
             url_for("upload.index_view", flt0_status_equals="failed"), "warn" if uploads.get("failed") else "good"),
    ]  # fmt: skip
    system = Panel("system", gettext("Pemeriksaan sistem"), (gettext("Yang diperiksa"), gettext("Hasil")),
                   checks, links=links)  # fmt: skip
    return cards, [
        system, uploads_panel(user), progress_panel(user, period), late_panel(user), health_panel(user),
    ]  # fmt: skip


def for_supervisor(user, period):
    return progress_cards(user, period), [
        missing_panel(user, period), distribution_panel(user, period), progress_panel(user, period),
        trend_panel(user), uploads_panel(user),
    ]  # fmt: skip


def for_officer(user, period):
    return complaint_cards(user), [complaints_panel(user)]


def for_employee(user, period):
    """Her newest ratings, what is asked of her, and her training hours this year."""
    asked = Assessment.select().where((Assessment.assessor == user.employee_id) & Assessment.unanswered())
    asked = asked.where(Assessment.period.in_(Period.select(Period.id).where(Period.state == "open"))).count()
    done = access.scoped(Training, user).where(
        Training.state == "done", Training.starts_on >= today().replace(month=1, day=1)
    )
    hours = done.select(fn.SUM(Training.hours)).scalar() or 0
    cards = [
        Card(gettext("Penilaian yang diminta dari Anda"), asked,
             url_for("assessment.index_view", flt0_rating_hasil_kerja_empty="1", flt1_skor_hasil_kerja_empty="1"),
             "warn" if asked else "good"),
        Card(gettext("JP tahun ini"), hours, url_for("training.index_view")),
    ]  # fmt: skip
    return cards, [own_ratings(user), own_trainings(user)]


def own_ratings(user):
    query = access.scoped(Rating, user).select(Rating, Period).join(Period)
    found = list(query.order_by(Period.starts_on.desc()).limit(8))
    labels = Rating.predicate.labels, Rating.state.labels
    rows = [(r.period.name, gettext(labels[0][r.predicate]), gettext(labels[1][r.state])) for r in found]
    head = (gettext("Periode"), gettext("Predikat"), gettext("Status"))
    return Panel("ratings", gettext("Predikat saya"), head, rows, url_for("rating.index_view"),
                 gettext("Belum ada predikat."), [url_for("rating.details_view", id=r.id) for r in found])  # fmt: skip


def own_trainings(user):
    found = list(access.scoped(Training, user).order_by(Training.starts_on.desc(), Training.id).limit(8))
    rows = [(t.title, format_date(t.starts_on, "d MMM y"), t.hours) for t in found]
    head = (gettext("Judul"), gettext("Mulai"), gettext("JP"))
    return Panel("trainings", gettext("Pelatihan saya"), head, rows, url_for("training.index_view"),
                 gettext("Belum ada pelatihan."),
                 [url_for("training.details_view", id=t.id) for t in found])  # fmt: skip


PAGES = {
    "admin": for_admin,
    "hr": for_hr,
    "supervisor": for_supervisor,
    "officer": for_officer,
    "employee": for_employee,
}
