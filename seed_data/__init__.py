"""What a new database may hold before anybody has typed: real structure, and a demo beside it."""

from datetime import date

from database import write
from models import Holiday, Unit
from values import codes


def those(name, **wanted):
    """The rows of a code list that have these values in these columns."""
    return [row for row in codes(name) if wanted.items() <= row.items()]


def seed_reference():
    """Load Mamuju's units and the holidays of 2026; what is there already stays as it is."""
    with write():
        known = dict(Unit.select(Unit.code, Unit.id).tuples())
        for row in codes("units"):  # a parent before its children
            if row["Kode"] not in known:
                known[row["Kode"]] = Unit.create(
                    code=row["Kode"], name=row["Nama"], kind=Unit.kind.parse(row["Jenis"]),
                    parent=known.get(row["Induk"]), active=Unit.active.parse(row["Aktif"]),
                    verified=Unit.verified.parse(row["Terverifikasi"]),
                )  # fmt: skip
        seed_holidays()


def seed_holidays():
    """Load the holidays of the years that we know; returns how many were missing."""
    with write():
        known = {day for (day,) in Holiday.select(Holiday.date).tuples()}
        missing = [row for row in codes("holidays_2026") if date.fromisoformat(row["date"]) not in known]
        for row in missing:
            Holiday.create(**row)
        return len(missing)
