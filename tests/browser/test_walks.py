"""Walks through a real browser: a supervisor's scores from Excel, and every list on a phone."""

import re

import pytest
from openpyxl import load_workbook

from database import db
from models import Change, Complaint, ComplaintEvent, Employee, Rating, Upload, User

pytestmark = pytest.mark.browser
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
SIZES = [pytest.param(DESK, id="1280"), pytest.param(PHONE, id="360")]


def fill_scores(file, *scores):
    """Write scores into the first rows of a template, as a supervisor would."""
    book = load_workbook(file)
    sheet = book.worksheets[0]
    head = next(row for row in sheet.iter_rows() if any(cell.value == "NIP" for cell in row))
    places = {cell.value: cell.column for cell in head}
    for number, (work, behaviour) in enumerate(scores, head[0].row + 1):
        sheet.cell(number, places["Skor Hasil Kerja"]).value = work
        sheet.cell(number, places["Skor Perilaku"]).value = behaviour
    book.save(file)


def test_a_supervisor_downloads_fills_uploads_reviews_and_saves(visit, tmp_path):
    page = visit("supervisor", DESK)
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh lembar nilai").click()
    file = tmp_path / "nilai.xlsx"
    download.value.save_as(file)
    fill_scores(file, (101.25, 99.75), (88.5, 93.25))

    page.get_by_role("link", name="Unggah Excel").last.click()
    page.get_by_label("Berkas Excel").set_input_files(file)
    page.get_by_role("button", name="Periksa berkas").click()
    page.wait_for_url("**/admin/upload/*/")
    assert page.get_by_text("101,25").count() == 1
    page.get_by_role("button", name="Simpan 2 baris").click()
    page.get_by_role("heading", name="Hasil unggahan").wait_for()
    assert page.locator("[data-state=applied]").count() == 1

    db.connect(reuse_if_open=True)
    upload = Upload.select().order_by(Upload.id.desc()).get()
    assert (upload.new + upload.changed, upload.wrong, upload.state) == (2, 0, "applied")
    assert Change.select().where(Change.upload == upload.id).count() == 2


def test_every_list_fits_a_phone(visit):
    page = visit("hr", PHONE)
    links = page.locator(".phone-menu a").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    assert len(links) > 12
    wide = []
    for link in links:
        page.goto(link)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(link)
    assert wide == []


def test_a_reference_is_chosen_by_typing_and_the_keyboard_alone(visit):
    page = visit("hr", DESK)
    page.goto("/admin/employee/new/")
    unit = page.get_by_role("combobox", name=re.compile("^Unit"))
    unit.press_sequentially("kesehatan")
    offered = page.get_by_role("listbox", name="Unit").get_by_role("option")
    offered.first.wait_for()
    unit.press("ArrowDown")
    chosen = offered.first.inner_text()
    assert offered.first.get_attribute("aria-selected") == "true"
    unit.press("Enter")
    assert unit.input_value() == chosen
    assert page.locator("input[name=unit]").input_value().isdigit()


def test_an_edit_form_saved_as_it_is_shown_is_accepted(visit):
    page = visit("hr", DESK)
    page.goto("/admin/employee/")
    page.get_by_role("link", name="Ubah", exact=True).first.click()
    assert page.get_by_label("Aktif").input_value() == "1"
    page.get_by_label("Jabatan", exact=True).press("Control+Enter")
    page.get_by_role("heading", name="Riwayat").wait_for()  # after saving one stays at the record
    assert page.locator(".message.success").count() == 1


def test_a_slash_leads_to_the_search_and_enter_to_the_person(visit):
    page = visit("hr", DESK)
    db.connect(reuse_if_open=True)
    person = Employee.select().order_by(Employee.id.desc()).get()
    page.keyboard.press("/")
    page.keyboard.type(person.nip)
    page.get_by_role("listbox", name="Hasil pencarian").get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name=person.name).wait_for()
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.id") == "find"


@pytest.mark.parametrize("size", SIZES)
def test_a_supervisor_fills_in_letters_and_takes_them_back(visit, size):
    page = visit("supervisor", size)
    page.get_by_role("link", name="Isi di layar").click()
    first = page.locator("[data-grid] fieldset").first.locator("input")
    before = page.locator("[data-grid] tbody tr").first.locator("output").inner_text()
    first.first.focus()
    page.keyboard.press("b")  # chooses and goes on to the other aspect
    page.keyboard.press("B")
    assert (
        page.locator("[data-grid] tbody tr").first.locator("output").inner_text() == "Sangat Kurang" != before
    )
    page.keyboard.press("Control+Enter")
    page.get_by_role("link", name="Lihat atau batalkan").click()
    assert page.locator("[data-state=applied]").count() == 1
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Batalkan unggahan ini").click()
    page.locator("[data-state=undone]").wait_for()


@pytest.mark.parametrize("size", SIZES)
def test_hr_filters_keeps_the_view_and_acts_on_all_that_match(visit, size):
    page, asked = visit("hr", size), []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.goto("/admin/assessment/?flt0_sumber_equals=supervisor")
    page.locator("summary", has_text="Simpan tampilan").click()
    page.get_by_label("Nama tampilan").fill("Dari atasan")
    page.get_by_role("button", name="Simpan", exact=True).click()
    page.get_by_role("link", name="Dari atasan").wait_for()
    page.goto("/admin/period/")
    page.locator("tbody tr").first.click(position={"x": 150, "y": 10})  # a row opens by a click on it
    page.get_by_role("button", name="Hitung predikat").click()
    page.get_by_text("predikat baru").wait_for()
    page.goto("/admin/rating/?flt0_status_equals=suggested&page_size=20")
    page.get_by_label("yang cocok").check()
    waiting = Rating.select().where(Rating.state == "suggested").count()
    assert waiting > 20
    questions = len(asked)
    page.get_by_role("button", name="Konfirmasi", exact=True).click()
    page.get_by_text(f"{waiting} data akan berstatus “Dikonfirmasi”.").wait_for()
    page.get_by_label("Alasan").fill("Atas permintaan penilai")  # the desk acts in the raters' place
    page.get_by_role("button", name="Konfirmasi").click()
    page.get_by_text(f"Dikonfirmasi: {waiting} data.").wait_for()
    assert len(asked) == questions, "a page asks, never the browser"
    assert Rating.select().where(Rating.state == "suggested").count() == 0


@pytest.mark.parametrize("size", SIZES)
def test_an_employee_reads_why(visit, size):
    page = visit("employee", size)
    page.locator("section", has_text="Predikat saya").get_by_role("link").first.click()
    page.get_by_role("heading", name="Mengapa predikat ini?").wait_for()
    assert page.locator(".matrix .lit").count() == 1


@pytest.mark.parametrize("size", SIZES)
def test_an_officer_opens_the_most_urgent_complaint_and_answers(visit, size):
    page = visit("officer", size)
    page.locator("section", has_text="Paling mendesak").get_by_role("link").first.click()
    for _ in range(2):  # one that has just come in is worked on before it is answered
        if page.get_by_role("button", name="Tanggapi", exact=True).count():
            break
        page.get_by_role("button", name=re.compile("^(Verifikasi|Mulai proses)$")).first.click()
        page.locator("form[action*='/move/'] button.main").click()
        page.locator(".message.success").wait_for()
    page.get_by_role("button", name="Tanggapi", exact=True).click()
    page.get_by_label("Tanggapan").fill("Sudah kami tindak lanjuti.")
    page.get_by_label("Tanggapan").press("Control+Enter")
    page.locator(".message.success").wait_for()
    found = Complaint.get(Complaint.response == "Sudah kami tindak lanjuti.")
    assert (found.state, found.answered_on is not None) == ("answered", True)
    assert ComplaintEvent.get(ComplaintEvent.text == found.response).complaint_id == found.id


@pytest.mark.parametrize("size", SIZES)
def test_it_makes_an_account_whose_password_shows_once(visit, size):
    page = visit("admin", size)
    page.get_by_role("link", name="Akun aktif").click()
    page.get_by_role("link", name="Tambah").click()
    page.get_by_label("Nama Akun").fill("petugas-baru")
    page.get_by_label("Peran").select_option("officer")
    page.get_by_role("button", name="Simpan", exact=False).first.click()
    page.get_by_text("Hanya tampil sekali").wait_for()
    made = User.get(User.username == "petugas-baru")
    assert made.verify(page.locator("main dd").inner_text())
    page.goto(f"/admin/user/details/?id={made.id}")
    assert page.get_by_text("Hanya tampil sekali").count() == 0


def test_the_theme_and_the_language_outlive_the_session(visit):
    page = visit("employee", DESK)
    page.locator(".account summary").click()
    page.get_by_role("button", name="Gelap").click()
    page.locator(".account summary").click()
    page.get_by_role("button", name="English").click()
    page.locator(".account summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 24)"


def test_a_nip_is_grouped_as_one_types(visit):
    page = visit("hr", DESK)
    page.goto("/admin/employee/new/")
    page.get_by_label("NIP").press_sequentially("198001012005011001")
    assert page.get_by_label("NIP").input_value() == "19800101 200501 1 001"


def test_everything_of_a_list_can_be_reached_by_tab(visit):
    page = visit("hr", DESK)
    page.goto("/admin/period/")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("document.activeElement.innerText || document.activeElement.name || ''").strip()
        )
    assert {"Lompat ke isi", "Tambah", "search", "Hitung predikat"} <= reached
