"""The demo: a regency's people with a year of work, the same for the same number and the same dice."""

import random
from datetime import date

import audit
from database import write
from fields import N_, Invalid
from models import MODELS, Employee, Period, Unit, UnitResult
from seed_data import insert, seed_reference
from seed_data.accounts import mark_demo
from seed_data.complaints import seed_complaints
from seed_data.development import seed_awards, seed_trainings, seed_upload
from seed_data.people import Person, Place, make_people
from seed_data.ratings import Clock, seed_ratings
from seed_data.scores import seed_assessments

QUARTERS = (  # the last one is open
    ("2025-TW4", "Triwulan IV 2025", date(2025, 10, 1), date(2025, 12, 31)),
    ("2026-TW1", "Triwulan I 2026", date(2026, 1, 1), date(2026, 3, 31)),
    ("2026-TW2", "Triwulan II 2026", date(2026, 4, 1), date(2026, 6, 30)),
    ("2026-TW3", "Triwulan III 2026", date(2026, 7, 1), date(2026, 9, 30)),
)
RESULTS = {"BAIK": 68, "ISTIMEWA": 16, "BUTUH_PERBAIKAN": 11, "KURANG": 4, "SANGAT_KURANG": 1}
LEFT = 0.015  # of the people, since the last quarter began


class NotEmpty(Invalid):
    """The database has employees already."""

    def __init__(self, count):
        super().__init__(
            N_("Basis data sudah berisi %(count)s pegawai; data contoh hanya untuk basis data kosong"),
            count=count,
        )


def seed_demo(employees=500, random_state=1):
    """Fill an empty database with demo data; returns {table: rows}. Raises NotEmpty."""
    with write():
        count = Employee.select().count()
        if count:
            raise NotEmpty(count)
        seed_reference()
        _seed(employees, lambda topic: random.Random(f"{random_state} {topic}"))  # noqa: S311 - demo data, no secrets
        mark_demo()
        return {model._meta.table_name: model.select().count() for model in MODELS}


def _seed(count, dice):
    """Each topic has its own dice: one more sentence in one of them leaves the others as they were."""
    places, periods = _places(), _periods()
    people = make_people(places, list(audit.reserve_ids(Employee, count)), dice("people"))
    columns = (*Person._fields[1:], "active")
    insert(Employee, columns, [(*p[1:], True) for p in people], [p.id for p in people])
    _unit_results(places, periods, dice("unit results"))
    staying = _staying(people, dice("leaving"))
    quarters = [(period.id, people) for period in periods[:-1]]
    seed_assessments(quarters, (periods[-1].id, staying), dice("assessments"))
    for period in periods[:-1]:
        seed_ratings(period, Clock(dice(period.code)))
    left = {person.id for person in people} - {person.id for person in staying}
    Employee.update(active=False).where(Employee.id.in_(left)).execute()
    seed_trainings(people, dice("trainings"))
    seed_awards(people, periods[-2].id, dice("awards"))
    seed_upload()
    seed_complaints(places, staying, max(20, count // 50), Clock(dice("complaints")))


def _staying(people, dice):
    """Everybody but a few who lead nobody and left after the last closed quarter."""
    leading = {person.supervisor for person in people}
    free = [person for person in people if person.supervisor and person.id not in leading]
    gone = set(dice.sample(free, min(len(free), max(1, round(len(people) * LEFT)))))
    return [person for person in people if person not in gone]


def _places():
    """The active units, a parent before its children."""
    columns = (Unit.id, Unit.code, Unit.name, Unit.kind, Unit.parent)
    rows = Unit.select(*columns).where(Unit.active == True).order_by(Unit.id)  # noqa: E712 - SQL
    children = {}
    for place in map(Place._make, rows.tuples()):
        children.setdefault(place.parent, []).append(place)
    found = list(children.get(None, ()))
    for place in found:  # grows while it is walked
        found += children.get(place.id, ())
    return found


def _periods():
    """The four quarters, all of them open until they are rated."""
    insert(Period, ("code", "name", "starts_on", "ends_on", "kind", "state"),
           [(*quarter, "quarterly", "open") for quarter in QUARTERS])  # fmt: skip
    return list(Period.select().where(Period.code.in_([q[0] for q in QUARTERS])).order_by(Period.starts_on))


def _unit_results(places, periods, dice):
    """What each OPD achieved in each quarter; of the open one a third is still missing."""
    roots = {place.id for place in places if place.parent is None}
    rows = [
        (place.id, period.id, dice.choices(list(RESULTS), RESULTS.values())[0])
        for period in periods
        for place in places
        if place.parent in roots and (period is not periods[-1] or dice.random() < 0.67)
    ]
    insert(UnitResult, ("unit", "period", "result"), rows)
