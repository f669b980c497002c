"""Ways in that a review found, each closed: undo, hidden scores, own complaints, hostile values."""

import pytest

import access
import audit
from capabilities.assessments import ASSESSMENTS
from excel.check.plan import check
from excel.check.review import report
from excel.check.validate import Context
from excel.write.apply import NotUndoable, undo
from excel.write.uploads import AlreadyDone
from models import Assessment, Change, Complaint, Objection, Period, Policy, Unit, Upload, User
from tests.cast import SCORES, deliver
from tests.make import (
    make_assessment,
    make_complaint,
    make_employee,
    make_period,
    make_rating,
    make_unit,
    make_user,
    xlsx,
)  # fmt: skip


@pytest.fixture
def office(rows):
    """An open quarter, a head with her account, and one of her people."""
    period, unit = make_period(), make_unit("A")
    head = make_employee(unit=unit, name="Kepala")
    staff = make_employee(unit=unit, supervisor=head, name="Staf")
    return period, make_user("supervisor", unit=unit, employee=head), staff


def test_undo_leaves_a_row_that_took_the_id_of_a_deleted_one(office):
    period, user, staff = office
    _, upload = deliver(user, period, (staff.nip, "Atasan", None, 80, 80))
    audit.delete(Assessment.get(), user=None)
    foreign = make_employee(name="Orang Lain")
    deliver(None, period, (foreign.nip, "Atasan", None, 70, 70))
    for asking in (user, None):
        try:
            undo(upload, asking)
        except (NotUndoable, AlreadyDone):
            continue
    assert [a.employee_id for a in Assessment.select()] == [foreign.id]


def test_undo_is_refused_once_the_rows_are_out_of_reach(office):
    period, user, staff = office
    _, upload = deliver(user, period, (staff.nip, "Atasan", None, 80, 80))
    User.update(unit=make_unit("B"), employee=None).where(User.id == user.id).execute()
    with pytest.raises(NotUndoable):
        undo(upload, User.get_by_id(user.id))
    assert Assessment.select().count() == 1


def test_hr_does_not_undo_her_own_assessment(office):
    period, user, staff = office
    _, upload = deliver(user, period, (staff.nip, "Atasan", None, 80, 80))
    with pytest.raises(NotUndoable):
        undo(upload, make_user("hr", employee=staff))


def test_the_result_page_shows_nothing_that_the_account_may_not_read(office, sign_in):
    period, user, staff = office
    peer = make_employee(unit=staff.unit, name="Rekan Rahasia")
    make_assessment(staff, period, source="peer", assessor=peer, work_score=73.25, behaviour_score=73.25)
    _, upload = deliver(user, period, (staff.nip, "Rekan", peer.nip, 81, 81))
    page = sign_in(user).get(f"/admin/upload/{upload.id}/").get_data(as_text=True)
    assert "73,25" not in page


def test_guessing_a_hidden_score_tells_nothing(office):
    period, user, staff = office
    peer = make_employee(unit=staff.unit)
    make_assessment(staff, period, source="peer", assessor=peer, work_score=73, behaviour_score=73)
    told = [
        report(check(ASSESSMENTS, xlsx(SCORES, (staff.nip, "Rekan", nip, s, s)), Context(user, period)))
        for nip, s in ((peer.nip, 73), (peer.nip, 74), (make_employee(unit=staff.unit).nip, 73))
    ]  # fmt: skip
    assert [(r["new"], r["changed"], r["same"]) for r in told] == [(1, 0, 0)] * 3


def test_what_she_delivered_herself_counts_as_new_the_second_time_too(office):
    period, user, staff = office
    peer = make_employee(unit=staff.unit)
    line = (staff.nip, "Rekan", peer.nip, 73, 73)
    deliver(user, period, line)
    plan, _ = deliver(user, period, line)
    assert plan.counts == {"new": 1, "changed": 0, "same": 0, "conflict": 0}


@pytest.mark.parametrize("role", ["officer", "hr"])
def test_who_is_complained_about_neither_sees_nor_handles_it(role, rows, sign_in, post):
    person = make_employee()
    row = make_complaint(employee=person, unit=person.unit, reporter="Pelapor Rahasia")
    other = make_complaint(unit=person.unit)
    user = make_user(role, employee=person)
    assert [c.id for c in access.scoped(Complaint, user)] == [other.id]
    client = sign_in(user)
    assert (
        post(client, "/admin/complaint/action/", {"action": "reporter", "rowid": row.id}).status_code == 403
    )
    assert "Pelapor Rahasia" not in client.get("/admin/complaint/").get_data(as_text=True)


def test_hr_does_not_decide_her_own_objection(office):
    period, user, staff = office
    rating = make_rating(staff, period)
    Objection.create(rating=rating, filed_on="2026-10-01", reason="x")
    reach = access.writable(Objection, make_user("hr", employee=staff))
    assert Objection.select().where(reach).count() == 0


@pytest.mark.parametrize("text", ["1" + "0" * 40, "-" + "9" * 29, "²", "9" * 5000])
def test_numbers_beyond_all_bounds_are_refused(text, office, sign_in, post):
    period, user, staff = office
    row = make_assessment(staff, period)
    client = sign_in(role="hr")
    fields = {"employee": staff.id, "period": period.id, "source": "supervisor", "version": 1}
    for extra in ({"work_score": text.replace("²", "½")}, {"version": text}, {"employee": text}):
        answer = post(client, f"/admin/assessment/edit/?id={row.id}", fields | extra)
        assert answer.status_code < 500
    assert Assessment.get_by_id(row.id).version == 1
    for action in ("compute",):
        answer = post(client, "/admin/assessment/action/", {"action": action, "rowid": text})
        assert answer.status_code == 403
    url = "/admin/assessment/?flt0_skor_hasil_kerja_equals="
    assert client.get(url + text[:200]).status_code == 200


@pytest.mark.parametrize("value", [1e30, 1e300, float("inf"), "2" * 29])
def test_a_cell_beyond_all_bounds_is_an_error_of_its_row(value, office):
    period, user, staff = office
    plan, upload = deliver(user, period, (staff.nip, "Atasan", None, str(value), 80))
    assert upload is None
    assert [p.column for p in plan.errors] == ["Skor Hasil Kerja"]


def test_hostile_names_and_dates_end_in_no_error_of_ours(rows, sign_in, post, app):
    client = sign_in(role="hr")
    assert post(app.test_client(), "/login", {"username": "a\x00b", "password": "x"}).status_code == 401
    assert client.get("/admin/import/assessments/template?period=%00").status_code in (200, 302)
    for table in ("upload", "change", "complaint_event"):
        assert client.get(f"/admin/{table}/?flt0_waktu_equals=2026-03-13").status_code == 200


def test_undo_twice_is_said_and_not_an_error(office, sign_in, post):
    period, user, staff = office
    _, upload = deliver(user, period, (staff.nip, "Atasan", None, 80, 80))
    client = sign_in(user)
    for _ in range(2):
        assert post(client, f"/admin/upload/{upload.id}/undo").status_code == 302
    assert Upload.get().state == "undone"


def test_a_unit_does_not_become_its_own_ancestor(rows, sign_in, post):
    top = make_unit("TOP")
    child = make_unit("CHILD", parent=make_unit("MID", parent=top))
    client = sign_in(role="hr")
    fields = {"code": "TOP", "name": "Top", "kind": "DINAS", "active": "1", "parent": child.id, "version": 1}
    post(client, f"/admin/unit/edit/?id={top.id}", fields)
    assert Unit.get_by_id(top.id).parent_id is None


def test_the_last_policy_stays(rows, sign_in, post):
    post(sign_in(role="hr"), "/admin/policy/delete/", {"id": Policy.get().id})
    assert Policy.select().count() == 1


def test_a_period_closed_meanwhile_takes_no_score(office, sign_in, post, monkeypatch):
    period, user, staff = office
    row = make_assessment(staff, period)
    before = audit.update

    def close_first(*args, **kwargs):
        Period.update(state="closed").execute()
        return before(*args, **kwargs)

    monkeypatch.setattr(audit, "update", close_first)
    fields = {
        "employee": staff.id,
        "period": period.id,
        "source": "supervisor",
        "work_score": "99",
        "version": 1,
    }
    post(sign_in(role="hr"), f"/admin/assessment/edit/?id={row.id}", fields)
    assert Assessment.get_by_id(row.id).work_score is None


def test_secrets_are_shown_on_the_page_and_never_put_in_the_cookie(rows, sign_in, post):
    row = make_complaint(reporter="Pelapor Rahasia")
    client = sign_in(role="hr")
    answer = post(client, "/admin/complaint/action/", {"action": "reporter", "rowid": row.id})
    assert answer.status_code == 200
    assert "Pelapor Rahasia" in answer.get_data(as_text=True)
    with client.session_transaction() as session:
        assert "_flashes" not in session
    assert [c.action for c in Change.select()] == ["look"]


def start(url, name):
    """Run one command of ours in a process of its own."""
    import os
    import subprocess
    import sys

    place = commands_folder()
    return subprocess.Popen([sys.executable, "admin_app.py", name], cwd=place, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, env=os.environ | {"DATABASE_URL": url})  # fmt: skip


def commands_folder():
    from pathlib import Path

    return Path(__file__).parent.parent


def test_init_by_several_processes_at_once_is_safe(tmp_path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    crowd = [start(url, "init") for _ in range(4)]
    told = [process.communicate()[1].decode() for process in crowd]
    assert [process.returncode for process in crowd] == [0] * 4, told


def test_a_form_that_leaves_its_version_out_writes_nothing(rows, sign_in, post):
    person = make_employee(name="Lama")
    fields = {"nip": person.nip, "name": "Baru", "unit": person.unit_id, "position_type": "PELAKSANA",
              "status": "PNS", "active": "1"}  # fmt: skip
    post(sign_in(role="hr"), f"/admin/employee/edit/?id={person.id}", fields)
    assert type(person).get_by_id(person.id).name == "Lama"


def test_a_complaint_made_in_the_browser_has_its_ticket_and_clocks(rows, sign_in, post):
    fields = {"received_on": "2026-03-13", "channel": "desk", "classification": "inspection", "subject": "x",
              "body": "y", "state": "received"}  # fmt: skip
    client = sign_in(role="hr")
    assert post(client, "/admin/complaint/new/", fields).status_code == 302
    row = Complaint.get()
    assert (row.ticket, str(row.verify_due)) == ("ADU-2026-00001", "2026-03-18")
    before = row.close_due
    post(
        client, f"/admin/complaint/edit/?id={row.id}", fields | {"classification": "complaint", "version": 1}
    )
    assert Complaint.get().close_due < before


def test_an_upload_of_the_file_alone_is_enough(office, sign_in, post):
    from io import BytesIO

    period, user, staff = office
    data = xlsx(("Periode", *SCORES), (period.code, staff.nip, "Atasan", None, 80, 80))
    answer = post(sign_in(user), "/admin/import/assessments/", {"file": (BytesIO(data), "n.xlsx")},
                  content_type="multipart/form-data")  # fmt: skip
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "name", ["mamuju123456789", "1q2w3e4r5t6y", "passwordpassword", "administrator", "qwertyuiop123"]
)
def test_common_passwords_are_known(name):
    from forms import too_common

    assert too_common(name)
    assert not too_common("perahu sandeq biru")
