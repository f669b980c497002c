"""The schema's history, and the one way to bring a database up to date."""

from contextlib import contextmanager
from pathlib import Path

from peewee import SqliteDatabase

from database import db, keep_private, on_sqlite
from models import Policy

from .changes import runner_of

FOLDER = Path(__file__).parent
FIRST_POLICY = "Nilai bawaan aplikasi (belum disahkan Perbup)"


def runner():
    return runner_of(db.obj, FOLDER)


def pending():
    """The names of migrations that the database has not had."""
    return [m.name for m in runner().status() if not m.applied]


def upgrade():
    """Create or upgrade the schema and make the first policy; idempotent, safe from many processes."""
    if on_sqlite():
        keep_private(db.obj.database, make=True)
    with _alone():
        if on_sqlite():
            db.execute_sql("PRAGMA journal_mode = wal")
        applied = runner().up()
        if not Policy.select().exists():
            Policy.create(valid_from="2022-01-01", source=FIRST_POLICY)
    return applied


def downgrade(number):
    """Take back every migration that is newer than this number; their names, newest first."""
    with _alone():
        newer = [m.name for m in runner().status() if m.applied and m.idx > number]
        return runner().down(newer[0]) if newer else []


@contextmanager
def _alone():
    """Hold a lock that other processes wait for, outside the migrations' own transactions."""
    if not on_sqlite():
        db.execute_sql("SELECT pg_advisory_lock(7052)")
        try:
            yield
        finally:
            db.execute_sql("SELECT pg_advisory_unlock(7052)")
        return
    keep_private(f"{db.obj.database}.lock", make=True)
    gate = SqliteDatabase(f"{db.obj.database}.lock", timeout=60)
    gate.connect()  # `with gate` would begin a deferred transaction first, which locks nothing
    try:
        with gate.atomic("EXCLUSIVE"):
            yield
    finally:
        gate.close()
