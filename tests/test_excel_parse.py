"""Files of every kind become a table, or are refused whole with a way out."""

import time
import zipfile
from datetime import datetime
from io import BytesIO

import pytest
from openpyxl import Workbook

from capabilities.assessments import ASSESSMENTS
from capabilities.people import EMPLOYEES, UNITS
from capabilities.trainings import TRAININGS
from excel.read.parse import Fault, Unreadable, parse
from tests.make import xlsx

HEADER = ("Kode", "Nama")


def saved(book):
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def named(table, *names):
    """The rows of a table under field names."""
    columns = {column.name: column for column in table.places}
    return list(zip(*(table.cells(columns[name]) for name in names), strict=True))


def test_it_reads_rows_with_their_excel_numbers():
    table = parse(xlsx(HEADER, ("A", "Dinas A"), (None, None), ("B", "Dinas B")), UNITS)
    assert list(table.rows) == [2, 4]
    assert named(table, "code", "name") == [("A", "Dinas A"), ("B", "Dinas B")]


def test_it_finds_the_header_below_a_letterhead_in_any_order_and_spelling():
    data = xlsx(
        ("PEMERINTAH KABUPATEN MAMUJU",),
        (),
        (None, " NAMA ", "Warna", "kode\u00a0"),
        (None, "Dinas", "biru", "D"),
    )
    table = parse(data, UNITS)
    assert list(table.rows) == [4]
    assert table.unknown == ["Warna"]
    assert named(table, "code", "name") == [("D", "Dinas")]
    assert table.address(UNITS.by_name["code"], 4) == "D4"


def test_it_keeps_row_numbers_when_the_sheet_begins_lower_and_further_right():
    book = Workbook()
    for place, value in {"C5": "Kode", "D5": "Nama", "C6": "X", "D6": "Unit X"}.items():
        book.active[place] = value
    table = parse(saved(book), UNITS)
    assert list(table.rows) == [6]
    assert table.address(UNITS.by_name["name"], 6) == "D6"


def test_it_skips_hidden_sheets_and_takes_the_one_with_the_best_header():
    book = Workbook()
    book.active.append(HEADER)
    book.active.append(("TUA", "Tersembunyi"))
    book.active.sheet_state = "hidden"
    guide, data = book.create_sheet("Petunjuk"), book.create_sheet("Data")
    guide.append(("Kolom", "Kode", "dan lain-lain"))
    data.append(HEADER)
    data.append(("B", "Dinas B"))
    book.active = 2
    assert named(parse(saved(book), UNITS), "code") == [("B",)]


def test_dates_and_numbers_arrive_as_what_they_are():
    data = xlsx(
        ("NIP", "Judul", "Jenis", "Mulai", "JP"),
        (198609262015051001, "Kursus", "Kursus", datetime(2026, 3, 2), 8),
    )
    ((nip, starts, hours),) = named(parse(data, TRAININGS), "employee", "starts_on", "hours")
    assert (type(nip), starts, hours) == (float, datetime(2026, 3, 2), 8)


def test_a_formula_without_a_value_and_an_error_cell_are_told_from_blanks():
    book = Workbook()
    for row in (HEADER, ("A", "=1+1"), ("B", "#N/A"), ("C", None)):
        book.active.append(row)
    table = parse(saved(book), UNITS)
    assert named(table, "name") == [(Fault("="),), (Fault("#N/A"),), ("",)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_of_every_delimiter_and_encoding(delimiter, encoding):
    text = "\r\n".join(delimiter.join(row) for row in (HEADER, ("A", "Café"), ("B", '"dua\nbaris"')))
    table = parse(text.encode(encoding), UNITS)
    assert named(table, "code", "name") == [("A", "Café"), ("B", "dua\nbaris")]
    assert list(table.rows) == [2, 3]


def test_csv_drops_the_apostrophe_before_what_would_be_a_formula():
    text = "Kode,Nama\nA,'=1+1\nB,'biasa\nC,''=x\n"
    assert named(parse(text.encode(), UNITS), "name") == [("=1+1",), ("'biasa",), ("'=x",)]


def ods(*cells):
    """An .ods with a header and one row, its cells given as XML."""
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    row = "<table:table-row>{}</table:table-row>"
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    content = (
        f'<office:document-content xmlns:office="{space}office:1.0" xmlns:table="{space}table:1.0" '
        f'xmlns:text="{space}text:1.0" xmlns:calcext="urn:calcext"><office:body><office:spreadsheet>'
        f'<table:table table:name="Data">{row.format("".join(map(text.format, HEADER)))}'
        f"{row.format(''.join(cells))}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out, kind = BytesIO(), "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("mimetype", kind)
        target.writestr("content.xml", content)
        target.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{space}manifest:1.0"><manifest:file-entry '
            f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
    return out.getvalue()


def test_an_ods_is_read_and_one_with_errors_is_refused():
    text = '<table:table-cell office:value-type="string"><text:p>A</text:p></table:table-cell>'
    number = (
        '<table:table-cell office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell>'
    )
    assert named(parse(ods(text, number), UNITS), "code", "name") == [("A", 7.0)]
    error = '<table:table-cell calcext:value-type="error" office:value-type="string"><text:p>#N/A</text:p></table:table-cell>'
    with pytest.raises(Unreadable, match="galat"):
        parse(ods(text, error), UNITS)


def test_a_workbook_is_known_by_its_content():
    assert list(parse(xlsx(HEADER, ("A", "B")), UNITS).rows) == [2]
    assert list(parse(b"Kode,Nama\nA,B\n", UNITS).rows) == [2]


@pytest.mark.parametrize(
    ("sheet", "rows", "said"),
    [
        (UNITS, [("Satu", "Dua"), (1, 2)], "Baris judul kolom tidak ditemukan"),
        (UNITS, [("Kode", "Nama", "Kode"), ("A", "B", "C")], "Kolom Kode ada dua kali"),
        (UNITS, [("Nama", "Jenis"), ("A", "Dinas")], "Kolom Kode tidak ada"),
        (UNITS, [HEADER], "Tidak ada baris data"),
        (UNITS, [HEADER, (None, None), ("  ", None)], "Tidak ada baris data"),
        (EMPLOYEES, [("NIP", "Nama"), ("1", "A")], "Kolom Kode Unit tidak ada"),
        (TRAININGS, [("NIP", "Judul", "Jenis"), ("1", "A", "B")], "Kolom Mulai tidak ada"),
        (ASSESSMENTS, [("NIP", "Skor Perilaku"), ("1", 3)], "Skor Hasil Kerja / Rating Hasil Kerja"),
        (ASSESSMENTS, [("NIP", "Rating Hasil Kerja"), ("1", 3)], "Skor Perilaku / Rating Perilaku"),
    ],
)
def test_it_refuses_a_sheet_that_is_not_the_one_asked_for(sheet, rows, said):
    with pytest.raises(Unreadable, match=said):
        parse(xlsx(*rows), sheet)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Baris judul"),
        (b"\x00\x01\x02\x00", "bukan Excel dan bukan CSV"),
        (b"<html><table><tr><td>Kode</td></tr></table>", "halaman web"),
        (b"PK\x03\x04 rusak", "rusak"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "rusak"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "kata sandi"),
        (("Kode,Nama" + "," * 250 + "\n").encode(), "200 kolom"),
    ],
)
def test_it_refuses_what_it_cannot_read(data, said):
    with pytest.raises(Unreadable, match=said):
        parse(data, UNITS)


def test_it_refuses_a_file_cut_off_in_the_middle():
    data = xlsx(HEADER, *[("A", "B")] * 200)
    with pytest.raises(Unreadable):
        parse(data[: len(data) // 2], UNITS)


def test_one_far_cell_cannot_take_the_process_down():
    book = Workbook()
    book.active.append(HEADER)
    book.active["XFD1048576"] = 1
    before = time.monotonic()
    with pytest.raises(Unreadable):
        parse(saved(book), UNITS)
    assert time.monotonic() - before < 15


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("xl/worksheets/sheet1.xml", b" " * (40 << 20))
    with pytest.raises(Unreadable, match="terlalu besar"):
        parse(out.getvalue(), UNITS)


def test_too_many_columns_are_refused():
    with pytest.raises(Unreadable, match="200 kolom"):
        parse(xlsx(("Kode", "Nama", *range(300)), ("A", "B", *range(300))), UNITS)
