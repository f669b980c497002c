"""A throw-away database for measurements, people to fill it with, and a stopwatch."""

import os
import random
import statistics
import tempfile
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import audit
import migrations
from database import connect, db, write
from models import Assessment, Employee, Period, Unit

STAMP = "2026-09-30 00:00:00"


@contextmanager
def database():
    """A migrated, empty database: a SQLite file, or one of its own on the server of DATABASE_URL."""
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        with server_database(url) as address:
            yield from _opened(address)
    else:
        with tempfile.TemporaryDirectory() as place:
            yield from _opened(f"sqlite:///{Path(place) / 'bench.db'}")


def _opened(address):
    connect(address)
    db.connect()
    migrations.upgrade()
    yield db
    db.close()


@contextmanager
def server_database(url):
    import psycopg

    name = f"kinerja_bench_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{url.rsplit('/', 1)[0]}/{name}"
        finally:
            server.execute(f'DROP DATABASE "{name}"')


def nip(number):
    """A valid NIP for each number."""
    return (
        f"{1970 + number // 9_000}{number // 999 % 9 + 1:02d}15201501{number % 2 + 1}{number % 999 + 1:03d}"
    )


def people(count):
    """A unit, its head, and `count` people under her; returns their ids."""
    with write():
        unit = Unit.create(code="U", name="Unit", kind="DINAS")
        names = (
            "id",
            "nip",
            "name",
            "unit",
            "supervisor",
            "position_type",
            "status",
            "active",
            "version",
            "updated_at",
        )
        rows = [
            (n, nip(n), f"Pegawai {n}", unit.id, None if n == 1 else 1, "PELAKSANA", "PNS", True, 1, STAMP)
            for n in range(1, count + 2)
        ]
        audit.insert_many(Employee, names, rows)
    return range(2, count + 2)


def quarters(count):
    """That many open quarters, from 2020 on."""
    with write():
        return [
            Period.create(
                code=f"{2020 + n // 4}-TW{n % 4 + 1}", name=f"Triwulan {n}", kind="quarterly",
                starts_on=date(2020 + n // 4, 3 * (n % 4) + 1, 1), ends_on=date(2020 + n // 4, 3 * (n % 4) + 3, 28),
            )
            for n in range(count)
        ]  # fmt: skip


def assess(employees, periods):
    """A supervisor's assessment with scores, a rating and a note for each employee and period."""
    chance = random.Random(1)
    with write():
        audit.insert_many(
            Assessment,
            ("employee", "period", "source", "assessor", "work_score", "behaviour_score", "work_level", "note", "by_desk",
             "version", "updated_at"),
            [(e, p.id, "supervisor", 1, chance.randint(5000, 12000) / 100, chance.randint(50, 120), "MEETS",
              f"catatan {e}", False, 1, STAMP) for p in periods for e in employees],
        )  # fmt: skip


def seconds(work, times=3, before=lambda: None):
    """The median time of a piece of work, `before` it not counted."""
    taken = []
    for _ in range(times):
        before()
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)
