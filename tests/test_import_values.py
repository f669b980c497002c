"""What an import may believe: ruined numbers, values that no two rows share, rupiah as people write it."""

from datetime import date

import pytest

from excel.check.plan import check
from excel.check.validate import Context
from excel.sheet import Sheet
from excel.write.apply import HasErrors, apply, apply_at_once
from excel.write.uploads import store
from models import Award, Complaint, Employee, Holiday, Training, Unit, UnitResult
from tests.cast import load, told
from tests.make import make_employee, make_period, make_training, make_unit, nip, xlsx
from values import Invalid

# ------------------------------------------------------------------ ruined numbers


@pytest.mark.parametrize(
    "value", [1.2345678901234568e15, 10**16, 1e300, float("inf"), "1.23457E+15", "1,2e+18"]
)
@pytest.mark.parametrize("field", [
    Training.certificate_no, Complaint.body, Unit.code, Employee.phone, Award.decree_no, Employee.email,
])  # fmt: skip
def test_a_number_of_16_digits_in_a_text_column_is_ruined(field, value):
    with pytest.raises(Invalid, match="angka ke-16"):
        field.parse(value)


@pytest.mark.parametrize(("value", "text"), [
    (123456789012345, "123456789012345"), (123456789012345.0, "123456789012345"), ("1234567890123456", "1234567890123456"),
    (True, "Ya"), ("2E+3", "2E+3"),
])  # fmt: skip
def test_what_a_spreadsheet_keeps_whole_is_kept(value, text):
    assert Training.certificate_no.parse(value) == text


def test_a_ruined_number_is_an_error_at_its_cell(database):
    plan, _ = load("units", ("Kode", "Nama"), ("A", 1234567890123456789))
    assert [(p.cell, p.column) for p in plan.errors] == [("B2", "Nama")]


def test_a_nip_that_ends_in_000_is_repaired_by_its_first_15_digits(database):
    person = make_employee(nip=nip(born="19900101"), name="Citra")
    period = make_period()
    head = ("NIP", "Skor Hasil Kerja", "Skor Perilaku")
    plan, _ = load("assessments", head, (f"{person.nip[:15]}000", 88, 90), period=period)
    (problem,) = plan.errors
    assert (problem.error.mangled, problem.error.near) == (True, person.nip)
    assert "Diperbaiki menjadi" in problem.message
    with pytest.raises(Invalid, match="nomor urut 000"):
        Employee.nip.parse(f"{person.nip[:15]}000")


# ------------------------------------------------------------------ what no two rows share

DAYS = Sheet("days", Holiday, key=("name",), listed=False)
BY_NUMBER = Sheet(
    "by_number", Training, key=("certificate_no",), references={"employee": "NIP"}, listed=False
)
TITLES = ("No Sertifikat", "NIP", "Judul", "Jenis", "Mulai")


def test_a_unique_value_twice_in_a_file_or_stored_is_an_error_at_the_cell(database):
    Holiday.create(date=date(2026, 8, 17), name="Proklamasi")
    Holiday.create(date=date(2026, 12, 25), name="Natal")
    rows = (
        ("A", "17-08-2026"),
        ("B", "01-05-2026"),
        ("C", "01-05-2026"),
        ("D", "02-05-2026"),
        ("Natal", "25-12-2026"),
    )
    plan = check(DAYS, xlsx(("Nama", "Tanggal"), *rows), Context())
    assert [(p.cell, p.message) for p in plan.errors] == [
        ("B2", "sudah dipakai data lain"),
        ("B3", "sama dengan baris 4; hapus salah satu"),
        ("B4", "sama dengan baris 3; hapus salah satu"),
    ]
    assert ([row.number for row in plan.new], plan.counts["same"]) == ([5], 1)


def twins():
    person = make_employee()
    return xlsx(
        TITLES,
        *[(n, person.nip, "Bimtek", "4", date(2026, 3, day)) for n, day in (("1", 1), ("2", 2), ("3", 1))],
    )


@pytest.mark.parametrize("partial", [False, True])
def test_what_only_the_database_refuses_is_an_error_of_its_row(partial, database):
    plan, upload = apply_at_once(BY_NUMBER, twins(), "t.xlsx", Context(), partial)
    assert told(plan) == ["Baris 4, kolom NIP: sudah dipakai data lain"]
    assert (upload is not None, Training.select().count()) == (partial, 2 if partial else 0)


def test_an_update_that_the_database_refuses_is_an_error_of_its_row(database):
    person = make_employee()
    make_training(person, title="Satu", certificate_no="1")
    make_training(person, title="Dua", certificate_no="2")
    plan, _ = apply_at_once(BY_NUMBER, xlsx(("No Sertifikat", "NIP", "Judul", "Jenis", "Mulai"),
                                  ("2", person.nip, "Satu", "4", date(2026, 3, 2))), "t.xlsx", Context())  # fmt: skip
    assert told(plan) == ["Baris 2, kolom NIP: sudah dipakai data lain"]


def test_the_review_says_it_too(database, monkeypatch):
    monkeypatch.setitem(__import__("capabilities").SHEETS, "by_number", BY_NUMBER)
    upload, _ = store(BY_NUMBER, twins(), "t.xlsx", Context())
    with pytest.raises(HasErrors, match="Baris 4, kolom NIP: sudah dipakai data lain"):
        apply(upload, None)
    assert Training.select().count() == 0


@pytest.mark.parametrize(("change", "words"), [
    ({"result": "ENTAH"}, "nilainya tidak diterima basis data"), ({}, "sudah dipakai data lain"),
])  # fmt: skip
def test_a_form_names_the_constraint_truly(change, words, rows, sign_in, post, monkeypatch):
    period, unit = make_period(), make_unit("A")
    if not change:
        UnitResult.create(unit=unit, period=period, result="BAIK")
        monkeypatch.setattr("views.base.AdminView.get_query", lambda view: view.model.select().where(False))
    fields = {"unit": unit.id, "period": period.id, "result": "BAIK"}
    if change:
        monkeypatch.setitem(UnitResult.result.known, "entah", "ENTAH")
        fields["result"] = "ENTAH"
    page = post(sign_in(role="hr"), "/admin/unit_result/new/", fields).get_data(as_text=True)
    assert words in page
    assert "Data yang sama" not in page


# ------------------------------------------------------------------ rupiah


@pytest.mark.parametrize("text", [
    "1.500.000", "Rp 1.500.000", "Rp1.500.000", "rp. 1.500.000", "1500000,00", "1.500.000,00", "1.500.000,-", "1500000",
    1500000, 1500000.0, "Rp\u00a01.500.000", "1500000.00",
])  # fmt: skip
def test_rupiah_is_read_as_people_write_it(text):
    assert Award.amount.parse(text) == 1_500_000


@pytest.mark.parametrize(
    "text",
    ["1.500.00", "1,500,000", "1500000,50", "satu juta", "Rp", "1.5.000", "1 500 000", "15e5", "USD 5"],
)
def test_what_is_no_amount_says_how_to_write_one(text):
    with pytest.raises(Invalid, match=r"1\.500\.000|di luar"):
        Award.amount.parse(text)


def test_the_hint_fits_the_field():
    for field, like in ((Training.hours, "seperti 8"), (Award.amount, "seperti 1.500.000")):
        with pytest.raises(Invalid, match=like):
            field.parse("banyak")
