"""Periods, when they may be closed, and what each unit achieved in them."""

from collections import Counter

from peewee import fn

from access import DESK, KEPT_BY_DESK, everyone, of_people, table, under
from code_lists import codes
from database import today
from excel.sheet import NAME, PERSON, Sheet
from flows import Flow, Move
from models import Employee, Exemption, Period, Rating, Unit, UnitResult
from panels import Tally, Where, referring
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


FLOW = Flow(
    Period, "state", "open",
    (
        Move("close", N_("Tutup"), N_("Ditutup"), ("open",), "closed", "close",
             offers=("reason",), needs=reason_unless_final, facts=standing),
        Move("reopen", N_("Buka kembali"), N_("Dibuka kembali"), ("closed",), "open", "close",
             asks=("reason",)),
    ),
)  # fmt: skip


PAST = (Where(Period.state, "open"), Where(Period.ends_on, today, "smaller than"))
SHOWN = (
    Tally(N_("Periode berakhir yang belum ditutup"), Period, PAST, panel="late"),
    referring(UnitResult.unit, "period.name", "unit.name", "result", below=True),
    referring(UnitResult.period, "unit.name", "result"),
)


# ------------------------------------------------------------------ demo rows

RESULTS = {"ISTIMEWA": 16, "BAIK": 70, "BUTUH_PERBAIKAN": 10, "KURANG": 3, "SANGAT_KURANG": 1}


def demo(world):
    """Four quarters, open until they are rated, and each OPD's drifting result; of the last a third is missing."""
    rows = [(*row.values(), "quarterly") for row in codes("demo_periods")]
    world.insert(Period, ("code", "name", "starts_on", "ends_on", "kind"), rows)
    world.periods = list(Period.select().order_by(Period.starts_on))
    dice, order, found = world.dice("unit results"), list(RESULTS), []
    top = Unit.select(Unit.id).where(Unit.parent.is_null())
    for unit in Unit.select().where(Unit.parent.in_(top)).order_by(Unit.id):
        rank = order.index(dice.choices(order, RESULTS.values())[0])
        for period in world.periods:
            rank = min(max(rank + dice.choice((-1, 0, 0, 0, 0, 1)), 0), len(order) - 1)
            found.append((unit.id, period.id, order[rank]))
    known = [row for row in found if row[1] != world.periods[-1].id or dice.random() < 0.67]
    world.insert(UnitResult, ("unit", "period", "result"), known)
    world.insert(Exemption, ("employee", "reason", "starts_on"), [(world.people[-1].id, "MPP", "2026-10-01")])
