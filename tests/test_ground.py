"""A rating rests on what it was computed from: what changes that is said, and stops its confirming."""

import pytest

import audit
import flows
from compute import compute
from excel.write.apply import undo
from models import Assessment, Employee, Policy, Rating
from tests.cast import Cast, load

CONFIRM, FINALISE, WITHDRAW = (
    flows.FLOWS[Rating].by_name[name] for name in ("confirm", "finalise", "withdraw")
)
LEVELS = ("NIP", "Rating Hasil Kerja", "Rating Perilaku")
BEST, GOOD = "Diatas Ekspektasi", "Sesuai Ekspektasi"


@pytest.fixture
def cast(database):
    return Cast()


def rate(cast, work=BEST, behaviour=BEST):
    """(the upload, the rating) of Ani, computed from it."""
    _, upload = load(
        "assessments", LEVELS, (cast.ani.nip, work, behaviour), user=cast.supervisor, period=cast.period
    )
    compute(cast.period)
    return upload, Rating.get(Rating.employee == cast.ani)


def fresh(rating):
    return Rating.get_by_id(rating.id)


def test_an_undo_shakes_the_rating_and_it_cannot_be_confirmed(cast):
    upload, rating = rate(cast)
    undo(upload, cast.supervisor)
    assert fresh(rating).basis_changed
    taken = flows.take([rating], CONFIRM, cast.supervisor)
    assert (taken.rows, [str(why) for _, why in taken.left]) == (
        [],
        ["dasarnya berubah; hitung predikatnya lagi atau tarik"],
    )


def test_a_confirmed_rating_is_shaken_too_and_not_finalised(cast):
    upload, rating = rate(cast)
    flows.take([rating], CONFIRM, cast.supervisor)
    undo(upload, cast.supervisor)
    assert fresh(rating).basis_changed
    assert flows.take([rating], FINALISE, cast.supervisor).rows == []


def test_a_correction_by_form_or_upload_shakes_it_until_it_is_computed_again(cast):
    _, rating = rate(cast)
    load("assessments", LEVELS, (cast.ani.nip, GOOD, GOOD), user=cast.supervisor, period=cast.period)
    assert fresh(rating).basis_changed
    compute(cast.period)
    again = fresh(rating)
    assert (again.basis_changed, again.predicate) == (False, "GOOD")
    assert flows.take([again], CONFIRM, cast.supervisor).rows


def test_a_note_shakes_nothing(cast):
    _, rating = rate(cast)
    row = Assessment.get()
    before = audit.snapshot(row)
    row.note = "Rapi"
    audit.update(row, before, user=cast.supervisor)
    assert not fresh(rating).basis_changed


@pytest.mark.parametrize("change", [{"supervisor": None}, {"status": "CPNS"}])
def test_what_she_is_shakes_it(cast, change):
    _, rating = rate(cast)
    person = Employee.get_by_id(cast.ani.id)
    before = audit.snapshot(person)
    for name, value in change.items():
        setattr(person, name, value)
    audit.update(person, before, user=None)
    assert fresh(rating).basis_changed


def test_a_policy_that_changes_shakes_it(cast):
    _, rating = rate(cast)
    policy = Policy.get()
    before = audit.snapshot(policy)
    policy.min_peer = 4
    audit.update(policy, before, user=None)
    assert fresh(rating).basis_changed


def test_from_final_on_its_assessments_are_locked(cast):
    _, rating = rate(cast)
    flows.take([rating], CONFIRM, cast.supervisor)
    flows.take([rating], FINALISE, cast.supervisor)
    plan, upload = load(
        "assessments", LEVELS, (cast.ani.nip, GOOD, GOOD), user=cast.supervisor, period=cast.period
    )
    assert upload is None
    assert "terkunci" in str(plan.errors[0])
    assert not fresh(rating).basis_changed


def test_a_rating_that_lost_its_basis_is_withdrawn_with_a_reason_and_counts_as_not_assessed(cast):
    upload, rating = rate(cast)
    undo(upload, cast.supervisor)
    taken = flows.take([rating], WITHDRAW, cast.hr, {"reason": "Unggahan salah orang"})
    assert [row.state for row in taken.rows] == ["withdrawn"]
    assert cast.ani in Employee.select().where(Employee.unassessed(cast.period.id))


@pytest.mark.parametrize("missing", ["work_level", "behaviour_level"])
def test_half_a_supervisors_word_is_none(cast, missing):
    cast_rows = {"work_level": "ABOVE", "behaviour_level": "ABOVE", missing: None}
    Assessment.create(
        employee=cast.ani, period=cast.period, source="supervisor", assessor=cast.boss, **cast_rows
    )
    for _ in range(3):
        Assessment.create(
            employee=cast.ani, period=cast.period, source="peer", assessor=None if _ == 0 else [cast.budi, cast.stranger][_ - 1],
            work_score=115, behaviour_score=115,
        )  # fmt: skip
    outcome = compute(cast.period)
    assert cast.ani.id in dict(outcome.missing)
    assert cast.ani in Employee.select().where(Employee.unassessed(cast.period.id))
    assert not Rating.select().where(Rating.employee == cast.ani).exists()


def test_an_undo_names_the_ratings_it_touches(rows, sign_in, post):
    cast = Cast()
    upload, rating = rate(cast)
    client = sign_in(role="hr")
    assert f"{rating}" in client.get(f"/admin/upload/{upload.id}/").get_data(as_text=True)
    post(client, f"/admin/upload/{upload.id}/undo")
    page = client.get("/admin/rating/").get_data(as_text=True)
    assert "Dasar 1 predikat berubah" in page
    assert str(rating) in page
    assert "Dasar predikat ini berubah" in client.get(f"/admin/rating/details/?id={rating.id}").get_data(
        as_text=True
    )
