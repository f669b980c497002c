"""Ratings: who confirms, delivers, signs and objects; their sheet, their totals, and the shape SIASN takes them in."""

from collections import Counter
from decimal import Decimal
from operator import attrgetter

from peewee import Field

import audit
from access import DESK, both, is_desk, of_people, people, table, through
from clocks import Clocks
from database import among
from excel.sheet import NAME, PERSON, Column, Part, Sheet
from fields import Day, Look, Points, Predicate, Text, Whole
from flows import Flow, Move
from models import Employee, Objection, Period, Rating, Unit
from rating import SIASN_LEVEL, SIASN_PREDICATE, half_up, predicate_of
from values import N_


def not_her_own(user):
    """Nobody changes her own rating."""
    seen = of_people(Rating.employee)(user) if not is_desk(user) else None
    return both(seen, Rating.employee != user.employee_id if user.employee_id else None)


def not_her_own_objection(user):
    others = not_her_own(user)
    return None if others is None else Objection.rating.in_(Rating.select(Rating.id).where(others))


RATERS = "admin hr supervisor"
ALL = "admin hr supervisor officer employee"

table(
    Rating, read="admin hr supervisor employee", update=DESK, compute=RATERS, rate=RATERS, sign=ALL, decide=RATERS,
    sees=of_people(Rating.employee), changes=not_her_own,
)  # fmt: skip
table(
    Objection, read="admin hr supervisor employee", update=DESK, delete=DESK,
    sees=through(Objection.rating, Rating), changes=not_her_own_objection,
)  # fmt: skip

# ------------------------------------------------------------------ moves


def rater(user):
    """The rater stored with it; an account without a person for raters of its unit; the desk for everybody."""
    others = not_her_own(user)
    if is_desk(user):
        return others
    if user.employee_id:
        return Rating.rater == user.employee_id
    return both(others, Rating.rater.in_(people(user)))


def superior(user):
    """The supervisor of the rater; an account without a person for superiors of its unit; the desk for everybody."""
    others = not_her_own(user)
    if is_desk(user):
        return others
    above = (
        Employee.supervisor == user.employee_id if user.employee_id else Employee.supervisor.in_(people(user))
    )
    return both(others, Rating.rater.in_(Employee.select(Employee.id).where(above)))


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


def file_objection(taken):
    """The objection, and when it must be decided."""
    due = Clocks().after(taken.on, "decide")
    rows = [Objection(rating=row, filed_on=taken.on, due_on=due, reason=row.reason) for row in taken.rows]
    audit.create_many(rows, user=taken.user, upload=taken.upload)


def decide(taken):
    """The objection is decided with its rating."""
    mine = Objection.select().where(among(Objection.rating, [row.id for row in taken.rows]))
    objections, decided = (
        list(Objection.with_labels(mine)),
        {"decision": taken.move.end, "decided_on": taken.on},
    )
    values = {row.id: decided for row in objections}
    audit.change_many(objections, values, user=taken.user, upload=taken.upload)


def predicate_follows(ratings, taken):
    """A decision that changes levels changes the predikat with them."""
    levels = taken.asked["work_level"], taken.asked["behaviour_level"]
    return {row.id: {"predicate": predicate_of(*levels)} for row in ratings}


MOVES = (
    Move("confirm", N_("Konfirmasi"), N_("Dikonfirmasi"), ("suggested",), "confirmed", "rate", who=rater,
         offers=("reason",), needs=desk_says_why, stamps=("confirmed_on",)),
    Move("unconfirm", N_("Batalkan konfirmasi"), N_("Konfirmasi dibatalkan"), ("confirmed",), "suggested", "rate",
         who=rater, asks=("reason",), clears=("confirmed_on",)),
    Move("finalise", N_("Finalkan"), N_("Difinalkan"), ("confirmed",), "final", "rate", who=rater,
         offers=("reason",), needs=desk_says_why, stamps=("final_on",)),
    Move("deliver", N_("Serahkan"), N_("Diserahkan"), ("final",), "delivered", "rate", who=rater,
         offers=("reason",), needs=desk_says_why, stamps=("delivered_on",), after_close=True),
    Move("acknowledge", N_("Tanda tangani"), N_("Ditandatangani pegawai"), ("delivered", "upheld", "changed"),
         "acknowledged", "sign", who=herself, stamps=("acknowledged_on",), after_close=True),
    Move("object", N_("Ajukan keberatan"), N_("Keberatan diajukan"), ("delivered",), "objected", "sign", who=herself,
         asks=("reason",), then=file_objection, after_close=True),
    Move("uphold", N_("Kuatkan"), N_("Dikuatkan"), ("objected",), "upheld", "decide", who=superior,
         asks=("reason",), then=decide, after_close=True),
    Move("change", N_("Ubah menurut keputusan"), N_("Diubah menurut keputusan"), ("objected",), "changed", "decide",
         who=superior, asks=("work_level", "behaviour_level", "reason"), sets=("predicate",), clock=predicate_follows,
         then=decide, after_close=True),
)  # fmt: skip
FLOW = Flow(Rating, "state", "suggested", MOVES)

# ------------------------------------------------------------------ sheets


RATINGS = Sheet(
    "ratings", Rating, key=("employee", "period"), imports=False, summary=lambda part: Totals.of(part),
    references={"employee": PERSON, "unit": (N_("Kode Unit"), Unit.code),
                "period": (N_("Periode"), Period.code)},
    printed=(NAME, (N_("Unit"), "unit.name", "unit")),
    without=("rater", "confirmed_on", "final_on", "delivered_on", "acknowledged_on", "reason", "note"),
)  # fmt: skip

TOTALS = Part(
    "totals", "Ringkasan", Rating,
    (
        Column(Rating.period.verbose_name, "period.code", Text()),
        Column(Rating.predicate.verbose_name, "predicate", Text()),
        Column("Jumlah", "count", Whole()),
        Column("Bagian (%)", "share", Points()),
    ),
)  # fmt: skip


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
