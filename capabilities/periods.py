"""Periods, when they may be closed, and what each unit achieved in them."""

from collections import Counter

from peewee import fn

from access import DESK, INSIDERS, KEPT_BY_DESK, RATERS, everyone, of_people, table, under
from database import today
from excel.sheet import Sheet
from flows import Flow, Move
from models import Employee, Exemption, Period, Rating, UnitResult
from panels import Tally, Where, referring
from values import N_

table(Period, read=INSIDERS, **KEPT_BY_DESK, compute=RATERS, close=DESK, sees=everyone)
table(UnitResult, read=RATERS, **KEPT_BY_DESK, sees={"supervisor": under(UnitResult.unit)})
table(Exemption, read=RATERS, **KEPT_BY_DESK, sees=of_people(Exemption.employee))

PERIODS = Sheet("periods", Period, without=("state", "reason"))
UNIT_RESULTS = Sheet("unit_results", UnitResult)
EXEMPTIONS = Sheet("exemptions", Exemption)


def standing(periods, user):
    """What one should know before these periods are closed: [(words, people)], the final first."""
    mine = Rating.period.in_([period.id for period in periods])
    states = Rating.select(Rating.state, fn.COUNT(Rating.id)).where(mine).group_by(Rating.state)
    found = Counter(dict(states.tuples()))
    unrated = Employee.id.not_in(Rating.select(Rating.employee).where(mine))
    final = sum(count for state, count in found.items() if state not in (*Rating.UNSETTLED, "withdrawn"))
    return [
        (N_("Predikat final"), final),
        (N_("Dikonfirmasi, belum final"), found["confirmed"]),
        (N_("Masih usulan"), found["suggested"]),
        (N_("Belum mempunyai predikat"), Employee.select().where(Employee.active, unrated).count()),
    ]


def reason_unless_final(periods, user):
    """A period in which anything is not final is closed with a reason."""
    return ("reason",) if any(count for _, count in standing(periods, user)[1:]) else ()


FLOW = Flow(Period, (
    Move("close", N_("Tutup"), N_("Ditutup"), ("open",), "closed", "close",
         offers=("reason",), needs=reason_unless_final, facts=standing),
    Move("reopen", N_("Buka kembali"), N_("Dibuka kembali"), ("closed",), "open", "close", asks=("reason",)),
))  # fmt: skip


PAST = (Where(Period.state, "open"), Where(Period.ends_on, today, "smaller than"))
ON_PAGES = (
    Tally(N_("Periode berakhir yang belum ditutup"), Period, PAST, panel="late"),
    referring(UnitResult.unit, "period.name", "unit.name", "result", below=True),
    referring(UnitResult.period, "unit.name", "result"),
)
