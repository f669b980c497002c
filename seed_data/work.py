"""The demo's quarters: what each unit achieved, what people say of each other, and what becomes of their ratings."""

from collections import defaultdict
from datetime import date
from itertools import cycle, product

from compute import compute
from models import Assessment, Employee, Exemption, Period, Rating, Unit, UnitResult
from rating import ABOVE, BELOW, GOOD, MEETS
from seed_data import load

RESULTS = {"ISTIMEWA": 16, "BAIK": 70, "BUTUH_PERBAIKAN": 10, "KURANG": 3, "SANGAT_KURANG": 1}
LOWS = ((BELOW, MEETS), (MEETS, BELOW), (BELOW, BELOW))  # one of each predikat below Baik: work, behaviour
RANGES = {ABOVE: range(440, 481), MEETS: range(360, 440), BELOW: range(248, 360)}  # quarters of a point
RAISED = {"work_level": ABOVE, "behaviour_level": ABOVE}


def open_periods(world):
    """Four quarters, open until they are rated, and each OPD's result; of the last a third is missing."""
    load(Period, "demo_periods")
    world.periods = list(Period.select().order_by(Period.starts_on))
    tops = Unit.select(Unit.id).where(Unit.parent.is_null())
    for unit, period in product(Unit.select().where(Unit.parent.in_(tops)).order_by(Unit.id), world.periods):
        if period is not world.periods[-1] or world.dice.random() < 0.67:
            (result,) = world.dice.choices(list(RESULTS), RESULTS.values())
            UnitResult.create(unit=unit, period=period, result=result)
    Exemption.create(employee=world.people[-1], reason="MPP", starts_on=date(2026, 10, 1))


def assess(world):
    """What people say of each other: most are as ever, a few others each quarter do worse; the last one has gaps."""
    dice, people, teams, habits, lows = world.dice, world.people, defaultdict(list), {}, {}
    for person in people:
        teams[person.supervisor_id].append(person)
        habits[person] = (MEETS, MEETS)  # a head does no better than her unit
        if person.position_type != "JPT_PRATAMA":
            habits[person] = tuple(dice.choices((ABOVE, MEETS), (3, 7), k=2))
    for period in world.periods:
        # of the open quarter a part is still to be done, and some nobody was asked about
        undone, missed = (0.3, 0.05) if period is world.periods[-1] else (0, 0)
        free = [person for person in people if person.supervisor and person not in lows]
        low = dice.sample(free, min(len(free), max(len(LOWS), world.count // 25)))
        lows = dict(zip(low, cycle(LOWS), strict=False))
        moods = habits | lows
        rows = [
            Assessment(employee=person, period=period, **said)
            for person in dice.sample(people, round((1 - missed) * len(people)))
            for said in voices(world, person, teams, moods[person], undone)
        ]
        Assessment.bulk_create(rows, 500)


def voices(world, person, teams, mood, undone):
    """The supervisor's word in levels, scores or both, of the low always levels; then that of the others."""
    dice, chief = world.dice, person.supervisor
    if chief and dice.random() >= undone:
        levels = dict(zip(("work_level", "behaviour_level"), mood, strict=True))
        said = levels | scores(dice, mood)
        note = dice.choice((world.text("note_low" if mood in LOWS else "note_good"), None))
        said = said if mood in LOWS else dice.choice((said, levels, scores(dice, mood)))
        yield {"source": "supervisor", "assessor": chief, "note": note, **said}
    pools = (
        ("self", 1, [person]),
        ("peer", 0.34, [other for other in teams[person.supervisor_id] if other != person]),
        ("subordinate", 0.5, teams.get(person.id, [])),
        ("public", 0.12, [None]),
        ("observation", 0.4, [chief] if person.position.startswith("Guru") else []),
    )
    for source, share, pool in pools:
        if not chief or dice.random() < share:  # whoever is at the top is judged by everybody
            for other in dice.sample(pool, min(3, len(pool))):
                waits = other and dice.random() < undone
                yield {"source": source, "assessor": other, **({} if waits else scores(dice, mood))}


def scores(dice, mood):
    """Scores within the ranges of somebody's levels."""
    work, behaviour = (dice.choice(RANGES[level]) / 4 for level in mood)
    return {"work_score": work, "behaviour_score": behaviour}


def rate(world):
    """Rate each quarter but the last, carry its ratings on and close it; then a few leave."""
    for period in world.periods[:-1]:
        with world.on(period.ends_on):
            compute(period)
        # every way among those who may object: not to the best predikat, nor to the Sekda
        objects = (Rating.predicate == GOOD) & (Rating.rater != world.people[0])
        query = Rating.select(Rating, objects.alias("objects")).where(Rating.period == period)
        rows, steps = query.order_by(objects.desc(), Rating.employee), []
        for row, way in zip(rows, world.ways(f"rating {period.code}", len(rows)), strict=True):
            moves = way["moves"] if row.objects else way["moves"].partition(" object")[0]
            pace = 1 + row.rater_id % 4  # each rater's own, so that few days see many
            steps += world.steps(row, moves, period.ends_on, pace, change=RAISED)
        # once the slowest has finalised
        world.walk([*steps, *world.steps(period, "close", period.ends_on, 9)])
    clerks = [person.id for person in world.people if person.position_type == "PELAKSANA"]
    Employee.update(active=False).where(Employee.id.in_(clerks[-max(1, world.count // 66) :])).execute()
