"""The entry grid: letters become an upload that can be undone, in scope and in time only."""

import pytest

from models import Assessment, Change, Period, Upload
from tests.make import make_assessment, make_employee, make_period, make_rating, make_unit

GRID = "/admin/assessment/grid/"


@pytest.fixture
def office(rows, sign_in):
    unit, period = make_unit("U"), make_period()
    head = make_employee(unit=unit, position_type="JPT_PRATAMA")
    staff = [make_employee(unit=unit, supervisor=head) for _ in range(3)]
    return sign_in(role="supervisor", unit=unit, employee=head), period, head, staff


LEVELS = {"A": "ABOVE", "S": "MEETS", "B": "BELOW", "-": ""}


def typed(people, *letters, versions=0):
    """The form for people: two letters each."""
    fields = {"unit": people[0].unit.code}
    for person, pair in zip(people, letters, strict=True):
        work, behaviour = map(LEVELS.get, pair)
        fields |= {f"work_level-{person.id}": work, f"behaviour_level-{person.id}": behaviour,
                   f"was-{person.id}": versions}  # fmt: skip
    return fields


def test_letters_are_saved_as_one_upload_and_undone_as_one(office, post):
    client, _, head, staff = office
    answer = post(client, GRID, typed(staff, "AS", "BB", "--"))
    upload = Upload.get()
    assert answer.location == f"{GRID}?unit=U&saved={upload.id}"
    rows = {
        a.employee_id: (a.work_level, a.behaviour_level, a.source, a.assessor_id) for a in Assessment.select()
    }
    assert rows == {
        staff[0].id: ("ABOVE", "MEETS", "supervisor", head.id),
        staff[1].id: ("BELOW", "BELOW", "supervisor", head.id),
    }
    assert Change.select().where(Change.upload == upload).count() == 2
    assert "Lihat atau batalkan" in client.get(answer.location).get_data(as_text=True)
    post(client, f"/admin/upload/{upload.id}/undo")
    assert Assessment.select().count() == 0


def test_only_what_changed_is_written_and_an_emptied_letter_clears(office, post):
    client, period, head, staff = office
    kept = make_assessment(staff[0], period, assessor=head, work_level="ABOVE", behaviour_level="MEETS")
    cleared = make_assessment(staff[1], period, assessor=head)
    post(client, GRID, typed(staff, "AS", "S-", "--", versions=1))
    assert Assessment.get_by_id(kept.id).version == 1
    assert (Assessment.get_by_id(cleared.id).behaviour_level, Assessment.select().count()) == (None, 2)
    assert Upload.get().changed == 1


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(office, post):
    client, period, head, staff = office
    row = make_assessment(staff[0], period, assessor=head, version=4)
    answer = post(client, GRID, typed(staff, "BB", "--", "--", versions=3))
    html = answer.get_data(as_text=True)
    assert "Sudah diubah orang lain" in html
    assert f'name="work_level-{staff[0].id}" value="BELOW" checked' in html  # what was typed stays
    assert (Assessment.get_by_id(row.id).work_level, Upload.select().count()) == ("MEETS", 0)


def test_strangers_and_herself_are_neither_shown_nor_written(office, post):
    client, _, head, staff = office
    stranger = make_employee()
    html = client.get(f"{GRID}?unit={stranger.unit.code}").get_data(as_text=True)
    assert stranger.nip not in html
    assert head.nip not in html
    fields = typed(staff, "--", "--", "--") | typed([stranger], "AA") | typed([head], "AA")
    post(client, GRID, fields)
    assert Assessment.select().count() == 0


def test_without_an_open_period_or_the_right_there_is_no_grid(office, sign_in, post):
    client, _, _, staff = office
    assert sign_in(role="employee", employee=staff[0]).get(GRID).status_code == 403
    Period.update(state="closed").execute()
    assert client.get(GRID).location == "/admin/assessment/"
    post(client, GRID, typed(staff, "AA", "AA", "AA"))
    assert Assessment.select().count() == 0


def test_a_scope_without_people_says_so(rows, sign_in):
    make_period()
    html = sign_in(role="supervisor", unit=make_unit()).get(GRID).get_data(as_text=True)
    assert "Belum ada pegawai pada lingkup akun Anda" in html


@pytest.mark.parametrize("level", ["X", "HAPUS", "=1+1", "9" * 5000])
def test_what_is_no_level_writes_nothing(level, office, post):
    client, _, _, staff = office
    fields = typed(staff, "--", "--", "--") | {f"work_level-{staff[0].id}": level}
    assert post(client, GRID, fields).status_code in (200, 302)
    assert Assessment.select().where(Assessment.work_level.is_null(False)).count() == 0


@pytest.mark.parametrize(
    ("language", "said"),
    [("id", "predikatnya sudah final"), ("en", "the rating is final; its assessments are locked")],
)
def test_what_became_final_meanwhile_is_refused_in_the_readers_language(language, said, office, post):
    client, period, _, staff = office
    client.set_cookie("language", language)
    make_rating(staff[0], period, state="final")
    html = post(client, GRID, typed(staff, "AS", "--", "--")).get_data(as_text=True)
    assert said in html
