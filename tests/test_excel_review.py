"""What a person sees and decides between check and apply: hints, corrections, choices, conflicts, warnings."""

import json
from io import BytesIO
from itertools import product

import pytest
from openpyxl import Workbook, load_workbook

import audit
from capabilities.assessments import ASSESSMENTS
from capabilities.people import EMPLOYEES
from capabilities.trainings import TRAININGS
from excel.check.kept import packed, unpacked
from excel.check.plan import check
from excel.check.review import FILTERS, ranges, report, review_of
from excel.check.validate import Context
from excel.out.template import add_versions, template
from excel.read.edits import Edits
from excel.write.apply import HasErrors, apply, apply_at_once as run
from excel.write.uploads import revise, store
from models import Assessment, Policy, Unit, UnitResult, Upload
from tests.cast import ASSESSMENT, CANARY, Cast, counts, load, told
from tests.make import make_assessment, make_employee, make_period, make_rating, nip, xlsx


@pytest.fixture
def cast(database):
    """The fixed cast, and Citra: nobody else's NIP begins like hers."""
    cast = Cast()
    cast.citra = make_employee(
        nip=nip(born="19900101"), unit=cast.puskesmas, name="Citra", supervisor=cast.boss
    )
    return cast


def stamped(sheet, keys, *rows):
    """The bytes of a workbook that tells the versions of its rows."""
    book, out = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    add_versions(book, sheet, keys)
    book.save(out)
    return out.getvalue()


def scored(cast, person, version, *said):
    """A template's workbook of one assessment, made from a version of it."""
    key = (person.nip, cast.period.code, "supervisor", cast.boss.nip if version else "", version)
    row = (person.nip, "Atasan", cast.boss.nip if version else None, *said)
    return stamped(ASSESSMENTS, [key], ASSESSMENT, row)


def near(plan):
    return [problem.error.near for problem in plan.errors]


# ------------------------------------------------------------------ what was meant


@pytest.mark.parametrize(("sheet", "change", "meant"), [
    ("assessments", {"Rating Hasil Kerja": "Diatas Espetasi"}, "Diatas Ekspektasi"),
    ("assessments", {"Sumber": "Atasn"}, "Atasan"), ("assessments", {"Skor Perilaku": 87.555}, "87,56"),
    ("assessments", {"Periode": "Periode 2026 TW3"}, "2026-TW3"), ("employees", {"Kode Unit": "DINKS"}, "DINKES"),
    ("employees", {"Kode Unit": "unit dinkes"}, "DINKES"), ("employees", {"Status": "PNSS"}, "PNS"),
    ("employees", {"Jenis Jabatan": "Pelaksanaa"}, "Pelaksana"), ("employees", {"Status": "xyz"}, ""),
])  # fmt: skip
def test_the_nearest_name_of_a_list_is_offered(cast, sheet, change, meant):
    rows = {
        "assessments": {"NIP": cast.ani.nip, "Periode": "2026-TW3", "Sumber": "Atasan", "Skor Perilaku": 90,
                        "Skor Hasil Kerja": 90, "Rating Hasil Kerja": "Sesuai"},
        "employees": {"NIP": cast.ani.nip, "Nama": "Ani", "Kode Unit": "PKM", "Jenis Jabatan": "Pelaksana",
                      "Status": "PNS"},
    }  # fmt: skip
    row = rows[sheet] | change
    plan, _ = load(sheet, tuple(row), tuple(row.values()))
    assert near(plan) == [meant]
    assert ("Maksud Anda" in told(plan)[0]) == bool(meant and meant != "87,56")


def test_a_nip_that_became_a_number_is_offered_its_one_owner_and_never_written(cast):
    row = (float(cast.citra.nip), None, None, 90, 90, None)
    plan, upload = load("assessments", ASSESSMENT, row, user=cast.supervisor, period=cast.period)
    assert (near(plan), upload) == ([cast.citra.nip], None)
    assert f"Diperbaiki menjadi {cast.citra.nip} (Citra), mohon periksa" in told(plan)[0]
    assert (
        load("assessments", ASSESSMENT, row, user=cast.supervisor, period=cast.period, partial=True)[0].new
        == []
    )
    assert Assessment.select().count() == 0


def test_a_nip_with_two_owners_or_one_out_of_scope_is_not_offered(cast):
    far = make_employee(nip=nip(born="19910101"), unit=cast.other)
    for person in (cast.ani, far):
        row = (float(person.nip), None, None, 90, 90, None)
        assert near(load("assessments", ASSESSMENT, row, user=cast.supervisor, period=cast.period)[0]) == [""]


def test_an_unknown_nip_is_offered_the_only_one_of_that_name(cast):
    header = ("NIP", "Nama", "Skor Hasil Kerja", "Skor Perilaku")
    rows = [
        ("199001012015051001", "ANI", 90, 90),
        ("12345", "Budi ", 90, 90),
        ("12345", f"Orang {CANARY}", 90, 90),
    ]
    plan, _ = load("assessments", header, *rows, user=cast.supervisor, period=cast.period)
    assert near(plan) == [cast.ani.nip, cast.budi.nip, cast.budi.nip]  # the same wrong NIP has one hint


@pytest.mark.parametrize(("value", "said"), [
    ("=1+1", "rumus belum dihitung"), ("#N/A", "galat"), ("02-03-2026", "bukan angka"),
])  # fmt: skip
def test_a_cell_without_a_number_is_named(cast, value, said):
    plan, _ = load("assessments", ASSESSMENT, (cast.ani.nip, None, None, value, 90, None), period=cast.period)
    assert [(p.cell, said in p.message) for p in plan.errors] == [("D2", True)]


def test_dates_are_read_in_indonesian(cast):
    header = ("NIP", "Judul", "Jenis", "Mulai", "Selesai")
    plan, _ = load("trainings", header, (cast.ani.nip, "A", "4", "2 Maret 2026", "Jumat, 6-Mar-2026"),
                   (cast.ani.nip, "B", "4", "31 Februari 2026", None), partial=True)  # fmt: skip
    assert counts(plan) == (1, 0, 0, 1)
    assert str(plan.new[0].after["ends_on"]) == "2026-03-06"


# ------------------------------------------------------------------ decisions


def test_a_correction_is_kept_beside_the_bytes_and_applied(cast):
    data = xlsx(
        ASSESSMENT,
        (float(cast.citra.nip), None, None, 121, 90, None),
        (cast.budi.nip, None, None, "x", 90, None),
    )
    upload, plan = store(ASSESSMENTS, data, "a.xlsx", Context(cast.supervisor, cast.period))
    edits = Edits()
    edits.correct(2, "NIP", plan.errors[0].error.near)
    edits.correct(2, "Skor Hasil Kerja", "112")
    edits.decide([3], "skip")
    found = revise(upload, cast.supervisor, edits)
    assert (counts(found), list(found.table.skipped)) == ((1, 0, 0, 0), [3])
    upload = Upload.get_by_id(upload.id)
    assert (bytes(upload.data), upload.wrong) == (data, 0)
    apply(upload, cast.supervisor)
    assert [(a.employee_id, a.work_score) for a in Assessment.select()] == [(cast.citra.id, 112)]


def test_a_review_tells_its_rows_by_kind_and_its_errors_by_cause(cast, monkeypatch):
    make_assessment(cast.ani, cast.period, assessor=cast.boss, work_score=80, behaviour_score=90, work_level=None,
                    behaviour_level=None)  # fmt: skip
    rows = [(cast.ani.nip, None, None, 115, 90, None), (cast.budi.nip, None, None, 121, 130, None),
            (cast.budi.nip, None, None, 122, 90, None), (cast.budi.nip, None, None, 123, 90, None),
            (cast.boss.nip, None, None, 90, 90, None)]  # fmt: skip
    plan = check(ASSESSMENTS, xlsx(ASSESSMENT, *rows), Context(None, cast.period))
    review = review_of(plan)
    assert review.head["counts"] == {
        "wrong": 3, "conflict": 0, "changed": 1, "new": 1, "same": 0, "skipped": 0, "all": 5, "warning": 0,
    }  # fmt: skip
    work, behaviour = review.head["causes"]
    assert (work["column"], work["rows"], work["said"][1]["value"]) == ("Skor Hasil Kerja", "3-5", "nilai")
    assert (behaviour["rows"], behaviour["said"][1]["value"]) == ("3", "130")
    (changed,) = review.page("changed", 0)
    assert (changed["row"], changed["predicate"]) == (2, ["NEEDS_IMPROVEMENT", "GOOD"])
    assert [e["kind"] for e in review.page("all", 0)] == ["wrong", "wrong", "wrong", "changed", "new"]
    kept = unpacked(ASSESSMENTS, packed(plan))
    assert kept.head["counts"] == json.loads(json.dumps(review.head["counts"]))
    assert [e["row"] for n in range(3) for e in kept.page("all", n)] == [3, 4, 5, 2, 6]
    assert kept.page("all", 99) == []
    monkeypatch.setattr("excel.check.review.PAGE", 2)
    kept = unpacked(ASSESSMENTS, packed(plan))
    for kind, page in product(FILTERS, range(4)):
        assert json.dumps(kept.page(kind, page)) == json.dumps(review.page(kind, page))


def test_rows_in_ranges():
    assert ranges([3, 4, 5, 9, 12, 11]) == "3-5, 9, 11-12"
    assert ranges(range(0, 1000, 2)).endswith("…")


# ------------------------------------------------------------------ rows that moved on


def test_a_row_that_moved_on_is_a_conflict_with_three_values_and_a_choice(cast):
    row = make_assessment(cast.ani, cast.period, assessor=cast.boss, work_score=70, behaviour_score=80)
    data = scored(cast, cast.ani, 1, 90, 80, None)
    before = audit.snapshot(row)
    row.work_score = 75
    audit.update(row, before, user=cast.hr)
    upload, plan = store(ASSESSMENTS, data, "a.xlsx", Context(cast.supervisor, cast.period))
    assert (report(plan)["conflict"], counts(plan)) == (1, (0, 0, 0, 0))
    (entry,) = review_of(plan).page("conflict", 0)
    assert entry["cells"] == [("Skor Hasil Kerja", "75", "90", "70")]
    with pytest.raises(HasErrors):
        apply(upload, cast.supervisor)
    apply(upload, cast.supervisor, partial=True)
    assert Assessment.get().work_score == 75
    upload, _ = store(ASSESSMENTS, data, "a.xlsx", Context(cast.supervisor, cast.period))
    edits = Edits()
    edits.decide([2], "take")
    assert counts(revise(upload, cast.supervisor, edits)) == (0, 1, 0, 0)
    apply(Upload.get_by_id(upload.id), cast.supervisor)
    assert Assessment.get().work_score == 90


@pytest.mark.parametrize(("version", "expected"), [(1, (0, 1, 0)), (2, (0, 0, 1)), (0, (0, 0, 1))])
def test_only_another_version_is_a_conflict(cast, version, expected):
    make_assessment(cast.ani, cast.period, assessor=cast.boss, work_score=70, behaviour_score=80)
    plan = check(ASSESSMENTS, scored(cast, cast.ani, version, 90, 80, None), Context(None, cast.period))
    assert (len(plan.new), len(plan.changed), len(plan.conflict)) == expected


def test_a_row_that_was_deleted_since_is_a_conflict_and_equal_rows_are_none(cast):
    plan = check(ASSESSMENTS, scored(cast, cast.ani, 3, 90, 80, None), Context(None, cast.period))
    assert len(plan.conflict) == 1
    make_assessment(cast.budi, cast.period, assessor=cast.boss, work_score=90, behaviour_score=80, version=5)
    plan = check(ASSESSMENTS, scored(cast, cast.budi, 1, 90, 80, None), Context(None, cast.period))
    assert (plan.counts["same"], plan.conflict) == (1, [])


def test_the_command_line_writes_nothing_over_a_row_that_moved_on(cast):
    make_assessment(cast.ani, cast.period, assessor=cast.boss, work_score=70, behaviour_score=80, version=4)
    data = scored(cast, cast.ani, 1, 90, 80, None)
    plan, upload = run(ASSESSMENTS, data, "a.xlsx", Context(None, cast.period))
    assert (upload, len(plan.conflict)) == (None, 1)
    plan, upload = run(ASSESSMENTS, data, "a.xlsx", Context(None, cast.period), partial=True)
    assert (upload.conflict, Assessment.get().work_score) == (1, 70)


@pytest.mark.parametrize("text", ["{}", "[1]", "nonsense", '{"sheet": "units"}', '{"sheet": "employees"} x'])
def test_a_spoilt_page_of_versions_is_no_page(cast, text):
    book, out = Workbook(), BytesIO()
    for row in (("NIP", "Nama", "Kode Unit"), (cast.ani.nip, "Baru", "PKM")):
        book.active.append(row)
    page = book.create_sheet("_kinerja")
    page.append((text,))
    page.append(("[1, 2",))
    book.save(out)
    plan = check(EMPLOYEES, out.getvalue(), Context())
    assert (plan.table.versions, counts(plan)) == (None, (0, 1, 0, 0))


def test_versions_work_for_every_key(cast):
    keys = [(cast.ani.nip, 1), (cast.budi.nip, 9)]
    rows = [("NIP", "Nama", "Kode Unit"), (cast.ani.nip, "Ani B", "PKM"), (cast.budi.nip, "Budi B", "PKM")]
    plan = check(EMPLOYEES, stamped(EMPLOYEES, keys, *rows), Context())
    assert ([x.number for x in plan.changed], [x.number for x in plan.conflict]) == ([2], [3])
    header, row = ("NIP", "Judul", "Jenis", "Mulai"), (cast.ani.nip, "Kursus", "4", "2026-03-02")
    plan = check(
        TRAININGS, stamped(TRAININGS, [(cast.ani.nip, "Kursus", "2026-03-02", 2)], header, row), Context()
    )
    assert len(plan.conflict) == 1


# ------------------------------------------------------------------ warnings


def warned(plan):
    return [f"{w.row} {w.column} {w.message}" for w in plan.warnings]


def test_a_jump_of_two_levels_against_the_last_period_is_shown(cast):
    make_rating(cast.ani, cast.closed, work_level="BELOW")
    make_rating(cast.budi, cast.closed)
    rows = [(p.nip, None, None, 115, 95, None) for p in (cast.ani, cast.budi)]
    plan, upload = load("assessments", ASSESSMENT, *rows, period=cast.period)
    (text,) = warned(plan)
    assert text.startswith("2 ")
    assert "melompat dari Dibawah Ekspektasi menjadi Diatas Ekspektasi dibandingkan Periode 2026-TW2" in text
    assert upload


def test_the_same_values_for_everybody_are_shown(cast):
    people = [make_employee(unit=cast.puskesmas) for _ in range(5)]
    rows = [(p.nip, None, None, 90, 90, None) for p in people]
    plan, _ = load("assessments", ASSESSMENT, *rows, period=cast.period)
    assert ["semua 5 pegawai" in text for text in warned(plan)] == [True]
    rows[0] = (people[0].nip, None, None, 91, 90, None)
    assert warned(load("assessments", ASSESSMENT, *rows, period=cast.period)[0]) == []


def test_a_blank_where_a_score_exists_is_shown(cast):
    levels = {"work_level": None, "behaviour_level": None}
    make_assessment(cast.ani, cast.period, assessor=cast.boss, work_score=70, behaviour_score=80, **levels)
    plan, _ = load("assessments", ASSESSMENT, (cast.ani.nip, None, None, None, 85, None), period=cast.period)
    assert warned(plan) == ["2 Skor Hasil Kerja kosong, jadi 70 tetap; tulis HAPUS untuk mengosongkan"]


@pytest.mark.parametrize(("result", "said"), [
    ("BAIK", ["83 persen Baik", "paling banyak 70"]), ("KURANG", ["16 persen Kurang/Misconduct", "paling sedikit 60"]),
    ("ISTIMEWA", []),
])  # fmt: skip
def test_a_spread_beyond_the_guidance_is_shown(cast, result, said):
    year = make_period("2025", kind="annual", starts_on="2025-01-01", ends_on="2025-12-31")
    UnitResult.create(unit=Unit.get(Unit.code == "DINKES"), period=year, result=result)
    people = [make_employee(unit=cast.puskesmas) for _ in range(6)]
    rows = [(p.nip, None, None, 90 + n, 90 if n else 10, None) for n, p in enumerate(people)]
    plan, _ = load("assessments", ASSESSMENT, *rows, period=cast.period)
    text = " ".join(warned(plan))
    assert all(words in text for words in said)
    assert bool(text) == bool(said)
    Policy.update(distribution_min_people=7).execute()
    assert warned(load("assessments", ASSESSMENT, *rows, period=cast.period)[0]) == []


def test_a_template_knows_the_versions_of_its_rows(cast):
    make_assessment(cast.ani, cast.period, assessor=cast.boss, work_score=70, behaviour_score=80, version=3)
    out = BytesIO()
    template(ASSESSMENTS, out, Context(cast.supervisor, cast.period))
    plan = check(ASSESSMENTS, out.getvalue(), Context(cast.supervisor, cast.period))
    assert (plan.counts["same"], plan.conflict) == (plan.rows, [])
    assert sorted(plan.table.versions.values()) == [0, 0, 3]
    book = load_workbook(BytesIO(out.getvalue()))
    assert book["_kinerja"].sheet_state == "veryHidden"
    page = book.worksheets[0]
    place = {cell.value: cell.column for cell in page[1]}
    for number in range(2, page.max_row + 1):
        page.cell(number, place["Skor Hasil Kerja"], 99)
        page.cell(number, place["Skor Perilaku"], 99)
    filled = BytesIO()
    book.save(filled)
    make_assessment(cast.budi, cast.period, assessor=cast.boss, work_score=60)
    Assessment.update(work_score=71, version=4).where(Assessment.employee == cast.ani).execute()
    plan = check(ASSESSMENTS, filled.getvalue(), Context(cast.supervisor, cast.period))
    assert (len(plan.new), len(plan.changed), len(plan.conflict)) == (1, 0, 2)
    entries = review_of(plan).page("conflict", 0)
    assert {(e["cells"][0][1], e["cells"][0][2]) for e in entries} == {("71", "99"), ("60", "99")}
