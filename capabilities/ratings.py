"""Ratings: who confirms, delivers, signs and objects; their sheet, their totals, and the shape SIASN takes them in."""

from collections import Counter
from decimal import Decimal
from operator import attrgetter

from peewee import Desc, Field, fn

import access
import audit
from access import DESK, both, is_desk, people, scoped, table, through
from choices import Predicate
from clocks import Clocks
from database import among, today
from excel.sheet import NAME, PERSON, Column, Part, Sheet
from fields import Day, Look, Points, Text, Whole
from flows import Flow, Move, named
from models import Employee, Objection, Period, Rating, Unit
from panels import PICTURE, Card, Figures, Line, Listed, Panel, Question, Where, Word, referring
from rating import SIASN_LEVEL, SIASN_PREDICATE, credit_of, half_up, predicate_of
from values import N_, Invalid


def seen(user):
    """Of an open period the ratings of one's people, of a closed one those of the unit of that time."""
    mine = Rating.employee.in_(people(user))
    if user.role != "supervisor" or not user.unit_id:
        return mine
    closed = Period.ids("closed")
    then = Unit.within(Rating.unit, user.unit_id)
    return (Rating.period.in_(closed) & then) | (Rating.period.not_in(closed) & mine)


def not_her_own(user):
    """Nobody changes her own rating."""
    seen = access.scope(Rating, user)
    return both(seen, Rating.employee != user.employee_id if user.employee_id else None)


def not_her_own_objection(user):
    others = not_her_own(user)
    return None if others is None else Objection.rating.in_(Rating.select(Rating.id).where(others))


RATERS = "admin hr supervisor"
ALL = "admin hr supervisor officer employee"

table(
    Rating, read="admin hr supervisor employee", update=DESK, compute=RATERS, rate=RATERS, withdraw=DESK, sign=ALL, decide=RATERS,
    sees=seen, changes=not_her_own,
)  # fmt: skip
table(
    Objection, read="admin hr supervisor employee", update=DESK,
    sees=through(Objection.rating, Rating), changes=not_her_own_objection,
)  # fmt: skip

# ------------------------------------------------------------------ moves


@named(N_("pejabat penilainya; kepegawaian dengan alasan"))
def rater(user):
    """The rater stored with it; an account without a person for raters of its unit; the desk for everybody."""
    others = not_her_own(user)
    if is_desk(user):
        return others
    if user.employee_id:
        return Rating.rater == user.employee_id
    return both(others, Rating.rater.in_(people(user)))


@named(N_("atasan pejabat penilainya; kepegawaian mencatatkan"))
def superior(user):
    """The supervisor of the rater; an account without a person for superiors of its unit; the desk for everybody."""
    others = not_her_own(user)
    if is_desk(user):
        return others
    who = Employee.supervisor
    above = who == user.employee_id if user.employee_id else who.in_(people(user))
    return both(others, Rating.rater.in_(Employee.select(Employee.id).where(above)))


@named(N_("pegawai yang dinilai; kepegawaian mencatatkan"))
def herself(user):
    """The person; the desk enters what she signs on paper, but for its own people's own ratings."""
    if is_desk(user) and not user.employee_id:
        return None
    mine = Rating.employee == user.employee_id
    return mine if not is_desk(user) else mine | not_her_own(user)


def desk_says_why(ratings, user):
    """The desk that acts in a rater's place says why."""
    mine = user is not None and all(row.rater_id == user.employee_id for row in ratings)
    return ("reason",) if is_desk(user) and user is not None and not mine else ()


def recorded_for_her(ratings, user):
    """The desk that records what somebody signed on paper says so."""
    mine = user is not None and all(row.employee_id == user.employee_id for row in ratings)
    return ("reason",) if is_desk(user) and user is not None and not mine else ()


def file_objection(taken):
    """The objection, and when it must be decided."""
    due = Clocks().after(taken.on, "decide")
    rows = [Objection(rating=row, filed_on=taken.on, due_on=due, reason=row.reason) for row in taken.rows]
    audit.create_many(rows, user=taken.user, upload=taken.upload)


def decide(taken):
    """The objection is decided with its rating."""
    mine = among(Objection.rating, [row.id for row in taken.rows])
    objections = list(Objection.with_labels(Objection.select().where(mine).order_by(Objection.id)))
    decided = {"decision": taken.move.end, "decided_on": taken.on}
    values = dict.fromkeys([row.id for row in objections], decided)
    audit.change_many(objections, values, user=taken.user, upload=taken.upload)


def predicate_follows(ratings, taken):
    """A decision that changes levels changes the predikat with them, and the credit points."""
    found = {}
    for row in ratings:
        given, credit = taken.given[row.id], row.why.get("credit")
        predicate = predicate_of(given["work_level"], given["behaviour_level"])
        points = credit and credit_of(credit["jenjang"], predicate, credit["months"])
        found[row.id] = {"predicate": predicate, "credit": points}
    return found


def on_firm_ground(ratings):
    """What a rating rests on must be what it was computed from."""
    words = N_("dasarnya berubah; hitung predikatnya lagi atau tarik")
    return {row.id: Invalid(words) for row in ratings if row.basis_changed}


def shaken(ratings, taken):
    """Whatever is opened again is computed again before it is confirmed."""
    return {row.id: {"basis_changed": True} for row in ratings}


STAMPS = ("confirmed_on", "final_on", "delivered_on", "acknowledged_on")
MOVES = (
    Move("confirm", N_("Konfirmasi"), N_("Dikonfirmasi"), ("suggested",), "confirmed", "rate", who=rater,
         offers=("reason",), needs=desk_says_why, stamps=("confirmed_on",), guard=on_firm_ground),
    Move("withdraw", N_("Tarik"), N_("Ditarik"), Rating.UNSETTLED, "withdrawn", "withdraw", asks=("reason",)),
    Move("reopen", N_("Buka kembali"), N_("Dibuka kembali"),
         ("withdrawn", "final", "delivered", "acknowledged", "upheld", "changed"), "suggested", "withdraw",
         asks=("reason",), clears=STAMPS, sets=("basis_changed",), clock=shaken),
    Move("unconfirm", N_("Batalkan konfirmasi"), N_("Konfirmasi dibatalkan"), ("confirmed",), "suggested", "rate",
         who=rater, asks=("reason",), clears=("confirmed_on",)),
    Move("finalise", N_("Finalkan"), N_("Difinalkan"), ("confirmed",), "final", "rate", who=rater,
         offers=("reason",), needs=desk_says_why, stamps=("final_on",), guard=on_firm_ground),
    Move("deliver", N_("Serahkan"), N_("Diserahkan"), ("final",), "delivered", "rate", who=rater,
         offers=("reason",), needs=desk_says_why, stamps=("delivered_on",), after_close=True),
    Move("acknowledge", N_("Tanda tangani"), N_("Ditandatangani pegawai"), ("delivered", "upheld", "changed"),
         "acknowledged", "sign", who=herself, offers=("reason",), needs=recorded_for_her,
         stamps=("acknowledged_on",), after_close=True),
    Move("object", N_("Ajukan keberatan"), N_("Keberatan diajukan"), ("delivered",), "objected", "sign", who=herself,
         asks=("reason",), then=file_objection, after_close=True),
    Move("uphold", N_("Kuatkan"), N_("Dikuatkan"), ("objected",), "upheld", "decide", who=superior,
         asks=("reason",), then=decide, after_close=True),
    Move("change", N_("Ubah menurut keputusan"), N_("Diubah menurut keputusan"), ("objected",), "changed", "decide",
         who=superior, asks=("work_level", "behaviour_level", "reason"), sets=("predicate", "credit"), clock=predicate_follows,
         then=decide, after_close=True),
)  # fmt: skip
FLOW = Flow(Rating, "state", "suggested", MOVES)

# ------------------------------------------------------------------ sheets


RATINGS = Sheet(
    "ratings", Rating, key=("employee", "period"), imports=False, summary=lambda part: Totals.of(part),
    references={"employee": PERSON, "unit": (N_("Kode Unit"), Unit.code),
                "period": (N_("Periode"), Period.code)},
    printed=(NAME, (N_("Unit"), "unit.name", "unit")),
    without=("rater", "confirmed_on", "final_on", "delivered_on", "acknowledged_on", "reason", "basis_changed", "note"),
)  # fmt: skip

TOTALS = Part("totals", "Ringkasan", Rating, (
    Column(Rating.period.verbose_name, "period.code", Text()),
    Column(Rating.predicate.verbose_name, "predicate", Text()),
    Column("Jumlah", "count", Whole()),
    Column("Bagian (%)", "share", Points()),
))  # fmt: skip


# What a unit's recap shows of each rating.
RECAP = Part(
    "recap", "Rekap", Rating,
    (
        Column("NIP", "employee.nip", Employee.nip),
        Column(Employee.name.verbose_name, "employee.name", Employee.name),
        Column(Employee.position.verbose_name, "employee.position", Employee.position),
        Column(Rating.unit.verbose_name, "unit.name", Unit.name),
        *(
            Column(field.verbose_name, field.name, field)
            for field in (Rating.work_level, Rating.behaviour_level, Rating.predicate, Rating.state)
        ),
    ),
)  # fmt: skip


class Totals:
    """How many ratings of each predikat pass by in each period, and their share of the period."""

    def __init__(self, sheet):
        paths = [column.path for column in sheet.columns]
        self.period = paths.index("period.code") if "period.code" in paths else None
        self.predicate = paths.index("predicate")
        self.counts = Counter()

    part = TOTALS

    @classmethod
    def of(cls, part):
        """The totals of an export that shows predikats under their names, else None."""
        named = any(isinstance(column.field, Predicate) for column in part.columns)
        return cls(part) if named else None

    def counting(self, rows):
        """The same rows; they are counted on their way."""
        for row in rows:
            self.counts[None if self.period is None else row[self.period], row[self.predicate]] += 1
            yield row

    def rows(self):
        """(period, predikat, count, share) of what was counted so far, each period with its sum."""
        for period in sorted({period for period, _ in self.counts}, key=str):
            found = {code: self.counts[period, code] for code in Rating.predicate.labels}
            total = sum(found.values())
            for code, count in found.items():
                share = half_up(Decimal(100 * count) / total)
                yield period, Rating.predicate.labels[code], count, share
            yield period, "Jumlah", total, Decimal(100)


class Derived(Look, Field):
    """What an export makes of a stored value; nothing of nothing."""

    number_format = "General"

    def __init__(self, source, make):
        super().__init__()
        self.source, self.make = source, make

    def python_value(self, value):
        value = self.source.python_value(value)
        return None if value is None else self.make(value)


MONTHS = {"monthly": 1, "quarterly": 2}  # SIASN's periodikId; a year has none


def _from(header, path, source, make):
    return Column(header, path, Derived(source, make))


# The fields of SIASN's /kinerjaperiodik/save and /skp22/save, under their names there; dates are
# dd-mm-yyyy texts. Source: DOMAIN 1.2 (codes: 1 is the best), 11.
SIASN = Part(
    "siasn", "SIASN", Rating,
    (
        Column("nip", "employee.nip", Employee.nip),
        Column("nama", "employee.name", Employee.name),
        _from("tahun", "period.ends_on", Period.ends_on, attrgetter("year")),
        _from("periodikId", "period.kind", Period.kind, MONTHS.get),
        _from("bulanMulaiPenilaian", "period.starts_on", Period.starts_on, attrgetter("month")),
        _from("tahunMulaiPenilaian", "period.starts_on", Period.starts_on, attrgetter("year")),
        _from("bulanSelesaiPenilaian", "period.ends_on", Period.ends_on, attrgetter("month")),
        _from("tahunSelesaiPenilaian", "period.ends_on", Period.ends_on, attrgetter("year")),
        _from("periodeAwal", "period.starts_on", Period.starts_on, Day().show),
        _from("periodeAkhir", "period.ends_on", Period.ends_on, Day().show),
        _from("hasilKinerjaNilai", "work_level", Rating.work_level, SIASN_LEVEL.get),
        _from("perilakuKerjaNilai", "behaviour_level", Rating.behaviour_level, SIASN_LEVEL.get),
        _from("kuadranKinerjaNilai", "predicate", Rating.predicate, SIASN_PREDICATE.get),
        Column("penilaiNipNrp", "rater.nip", Employee.nip),
        Column("penilaiNama", "rater.name", Employee.name),
        Column("penilaiJabatan", "rater.position", Employee.position),
        Column("penilaiGolongan", "rater.grade", Employee.grade),
        Column("penilaiUnorNama", "rater.unit.name", Unit.name),
        _from("statusPenilai", "rater.nip", Employee.nip, lambda nip: "ASN"),
    ),
)  # fmt: skip


# ------------------------------------------------------------------ panels


def shares(user, period):
    """The predikats of a period."""
    lines = []
    mine = scoped(Rating, user)
    groups = mine.select(Rating.predicate, fn.COUNT(Rating.id)).where(Rating.period == period)
    counts = dict(groups.group_by(Rating.predicate).tuples()) if period else {}
    for code, label in Rating.predicate.choices if counts else ():
        leads = Listed(Rating, (Where(Rating.period, period.code), Where(Rating.predicate, code)))
        lines.append(Line((Word(label), counts.get(code, 0)), leads, code))
    return Figures((N_("Predikat"), N_("Pegawai")), lines, str(period or ""))


def newest_shares(user, period):
    """The predikats of the newest period that has any."""
    mine = scoped(Rating, user).select(Rating.period).join(Period)
    newest = mine.order_by(Period.starts_on.desc(), Period.id).limit(1)
    return shares(user, Period.get_or_none(Period.id == newest))


def trend(user, period):
    """The predikats of the last periods, side by side."""
    periods = list(Period.select().order_by(Period.starts_on.desc(), Period.id).limit(8))[::-1]
    groups = scoped(Rating, user).select(Rating.period, Rating.predicate, fn.COUNT(Rating.id))
    groups = groups.where(Rating.period.in_([p.id for p in periods]))
    rows = groups.group_by(Rating.period, Rating.predicate).tuples()
    counts = {(period, predicate): count for period, predicate, count in rows}
    known = [p for p in periods if any(key == p.id for key, _ in counts)]
    lines = [
        Line((Word(label), *(counts.get((p.id, code), 0) for p in known)), code=code)
        for code, label in Rating.predicate.choices
    ]
    return Figures((N_("Predikat"), *(p.code for p in known)), lines if len(known) > 1 else [])


def of_period(user, period):
    return (Where(Rating.period, period.code),) if period else None


def shaken_ones(user, period):
    return (*of_period(user, period), Where(Rating.basis_changed, "1")) if period else None


def suggested(user, period):
    return (*of_period(user, period), Where(Rating.state, "suggested")) if period else None


# whatever the order in which periods were entered
NEWEST = Desc(Period.select(Period.starts_on).where(Period.id == Rating.period))
CARDS = (
    Card(N_("Predikat terhitung"), "hr supervisor", Rating, of_period),
    Card(N_("Menunggu konfirmasi"), "hr supervisor", Rating, suggested, waits=True),
    Card(
        N_("Dasarnya berubah"),
        "hr supervisor",
        Rating,
        shaken_ones,
        waits=True,
    ),
)
QUESTIONS = (
    Question("late", N_("Keberatan lewat batas keputusan"), Objection,
             lambda user, period: (Where(Objection.decision, "1", "empty"),
                                   Where(Objection.due_on, today(), "smaller than"))),
)  # fmt: skip
SHARES = dict(title=N_("Sebaran predikat"), bar=(1,), place=PICTURE,
              empty=N_("Belum ada predikat; hitung setelah nilai diunggah."))  # fmt: skip
PANELS = (
    Panel(key="ratings", title=N_("Predikat saya"), roles="employee", model=Rating, order=(NEWEST,), most=8,
          columns=("period.name", "predicate", "state"), empty=N_("Belum ada predikat.")),
    Panel(key="distribution", roles="hr supervisor", figures=newest_shares, **SHARES),
    Panel(key="shares", of=(Period,), figures=shares, **SHARES),
    Panel(key="trend", title=N_("Predikat dari waktu ke waktu"), roles="hr supervisor", figures=trend, over_time=True,
          empty=N_("Tampil setelah dua periode mempunyai predikat."), place=PICTURE),
    referring(Rating.employee, "period.name", "predicate", "state", order=(Rating.id.desc(),)),
    referring(Rating.unit, "employee.name", "period.name", "predicate", "state", order=(Rating.id.desc(),), below=True),
)  # fmt: skip
