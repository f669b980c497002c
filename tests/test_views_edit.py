"""Forms: what is saved, what is refused and why, and that nothing typed is lost."""

import json
from datetime import date

import pytest

from models import Assessment, Change, Employee, Period, Rating, Unit, User
from tests.make import (
    make_assessment,
    make_employee,
    make_period,
    make_rating,
    make_training,
    make_unit,
    nip,
)


@pytest.fixture
def hr(rows, sign_in):
    return sign_in(role="hr")


def fields_of(row, **changed):
    """A form as the page gave it, with what a test changes."""
    names = [f.name for f in type(row).spoken()]
    values = {n: row.__data__[n] for n in names if row.__data__.get(n) is not None}
    values = {n: int(v) if isinstance(v, bool) else v for n, v in values.items()}
    return values | {"version": row.version} | changed


def edit(post, client, row, **changed):
    url = f"/admin/{row._meta.table_name}/edit/?id={row.id}"
    return post(client, url, fields_of(row, **changed))


def test_hr_creates_an_employee_and_the_trail_says_so(hr, post):
    unit = make_unit()
    number = nip()
    answer = post(hr, "/admin/employee/new/", {
        "nip": f"{number[:8]} {number[8:14]} {number[14]} {number[15:]}", "name": "  Andi   Tenri ",
        "unit": unit.id, "position_type": "FUNGSIONAL", "jf_level": "Ahli Pertama", "grade": "III/a",
        "status": "PNS", "active": "Ya",
    })  # fmt: skip
    assert answer.status_code == 302
    row = Employee.get(Employee.nip == number)
    assert (row.name, row.jf_level, row.active, row.version) == ("Andi Tenri", "PT", True, 1)
    change = Change.get(Change.table == "employee")
    assert (change.action, change.key, change.user_id) == ("create", row.id, hr.user.id)
    assert json.loads(change.after)["name"] == "Andi Tenri"


def test_an_edit_raises_the_version_and_keeps_before_and_after(hr, post):
    row = make_employee(name="Lama")
    assert edit(post, hr, row, name="Baru").status_code == 302
    stored, change = Employee.get_by_id(row.id), Change.get()
    assert (stored.name, stored.version) == ("Baru", 2)
    assert (json.loads(change.before)["name"], json.loads(change.after)["name"]) == ("Lama", "Baru")


def test_a_stale_form_is_refused_and_shows_both_values(hr, post):
    row = make_employee(name="Lama")
    edit(post, hr, row, name="Dari orang lain")
    answer = edit(post, hr, row, name="Dari saya")
    page = answer.get_data(as_text=True)
    assert Employee.get_by_id(row.id).name == "Dari orang lain"
    assert "Dari saya" in page
    assert "Dari orang lain" in page


def test_saving_again_after_seeing_the_other_value_is_a_decision(hr, post):
    row = make_employee(name="Lama")
    edit(post, hr, row, name="Dari orang lain")
    edit(post, hr, row, name="Dari saya", version=2)
    assert Employee.get_by_id(row.id).name == "Dari saya"


@pytest.mark.parametrize("version", ["", "abc", "999"])
def test_a_form_without_its_version_writes_nothing(version, hr, post):
    row = make_employee(name="Lama")
    edit(post, hr, row, name="Baru", version=version)
    assert Employee.get_by_id(row.id).name == "Lama"


def test_a_taken_nip_names_the_row_that_has_it(hr, post):
    other, row = make_employee(name="Yang Lain"), make_employee()
    page = edit(post, hr, row, nip=other.nip).get_data(as_text=True)
    assert "Sudah dipakai oleh Yang Lain" in page
    assert "UNIQUE" not in page
    assert Change.select().count() == 0


@pytest.mark.parametrize(("field", "text", "words"), [
    ("nip", "123", "tidak terdiri atas 18 angka"),
    ("nip", "", "wajib"),
    ("active", "mungkin", "bukan Ya atau Tidak"),
    ("jf_level", "Ahli Pertama", "Jenjang hanya untuk"),
    ("grade", "IX", "Golongan tidak sesuai Status"),
    ("email", "bukan surel", "bukan alamat surel"),
    ("name", "", "wajib"),
    ("unit", "999999", "tidak tersedia"),
])  # fmt: skip
def test_a_wrong_value_is_refused_at_its_field_and_stays_typed(field, text, words, hr, post):
    row = make_employee()
    page = edit(post, hr, row, **{field: text}).get_data(as_text=True)
    assert words in page
    assert text in page or field == "unit"
    assert Employee.get_by_id(row.id).version == 1


@pytest.mark.parametrize(("text", "stored"), [("87,5", "87.50"), ("87.5", "87.50"), ("120", "120.00")])
def test_a_score_is_typed_with_comma_or_point(text, stored, hr, post):
    row = make_assessment(make_employee(), make_period())
    assert edit(post, hr, row, work_score=text).status_code == 302
    assert str(Assessment.get_by_id(row.id).work_score) in (
        stored,
        stored.rstrip("0"),
        stored.rstrip("0").rstrip("."),
    )


@pytest.mark.parametrize("text", ["121", "-1", "87,555", "NaN", "1e2", "12.34.5", "seratus"])
def test_a_score_that_is_none_is_refused(text, hr, post):
    row = make_assessment(make_employee(), make_period(), work_score=80)
    assert text in edit(post, hr, row, work_score=text).get_data(as_text=True)
    assert Assessment.get_by_id(row.id).work_score == 80


def test_nothing_of_a_closed_period_is_changed_or_added(hr, post):
    period = make_period(state="closed")
    row = make_assessment(make_employee(), period, work_score=80)
    edit(post, hr, row, work_score="90")
    post(hr, "/admin/assessment/delete/", {"id": row.id})
    post(hr, "/admin/assessment/new/", fields_of(row, source="public"))
    assert [a.work_score for a in Assessment.select()] == [80]


def test_an_assessment_is_not_moved_into_a_closed_period(hr, post):
    row = make_assessment(make_employee(), make_period())
    closed = make_period("2026-TW2", state="closed")
    edit(post, hr, row, period=closed.id)
    assert Assessment.get_by_id(row.id).period_id == row.period_id


def test_what_is_in_use_is_not_deleted_and_its_users_are_counted(hr, post):
    person = make_employee()
    make_training(person)
    make_training(person)
    answer = post(hr, "/admin/employee/delete/", {"id": person.id}, follow_redirects=True)
    assert "masih dipakai: 2 Pelatihan" in answer.get_data(as_text=True)
    assert Employee.select().count() == 1


def test_what_is_free_is_deleted_and_the_trail_keeps_it(hr, post):
    unit = make_unit(name="Unit Salah")
    post(hr, "/admin/unit/delete/", {"id": unit.id})
    assert Unit.select().count() == 0
    assert json.loads(Change.get().before)["name"] == "Unit Salah"


def test_a_save_that_fails_leaves_no_trace(hr, post, monkeypatch):
    import audit

    def fail(*args, **kwargs):
        raise audit.Stale("later")

    monkeypatch.setattr(audit, "log_many", fail)
    post(hr, "/admin/unit/new/", {"code": "X1", "name": "X", "kind": "DINAS", "active": "1"})
    assert Unit.select().count() == 0


# ------------------------------------------------------------------ supervisors and employees


@pytest.fixture
def office(rows):
    """A unit with a head and one of her people in an open period, and a foreign unit."""
    unit, period = make_unit("A"), make_period()
    head = make_employee(unit=unit, name="Kepala")
    staff = make_employee(unit=unit, supervisor=head, name="Staf")
    return unit, period, head, staff


def test_a_supervisor_edits_a_score_of_her_people(office, sign_in, post):
    unit, period, head, staff = office
    client = sign_in(role="supervisor", unit=unit, employee=head)
    row = make_assessment(staff, period, assessor=head)
    assert edit(post, client, row, work_score="88,25").status_code == 302
    assert float(Assessment.get_by_id(row.id).work_score) == 88.25


def test_a_supervisor_does_not_move_an_assessment_to_a_foreign_person(office, sign_in, post):
    unit, period, head, staff = office
    client = sign_in(role="supervisor", unit=unit, employee=head)
    row = make_assessment(staff, period, assessor=head)
    edit(post, client, row, employee=make_employee().id)
    assert Assessment.get_by_id(row.id).employee_id == staff.id


def test_a_supervisor_does_not_rate_herself(office, sign_in, post):
    unit, period, head, staff = office
    client = sign_in(role="supervisor", unit=unit, employee=head)
    post(client, "/admin/assessment/new/", {
        "employee": head.id, "period": period.id, "source": "supervisor", "work_score": "120",
    })  # fmt: skip
    own = make_assessment(head, period)
    edit(post, client, own, work_score="120")
    assert [a.work_score for a in Assessment.select()] == [None]


def test_a_supervisor_never_reads_who_of_the_peers_said_what(office, sign_in):
    unit, period, head, staff = office
    peer = make_employee(unit=unit, name="Rekan Rahasia")
    row = make_assessment(staff, period, source="peer", assessor=peer, note="kata rekan")
    client = sign_in(role="supervisor", unit=unit, employee=head)
    for url in (
        "/admin/assessment/",
        f"/admin/assessment/details/?id={row.id}",
        "/admin/assessment/export/csv/",
    ):
        assert "kata rekan" not in client.get(url, buffered=True).get_data(as_text=True)


def test_a_colleague_answers_a_request_and_changes_nothing_else_of_it(office, sign_in, post):
    unit, period, head, staff = office
    peer = make_employee(unit=unit)
    row = make_assessment(staff, period, source="peer", assessor=peer, work_level=None, behaviour_level=None)
    client = sign_in(role="employee", employee=peer)
    answer = edit(
        post, client, row, work_score="90", behaviour_score="91", employee=peer.id, source="supervisor"
    )
    assert answer.status_code == 302
    stored = Assessment.get_by_id(row.id)
    assert (stored.work_score, stored.employee_id, stored.source) == (90, staff.id, "peer")


def test_an_employee_does_not_edit_what_her_supervisor_gave(office, sign_in, post):
    unit, period, head, staff = office
    row = make_assessment(staff, period, assessor=head, work_score=60)
    edit(post, sign_in(role="employee", employee=staff), row, work_score="120")
    assert Assessment.get_by_id(row.id).work_score == 60


def test_the_compute_action_on_a_period_makes_ratings_once(office, hr, post):
    unit, period, head, staff = office
    make_assessment(staff, period, assessor=head, work_level="ABOVE", behaviour_level="ABOVE")
    for _ in range(2):
        post(hr, "/admin/period/action/", {"action": "compute", "rowid": period.id})
    rating = Rating.get()
    assert (rating.employee_id, rating.predicate, rating.state) == (staff.id, "VERY_GOOD", "suggested")


def test_the_compute_action_on_selected_assessments_computes_only_theirs(office, hr, post):
    unit, period, head, staff = office
    row = make_assessment(staff, period, assessor=head)
    make_assessment(make_employee(unit=unit, supervisor=head), period, assessor=head)
    post(hr, "/admin/assessment/action/", {"action": "compute", "rowid": row.id})
    assert [r.employee_id for r in Rating.select()] == [staff.id]


def test_a_supervisor_computes_and_confirms_her_people_only(office, sign_in, post):
    unit, period, head, staff = office
    make_assessment(staff, period, assessor=head)
    make_assessment(make_employee(), period)
    client = sign_in(role="supervisor", unit=unit, employee=head)
    post(client, "/admin/period/action/", {"action": "compute", "rowid": period.id})
    rating = Rating.get()
    assert rating.employee_id == staff.id
    asked = post(client, "/admin/rating/action/", {"action": "confirm", "rowid": rating.id})
    assert "1 data akan berstatus “Dikonfirmasi”." in asked.get_data(as_text=True)
    assert Rating.get().state == "suggested"
    post(client, "/admin/rating/move/confirm/", {"rowid": rating.id})
    assert Rating.get().state == "confirmed"


def test_the_rating_page_answers_why(office, hr, post):
    unit, period, head, staff = office
    make_assessment(staff, period, assessor=head, work_level="ABOVE", behaviour_level="BELOW")
    post(hr, "/admin/period/action/", {"action": "compute", "rowid": period.id})
    page = hr.get(f"/admin/rating/details/?id={Rating.get().id}").get_data(as_text=True)
    for words in (
        "Mengapa predikat ini?",
        "Kurang/Misconduct",
        "PermenPANRB 6/2022",
        "belum disahkan Perbup",
    ):
        assert words in page


# ------------------------------------------------------------------ accounts, complaints, periods


def test_an_administrator_makes_an_account_whose_password_shows_once(rows, sign_in, post):
    client = sign_in(role="admin")
    answer = post(client, "/admin/user/new/", {"username": "baru", "role": "hr", "active": "1"})
    page = answer.get_data(as_text=True)
    password = page.split("<dt>baru</dt><dd><b>")[1].split("<")[0]
    user = User.get(User.username == "baru")
    assert user.verify(password)
    assert user.must_change_password
    assert password not in Change.get(Change.table == "user").after


def test_a_changed_role_ends_the_accounts_sessions(rows, sign_in, post):
    admin, other = sign_in(role="admin"), sign_in(role="hr")
    assert other.get("/admin/employee/").status_code == 200
    edit(post, admin, other.user, role="employee")
    assert "/login" in other.get("/admin/employee/").location


def test_looking_at_a_reporter_leaves_a_line_in_the_trail(rows, hr, post):
    from tests.make import make_complaint

    row = make_complaint(reporter="Pelapor Rahasia")
    for url in (
        "/admin/complaint/",
        f"/admin/complaint/details/?id={row.id}",
        "/admin/complaint/export/csv/",
    ):
        assert "Pelapor Rahasia" not in hr.get(url, buffered=True).get_data(as_text=True)
    answer = post(
        hr, "/admin/complaint/action/", {"action": "reporter", "rowid": row.id}, follow_redirects=True
    )
    assert "Pelapor Rahasia" in answer.get_data(as_text=True)
    assert [c.action for c in Change.select()] == ["export", "look"]


def test_a_period_that_ends_before_it_begins_is_refused(hr, post):
    period = make_period()
    page = edit(post, hr, period, ends_on=date(2025, 1, 1)).get_data(as_text=True)
    assert "mendahului" in page
    assert Period.get().ends_on == period.ends_on


def test_a_supervisors_account_needs_a_unit(rows, sign_in, post):
    client = sign_in(role="admin")
    page = post(client, "/admin/user/new/", {"username": "x", "role": "supervisor", "active": "1"})
    assert "memerlukan unit" in page.get_data(as_text=True)
    assert User.select().where(User.username == "x").count() == 0


def test_a_rating_keeps_what_it_was_computed_from_when_its_note_is_edited(office, hr, post):
    unit, period, head, staff = office
    row = make_rating(staff, period, explanation='{"law": "x"}')
    post(hr, f"/admin/rating/edit/?id={row.id}", {"note": "dibahas", "version": 1, "predicate": "VERY_GOOD"})
    stored = Rating.get()
    assert (stored.note, stored.predicate, stored.explanation) == ("dibahas", "GOOD", '{"law": "x"}')
