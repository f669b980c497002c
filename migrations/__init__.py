"""The schema's history, and the one way to bring a database up to date."""

from contextlib import contextmanager
from pathlib import Path

from peewee import SqliteDatabase
from playhouse.migrations import Runner

from database import db, keep_private, on_sqlite
from models import MODELS, Policy

from .changes import migrator_of
from .writer import write

FOLDER = Path(__file__).parent


def runner():
    """What runs the migrations of this folder, with the steps of changes.py."""
    history = Runner(db.obj, str(FOLDER))
    history.migrator = migrator_of(db.obj)
    return history


def pending():
    """The names of migrations that the database has not had."""
    return [m.name for m in runner().status() if not m.applied]


def upgrade(target=None):
    """Create or upgrade the schema and make the first policy; idempotent, safe from many processes."""
    if on_sqlite():
        keep_private(db.obj.database, make=True)
    with _alone():
        if on_sqlite():
            db.execute_sql("PRAGMA journal_mode = wal")
        applied = runner().up(target)
        if Policy.table_exists() and not Policy.select().exists():
            Policy.create(valid_from="2022-01-01", source=FIRST_POLICY)
    return applied


def downgrade(target=None):
    """Take the newest migration back (or all back through the target)."""
    with _alone():
        return runner().down(target)


def back_to(number):
    """Take back every migration that is newer than this number; their names, newest first."""
    newer = [m.name for m in runner().status() if m.applied and m.idx > number]
    return downgrade(newer[0]) if newer else []


def write_next(name):
    """Write the migration that leads to the models of now; its path, or None where nothing differs."""
    return write(name, FOLDER, MODELS)


FIRST_POLICY = "Nilai bawaan aplikasi (belum disahkan Perbup)"


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
