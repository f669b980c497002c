"""What is doubted about the master data, against the same questions in plain Python; and how start pages ask."""

import random

import pytest

import audit
from capabilities.people import checks
from database import db, write
from models import Assessment, Change, Complaint, Employee, Unit
from tests.cast import World
from tests.make import make_assessment, make_employee, make_period, make_rating, make_unit, nip

ROLES = ("admin", "hr", "supervisor", "employee")


@pytest.fixture
def crowd(rows):
    """Sixty people of few names and births, anywhere in a tree of four levels, each under anybody."""
    dice, units, people = random.Random(7), [], []  # noqa: S311 - no secrets
    for n in range(9):
        units.append(make_unit(f"U{n}", parent=units[(n - 1) // 2] if n else None))
    for n in range(60):
        born = f"1980010{dice.randint(1, 4)}"
        people.append(make_employee(
            unit=dice.choice(units), name=f"Nama {n % 9}", nip=nip(n, born=born), active=dice.random() < 0.85,
            supervisor=dice.choice([None, *people]) if people else None,
        ))  # fmt: skip
    return people


def doubted(code):
    return {row.id for row in Employee.select().where(checks()[code][1])}


def test_a_supervisor_is_near_in_the_unit_and_the_two_above_it(crowd):
    parents = dict(Unit.select(Unit.id, Unit.parent).tuples())
    far = set()
    for one in crowd:
        near = [one.unit_id, parents[one.unit_id], parents.get(parents[one.unit_id])]
        if one.active and one.supervisor and one.supervisor.unit_id not in near:
            far.add(one.id)
    assert far
    assert doubted("supervisor_elsewhere") == far


def test_somebody_is_recorded_twice_by_name_and_birth(crowd):
    active = [one for one in crowd if one.active]
    twins = {
        one.id for one in active for other in active
        if one.id != other.id and (one.name, one.nip[:8]) == (other.name, other.nip[:8])
    }  # fmt: skip
    assert 0 < len(twins) < len(active)
    assert doubted("recorded_twice") == twins


def test_who_is_not_assessed_is_asked_by_both_aspects(crowd):
    period, other = make_period(), make_period("2026-TW2")
    dice = random.Random(3)  # noqa: S311 - no secrets
    given = (
        {"work_level": "MEETS"},
        {"work_score": 90},
        {"behaviour_level": "MEETS"},
        {"behaviour_score": 90},
    )
    for n, one in enumerate(crowd * 2):
        source, when = (
            dice.choice(("supervisor", "supervisor", "public")),
            dice.choice((period, period, other)),
        )
        key = {
            "employee": one,
            "period": when,
            "source": source,
            "assessor": crowd[n // 60] if source == "supervisor" else None,
        }
        values = {"work_level": None, "behaviour_level": None} | dice.choice(given) | dice.choice(given)
        if one not in crowd[:2] and not Assessment.get_or_none(**key):
            make_assessment(**key, **values)
    found = {row.id for row in Employee.select().where(Employee.unassessed(period.id))}
    stored = Assessment.select().where(Assessment.period == period, Assessment.source == "supervisor")
    said = {}
    for row in stored:
        judged = said.setdefault(row.employee_id, [False, False])
        judged[0] |= row.work_level is not None or row.work_score is not None
        judged[1] |= row.behaviour_level is not None or row.behaviour_score is not None
    assert found == {one.id for one in crowd if one.active and said.get(one.id) != [True, True]}
    assert [True, True] in said.values()


@pytest.mark.parametrize("role", ROLES)
def test_a_start_page_takes_the_same_statements_however_many_people(role, rows, sign_in, monkeypatch):
    world, seen, run = World(), [], db.obj.execute_sql
    client = sign_in(world.account(role))

    def note(sql, *args, **kwargs):
        seen.append(sql)
        return run(sql, *args, **kwargs)

    def count():
        with write():
            audit.event("look", Unit, "-", user=None)  # so that nothing is kept
        seen.clear()
        assert client.get("/admin/").status_code == 200
        return len(seen)

    monkeypatch.setattr(db.obj, "execute_sql", note)
    few = count()
    for n in range(8):
        person = make_employee(unit=make_unit(f"N{n}", parent=world.dinas), supervisor=world.boss)
        make_assessment(person, world.period, assessor=world.boss)
        make_rating(person, world.period, rater=world.boss)
    assert count() == few


def test_the_trail_keeps_a_complaint_from_whom_it_is_about_also_once_it_is_gone(rows, sign_in):
    world = World()
    user = world.account("hr")
    mine, other = world.own[Complaint], world.foreign[Complaint]
    user.employee = world.ani
    user.save()
    Complaint.update(employee=world.ani).where(Complaint.id == mine.id).execute()
    with write():
        for row in (mine, other):
            audit.event("look", Complaint, row.ticket, user=None, key=row.id)
        audit.event("look", Complaint, "ADU-GONE", user=None, key=9_999)
    html = sign_in(user).get("/admin/change/?page_size=100").get_data(as_text=True)
    assert other.ticket in html
    assert mine.ticket not in html
    assert "ADU-GONE" not in html
    assert Change.select().where(Change.label == "ADU-GONE").exists()
