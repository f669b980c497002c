"""Tables as offices make them: other titles, letterheads, numbering, notes below; what is learnt of titles."""

import pytest
from openpyxl import Workbook

from capabilities.assessments import ASSESSMENTS
from capabilities.master import EMPLOYEES, UNITS
from excel.check.validate import Context
from excel.read.parse import Unmapped, Unreadable, parse
from excel.write.uploads import store
from models import Setting, Upload
from tests.cast import Cast
from tests.make import nip, xlsx
from tests.test_excel_parse import saved

NIP = nip(7)


def names(table):
    return {column.header for column in table.places}


@pytest.mark.parametrize(
    ("titles", "headers"),
    [
        (("NIP Pegawai", "Skor Hasil", "Nilai Perilaku"), {"NIP", "Skor Hasil Kerja", "Skor Perilaku"}),
        (
            ("NIP/NI PPPK *", "SKOR  HASIL KERJA", "Skor_Perilaku"),
            {"NIP", "Skor Hasil Kerja", "Skor Perilaku"},
        ),
        (("NIP:", "Skor Hasil Kerjaa", "Skor Perilku"), {"NIP", "Skor Hasil Kerja", "Skor Perilaku"}),
        (("N I P", "Ratng Hasil Kerja", "Rating Perilaku Kerja"), None),
    ],
)
def test_titles_are_known_by_synonyms_and_near_misses(titles, headers):
    data = xlsx(titles, (NIP, 90, 90))
    if headers is None:
        with pytest.raises(Unreadable):
            parse(data, ASSESSMENTS)
    else:
        assert names(parse(data, ASSESSMENTS)) == headers


def test_the_header_itself_counts_where_a_file_has_both():
    table = parse(
        xlsx(("NIP Pegawai", "NIP", "Skor Hasil Kerja", "Skor Perilaku"), ("x", NIP, 1, 2)), ASSESSMENTS
    )
    assert table.cells(ASSESSMENTS.by_name["employee"]) == [NIP]
    assert (table.unknown, table.guessed) == (["NIP Pegawai"], {})


def test_what_people_taught_us_of_titles_is_used_and_may_say_ignore():
    data = xlsx(("NIP", "Kinerja", "Sikap", "Skor Hasil"), (NIP, 90, 80, 70))
    with pytest.raises(Unmapped) as refusal:
        parse(data, ASSESSMENTS)
    assert refusal.value.table.titles == ["NIP", "Kinerja", "Sikap", "Skor Hasil"]
    assert list(refusal.value.table.rows.values()) == [[NIP, 90, 80, 70]]
    learnt = {"kinerja": "Skor Hasil Kerja", "sikap": "Skor Perilaku", "skor hasil": ""}
    table = parse(data, ASSESSMENTS, learnt)
    assert table.cells(ASSESSMENTS.by_name["work_score"]) == [90]
    assert table.unknown == []


def test_a_file_whose_columns_are_not_recognised_waits_for_the_mapping(database):
    cast = Cast()
    data = xlsx(("NIP", "Kinerja", "Sikap"), (cast.ani.nip, 90, 80))
    upload, plan = store(ASSESSMENTS, data, "x.xlsx", Context(cast.supervisor, cast.period))
    assert (plan, upload.state, upload.fingerprint) == (None, "checked", None)
    Setting.keep(None, "titles:assessments", {"kinerja": "Skor Hasil Kerja", "sikap": "Skor Perilaku"})
    assert store(ASSESSMENTS, data, "x.xlsx", Context(cast.supervisor, cast.period))[1].rows == 1
    assert Upload.select().count() == 2


def test_letterhead_numbering_repeated_header_notes_and_signature_are_no_rows():
    book = Workbook()
    page = book.active
    page["A1"] = "PEMERINTAH KABUPATEN MAMUJU"
    page.merge_cells("A1:C1")
    head = ("NIP", "Nama", "Kode Unit")
    rows = [("Daftar pegawai",), (), head, (1, 2, 3), (NIP, "Ani", "A"), (), head, (nip(8), "Budi", "A"),
            ("Jumlah", None, "2 orang"), (), ("Catatan: isi dengan benar",), (None, "Mamuju, 1 Oktober 2026"),
            (None, "Kepala Dinas"), ("NIP. 19700101 199001 1 001",)]  # fmt: skip
    for row in rows:
        page.append(row)
    table = parse(saved(book), EMPLOYEES)
    assert table.header == 4
    assert list(table.rows) == [6, 9]
    assert table.notes == [10, 12, 13, 14, 15]


@pytest.mark.parametrize("last", [
    (12345, "Budi", "A"), ("12345", "Budi", "A"), ("Budi", "Budi", "A"), (None, "Budi", "A"),
])  # fmt: skip
def test_a_wrong_row_is_no_note(last):
    table = parse(xlsx(("NIP", "Nama", "Kode Unit"), (NIP, "Ani", "A"), last), EMPLOYEES)
    assert list(table.rows) == [2, 3]


def test_codes_are_no_notes():
    rows = [("A", "Dinas A"), (), ("TOTAL-1", "Dinas Total"), ("KET.B", "Unit")]
    assert list(parse(xlsx(("Kode", "Nama"), *rows), UNITS).rows) == [2, 4, 5]
