"""What a file would do beside what is stored: new, changed, same, and the rules of the whole row."""

from datetime import date
from decimal import Decimal

import pytest

from capabilities.assessments import ASSESSMENTS
from capabilities.people import EMPLOYEES
from excel.check.plan import check
from excel.check.review import report, review_of
from excel.check.validate import Context
from models import Assessment, Complaint, Employee, Holiday, Unit
from tests.cast import ASSESSMENT, Cast, counts, load, told
from tests.make import make_assessment, make_complaint, make_employee, xlsx


@pytest.fixture
def cast(database):
    return Cast()


def test_a_plan_tells_new_changed_and_same_with_before_and_after(cast):
    stored = make_assessment(cast.ani, cast.period, assessor=cast.boss, work_score=80, behaviour_score=90,
                             work_level=None, behaviour_level=None)  # fmt: skip
    make_assessment(cast.budi, cast.period, assessor=cast.boss, work_score=70, behaviour_score=70)
    data = xlsx(ASSESSMENT, (cast.ani.nip, None, None, "85,5", 90, None), (cast.budi.nip, None, None, 70, 70, None),
                (cast.stranger.nip, None, None, 60, 60, "baru"))  # fmt: skip
    plan = check(ASSESSMENTS, data, Context(None, cast.period))
    assert counts(plan) == (1, 1, 1, 0)
    (changed,) = plan.changed
    assert (changed.number, changed.id, changed.version) == (2, stored.id, 1)
    assert (changed.before, changed.after) == ({"work_score": Decimal(80)}, {"work_score": Decimal("85.50")})
    (new,) = plan.new
    assert (new.number, new.id, new.before, new.after["note"]) == (4, None, {}, "baru")
    review = review_of(plan)
    assert review.page("changed", 0)[0]["cells"] == [("Skor Hasil Kerja", "80", "85,5", None)]
    assert ("NIP", "", cast.stranger.nip, None) in review.page("new", 0)[0]["cells"]
    assert Assessment.select().count() == 2


def test_the_report_is_the_contract(cast):
    data = xlsx(
        (*ASSESSMENT, "Warna"),
        (cast.ani.nip, None, None, 121, 90, None, "biru"),
        (cast.budi.nip, None, None, 9, 9, None, None),
    )
    plan = check(ASSESSMENTS, data, Context(None, cast.period))
    assert plan.table.unknown == ["Warna"]
    assert report(plan) == {
        "sheet": "assessments", "rows": 2, "new": 1, "changed": 0, "same": 0, "conflict": 0,
        "errors": [{"row": 2, "column": "Skor Hasil Kerja", "cell": "D2", "value": "121",
                    "message": "121 di luar 0-120"}],
        "warnings": [{"row": 1, "column": "Warna", "cell": "", "value": "Warna",
                      "message": "kolom tidak dikenal; diabaikan"}],
        "applied": False, "upload": None,
    }  # fmt: skip


def test_a_blank_cell_leaves_what_is_stored_and_hapus_clears_it(cast):
    make_assessment(cast.ani, cast.period, assessor=cast.boss, work_score=80, note="lama")
    make_assessment(cast.budi, cast.period, assessor=cast.boss, work_score=80, note="lama")
    plan, _ = load("assessments", ASSESSMENT, (cast.ani.nip, None, None, None, None, " HAPUS "),
                   (cast.budi.nip, None, None, None, None, None), period=cast.period)  # fmt: skip
    assert counts(plan) == (0, 1, 1, 0)
    assert [(a.work_score, a.note) for a in Assessment.select().order_by(Assessment.id)] == [
        (80, None),
        (80, "lama"),
    ]


def test_rules_see_stored_values_under_the_given_ones(cast):
    person = make_employee(unit=cast.dinas, position_type="FUNGSIONAL", jf_level="PT")
    header = ("NIP", "Nama", "Kode Unit", "Jenis Jabatan")
    plan, _ = load("employees", header, (person.nip, person.name, "DINKES", "Pelaksana"))
    assert told(plan) == [
        "Baris 2, kolom Jenjang: Jenjang hanya untuk Jenis Jabatan Fungsional; kosongkan atau ubah"
    ]


def test_a_blank_assessor_means_the_supervisor_on_record_herself_or_nobody(cast):
    rows = [(cast.ani.nip, source, None, 90, 90, None) for source in (None, "Diri", "Masyarakat", "Rekan")]
    load("assessments", ASSESSMENT, *rows, period=cast.period)
    stored = {a.source: a.assessor_id for a in Assessment.select()}
    assert stored == {"supervisor": cast.boss.id, "self": cast.ani.id, "public": None, "peer": None}


@pytest.mark.parametrize("assessor", ["boss", None])
def test_a_blank_assessor_finds_the_stored_assessment(cast, assessor):
    make_assessment(cast.ani, cast.period, assessor=assessor and cast.boss, work_score=80)
    plan, _ = load("assessments", ASSESSMENT, (cast.ani.nip, None, None, 81, None, None), period=cast.period)
    assert counts(plan) == (0, 1, 0, 0)


def test_rows_not_yet_filled_in_are_passed_over(cast):
    plan, _ = load("assessments", ASSESSMENT, (cast.ani.nip, "Atasan", None, None, None, None),
                   (cast.budi.nip, "Rekan", cast.ani.nip, None, None, None), period=cast.period)  # fmt: skip
    assert counts(plan) == (1, 0, 1, 0)  # asking a peer is a request; an empty own row is not
    assert [(w.row, w.message) for w in plan.warnings] == [(2, "belum diisi; dilewati")]


def test_a_closed_period_takes_equal_rows_and_refuses_others(cast):
    make_assessment(cast.ani, cast.closed, assessor=cast.boss, work_score=80)
    same = (cast.ani.nip, None, None, 80, None, None)
    plan, upload = load("assessments", ASSESSMENT, same, period=cast.closed)
    assert counts(plan) == (0, 0, 1, 0)
    plan, upload = load("assessments", ASSESSMENT, (cast.ani.nip, None, None, 81, None, None),
                        (cast.budi.nip, None, None, 81, 81, None), period=cast.closed)  # fmt: skip
    assert counts(plan) == (0, 0, 0, 2)
    assert upload is None
    assert "sudah ditutup" in told(plan)[0]


def test_employees_may_name_superiors_of_the_same_file_in_any_order(cast):
    a, b, c = "199001012015051001", "199001012015051002", "199001012015051003"
    header = ("NIP", "Nama", "Kode Unit", "NIP Atasan")
    rows = (
        (a, "A", "PKM", b),
        (b, "B", "PKM", c),
        (c, "C", "PKM", cast.boss.nip),
        (cast.budi.nip, "Budi", "PKM", a),
    )
    plan, _ = load("employees", header, *rows)
    assert counts(plan) == (3, 1, 0, 0)
    names = {e.name: e.supervisor and e.supervisor.name for e in Employee.select()}
    assert names == names | {"A": "B", "B": "C", "C": "Ibu Atasan", "Budi": "A"}


def test_units_may_name_parents_of_the_same_file_and_never_in_a_circle(cast):
    header = ("Kode", "Nama", "Induk")
    plan, _ = load("units", header, ("S", "Seksi", "B"), ("B", "Bidang", "DINKES"))
    assert counts(plan) == (2, 0, 0, 0)
    assert Unit.get(Unit.code == "S").parent.code == "B"
    plan, _ = load("units", header, ("DINKES", "Dinas", "S"), ("X", "X", "Y"), ("Y", "Y", "X"))
    assert counts(plan) == (0, 0, 0, 3)
    assert all("lingkaran" in text for text in told(plan))


def test_a_row_that_leans_on_a_wrong_row_is_wrong_too(cast):
    a, b = "199001012015051001", "199001012015051002"
    header = ("NIP", "Nama", "Kode Unit", "NIP Atasan")
    plan, upload = load("employees", header, (a, "A", "PKM", b), (b, "B", "ENTAH", None), (cast.budi.nip, "Budi", "PKM", a),
                        partial=True)  # fmt: skip
    assert [(p.row, p.column) for p in plan.errors] == [
        (2, "NIP Atasan"),
        (3, "Kode Unit"),
        (4, "NIP Atasan"),
    ]
    assert counts(plan) == (0, 0, 0, 3)


def test_complaints_get_a_ticket_and_their_clocks(cast):
    for day in ("2026-03-18", "2026-03-19", "2026-03-20", "2026-03-23", "2026-03-24"):
        Holiday.create(date=day, name="Libur")
    make_complaint(ticket="ADU-2026-00041")
    header = ("Nomor Tiket", "Tanggal Diterima", "Klasifikasi", "Perihal", "Uraian")
    load("complaints", header, (None, "13-03-2026", None, "Satu", "u"), (None, "13-03-2026", "Permintaan Informasi", "Dua", "u"),
         (None, "05-01-2027", None, "Tiga", "u"))  # fmt: skip
    one, two, three = Complaint.select().where(Complaint.ticket != "ADU-2026-00041").order_by(Complaint.id)
    assert [one.ticket, two.ticket, three.ticket] == ["ADU-2026-00042", "ADU-2026-00043", "ADU-2027-00001"]
    assert (one.verify_due, one.respond_due) == (date(2026, 3, 25), date(2026, 4, 1))
    assert (two.close_due - one.received_on).days < (one.close_due - one.received_on).days


def test_a_new_class_moves_a_complaints_deadline_and_a_given_one_is_never_read(cast):
    load(
        "complaints",
        ("Nomor Tiket", "Tanggal Diterima", "Perihal", "Uraian"),
        ("ADU-1", "12-01-2026", "a", "b"),
    )
    before = Complaint.get(Complaint.ticket == "ADU-1").close_due
    header = ("Nomor Tiket", "Klasifikasi", "Perihal", "Uraian", "Tenggat")
    plan, _ = load("complaints", header, ("ADU-1", "Pengaduan Berkadar Pengawasan", "a", "b", "01-01-2030"))
    assert counts(plan) == (0, 1, 0, 0)
    after = Complaint.get(Complaint.ticket == "ADU-1").close_due
    assert before < after != date(2030, 1, 1)


def test_what_may_be_delivered_but_not_read_is_not_shown(cast):
    make_assessment(cast.ani, cast.period, source="peer", assessor=cast.budi, work_score=55)
    data = xlsx(ASSESSMENT, (cast.ani.nip, "Rekan", cast.budi.nip, 66, None, None))
    plan = check(ASSESSMENTS, data, Context(cast.supervisor, cast.period))
    (entry,) = review_of(plan).page("new", 0)
    assert ("Skor Hasil Kerja", "", "66", None) in entry["cells"]
    assert "55" not in {text for _, stored, text, _ in entry["cells"]} | {
        stored for _, stored, *_ in entry["cells"]
    }


def test_ones_own_stored_rating_may_pass_by_unchanged_and_nothing_else(cast):
    make_assessment(cast.boss, cast.period, assessor=cast.stranger, work_score=80)
    for work, expected in ((80, (0, 0, 1, 0)), (81, (0, 0, 0, 1))):
        data = xlsx(ASSESSMENT, (cast.boss.nip, None, cast.stranger.nip, work, None, None))
        assert counts(check(ASSESSMENTS, data, Context(cast.supervisor, cast.period))) == expected


def test_text_that_reads_the_same_is_no_change(cast):
    Employee.update(name="Ani  Lestari\n").where(Employee.id == cast.ani.id).execute()
    data = xlsx(("NIP", "Nama", "Kode Unit"), (cast.ani.nip, "Ani Lestari", "PKM"))
    assert counts(check(EMPLOYEES, data, Context())) == (0, 0, 1, 0)
