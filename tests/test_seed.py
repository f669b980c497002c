"""The reference seed and the demo: valid, complete from 100 people up, and the same each time."""

from collections import Counter
from datetime import timedelta

import pytest
from peewee import fn

from database import db, now
from excel.write.apply import undo
from flows import FLOWS
from models import (
    MODELS,
    Assessment,
    Award,
    Change,
    Complaint,
    ComplaintEvent,
    Employee,
    Holiday,
    Objection,
    Period,
    Policy,
    Rating,
    Training,
    Unit,
    UnitResult,
    Upload,
    User,
)
from rating import MATRIX, credit_of, due
from seed_data import seed_reference
from seed_data.demo import demo_accounts, seed_demo
from tests.make import make_employee
from values import Invalid, codes, nip_scheme

PEOPLE = 100
CLOSED = ("2025-TW4", "2026-TW1", "2026-TW2")
STAMPS = {"updated_at", "at"}


@pytest.fixture
def demo(database):
    return seed_demo(PEOPLE)


def rows_of(model):
    """Every row of a table in order, without the time of writing."""
    columns = [f for f in model._meta.sorted_fields if f.name not in STAMPS]
    return list(model.select(*columns).order_by(model.id).tuples())


def codes_of(field):
    """The distinct values of a column."""
    return {value for (value,) in field.model.select(field).distinct().tuples()}


def test_reference_seed_loads_units_as_a_tree_and_the_holidays_once(database):
    seed_reference()
    seed_reference()
    assert Unit.select().count() == len(codes("units"))
    assert [unit.code for unit in Unit.select().where(Unit.parent.is_null())] == ["MAMUJU"]
    assert Unit.get(Unit.code == "KEL.KAREMA").parent.code == "KEC.MAMUJU"
    assert Holiday.select().count() == 25


def test_reference_seed_leaves_what_is_there(database):
    Unit.create(code="DINKES", name="Nama sendiri", kind="DINAS")
    seed_reference()
    assert Unit.get(Unit.code == "DINKES").name == "Nama sendiri"
    assert Unit.get(Unit.code == "PKM.BAMBU").parent.name == "Nama sendiri"


def test_every_table_has_rows_but_those_of_accounts(demo):
    assert {table for table, count in demo.items() if not count} == {"user", "throttle", "sign_in", "beat"}
    assert demo["employee"] == PEOPLE
    assert demo == {m._meta.table_name: m.select().count() for m in MODELS}


def test_every_person_is_one_that_the_forms_would_take(demo):
    genders = {row["text"]: row["gender"] for row in codes("names") if row["kind"] == "first"}
    for person in Employee.select():
        assert Employee.nip.parse(person.nip) == person.nip
        assert (nip_scheme(person.nip) == "PNS") == (person.status in ("PNS", "CPNS"))
        first = max((name for name in genders if person.name.startswith(f"{name} ")), key=len)
        assert genders[first] == {"1": "L", "2": "P"}[person.nip[14]]
        for field in Employee.spoken():
            value = person.__data__[field.name]
            if value is not None and field.name not in ("unit", "supervisor"):
                assert field.parse(field.show(value)) == value
        assert [*Employee.problems(person.__data__)] == []


def test_everybody_has_a_supervisor_above_but_the_one_at_the_top(demo):
    heads = {person.id: person for person in Employee.select()}
    top = [person for person in heads.values() if person.supervisor_id is None]
    assert [person.position for person in top] == ["Sekretaris Daerah"]
    for person in heads.values():
        chain = {person.id}
        while person.supervisor_id:
            person = heads[person.supervisor_id]
            assert person.id not in chain
            chain.add(person.id)
    same_unit = Employee.alias()
    others = Employee.select().join(same_unit, on=(Employee.supervisor == same_unit.id))
    assert others.where(Employee.unit == same_unit.unit).exists()
    assert 0 < Employee.select().where(Employee.active == False).count() <= 2  # noqa: E712 - SQL


def test_every_jenjang_state_and_class_appears(demo):
    assert codes_of(Employee.jf_level) - {None} == set(Employee.jf_level.labels)
    assert codes_of(Employee.position_type) == set(Employee.position_type.labels)
    assert codes_of(Assessment.source) == set(Assessment.source.labels)
    assert codes_of(Rating.state) == set(Rating.state.labels) - {"suggested", "withdrawn"}
    assert codes_of(Training.state) == set(Training.state.labels)
    assert codes_of(Award.state) == set(Award.state.labels)
    assert codes_of(Complaint.state) == set(Complaint.state.labels)
    assert codes_of(Complaint.classification) == set(Complaint.classification.labels)


@pytest.mark.parametrize("random_state", [1, 2, 3, 4, 5])
def test_every_jenjang_and_predikat_appears_whatever_the_dice(database, random_state):
    seed_demo(PEOPLE, random_state)
    assert codes_of(Employee.jf_level) - {None} == set(Employee.jf_level.labels)
    for period in Period.select().where(Period.state == "closed"):
        found = Rating.select(Rating.predicate).where(Rating.period == period).distinct().tuples()
        assert {value for (value,) in found} == {code for code, _ in Rating.predicate.choices}


def test_quarters_are_closed_and_rated_but_the_last(demo):
    states = dict(Period.select(Period.code, Period.state).order_by(Period.code).tuples())
    assert states == dict.fromkeys(CLOSED, "closed") | {"2026-TW3": "open"}
    rated = Rating.select(Period.code, fn.COUNT(Rating.id)).join(Period).group_by(Period.code).tuples()
    assert dict(rated) == dict.fromkeys(CLOSED, PEOPLE - 1)  # all but the one without a supervisor


def test_a_closed_quarter_has_two_assessments_a_person_and_one_by_the_supervisor(demo):
    for period in Period.select().where(Period.state == "closed"):
        given = list(Assessment.select().where(Assessment.period == period))
        counts = Counter(a.employee_id for a in given)
        assert len(counts) == PEOPLE
        assert min(counts.values()) >= 2
        judged = {a.employee_id: a.assessor_id for a in given if a.source == "supervisor"}
        led = Employee.select(Employee.id, Employee.supervisor).where(Employee.supervisor.is_null(False))
        assert judged == dict(led.tuples())


def test_the_open_quarter_has_gaps(demo):
    asked = Assessment.select().join(Period).where(Period.state == "open")
    done = asked.where(Assessment.source == "supervisor").count()
    assert PEOPLE * 0.5 < done < PEOPLE * 0.85
    assert asked.where(Assessment.behaviour_score.is_null(), Assessment.behaviour_level.is_null()).exists()


def test_assessments_and_ratings_agree_with_the_rules(demo):
    for a in Assessment.select():
        assert [*Assessment.problems(a.__data__)] == []
    for r in Rating.select(Rating, Employee).join(Employee):
        assert r.predicate == MATRIX[r.work_level, r.behaviour_level]
        assert (r.predicate == r.why["predicate"]) == (r.state != "changed")
        jenjang = r.employee.jf_level if r.employee.status == "PNS" else None
        assert r.credit == (credit_of(jenjang, r.predicate, 3) if jenjang else None)
        days = [r.confirmed_on, r.final_on, r.delivered_on, r.acknowledged_on]
        known = [day for day in days if day]
        assert days[0]
        assert days == sorted(known) + [None] * (4 - len(known))
        assert (r.state in ("objected", "upheld", "changed")) == Objection.select().where(
            Objection.rating == r
        ).exists()


def test_complaints_keep_their_clocks_and_events_their_way(demo):
    holidays, policy = codes_of(Holiday.date), Policy.get()
    for c in Complaint.select():
        assert c.verify_due == due(c.received_on, policy.days_verify, holidays)
        assert c.received_on <= (c.answered_on or c.received_on) <= (c.closed_on or c.close_due)
        steps = list(ComplaintEvent.select().where(ComplaintEvent.complaint == c).order_by(ComplaintEvent.at))
        assert steps[0].state == "received"
        assert steps[-1].state == c.state
        forwarded = [step.at.date() for step in steps if step.state == "disposed"]
        assert c.respond_due == due((forwarded or [c.verify_due])[-1], policy.days_respond, holidays)
        assert bool(c.answered_on) == any(step.state == "answered" for step in steps)


def test_every_state_was_reached_by_moves(demo):
    for model, flow in FLOWS.items():
        states, table = {}, model._meta.table_name
        moved = Change.select(Change.key, Change.move).where(
            Change.table == table, Change.move.is_null(False)
        )
        for key, move in moved.order_by(Change.id).tuples():
            assert states.get(key, flow.initial) in flow.by_name[move].start
            states[key] = flow.by_name[move].end
        files = Change.select(Change.key).where(Change.table == table, Change.upload.is_null(False))
        for row in model.select().where(model.id.not_in(files)):
            assert row.__data__[flow.state.name] == states.get(row.id, flow.initial)


def test_the_trail_is_dated_on_the_days_of_the_moves(demo):
    for rating in Rating.select().where(Rating.delivered_on.is_null(False)).limit(20):
        mine = (Change.table == "rating") & (Change.key == rating.id)
        assert Change.get(mine, Change.move == "deliver").at.date() == rating.delivered_on


def test_few_are_low_never_two_quarters_running_and_nobody_objects_to_the_best(demo):
    running = set()
    for period in Period.select().where(Period.state == "closed").order_by(Period.starts_on):
        ratings = list(Rating.select().where(Rating.period == period))
        low = {r.employee_id for r in ratings if r.predicate not in ("VERY_GOOD", "GOOD")}
        assert 3 <= len(low) <= 5
        assert not low & running
        running = low
    objected = {rating.why["predicate"] for rating in Rating.select().join(Objection)}
    assert "GOOD" in objected
    assert "VERY_GOOD" not in objected


def test_nobody_answers_to_somebody_of_lower_rank_and_a_cpns_is_new(demo):
    ladder = [row["code"] for row in codes("golongan") if row["scheme"] == "PNS"]
    for person in Employee.select().where(Employee.status.in_(["PNS", "CPNS"])):
        head = person.supervisor
        assert head is None or ladder.index(person.grade) <= ladder.index(head.grade)
        assert person.status != "CPNS" or int(person.nip[8:12]) >= 2025


def test_periods_are_closed_with_a_reason_and_work_is_left_for_the_reader(demo):
    assert all(period.reason for period in Period.select().where(Period.state == "closed"))
    assert Award.select().where(Award.state == "proposed").exists()
    received = Complaint.get(Complaint.state == "received")
    assert (received.response, received.answered_on) == (None, None)
    asked = Assessment.select(Assessment.employee).join(Period).where(Period.state == "open")
    untouched = Employee.select().where(Employee.active, Employee.id.not_in(asked))
    assert untouched.count() >= 3


def test_medals_are_for_long_service(demo):
    least = {"201": 10, "202": 20, "203": 30}
    for award in Award.select(Award, Employee).join(Employee).where(Award.kind.in_(list(least))):
        assert 2026 - int(award.employee.nip[8:12]) >= least[award.kind]
        assert award.employee.status == "PNS"


@pytest.mark.parametrize("days", [0, 100])
def test_the_upload_can_be_undone_as_long_as_its_quarter_is_open(days, demo):
    """Whenever the demo was made: what is of no period could be taken back for a week only."""
    Upload.update(at=now() - timedelta(days=days)).execute()
    upload, before = Upload.get(), Assessment.select().count()
    assert upload.new > 0
    assert upload.period.state == "open"
    undone, kept = undo(upload, None)
    assert (undone, kept) == (upload.new + upload.changed, [])
    assert Assessment.select().count() == before - upload.new
    assert Change.select().where(Change.action == "undo").count() == undone


def test_the_same_number_and_dice_give_the_same_rows(database):
    tables = [model for model in MODELS if model.spoken() and model is not User]
    with db.atomic() as txn:
        seed_demo(PEOPLE, 7)
        first = {model: rows_of(model) for model in tables}
        txn.rollback()
    _restart_ids()
    seed_demo(PEOPLE, 7)
    assert {model: rows_of(model) for model in tables} == first


def test_other_dice_give_other_people(database):
    with db.atomic() as txn:
        seed_demo(20, 1)
        first = codes_of(Employee.nip)
        txn.rollback()
    seed_demo(20, 2)
    assert first != codes_of(Employee.nip)


def _restart_ids():
    """Sequences of PostgreSQL do not roll back."""
    if type(db.obj).__name__.startswith("Postgres"):
        for model in MODELS:
            db.execute_sql(f'ALTER SEQUENCE "{model._meta.table_name}_id_seq" RESTART')


@pytest.mark.parametrize("people", [1, 2, 3, 7, 20])
def test_a_handful_of_people_is_no_problem(database, people):
    assert seed_demo(people)["employee"] == people
    assert len(demo_accounts()) == 5


def test_it_refuses_a_database_that_has_employees(database):
    make_employee()
    with pytest.raises(Invalid, match="sudah berisi 1 pegawai"):
        seed_demo(PEOPLE)
    assert Period.select().count() == 0


def test_demo_accounts_are_made_once_and_have_people_behind_them(demo):
    first = demo_accounts()
    assert demo_accounts() == first
    assert [(role, name) for role, name, _ in first] == [(role, f"demo-{role}") for role in User.role.labels]
    users = {user.role: user for user in User.select()}
    assert len(users) == User.select().count() == 5
    for role, _, password in first:
        assert len(password) >= 12
        assert users[role].verify(password)
        assert not users[role].must_change_password
        assert [*User.problems(users[role].__data__)] == []
    chief, staff = users["supervisor"].employee, users["employee"].employee
    below = Unit.below(users["supervisor"].unit_id)
    assert chief.unit == users["supervisor"].unit
    assert Employee.select().where(Employee.id == staff.id, Employee.unit.in_(below)).exists()
    assert staff != chief
    assert Rating.select().where(Rating.employee == staff).count() == 3
    assert users["hr"].employee.unit.code.split(".")[0] == "BKPP"
    assert users["officer"].unit is None


def test_an_account_that_is_missing_is_made_again(demo):
    demo_accounts()
    User.delete().where(User.role == "hr").execute()
    demo_accounts()
    assert User.select().where(User.username == "demo-hr").count() == 1


def test_the_head_of_an_opd_did_no_better_than_her_unit(demo):
    rows = (
        Rating.select(Rating.predicate, UnitResult.result).join(Employee, on=(Rating.employee == Employee.id))
        .join(UnitResult, on=(UnitResult.unit == Employee.unit) & (UnitResult.period == Rating.period))
        .where(Employee.position_type == "JPT_PRATAMA").tuples()
    )  # fmt: skip
    found = list(rows)
    assert found
    assert not [row for row in found if row[0] == "VERY_GOOD" and row[1] != "ISTIMEWA"]
