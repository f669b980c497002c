"""A period's ratings, beside the floor: one SQL statement that gives the same predicates."""

import random
import tempfile
import time
from datetime import date
from pathlib import Path

import audit
import migrations
from compute import compute
from database import connect, db, write
from models import Assessment, Employee, Period, Rating, Unit

STAMP = "2026-09-30 00:00:00"

FLOOR = """
WITH means AS (
  SELECT employee_id, source, AVG(work_score) AS work, AVG(behaviour_score) AS behaviour
  FROM assessment WHERE period_id = ? AND source IN ('supervisor', 'peer', 'subordinate')
  GROUP BY employee_id, source
  HAVING COUNT(*) >= CASE source WHEN 'supervisor' THEN 1 ELSE 3 END
), weights(source, weight) AS (VALUES ('supervisor', 60), ('peer', 20), ('subordinate', 20)),
scores AS (
  SELECT employee_id, ROUND(SUM(work * weight) / SUM(weight) + 1e-9, 2) AS work,
         ROUND(SUM(behaviour * weight) / SUM(weight) + 1e-9, 2) AS behaviour
  FROM means JOIN weights USING (source) GROUP BY employee_id
), levels AS (
  SELECT *, CASE WHEN work >= 110 THEN 'ABOVE' WHEN work >= 90 THEN 'MEETS' ELSE 'BELOW' END AS w,
    CASE WHEN behaviour >= 110 THEN 'ABOVE' WHEN behaviour >= 90 THEN 'MEETS' ELSE 'BELOW' END AS b
  FROM scores
)
INSERT INTO rating (employee_id, unit_id, period_id, rater_id, work_score, behaviour_score, work_level,
                    behaviour_level, predicate, state, basis_changed, explanation, version, updated_at)
SELECT employee_id, unit_id, ?, supervisor_id, work, behaviour, w, b,
  CASE WHEN b = 'BELOW' AND w = 'BELOW' THEN 'VERY_POOR' WHEN b = 'BELOW' THEN 'POOR'
       WHEN w = 'BELOW' THEN 'NEEDS_IMPROVEMENT' WHEN w = 'ABOVE' AND b = 'ABOVE' THEN 'VERY_GOOD'
       ELSE 'GOOD' END, 'suggested', FALSE, '{}', 1, '2026-09-30 00:00:00'
FROM levels JOIN employee ON employee.id = employee_id
"""


def run():
    """[(name, seconds, floor's seconds)] of a first and a repeated run."""
    return [
        *_measure("10,000 people, 3 assessments each", 10_000, 1, ("supervisor", "peer", "subordinate")),
        *_measure("6,000 people x 4 periods, 2 assessments each", 6_000, 4, ("supervisor", "subordinate")),
    ]


def _measure(name, people, periods, sources):
    with tempfile.TemporaryDirectory() as place:
        connect(f"sqlite:///{Path(place) / 'bench.db'}")
        with db.connection_context():
            migrations.upgrade()
            _fill(people, periods, sources)
            quarters = list(Period.select().order_by(Period.id))
            floor = _seconds(lambda: [_floor(quarter) for quarter in quarters])
            expected = _predicates()
            with write():
                Rating.delete().execute()
            first = _seconds(lambda: [compute(quarter) for quarter in quarters])
            if _predicates() != expected:
                raise AssertionError("the floor gives other predicates")
            again = _seconds(lambda: [compute(quarter) for quarter in quarters])
    return [(f"compute, {name}", first, floor), (f"compute again, {name}", again, floor)]


def _seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _floor(period):
    with write():
        db.execute_sql(FLOOR, (period.id, period.id))


def _predicates():
    return sorted(Rating.select(Rating.period, Rating.employee, Rating.predicate).tuples())


def _fill(people, periods, sources):
    """Functional PNS under one head, with whole scores from 70 to 119."""
    chance = random.Random(1)
    with write():
        Unit.create(code="U", name="Unit", kind="DINAS")
        audit.insert_many(
            Employee,
            ("nip", "name", "unit", "position_type", "jf_level", "status", "supervisor", "active",
             "version", "updated_at"),
            [(f"{n:018d}", f"Pegawai {n}", 1, "FUNGSIONAL", chance.choice(("PT", "MU", "MH")), "PNS",
              None if n == 1 else 1, True, 1, STAMP) for n in range(1, people + 1)],
        )  # fmt: skip
        for number in range(1, periods + 1):
            Period.create(
                code=f"2026-TW{number}", name=f"Triwulan {number} 2026", kind="quarterly",
                starts_on=date(2026, 3 * number - 2, 1), ends_on=date(2026, 3 * number, 28),
            )  # fmt: skip
            audit.insert_many(
                Assessment,
                ("employee", "period", "source", "assessor", "work_score", "behaviour_score",
                 "by_desk", "version", "updated_at"),
                [(n, number, source, n % people + 1, chance.randint(70, 119), chance.randint(70, 119),
                  False, 1, STAMP) for n in range(1, people + 1) for source in sources],
            )  # fmt: skip


if __name__ == "__main__":
    for label, seconds, floor in run():
        print(f"{label}: {seconds:.3f} s, floor {floor:.3f} s, {seconds / floor:.1f} x")
