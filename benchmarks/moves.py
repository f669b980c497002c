"""Ten thousand ratings confirmed at once, with their trail, beside the floor: one UPDATE."""

import tempfile
import time
from datetime import date
from pathlib import Path

import audit
import migrations
from capabilities import ratings
from database import connect, db, write
from flows import take
from models import Employee, Period, Rating, Unit

STAMP = "2026-09-30 00:00:00"
FLOOR = """UPDATE rating SET state = 'confirmed', confirmed_on = '2026-10-01', version = version + 1
WHERE state = 'suggested'"""


def run():
    """[(name, seconds, floor's seconds)] of one move of 10,000 rows."""
    return [_measure(10_000)]


def _measure(people):
    with tempfile.TemporaryDirectory() as place:
        connect(f"sqlite:///{Path(place) / 'bench.db'}")
        with db.connection_context():
            migrations.upgrade()
            _fill(people)
            floor = _seconds(_floor)
            with write():
                Rating.update(state="suggested", confirmed_on=None).execute()
            rows = list(Rating.select())
            took = _seconds(lambda: take(rows, ratings.FLOW.by_name["confirm"], None))
            if Rating.select().where(Rating.state == "confirmed").count() != people:
                raise AssertionError("some ratings did not move")
    return f"confirm {people:,} ratings, each with its trail", took, floor


def _floor():
    with write():
        db.execute_sql(FLOOR)


def _seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _fill(people):
    """People of one unit, each with a suggested rating of a quarter."""
    with write():
        Unit.create(code="U", name="Unit", kind="DINAS")
        Period.create(
            code="2026-TW3", name="Triwulan III 2026", kind="quarterly",
            starts_on=date(2026, 7, 1), ends_on=date(2026, 9, 30),
        )  # fmt: skip
        audit.insert_many(
            Employee,
            ("nip", "name", "unit", "position_type", "status", "active", "version", "updated_at"),
            [(f"{n:018d}", f"Pegawai {n}", 1, "PELAKSANA", "PNS", True, 1, STAMP) for n in range(1, people + 1)],
        )  # fmt: skip
        audit.create(
            [
                Rating(
                    employee=n, unit=1, period=1, work_level="MEETS", behaviour_level="MEETS",
                    predicate="GOOD",
                )
                for n in range(1, people + 1)
            ],
            user=None,
        )  # fmt: skip


if __name__ == "__main__":
    for label, seconds, floor in run():
        print(f"{label}: {seconds:.3f} s, floor {floor:.3f} s, {seconds / floor:.1f} x")
