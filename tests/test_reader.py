"""Who sees what: each way by which a reader learned more than she may, closed."""

import pytest

from capabilities.assessments import ASSESSMENTS
from excel import apply as work
from excel.review import Review
from excel.validate import Context
from models import Assessment, Upload
from tests.make import make_assessment, make_employee, make_period, make_unit, make_user, xlsx

HEAD = ("NIP", "Sumber", "NIP Penilai", "Skor Hasil Kerja", "Skor Perilaku")


@pytest.fixture
def office(rows):
    """An open quarter, a head with her account, one of her people and a peer of hers."""
    period, unit = make_period(), make_unit("A")
    head = make_employee(unit=unit, name="Kepala")
    staff = make_employee(unit=unit, supervisor=head, name="Staf")
    peer = make_employee(unit=unit, supervisor=head, name="Rekan")
    return period, make_user("supervisor", unit=unit, employee=head), staff, peer


def deliver(user, period, *lines):
    return work.run(ASSESSMENTS, xlsx(HEAD, *lines), "n.xlsx", Context(user, period))


# ------------------------------------------------------------------ hidden sources


def seen(user, period, line):
    """Everything that an account learns of a file of one row, without the words of the row itself."""
    plan = work.check(ASSESSMENTS, xlsx(HEAD, line), Context(user, period))
    review = Review(plan, work.NOTHING)
    pages = [[vars(e) for e in review.page(kind, 0)] for kind in ("all", "new", "changed", "warning", "same")]
    return work.report(ASSESSMENTS, plan, False, None), review.head, pages


def stored_as(kind, staff, period, peer):
    """A peer's row in one of the states that a supervisor may not tell apart."""
    values = {"none": None, "asked": {"work_level": None, "behaviour_level": None},
              "answered": {"work_score": 73, "behaviour_score": 73}, "equal": {"work_score": 81, "behaviour_score": 81,
              "work_level": None, "behaviour_level": None}}[kind]  # fmt: skip
    if values is not None:
        make_assessment(staff, period, source="peer", assessor=peer, **values)


@pytest.mark.parametrize("scores", [(81, 81), (None, None), ("HAPUS", 81)])
def test_a_supervisor_cannot_tell_whether_a_peer_has_answered(scores, office):
    period, user, staff, peer = office
    told = []
    for kind in ("none", "asked", "answered", "equal"):
        Assessment.delete().execute()
        stored_as(kind, staff, period, peer)
        told.append(seen(user, period, (staff.nip, "Rekan", peer.nip, *scores)))
    assert told[1:] == told[:1] * 3
    assert "selalu terhitung baru" in told[0][0]["warnings"][0]["message"]
    assert (told[0][0]["new"], told[0][0]["changed"], told[0][0]["same"]) == (1, 0, 0)


def test_what_was_undone_gives_no_right_to_read(office):
    period, user, staff, peer = office
    make_assessment(staff, period, source="peer", assessor=peer, work_score="107.50", behaviour_score=90)
    line = (staff.nip, "Rekan", peer.nip, 81, 81)
    for _ in range(2):
        plan, upload = deliver(user, period, line)
        assert (plan.counts, plan.same) == ({"new": 1, "changed": 0}, 0)
        assert "107,5" not in str(seen(user, period, line))
        assert work.undo(upload, user) == (1, [])
    assert float(Assessment.get().work_score) == 107.5


def test_the_answer_of_a_peer_stays_and_a_request_is_filled_in(office):
    period, user, staff, peer = office
    other = make_employee(unit=staff.unit)
    answered = make_assessment(staff, period, source="peer", assessor=peer, work_score=73)
    asked = make_assessment(
        staff, period, source="peer", assessor=other, work_level=None, behaviour_level=None
    )
    _, upload = deliver(
        user, period, (staff.nip, "Rekan", peer.nip, 81, 81), (staff.nip, "Rekan", other.nip, 82, 82)
    )
    scores = [Assessment.get_by_id(row.id).work_score for row in (answered, asked)]
    assert scores == [73, 82]
    assert (Upload.get().new, work.undo(upload, user)) == (2, (2, []))
    assert Assessment.get_by_id(asked.id).work_score is None


def test_an_undo_does_not_tell_that_a_peer_answered_since(office):
    period, user, staff, peer = office
    _, upload = deliver(user, period, (staff.nip, "Rekan", peer.nip, 81, 81))
    Assessment.update(work_score=60, version=2).execute()
    assert work.undo(upload, user) == (1, [])
    assert Assessment.get().work_score == 60


def test_the_desk_still_sees_what_it_changes(office):
    period, _, staff, peer = office
    make_assessment(staff, period, source="peer", assessor=peer, work_score=73)
    plan, _ = deliver(make_user("hr"), period, (staff.nip, "Rekan", peer.nip, 81, 81))
    assert (plan.counts, Assessment.get().work_score) == ({"new": 0, "changed": 1}, 81)
