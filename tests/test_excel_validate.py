"""Bad input as one table per sheet: each error names row, column, cell, and a way out."""

import pytest

import access
from capabilities.assessments import ASSESSMENTS
from excel.read.parse import Unreadable
from tests.cast import ASSESSMENT, Cast, counts, load, make_account, told
from tests.make import make_assessment, make_unit


@pytest.fixture
def cast(database):
    return Cast()


def first(plan):
    assert plan.errors, "no error"
    problem = plan.errors[0]
    return problem.row, problem.column, problem.cell, problem.message


NIP_1, NIP_2 = "199001012015051001", "199001012015051002"


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (("A B", "x", "Dinas", None, "Ya"), "Kode", "bukan kode"),
        ((None, "x", "Dinas", None, "Ya"), "Kode", "wajib diisi"),
        (("A", None, "Dinas", None, "Ya"), "Nama", "wajib diisi"),
        (("A", "HAPUS", "Dinas", None, "Ya"), "Nama", "tidak boleh dikosongkan"),
        (("A", "x" * 151, "Dinas", None, "Ya"), "Nama", "lebih dari 150"),
        (("A", "x", "Kerajaan", None, "Ya"), "Jenis", "tidak dikenal"),
        (("A", "x", "Dinas", "TIADA", "Ya"), "Induk", "tidak ditemukan"),
        (("A", "x", "Dinas", "A", "Ya"), "Induk", "lingkaran"),
        (("A", "x", "Dinas", None, "mungkin"), "Aktif", "bukan Ya atau Tidak"),
    ],
)
def test_units_say_what_is_wrong(cast, row, column, said):
    plan, upload = load("units", ("Kode", "Nama", "Jenis", "Induk", "Aktif"), row)
    assert upload is None
    assert [(p.row, p.column) for p in plan.errors] == [(2, column)]
    assert said in plan.errors[0].message


@pytest.mark.parametrize(
    ("change", "column", "said"),
    [
        ({"NIP": "12345"}, "NIP", "18 angka"),
        ({"NIP": 198609262015051001}, "NIP", "terbaca sebagai angka"),
        ({"NIP": "1,98609E+17"}, "NIP", "terbaca sebagai angka"),
        ({"NIP": "199013012015051001"}, "NIP", "bukan tanggal lahir"),
        ({"NIP": "199001012015051000"}, "NIP", "nomor urut 000"),
        ({"NIP": None}, "NIP", "wajib diisi"),
        ({"Nama": None}, "Nama", "wajib diisi"),
        ({"Kode Unit": "ENTAH"}, "Kode Unit", "tidak ditemukan"),
        ({"Kode Unit": None}, "Kode Unit", "wajib diisi"),
        ({"Jenis Jabatan": "Raja"}, "Jenis Jabatan", "tidak dikenal"),
        ({"Jenjang": "Ahli Pertama"}, "Jenjang", "hanya untuk"),
        ({"Golongan": "V/a"}, "Golongan", "bukan golongan"),
        ({"Golongan": "IX"}, "Golongan", "tidak sesuai Status"),
        ({"Status": "Honorer"}, "Status", "tidak dikenal"),
        ({"NIP Atasan": NIP_2}, "NIP Atasan", "tidak ditemukan"),
        ({"NIP Atasan": NIP_1}, "NIP Atasan", "lingkaran"),
        ({"Email": "bukan surel"}, "Email", "surel"),
        ({"Telepon": "nol delapan"}, "Telepon", "telepon"),
        ({"Aktif": 2}, "Aktif", "bukan Ya atau Tidak"),
    ],
)
def test_employees_say_what_is_wrong(cast, change, column, said):
    row = {
        "NIP": NIP_1, "Nama": "Baru", "Kode Unit": "PKM", "Jenis Jabatan": "Pelaksana", "Jenjang": None,
        "Golongan": "III/a", "Status": "PNS", "NIP Atasan": None, "Email": None, "Telepon": None, "Aktif": "Ya",
    } | change  # fmt: skip
    plan, upload = load("employees", tuple(row), tuple(row.values()))
    assert upload is None
    assert [(p.row, p.column) for p in plan.errors] == [(2, column)]
    assert said in plan.errors[0].message


@pytest.mark.parametrize(
    ("change", "column", "said"),
    [
        ({"Skor Perilaku": 121}, "Skor Perilaku", "121 di luar 0-120"),
        ({"Skor Perilaku": -1}, "Skor Perilaku", "-1 di luar 0-120"),
        ({"Skor Perilaku": 87.555}, "Skor Perilaku", "bulatkan menjadi 87,56"),
        ({"Skor Perilaku": "baik"}, "Skor Perilaku", "bukan angka"),
        ({"Skor Perilaku": "1.000,5"}, "Skor Perilaku", "bukan angka"),
        ({"Skor Perilaku": "=1+1"}, "Skor Perilaku", "rumus belum dihitung"),
        ({"Skor Perilaku": "#DIV/0!"}, "Skor Perilaku", "galat"),
        ({"Rating Perilaku": 1}, "Rating Perilaku", "tidak dikenal"),
        ({"Sumber": "Tetangga"}, "Sumber", "tidak dikenal"),
        ({"Sumber": "Diri", "NIP Penilai": "boss"}, "NIP Penilai", "pegawai itu sendiri"),
        ({"NIP Penilai": "ani"}, "NIP Penilai", "hanya dapat menilai dirinya"),
        ({"NIP Penilai": NIP_1}, "NIP Penilai", "tidak ditemukan"),
        ({"NIP": NIP_1}, "NIP", "tidak ditemukan di antara pegawai yang Anda kelola"),
        ({"NIP": "stranger"}, "NIP", "tidak ditemukan di antara pegawai yang Anda kelola"),
        ({"NIP": "boss"}, "NIP", "tidak dapat menilai diri sendiri"),
        ({"Periode": "2026-TW9"}, "Periode", "bukan periode"),
        ({"Periode": "2030-TW1"}, "Periode", "tidak ditemukan"),
        ({"Periode": "2026-TW2"}, "Periode", "sudah ditutup"),
        ({"Periode": None}, "Periode", "pilih periode"),
        ({"Predikat": "Sangat Kurang"}, "Predikat", "menghasilkan Baik"),
        ({"Predikat": "Hebat"}, "Predikat", "tidak dikenal"),
    ],
)
def test_assessments_say_what_is_wrong(cast, change, column, said):
    row = {
        "NIP": "ani", "Periode": "2026-TW3", "Sumber": "Atasan", "NIP Penilai": None, "Skor Hasil Kerja": 90,
        "Skor Perilaku": 90, "Rating Hasil Kerja": "Sesuai", "Rating Perilaku": "SE", "Predikat": None,
    } | change  # fmt: skip
    row = {h: getattr(cast, v).nip if isinstance(v, str) and hasattr(cast, v) else v for h, v in row.items()}
    plan, upload = load("assessments", tuple(row), tuple(row.values()), user=cast.supervisor)
    assert upload is None
    assert [(p.row, p.column) for p in plan.errors] == [(2, column)]
    assert said in plan.errors[0].message


@pytest.mark.parametrize(
    ("change", "column", "said"),
    [
        ({"Judul": None}, "Judul", "wajib diisi"),
        ({"Jenis": "Main"}, "Jenis", "tidak dikenal"),
        ({"Jenis": None}, "Jenis", "wajib diisi"),
        ({"Mulai": "31-02-2026"}, "Mulai", "bukan tanggal"),
        ({"Mulai": None}, "Mulai", "wajib diisi"),
        ({"Mulai": "HAPUS"}, "Mulai", "tidak boleh dikosongkan"),
        ({"Selesai": "2026-01-01"}, "Selesai", "mendahului"),
        ({"JP": 2.5}, "JP", "bukan bilangan bulat"),
        ({"JP": 2001}, "JP", "di luar 0-2000"),
    ],
)
def test_trainings_say_what_is_wrong(cast, change, column, said):
    row = {
        "NIP": cast.ani.nip,
        "Judul": "Kursus",
        "Jenis": "4",
        "Mulai": "02-03-2026",
        "Selesai": None,
        "JP": 8,
    }
    row |= change
    plan, _ = load("trainings", tuple(row), tuple(row.values()))
    assert [(p.row, p.column) for p in plan.errors] == [(2, column)]
    assert said in plan.errors[0].message


@pytest.mark.parametrize(
    ("change", "column", "said"),
    [
        ({"Jenis": "Piala"}, "Jenis", "tidak dikenal"),
        ({"Tingkat": "Dunia"}, "Tingkat", "tidak dikenal"),
        ({"Nominal": "lima juta"}, "Nominal", "bukan angka"),
        ({"Nominal": -5}, "Nominal", "di luar"),
        ({"Periode": "2026-TW2"}, "Periode", "sudah ditutup"),
        ({"Tanggal SK": "kemarin"}, "Tanggal SK", "bukan tanggal"),
    ],
)
def test_awards_say_what_is_wrong(cast, change, column, said):
    row = {"NIP": cast.ani.nip, "Jenis": "201", "Judul": "Satya", "Tanggal SK": "17-08-2026", "Tingkat": None,
           "Nominal": None, "Periode": None}  # fmt: skip
    row |= change
    plan, _ = load("awards", tuple(row), tuple(row.values()))
    assert [(p.row, p.column) for p in plan.errors] == [(2, column)]
    assert said in plan.errors[0].message


@pytest.mark.parametrize(
    ("change", "column", "said"),
    [
        ({"Klasifikasi": "Rahasia"}, "Klasifikasi", "tidak dikenal"),
        ({"Kode Unit": "ENTAH"}, "Kode Unit", "tidak ditemukan"),
        ({"NIP Terlapor": NIP_1}, "NIP Terlapor", "tidak ditemukan"),
        ({"Perihal": None}, "Perihal", "wajib diisi"),
        ({"Uraian": "HAPUS"}, "Uraian", "tidak boleh dikosongkan"),
        ({"Kepuasan": 6}, "Kepuasan", "di luar 1-5"),
        ({"Terbukti": "barangkali"}, "Terbukti", "bukan Ya atau Tidak"),
    ],
)
def test_complaints_say_what_is_wrong(cast, change, column, said):
    row = {"Nomor Tiket": None, "Tanggal Diterima": "13-03-2026", "Klasifikasi": "Pengaduan", "Kode Unit": "PKM",
           "NIP Terlapor": None, "Perihal": "Antre", "Uraian": "Lama", "Terbukti": None, "Kepuasan": None}  # fmt: skip
    row |= change
    plan, _ = load("complaints", tuple(row), tuple(row.values()))
    assert [(p.row, p.column) for p in plan.errors] == [(2, column)]
    assert said in plan.errors[0].message


def test_every_error_of_every_row_is_told_at_once_in_order(cast):
    plan, _ = load(
        "assessments", ASSESSMENT,
        (cast.ani.nip, "Apa", None, 121, "x", None), (None, None, None, 1, 1, None), ("9", None, None, 1, 500, None),
        period=cast.period,
    )  # fmt: skip
    assert [(p.row, p.column, p.cell) for p in plan.errors] == [
        (2, "Sumber", "B2"), (2, "Skor Hasil Kerja", "D2"), (2, "Skor Perilaku", "E2"),
        (3, "NIP", "A3"), (4, "NIP", "A4"), (4, "Skor Perilaku", "E4"),
    ]  # fmt: skip
    assert told(plan)[1] == "Baris 2, kolom Skor Hasil Kerja: 121 di luar 0-120"


def test_a_foreign_nip_reads_like_an_unknown_one(cast):
    said = []
    for nip in (cast.stranger.nip, NIP_1):
        plan, _ = load("assessments", ASSESSMENT, (nip, None, None, 90, 90, None), user=cast.supervisor,
                       period=cast.period)  # fmt: skip
        said.append(plan.errors[0].message.replace(nip, "…"))
    assert said[0] == said[1]


def test_a_peer_from_another_unit_may_assess(cast):
    plan, _ = load("assessments", ASSESSMENT, (cast.ani.nip, "Rekan", cast.stranger.nip, 90, 90, None),
                   user=cast.supervisor, period=cast.period)  # fmt: skip
    assert counts(plan) == (1, 0, 0, 0)
    assert [problem.message for problem in plan.warnings] == [ASSESSMENTS.secrecy]


def test_an_unusual_assessor_is_a_warning(cast):
    plan, upload = load("assessments", ASSESSMENT, (cast.ani.nip, "Atasan", cast.stranger.nip, 90, 90, None),
                        (cast.budi.nip, "Masyarakat", cast.stranger.nip, 90, 90, None), period=cast.period)  # fmt: skip
    assert upload is not None
    assert [(p.row, p.column, p.cell) for p in plan.warnings] == [
        (2, "NIP Penilai", "C2"),
        (3, "NIP Penilai", "C3"),
    ]


def test_the_same_key_twice_names_both_rows(cast):
    row = (cast.ani.nip, "Atasan", None, 90, 90, None)
    plan, _ = load("assessments", ASSESSMENT, row, (cast.budi.nip, None, None, 9, 9, None),
                   (cast.ani.nip, "Atasan", cast.boss.nip, 80, 80, None), period=cast.period)  # fmt: skip
    assert told(plan) == [
        "Baris 2, kolom NIP: sama dengan baris 4; hapus salah satu",
        "Baris 4, kolom NIP: sama dengan baris 2; hapus salah satu",
    ]


@pytest.mark.parametrize(
    ("sheet", "role"), [("units", "supervisor"), ("assessments", "employee"), ("complaints", "officer")]
)
def test_only_who_may_import_imports(cast, sheet, role):
    account = make_account(role, unit=cast.dinas, employee=cast.ani)
    header = {"units": ("Kode", "Nama"), "assessments": ASSESSMENT, "complaints": ("Perihal", "Uraian")}[
        sheet
    ]
    with pytest.raises(access.Denied):
        load(sheet, header, ("x",) * len(header), user=account, period=cast.period)


def test_ratings_are_never_imported(cast):
    with pytest.raises(access.Denied):
        load("ratings", ("NIP", "Periode"), ("x", "y"))


def test_without_a_period_column_or_a_chosen_period_the_file_is_refused(cast):
    with pytest.raises(Unreadable, match="Periode"):
        load("assessments", ASSESSMENT, (cast.ani.nip, None, None, 9, 9, None))


def test_a_predicate_is_checked_against_stored_levels_too(cast):
    make_assessment(cast.ani, cast.period, assessor=cast.boss)
    header = ("NIP", "Skor Hasil Kerja", "Skor Perilaku", "Predikat")
    plan, _ = load("assessments", header, (cast.ani.nip, None, None, "Kurang"), period=cast.period)
    assert first(plan)[:3] == (2, "Predikat", "D2")
    plan, _ = load("assessments", header, (cast.ani.nip, None, None, "Baik"), period=cast.period)
    assert counts(plan) == (0, 0, 1, 0)


def test_each_look_up_is_one_query_whatever_the_size(cast, monkeypatch):
    statements = []
    run_sql = type(cast.ani)._meta.database.obj.execute_sql
    monkeypatch.setattr(cast.ani._meta.database.obj, "execute_sql",
                        lambda sql, *rest: statements.append(sql) or run_sql(sql, *rest))  # fmt: skip
    people = [make_unit(f"X{n}") for n in range(30)]
    statements.clear()
    load("units", ("Kode", "Nama", "Induk"), *[(unit.code, "X", "DINKES") for unit in people], dry_run=True)
    assert len(statements) <= 5
