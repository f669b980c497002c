"""Exports: what people get, in both formats, limited to what they may see."""

from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

import access
from capabilities import SHEETS
from capabilities.assessments import ASSESSMENTS
from capabilities.careers import TRAININGS
from capabilities.complaints import COMPLAINTS
from capabilities.master import EMPLOYEES
from capabilities.ratings import RATINGS
from excel.out.export import export, rows_of
from excel.sheet import sheet_for
from models import MODELS, Assessment, Change, Complaint, Employee, Holiday, User
from tests.cast import Cast, cells, fill_every_table, make_account
from tests.make import make_assessment, make_complaint, make_employee, make_rating, make_training
from values import Invalid


@pytest.fixture
def cast(database):
    return Cast()


def exported(sheet, kind="xlsx", **options):
    out = BytesIO()
    export(sheet, out, kind=kind, **options)
    return out.getvalue()


def csv_lines(sheet, **options):
    return exported(sheet, "csv", **options).decode().split("\r\n")


def test_the_first_sheet_is_the_header_and_the_records(cast):
    rows = cells(exported(EMPLOYEES))
    assert rows[0] == ["NIP", "Nama", "Kode Unit", "Jabatan", "Jenis Jabatan", "Jenjang", "Golongan", "Status",
                       "NIP Atasan", "Email", "Telepon", "Aktif"]  # fmt: skip
    assert rows[2] == [cast.ani.nip, "Ani", "PKM", None, "Pelaksana", None, "III/a", "PNS", cast.boss.nip,
                       None, None, "Ya"]  # fmt: skip
    assert len(rows) == 5


def test_numbers_and_dates_are_real_and_a_nip_is_text(cast):
    make_training(cast.ani, title="Kursus", starts_on=date(2026, 3, 2), hours=8)
    make_assessment(cast.ani, cast.period, work_score="87.50")
    page = load_workbook(BytesIO(exported(TRAININGS))).active
    header, row = page.iter_rows()
    assert [c.value for c in row][5] == datetime(2026, 3, 2)
    assert (row[5].number_format, row[7].value, row[0].data_type) == ("dd-mm-yyyy", 8, "s")
    assert header[0].font.bold
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == "A1:I2"
    assert cells(exported(ASSESSMENTS))[1][5] == 87.5


@pytest.mark.parametrize("text", ["=1+1", "+62", "-5", "@x", "a\x01b", "<b>&", " tepi ", "dua\nbaris", "'=1"])
def test_text_stays_text(cast, text):
    make_complaint(subject=text, body=text)
    row = load_workbook(BytesIO(exported(COMPLAINTS))).active[2]
    clean = text.replace("\x01", "")
    assert (row[6].value, row[6].data_type) == (clean, "s")
    assert row[7].value == clean


def test_csv_has_a_bom_commas_and_an_apostrophe_before_formulas(cast):
    for title in ("=1+1", "+x", "-x", "@x", "biasa, saja"):
        make_training(cast.ani, title=title)
    lines = csv_lines(TRAININGS)
    assert lines[0] == "\ufeffNIP,Nama,Judul,Jenis,Penyelenggara,Mulai,Selesai,JP,No Sertifikat"
    assert [line.split(",", 3)[2] for line in lines[1:5]] == ["'=1+1", "'+x", "'-x", "'@x"]
    assert '"biasa, saja"' in lines[5]
    assert "02-03-2026" in lines[1]


def test_an_account_exports_its_own_scope_only(cast):
    for person in (cast.ani, cast.stranger):
        make_assessment(person, cast.period)
    make_assessment(cast.ani, cast.period, source="peer", assessor=cast.budi)
    rows = cells(exported(ASSESSMENTS, user=cast.supervisor))[1:]
    assert [(row[0], row[3]) for row in rows] == [(cast.ani.nip, "Atasan")]
    with pytest.raises(access.Denied):
        exported(COMPLAINTS, user=cast.supervisor)


def test_period_and_unit_narrow_an_export(cast):
    make_assessment(cast.ani, cast.period)
    make_assessment(cast.ani, cast.closed)
    make_assessment(cast.stranger, cast.period)
    rows = cells(exported(ASSESSMENTS, period=cast.period, unit_code="DINKES"))[1:]
    assert [(row[0], row[2]) for row in rows] == [(cast.ani.nip, "2026-TW3")]
    make_training(cast.ani, starts_on=date(2026, 5, 1))
    assert len(cells(exported(TRAININGS, period=cast.period))) == 1
    with pytest.raises(Invalid, match="Unit DISDIK tidak ditemukan"):
        exported(ASSESSMENTS, unit_code="DISDIK", user=cast.supervisor)
    with pytest.raises(Invalid, match="berakhir"):
        export(ASSESSMENTS, "x.pdf")


def test_a_ready_query_decides_rows_and_order(cast):
    for person in (cast.ani, cast.budi, cast.stranger):
        make_assessment(person, cast.period)
    person = Employee.alias()
    query = (
        Assessment.select(Assessment, person)
        .join(person, on=(Assessment.employee == person.id))
        .where(person.name != "Budi")
        .order_by(person.name.desc())
    )
    assert [row[1] for row in cells(exported(ASSESSMENTS, query=query))[1:]] == [cast.stranger.name, "Ani"]


def test_ratings_are_exported_as_the_contract_says(cast):
    make_rating(cast.ani, cast.period, work_score="87.5", credit="3.13")
    header, row = cells(exported(RATINGS))
    assert header == ["NIP", "Nama", "Kode Unit", "Unit", "Periode", "Skor Hasil Kerja", "Skor Perilaku",
                      "Rating Hasil Kerja", "Rating Perilaku", "Predikat", "Status", "Angka Kredit"]  # fmt: skip
    assert row == [cast.ani.nip, "Ani", "PKM", "Unit PKM", "2026-TW3", 87.5, None, "Sesuai Ekspektasi",
                   "Sesuai Ekspektasi", "Baik", "Usulan", 3.13]  # fmt: skip


def test_the_reporter_never_leaves(cast):
    make_complaint(reporter="Rahasia Sekali")
    assert "Pelapor" not in [column.header for column in COMPLAINTS.columns]
    assert "Rahasia" not in exported(COMPLAINTS, "csv").decode()
    assert "reporter" not in [column.path for column in sheet_for(Complaint).columns]


@pytest.mark.parametrize("model", [m for m in MODELS if m.spoken()], ids=lambda m: m.__name__)
def test_every_table_can_be_exported(cast, model):
    fill_every_table(cast)
    make_rating(cast.ani, cast.period)
    Holiday.create(date=date(2026, 8, 17), name="Kemerdekaan")
    Change.create(action="look", table="complaint", key=1, label="x", user=make_account("admin"))
    stored = model.select().count()
    header, *rows = cells(exported(sheet_for(model)))
    assert len(rows) == stored
    assert len(header) == len(sheet_for(model).columns)
    trail = model is Change  # each export leaves a line in it
    lines = len(csv_lines(sheet_for(model)))
    assert lines == len(rows) + 2 + trail or model.__name__ in ("Complaint", "Assessment")


def test_no_export_holds_a_secret():
    for model in MODELS:
        paths = {column.path for column in sheet_for(model).columns}
        assert not paths & {"password", "pin_hash", "data", "epoch", "version", "reporter", "explanation"}
    assert [c.header for c in sheet_for(User).columns][:2] == ["Nama Akun", "Peran"]


def test_rows_come_from_one_statement_and_in_column_order(cast):
    (row, *_), sheet = list(rows_of(SHEETS["employees"])), SHEETS["employees"]
    assert len(row) == len(sheet.columns)
    assert row[0] == cast.boss.nip


def test_ratings_come_with_their_totals_on_a_page_of_their_own(cast):
    make_rating(cast.ani, cast.period)
    make_rating(cast.budi, cast.period, predicate="VERY_GOOD")
    make_rating(cast.boss, cast.period)
    make_rating(cast.ani, cast.closed, predicate="POOR")
    book = load_workbook(BytesIO(exported(RATINGS)))
    assert book.sheetnames == ["Predikat", "Ringkasan"]
    assert book["Predikat"].max_row == 5
    assert list(book["Ringkasan"].values) == [
        ("Periode", "Predikat", "Jumlah", "Bagian (%)"),
        ("2026-TW2", "Sangat Baik", 0, 0), ("2026-TW2", "Baik", 0, 0), ("2026-TW2", "Butuh Perbaikan", 0, 0),
        ("2026-TW2", "Kurang/Misconduct", 1, 100), ("2026-TW2", "Sangat Kurang", 0, 0), ("2026-TW2", "Jumlah", 1, 100),
        ("2026-TW3", "Sangat Baik", 1, 33.33), ("2026-TW3", "Baik", 2, 66.67), ("2026-TW3", "Butuh Perbaikan", 0, 0),
        ("2026-TW3", "Kurang/Misconduct", 0, 0), ("2026-TW3", "Sangat Kurang", 0, 0), ("2026-TW3", "Jumlah", 3, 100),
    ]  # fmt: skip
    filters = [page.auto_filter.ref for page in book]
    assert filters == ["A1:L5", "A1:D13"]
    assert "Ringkasan" not in exported(RATINGS, "csv").decode()


def test_totals_do_without_a_column_that_was_not_chosen(cast):
    make_rating(cast.ani, cast.period)
    book = load_workbook(BytesIO(exported(RATINGS.only(["predicate"]))))
    assert list(book["Ringkasan"].values)[2] == (None, "Baik", 1, 100)
    assert len(load_workbook(BytesIO(exported(RATINGS.only(["employee"])))).sheetnames) == 1


def test_a_page_prints_as_wide_as_the_paper_with_its_header_on_every_sheet(cast):
    page = load_workbook(BytesIO(exported(EMPLOYEES))).active
    assert (page.page_setup.orientation, page.page_setup.fitToHeight, page.print_title_rows) == (
        "landscape", 0, "$1:$1",
    )  # fmt: skip
    assert page.oddFooter.right.text == "Halaman &P dari &N"


def test_a_text_longer_than_a_cell_may_be_is_cut(cast):
    Change.create(action="update", table="complaint", key=1, label="x", after="&" * 40_000)
    rows = cells(exported(sheet_for(Change)))
    assert len(rows[1][-1]) == 32_767


def test_more_rows_than_a_batch_keep_their_numbers(cast):
    for _ in range(5):
        make_employee(unit=cast.dinas)
    from excel.out import export as module

    size, module.BATCH = module.BATCH, 2
    try:
        rows = cells(exported(EMPLOYEES))
    finally:
        module.BATCH = size
    assert len(rows) == 1 + Employee.select().count()
