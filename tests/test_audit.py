"""The trail, the lock by version, and taking back."""

import json
import multiprocessing
from datetime import datetime

import pytest

import audit
from database import db, on_sqlite, write
from models import Award, Change, Employee, Throttle, Training, Unit
from tests.make import make_employee, make_training, make_unit, make_user


def test_a_snapshot_holds_words_only_and_nothing_confidential(database):
    from tests.make import make_complaint

    user = make_user("hr")
    assert "password" not in audit.snapshot(user)
    assert "reporter" not in audit.snapshot(make_complaint(reporter="Pelapor"))
    assert audit.snapshot(make_unit("A"))["version"] == 1


def test_an_update_over_a_newer_version_writes_nothing(database):
    row = make_unit("A")
    other = Unit.get_by_id(row.id)
    row.name = "Pertama"
    audit.update(row, {}, user=None)
    other.name = "Kedua"
    with pytest.raises(audit.Stale):
        audit.update(other, {}, user=None)
    assert Unit.get_by_id(row.id).name == "Pertama"
    assert Change.select().count() == 1


def test_a_moment_is_found_by_whatever_door_it_came(database):
    from models import ComplaintEvent
    from tests.make import make_complaint

    complaint, at = make_complaint(), datetime(2026, 3, 2, 1, 30)
    audit.create([ComplaintEvent(complaint=complaint, at=at, state="received")], user=None)
    ComplaintEvent.create(complaint=complaint, at=at, state="verified")
    assert ComplaintEvent.select().where(ComplaintEvent.at == at).count() == 2


def test_deleting_names_the_tables_that_still_refer(database):
    person = make_employee()
    make_training(person)
    with pytest.raises(audit.InUse) as refusal:
        audit.delete(person, user=None)
    assert refusal.value.uses == {Training: 1}
    assert audit.dependents(Unit, [person.unit_id]) == {person.unit_id: {Employee: 1}}


def test_many_rows_changed_at_once_are_refused_when_one_is_stale(database):
    rows = [make_unit() for _ in range(3)]
    with pytest.raises(audit.Stale), write():
        audit.update_many(Unit, [(r.id, 7 if r is rows[1] else 1, {"name": "X"}) for r in rows])
    assert Unit.select().where(Unit.name == "X").count() == 0


def test_reserved_ids_are_fresh(database):
    make_unit()
    with write():
        first = list(audit.reserve_ids(Unit, 3))
    assert len(set(first)) == 3
    assert not set(first) & {u.id for u in Unit.select()}


@pytest.mark.parametrize("rows", [
    [{"title": "A", "granted_on": None}] * 2, [{"title": "A", "granted_on": "2026-01-01"}] * 2,
])  # fmt: skip
def test_no_date_counts_as_one_award(rows, database):
    from peewee import IntegrityError

    person = make_employee()
    Award.create(employee=person, kind="400", **rows[0])
    with pytest.raises(IntegrityError), db.atomic():
        Award.create(employee=person, kind="400", **rows[1])


def test_the_database_refuses_what_is_out_of_range(database):
    from peewee import IntegrityError

    for values in ({"job_class": 99}, {"status": "LAIN"}):
        with pytest.raises(IntegrityError), db.atomic():
            make_employee(**values)


def count(url, times):
    from database import connect

    connect(url)
    with db.connection_context():
        for _ in range(times):
            with write():
                row = Throttle.get_or_none(Throttle.key == "x") or Throttle(key="x")
                row.tries = (row.tries or 0) + 1
                row.save()


def test_writers_in_many_processes_lose_nothing(database, database_url):
    if not on_sqlite():
        db.close()
    workers = multiprocessing.get_context("spawn")
    crowd = [workers.Process(target=count, args=(database_url, 10)) for _ in range(4)]
    for worker in crowd:
        worker.start()
    for worker in crowd:
        worker.join()
    db.connect(reuse_if_open=True)
    assert Throttle.get().tries == 40


def test_undo_names_what_was_edited_since_and_keeps_it(database):
    from capabilities.people import UNITS
    from excel.check.validate import Context
    from excel.write.apply import apply_at_once, undo
    from tests.make import xlsx

    _, upload = apply_at_once(UNITS, xlsx(("Kode", "Nama"), ("A", "Satu"), ("B", "Dua")), "u.xlsx", Context())
    row = Unit.get(Unit.code == "A")
    row.name = "Diubah"
    audit.update(row, {}, user=None)
    undone, kept = undo(upload, None)
    assert (undone, [label.split(" ")[0] for label in kept]) == (1, ["Satu"])
    assert [u.code for u in Unit.select()] == ["A"]
    back = Change.get(Change.action == "undo")
    assert json.loads(back.before)["code"] == "B"
