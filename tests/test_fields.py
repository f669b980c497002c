"""How people write values, and what is refused with which words."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from fields import Look, Text
from models import MODELS, Assessment, Award, Employee, Period, Training, Unit
from rating import half_up
from tests.make import nip
from values import Invalid, compare_key, nip_scheme

PNS, PPPK = "198609262015051001", "199001012024212007"


def read(field, value):
    """The value, or the refusal's sentence."""
    try:
        return field.parse(value)
    except Invalid as refusal:
        return f"! {refusal}"


@pytest.mark.parametrize("text", [
    PNS, "19860926 201505 1 001", "19860926.201505.1.001", "'198609262015051001", " 198609262015051001\u00a0",
    "１９８６０９２６２０１５０５１００１", "198609262015051001\u200b",
])  # fmt: skip
def test_a_nip_is_read_however_it_is_spaced(text):
    assert Employee.nip.parse(text) == PNS


@pytest.mark.parametrize(("value", "words"), [
    (198609262015051001, "angka terakhirnya hilang"), (1.98609262015051e17, "angka terakhirnya hilang"),
    ("1.98609262015051e+17", "angka terakhirnya hilang"), ("1,98609E+17", "angka terakhirnya hilang"),
    ("1.986.092,6E+17", "18 angka"),
    ("198609262015051000", "nomor urut 000"), ("123", "18 angka"), ("19860926201505100A", "18 angka"),
    ("198613262015051001", "tanggal lahir"), ("198602302015051001", "tanggal lahir"),
    ("198609262015131001", "ke-13 dan ke-14"), ("198609262015053001", "jenis kelamin"),
    ("201509262015051001", "umur"), (date(2026, 1, 1), "angka terakhirnya hilang"),
])  # fmt: skip
def test_a_nip_that_is_none_says_why(value, words):
    assert words in read(Employee.nip, value)


def test_a_nip_tells_its_scheme():
    assert (nip_scheme(PNS), nip_scheme(Employee.nip.parse(PPPK))) == ("PNS", "PPPK")
    assert Employee.nip.parse("") is None
    assert len({nip() for _ in range(2000)}) == 2000


@pytest.mark.parametrize(("value", "score"), [
    ("87,5", "87.50"), ("87.5", "87.50"), (" 90 ", "90.00"), (88, "88.00"), (87.30000000000001, "87.30"),
    ("0", "0.00"), ("120", "120.00"), ("８８", "88.00"), (",5", "0.50"),
])  # fmt: skip
def test_a_score_has_comma_or_point(value, score):
    assert Assessment.work_score.parse(value) == Decimal(score)


@pytest.mark.parametrize(("value", "words"), [
    ("121", "121 di luar 0-120"), ("-1", "-1 di luar 0-120"), ("1.234,5", "bukan angka"), ("NaN", "bukan angka"),
    ("1e2", "bukan angka"), (True, "bukan angka"), (date(2026, 1, 1), "bukan angka"), ("12,345", "menjadi 12,35"),
    (float("87.3333333"), "menjadi 87,33"), ("seratus", "“seratus” bukan angka"), ("५", "bukan angka"),
])  # fmt: skip
def test_a_score_that_is_none_says_why(value, words):
    assert words in read(Assessment.work_score, value)


@pytest.mark.parametrize(("value", "level"), [
    ("Diatas Ekspektasi", "ABOVE"), ("di atas ekspektasi", "ABOVE"), ("ATAS", "ABOVE"), ("DE", "ABOVE"),
    ("Diatas Espektasi", "ABOVE"), ("Sesuai  Ekspektasi", "MEETS"), ("sesuai", "MEETS"), ("S.E", "! "),
    ("Dibawah/Ekspektasi", "BELOW"), ("bawah", "BELOW"), ("ABOVE", "ABOVE"), ("1", "! "), (1, "! "), ("", None),
    ("Diatas\u00a0Ekspektasi", "ABOVE"), ("hebat", "! "),
])  # fmt: skip
def test_a_level_is_read_by_its_words_and_never_by_a_number(value, level):
    found = read(Assessment.work_level, value)
    assert found == level or (level == "! " and found.startswith("!"))


@pytest.mark.parametrize(("field", "value", "expected"), [
    (Employee.grade, "iii/A", "III/a"), (Employee.grade, "III.a", "III/a"), (Employee.grade, "III / a", "III/a"), (Employee.grade, "ix", "IX"),
    (Employee.status, "pppk paruh waktu", "PPPK_PARUH_WAKTU"), (Employee.jf_level, "Ahli Pertama", "PT"),
    (Employee.active, "Ya", True), (Employee.active, "no", False), (Employee.active, 1.0, True),
    (Employee.active, True, True), (Employee.active, "0", False), (Employee.email, "a@b.id", "a@b.id"),
    (Employee.phone, "+62 812-3456-789", "+62 812-3456-789"), (Period.code, "2026-tw3", "2026-TW3"),
    (Period.code, 2026.0, "2026"), (Period.code, "2026-09", "2026-09"), (Unit.code, "DINKES.P2P", "DINKES.P2P"),
    (Training.hours, 20.0, 20), (Award.amount, "3936000", 3936000), (Training.kind, "bimtek", "8"),
    (Award.kind, "Karya Satya 10 Tahun", "201"), (Employee.name, "  Andi \n Tenri ", "Andi Tenri"),
    (Employee.name, 12.0, "12"), (Assessment.note, "a\r\nb\x00", "a\nb"),
])  # fmt: skip
def test_every_type_reads_what_people_write(field, value, expected):
    assert field.parse(value) == expected


@pytest.mark.parametrize(("field", "value", "words"), [
    (Employee.grade, "V/a", "bukan golongan"), (Employee.status, "honorer", "pilih salah satu: PNS, CPNS"),
    (Employee.active, "mungkin", "bukan Ya atau Tidak"), (Employee.active, "2", "bukan Ya atau Tidak"),
    (Employee.email, "a@b", "bukan alamat surel"), (Employee.phone, "telepon", "bukan nomor telepon"),
    (Period.code, "2026-TW5", "bukan periode"), (Period.code, "2026-13", "bukan periode"),
    (Unit.code, "a b", "bukan kode"), (Training.hours, "2,5", "bukan bilangan bulat"),
    (Training.hours, "-1", "di luar"), (Award.amount, "3 juta", "bukan angka"),
    (Employee.name, "x" * 121, "lebih dari 120 huruf"),
])  # fmt: skip
def test_every_type_refuses_in_words(field, value, words):
    assert words in read(field, value)


@pytest.mark.parametrize("value", [
    "31-12-2026", "2026-12-31", datetime(2026, 12, 31, 8), date(2026, 12, 31), " 31-12-2026 ",
])  # fmt: skip
def test_a_date_is_written_either_way_round(value):
    assert Training.starts_on.parse(value) == date(2026, 12, 31)


@pytest.mark.parametrize(
    "value", ["31/12/2026", "12-31-2026", "30-02-2026", "2026-13-01", "besok", 46022.0, "31-12-26"]
)
def test_a_date_that_could_be_another_is_refused(value):
    assert read(Training.starts_on, value).startswith("!")


def test_what_is_shown_is_read_again():
    for field, value in (
        (Assessment.work_score, Decimal("87.50")), (Assessment.work_level, "BELOW"), (Employee.active, False),
        (Training.starts_on, date(2026, 3, 1)), (Employee.grade, "IV/e"), (Award.amount, 5_000_000),
    ):  # fmt: skip
        assert field.parse(field.show(value)) == value


def test_halves_are_rounded_up_as_the_law_does():
    assert [str(half_up(Decimal(v))) for v in ("28.125", "4.6875", "2.085")] == ["28.13", "4.69", "2.09"]


def test_words_are_alike_whatever_their_case_and_dots():
    assert compare_key("Kurang/Misconduct") == compare_key("KURANG  misconduct")


@pytest.mark.parametrize("sequence", ["001", "007", "499", "500", "984", "985", "999"])
@pytest.mark.parametrize("excel", [True, False])
def test_what_is_left_of_a_nip_that_became_a_number_is_among_its_heads(sequence, excel):
    text = f"198609262015051{sequence}"
    with pytest.raises(Invalid) as lost:
        Employee.nip.parse(float(text[:15] + "000") if excel else float(text))
    assert "198609262015051" in lost.value.params["heads"]
    if excel:
        assert lost.value.params["heads"][0] == "198609262015051"


def test_a_code_of_digits_needs_no_new_type():
    field = Text(pattern=r"\d{16}", refusal="“%(value)s” bukan NIK")
    assert (read(field, " 7604010101900001 "), read(field, "76"), read(field, "")) == (
        "7604010101900001",
        "! “76” bukan NIK",
        None,
    )


def test_every_field_for_people_says_how_it_looks():
    fields = [field for model in MODELS for field in model.spoken()]
    assert [field for field in fields if not (isinstance(field, Look) and field.label)] == []
