"""Walks through a real browser: a supervisor's scores from Excel, and every list on a phone."""

import threading
from pathlib import Path

import pytest
from openpyxl import load_workbook
from werkzeug.serving import make_server

from models import Change, Upload, db
from seed_data.accounts import PASSWORD, demo_accounts
from seed_data.demo import seed_demo

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="no browser: install Debian's chromium to run the walks"
    ),
]
SWITCHES = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}


@pytest.fixture
def site(app, rows):
    """The address of the running app with demo data."""
    seed_demo(100)
    demo_accounts()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright for Python")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, site):
    """visit(role, size) -> a signed-in page; every complaint of its console fails the test."""
    complaints, contexts = [], []

    def enter(role, size):
        context = browser.new_context(viewport=size, base_url=site, locale="id-ID")
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/login")
        page.get_by_label("Nama Akun").fill(f"demo-{role}")
        page.get_by_label("Sandi").fill(PASSWORD)
        page.get_by_role("button", name="Masuk").click()
        page.wait_for_url("**/admin/")
        return page

    yield enter
    for context in contexts:
        context.close()
    assert complaints == []


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
    unit = page.get_by_role("combobox", name="Unit")
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
    page.get_by_role("heading", level=1, name="Pegawai").wait_for()
    assert page.locator(".message.success").count() == 1
