"""A review as it is kept beside its file: its pages without planning again, and the plan itself while it still holds."""

import io
import json
import zipfile
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter

import audit
from database import today
from values import SEED

from ..read.parse import RawTable
from ..sheet import SHEETS
from .plan import blank
from .review import PAGE, Record, Review, review_of
from .validate import Plan, Row

OURS = ("*.py", "capabilities/*.py", "excel/**/*.py", "rating/*.py", "seed_data/*")
# when the newest of our own files was written: an update of the product may bring other rules
EDITION = max(file.stat().st_mtime_ns for room in OURS for file in SEED.parent.glob(room))


def packed(plan):
    """The Review of a Plan as bytes: its records, a page an entry, and what the Plan rests on, under a seal."""
    out, review = io.BytesIO(), review_of(plan)
    ground = _ground(plan.sheet, plan.context.user)
    review.head |= {"mark": plan.mark, "whole": plan.is_all_trail, "ground": ground}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        target.writestr("head", json.dumps(review.head))
        for start in range(0, review.total, PAGE):
            records = review.read(range(start, min(start + PAGE, review.total)))
            target.writestr(str(start // PAGE), json.dumps(records))
    return _seal(out.getvalue()) + out.getvalue()


def _seal(body):
    """The digest of a kept review and of how its records are made: nothing else is read."""
    return sha256(repr(Record._fields).encode() + body).digest()


def unpacked(sheet, data):
    """The Review that `packed` kept; None of no bytes, and of others than it made."""
    seal, body = bytes(data or b"")[:32], bytes(data or b"")[32:]
    if seal != _seal(body):
        return None
    file = zipfile.ZipFile(io.BytesIO(body))
    page = lru_cache(1)(lambda number: [Record(*parts) for parts in json.loads(file.read(str(number)))])
    head = json.loads(file.read("head"))
    return Review(sheet, head, lambda places: [page(place // PAGE)[place % PAGE] for place in places])


def _ground(sheet, user):
    """What a plan rests on beside the rows in the trail, as text: the account's rights, the day, the columns, our rules."""
    rights = user and [user.id, audit.snapshot(user)]
    return audit.encode([rights, today(), [*sheet.model._meta.fields], EDITION])


def holds(review, user):
    """Whether a kept Review is what an account would be shown now: nothing it rests on has changed."""
    return (review.head["mark"], review.head["ground"]) == (audit.newest(), _ground(review.sheet, user))


def recalled(upload, context):
    """The Plan that an upload keeps, or None where it keeps none, more than the trail says is needed, or it may not hold."""
    review = unpacked(SHEETS[upload.sheet], upload.draft)
    if not (review and review.head["whole"] and holds(review, context.user)):
        return None
    found = Plan(review.sheet, RawTable({}, [], {}, [], 0, "", {}), context, mark=review.head["mark"])
    empty, places = blank(review.sheet.model), range(review.total)
    # a row at a time: all records would double the memory
    rows = [_row(record, empty) for place in places for record in review.read((place,))]
    found.by_number = {row.number: row for row in sorted(rows, key=attrgetter("number"))}
    return found


def _row(record, empty):
    """The Row of a Record, its values as the trail keeps them."""
    after = json.loads(record.after or "{}")
    version = after.pop("version", 1) - 1
    return Row(
        record.row, {}, kind=record.kind, label=record.label, id=record.id, version=version,
        after=after if version else empty | after, trail=(record.before, record.after),
    )  # fmt: skip
