"""The demo's quarters: what each unit achieved, what people say of each other, and what becomes of their ratings."""

from collections import defaultdict
from datetime import date
from itertools import cycle

from compute import compute
from models import Assessment, Employee, Exemption, Objection, Period, Rating, Unit, UnitResult
from rating import ABOVE, BELOW, GOOD, MEETS
from values import codes

RESULTS = {"ISTIMEWA": 16, "BAIK": 70, "BUTUH_PERBAIKAN": 10, "KURANG": 3, "SANGAT_KURANG": 1}
USUAL = {(ABOVE, ABOVE): 14, (ABOVE, MEETS): 18, (MEETS, ABOVE): 14, (MEETS, MEETS): 54}  # work, behaviour
LOWS = ((BELOW, MEETS), (MEETS, BELOW), (BELOW, BELOW))  # one of each predikat below Baik
LOW = 0.04  # of the people, never the same in two quarters running
RANGES = {ABOVE: (110, 41), MEETS: (90, 80), BELOW: (62, 112)}  # lowest score, and how many quarter points
VOICES = {"self": 1, "peer": 0.34, "subordinate": 0.5, "public": 0.12, "observation": 0.4}
UNDONE, MISSED = 0.3, 0.05  # of an open quarter: still to be done; nobody asked either
LEFT = 0.015  # of the people, since the last quarter began
RAISED = {"work_level": ABOVE, "behaviour_level": ABOVE}


def periods(world):
    """Four quarters, open until they are rated, and each OPD's result; of the last a third is missing."""
    for row in codes("demo_periods"):
        Period.create(**row, kind="quarterly")
    world.periods = list(Period.select().order_by(Period.starts_on))
    top = Unit.select(Unit.id).where(Unit.parent.is_null())
    for unit in Unit.select().where(Unit.parent.in_(top)).order_by(Unit.id):
        results = world.dice.choices(list(RESULTS), RESULTS.values(), k=len(world.periods))
        for period, result in zip(world.periods, results, strict=True):
            if period is not world.periods[-1] or world.dice.random() < 0.67:
                UnitResult.create(unit=unit, period=period, result=result)
    Exemption.create(employee=world.people[-1], reason="MPP", starts_on=date(2026, 10, 1))


def assessments(world):
    """What people say of each other, quarter by quarter; the last one has gaps."""
    crowd = Crowd(world)
    for period in world.periods:
        crowd.open = period is world.periods[-1]
        crowd.feel(world.people, period)
        asked = world.people
        if crowd.open:
            asked = world.dice.sample(asked, round((1 - MISSED) * len(asked)))
        rows = [Assessment(employee=who, period=period, **said) for who in asked for said in crowd.about(who)]
        Assessment.bulk_create(rows, 500)


class Crowd:
    """The people of a quarter with their groups and their mood."""

    def __init__(self, world):
        self.world, self.dice, self.habits, self.lows = world, world.dice, {}, {}

    def feel(self, people, period):
        """Most stay as they were, a few others each time do worse; no head of an OPD does better than her unit."""
        self.groups = defaultdict(list)
        for person in people:
            self.groups[person.supervisor_id].append(person)
            if person.id not in self.habits or self.dice.random() < 0.25:
                (self.habits[person.id],) = self.dice.choices(list(USUAL), USUAL.values())
        usual = UnitResult.select(UnitResult.unit).where(
            UnitResult.period == period, UnitResult.result != "ISTIMEWA"
        )
        units = {unit for (unit,) in usual.tuples()}
        heads = [who.id for who in people if who.position_type == "JPT_PRATAMA" and who.unit_id in units]
        free = [who.id for who in people if who.supervisor_id and who.id not in self.lows]
        number = min(len(free), max(len(LOWS), round(LOW * len(people))))
        self.lows = dict(zip(self.dice.sample(free, number), cycle(LOWS), strict=False))
        self.moods = self.habits | dict.fromkeys(heads, (MEETS, MEETS)) | self.lows

    def about(self, person):
        """The supervisor's word in levels, scores or both, of the low always levels; then that of the others."""
        dice, chief, low = self.dice, person.supervisor, person.id in self.lows
        note = self.world.text("note_low" if low else "note_good")
        if chief and not (self.open and dice.random() < UNDONE):
            style = 2 if low else dice.randrange(3)
            said = self.scores(person) if style else {}
            if style != 1:
                said |= zip(("work_level", "behaviour_level"), self.moods[person.id], strict=True)
            yield {"source": "supervisor", "assessor": chief, "note": dice.choice((note, None)), **said}
        pools = {
            "self": [person], "peer": [other for other in self.groups[person.supervisor_id] if other != person],
            "subordinate": self.groups.get(person.id, []), "public": [None],
            "observation": [chief] if person.position.startswith("Guru") else [],
        }  # fmt: skip
        for source, pool in pools.items():
            if not chief or dice.random() < VOICES[source]:  # whoever is at the top is judged by everybody
                for other in dice.sample(pool, min(3, len(pool))):
                    waits = self.open and other not in (None, chief) and dice.random() < UNDONE
                    yield {"source": source, "assessor": other, **({} if waits else self.scores(person))}

    def scores(self, person):
        """Scores within the ranges of somebody's levels."""
        found = {}
        for name, level in zip(("work_score", "behaviour_score"), self.moods[person.id], strict=True):
            low, steps = RANGES[level]
            found[name] = low + self.dice.randrange(steps) / 4
        return found


def ratings(world):
    """Rate each quarter but the last, carry its ratings on and close it; then a few leave."""
    for period in world.periods[:-1]:
        with world.on(period.ends_on):
            compute(period)
        rows = list(Rating.select().where(Rating.period == period).order_by(Rating.employee))
        world.dice.shuffle(rows)
        rows.sort(key=lambda row: not objects(row, world))  # every way among those who may object
        paces, steps = {}, []  # each rater has a pace, so that few days see many
        for row, way in zip(rows, world.ways(f"rating {period.code}", len(rows)), strict=True):
            moves = way["moves"] if objects(row, world) else way["moves"].partition(" object")[0]
            pace = paces.setdefault(row.rater_id, world.dice.randint(1, 4))
            steps += world.steps(row, moves, period.ends_on, pace, change=RAISED)
        world.walk(
            [*steps, *world.steps(period, "close", period.ends_on, 9)]
        )  # once the slowest has finalised
    clerks = Employee.select(Employee.id).where(Employee.position_type == "PELAKSANA")
    gone = clerks.order_by(Employee.id.desc()).limit(max(1, round(LEFT * world.count)))
    Employee.update(active=False).where(Employee.id.in_(gone)).execute()
    decided = Objection.decision.is_null(False)
    Objection.update(answer=world.text("objection answer")).where(decided).execute()


def objects(row, world):
    """Whether somebody may object: not to the best predikat, nor to the Sekda."""
    return row.predicate == GOOD and row.rater_id != world.people[0].id
