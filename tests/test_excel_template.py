"""The workbook to fill in, as Excel opens it."""

import shutil
import subprocess
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

import access
from capabilities import SHEETS
from capabilities.assessments import ASSESSMENTS
from capabilities.master import EMPLOYEES, UNITS
from excel.check.plan import check
from excel.check.review import report
from excel.check.validate import Context
from excel.out.template import template
from excel.write.apply import apply_at_once as run
from models import Assessment, Employee, Period
from tests.cast import Cast, counts
from tests.make import make_assessment, make_unit
from values import Invalid


@pytest.fixture
def cast(database):
    return Cast()


def opened(sheet, context=None, **options):
    out = BytesIO()
    template(sheet, out, context or Context(), **options)
    return load_workbook(BytesIO(out.getvalue()))


def checks(page):
    """{header: (kind, source or low, high)} of the first data row's checks."""
    found = {}
    for check_ in page.data_validations.dataValidation:
        letter = str(check_.sqref).split(":")[0].rstrip("0123456789")
        found[page[f"{letter}1"].value] = (check_.type, check_.formula1, check_.formula2)
    return found


@pytest.mark.parametrize("name", [name for name, sheet in SHEETS.items() if sheet.imports])
def test_every_sheet_has_a_template_with_help_checks_and_a_guide(cast, name):
    sheet = SHEETS[name]
    book = opened(sheet)
    assert book.sheetnames[:3] == [sheet.title, "Petunjuk", "Daftar"]
    assert book["Daftar"].sheet_state == "hidden"
    page = book.worksheets[0]
    headers = [column.header for column in (*sheet.columns, *sheet.automatic)]
    assert [cell.value for cell in page[1]] == headers
    assert all(cell.comment and cell.font.bold and cell.protection.locked for cell in page[1])
    assert page.freeze_panes == "A2"
    assert page.page_setup.orientation == "landscape"
    assert page.print_title_rows == "$1:$1"
    assert page.oddFooter.right.text == "Halaman &P dari &N"
    assert page.protection.sheet
    guide = {row[0].value: row[1].value for row in book["Petunjuk"].iter_rows(min_row=10)}
    assert set(guide) >= {column.header for column in sheet.columns}


def test_columns_are_checked_as_their_fields_say(cast):
    found = checks(opened(ASSESSMENTS).worksheets[0])
    assert found["Skor Perilaku"] == ("decimal", "0", "120")
    assert found["Sumber"] == ("list", '"Atasan,Rekan,Bawahan,Masyarakat,Observasi,Diri"', None)
    assert found["Periode"] == ("list", '"2026-TW3"', None)
    assert found["NIP"][0] == "textLength"


def test_a_long_list_stands_on_the_hidden_page(cast):
    for number in range(40):
        make_unit(f"UNIT-PANJANG-{number:03d}")
    book = opened(EMPLOYEES)
    kind, source, _ = checks(book.worksheets[0])["Kode Unit"]
    assert (kind, source.startswith("Daftar!$")) == ("list", True)
    assert "UNIT-PANJANG-007" in {cell.value for row in book["Daftar"] for cell in row}


def test_a_nip_column_is_text_all_the_way_down(cast):
    page = opened(EMPLOYEES).worksheets[0]
    assert page.column_dimensions["A"].number_format == "@"
    assert not page.column_dimensions["A"].protection.locked


def test_assessments_come_with_the_accounts_own_people(cast):
    Employee.update(active=False).where(Employee.id == cast.budi.id).execute()
    page = opened(ASSESSMENTS, Context(cast.supervisor)).worksheets[0]
    rows = list(page.iter_rows(min_row=2))
    assert [[cell.value for cell in row][:4] for row in rows] == [[cast.ani.nip, "Ani", "2026-TW3", "Atasan"]]
    nip, name, _, _, assessor, score, *_ = rows[0]
    assert (nip.protection.locked, name.protection.locked, nip.number_format) == (True, True, "@")
    assert (assessor.protection.locked, score.protection.locked) == (False, False)


def test_assessments_show_what_is_stored_so_far(cast):
    make_assessment(cast.ani, cast.period, assessor=cast.boss, work_score="87.5", note="=baik")
    make_assessment(cast.ani, cast.period, source="peer", assessor=cast.budi, work_score=12)
    rows = [[c.value for c in row] for row in opened(ASSESSMENTS, Context(cast.supervisor)).worksheets[0]][1:]
    assert [row[0] for row in rows] == [cast.ani.nip, cast.budi.nip]
    assert rows[0][4:10] == [cast.boss.nip, 87.5, None, "Sesuai Ekspektasi", "Sesuai Ekspektasi", "=baik"]
    assert rows[1][4:10] == [None] * 6


def test_the_predikat_is_a_formula_that_shows_what_the_stored_ratings_give(cast):
    make_assessment(cast.ani, cast.period, assessor=cast.boss, work_level="ABOVE")
    out = BytesIO()
    template(ASSESSMENTS, out, Context(cast.supervisor))
    formulas, values = load_workbook(out).worksheets[0], load_workbook(out, data_only=True).worksheets[0]
    assert [formulas[f"K{row}"].data_type for row in (2, 3)] == ["f", "f"]
    assert formulas["K2"].value == formulas["K3"].value
    assert [values["K1"].value, values["K2"].value, values["K3"].value] == [
        "Predikat (otomatis)",
        "Baik",
        None,
    ]
    assert formulas["K2"].protection.locked
    places = {cell.value: n for n, cell in enumerate(load_workbook(out)["Daftar"]["A"], 1)}
    assert (
        load_workbook(out)["Daftar"][f"B{places['Dibawah Ekspektasi / Dibawah Ekspektasi']}"].value
        == "Sangat Kurang"
    )


@pytest.mark.parametrize("sheet", [s for s in SHEETS.values() if s.imports], ids=lambda s: s.name)
def test_every_example_of_the_guide_is_a_value_that_the_column_takes(cast, sheet):
    guide = {row[0].value: row[2].value for row in opened(sheet)["Petunjuk"].iter_rows(min_row=11)}
    for column in sheet.columns:
        assert guide[column.header], column.header
        assert column.field.parse(guide[column.header]) is not None


@pytest.mark.parametrize("sheet", [s for s in SHEETS.values() if s.imports], ids=lambda s: s.name)
def test_checks_keep_to_what_every_office_suite_takes(cast, sheet):
    for number in range(60):
        make_unit(f"UNIT-PANJANG-{number:03d}")
    book = opened(sheet)
    for found in book.worksheets[0].data_validations.dataValidation:
        assert len(found.formula1) <= 255
        assert len(found.error) <= 225
        assert len(found.errorTitle) <= 32
        assert found.type != "custom"
        if found.type == "list":
            assert found.formula1.startswith(('"', "Daftar!$"))
    assert len(book.worksheets[0].title) <= 31


def test_it_can_be_narrowed_to_a_unit_of_the_scope(cast):
    page = opened(ASSESSMENTS, Context(), unit_code="DISDIK").worksheets[0]
    assert [row[0].value for row in page.iter_rows(min_row=2)] == [cast.stranger.nip]
    with pytest.raises(Invalid, match="tidak ditemukan"):
        opened(ASSESSMENTS, Context(cast.supervisor), unit_code="DISDIK")


def test_it_needs_an_open_period_and_the_right_to_import(cast):
    Period.update(state="closed").execute()
    with pytest.raises(Invalid, match="periode"):
        opened(ASSESSMENTS)
    with pytest.raises(access.Denied):
        opened(UNITS, Context(cast.supervisor))


def test_filled_in_it_comes_back_as_new_rows(cast):
    book = opened(ASSESSMENTS, Context(cast.supervisor))
    page = book.worksheets[0]
    page["F2"], page["G2"] = 95, 88.5
    out = BytesIO()
    book.save(out)
    plan = check(ASSESSMENTS, out.getvalue(), Context(cast.supervisor))
    assert counts(plan) == (1, 0, 1, 0)
    run(ASSESSMENTS, out.getvalue(), "t.xlsx", Context(cast.supervisor))
    (stored,) = Assessment.select()
    assert (stored.employee, stored.assessor, stored.behaviour_score) == (cast.ani, cast.boss, 88.5)


# ------------------------------------------------------------------ other office suites

FILLED = {
    "units": {"Kode": "BARU", "Nama": "Unit Baru", "Induk": "DINKES", "Aktif": "Ya"},
    "employees": {"NIP": "198609262015051001", "Nama": "Siti", "Kode Unit": "PKM", "Golongan": "III/a",
                  "Jenis Jabatan": "Fungsional", "Jenjang": "Ahli Pertama", "Status": "PNS"},
    "assessments": {"Rating Hasil Kerja": "Diatas Ekspektasi", "Rating Perilaku": "Sesuai Ekspektasi",
                    "Skor Hasil Kerja": 87.5, "Catatan": "Baik sekali"},
    "periods": {"Kode": "2026-TW4", "Nama": "Triwulan IV 2026", "Jenis": "Triwulan", "Mulai": date(2026, 10, 1),
                "Selesai": date(2026, 12, 31)},
    "unit_results": {"Kode Unit": "PKM", "Periode": "2026-TW3", "Capaian Organisasi": "Baik"},
    "exemptions": {"NIP": "?", "Alasan": "Masa persiapan pensiun", "Mulai": date(2026, 7, 1)},
    "holidays": {"Tanggal": date(2027, 1, 1), "Nama": "Tahun Baru", "Jenis": "Libur Nasional"},
    "trainings": {"NIP": "?", "Judul": "Pelatihan", "Jenis": "Bimbingan Teknis", "Mulai": date(2026, 3, 2),
                  "JP": 8, "No Sertifikat": "00123"},
    "awards": {"NIP": "?", "Jenis": "Bintang", "Judul": "Piagam", "Tanggal SK": date(2026, 8, 17),
               "Nominal": 1_500_000},
    "complaints": {"Tanggal Diterima": date(2026, 3, 13), "Kanal": "Loket", "Klasifikasi": "Pengaduan",
                   "Kode Unit": "PKM", "Perihal": "Antrean", "Uraian": "Lama", "Terbukti": "Tidak", "Kepuasan": 3},
}  # fmt: skip


def filled_in(sheet, cast):
    """A template with one row as a person would fill it in, and a wrong one below."""
    book = opened(sheet)
    page = book.worksheets[0]
    places = {cell.value: cell.column for cell in page[1]}
    for header, value in FILLED[sheet.name].items():
        page.cell(2, places[header], cast.ani.nip if value == "?" else value)
    row = page.max_row + 1
    page.cell(row, 1, "salah!")
    page.cell(row, 2, "salah")
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def outcome(sheet, data):
    plan = check(sheet, data, Context())
    told = report(plan)
    return told, [{n: str(v) for n, v in line.after.items()} for line in plan.new]


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_template_saved_by_libreoffice_reads_as_the_original(cast, tmp_path, kind):
    originals = {sheet: filled_in(sheet, cast) for sheet in SHEETS.values() if sheet.imports}
    for sheet, data in originals.items():
        (tmp_path / f"{sheet.name}.xlsx").write_bytes(data)
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", kind,
         "--outdir", tmp_path / "out", *tmp_path.glob("*.xlsx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    for sheet, data in originals.items():
        saved = (tmp_path / "out" / f"{sheet.name}.{kind}").read_bytes()
        assert outcome(sheet, saved) == outcome(sheet, data), sheet.name
        told, new = outcome(sheet, saved)
        assert (told["new"], len(new), len({error["row"] for error in told["errors"]})) == (1, 1, 1)
    scores = (tmp_path / "out" / f"assessments.{kind}").read_bytes()
    first = CalamineWorkbook.from_filelike(BytesIO(scores)).get_sheet_by_index(0).to_python()
    assert (first[0][10], first[1][10]) == ("Predikat (otomatis)", "Baik")  # LibreOffice computed it
    if kind == "xlsx":
        page = load_workbook(BytesIO(scores)).worksheets[0]
        assert page.protection.sheet
        assert {check for check, _, _ in checks(page).values()} == {"list", "decimal", "textLength"}
