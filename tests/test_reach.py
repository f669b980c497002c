"""Who may say what of whom, by every door: the generated walk over all supervisors and all people (DOMAIN 1.7)."""

import pytest

import access
import flows
from capabilities import SHEETS
from compute import compute
from excel.check.validate import Context
from excel.write.apply import apply_at_once as run
from models import Assessment, Employee, Rating, Unit
from rating.explain import reasons
from tests.make import make_assessment, make_employee, make_period, make_rating, make_unit, make_user, xlsx

HEADER = ("NIP", "Sumber", "Rating Hasil Kerja", "Rating Perilaku")


@pytest.fixture
def office(rows):
    """A regency of two branches: sekda over two heads, each with a deputy and two staff members."""
    top = make_unit("TOP")
    sekda = make_employee(name="Sekda", unit=top)
    people = {"sekda": sekda}
    for branch in ("A", "B"):
        unit = make_unit(branch, parent=top)
        head = people[f"head {branch}"] = make_employee(name=f"Kepala {branch}", unit=unit, supervisor=sekda)
        deputy = people[f"deputy {branch}"] = make_employee(unit=unit, supervisor=head)
        for number in "12":
            people[f"staff {branch}{number}"] = make_employee(unit=unit, supervisor=deputy)
    return people


@pytest.fixture
def period(rows):
    return make_period()


def chain(person):
    """The ids of everybody above somebody."""
    found = set()
    while person.supervisor_id and person.supervisor_id not in found:
        found.add(person.supervisor_id)
        person = person.supervisor
    return found


def supervisors(people):
    """An account of role supervisor for every person, and one without a person for every unit."""
    for person in people.values():
        yield make_user("supervisor", employee=person, unit=person.unit)
    for unit in list(Unit.select()):
        yield make_user("supervisor", unit=unit)


def may_judge(user, person):
    """The rule of the law, written a second time as slowly as it reads."""
    if user.employee_id:
        return user.employee_id in chain(person)
    below = {key for (key,) in Unit.below(user.unit_id).tuples()}
    return bool(person.supervisor_id) and person.supervisor.unit_id in below


def upload(user, person, period, source="Atasan"):
    rows = xlsx(HEADER, (person.nip, source, "Diatas Ekspektasi", "Diatas Ekspektasi"))
    return run(SHEETS["assessments"], rows, "x.xlsx", Context(user, period))


def test_only_who_leads_somebody_gives_the_supervisors_word_by_upload(office, period):
    for user in supervisors(office):
        for name, person in office.items():
            plan, done = upload(user, person, period)
            assert (done is not None) == may_judge(user, person), (user.username, name)
            Assessment.delete().execute()


def test_only_who_leads_somebody_gives_it_by_form(office, period, sign_in, post):
    for user in supervisors(office):
        client = sign_in(user)
        for name, person in office.items():
            post(client, "/admin/assessment/new/", {
                "employee": person.id, "period": period.id, "source": "supervisor", "work_level": "ABOVE",
                "behaviour_level": "ABOVE",
            })  # fmt: skip
            stored = Assessment.select().where(Assessment.employee == person).exists()
            assert stored <= may_judge(user, person), (user.username, name)
            Assessment.delete().execute()


def test_only_who_leads_somebody_changes_what_is_stored(office, period):
    rows = {
        name: make_assessment(person, period, assessor=person.supervisor) for name, person in office.items()
    }
    for user in supervisors(office):
        reach = {
            key
            for (key,) in Assessment.select(Assessment.id).where(access.writable(Assessment, user)).tuples()
        }
        assert reach == {rows[name].id for name, person in office.items() if may_judge(user, person)}


def test_only_who_leads_somebody_computes_her_rating(office, period):
    for person in office.values():
        make_assessment(person, period, assessor=person.supervisor)
    for user in supervisors(office):
        compute(period, user=user)
        rated = {key for (key,) in Rating.select(Rating.employee).tuples()}
        assert rated == {p.id for p in office.values() if may_judge(user, p)}, user.username
        Rating.delete().execute()


def test_only_the_rater_confirms_or_an_account_of_her_unit(office, period):
    confirm = flows.FLOWS[Rating].by_name["confirm"]
    ratings = [make_rating(p, period, rater=p.supervisor) for p in office.values() if p.supervisor_id]
    for user in supervisors(office):
        able, _ = flows.sort_out(ratings, confirm, user)
        if user.employee_id:
            expected = {r.id for r in ratings if r.rater_id == user.employee_id}
        else:
            below = {key for (key,) in Unit.below(user.unit_id).tuples()}
            expected = {r.id for r in ratings if r.rater.unit_id in below and r.employee.unit_id in below}
        assert {row.id for row in able} == expected, user.username


@pytest.mark.parametrize("source", ["Rekan", "Bawahan", "Observasi"])
def test_nobody_delivers_what_others_say_of_herself_or_of_who_leads_her(office, period, source):
    for user in supervisors(office):
        if user.employee_id:
            above = {user.employee_id, *chain(user.employee)}
            for person in (p for p in office.values() if p.id in above):
                _, done = upload(user, person, period, source)
                assert done is None


def test_what_the_desk_writes_is_stored_as_such(office, period):
    person = office["staff A1"]
    upload(make_user("hr"), person, period)
    assert Assessment.get().by_desk is True
    upload(make_user("supervisor", employee=person.supervisor, unit=person.unit), person, period)
    row = Assessment.get()
    row.delete_instance()
    upload(make_user("supervisor", employee=person.supervisor, unit=person.unit), person, period)
    assert Assessment.get().by_desk is False


def test_the_desk_confirms_in_a_raters_place_only_with_a_reason(office, period):
    confirm = flows.FLOWS[Rating].by_name["confirm"]
    person = office["staff A1"]
    rating = make_rating(person, period, rater=person.supervisor)
    with pytest.raises(flows.Missing):
        flows.take([rating], confirm, make_user("hr"))
    taken = flows.take([rating], confirm, make_user("hr"), {"reason": "Atasan cuti sakit"})
    assert [row.state for row in taken.rows] == ["confirmed"]


def test_an_employee_who_leads_nobody_is_led_by_the_right_people(office):
    assert {*Employee.above(office["staff A1"].id)} - {office["staff A1"].id} == {
        office["deputy A"].id, office["head A"].id, office["sekda"].id
    }  # fmt: skip
    led = {key for (key,) in Employee.below(office["head A"].id, itself=False).tuples()}
    assert led == {office[name].id for name in ("deputy A", "staff A1", "staff A2")}


def test_the_explanation_says_that_the_desk_wrote_in_the_supervisors_name(office, period):
    person = office["staff A1"]
    upload(make_user("hr"), person, period)
    compute(period)
    assert "Nilai atasan dicatat kepegawaian atas nama penilai." in reasons(Rating.get())
