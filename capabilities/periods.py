"""Periods, when they may be closed, and what each unit achieved in them."""

from collections import Counter

from peewee import fn

from access import DESK, KEPT_BY_DESK, everyone, of_people, table, under
from database import today
from excel.sheet import NAME, PERSON, Sheet
from flows import Flow, Move
from models import Employee, Exemption, Period, Rating, Unit, UnitResult
from panels import Number, Where, referring
from values import N_

table(
    Period, read="admin hr supervisor employee", **KEPT_BY_DESK,
    compute="admin hr supervisor", close=DESK, sees=everyone,
)  # fmt: skip
table(UnitResult, read="admin hr supervisor", **KEPT_BY_DESK, sees={"supervisor": under(UnitResult.unit)})

table(Exemption, read="admin hr supervisor", **KEPT_BY_DESK, sees=of_people(Exemption.employee))

PERIODS = Sheet("periods", Period, key=("code",), without=("state", "reason"))
UNIT_RESULTS = Sheet(
    "unit_results", UnitResult, key=("unit", "period"),
    references={"unit": (N_("Kode Unit"), Unit.code), "period": (N_("Periode"), Period.code)},
)  # fmt: skip
EXEMPTIONS = Sheet(
    "exemptions", Exemption, key=("employee", "starts_on"), references={"employee": PERSON}, printed=(NAME,)
)

SETTLED = ("final", "delivered", "acknowledged", "objected", "upheld", "changed")


def standing(periods):
    """{"final", "confirmed", "suggested", "missing": people} of these periods together."""
    ids = [period.id for period in periods]
    query = Rating.select(Rating.state, fn.COUNT(Rating.id)).where(Rating.period.in_(ids))
    found = Counter()
    for state, count in query.group_by(Rating.state).tuples():
        found["final" if state in SETTLED else state] += count
    rated = Rating.select(Rating.employee).where(Rating.period.in_(ids))
    found["missing"] = Employee.select().where(Employee.active, Employee.id.not_in(rated)).count()
    return found


def facts(periods, user):
    """What one should know before a period is closed."""
    found = standing(periods)
    words = (
        ("final", N_("Predikat final")), ("confirmed", N_("Dikonfirmasi, belum final")),
        ("suggested", N_("Masih usulan")), ("missing", N_("Belum mempunyai predikat")),
    )  # fmt: skip
    return [(text, found[code]) for code, text in words]


def reason_unless_final(periods, user):
    """A period in which anything is not final is closed with a reason."""
    found = standing(periods)
    return ("reason",) if any(found[code] for code in ("confirmed", "suggested", "missing")) else ()


FLOW = Flow(
    Period, "state", "open",
    (
        Move("close", N_("Tutup"), N_("Ditutup"), ("open",), "closed", "close",
             offers=("reason",), needs=reason_unless_final, facts=facts),
        Move("reopen", N_("Buka kembali"), N_("Dibuka kembali"), ("closed",), "open", "close",
             asks=("reason",)),
    ),
)  # fmt: skip


def past(user, period):
    return Where(Period.state, "open"), Where(Period.ends_on, today(), "smaller than")


SHOWN = (
    Number(N_("Periode berakhir yang belum ditutup"), Period, past, panel="late"),
    referring(UnitResult.unit, "period.name", "unit.name", "result", below=True),
    referring(UnitResult.period, "unit.name", "result"),
)
