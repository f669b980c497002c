"""What a hostile subordinate, peer and rated person meet in a real browser."""

import re

import pytest

from database import db
from models import Assessment, Employee, Period, Rating, User
from seed_data.demo import DEMO_PASSWORD
from tests.make import xlsx

pytestmark = pytest.mark.browser
DESK = {"width": 1280, "height": 800}


def account(role, person):
    """A further demo account of a person, whose name `visit` knows."""
    db.connect(reuse_if_open=True)
    User.create(
        username="demo-lawan", role=role, employee=person, unit=person.unit, password=User.hashed(DEMO_PASSWORD),
        must_change_password=False,
    )  # fmt: skip


def member():
    """Somebody who is led by a head and leads nobody."""
    db.connect(reuse_if_open=True)
    leading = Employee.select(Employee.supervisor).where(Employee.supervisor.is_null(False))
    led = Employee.select().where(
        Employee.supervisor.is_null(False), Employee.id.not_in(leading), Employee.active
    )
    return led.order_by(Employee.id).first()


def upload(page, file, *rows):
    file.write_bytes(xlsx(("NIP", "Sumber", "Rating Hasil Kerja", "Rating Perilaku"), *rows))
    page.goto("/admin/import/assessments/")
    page.get_by_label("Berkas Excel").set_input_files(file)
    page.get_by_role("button", name="Periksa berkas").click()
    page.wait_for_url("**/admin/upload/*/")


def test_a_subordinate_with_a_supervisors_account_cannot_judge_or_confirm_her_boss(visit, site, tmp_path):
    person = member()
    account("supervisor", person)
    boss, before = person.supervisor, Assessment.select().count()
    page = visit("lawan", DESK)
    upload(page, tmp_path / "n.xlsx", (boss.nip, "Atasan", "Diatas Ekspektasi", "Diatas Ekspektasi"))
    assert page.get_by_role("button", name=re.compile(r"Simpan \d")).count() == 0
    page.goto("/admin/assessment/grid/")
    assert page.get_by_text(boss.name).count() == 0
    db.connect(reuse_if_open=True)
    assert Assessment.select().count() == before
    period = Period.current()
    rating = Rating.create(
        employee=boss, period=period, unit=boss.unit, rater=boss.supervisor, work_level="ABOVE",
        behaviour_level="ABOVE", predicate="VERY_GOOD",
    )  # fmt: skip
    page.goto(f"/admin/rating/details/?id={rating.id}")
    assert page.get_by_role("button", name="Konfirmasi").count() == 0
    page.goto(f"/admin/rating/?flt0_periode_equals={period.code}")
    if page.get_by_label("Pilih semua di halaman ini").count():
        page.get_by_label("Pilih semua di halaman ini").check()
        page.get_by_role("button", name="Konfirmasi", exact=True).click()
        assert page.get_by_text("bukan wewenang akun Anda").count() > 0
    db.connect(reuse_if_open=True)
    assert Rating.get_by_id(rating.id).state == "suggested"


def test_a_peer_reads_nothing_of_what_others_said_and_changes_no_answer_of_theirs(visit, site):
    person = member()
    account("employee", person)
    asked = Assessment.select(Assessment.employee).where(Assessment.assessor == person)
    known = (person.id, person.supervisor_id)  # her list names her supervisor
    others = Assessment.employee.not_in(known) & Assessment.employee.not_in(asked)
    row = Assessment.select().where(others).first()
    page = visit("lawan", DESK)
    for address in (f"/admin/assessment/details/?id={row.id}", f"/admin/assessment/edit/?id={row.id}"):
        page.goto(address)
        assert page.get_by_text(row.employee.name).count() == 0
    page.goto(f"/admin/employee/details/?id={row.employee_id}")
    assert page.get_by_text(row.employee.name).count() == 0


def test_the_rated_person_signs_or_objects_only_once_it_was_delivered(visit, site):
    db.connect(reuse_if_open=True)
    rating = Rating.select().where(Rating.state == "delivered").order_by(Rating.id).first()
    running = Rating.create(
        employee=rating.employee, period=Period.current(), unit=rating.unit, rater=rating.rater, work_level="ABOVE",
        behaviour_level="ABOVE", predicate="VERY_GOOD",
    )  # fmt: skip
    account("employee", rating.employee)
    page = visit("lawan", DESK)
    page.goto(f"/admin/rating/details/?id={running.id}")
    for words in ("Konfirmasi", "Tanda tangani", "Ajukan keberatan", "Finalkan"):
        assert page.get_by_role("button", name=words, exact=True).count() == 0
    page.goto(f"/admin/rating/details/?id={rating.id}")
    page.get_by_role("button", name="Ajukan keberatan").click()
    page.get_by_role("button", name="Ajukan keberatan").click()
    assert page.get_by_text("Isian ini wajib diisi").count() > 0
    page.get_by_label("Alasan", exact=False).first.fill("Bukti dukung belum dibaca.")
    page.get_by_role("button", name="Ajukan keberatan").click()
    page.get_by_text("Keberatan diajukan").first.wait_for()
    db.connect(reuse_if_open=True)
    assert Rating.get_by_id(rating.id).state == "objected"
