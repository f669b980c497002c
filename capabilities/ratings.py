"""Ratings: who confirms, delivers, signs and objects; their sheet, their totals, and the shape SIASN takes them in."""

from collections import Counter
from decimal import Decimal
from operator import attrgetter

from peewee import Desc, Field, fn

import audit
from access import ALL, DESK, EVERYBODY, INSIDERS, RATERS, is_desk, people, scope, table, through, writable
from database import among, once, today
from excel.sheet import Column, Part, Sheet
from fields import Day, Look, Points, Text, Whole
from flows import Flow, Move, the_day
from models import Clocks, Employee, Objection, Period, Rating, Unit
from panels import PICTURE, Figures, Line, Listed, Panel, Tally, Where, Word, referring
from rating import MATRIX, SIASN_LEVEL, SIASN_PREDICATE, credit_of, half_up
from values import N_, codes


def seen(user):
    """Of an open period the ratings of one's people, of a closed one those of the unit of that time."""
    mine = Rating.employee.in_(people(user))
    if user.role != "supervisor" or not user.unit_id:
        return mine
    closed = Period.ids("closed")
    then = Unit.within(Rating.unit, user.unit_id)
    return (Rating.period.in_(closed) & then) | (Rating.period.not_in(closed) & mine)


def not_her_own(user):
    return scope(Rating, user) & (Rating.employee != user.employee_id if user.employee_id else ALL)


def stands_in(column, user):
    """That a column names the account's person; of an account without one, somebody of its unit."""
    return column == user.employee_id if user.employee_id else column.in_(people(user))


table(
    Rating, read=INSIDERS, update=DESK, compute=RATERS, rate=RATERS, withdraw=DESK, sign=EVERYBODY, decide=RATERS,
    sees=seen, changes=not_her_own,
)  # fmt: skip
table(
    Objection, read=INSIDERS, update=DESK,
    sees=through(Objection.rating, Rating), changes=through(Objection.rating, Rating, by=writable),
)  # fmt: skip


def rater(user):
    """The rater stored with it; an account without a person for raters of its unit; the desk for everybody."""
    return not_her_own(user) & (ALL if is_desk(user) else stands_in(Rating.rater, user))


def superior(user):
    """The supervisor of the rater; an account without a person for superiors of its unit; the desk for everybody."""
    below = Employee.select(Employee.id)
    mine = ALL if is_desk(user) else Rating.rater.in_(below.where(stands_in(Employee.supervisor, user)))
    return not_her_own(user) & mine


def herself(user):
    """The person; the desk enters what she signs on paper, but for its own people's own ratings."""
    if is_desk(user) and not user.employee_id:
        return ALL
    mine = Rating.employee == user.employee_id
    return mine if not is_desk(user) else mine | not_her_own(user)


rater.words = N_("pejabat penilainya; kepegawaian dengan alasan")
superior.words = N_("atasan pejabat penilainya; kepegawaian mencatatkan")
herself.words = N_("pegawai yang dinilai; kepegawaian mencatatkan")


def in_place_of(column):
    """The desk that acts in somebody's place, or records what she signed on paper, says why."""

    def needs(ratings, user):
        own = {getattr(row, column.object_id_name) for row in ratings} <= {user and user.employee_id}
        return ("reason",) if is_desk(user) and user is not None and not own else ()

    return needs


def file_objection(taken):
    """The objection, and when it must be decided."""
    due = Clocks().after(taken.on, "decide")
    rows = [Objection(rating=row, filed_on=taken.on, due_on=due, reason=row.reason) for row in taken.rows]
    audit.create(rows, user=taken.user, upload=taken.upload)


def decide(taken):
    """The objection is decided with its rating."""
    mine = Objection.select().where(among(Objection.rating, [row.id for row in taken.rows]))
    objections = list(Objection.with_labels(mine.order_by(Objection.id)))
    values = {row.id: {"decision": taken.move.end, "decided_on": taken.on} for row in objections}
    audit.change_many(objections, values, user=taken.user, upload=taken.upload)


def new_predicate(row, taken):
    """A decision that changes levels changes the predikat with them."""
    given = taken.given[row.id]
    return MATRIX[given["work_level"], given["behaviour_level"]]


def new_credit(row, taken):
    """And the credit points."""
    credit = row.why.get("credit")
    return credit and credit_of(credit["jenjang"], new_predicate(row, taken), credit["months"])


def shaken(row):
    """What a rating rests on must be what it was computed from."""
    return N_("dasarnya berubah; hitung predikatnya lagi atau tarik") if row.basis_changed else None


DATES = ("confirmed_on", "final_on", "delivered_on", "acknowledged_on")
ANEW = dict.fromkeys(DATES) | {"basis_changed": True}  # so it is computed again before it is confirmed
RATED = {"verb": "rate", "who": rater, "offers": ("reason",), "needs": in_place_of(Rating.rater)}
DECIDED = {"verb": "decide", "who": superior, "then": decide, "after_close": True}
FLOW = Flow(Rating, (
    Move("confirm", N_("Konfirmasi"), N_("Dikonfirmasi"), ("suggested",), "confirmed", **RATED,
         sets={"confirmed_on": the_day}, guard=shaken),
    Move("withdraw", N_("Tarik"), N_("Ditarik"), Rating.UNSETTLED, "withdrawn", "withdraw", asks=("reason",)),
    Move("reopen", N_("Buka kembali"), N_("Dibuka kembali"),
         ("withdrawn", "final", "delivered", "acknowledged", "upheld", "changed"), "suggested", "withdraw",
         asks=("reason",), sets=ANEW),
    Move("unconfirm", N_("Batalkan konfirmasi"), N_("Konfirmasi dibatalkan"), ("confirmed",), "suggested", "rate",
         who=rater, asks=("reason",), sets={"confirmed_on": None}),
    Move("finalise", N_("Finalkan"), N_("Difinalkan"), ("confirmed",), "final", **RATED,
         sets={"final_on": the_day}, guard=shaken),
    Move("deliver", N_("Serahkan"), N_("Diserahkan"), ("final",), "delivered", **RATED,
         sets={"delivered_on": the_day}, after_close=True),
    Move("acknowledge", N_("Tanda tangani"), N_("Ditandatangani pegawai"), ("delivered", "upheld", "changed"),
         "acknowledged", "sign", who=herself, offers=("reason",), needs=in_place_of(Rating.employee),
         sets={"acknowledged_on": the_day}, after_close=True),
    Move("object", N_("Ajukan keberatan"), N_("Keberatan diajukan"), ("delivered",), "objected", "sign", who=herself,
         asks=("reason",), then=file_objection, after_close=True),
    Move("uphold", N_("Kuatkan"), N_("Dikuatkan"), ("objected",), "upheld", **DECIDED, asks=("reason",)),
    Move("change", N_("Ubah menurut keputusan"), N_("Diubah menurut keputusan"), ("objected",), "changed", **DECIDED,
         asks=("work_level", "behaviour_level", "reason"), sets={"predicate": new_predicate, "credit": new_credit}),
))  # fmt: skip


class Totals:
    """How many ratings of each predikat pass by in each period, and their share of the period."""

    part = Part("totals", "Ringkasan", Rating, (
        Column(Rating.period.verbose_name, "period.code", Text()),
        Column(Rating.predicate.verbose_name, "predicate", Text()),
        Column("Jumlah", "count", Whole()),
        Column("Bagian (%)", "share", Points()),
    ))  # fmt: skip

    def __init__(self, sheet):
        self.paths, self.counts = [column.path for column in sheet.columns], Counter()

    @classmethod
    def of(cls, part):
        """The totals of an export that shows predikats under their names, else None."""
        return cls(part) if any(column.field is Rating.predicate for column in part.columns) else None

    def counting(self, rows):
        """The same rows; they are counted on their way."""
        predicate = self.paths.index("predicate")
        period = self.paths.index("period.code") if "period.code" in self.paths else None
        for row in rows:
            self.counts[None if period is None else row[period], row[predicate]] += 1
            yield row

    def rows(self):
        """(period, predikat, count, share) of what was counted so far, each period with its sum."""
        for period in sorted({period for period, _ in self.counts}, key=str):
            found = {label: self.counts[period, code] for code, label in Rating.predicate.choices}
            total = sum(found.values())
            for label, count in found.items():
                yield period, label, count, half_up(Decimal(100 * count) / total)
            yield period, "Jumlah", total, Decimal(100)


RATINGS = Sheet(
    "ratings", Rating, imports=False, summary=Totals.of, printed=((N_("Unit"), "unit.name"),),
    without=("rater", *DATES, "reason", "basis_changed", "note"),
)  # fmt: skip

RECAP = Part("recap", "Rekap", Rating, (  # what a unit's recap shows of each rating
    *RATINGS.only(("employee",)).columns,
    Column(Employee.position.verbose_name, "employee.position", Employee.position),
    *RATINGS.only(("unit.name", "work_level", "behaviour_level", "predicate", "state")).columns,
))  # fmt: skip


class Derived(Look, Field):
    """What an export makes of a stored value; nothing of nothing."""

    number_format = "General"

    def __init__(self, source, make):
        super().__init__()
        self.source, self.make = source, make

    def python_value(self, value):
        value = self.source.python_value(value)
        return None if value is None else self.make(value)


# The fields of SIASN's /kinerjaperiodik/save and /skp22/save are in `seed_data/siasn.csv`; dates are
# dd-mm-yyyy texts, a year has no periodikId. Source: DOMAIN 1.2 (codes: 1 is the best), 11.
MAKERS = {
    "level": SIASN_LEVEL.get,
    "predicate": SIASN_PREDICATE.get,
    "rhythm": {"monthly": 1, "quarterly": 2}.get,
    "year": attrgetter("year"),
    "month": attrgetter("month"),
    "day": Day().show,
    "status": lambda nip: "ASN",
}
SIASN = Part("siasn", "SIASN", Rating, tuple(
    Column(name, path, Derived(Rating.field_at(path), MAKERS[made]) if made else Rating.field_at(path))
    for name, path, made in map(dict.values, codes("siasn"))
))  # fmt: skip


def counted(user):
    """{(period, predikat): how many ratings the account sees}, asked once a request for all panels."""
    groups = Listed(Rating).rows(user).select(Rating.period, Rating.predicate, fn.COUNT(Rating.id))
    rows = groups.group_by(Rating.period, Rating.predicate).tuples()
    return once(f"predicates {user.id}", lambda: {(period, code): count for period, code, count in rows})


def having_any(user):
    """The periods that have ratings which the account sees, the newest first."""
    ids = {period for period, _ in counted(user)}
    return Period.select().where(Period.id.in_(ids)).order_by(Period.starts_on.desc(), Period.id)


def shares(user, period):
    """The predikats of a period."""
    found, lines = counted(user) if period else {}, []
    if any(key == period.id for key, _ in found):
        for code, label in Rating.predicate.choices:
            leads = Listed(Rating, (Where(Rating.period, period.code), Where(Rating.predicate, code)))
            lines.append(Line((Word(label), found.get((period.id, code), 0)), leads, code))
    return Figures((N_("Predikat"), N_("Pegawai")), lines, str(period or ""))


def newest_shares(user, period):
    """The predikats of the newest period that has any."""
    return shares(user, having_any(user).first())


def trend(user, period):
    """The predikats of the last periods that have any, side by side."""
    periods, found = list(having_any(user).limit(8))[::-1], counted(user)
    lines = [
        Line((Word(label), *(found.get((p.id, code), 0) for p in periods)), code=code)
        for code, label in Rating.predicate.choices
    ]
    return Figures((N_("Predikat"), *(p.code for p in periods)), lines if len(periods) > 1 else [])


def of_period(*further):
    """The filters of a period's ratings."""
    return lambda user, period: (Where(Rating.period, period.code), *further) if period else None


UNDECIDED = (Where(Objection.decision, "1", "empty"), Where(Objection.due_on, today, "smaller than"))
BEGINS = Period.select(Period.starts_on).where(Period.id == Rating.period)
SHARES = dict(title=N_("Sebaran predikat"), bar=(1,), place=PICTURE,
              empty=N_("Belum ada predikat; hitung setelah nilai diunggah."))  # fmt: skip
ON_PAGES = (
    Tally(N_("Predikat terhitung"), Rating, of_period(), roles="hr supervisor"),
    Tally(N_("Menunggu konfirmasi"), Rating, of_period(Where(Rating.state, "suggested")),
          roles="hr supervisor", waits=True),
    Tally(N_("Dasarnya berubah"), Rating, of_period(Where(Rating.basis_changed, "1")),
          roles="hr supervisor", waits=True),
    Tally(N_("Keberatan lewat batas keputusan"), Objection, UNDECIDED, panel="late"),
    Panel(key="ratings", title=N_("Predikat saya"), roles="employee", model=Rating, order=(Desc(BEGINS),), most=8,
          columns=("period.name", "predicate", "state"), empty=N_("Belum ada predikat.")),
    Panel(key="distribution", roles="hr supervisor", figures=newest_shares, **SHARES),
    Panel(key="shares", of=(Period,), figures=shares, **SHARES),
    Panel(key="trend", title=N_("Predikat dari waktu ke waktu"), roles="hr supervisor", figures=trend, over_time=True,
          empty=N_("Tampil setelah dua periode mempunyai predikat."), place=PICTURE),
    referring(Rating.employee, "period.name", "predicate", "state"),
    referring(Rating.unit, "employee.name", "period.name", "predicate", "state", below=True),
)  # fmt: skip
