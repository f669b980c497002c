"""A plan that is kept from its review to its apply: written as it was, or not at all."""

import json
from datetime import timedelta
from hashlib import sha256

import pytest

import access
import audit
import database
import flows
from capabilities import SHEETS
from capabilities.assessments import ASSESSMENTS
from capabilities.complaints import COMPLAINTS
from capabilities.people import UNITS
from capabilities.periods import FLOW as PERIODS
from database import db, on_sqlite, today
from excel.check import kept
from excel.check.plan import plan as planned
from excel.check.validate import Context
from excel.read.edits import Edits
from excel.write import apply as applying, uploads
from excel.write.apply import Changed, HasErrors, apply, apply_at_once
from models import MODELS, Assessment, Change, Complaint, Employee, Policy, Unit, Upload, User
from tests.cast import ASSESSMENT, Cast, make_account
from tests.make import make_assessment, make_employee, nip, xlsx

PEOPLE = 1_000
FILES = {  # of every sheet: its headers, and the cells of line n for a person
    "units": (("Kode", "Nama", "Induk"), lambda n, who, word: (f"K{n}", f"{word} {n}", None)),
    "employees": (("NIP", "Nama", "Kode Unit"), lambda n, who, word: (nip(n, born="19700101"), f"{word} {n}", "PKM")),
    "periods": (
        ("Kode", "Nama", "Jenis", "Mulai", "Selesai"),
        lambda n, who, word: (f"{2001 + n}", word, "Tahunan", f"01-01-{2001 + n}", f"31-12-{2001 + n}"),
    ),
    "unit_results": (
        ("Kode Unit", "Periode", "Capaian Organisasi", "Catatan"), lambda n, who, word: (f"D{n}", "2026-TW3", "Baik", word),
    ),
    "exemptions": (
        ("NIP", "Alasan", "Mulai", "Selesai"), lambda n, who, word: (who, "MPP", "01-02-2027", f"{len(word):02d}-03-2027"),
    ),
    "assessments": (ASSESSMENT, lambda n, who, word: (who, None, None, n % 121, "87,5", word)),
    "trainings": (
        ("NIP", "Judul", "Jenis", "Mulai", "JP", "Penyelenggara"), lambda n, who, word: (who, "Bimtek", "4", "02-03-2026", 8, word),
    ),
    "awards": (
        ("NIP", "Jenis", "Judul", "Tanggal SK", "Nominal"),
        lambda n, who, word: (who, "201", "Karya", "17-08-2026", f"Rp {len(word)}.500.000"),
    ),
    "complaints": (
        ("Nomor Tiket", "Tanggal Diterima", "Perihal", "Uraian"), lambda n, who, word: (f"T-{n}", "13-03-2026", word, "Antre"),
    ),
    "holidays": (
        ("Tanggal", "Nama"), lambda n, who, word: (f"{today().replace(2030, 1, 1) + timedelta(days=n):%d-%m-%Y}", word),
    ),
}  # fmt: skip
WHOLE = FILES.keys() - {"units", "employees"}  # whose rows do not refer to each other


@pytest.fixture
def cast(database):
    return Cast()


def digest():
    """Of every row and of the trail, but for when they were written."""
    text = ""
    for model in (m for m in MODELS if m is not Upload):
        fields = [f for f in model._meta.sorted_fields if f.name not in ("at", "updated_at")]
        text += "\n".join(map(str, model.select(*fields).order_by(model.id).tuples()))
    return sha256(text.encode()).hexdigest()


def both(upload, user):
    """(what the upload says, digest) of applying as it was kept, then of applying without; nothing of it stays."""
    found = []
    for fields in ({"done": 0}, {"draft": None}):
        with db.atomic() as txn:
            for table in (
                () if on_sqlite() else [m._meta.table_name for m in MODELS]
            ):  # no rollback takes a number back
                db.execute_sql(
                    f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), COALESCE(MAX(id), 0) + 1, false) FROM \"{table}\""
                )
            Upload.update(fields).where(Upload.id == upload.id).execute()
            apply(Upload.get_by_id(upload.id), user)
            row = Upload.get_by_id(upload.id)
            found.append((row.state, row.rows, row.new, row.changed, row.same, row.fingerprint, digest()))
            txn.rollback()
    return found


@pytest.fixture
def reads(monkeypatch):
    """What was read again."""
    told = []

    def read_again(upload, *rest):
        told.append(upload.id)
        return uploads.read_again(upload, *rest)

    monkeypatch.setattr(applying, "read_again", read_again)
    return told


@pytest.fixture
def crowd(cast):
    """The NIPs of so many people, and a unit for each."""
    nips, names = (
        [nip(n, born="19800101") for n in range(PEOPLE)],
        ("id", "nip", "name", "unit", "version", "updated_at"),
    )
    with database.write():
        numbers = [audit.reserve_ids(model, PEOPLE) for model in (Employee, Unit)]
    rows = [
        (numbers[0][n], text, f"P{n}", cast.puskesmas.id, 1, "2026-01-01 00:00:00")
        for n, text in enumerate(nips)
    ]
    defaults = {"position_type": "PELAKSANA", "status": "PNS", "active": True}
    with database.write():
        audit.insert_many(Employee, (*names, *defaults), [(*row, *defaults.values()) for row in rows])
        units = [
            (numbers[1][n], f"D{n}", f"U{n}", "DINAS", True, True, 1, "2026-01-01 00:00:00")
            for n in range(PEOPLE)
        ]
        audit.insert_many(
            Unit, ("id", "code", "name", "kind", "active", "verified", "version", "updated_at"), units
        )
    return nips


@pytest.mark.parametrize("name", [name for name, sheet in SHEETS.items() if sheet.imports])
def test_a_thousand_rows_are_the_same_by_both_ways(name, cast, crowd, reads):
    headers, line = FILES[name]
    count = 90 if name == "periods" else PEOPLE
    lines = [line(n, who, "lama" if n % 10 else "kata lain") for n, who in enumerate(crowd[:count])]
    old = [line(n, who, "lama") for n, who in enumerate(crowd[:count]) if n % 5 == 0]
    user = make_account("hr")
    context = Context(user, cast.period)
    assert apply_at_once(SHEETS[name], xlsx(headers, *old), "x.xlsx", context)[1]
    upload, plan = uploads.store(SHEETS[name], xlsx(headers, *lines), "x.xlsx", context)
    assert (len(plan.new), len(plan.changed), plan.counts["same"]) == (
        count * 4 // 5,
        count // 10,
        count // 10,
    )
    kept_way, read_way = both(upload, user)
    assert kept_way == read_way
    assert kept_way[0] == "applied"
    assert reads == [upload.id] * (1 if name in WHOLE else 2)


# ------------------------------------------------------------------ what it rests on


def scores(*people, work=90):
    return xlsx(ASSESSMENT, *[(person.nip, None, None, work, 90, None) for person in people])


@pytest.fixture
def waiting(cast):
    """An upload of a supervisor, reviewed, of a row that is new and one that changes."""
    make_assessment(cast.ani, cast.period, assessor=cast.boss, work_score=50)
    context = Context(cast.supervisor, cast.period)
    return uploads.store(ASSESSMENTS, scores(cast.ani, cast.budi), "x.xlsx", context)[0]


def stored(upload):
    return Upload.get_by_id(upload.id)


def saved(row, **values):
    """A row changed as the panel does it."""
    before = audit.snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    audit.update(row, before, user=None)


def test_what_holds_is_written_unread_and_once(waiting, cast, reads):
    done = apply(stored(waiting), cast.supervisor, fingerprint=waiting.fingerprint)
    assert (reads, done.counts["new"], done.counts["changed"]) == ([], 1, 1)
    assert sorted(row.work_score for row in Assessment.select()) == [90, 90]
    assert stored(waiting).draft is None
    with pytest.raises(uploads.AlreadyDone):
        apply(waiting, cast.supervisor)


def close(cast):
    flows.take([cast.period], PERIODS.by_name["close"], None, {"reason": "selesai"})


def rules_change(cast):
    saved(Policy.get(), meets_from=95)


def becomes_another_units(cast):
    saved(cast.budi, unit=cast.other, supervisor=cast.stranger)


def loses_her_unit(cast):
    User.update(unit=cast.other).execute()


def loses_her_role(cast):
    User.update(role="employee").execute()


def loses_her_person(cast):
    User.update(employee=None, unit=cast.other).execute()


@pytest.mark.parametrize(
    "change", [close, becomes_another_units, loses_her_unit, loses_her_role, loses_her_person]
)
def test_what_was_taken_away_since_is_refused(change, waiting, cast, reads):
    change(cast)
    with pytest.raises((Changed, HasErrors, access.Denied)):
        apply(stored(waiting), User.get_by_id(cast.supervisor.id))
    assert [row.work_score for row in Assessment.select()] == [50]
    assert stored(waiting).state == "checked"


@pytest.mark.parametrize("change", [rules_change, lambda cast: saved(cast.stranger, phone="0811 234 567")])
def test_what_does_not_touch_it_has_it_planned_again_and_written(change, waiting, cast, reads):
    change(cast)
    apply(stored(waiting), cast.supervisor)
    assert (reads, Assessment.select().count()) == ([waiting.id], 2)


def test_a_write_of_another_process_in_the_last_moment_is_seen(waiting, cast, reads, monkeypatch):
    real = applying.recalled

    def recalled(*given):
        found = real(*given)
        saved(Assessment.get(), work_score=60)
        return found

    monkeypatch.setattr(applying, "recalled", recalled)
    with pytest.raises(Changed):
        apply(stored(waiting), cast.supervisor)
    assert (reads, [row.work_score for row in Assessment.select()]) == ([waiting.id], [60])


def test_a_row_that_changed_without_a_trail_is_not_written_over(waiting, cast, reads):
    Assessment.update(work_score=60, version=2).execute()
    with pytest.raises(Changed):
        apply(stored(waiting), cast.supervisor)
    assert (reads, [row.work_score for row in Assessment.select()]) == ([waiting.id], [60])


def test_another_day_has_it_planned_again(waiting, cast, reads, monkeypatch):
    monkeypatch.setattr(kept, "today", lambda: today() + timedelta(days=1))
    apply(stored(waiting), cast.supervisor)
    assert (reads, Assessment.select().count()) == ([waiting.id], 2)


def test_an_update_of_the_product_has_it_planned_again(waiting, cast, reads, monkeypatch):
    monkeypatch.setattr(kept, "EDITION", 1)
    apply(stored(waiting), cast.supervisor)
    assert (reads, Assessment.select().count()) == ([waiting.id], 2)


def test_another_account_has_it_planned_under_its_own_rights(waiting, cast, reads):
    apply(stored(waiting), cast.hr)
    assert (reads, Change.select().where(Change.user == cast.hr).count()) == ([waiting.id], 2)


def test_other_decisions_are_kept_with_their_own_plan(waiting, cast, reads):
    old = stored(waiting)
    uploads.revise(waiting, cast.supervisor, Edits(skip={3}))
    with pytest.raises(Changed):
        apply(stored(waiting), cast.supervisor, fingerprint=old.fingerprint)
    apply(stored(waiting), cast.supervisor)
    assert (reads, [row.work_score for row in Assessment.select()]) == ([waiting.id], [90])


def test_an_altered_plan_is_no_plan(waiting, cast, reads):
    def forged(text):
        return text.replace("90.00", "99.00")

    review = kept.unpacked(ASSESSMENTS, stored(waiting).draft)
    records = [r._replace(after=forged(r.after)) for r in review.read(range(review.total))]
    whole = kept.Review(ASSESSMENTS, review.head, lambda places: [records[place] for place in places])
    body = bytearray(stored(waiting).draft)
    body[len(body) // 2] ^= 1
    assert kept.unpacked(ASSESSMENTS, bytes(body)) is None
    assert kept.unpacked(ASSESSMENTS, b"PK\3\4" * 20) is None
    Upload.update(draft=bytes(body)).execute()
    with pytest.MonkeyPatch.context() as patch:  # even one that is sealed
        patch.setattr(kept, "unpacked", lambda *given: whole)
        forgery = kept.recalled(stored(waiting), Context(cast.supervisor))
        assert forgery.fingerprint != waiting.fingerprint
    apply(stored(waiting), cast.supervisor)
    assert (reads, [row.work_score for row in Assessment.select()]) == ([waiting.id], [90, 90])


def test_what_is_hidden_or_wrong_or_moves_is_not_kept_as_a_plan(cast):
    user, context = cast.supervisor, Context(cast.supervisor, cast.period)
    make_assessment(cast.ani, cast.period, source="peer", assessor=cast.budi, work_score=77)
    for line in (
        (cast.ani.nip, "Rekan", cast.budi.nip, 90, 90, None),
        (cast.ani.nip, None, None, 900, 90, None),
    ):
        upload = uploads.store(ASSESSMENTS, xlsx(ASSESSMENT, line), "x.xlsx", context)[0]
        review = kept.unpacked(ASSESSMENTS, stored(upload).draft)
        assert not review.head["whole"]
        assert kept.recalled(stored(upload), Context(user)) is None
        assert "77" not in json.dumps(review.read(range(review.total)))


def test_a_complaint_without_a_ticket_is_numbered_when_it_is_written(cast, reads):
    data = xlsx(("Tanggal Diterima", "Perihal", "Uraian"), ("13-03-2026", "Antre", "Lama"))
    first, second = (uploads.store(COMPLAINTS, data, "x.xlsx", Context(cast.hr))[0] for _ in "ab")
    apply(stored(first), cast.hr)
    apply(stored(second), cast.hr)
    assert [row.ticket for row in Complaint.select()] == ["ADU-2026-00001", "ADU-2026-00002"]
    assert reads == [first.id, second.id]


def test_rows_that_refer_to_each_other_are_read_again(cast, reads):
    data = xlsx(("Kode", "Nama", "Induk"), ("B", "B", "A"), ("A", "A", None))
    upload = uploads.store(UNITS, data, "x.xlsx", Context(cast.hr))[0]
    apply(stored(upload), cast.hr)
    assert reads == [upload.id]
    assert Unit.get(Unit.code == "B").parent.code == "A"


def test_a_plan_is_made_beside_the_rows_and_not_the_trail_before_it(cast, monkeypatch):
    """A write between the first question and the last makes the plan no longer hold."""
    real = planned

    def later(checked):
        found = real(checked)
        saved(cast.stranger, phone="0811 234 567")
        return found

    monkeypatch.setattr("excel.check.plan.plan", later)
    upload = uploads.store(ASSESSMENTS, scores(cast.ani), "x.xlsx", Context(cast.hr, cast.period))[0]
    assert kept.recalled(stored(upload), Context(cast.hr)) is None


def test_events_that_are_no_writes_leave_it(waiting, cast):
    audit.event("export", Assessment, "Nilai", user=cast.hr)
    audit.event("sign_in", User, "hr", user=cast.hr)
    assert kept.recalled(stored(waiting), Context(cast.supervisor))
    make_employee(unit=cast.dinas)
    audit.create([Unit(code="NEW", name="Baru", kind="DINAS")], user=None)
    assert kept.recalled(stored(waiting), Context(cast.supervisor)) is None
