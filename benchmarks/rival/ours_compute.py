"""Our ratings of the same people, with reasons and trail: new, once more, and once more after each score has changed."""

import json
from datetime import date

import audit
from benchmarks.place import STAMP, database
from benchmarks.processor import least
from benchmarks.rival.people import MONTHS, assessments, digest, people
from compute import compute
from database import write
from models import Assessment, Employee, Period, Rating, Unit


def main():
    with database():
        fill()
        quarters = list(Period.select().order_by(Period.id))
        found = {"first": least(lambda: [compute(quarter) for quarter in quarters])}
        found["same"] = least(lambda: [compute(quarter) for quarter in quarters])
        Assessment.update(work_score=120).execute()
        found["changed"] = least(lambda: [compute(quarter) for quarter in quarters])
        rows = Rating.select(Period.code, Employee.nip, Rating.predicate)
        results = rows.join(Period).switch(Rating).join(Employee, on=Rating.employee).tuples()
        print(json.dumps(found | {"digest": digest(results)}))


def fill():
    with write():
        Unit.create(code="U", name="Unit", kind="DINAS")
        audit.insert_many(
            Employee,
            ("id", "nip", "name", "jf_level", "supervisor", "unit", "position_type", "status", "active", "version",
             "updated_at"),
            [(*row, 1, "FUNGSIONAL", "PNS", True, 1, STAMP) for row in people()],
        )  # fmt: skip
        for number, (first, last) in MONTHS.items():
            Period.create(
                code=f"2026-TW{number}", name=f"Triwulan {number} 2026", kind="quarterly",
                starts_on=date(2026, first, 1), ends_on=date(2026, last, 28),
            )  # fmt: skip
            audit.insert_many(
                Assessment,
                ("period", "employee", "source", "assessor", "work_score", "behaviour_score", "by_desk", "version",
                 "updated_at"),
                [(number, *row, False, 1, STAMP) for row in assessments(number)],
            )  # fmt: skip


if __name__ == "__main__":
    main()
