"""A refused file comes back with its errors marked, and can be mended and sent again."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from capabilities.assessments import ASSESSMENTS
from capabilities.people import UNITS
from excel.check.plan import check
from excel.check.validate import Context
from excel.out.template import marked as annotate, template
from tests.cast import Cast, counts
from tests.make import xlsx


@pytest.fixture
def cast(database):
    return Cast()


def marked(sheet, data, context=None):
    context = context or Context()
    return load_workbook(BytesIO(annotate(data, check(sheet, data, context))))


def test_cells_in_error_are_red_and_explained_and_the_last_column_gathers_them(cast):
    data = xlsx(
        ("Judul besar",), ("Kode", "Nama", "Aktif", "Induk"), ("A", "A", "x", "ENTAH"), ("B", "B", "Ya", None)
    )
    page = marked(UNITS, data).active
    assert page["E2"].value == "Keterangan"
    assert (
        page["E3"].value
        == "Aktif: “x” bukan Ya atau Tidak; Induk: ENTAH tidak ditemukan; periksa penulisannya"
    )
    assert page["E4"].value is None
    assert page["C3"].fill.fgColor.rgb == "00FFC7CE"
    assert "bukan Ya" in page["C3"].comment.text


def test_our_template_keeps_its_face_and_is_taken_again_once_mended(cast):
    out = BytesIO()
    template(ASSESSMENTS, out, Context())
    book = load_workbook(out)
    book.worksheets[0]["F2"] = 300
    out = BytesIO()
    book.save(out)
    again = marked(ASSESSMENTS, out.getvalue())
    page = again.worksheets[0]
    assert (again.sheetnames[:3], page.protection.sheet) == (["Nilai", "Petunjuk", "Daftar"], True)
    assert page["L2"].value == "Skor Hasil Kerja: 300 di luar 0-120"
    assert page.data_validations.count > 5
    page["F2"], page["G2"] = 90, 90
    out = BytesIO()
    again.save(out)
    plan = check(ASSESSMENTS, out.getvalue(), Context())
    assert counts(plan)[0] == 1
    assert plan.errors == []
    assert load_workbook(BytesIO(annotate(out.getvalue(), plan))).worksheets[0].max_column == 12


def test_a_csv_comes_back_as_a_workbook_with_text_as_text(cast):
    page = marked(UNITS, b"Kode,Nama,Jenis\nA,'=1+1,Kerajaan\n").active
    assert (page["B2"].value, page["B2"].data_type) == ("=1+1", "s")
    assert page["D2"].value.startswith("Jenis: “Kerajaan” tidak dikenal")
