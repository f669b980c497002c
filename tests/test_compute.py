"""A period's ratings: from the assessments to what is suggested, and why."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest

import audit
import rating
from compute import Closed, Outcome, compute
from models import Change, Employee, Policy, Rating, Unit
from rating.explain import reasons
from tests.make import make_assessment, make_employee, make_period, make_rating, make_unit, make_user

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def period(database):
    Policy.update(min_subordinate=1).execute()  # one voice counts, so that cases stay small
    return make_period()


@pytest.fixture
def employee(database):
    return make_employee(supervisor=make_employee(), status="PNS")


def assess(employee, period, source="supervisor", **said):
    """An assessment with scores only, unless levels are said."""
    said.setdefault("assessor", employee.supervisor if source == "supervisor" else make_employee())
    levels = {"work_level": None, "behaviour_level": None}
    return make_assessment(employee, period, source=source, **levels | said)


def score(employee, period, source, work, behaviour=None, **said):
    return assess(
        employee, period, source, work_score=work, behaviour_score=work if behaviour is None else behaviour, **said
    )  # fmt: skip


def run(period, **narrow):
    """Compute, and count (new, changed, same, incomplete) among those who were assessed."""
    outcome = compute(period, **narrow)
    return outcome.new, outcome.changed, outcome.same


def rating_of(employee):
    return Rating.get_or_none(Rating.employee == employee.id)


def cell(employee):
    found = rating_of(employee)
    return found and (found.work_level, found.behaviour_level, found.predicate)


def test_the_supervisors_levels_stand_whatever_the_scores(employee, period):
    assess(employee, period, work_level="ABOVE", behaviour_level="BELOW", work_score=95)
    score(employee, period, "subordinate", 100)
    assert run(period) == (1, 0, 0)
    found = rating_of(employee)
    assert cell(employee) == ("ABOVE", "BELOW", "POOR")
    assert (found.work_score, found.behaviour_score) == (Decimal("96.25"), Decimal("100"))
    assert (found.unit_id, found.rater_id, found.state) == (
        employee.unit_id,
        employee.supervisor_id,
        "suggested",
    )


def test_scores_suggest_levels_through_weights_and_thresholds(employee, period):
    score(employee, period, "supervisor", "112.50", "90")
    score(employee, period, "subordinate", "102.50", "89.99")
    assert run(period) == (1, 0, 0)
    found = rating_of(employee)
    assert (found.work_score, found.behaviour_score) == (Decimal("110"), Decimal("90"))  # 89.9975
    assert cell(employee) == ("ABOVE", "MEETS", "GOOD")


def test_two_peers_are_too_few_and_three_count(employee, period):
    score(employee, period, "supervisor", 90)
    peers = [score(employee, period, "peer", 60) for _ in range(2)]
    compute(period)
    assert rating_of(employee).work_score == 90
    sources = rating_of(employee).why["aspects"]["work"]["sources"]
    assert sources["peer"] == {"mean": None, "count": 2, "weight": "0", "used": False}
    peers.append(score(employee, period, "peer", 60))
    assert run(period) == (0, 1, 0)
    assert rating_of(employee).work_score == Decimal("82.5")
    assert rating_of(employee).predicate == "VERY_POOR"


def test_the_public_observations_and_herself_are_evidence_only(employee, period):
    score(employee, period, "supervisor", 100)
    score(employee, period, "public", 0, assessor=None)
    score(employee, period, "observation", 0)
    score(employee, period, "self", 0, assessor=employee)
    compute(period)
    assert rating_of(employee).work_score == 100


def test_a_level_for_one_aspect_and_a_score_for_the_other_are_enough(employee, period):
    assess(employee, period, work_level="BELOW", behaviour_score=95)
    compute(period)
    assert cell(employee) == ("BELOW", "MEETS", "NEEDS_IMPROVEMENT")
    aspects = rating_of(employee).why["aspects"]
    assert (aspects["work"]["basis"], aspects["behaviour"]["basis"]) == ("level", "score")


@pytest.mark.parametrize(
    "said",
    [
        None,  # nobody
        {"source": "peer", "work_level": "ABOVE", "behaviour_level": "ABOVE"},
        {"source": "self", "work_score": 120, "behaviour_score": 120},
        {"source": "supervisor"},  # a request
        {"source": "supervisor", "work_level": "ABOVE"},  # nothing of behaviour
        {"source": "supervisor", "note": "Baik sekali"},
    ],
)
def test_without_the_supervisors_word_she_is_not_yet_assessed(employee, period, said):
    if said:
        assess(employee, period, **said)
    outcome = compute(period, employees=[employee.id])
    assert outcome == Outcome(new=0, changed=0, same=0, missing=((employee.id, str(employee)),))
    assert outcome.incomplete == 1
    assert not Rating.select().exists()


def test_of_several_supervisors_the_one_on_record_decides_else_the_newest(employee, period):
    early, late = datetime(2026, 9, 1), datetime(2026, 9, 2)
    levels = {"behaviour_level": "MEETS"}
    other, third = make_employee(), make_employee()
    assess(employee, period, assessor=other, work_level="BELOW", updated_at=early, **levels)
    assess(employee, period, assessor=third, work_level="MEETS", updated_at=late, **levels)
    compute(period)
    assert (cell(employee)[0], rating_of(employee).rater_id) == ("MEETS", third.id)
    mine = assess(employee, period, work_level="ABOVE", updated_at=early, **levels)
    compute(period)
    assert (cell(employee)[0], rating_of(employee).rater_id) == ("ABOVE", employee.supervisor_id)
    assert rating_of(employee).why["supervisor_assessment"] == mine.id


def test_the_scores_of_several_supervisors_count_by_their_mean(employee, period):
    score(employee, period, "supervisor", 100)
    score(employee, period, "supervisor", 90, assessor=make_employee())
    compute(period)
    assert rating_of(employee).work_score == 95


def test_an_assessment_without_assessor_is_the_supervisors_on_record(employee, period):
    score(employee, period, "supervisor", 100, assessor=None)
    compute(period)
    assert rating_of(employee).rater_id == employee.supervisor_id


def test_a_second_run_says_same_and_writes_nothing(employee, period):
    score(employee, period, "supervisor", "87.35")
    score(employee, period, "subordinate", "93.10")
    assert run(period) == (1, 0, 0)
    before = list(Rating.select().tuples()), Change.select().count()
    assert run(period) == (0, 0, 1)
    assert (list(Rating.select().tuples()), Change.select().count()) == before


def test_every_write_leaves_its_trail(employee, period):
    user = make_user("hr")
    told = score(employee, period, "supervisor", 112, 100)
    compute(period, user=user)
    found = rating_of(employee)
    created = Change.get(Change.table == "rating")
    assert (created.action, created.user_id, created.key, created.label) == (
        "create", user.id, found.id, str(found),
    )  # fmt: skip
    assert json.loads(created.after) == {
        "employee": employee.id, "unit": employee.unit_id, "period": period.id,
        "rater": employee.supervisor_id, "work_score": "112.00", "behaviour_score": "100.00",
        "work_level": "ABOVE", "behaviour_level": "MEETS", "predicate": "GOOD",
        "state": "suggested", "credit": None, "confirmed_on": None, "final_on": None,
        "delivered_on": None, "acknowledged_on": None, "basis_changed": False, "reason": None, "note": None,
        "version": 1,
    }  # fmt: skip
    assert list(json.loads(created.after)) == list(audit.snapshot(found))
    told.behaviour_score = 80
    told.save()
    compute(period, user=user)
    changed = Change.get(Change.action == "update")
    before, after = json.loads(changed.before), json.loads(changed.after)
    assert before == json.loads(created.after)
    assert after == before | {
        "behaviour_score": "80.00", "behaviour_level": "BELOW", "predicate": "POOR", "version": 2,
    }  # fmt: skip
    assert rating_of(employee).version == 2


def test_a_second_run_writes_only_what_differs(employee, period, monkeypatch):
    told, written, update_many = score(employee, period, "supervisor", 100), [], audit.update_many
    compute(period)
    told.work_score = 101
    told.save()
    monkeypatch.setattr(
        audit, "update_many", lambda model, rows: written.extend(rows) or update_many(model, rows)
    )
    assert run(period) == (0, 1, 0)
    assert [set(values) for _, _, values in written] == [{"work_score", "explanation"}]
    assert rating_of(employee).work_score == 101


def test_of_whom_the_same_was_said_is_weighed_once(period, monkeypatch):
    weighed, weigh = [], rating.weigh
    monkeypatch.setattr(rating, "weigh", lambda *given: weighed.append(given) or weigh(*given))
    for work in (95, "95.00", 95, 80):
        score(make_employee(supervisor=make_employee()), period, "supervisor", work, 95)
    assert run(period) == (4, 0, 0)
    assert len(weighed) == 2


def test_it_changes_suggestions_only(employee, period):
    make_rating(employee, period, state="confirmed")
    assess(employee, period, work_level="ABOVE", behaviour_level="ABOVE")
    assert run(period) == (0, 0, 1)
    assert cell(employee) == ("MEETS", "MEETS", "GOOD")


def test_a_suggestion_whose_assessment_vanished_stays_and_counts_as_missing(employee, period):
    told = score(employee, period, "supervisor", 100)
    compute(period)
    told.delete_instance()
    assert compute(period, employees=[employee.id]) == Outcome(
        0, 0, 0, missing=((employee.id, str(employee)),)
    )
    assert cell(employee) == ("MEETS", "MEETS", "GOOD")


def test_a_closed_period_is_refused(employee, period):
    score(employee, period, "supervisor", 100)
    type(period).update(state="closed").execute()  # by somebody else, after it was read
    with pytest.raises(Closed, match="^Periode 2026-TW3 sudah ditutup; buka kembali"):
        compute(period)
    assert not Rating.select().exists()


def test_another_periods_assessments_are_not_this_ones(employee, period):
    score(
        employee,
        make_period("2026-TW2", starts_on=date(2026, 4, 1), ends_on=date(2026, 6, 30)),
        "supervisor",
        120,
    )
    score(employee, period, "supervisor", 80)
    compute(period)
    assert cell(employee) == ("BELOW", "BELOW", "VERY_POOR")


def test_the_inactive_are_left_out_unless_a_suggestion_is_there(employee, period):
    Employee.update(active=False).execute()
    score(employee, period, "supervisor", 100)
    employees = [employee.id]
    assert compute(period, employees=employees) == Outcome(0, 0, 0, ())
    make_rating(employee, period)
    assert compute(period, employees=employees) == Outcome(0, 1, 0, ())


def test_unit_and_employees_narrow_it(period):
    office = make_unit()
    inner = make_unit(parent=office)
    people = [make_employee(unit=unit) for unit in (office, inner, make_unit())]
    for person in people:
        score(person, period, "supervisor", 100)
    assert compute(period, employees=[people[2].id]) == Outcome(1, 0, 0, ())
    assert compute(period, unit=inner) == Outcome(1, 0, 0, ())
    assert compute(period, unit=office) == Outcome(1, 0, 1, ())
    some = Employee.select(Employee.id).where(Employee.unit == office)
    assert compute(period, unit=office, employees=some) == Outcome(0, 0, 1, ())


def test_an_account_computes_its_own_scope_but_never_itself(period):
    office = make_unit()
    chief, stranger = make_employee(unit=office), make_employee()
    member = make_employee(unit=office, supervisor=chief)
    for person in (chief, member, stranger):
        score(person, period, "supervisor", 100)
    user = make_user("supervisor", employee=chief, unit=office)
    assert compute(period, user=user) == Outcome(1, 0, 0, ())
    assert [row.employee_id for row in Rating.select()] == [member.id]
    assert compute(period, user=make_user("hr", employee=chief)) == Outcome(1, 0, 1, ())
    assert compute(period, user=make_user("employee", employee=chief)) == Outcome(0, 0, 0, ())
    assert compute(period, user=make_user("officer")) == Outcome(0, 0, 0, ())
    assert rating_of(chief) is None


@pytest.mark.parametrize(
    ("status", "jenjang", "starts", "ends", "credit"),
    [
        ("PNS", "PT", date(2026, 7, 1), date(2026, 9, 30), "3.13"),  # 12.5 x 3/12
        ("PNS", "PT", date(2026, 9, 1), date(2026, 9, 30), "1.04"),
        ("PNS", "MA", date(2026, 1, 1), date(2026, 12, 31), "37.50"),
        ("PNS", None, date(2026, 7, 1), date(2026, 9, 30), None),
        ("PPPK", "PT", date(2026, 7, 1), date(2026, 9, 30), None),
        ("CPNS", "PT", date(2026, 7, 1), date(2026, 9, 30), None),
    ],
)
def test_credit_is_for_pns_with_a_jenjang_by_the_months(period, status, jenjang, starts, ends, credit):
    period = make_period("2026", starts_on=starts, ends_on=ends)
    person = make_employee(status=status, jf_level=jenjang, position_type="FUNGSIONAL", grade=None)
    score(person, period, "supervisor", 100)
    compute(period)
    assert rating_of(person).credit == (credit and Decimal(credit))


def test_the_policy_in_force_at_the_periods_end_holds(employee, period):
    Policy.create(
        valid_from=date(2026, 9, 30), source="Perbup 7/2026", ratified=True, above_from=100, meets_from=80
    )
    Policy.create(valid_from=date(2026, 10, 1), source="Perbup 8/2026", above_from=120, meets_from=119)
    score(employee, period, "supervisor", 100, 80)
    compute(period)
    assert cell(employee) == ("ABOVE", "MEETS", "GOOD")
    assert rating_of(employee).why["source"] == "Perbup 7/2026"


@pytest.fixture
def explained(period):
    """A rating with something of everything in its explanation."""
    person = make_employee(
        supervisor=make_employee(), status="PNS", jf_level="PT", position_type="FUNGSIONAL"
    )  # fmt: skip
    assess(person, period, work_level="ABOVE", behaviour_score=95)
    for behaviour in ("80", "90", "91"):
        assess(person, period, "peer", behaviour_score=behaviour)
    score(person, period, "public", 70, 65, assessor=None)
    compute(period)
    return rating_of(person)


def test_the_explanation_keeps_inputs_policy_and_cell(explained):
    policy = Policy.on(date(2026, 9, 30))
    told = explained.employee.supervisor_id
    evidence = {"count": 1, "weight": "0", "used": False}
    assert explained.rater_id == told
    assert explained.why == {
        "policy": policy.id,
        "valid_from": "2022-01-01",
        "source": policy.source,
        "ratified": False,
        "weights": {"supervisor": 60, "peer": 20, "subordinate": 20},
        "minima": {"supervisor": 1, "peer": 3, "subordinate": 1},
        "thresholds": {"above_from": "110.00", "meets_from": "90.00"},
        "aspects": {
            "work": {
                "level": "ABOVE", "basis": "level", "score": None,
                "sources": {"public": {"mean": "70.00"} | evidence},
            },
            "behaviour": {
                "level": "MEETS", "basis": "score", "score": "93.00",
                "sources": {
                    "supervisor": {"mean": "95.00", "count": 1, "weight": "75", "used": True},
                    "peer": {"mean": "87.00", "count": 3, "weight": "25", "used": True},
                    "public": {"mean": "65.00"} | evidence,
                },
            },
        },
        "supervisor_assessment": explained.why["supervisor_assessment"],
        "cell": ["ABOVE", "MEETS"],
        "predicate": "GOOD",
        "credit": {"jenjang": "PT", "coefficient": "12.5", "percent": 100, "months": 3, "points": "3.13"},
        "law": "PermenPANRB 6/2022 Lampiran Bab IV hlm. 99",
    }  # fmt: skip


def test_it_answers_why_in_sentences(explained):
    assert reasons(explained) == [
        "Hasil Kerja: Diatas Ekspektasi, rating yang diberikan atasan.",
        "Masyarakat: rata-rata 70,00 dari 1 penilaian, hanya bahan pertimbangan.",
        "Perilaku: Sesuai Ekspektasi, saran dari skor 93,00 "
        "(Diatas Ekspektasi mulai 110,00, Sesuai Ekspektasi mulai 90,00).",
        "Atasan: rata-rata 95,00 dari 1 penilaian, bobot 75%.",
        "Rekan: rata-rata 87,00 dari 3 penilaian, bobot 25%.",
        "Masyarakat: rata-rata 65,00 dari 1 penilaian, hanya bahan pertimbangan.",
        "Hasil kerja Diatas Ekspektasi dan perilaku Sesuai Ekspektasi memberi predikat Baik "
        "(PermenPANRB 6/2022 Lampiran Bab IV hlm. 99).",
        "Angka kredit 3,13: koefisien Ahli Pertama 12,5 x 100% x 3/12 bulan.",
        "Bobot dan batas menurut kebijakan yang berlaku mulai 01-01-2022: "
        "Nilai bawaan aplikasi (belum disahkan Perbup).",
        "Bobot dan batas itu belum disahkan Perbup.",
    ]


def test_it_says_that_poor_behaviour_outweighs_a_good_result(employee, period):
    assess(employee, period, work_level="ABOVE", behaviour_level="BELOW")
    score(employee, period, "peer", 50)
    compute(period)
    sentences = reasons(rating_of(employee))
    assert "Rekan: 1 penilaian, belum dihitung karena kurang dari 3." in sentences
    assert sentences[-3].startswith("Perilaku Dibawah Ekspektasi selalu memberi predikat Kurang/Misconduct")


def test_a_decision_on_an_objection_follows_the_old_cell(explained):
    explained.work_level, explained.behaviour_level, explained.predicate = "ABOVE", "ABOVE", "VERY_GOOD"
    sentences = reasons(explained)
    assert sentences[6].startswith("Hasil kerja Diatas Ekspektasi dan perilaku Sesuai Ekspektasi memberi")
    assert sentences[7:9] == [
        "Menurut keputusan atas keberatan: hasil kerja Diatas Ekspektasi, perilaku Diatas Ekspektasi, "
        "predikat Sangat Baik.",
        "Angka kredit 4,69: koefisien Ahli Pertama 12,5 x 150% x 3/12 bulan.",
    ]


def test_a_rating_without_explanation_has_no_reasons(employee, period):
    assert reasons(make_rating(employee, period)) == []


def test_its_statements_do_not_grow_with_the_people(period, monkeypatch):
    def statements():
        seen = []
        execute = audit.db.obj.execute_sql
        monkeypatch.setattr(audit.db.obj, "execute_sql", lambda *a, **k: seen.append(a) or execute(*a, **k))
        compute(period)
        monkeypatch.undo()
        return len(seen)

    office = Unit.create(code="DINAS", name="Dinas", kind="DINAS")
    for _ in range(2):
        score(make_employee(unit=office), period, "supervisor", 100)
    few = statements()
    for _ in range(30):
        score(make_employee(unit=office), period, "supervisor", 100)
    assert statements() == few
