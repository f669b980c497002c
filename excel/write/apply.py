"""From a plan to the tables, in one transaction."""

from operator import itemgetter

from peewee import IntegrityError

import audit
import flows
from database import db, now, write
from models import Upload
from values import N_

from ..check.plan import plan, read
from ..check.validate import Coming
from ..read.edits import Edits
from ..sheet import SHEETS, nothing
from .uploads import Expired, context_of, counts, keep, mark_applied

MADE = ("id", "version", "updated_at")  # what no file brings


class NotApplied(Exception):
    """Nothing was written; `plan` is what would happen now."""

    def __init__(self, plan):
        self.plan = plan
        super().__init__(self.words)


class Changed(NotApplied):
    """What is stored has changed since the plan was shown."""

    words = N_("Data telah berubah sejak diperiksa; periksa lagi sebelum menyimpan")


class HasErrors(NotApplied):
    """Rows are in error."""

    words = N_("Masih ada baris yang salah; tidak ada yang disimpan")


class Refused(HasErrors):
    """The database refused rows that the plan took for right; they are named, also among the errors of `plan`."""

    def __init__(self, plan):
        super().__init__(plan)
        self.args = ("; ".join([str(problem) for problem in plan.errors][:20]),)


def apply(upload, user, partial=False, *, shown=None, progress=nothing):
    """Write a stored upload in one transaction; returns the Plan that was carried out.

    The bytes are parsed and validated again, and planned again inside the transaction; `shown` is the
    fingerprint of what was shown (by default what the upload keeps). Raises AlreadyDone, Changed,
    HasErrors, access.Denied; whatever is raised, nothing was written.
    """
    if upload.expired:
        raise Expired()
    sheet, edits = SHEETS[upload.sheet], Edits.of(upload)
    context = context_of(upload, user, edits, progress)
    checked = read(sheet, bytes(upload.data), context, edits)
    with write():
        mark_applied(upload)
        found = plan(checked)
        if found.fingerprint != (shown or upload.fingerprint):
            raise Changed(found)
        if found.unsettled and not partial:
            raise HasErrors(found)
        _carry_out(found, upload, context, partial)
    return found


def apply_at_once(sheet, data, filename, context, partial=False, dry_run=False):
    """(Plan, Upload or None) of one pass: parsed and validated once, planned and written inside."""
    checked = read(sheet, data, context)
    if dry_run:
        return plan(checked), None
    try:
        with write():
            found = plan(checked)
            if found.unsettled and not partial:
                return found, None
            upload = keep(sheet, data, filename, context, state="applied", **counts(found))
            _carry_out(found, upload, context, partial)
    except Refused:
        return found, None
    return found, upload


def _carry_out(found, upload, context, partial):
    context.progress(0.7)
    if found.new:
        _insert(found, upload.id, context.user)
    context.progress(0.9)
    if found.changed:
        _update(found, upload.id, context.user)
    if found.errors and not partial:
        raise Refused(found)
    Upload.update(counts(found)).where(Upload.id == upload.id).execute()


def _store(found, lines, rows, write_all):
    """Write the rows of lines at once; where the database refuses one, each by itself, and what it refuses is an error."""
    try:
        with db.atomic():
            return write_all(rows)
    except IntegrityError:
        for line, row in zip(lines, rows, strict=True):
            try:
                with db.atomic():
                    write_all([row])
            except IntegrityError as error:
                found.refuse({line.row: audit.refused(error, found.sheet.model)})


# ------------------------------------------------------------------ new rows


def _insert(found, upload, user):
    """Insert the new lines, those that others refer to first, and their trail."""
    model, key = found.sheet.model, found.sheet.key[0]
    _number(found)
    for line, number in zip(found.new, audit.reserve_ids(model, len(found.new)), strict=True):
        line.id = number
    lines, own = found.new, [column.name for column in found.sheet.own]
    if own:
        _resolve((*found.new, *found.changed), own, {line.after[key]: line.id for line in lines})
        lines = _parents_first(lines, own)
    names = [f.name for f in model._meta.sorted_fields if f.name not in MADE]
    values, stamp = itemgetter(*names), now().isoformat(" ")
    rows = [(*values(line.after), line.id, 1, stamp) for line in lines]
    _store(found, lines, rows, lambda some: audit.insert_many(model, (*names, *MADE), some))
    _log("create", found, lines, upload, user)


def _number(found):
    """Give the new lines the numbers that nobody types."""
    found.sheet.number([line.after for line in found.new])
    for line in found.new:
        if line.label == "":
            line.label, line.trail = found.sheet.model.called.format_map(line.after), ()


def _resolve(lines, own, ids):
    """Put the ids of the rows just numbered in place of their natural keys."""
    for line in lines:
        for name in own:
            value = line.after.get(name)
            if isinstance(value, Coming):
                line.after[name], line.trail = ids[value], ()


def _parents_first(lines, names):
    """The lines in an order in which each comes after those of them it refers to."""
    left, ordered = {line.id: line for line in lines}, []
    while left:
        ready = [i for i, line in left.items() if not any(line.after.get(n) in left for n in names)]
        ordered += [left.pop(i) for i in ready]
    return ordered


def _log(action, found, lines, upload, user):
    trail = [(line.id, line.label, *found.trail(line)) for line in lines if line.row not in found.checked.bad]
    audit.log_many(action, found.sheet.model, trail, user=user, upload=upload)


# ------------------------------------------------------------------ changed rows


def _update(found, upload, user):
    """Update the changed lines, grouped by the fields that differ, and their trail; then move what moves."""
    model, lines, groups, moves = found.sheet.model, [], {}, {}
    for line in found.changed:
        if line.move:
            moves.setdefault(line.move, []).append(line)
        else:
            lines.append(line)
            groups.setdefault(tuple(line.after), []).append(line)
    for names, some in groups.items():
        rows = [(*line.after.values(), line.id, line.version) for line in some]
        _store(found, some, rows, lambda part, names=names: audit.update_many(model, names, part))
    _log("update", found, lines, upload, user)
    for move, some in moves.items():
        _store(found, some, some, lambda part, move=move: _move(part, move, upload, user, model))


def _move(lines, move, upload, user, model):
    """Move the lines, each with all that differs."""
    each = {line.id: line.after for line in lines}
    rows = [model(id=key) for key in each]
    if flows.take(rows, move, user, each=each, upload=upload).left:
        raise audit.Stale(str(upload))
