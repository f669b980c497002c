"""The one way to read and write, on both engines: connect, `write()`, sets of keys, and what time it is."""

import json
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import peewee
from peewee import SQL, DatabaseProxy, NodeList, OperationalError, SqliteDatabase
from playhouse.db_url import connect as open_database

db, aside = DatabaseProxy(), DatabaseProxy()  # the second for what waits for no other write
BESIDE = []  # the tables of the second, as models.py names them
WITA = ZoneInfo("Asia/Makassar")
# whose stored values are not yet values
CONVERTED = (peewee.BooleanField, peewee.DateField, peewee.DateTimeField, peewee.DecimalField)


class Beside(SqliteDatabase):
    """A file of its own, whose tables are made wherever they are missing: it may be lost."""

    def connect(self, reuse_if_open=False):
        if self.is_closed():
            keep_private(self.database, make=True)
        if opened := super().connect(reuse_if_open):
            with suppress(OperationalError):  # another process is just doing it
                self.execute_sql("PRAGMA journal_mode = wal")
            self.create_tables(BESIDE)
        return opened


def connect(url):
    """Point `db` at the database of a URL (its tables come from `migrations.upgrade`), and `aside` at what is beside it.

    That is a file on SQLite, where one write waits for another whatever it is about, and a connection on PostgreSQL.
    """
    place = urlsplit(url)
    if place.scheme.startswith("sqlite"):
        if place.netloc:
            raise ValueError(f"DATABASE_URL {url}: write three slashes, as in sqlite:///kinerja.db")
        keep_private(place.path[1:])
        pragmas = {"synchronous": "full", "foreign_keys": 1, "cache_size": -32_000}
        extra = {"pragmas": pragmas, "timeout": 30}
    elif place.scheme.startswith("postgres"):
        extra = {"prefer_psycopg3": True}
    else:
        raise ValueError(f"DATABASE_URL {url}: only sqlite:/// and postgresql:// are known")
    close()
    forget()
    db.initialize(open_database(url, unquote_user=True, unquote_password=True, **extra))
    db.obj.url = url  # for the processes that we start
    if on_sqlite():
        file = Path(db.obj.database)
        second = Beside(str(file.with_stem(f"{file.stem}-masuk")), {"synchronous": "normal"}, timeout=5)
    else:
        second = open_database(url, unquote_user=True, unquote_password=True, **extra)
    aside.initialize(second)
    return db


def close():
    """Close what this thread has open."""
    for place in (db, aside):
        if place.obj is not None and not place.is_closed():
            place.close()


def open_existing():
    """Open the database; where SQLite's file has gone that fails as on a server, and makes no empty one."""
    if on_sqlite() and not Path(db.obj.database).exists():
        raise OperationalError("unable to open database file")
    db.connect(reuse_if_open=True)


def keep_private(file, make=False):
    """Let a database file be read by its owner only; what SQLite puts beside it follows."""
    with suppress(OSError):  # not there yet, in memory, or another's
        if make:
            Path(file).touch(0o600)
        Path(file).chmod(0o600)


def on_sqlite():
    return isinstance(db.obj, SqliteDatabase)


@contextmanager
def write(place=db):
    """The one way to write: one writer at a time (in `aside` beside the one in `db`), all or nothing; nests."""
    forget()
    with place.atomic("IMMEDIATE") if on_sqlite() else place.atomic() as txn:
        if not on_sqlite():
            place.execute_sql("SELECT pg_advisory_xact_lock(%s)", [7051 if place is db else 7053])
        yield txn
    forget()


ANSWERS = threading.local()


def once(question, ask):
    """The answer of `ask()`, asked once a request (or command) and again after each write."""
    known = vars(ANSWERS)
    if question not in known:
        known[question] = ask()
    return known[question]


def forget():
    """Ask everything afresh."""
    vars(ANSWERS).clear()


def among(field, values):
    """The condition that a field is one of many plain values, as a single parameter."""
    if on_sqlite():
        return field.in_(SQL("(SELECT value FROM json_each(?))", [json.dumps(list(values))]))
    return NodeList((field, SQL("= ANY(%s)", [list(values)])))


def fetched(query, fields):
    """The rows of a query over these fields as tuples of Python values, converted by columns."""
    rows = db.execute(query.select(*fields)).fetchall()
    columns = list(zip(*rows, strict=True)) or [()] * len(fields)
    for place, field in enumerate(fields):
        if isinstance(field, CONVERTED):
            columns[place] = map(cache(field.python_value), columns[place])
    return zip(*columns, strict=True)


def stream(query):
    """The rows of a query as raw tuples, a batch at a time (on PostgreSQL by a server-side cursor)."""
    if on_sqlite():
        yield from query.model._meta.database.execute(query)
        return
    sql, params = query.sql()
    with peewee.__exception_wrapper__, db.atomic(), db.connection().cursor(name="stream") as cursor:
        cursor.itersize = 2_000
        cursor.execute(sql, params)
        yield from cursor


def now():
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def moment(day, hour=0):
    """An hour of a day in Mamuju as the moment that is kept."""
    return datetime.combine(day, time(hour), WITA).astimezone(UTC).replace(tzinfo=None)


def today():
    """The date in Mamuju, whatever the server's zone."""
    return datetime.now(WITA).date()
