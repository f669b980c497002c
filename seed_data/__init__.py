"""What a new database may hold before anybody has typed: real structure, and a demo beside it."""

from database import write
from models import Holiday, Unit
from values import codes


def those(name, **wanted):
    """The rows of a code list that have these values in these columns."""
    return [row for row in codes(name) if wanted.items() <= row.items()]


def seed_reference():
    """Load Mamuju's units and the holidays of 2026."""
    load(Unit, "units")
    seed_holidays()


def seed_holidays():
    """Load the holidays of the years that we know; returns how many were missing."""
    return load(Holiday, "holidays_2026")


def load(model, name):
    """Make the rows of a list that are missing, by its first column, a parent before its children; returns how many."""
    # its columns are called like fields or like their headers
    fields = model._meta.fields | {field.verbose_name: field for field in model.spoken()}
    key = fields[next(iter(codes(name)[0]))]
    with write():
        known = dict(model.select(key, model.id).tuples())
        before = len(known)
        for row in codes(name):
            values = {}
            for title, text in row.items():
                field = fields[title]
                values[field.name] = known.get(text) if field.name == model.upward else field.parse(text)
            if values[key.name] not in known:
                known[values[key.name]] = model.create(**values).id
        return len(known) - before
