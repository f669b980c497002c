"""Workbooks as enemies and offices make them: each is taken, refused by row, or refused whole, as it deserves."""

import struct
import subprocess
import sys
import time
import zipfile
from datetime import date, datetime, time as clock
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from capabilities import SHEETS
from excel.check.review import odd
from excel.check.validate import Context, Plan
from excel.read.parse import Unreadable
from excel.write.apply import apply_at_once as run
from models import Assessment, Change, Unit, Upload
from tests import test_views_imports as walk
from tests.cast import Cast
from tests.make import xlsx
from tests.test_excel_parse import ods, saved

client, office = walk.client, walk.office
HEAD, ROW = ("Kode", "Nama"), ("A1", "Dinas A")
SHEET = "xl/worksheets/sheet1.xml"
OPEN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
CLOSE = b"</sheetData></worksheet>"
GOOD = xlsx(HEAD, ROW)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def rezip(data=GOOD, replace=None, add=(), comment=b""):
    """A workbook with parts replaced, {name: bytes or None to drop it}, and (name, bytes) added."""
    out, replace = BytesIO(), replace or {}
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = replace.get(entry.filename, source.read(entry))
            if content is not None:
                target.writestr(entry.filename, content)
        for name, content in add:
            target.writestr(name, content)
        target.comment = comment
    return out.getvalue()


def sheet(body, head=OPEN):
    return rezip(replace={SHEET: head + body + CLOSE})


def cells(*rows):
    """Rows as the XML of a sheet, without addresses."""
    return b"".join(b"<row>" + b"".join(map(cell, row)) + b"</row>" for row in rows)


def cell(text):
    return b'<c t="inlineStr"><is><t>%s</t></is></c>' % text.encode()


def book(change, rows=(HEAD, ROW)):
    """A workbook after `change(workbook, its first page)`."""
    made = Workbook()
    for row in rows:
        made.active.append(row)
    change(made, made.active)
    return saved(made)


def lying():
    """A workbook whose directory says 1 kB of a sheet that unpacks to 64 MB."""
    data, size = sheet(b" " * (64 << 20)), len(OPEN) + (64 << 20) + len(CLOSE)
    return data.replace(struct.pack("<I", size), struct.pack("<I", 1000))


def overlapping():
    """Two names of the directory for the same packed bytes."""
    data = bytearray(GOOD)
    end = data.rfind(b"PK\5\6")
    start = struct.unpack("<I", data[end + 16 : end + 20])[0]
    first = data[start : data.find(b"PK\1\2", start + 4)]
    twin = bytes(first).replace(b"docProps/app.xml", b"docProps/bpp.xml")
    return bytes(data[:end]) + twin + counted(data[end:], len(twin))


def counted(tail, more):
    one, two, size = struct.unpack("<HHI", tail[8:16])
    return bytes(tail[:8]) + struct.pack("<HHI", one + 1, two + 1, size + more) + bytes(tail[16:])


def encrypted():
    data = bytearray(GOOD)
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(mark)
        data[at + place] |= 1
    return bytes(data)


def merged(made, page):
    page.insert_rows(1, 3)
    page["A1"] = "DAFTAR UNIT"
    page.merge_cells("A1:D1")
    page.merge_cells("A2:B2")


def hide(made, page):
    page.sheet_state = "hidden"
    shown = made.create_sheet("Isi")
    shown.append(HEAD)
    shown.append(("B2", "Tampak"))
    made.active = 1


def dated_1904(made, page):
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    made.epoch = CALENDAR_MAC_1904
    page.append(("B2", datetime(2026, 3, 2)))


def named_formulas(made, page):
    made.defined_names["Jahat"] = DefinedName("Jahat", attr_text='WEBSERVICE("http://x")')
    page.append(("B2", "Biasa"))


def far(made, page):
    page["XFD1048576"] = 1


BILLION = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
PADDED = b'<?xml version="1.0"?><!--' + b"x" * 200_000 + b'--><!DOCTYPE l [<!ENTITY a "b">]>'
EXCEL_ERROR = OPEN + b'<row><c r="A1" t="e"><v>#REF!</v></c></row>' + CLOSE
PEOPLE = ("NIP", "Skor Hasil Kerja", "Skor Perilaku")

# name: (bytes, "refused" and words | rows (good, wrong) and words of the errors or warnings)
UNIT_FILES = {
    # -- refused whole: it is no workbook
    "empty": (b"", "Baris judul"), "nul bytes": (b"\0" * 500, "bukan Excel dan bukan CSV"),
    "html named xlsx": (b"<html><table><tr><td>Kode</td></tr></table>", "halaman web"),
    "xml spreadsheet of 2003": (b"<?xml version='1.0'?><Workbook/>", "halaman web"),
    "pdf": (b"%PDF-1.7\n\0\xff\xfe binary", "bukan Excel"), "png": (b"\x89PNG\r\n\x1a\n\0\0\0", "bukan Excel"),
    "truncated zip": (GOOD[: len(GOOD) // 2], "rusak"), "zip header only": (b"PK\3\4" + b"x" * 50, "rusak"),
    "end of zip only": (b"PK\5\6" + b"\0" * 18, "bukan"),
    "word document": (rezip(replace={"xl/workbook.xml": None}, add=[("word/document.xml", b"<x/>")]), "bukan buku kerja"),
    "java archive": (rezip(replace={"xl/workbook.xml": None}, add=[("META-INF/MANIFEST.MF", b"x")]), "bukan buku kerja"),
    "binary workbook": (rezip(replace={"xl/workbook.xml": None}, add=[("xl/workbook.bin", b"x")]), ".xlsb"),
    "ole without a workbook": (OLE + b"\0" * 3000, "rusak"), "ole cut off": (OLE, "rusak"),
    "no sheet xml": (rezip(replace={SHEET: None}), "rusak"), "empty sheet xml": (rezip(replace={SHEET: b""}), ""),
    "sheet xml cut off": (rezip(replace={SHEET: OPEN + b"<row><c"}), ""),
    "workbook xml is text": (rezip(replace={"xl/workbook.xml": b"bukan xml"}), "rusak"),
    # -- refused whole: it hides something
    "password (ooxml)": (OLE + "EncryptedPackage".encode("utf-16-le"), "kata sandi"),
    "password (zip)": (encrypted(), "kata sandi"),
    "entities": (rezip(replace={SHEET: BILLION + OPEN + CLOSE}), "perintah XML"),
    "outside entity": (rezip(replace={SHEET: OUTSIDE + OPEN + CLOSE}), "perintah XML"),
    "entity behind a long comment": (rezip(replace={SHEET: PADDED + OPEN + CLOSE}), "perintah XML"),
    "entities in the strings": (rezip(add=[("xl/x.xml", BILLION)]), "perintah XML"),
    "utf-16 xml": (rezip(replace={SHEET: (OPEN + CLOSE).decode().encode("utf-16")}), "perintah XML"),
    "program behind the zip": (GOOD + b"MZ\x90\0" * 100, "data lain"),
    "zip behind a script": (b"PK\3\4#!/bin/sh\nrm\n" + GOOD, "data lain"),
    "zip with a comment": (rezip(comment=b"<script>alert(1)</script>"), "data lain"),
    "overlapping entries": (overlapping(), "data lain"),
    # -- refused whole: it is too much
    "zip bomb": (sheet(b" " * (150 << 20)), "terlalu besar"), "lying zip bomb": (lying(), ""),
    "many entries": (rezip(add=[(f"xl/media/{n}", b"") for n in range(2100)]), "terlalu besar"),
    "one far cell": (book(far), "terlalu besar"),
    "columns": (xlsx((*HEAD, *range(300)), (*ROW, *range(300))), "200 kolom"),
    "csv columns": (("Kode,Nama" + "," * 250 + "\n").encode(), "200 kolom"),
    "csv of one long field": (b'Kode,Nama\nA,"' + b"x" * 300_000, ""),
    "deep formula": (sheet(b"<row><c><f>" + b"(" * (8 << 20) + b"</f></c></row>"), "Baris judul"),
    # -- refused whole: it is another table
    "no header": (xlsx((1, 2), (3, 4)), "Baris judul"), "header without rows": (xlsx(HEAD), "Tidak ada baris data"),
    "header twice": (xlsx((*HEAD, "Kode"), (*ROW, "A")), "dua kali"),
    "synonyms twice": (xlsx(("Kode OPD", "Kode Unit", "Nama"), ("A", "B", "C")), "dua kali"),
    "needed column missing": (xlsx(("Nama", "Jenis"), ("A", "Dinas")), "Kolom Kode tidak ada"),
    "only notes": (xlsx(HEAD, (), ("Catatan: kosong",)), "Tidak ada baris data"),
    # -- taken
    "plain": (GOOD, (1, 0), ""), "csv": (b"Kode;Nama\r\nA;B\r\n", (1, 0), ""), "csv with nul at the end": (b"Kode,Nama\nA,B\n\0", "bukan"),
    "letterhead, merged": (book(merged), (1, 0), ""), "hidden sheet first": (book(hide), (1, 0), ""),
    "1904 calendar": (book(dated_1904), (2, 0), ""), "named formula": (book(named_formulas), (2, 0), ""),
    "macros": (rezip(add=[("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macro")]), (1, 0), ""),
    "external link": (rezip(add=[("xl/externalLinks/externalLink1.xml", b"<externalLink/>")]), (1, 0), ""),
    "cells without addresses": (sheet(cells(HEAD, ROW)), (1, 0), ""),
    "prefixed xml": (rezip(replace={SHEET: (
        b'<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        + cells(HEAD, ROW).replace(b"</", b"</x:").replace(b"<", b"<x:").replace(b"<x:/x:", b"</x:")
        + b"</x:sheetData></x:worksheet>")}), (1, 0), ""),
    "ods": (ods(*(f'<table:table-cell office:value-type="string"><text:p>{t}</text:p></table:table-cell>' for t in ROW)), (1, 0), ""),
    "path outside": (rezip(add=[("../../etc/passwd", b"x")]), (1, 0), ""),
    "full width and invisible": (xlsx(("ＫＯＤＥ", "Na\u200bma"), ("Ａ１\u200b", "Dinas\u00a0A")), (1, 0), ""),
    "blank tail": (xlsx(HEAD, ROW, *[(None, " ")] * 500), (1, 0), ""),
    "formula text in csv": (b"Kode,Nama\nA,'=HYPERLINK(1)\n", (1, 0), ""),
    "numbering row and notes": (xlsx(HEAD, ("(1)", "(2)"), ROW, ("Jumlah: 1 unit",)), (1, 0), "catatan"),
    "unknown column": (xlsx((*HEAD, "Warna"), (*ROW, "biru")), (1, 0), "tidak dikenal"),
    "near miss": (xlsx(("Kode", "Namaa"), ROW), (1, 0), "dibaca sebagai kolom Nama"),
    # -- refused by row
    "error cell": (book(lambda b, p: p.append(("B2", "#N/A"))), (1, 1), "galat"),
    "formula without value": (book(lambda b, p: p.append(("B2", "=1+1"))), (1, 1), "rumus belum dihitung"),
    "same key twice": (xlsx(HEAD, ROW, ROW), (0, 2), "sama dengan baris"),
    "circle": (xlsx((*HEAD, "Induk"), ("A", "A", "B"), ("B", "B", "A")), (0, 2), "lingkaran"),
    "markup": (xlsx(HEAD, ("<script>", "x")), (0, 1), "bukan kode"),
    "very long text": (xlsx(HEAD, ("A", "x" * 32_000)), (0, 1), "lebih dari 150"),
    "control characters": (sheet(cells(HEAD, ("A", "x_x0000_y"))), (1, 0), ""),
    "boolean key": (xlsx(HEAD, (True, "x")), (1, 0), ""), "time of day": (xlsx(HEAD, ("A", clock(8, 30))), (1, 0), ""),
}  # fmt: skip

PEOPLE_ROWS = {
    "nip as a number": ((198609262015051001, 90, 90), "NIP", "terbaca sebagai angka"),
    "nip in scientific text": (("1,98609E+17", 90, 90), "NIP", "terbaca sebagai angka"),
    "nip with an apostrophe": (("'{nip}", 90, 90), "", ""), "nip with spaces": (("{nip} ", 90, 90), "", ""),
    "nip as a date": ((date(2026, 1, 1), 90, 90), "NIP", "terbaca sebagai angka"),
    "foreign nip": (("{stranger}", 90, 90), "NIP", "tidak ditemukan"),
    "decimal comma": (("{nip}", "87,5", "90,25"), "", ""), "thousands": (("{nip}", "1.087,5", 90), "Skor Hasil Kerja", "bukan angka"),
    "date in a score": (("{nip}", datetime(2026, 5, 12), 90), "Skor Hasil Kerja", "adalah tanggal"),
    "time in a score": (("{nip}", clock(8, 30), 90), "Skor Hasil Kerja", "bukan angka"),
    "boolean score": (("{nip}", True, 90), "Skor Hasil Kerja", "bukan angka"),
    "nan": (("{nip}", "NaN", 90), "Skor Hasil Kerja", "bukan angka"), "infinity": (("{nip}", "1e999", 90), "Skor Hasil Kerja", "bukan angka"),
    "huge": (("{nip}", 1e300, 90), "Skor Hasil Kerja", "bukan angka"), "negative": (("{nip}", -0.01, 90), "Skor Hasil Kerja", "di luar 0-120"),
    "formula in a score": (("{nip}", "=90", 90), "Skor Hasil Kerja", "rumus belum dihitung"),
    "full width digits": (("{nip}", "８８", 90), "", ""), "arabic digits": (("{nip}", "٨٨", 90), "Skor Hasil Kerja", "bukan angka"),
}  # fmt: skip


@pytest.fixture
def cast(database):
    return Cast()


def outcome(sheet, data, user=None, period=None):
    """A refusal's words, or the Plan of the file applied as far as it is right."""
    try:
        return run(SHEETS[sheet], data, "x.xlsx", Context(user, period), partial=True)[0]
    except Unreadable as refusal:
        return str(refusal)


@pytest.mark.parametrize("name", UNIT_FILES)
def test_a_file_is_taken_or_refused_as_it_deserves(cast, name):
    data, *expected = UNIT_FILES[name]
    before, units = time.monotonic(), Unit.select().count()
    found = outcome("units", data)
    assert time.monotonic() - before < 5
    if len(expected) == 1:
        assert isinstance(found, str), f"{name} was taken"
        assert expected[0] in found
        assert (Unit.select().count(), Change.select().count(), Upload.select().count()) == (units, 0, 0)
        return
    (good, wrong), words = expected
    assert isinstance(found, Plan), found
    assert (len(found.new), len({p.row for p in found.errors})) == (good, wrong)
    assert words in " ".join(p.message for p in (*found.errors, *found.warnings, *odd(found)))
    assert all(p.cell and p.column for p in found.errors)
    assert Unit.select().count() == units + good


@pytest.mark.parametrize("name", PEOPLE_ROWS)
def test_a_cell_is_taken_or_refused_as_it_deserves(cast, name):
    row, column, words = PEOPLE_ROWS[name]
    names = {"nip": cast.ani.nip, "stranger": cast.stranger.nip}
    row = [value.format(**names) if isinstance(value, str) else value for value in row]
    plan = outcome("assessments", xlsx(PEOPLE, row), cast.supervisor, cast.period)
    assert [(p.row, p.column) for p in plan.errors] == ([(2, column)] if column else [])
    assert words in " ".join(p.message for p in plan.errors)
    assert Assessment.select().count() == (0 if column else 1)


@pytest.mark.parametrize("name", UNIT_FILES)
def test_no_file_breaks_a_page_or_writes_unasked(office, client, post, sign_in, name):
    desk, before = sign_in(role="hr"), Unit.select().count()
    answer = walk.upload(desk, post, UNIT_FILES[name][0], f"{name}.xlsx", "units", "")
    assert answer.status_code in (302, 422)
    if answer.status_code == 302:
        assert desk.get(answer.location).status_code == 200
        assert desk.get(f"{answer.location}annotated").status_code in (200, 302)
    assert Unit.select().count() == before


def test_there_are_fifty_kinds_and_more():
    assert len(UNIT_FILES) + len(PEOPLE_ROWS) >= 85


COST = """
import resource, sys, time
from excel.read.parse import Unreadable
from excel.read.parse import parse
from capabilities.people import UNITS
data = open(sys.argv[1], "rb").read()
idle, before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
try:
    parse(data, UNITS)
except Unreadable:
    pass
spent = time.monotonic() - before
more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle
print(spent, more // 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


@pytest.mark.parametrize("name", ["zip bomb", "lying zip bomb", "one far cell", "deep formula", "entities"])
def test_a_bomb_costs_little(name, tmp_path):
    file = tmp_path / "x"
    file.write_bytes(UNIT_FILES[name][0])
    command = [sys.executable, "-c", COST, str(file)]
    spent, more, child = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    ).stdout.split()
    assert float(spent) < 2
    assert int(more) + int(child) < 200
