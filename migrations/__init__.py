"""The schema's history, and the one way to bring a database up to date."""

from contextlib import closing, contextmanager
from pathlib import Path

from peewee import SqliteDatabase

from database import db, keep_private, on_sqlite, write
from models import Policy

from .changes import runner_of

HISTORY = Path(__file__).parent
FIRST_POLICY = "Nilai bawaan aplikasi (belum disahkan Perbup)"


def runner():
    """What runs the migrations on the database in use."""
    return runner_of(db.obj, HISTORY)


def pending():
    """The names of migrations that the database has not had."""
    return [m.name for m in runner().status() if not m.applied]


def upgrade():
    """Create or upgrade the schema and make the first policy; idempotent, safe from many processes."""
    with _alone():
        applied = runner().up()
        if not Policy.select().exists():
            with write():
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
    if on_sqlite():
        for file in (db.obj.database, f"{db.obj.database}.lock"):
            keep_private(file, make=True)
        gate = SqliteDatabase(file, timeout=60)
        gate.connect()  # `with gate` would begin a deferred transaction first, which locks nothing
        with closing(gate), gate.atomic("EXCLUSIVE"):
            db.execute_sql("PRAGMA journal_mode = wal")
            yield
    else:
        db.execute_sql("SELECT pg_advisory_lock(7052)")
        try:
            yield
        finally:
            db.execute_sql("SELECT pg_advisory_unlock(7052)")
