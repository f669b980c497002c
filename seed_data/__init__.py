"""What a new database may hold before anybody has typed: real structure, and a demo beside it."""

import audit
from code_lists import codes
from database import write
from models import Holiday, Unit

STAMP = "2026-10-01 01:00:00"  # fixed: the same seed gives the same bytes


def insert(model, names, rows, ids=None):
    """Insert tuples of the named fields, with the ids that were reserved for them and all defaults; returns the ids."""
    rows = list(rows)
    ids = audit.reserve_ids(model, len(rows)) if ids is None else ids
    extra = {
        field.name: STAMP if callable(field.default) else field.default
        for field in model._meta.sorted_fields
        if field.default is not None and field.name not in names
    }
    audit.insert_many(
        model, ("id", *names, *extra),
        [(key, *row, *extra.values()) for key, row in zip(ids, rows, strict=True)],
    )  # fmt: skip
    return ids


def seed_reference():
    """Load Mamuju's units and the holidays of 2026; what is there already stays as it is."""
    with write():
        _units()
        seed_holidays()


def seed_holidays():
    """Load the holidays of the years that we know; returns how many were missing."""
    with write():
        known = {day for (day,) in Holiday.select(Holiday.date).tuples()}
        days = ((Holiday.date.parse(row["date"]), row["name"], row["kind"]) for row in codes("holidays_2026"))
        return len(insert(Holiday, ("date", "name", "kind"), [day for day in days if day[0] not in known]))


def _units():
    """Insert the missing units; the file names a parent before its children."""
    known = dict(Unit.select(Unit.code, Unit.id).tuples())
    missing = [row for row in codes("units") if row["Kode"] not in known]
    ids = audit.reserve_ids(Unit, len(missing))
    known |= {row["Kode"]: key for row, key in zip(missing, ids, strict=True)}
    insert(
        Unit, ("code", "name", "kind", "parent", "active", "verified"),
        [(row["Kode"], row["Nama"], Unit.kind.parse(row["Jenis"]), known.get(row["Induk"]),
          Unit.active.parse(row["Aktif"]), Unit.verified.parse(row["Terverifikasi"])) for row in missing],
        ids,
    )  # fmt: skip
