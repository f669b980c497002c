"""The workbook in the browser: template, upload, review, apply, compute, export, undo."""

import re
from io import BytesIO

import openpyxl
import pytest

from models import Assessment, Rating, Upload
from tests.make import make_assessment, make_employee, make_period, make_unit, make_user, xlsx

HEAD = ("NIP", "Skor Hasil Kerja", "Skor Perilaku")


@pytest.fixture
def office(rows):
    """A head with three people in an open quarter, one of them assessed."""
    period, unit = make_period(), make_unit("DINAS")
    head = make_employee(unit=unit, name="Kepala")
    staff = [make_employee(unit=unit, supervisor=head, name=f"Staf {n}") for n in "ABC"]
    make_assessment(staff[0], period, assessor=head, work_level="BELOW", behaviour_level="MEETS")
    return period, head, staff


@pytest.fixture
def client(office, sign_in):
    period, head, staff = office
    return sign_in(role="supervisor", unit=head.unit, employee=head)


def upload(client, post, data, name="nilai.xlsx", sheet="assessments", period="2026-TW3"):
    fields = {"file": (BytesIO(data), name), "period": period}
    return post(client, f"/admin/import/{sheet}/", fields, content_type="multipart/form-data")


def review(client, answer):
    page = client.get(answer.location).get_data(as_text=True)
    found = re.search(r'name="fingerprint"[^>]*value="([0-9a-f]{64})"', page)
    return page, found and found[1]


def test_the_walk_of_a_supervisor_through_the_pages(office, client, post):
    period, head, staff = office
    start = client.get("/admin/").get_data(as_text=True)
    assert "Staf B" in start
    assert re.search(r'data-now="\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"', start)
    book = openpyxl.load_workbook(
        BytesIO(client.get("/admin/import/assessments/template?period=2026-TW3").get_data())
    )
    page = book.worksheets[0]
    head_row = {cell.value: cell.column for cell in page[1]}
    rows = {page.cell(r, head_row["NIP"]).value: r for r in range(2, page.max_row + 1)}
    assert set(rows) == {e.nip for e in staff}
    for person in staff[1:]:
        page.cell(rows[person.nip], head_row["Rating Hasil Kerja"], "Diatas Ekspektasi")
        page.cell(rows[person.nip], head_row["Rating Perilaku"], "Sesuai Ekspektasi")
    filled = BytesIO()
    book.save(filled)

    answer = upload(client, post, filled.getvalue())
    assert answer.status_code == 302
    text, fingerprint = review(client, answer)
    assert Assessment.select().count() == 1
    assert "Diatas Ekspektasi" in text
    saved = post(client, f"{answer.location}apply", {"fingerprint": fingerprint})
    assert saved.status_code == 302
    assert Assessment.select().count() == 3
    assert "Hitung predikat" in client.get(saved.location).get_data(as_text=True)  # the next step is offered

    post(client, "/admin/period/action/", {"action": "compute", "rowid": period.id})
    assert sorted(r.predicate for r in Rating.select()) == ["GOOD", "GOOD", "NEEDS_IMPROVEMENT"]
    data = client.get("/admin/rating/export/xlsx/", buffered=True).get_data()
    exported = list(openpyxl.load_workbook(BytesIO(data)).worksheets[0].values)
    assert exported[0][0] == "NIP"
    assert {row[0] for row in exported[1:]} == {e.nip for e in staff}

    post(client, f"{answer.location}undo")
    assert Assessment.select().count() == 1
    assert Upload.get().state == "undone"


def test_a_double_click_and_a_reload_write_once(office, client, post):
    period, head, staff = office
    answer = upload(client, post, xlsx(HEAD, (staff[1].nip, 88, 90)))
    _, fingerprint = review(client, answer)
    for _ in range(3):
        post(client, f"{answer.location}apply", {"fingerprint": fingerprint})
    assert Assessment.select().where(Assessment.employee == staff[1]).count() == 1


def test_what_changed_since_the_review_is_not_overwritten(office, client, post):
    period, head, staff = office
    answer = upload(client, post, xlsx(HEAD, (staff[0].nip, 88, 90)))
    _, fingerprint = review(client, answer)
    Assessment.update(work_score=50, version=2).execute()
    page = post(client, f"{answer.location}apply", {"fingerprint": fingerprint}, follow_redirects=True)
    assert "berubah" in page.get_data(as_text=True)
    assert Assessment.get().work_score == 50
    assert Upload.get().state == "checked"


def test_rows_in_error_are_named_and_nothing_is_saved_unless_chosen(office, client, post):
    period, head, staff = office
    answer = upload(client, post, xlsx(HEAD, (staff[1].nip, 88, 90), (staff[2].nip, 121, 90)))
    text, fingerprint = review(client, answer)
    assert "121 di luar 0-120" in text
    post(client, f"{answer.location}apply", {"fingerprint": fingerprint})
    assert Assessment.select().count() == 1
    post(client, f"{answer.location}apply", {"fingerprint": fingerprint, "partial": "y"})
    assert Assessment.select().count() == 2
    marked = client.get(f"{answer.location}annotated").get_data()
    page = openpyxl.load_workbook(BytesIO(marked)).worksheets[0]
    assert "Keterangan" in [cell.value for cell in page[1]]


@pytest.mark.parametrize(("data", "name"), [
    (b"", "kosong.xlsx"), (b"\x00\x01\x02", "x.xlsx"), (b"PK\x03\x04", "x.xlsx"),
    (xlsx(("A", "B"), (1, 2)), "lain.xlsx"), (xlsx(HEAD), "tanpa-baris.xlsx"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_says_why_and_keeps_the_page(data, name, client, post):
    answer = upload(client, post, data, name)
    assert answer.status_code == 422
    assert 'type="file"' in answer.get_data(as_text=True)
    assert Upload.select().count() == 0


def test_another_accounts_upload_is_not_to_be_found(office, client, post, sign_in):
    period, head, staff = office
    answer = upload(client, post, xlsx(HEAD, (staff[1].nip, 88, 90)))
    other = sign_in(make_user("supervisor", unit=make_unit("LAIN")))
    for path in ("", "annotated", "file"):
        assert other.get(f"{answer.location}{path}").status_code == 404
    for path in ("apply", "undo"):
        assert post(other, f"{answer.location}{path}").status_code == 404
    assert Assessment.select().count() == 1


def test_a_foreign_nip_is_refused_like_an_unknown_one(office, client, post):
    foreign = make_employee(name="Orang Asing")
    answer = upload(client, post, xlsx(HEAD, (foreign.nip, 88, 90)))
    text, _ = review(client, answer)
    assert "tidak ditemukan" in text
    assert "Orang Asing" not in text


def test_sheets_are_offered_by_permission(client, sign_in):
    assert client.get("/admin/import/assessments/").status_code == 200
    assert client.get("/admin/import/units/").status_code == 403
    assert client.get("/admin/import/ratings/").status_code == 403
    assert client.get("/admin/import/nothing/").status_code == 404
    assert sign_in(role="officer").get("/admin/import/").status_code == 403
    assert sign_in(role="hr").get("/admin/import/units/").status_code == 200


def test_every_template_can_be_downloaded(office, sign_in):
    client = sign_in(role="hr")
    for name in ("units", "employees", "assessments", "trainings", "awards", "complaints"):
        answer = client.get(f"/admin/import/{name}/template")
        assert openpyxl.load_workbook(BytesIO(answer.get_data())).sheetnames
