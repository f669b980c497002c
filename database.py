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
from peewee import SQL, DatabaseProxy, NodeList, SqliteDatabase
from playhouse.db_url import connect as open_database

db = DatabaseProxy()
WITA = ZoneInfo("Asia/Makassar")
# whose stored values are not yet values
CONVERTED = (peewee.BooleanField, peewee.DateField, peewee.DateTimeField, peewee.DecimalField)


def connect(url):
    """Point `db` at the database of a URL; the tables come from `migrations.upgrade`."""
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
    if db.obj is not None and not db.is_closed():
        db.close()
    forget()
    db.initialize(open_database(url, unquote_user=True, unquote_password=True, **extra))
    db.obj.url = url  # for the processes that we start
    return db


def keep_private(file, make=False):
    """Let a database file be read by its owner only; what SQLite puts beside it follows."""
    if make:
        Path(file).touch(0o600)
    with suppress(OSError):  # not there yet, in memory, or another's
        Path(file).chmod(0o600)


def on_sqlite():
    return isinstance(db.obj, SqliteDatabase)


@contextmanager
def write():
    """The one way to write: one writer at a time, all or nothing; nests."""
    forget()
    with db.atomic("IMMEDIATE") if on_sqlite() else db.atomic() as txn:
        if not on_sqlite():
            db.execute_sql("SELECT pg_advisory_xact_lock(7051)")
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
        yield from db.execute(query)
        return
    sql, params = query.sql()
    with db.atomic(), db.connection().cursor(name="stream") as cursor:
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
