"""The workbook to fill in, as Excel opens it."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

import access
from excel.apply import check, run
from excel.sheets import ASSESSMENTS, EMPLOYEES, SHEETS, UNITS
from excel.template import template
from excel.validate import Context
from fields import Invalid
from models import Assessment, Employee, Period
from tests.cast import counts, make_cast
from tests.make import make_assessment, make_unit


@pytest.fixture
def cast(database):
    return make_cast()


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
    assert [cell.value for cell in page[1]] == [column.header for column in sheet.columns]
    assert all(cell.comment and cell.font.bold and cell.protection.locked for cell in page[1])
    assert page.freeze_panes == "A2"
    assert page.page_setup.orientation == "landscape"
    assert page.protection.sheet
    guide = {row[0].value: row[1].value for row in book["Petunjuk"].iter_rows(min_row=8)}
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
    assert rows[0][4:] == [cast.boss.nip, 87.5, None, "Sesuai Ekspektasi", "Sesuai Ekspektasi", "=baik"]
    assert rows[1][4:] == [None] * 6


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
