"""Each role's start page: what waits for this account, as cards and short lists."""

from dataclasses import dataclass, field
from datetime import datetime

from flask import url_for
from flask_admin import AdminIndexView, expose
from flask_babel import format_date, gettext
from peewee import fn

import access
from models import WITA, Assessment, Complaint, Employee, Period, Rating, Training, Unit, Upload, User, today
from views.session import me

OPEN_STATES = ("received", "verified", "disposed", "in_progress", "need_info", "reopened")


@dataclass
class Card:
    """A number that leads somewhere."""

    label: str
    value: object
    url: str = ""
    tone: str = ""


@dataclass
class Panel:
    """A short table with a way to all of it, and what to do when it is empty."""

    title: str
    head: tuple
    rows: list = field(default_factory=list)
    url: str = ""
    empty: str = ""
    total: int = 0  # of the last column, where its share is drawn as a bar


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
            uploads=access.may(user, "import", Assessment),
        )  # fmt: skip


def staff(user):
    """The active people of an account, without herself."""
    query = access.scoped(Employee, user).where(Employee.active)
    return query.where(Employee.id != user.employee_id) if user.employee_id else query


def unassessed(user, period):
    return staff(user).where(Employee.id.not_in(Assessment.assessed(period)))


def progress(user, period):
    """The cards of a period: people, assessed, missing."""
    total, missing = staff(user).count(), unassessed(user, period).count() if period else 0
    ratings = access.scoped(Rating, user).where(Rating.period == period).count() if period else 0
    return [
        Card(gettext("Pegawai"), total, url_for("employee.index_view")),
        Card(gettext("Sudah dinilai"), total - missing, url_for("assessment.index_view"), "good"),
        Card(gettext("Belum dinilai"), missing, tone="warn" if missing else "good"),
        Card(gettext("Predikat terhitung"), ratings, url_for("rating.index_view")),
    ]


def missing_panel(user, period):
    rows = []
    if period:
        query = unassessed(user, period).order_by(Employee.name).limit(10)
        supervisor = Employee.alias()
        query = query.select(Employee, Unit, supervisor).join(Unit).switch(Employee)
        query = query.left_outer_join(
            supervisor, on=(Employee.supervisor == supervisor.id), attr="supervisor"
        )
        rows = [(e.name, e.unit.name, e.supervisor.name if e.supervisor else "-") for e in query]
    head = (gettext("Nama"), gettext("Unit"), gettext("Penilai"))
    return Panel(gettext("Siapa belum dinilai?"), head, rows, empty=gettext("Semua pegawai sudah dinilai."))


def distribution_panel(user, period):
    counts = {}
    if period:
        query = access.scoped(Rating, user).where(Rating.period == period)
        counts = dict(query.select(Rating.predicate, fn.COUNT(Rating.id)).group_by(Rating.predicate).tuples())
    rows = [(gettext(label), counts.get(code, 0)) for code, label in Rating.predicate.choices if counts]
    return Panel(gettext("Sebaran predikat"), (gettext("Predikat"), gettext("Pegawai")), rows,
                 empty=gettext("Belum ada predikat; hitung setelah nilai diunggah."),
                 total=sum(counts.values()))  # fmt: skip


def uploads_panel(user):
    query = access.scoped(Upload, user).select(Upload.id, Upload.filename, Upload.at, Upload.state)
    rows = [
        (u.filename, gettext(dict(Upload.STATES)[u.state])) for u in query.order_by(Upload.id.desc()).limit(5)
    ]
    return Panel(gettext("Unggahan terakhir"), (gettext("Berkas"), gettext("Status")), rows,
                 url_for("upload.index_view"), gettext("Belum ada unggahan."))  # fmt: skip


def complaint_cards(user):
    mine = access.scoped(Complaint, user).where(Complaint.state.in_(OPEN_STATES))
    late = mine.where(Complaint.close_due < today()).count()
    url = url_for("complaint.index_view")
    return [
        Card(gettext("Pengaduan terbuka"), mine.count(), url),
        Card(gettext("Lewat tenggat"), late, url, "warn" if late else "good"),
    ]


def complaints_panel(user):
    mine = access.scoped(Complaint, user).where(Complaint.state.in_(OPEN_STATES))
    columns = (Complaint.ticket, Complaint.subject, Complaint.close_due)
    urgent = mine.select(*columns).order_by(Complaint.close_due, Complaint.id).limit(10)
    rows = [
        (ticket, subject, due and format_date(due, "d MMM y")) for ticket, subject, due in urgent.tuples()
    ]
    head = (gettext("Nomor Tiket"), gettext("Perihal"), gettext("Tenggat"))
    return Panel(gettext("Paling mendesak"), head, rows, url_for("complaint.index_view"),
                 gettext("Tidak ada pengaduan terbuka."))  # fmt: skip


def for_hr(user, period):
    panels = [missing_panel(user, period), distribution_panel(user, period), uploads_panel(user)]
    return [*progress(user, period), *complaint_cards(user)], panels


def for_admin(user, period):
    cards, panels = for_hr(user, period)
    return [
        *cards,
        Card(gettext("Akun aktif"), User.select().where(User.active).count(), url_for("user.index_view")),
    ], panels


def for_supervisor(user, period):
    return progress(user, period), [
        missing_panel(user, period),
        distribution_panel(user, period),
        uploads_panel(user),
    ]


def for_officer(user, period):
    return complaint_cards(user), [complaints_panel(user)]


def for_employee(user, period):
    """Her newest ratings, what is asked of her, and her training hours this year."""
    asked = Assessment.select().where((Assessment.assessor == user.employee_id) & Assessment.unanswered())
    asked = asked.where(Assessment.period.in_(Period.select(Period.id).where(Period.state == "open")))
    done = access.scoped(Training, user).where(
        Training.state == "done", Training.starts_on >= today().replace(month=1, day=1)
    )
    hours = done.select(fn.SUM(Training.hours)).scalar() or 0
    ratings = (
        access.scoped(Rating, user)
        .select(Rating, Period)
        .join(Period)
        .order_by(Period.starts_on.desc())
        .limit(8)
    )
    rows = [
        (r.period.name, gettext(Rating.predicate.labels[r.predicate]), gettext(Rating.state.labels[r.state]))
        for r in ratings
    ]
    head = (gettext("Periode"), gettext("Predikat"), gettext("Status"))
    cards = [
        Card(gettext("Penilaian yang diminta dari Anda"), asked.count(), url_for("assessment.index_view")),
        Card(gettext("JP tahun ini"), hours, url_for("training.index_view")),
    ]
    panel = Panel(
        gettext("Predikat saya"), head, rows, url_for("rating.index_view"), gettext("Belum ada predikat.")
    )
    return cards, [panel]


PAGES = {
    "admin": for_admin,
    "hr": for_hr,
    "supervisor": for_supervisor,
    "officer": for_officer,
    "employee": for_employee,
}
