"""The review of a file in a real browser: a suggestion taken, a cell corrected, a row skipped, a large file followed."""

import pytest

from database import db
from excel.write import jobs
from excel.write.uploads import claim_job
from models import Assessment, Period, Upload, User
from tests.browser import test_walks as walks
from tests.make import xlsx

pytestmark = walks.pytestmark


@pytest.fixture
def people(site):
    """Four of the supervisor's people whom nobody has assessed in the open period."""
    from models import Employee, Unit

    user = User.get(User.username == "demo-supervisor")
    staff = Employee.select().where(
        Employee.unit.in_(Unit.below(user.unit_id)), Employee.id != user.employee_id
    )
    found = list(staff.order_by(Employee.id).limit(4))
    Assessment.delete().where(Assessment.period == Period.current(), Assessment.employee.in_(found)).execute()
    return found


def upload(page, file, data):
    file.write_bytes(data)
    page.goto("/admin/import/assessments/")
    page.get_by_label("Berkas Excel").set_input_files(file)
    page.get_by_role("button", name="Periksa berkas").click()
    page.wait_for_url("**/admin/upload/*/")


def fits(page):
    return not page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("size", [walks.DESK, walks.PHONE])
def test_errors_are_mended_on_the_page_and_the_rest_is_saved(visit, people, tmp_path, size):
    page, (one, two, three, four) = visit("supervisor", size), people
    head = ("NIP", "Skor Hasil", "Skor Perilaku", "Rating Perilaku")
    rows = [
        (one.nip, 88, 90, "Sesuwai Ekspektasi"),
        (two.nip, 888, 90, None),
        (three.nip, "x", 90, None),
        (four.nip, 91, 92, None),
    ]
    upload(page, tmp_path / "nilai.xlsx", xlsx(head, *rows))
    assert fits(page)
    page.get_by_role("button", name="Pakai Sesuai Ekspektasi").click()
    page.get_by_role("textbox", name="Perbaikan B3").fill("87,5")
    page.get_by_role("textbox", name="Perbaikan B3").press("Enter")
    page.get_by_role("textbox", name="Perbaikan B3").wait_for(state="detached")
    page.get_by_role("row").filter(has_text=three.nip).first.get_by_role("button", name="Lewati").click()
    page.get_by_role("link", name="Dilewati").wait_for()
    page.get_by_role("button", name="Simpan 3 baris").click()
    page.locator("[data-state=applied]").wait_for()
    assert page.get_by_role("heading", name="Yang diputuskan saat diperiksa").count() == 1
    db.connect(reuse_if_open=True)
    found = Assessment.select().where(Assessment.employee.in_(people), Assessment.period == Period.current())
    assert {a.employee_id: float(a.work_score) for a in found} == {one.id: 88, two.id: 87.5, four.id: 91}


def test_titles_are_explained_once(visit, people, tmp_path):
    page = visit("supervisor", walks.PHONE)
    upload(page, tmp_path / "asing.xlsx", xlsx(("NIP", "Kinerja", "Sikap"), (people[0].nip, 88, 90)))
    assert fits(page)
    page.get_by_role("combobox", name="Kinerja").select_option("Skor Hasil Kerja")
    page.get_by_role("combobox", name="Sikap").select_option("Skor Perilaku")
    page.get_by_role("button", name="Periksa berkas").click()
    page.get_by_role("button", name="Simpan 1 baris").wait_for()


def test_a_large_file_shows_its_progress_and_then_its_review(visit, people, tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "LARGE", 0)
    monkeypatch.setattr(jobs, "LONG_WAIT", 99)
    page = visit("supervisor", walks.DESK)
    upload(
        page,
        tmp_path / "nilai.xlsx",
        xlsx(("NIP", "Skor Hasil Kerja", "Skor Perilaku"), (people[0].nip, 88, 90)),
    )
    page.get_by_role("progressbar").wait_for()
    db.connect(reuse_if_open=True)
    jobs.work_off(claim_job())
    page.get_by_role("button", name="Simpan 1 baris").click()
    page.get_by_role("progressbar").wait_for()
    jobs.work_off(claim_job())
    page.locator("[data-state=applied]").wait_for()
    assert Upload.select().order_by(Upload.id.desc()).get().state == "applied"
