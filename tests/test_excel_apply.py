"""All or nothing, once, and back again."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

import access
from capabilities import SHEETS
from capabilities.assessments import ASSESSMENTS
from capabilities.people import UNITS
from database import now
from excel.check.validate import Context
from excel.out.export import export
from excel.write.apply import Changed, HasErrors, NotUndoable, apply, apply_at_once as run, undo
from excel.write.uploads import AlreadyDone, store
from models import MODELS, Assessment, Change, Employee, Period, Unit, Upload
from tests.cast import ASSESSMENT, Cast, counts, fill_every_table, load, make_account, told
from tests.make import make_assessment, make_employee, xlsx


@pytest.fixture
def cast(database):
    return Cast()


def scores(cast, *people, work=90):
    return xlsx(ASSESSMENT, *[(person.nip, None, None, work, 90, None) for person in people])


def contents():
    """Every row of every table, but for what an import leaves beside its rows."""
    return {
        model: sorted(map(str, model.select().tuples())) for model in MODELS if model not in (Upload, Change)
    }


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("name", [name for name, sheet in SHEETS.items() if sheet.imports])
def test_what_was_exported_imports_as_the_same(cast, name, kind, tmp_path):
    fill_every_table(cast)
    sheet, before = SHEETS[name], contents()
    count = export(sheet, tmp_path / f"x.{kind}")
    plan, _ = run(sheet, (tmp_path / f"x.{kind}").read_bytes(), "x", Context(None))
    assert told(plan) == []
    assert (plan.rows, plan.counts["same"]) == (count, count)
    assert count == sheet.model.select().count() > 1
    assert contents() == before


def test_importing_twice_changes_nothing_the_second_time(cast):
    data = scores(cast, cast.ani, cast.budi)
    run(ASSESSMENTS, data, "a.xlsx", Context(cast.supervisor, cast.period))
    before = contents()
    plan, _ = run(ASSESSMENTS, data, "a.xlsx", Context(cast.supervisor, cast.period))
    assert counts(plan) == (0, 0, 2, 0)
    assert contents() == before


def test_one_bad_row_among_500_writes_nothing_and_names_its_cell(cast):
    rows = [(f"U{n}", f"Unit {n}", "Dinas", None) for n in range(500)]
    rows[322] = ("U322", "Unit", "Kerajaan", None)
    before = contents()
    plan, upload = load("units", ("Kode", "Nama", "Jenis", "Induk"), *rows)
    assert upload is None
    assert [(p.row, p.cell, p.value) for p in plan.errors] == [(324, "C324", "Kerajaan")]
    assert contents() == before
    assert Upload.select().count() == Change.select().count() == 0


def test_partial_writes_the_good_rows_and_keeps_the_errors(cast):
    header = ("Kode", "Nama", "Jenis")
    plan, upload = load("units", header, ("A", "A", "Dinas"), ("B", "B", "Kerajaan"), partial=True)
    assert counts(plan) == (1, 0, 0, 1)
    assert (upload.state, upload.new, upload.wrong) == ("applied", 1, 1)
    assert Unit.select().where(Unit.code.in_(["A", "B"])).count() == 1


def test_a_dry_run_writes_nothing(cast):
    before = contents()
    plan, upload = run(
        ASSESSMENTS, scores(cast, cast.ani), "a.xlsx", Context(None, cast.period), dry_run=True
    )
    assert (counts(plan), upload) == ((1, 0, 0, 0), None)
    assert contents() == before
    assert Upload.select().count() == 0


def test_a_stored_upload_waits_and_is_applied_once(cast):
    upload, plan = store(
        ASSESSMENTS, scores(cast, cast.ani), "nilai.xlsx", Context(cast.supervisor, cast.period)
    )
    assert (upload.state, upload.rows, upload.new, upload.filename) == ("checked", 1, 1, "nilai.xlsx")
    assert Assessment.select().count() == 0
    done = apply(upload, cast.supervisor)
    assert done.fingerprint == plan.fingerprint
    (assessment,) = Assessment.select()
    assert (assessment.work_score, assessment.assessor, assessment.version) == (90, cast.boss, 1)
    with pytest.raises(AlreadyDone):
        apply(Upload.get_by_id(upload.id), cast.supervisor)
    assert Assessment.select().count() == 1


def test_a_plan_that_is_out_of_date_is_not_carried_out(cast):
    stored = make_assessment(cast.ani, cast.period, assessor=cast.boss, work_score=50)
    upload, _ = store(ASSESSMENTS, scores(cast, cast.ani), "a.xlsx", Context(None, cast.period))
    Assessment.update(note="lain", version=2).where(Assessment.id == stored.id).execute()
    with pytest.raises(Changed):
        apply(upload, None)
    assert Upload.get_by_id(upload.id).state == "checked"
    assert Assessment.get_by_id(stored.id).work_score == 50


def test_a_stored_upload_with_errors_is_refused_unless_partial(cast):
    data = xlsx(
        ASSESSMENT, (cast.ani.nip, None, None, 121, 90, None), (cast.budi.nip, None, None, 80, 80, None)
    )
    upload, _ = store(ASSESSMENTS, data, "a.xlsx", Context(None, cast.period))
    with pytest.raises(HasErrors):
        apply(upload, None)
    assert (Upload.get_by_id(upload.id).state, Assessment.select().count()) == ("checked", 0)
    apply(upload, None, partial=True)
    assert Assessment.select().count() == 1


def test_only_who_uploaded_it_or_hr_acts_on_an_upload(cast):
    upload, _ = store(ASSESSMENTS, scores(cast, cast.ani), "a.xlsx", Context(cast.supervisor, cast.period))
    with pytest.raises(access.Denied):
        apply(upload, make_account("supervisor", unit=cast.dinas))
    apply(upload, cast.hr)
    with pytest.raises(access.Denied):
        undo(upload, make_account("supervisor", unit=cast.dinas))


def test_every_row_written_leaves_its_trail(cast):
    make_assessment(cast.ani, cast.period, assessor=cast.boss, work_score=50)
    _, upload = run(ASSESSMENTS, scores(cast, cast.ani, cast.budi), "a.xlsx", Context(cast.hr, cast.period))
    create, update = Change.select().where(Change.upload == upload).order_by(Change.action)
    assert (create.action, create.user, create.label) == (
        "create", cast.hr, f"Budi ({cast.budi.nip}) Periode 2026-TW3 Atasan")  # fmt: skip
    assert (create.before, json.loads(create.after)["work_score"]) == (None, "90.00")
    before = json.loads(update.before)
    assert (Decimal(before["work_score"]), before["behaviour_score"], before["version"]) == (50, None, 1)
    assert json.loads(update.after) == {"work_score": "90.00", "behaviour_score": "90.00", "version": 2}


def test_undo_restores_what_was_there(cast):
    fill_every_table(cast)
    fields = [f for f in Assessment._meta.sorted_fields if f.name not in ("version", "updated_at")]
    before = sorted(map(str, Assessment.select(*fields).tuples()))
    data = scores(cast, cast.ani, cast.budi, work=33)
    _, upload = run(ASSESSMENTS, data, "a.xlsx", Context(cast.supervisor, cast.period))
    assert sorted(map(str, Assessment.select(*fields).tuples())) != before
    assert undo(upload, cast.supervisor) == (2, [])
    assert Upload.get_by_id(upload.id).state == "undone"
    assert sorted(map(str, Assessment.select(*fields).tuples())) == before
    with pytest.raises(AlreadyDone):
        undo(upload, cast.supervisor)


def test_undo_keeps_what_was_edited_since_or_is_in_use(cast):
    header = ("NIP", "Nama", "Kode Unit")
    nips = ["199001012015051001", "199001012015051002", "199001012015051003"]
    _, upload = load("employees", header, *[(nip, f"P{n}", "PKM") for n, nip in enumerate(nips)])
    first, second, _ = (Employee.get(Employee.nip == nip) for nip in nips)
    Employee.update(name="Diubah", version=2).where(Employee.id == first.id).execute()
    make_employee(unit=cast.dinas, supervisor=second)
    undone, kept = undo(upload, None)
    assert undone == 1
    assert sorted(kept) == [f"P0 ({nips[0]})", f"P1 ({nips[1]})"]


def test_undo_ends_with_the_period_or_after_a_week(cast):
    _, scored = run(ASSESSMENTS, scores(cast, cast.ani), "a.xlsx", Context(None, cast.period))
    Upload.update(at=now() - timedelta(days=30)).execute()
    Period.update(state="closed").where(Period.id == cast.period.id).execute()
    with pytest.raises(NotUndoable, match="ditutup"):
        undo(scored, None)
    _, units = run(UNITS, xlsx(("Kode", "Nama"), ("A", "A")), "u.xlsx", Context(None))
    Upload.update(at=now() - timedelta(days=8)).where(Upload.id == units.id).execute()
    with pytest.raises(NotUndoable, match="7 hari"):
        undo(units, None)
    Period.update(state="open").execute()
    assert undo(scored, None) == (1, [])


def test_hundreds_of_rows_go_in_and_out_again(cast):
    rows = [(f"U{n}", f"Unit {n}", f"U{n // 2}" if n else None) for n in range(700)]
    plan, upload = load("units", ("Kode", "Nama", "Induk"), *reversed(rows))
    assert counts(plan) == (700, 0, 0, 0)
    assert undo(upload, None) == (700, [])
    assert Unit.select().count() == 3
