"""Builders for tests: a valid row of each table, with whatever a test wants different."""

from datetime import date, timedelta
from io import BytesIO
from itertools import count

from openpyxl import Workbook

from models import Assessment, Complaint, Employee, Period, Rating, Training, Unit, User

numbers = count(1)


def nip(number=None, born="19860926", appointed="201505", gender="1"):
    """A valid NIP, another each time: of somebody born a day earlier after every 999."""
    number = next(numbers) if number is None else number
    day = date(int(born[:4]), int(born[4:6]), int(born[6:])) - timedelta(days=number // 999)
    return f"{day:%Y%m%d}{appointed}{gender}{number % 999 + 1:03d}"


def make_unit(code=None, **overrides):
    code = code or f"U{next(numbers)}"
    return Unit.create(**{"code": code, "name": f"Unit {code}", "kind": "DINAS"} | overrides)


def make_employee(**overrides):
    values = {"nip": nip(), "name": f"Pegawai {next(numbers)}", "grade": "III/a"} | overrides
    if "unit" not in values:
        values["unit"] = make_unit()
    return Employee.create(**values)


def make_period(code="2026-TW3", **overrides):
    values = {
        "code": code, "name": f"Periode {code}", "kind": "quarterly",
        "starts_on": date(2026, 7, 1), "ends_on": date(2026, 9, 30),
    }  # fmt: skip
    return Period.create(**values | overrides)


def make_assessment(employee, period, **overrides):
    values = {"employee": employee, "period": period, "work_level": "MEETS", "behaviour_level": "MEETS"}
    return Assessment.create(**values | overrides)


def make_rating(employee, period, **overrides):
    values = {
        "employee": employee, "period": period, "unit": employee.unit,
        "work_level": "MEETS", "behaviour_level": "MEETS", "predicate": "GOOD",
    }  # fmt: skip
    return Rating.create(**values | overrides)


def make_training(employee, **overrides):
    values = {"employee": employee, "title": f"Pelatihan {next(numbers)}", "kind": "4",
              "starts_on": date(2026, 3, 2), "hours": 8}  # fmt: skip
    return Training.create(**values | overrides)


def make_complaint(**overrides):
    values = {"ticket": f"ADU-2026-{next(numbers):05d}", "received_on": date(2026, 3, 13),
              "subject": "Antrean lama", "body": "Antrean di loket tiga jam."}  # fmt: skip
    return Complaint.create(**values | overrides)


PASSWORD = "kuda-laut-biru-42"  # noqa: S105 - made up
HASH = None


def make_user(role="hr", **overrides):
    """An account whose password is PASSWORD (hashed once for all tests)."""
    global HASH
    if HASH is None:
        HASH = User.hashed(PASSWORD)
    values = {"username": f"{role}-{next(numbers)}", "password": HASH, "role": role,
              "must_change_password": False}  # fmt: skip
    return User.create(**values | overrides)


def xlsx(*rows):
    """The bytes of a workbook with these rows on its first sheet."""
    book, out = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()
