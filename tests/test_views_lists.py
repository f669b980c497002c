"""Lists: constant statements, search, filters, sort, pages and export."""

import re
from datetime import date
from io import BytesIO

import openpyxl
import pytest

from database import db
from tests.cast import World
from tests.make import (
    make_assessment,
    make_complaint,
    make_employee,
    make_period,
    make_rating,
    make_training,
    make_unit,
)
from views.base import AdminView


@pytest.fixture
def statements(monkeypatch):
    """The statements that run from here on."""
    seen = []
    run = db.obj.execute_sql

    def note(sql, *args, **kwargs):
        seen.append(sql)
        return run(sql, *args, **kwargs)

    monkeypatch.setattr(db.obj, "execute_sql", note)
    return seen


@pytest.fixture
def hr(rows, sign_in):
    return sign_in(role="hr")


def page(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_every_list_takes_the_same_few_statements_however_many_rows(app, rows, sign_in, request):
    world, client = World(), sign_in(role="admin")
    views = [v for v in app.extensions["admin"][0]._views if isinstance(v, AdminView)]
    statements = request.getfixturevalue("statements")

    def counts():
        found = {}
        for view in views:
            statements.clear()
            page(client, f"{view.url}/?page_size=100")
            found[view.model.__name__] = len([s for s in statements if s.startswith(("SELECT", "WITH"))])
        return found

    few = counts()
    for number in range(12):
        unit = make_unit(f"N{number}", parent=world.dinas)
        person = make_employee(unit=unit, supervisor=world.boss)
        make_assessment(person, world.period, assessor=world.boss)
        make_rating(person, world.period, rater=world.boss)
        make_training(person)
    assert counts() == few
    assert max(few.values()) <= 6, few


def test_a_list_shows_names_of_two_hops_without_a_query_for_each(hr):
    boss = make_employee(name="Bu Kepala")
    make_employee(name="Anak Buah", supervisor=boss, unit=make_unit(name="Dinas Uji"))
    text = page(hr, "/admin/employee/")
    assert "Bu Kepala" in text
    assert "Dinas Uji" in text


@pytest.mark.parametrize(("words", "found"), [
    ("siti", ["Siti Aminah", "Nur Siti"]), ("SITI aminah", ["Siti Aminah"]), ("100%", ["Diskon 100%"]),
    ("_", []), ("%", ["Diskon 100%"]), ("zzz", []),
])  # fmt: skip
def test_search_finds_words_in_any_case_and_takes_no_wildcards(words, found, hr):
    names = ["Siti Aminah", "Nur Siti", "Diskon 100%", "Budi"]
    for name in names:
        make_employee(name=name)
    answer = hr.get("/admin/employee/export/xlsx/", query_string={"search": words, "sort": 0}, buffered=True)
    assert [row["Nama"] for row in records(answer)] == found


def test_assessments_are_searched_by_the_employees_name(hr):
    period = make_period()
    make_assessment(make_employee(name="Siti"), period)
    make_assessment(make_employee(name="Budi"), period)
    assert [row["Nama"] for row in export(hr, "/admin/assessment/export/xlsx/?search=Siti")] == ["Siti"]


@pytest.mark.parametrize(("name", "value", "found"), [
    ("unit_equals", "AA", ["Satu"]),
    ("status_equals", "PPPK", ["Dua"]),
    ("status_not_equal", "PPPK", ["Satu"]),
    ("nama_contains", "at", ["Satu"]),
    ("aktif_equals", "0", ["Dua"]),
    ("kelas_jabatan_greater_than", "7", ["Dua"]),
    ("email_empty", "1", ["Satu"]),
])  # fmt: skip
def test_filters_of_every_kind(name, value, found, hr):
    make_employee(name="Satu", unit=make_unit("AA"), job_class=5)
    make_employee(name="Dua", unit=make_unit("BB"), status="PPPK", grade="IX", active=False, job_class=9,
                  email="dua@mamuju.example")  # fmt: skip
    rows = export(hr, f"/admin/employee/export/xlsx/?flt0_{name}={value}")
    assert [row["Nama"] for row in rows] == found


def test_dates_are_filtered_and_sorted(hr):
    person = make_employee()
    for day in (3, 1, 2):
        make_training(person, title=f"Hari {day}", starts_on=date(2026, 3, day))
    rows = export(hr, "/admin/training/export/xlsx/?flt0_mulai_greater_than=2026-03-01")
    assert [row["Judul"] for row in rows] == ["Hari 3", "Hari 2"]


def test_sorting_by_a_reference_sorts_by_its_name(hr):
    for name in ("Zeta", "Alfa"):
        make_employee(name=f"Pegawai {name}", unit=make_unit(name=f"Unit {name}"))
    text = page(hr, "/admin/employee/?sort=2")
    assert text.index("Pegawai Alfa") < text.index("Pegawai Zeta")
    text = page(hr, "/admin/employee/?sort=2&desc=1")
    assert text.index("Pegawai Zeta") < text.index("Pegawai Alfa")


def test_pages_never_show_more_than_a_hundred_rows(hr):
    unit = make_unit()
    for _ in range(101):
        make_employee(unit=unit)
    assert len(set(ids(page(hr, "/admin/employee/?page_size=5000")))) == 100
    assert len(set(ids(page(hr, "/admin/employee/?page_size=100&page=1")))) == 1


@pytest.mark.parametrize("sort", ["", "&sort=5", "&sort=5&desc=1", "&sort=3", "&sort=3&desc=1"])
def test_every_page_from_the_first_to_the_last_shows_its_own_rows_of_one_order(sort, hr):
    """Pages beyond the middle are counted from the end: also where values are equal or missing."""
    units = [make_unit(name=f"Unit {n % 3}") for n in range(6)]
    for n in range(23):
        make_employee(
            name=f"Orang {n % 5}", unit=units[n % 6], jf_level=None, grade=None if n % 4 else "III/b"
        )
    every = ids(page(hr, f"/admin/employee/?page_size=100{sort}"))
    assert len(every) == 23
    pages = [ids(page(hr, f"/admin/employee/?page_size=4&page={n}{sort}")) for n in range(6)]
    assert [key for found in pages for key in found] == every
    assert list(map(len, pages)) == [4, 4, 4, 4, 4, 3]


def ids(text):
    return list(dict.fromkeys(re.findall(r"/admin/employee/details/\?(?:[^\"]*&amp;)?id=(\d+)", text)))


def export(client, url):
    return records(client.get(url, buffered=True))


def records(answer):
    data = answer.get_data()
    head, *rows = openpyxl.load_workbook(BytesIO(data)).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_an_export_honours_search_and_keeps_the_nip_as_text(hr):
    person = make_employee(name="=1+1")
    make_employee(name="Lain")
    rows = export(hr, "/admin/employee/export/xlsx/?search=1%2B1")
    assert [(row["NIP"], row["Nama"]) for row in rows] == [(person.nip, "=1+1")]
    text = hr.get("/admin/employee/export/csv/?search=1%2B1", buffered=True).get_data()
    assert text.startswith(b"\xef\xbb\xbf")
    assert b"'=1+1" in text


def test_a_look_up_is_scoped_and_short(rows, sign_in):
    unit = make_unit("LA")
    for _ in range(30):
        make_employee(unit=unit)
    make_employee(name="Orang Luar")
    client = sign_in(role="supervisor", unit=unit)
    url = "/admin/assessment/ajax/lookup/?name=employee"
    assert len(client.get(f"{url}&query=&limit=1000").get_json()) == 20
    assert client.get(f"{url}&query=Orang").get_json() == []
    assert client.get("/admin/assessment/ajax/lookup/?name=employee").status_code == 200


@pytest.fixture
def staff(hr):
    """Three people, made in an order that no list shows."""
    unit = make_unit("STAF", name="Dinas Staf")
    return {name: make_employee(name=name, unit=unit, job_class=7) for name in ("Cici", "Ani", "Budi")}


def test_an_export_keeps_to_the_selected_rows_in_the_lists_order(hr, staff):
    chosen = "&".join(f"rowid={staff[name].id}" for name in ("Cici", "Ani"))
    rows = export(hr, f"/admin/employee/export/xlsx/?{chosen}&sort=1")
    assert [row["Nama"] for row in rows] == ["Ani", "Cici"]
    assert [row["Nama"] for row in export(hr, f"/admin/employee/export/xlsx/?{chosen}&search=Cici")] == [
        "Cici"
    ]


def test_selected_rows_are_posted_as_an_action_too(hr, staff, post):
    people = [staff["Ani"].id, staff["Budi"].id]
    for url, fields in (("action", {"action": "export"}), ("export/xlsx", {})):
        answer = post(hr, f"/admin/employee/{url}/", fields | {"rowid": people}, buffered=True)
        assert {row["Nama"] for row in records(answer)} == {"Ani", "Budi"}


@pytest.mark.parametrize("rowid", ["abc", "0", str(2**70), "-1", "999999"])
def test_a_selection_that_is_not_there_exports_nothing(hr, staff, rowid):
    assert hr.get(f"/admin/employee/export/xlsx/?rowid={rowid}").status_code == 403


def test_a_selection_never_reaches_beyond_the_scope(rows, sign_in):
    stranger, unit = make_employee(), make_unit()
    client = sign_in(role="supervisor", unit=unit)
    assert client.get(f"/admin/employee/export/csv/?rowid={stranger.id}").status_code == 403


@pytest.mark.parametrize(("asked", "headers"), [
    ("col=name&col=nip", ["Nama", "NIP"]),
    ("col=unit&col=job_class", ["Kode Unit", "Kelas Jabatan"]),
    ("col=unit.name", None),
    ("col=name,position", ["Nama", "Jabatan"]),
    ("col=name&col=zzz&col=password&col=version", ["Nama"]),
    ("col=zzz", None),
])  # fmt: skip
def test_an_export_has_the_columns_that_were_asked_for(hr, staff, asked, headers):
    every = ["NIP", "Nama", "Kode Unit", "Jabatan", "Jenis Jabatan", "Jenjang", "Golongan", "Status",
             "NIP Atasan", "Email", "Telepon", "Aktif"]  # fmt: skip
    (row, *_) = export(hr, f"/admin/employee/export/xlsx/?{asked}&search=Ani")
    assert list(row) == (headers or every)
    text = hr.get(f"/admin/employee/export/csv/?{asked}", buffered=True).get_data(as_text=True)
    assert text.removeprefix("\ufeff").split("\r\n")[0].split(",") == (headers or every)


def test_what_is_confidential_cannot_be_asked_for(hr):
    make_complaint(reporter="Rahasia")
    (row,) = export(hr, "/admin/complaint/export/xlsx/?col=reporter&col=pin_hash&col=ticket&col=verify_due")
    assert list(row) == ["Nomor Tiket", "Batas Verifikasi"]


def test_ratings_leave_in_the_shape_of_siasn(hr):
    rater = make_employee(name="Penilai", position="Kepala Dinas", grade="IV/b", unit=make_unit(name="Dinas"))
    person = make_employee(name="Ani")
    make_rating(person, make_period(), rater=rater, work_level="BELOW", behaviour_level="MEETS",
                predicate="NEEDS_IMPROVEMENT")  # fmt: skip
    answer = hr.get("/admin/rating/export/siasn/", buffered=True)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=siasn-")
    assert records(answer) == [{
        "nip": person.nip, "nama": "Ani", "tahun": 2026, "periodikId": 2,
        "bulanMulaiPenilaian": 7, "tahunMulaiPenilaian": 2026, "bulanSelesaiPenilaian": 9, "tahunSelesaiPenilaian": 2026,
        "periodeAwal": "01-07-2026", "periodeAkhir": "30-09-2026",
        "hasilKinerjaNilai": 3, "perilakuKerjaNilai": 2, "kuadranKinerjaNilai": 3,
        "penilaiNipNrp": rater.nip, "penilaiNama": "Penilai", "penilaiJabatan": "Kepala Dinas",
        "penilaiGolongan": "IV/b", "penilaiUnorNama": "Dinas", "statusPenilai": "ASN",
    }]  # fmt: skip
    assert hr.get("/admin/employee/export/siasn/").status_code == 404


def test_a_field_may_be_called_otherwise_on_screens_than_in_sheets(hr):
    page = hr.get("/admin/training/?flt0_no_sertifikat_contains=7").get_data(as_text=True)
    assert "Nomor Sertifikat" in page
    assert "Nomor Sertifikat" in hr.get("/admin/training/new/").get_data(as_text=True)
    sheet = hr.get("/admin/training/export/csv/", buffered=True).get_data(as_text=True)
    assert "No Sertifikat" in sheet
    assert "Nomor Sertifikat" not in sheet
