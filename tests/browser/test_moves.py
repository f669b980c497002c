"""States moved in a real browser: an award, a period with its counts, a complaint with every step in its events."""

import re

import pytest

from database import db
from models import Award, Complaint, ComplaintEvent, Employee, Period
from tests.browser.test_walks import DESK, PHONE

pytestmark = pytest.mark.browser


def move(page, words, **answers):
    """Press a move's button on a record's page, answer what it asks, and confirm."""
    page.get_by_role("button", name=words, exact=True).click()
    page.get_by_role("heading", level=1, name=words).wait_for()
    for label, text in answers.items():
        page.get_by_label(label.replace("_", " "), exact=False).first.fill(text)
    page.locator("form.panel button.main").click()
    page.locator(".message.success").first.wait_for()


def state(row):
    db.connect(reuse_if_open=True)
    return type(row).get_by_id(row.id).state


@pytest.mark.parametrize("size", [pytest.param(DESK, id="1280"), pytest.param(PHONE, id="360")])
def test_an_award_is_proposed_then_granted_and_another_declined_with_a_reason(visit, size):
    page = visit("hr", size)
    db.connect(reuse_if_open=True)
    person = Employee.select().order_by(Employee.id.desc()).get()
    page.goto("/admin/award/new/")
    assert page.get_by_label("Status", exact=True).count() == 0
    box = page.get_by_role("combobox", name=re.compile("^Pegawai"))
    box.press_sequentially(person.nip)
    page.get_by_role("listbox", name="Pegawai").get_by_role("option").first.click()
    page.get_by_label("Jenis", exact=False).first.select_option(index=1)
    page.get_by_label("Judul", exact=False).first.fill("Pelayan publik teladan")
    page.locator("button.main[aria-keyshortcuts]").click()
    page.get_by_role("heading", name="Riwayat").wait_for()
    made = Award.get(Award.title == "Pelayan publik teladan")
    assert made.state == "proposed"
    page.get_by_role("button", name="Berikan", exact=True).click()
    page.locator("form.panel button.main").click()
    page.get_by_text("Isian ini wajib diisi").first.wait_for()
    assert state(made) == "proposed"
    page.get_by_label("Tanggal SK").fill("2026-10-28")
    page.get_by_label("Nomor SK").fill("800/7/2026")
    page.locator("form.panel button.main").click()
    page.locator(".message.success").first.wait_for()
    assert state(made) == "granted"
    other = Award.select().where(Award.state == "proposed").order_by(Award.id).first()
    page.goto(f"/admin/award/details/?id={other.id}")
    move(page, "Tolak", Alasan="Masa kerja belum cukup")
    assert (state(other), Award.get_by_id(other.id).reason) == ("declined", "Masa kerja belum cukup")
    assert page.locator(".timeline").get_by_text("Ditolak").count() > 0


def test_a_period_is_closed_with_its_counts_and_a_reason(visit):
    page = visit("hr", DESK)
    db.connect(reuse_if_open=True)
    period = Period.current()
    page.goto(f"/admin/period/details/?id={period.id}")
    page.get_by_role("button", name="Tutup", exact=True).click()
    assert page.get_by_text("Belum mempunyai predikat").count() == 1
    page.locator("form.panel button.main").click()
    page.get_by_text("Isian ini wajib diisi").first.wait_for()
    page.get_by_label("Alasan").fill("Batas pelaporan provinsi")
    page.locator("form.panel button.main").click()
    page.locator(".message.success").first.wait_for()
    assert state(period) == "closed"
    move(page, "Buka kembali", Alasan="Ditutup terlalu cepat")
    assert state(period) == "open"


def test_a_complaint_goes_from_received_to_closed_and_its_reporter_reads_each_step(visit):
    page = visit("hr", DESK)
    db.connect(reuse_if_open=True)
    row = Complaint.select().where(Complaint.state == "received").order_by(Complaint.id).first()
    before = ComplaintEvent.select().where(ComplaintEvent.complaint == row).count()
    page.goto(f"/admin/complaint/details/?id={row.id}")
    assert page.get_by_role("button", name="Selesaikan").count() == 0
    move(page, "Verifikasi")
    page.get_by_role("button", name="Teruskan", exact=True).click()
    if not row.unit_id:
        unit = page.get_by_role("combobox", name=re.compile("^Unit"))
        unit.press_sequentially("kesehatan")
        page.get_by_role("listbox", name="Unit").get_by_role("option").first.click()
    page.locator("form.panel button.main").click()
    page.locator(".message.success").first.wait_for()
    move(page, "Mulai proses")
    move(page, "Tanggapi", Tanggapan="Air sudah mengalir kembali.")
    move(page, "Selesaikan")
    assert state(row) == "closed"
    events = ComplaintEvent.select().where(ComplaintEvent.complaint == row).order_by(ComplaintEvent.id)
    assert [event.state for event in events][before:] == [
        "verified", "disposed", "in_progress", "answered", "closed"
    ]  # fmt: skip
    assert "Air sudah mengalir kembali." in [event.text for event in events]
    assert page.locator(".timeline").get_by_text("Diselesaikan").count() == 1
