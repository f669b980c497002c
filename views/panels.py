"""The parts of a start page: numbers that lead somewhere, and tables that may be drawn and downloaded."""

from collections import Counter
from dataclasses import dataclass, field

from flask import url_for
from flask_babel import format_date, gettext
from peewee import fn

import access
from database import today
from models import Complaint, Employee, Objection, Period, Rating, Unit, Upload
from views.health import CHECKS, doubts
from views.shown import TONES

SHORT = 10  # rows of a list


@dataclass
class Card:
    """A number that leads somewhere."""

    label: str
    value: object
    url: str = ""
    tone: str = ""


@dataclass
class Panel:
    """A short table: where it leads, what it says when it is empty, and how it is drawn.

    `links` has an address a row (or none); `bar` names the columns of a part and its whole (without
    one, the column's sum); `tones` draws every row as a series over the columns after the first.
    """

    key: str
    title: str
    head: tuple
    rows: list = field(default_factory=list)
    url: str = ""
    empty: str = ""
    links: list = field(default_factory=list)
    bar: tuple = ()
    tones: tuple = ()

    def whole(self, row):
        return row[self.bar[1]] if len(self.bar) > 1 else sum(r[self.bar[0]] for r in self.rows)

    @property
    def series(self):
        """[(label, tone, values)] of a table that is drawn over time."""
        return [(row[0], tone, row[1:]) for row, tone in zip(self.rows, self.tones, strict=True)]


def staff(user):
    """The active people of an account, without herself."""
    query = access.scoped(Employee, user).where(Employee.active)
    return query.where(Employee.id != user.employee_id) if user.employee_id else query


def unassessed(user, period):
    return staff(user).where(Employee.unassessed(period))


def people_url(**filters):
    """The list of employees under these filters."""
    return url_for("employee.index_view", **{f"flt{n}_{k}": v for n, (k, v) in enumerate(filters.items())})


def progress_cards(user, period):
    """The cards of a period: people, assessed, missing, rated, waiting for confirmation."""
    total = staff(user).count()
    missing = unassessed(user, period.id).count() if period else 0
    ratings = access.scoped(Rating, user).where(Rating.period == period) if period else None
    waiting = ratings.where(Rating.state == "suggested").count() if period else 0
    code = period.code if period else ""
    rated = {"flt0_periode_equals": code}
    return [
        Card(gettext("Pegawai"), total, people_url(aktif_equals="1")),
        Card(gettext("Belum dinilai"), missing, people_url(belum_dinilai=code), "warn" if missing else "good"),
        Card(gettext("Predikat terhitung"), ratings.count() if period else 0, url_for("rating.index_view", **rated)),
        Card(gettext("Menunggu konfirmasi"), waiting,
             url_for("rating.index_view", **rated, flt1_status_equals="suggested"), "warn" if waiting else "good"),
    ]  # fmt: skip


def missing_panel(user, period):
    rows, links = [], []
    if period:
        boss = Employee.alias()
        query = unassessed(user, period.id).order_by(Employee.name, Employee.id).limit(SHORT)
        query = query.select(Employee, Unit, boss).join(Unit).switch(Employee)
        people = list(query.left_outer_join(boss, on=(Employee.supervisor == boss.id), attr="supervisor"))
        rows = [(e.name, e.unit.name, e.supervisor.name if e.supervisor else "–") for e in people]
        links = [url_for("employee.details_view", id=e.id) for e in people]
    return Panel(
        "missing", gettext("Siapa belum dinilai?"), (gettext("Nama"), gettext("Unit"), gettext("Penilai")), rows,
        people_url(belum_dinilai=period.code) if period else "", gettext("Semua pegawai sudah dinilai."), links,
    )  # fmt: skip


def progress_panel(user, period):
    """How far each branch under the account's unit has come, the slowest first."""
    rows, links = [], []
    if period:
        branches, names = Unit.branches(user.unit_id), dict(Unit.select(Unit.id, Unit.name).tuples())
        codes = dict(Unit.select(Unit.id, Unit.code).tuples())
        everybody, left = by_unit(staff(user), branches), by_unit(unassessed(user, period.id), branches)
        order = sorted(everybody, key=lambda unit: (-left[unit] / everybody[unit], names[unit]))
        rows = [(names[u], everybody[u] - left[u], everybody[u]) for u in order]
        links = [people_url(belum_dinilai=period.code, unit_within=codes[u]) for u in order]
    head = (gettext("Unit"), gettext("Sudah dinilai"), gettext("Pegawai"))
    return Panel("progress", gettext("Kemajuan per unit"), head, rows, "", gettext("Belum ada periode terbuka."),
                 links, bar=(1, 2))  # fmt: skip


def by_unit(people, branches):
    counts = Counter()
    for unit, count in people.select(Employee.unit, fn.COUNT(Employee.id)).group_by(Employee.unit).tuples():
        counts[branches[unit]] += count
    return counts


def distribution_panel(user, period):
    """The predikats of a period; of the newest one that has any."""
    mine = access.scoped(Rating, user)
    newest = mine.select(Rating.period).join(Period).order_by(Period.starts_on.desc(), Period.id).limit(1)
    shown = Period.get_or_none(Period.id == newest)
    counts = {}
    if shown:
        groups = mine.select(Rating.predicate, fn.COUNT(Rating.id)).where(Rating.period == shown)
        counts = dict(groups.group_by(Rating.predicate).tuples())
    labels = Rating.predicate.choices if counts else ()
    links = [url_for("rating.index_view", flt0_periode_equals=shown.code, flt1_predikat_equals=code)
             for code, _ in labels]  # fmt: skip
    title = gettext("Sebaran predikat")
    return Panel(
        "distribution", f"{title}: {shown}" if shown else title, (gettext("Predikat"), gettext("Pegawai")),
        [(gettext(label), counts.get(code, 0)) for code, label in labels],
        url_for("rating.index_view"), gettext("Belum ada predikat; hitung setelah nilai diunggah."), links, bar=(1,),
    )  # fmt: skip


def trend_panel(user):
    """The predikats of the last periods, side by side."""
    periods = list(Period.select().order_by(Period.starts_on.desc(), Period.id).limit(8))[::-1]
    groups = access.scoped(Rating, user).select(Rating.period, Rating.predicate, fn.COUNT(Rating.id))
    groups = groups.where(Rating.period.in_([p.id for p in periods])).group_by(
        Rating.period, Rating.predicate
    )
    counts = {(period, predicate): n for period, predicate, n in groups.tuples()}
    known = [p for p in periods if any(key[0] == p.id for key in counts)]
    rows = [
        (gettext(label), *(counts.get((p.id, code), 0) for p in known)) for code, label in Rating.predicate.choices
    ] if len(known) > 1 else []  # fmt: skip
    tones = tuple(TONES[code] for code, _ in Rating.predicate.choices) if rows else ()
    return Panel("trend", gettext("Predikat dari waktu ke waktu"), (gettext("Predikat"), *(p.code for p in known)),
                 rows, "", gettext("Tampil setelah dua periode mempunyai predikat."), tones=tones)  # fmt: skip


def late_panel(user):
    """What should have happened by now, each with the list that names it."""
    day = f"{today():%Y-%m-%d}"
    ended = Period.select().where(Period.state == "open", Period.ends_on < today())
    undecided = access.scoped(Objection, user).where(Objection.due_on < today(), Objection.decision.is_null())
    complaints, overdue, overdue_url = open_complaints(user)
    found = (
        (gettext("Periode berakhir yang belum ditutup"), ended.count(),
         url_for("period.index_view", flt0_status_equals="open", flt1_selesai_smaller_than=day)),
        (gettext("Keberatan lewat batas keputusan"), undecided.count(),
         url_for("objection.index_view", flt0_keputusan_empty="1", flt1_batas_keputusan_smaller_than=day)),
        (gettext("Pengaduan lewat tenggat"), overdue, overdue_url),
        (gettext("Pengaduan belum diverifikasi pada waktunya"),
         complaints.where(Complaint.state == "received", Complaint.verify_due < today()).count(),
         url_for("complaint.index_view", flt0_status_equals="received", flt1_batas_verifikasi_smaller_than=day)),
    )  # fmt: skip
    late = [item for item in found if item[1]]
    return Panel("late", gettext("Terlambat"), (gettext("Yang terlambat"), gettext("Jumlah")),
                 [(label, n) for label, n, _ in late], "", gettext("Tidak ada yang terlambat."),
                 [url for *_, url in late])  # fmt: skip


def health_panel(user):
    counts = doubts(access.scoped(Employee, user))
    return Panel(
        "health", gettext("Kesehatan data pegawai"), (gettext("Yang meragukan"), gettext("Pegawai")),
        [(gettext(CHECKS[code][0]), n) for code, n in counts.items()], "",
        gettext("Tidak ada yang meragukan."), [people_url(periksa_data=code) for code in counts],
    )  # fmt: skip


def uploads_panel(user):
    query = access.scoped(Upload, user).select(Upload.id, Upload.filename, Upload.at, Upload.state)
    found = list(query.order_by(Upload.id.desc()).limit(5))
    rows = [(u.filename, gettext(Upload.state.labels[u.state])) for u in found]
    return Panel("uploads", gettext("Unggahan terakhir"), (gettext("Berkas"), gettext("Status")), rows,
                 url_for("upload.index_view"), gettext("Belum ada unggahan."),
                 [url_for("upload.review", id=u.id) for u in found])  # fmt: skip


def open_complaints(user):
    """(query of the account's open complaints, how many are overdue, the list that names those)."""
    mine = access.scoped(Complaint, user).where(Complaint.state.in_(Complaint.OPEN))
    url = url_for(
        "complaint.index_view", flt0_status_open="1", flt1_tenggat_smaller_than=f"{today():%Y-%m-%d}"
    )
    return mine, mine.where(Complaint.close_due < today()).count(), url


def complaint_cards(user):
    mine, late, late_url = open_complaints(user)
    return [
        Card(gettext("Pengaduan terbuka"), mine.count(), url_for("complaint.index_view", flt0_status_open="1")),
        Card(gettext("Lewat tenggat"), late, late_url, "warn" if late else "good"),
    ]  # fmt: skip


def complaints_panel(user):
    mine, *_ = open_complaints(user)
    columns = (Complaint.id, Complaint.ticket, Complaint.subject, Complaint.close_due)
    urgent = list(mine.select(*columns).order_by(Complaint.close_due, Complaint.id).limit(SHORT))
    rows = [
        (c.ticket, c.subject, format_date(c.close_due, "d MMM y") if c.close_due else "–") for c in urgent
    ]
    head = (gettext("Nomor Tiket"), gettext("Perihal"), gettext("Tenggat"))
    return Panel("complaints", gettext("Paling mendesak"), head, rows, url_for("complaint.index_view"),
                 gettext("Tidak ada pengaduan terbuka."),
                 [url_for("complaint.details_view", id=c.id) for c in urgent])  # fmt: skip
