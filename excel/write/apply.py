"""From a plan to the tables, and back: each in one transaction."""

import functools
import json
from collections import defaultdict
from contextlib import suppress
from datetime import timedelta
from graphlib import TopologicalSorter
from operator import itemgetter

from peewee import IntegrityError

import access
import audit
import flows
from database import among, db, now, write
from models import MODELS, Change, Period, Upload
from values import N_, Invalid

from ..check.kept import recalled
from ..check.plan import plan, read_file
from ..check.validate import Coming, Context, may_import
from ..read.edits import Edits
from ..sheet import SHEETS, nothing
from .uploads import PENDING, change, keep, may_act, may_decide, read_again, reviewed, written, written_ids

DAYS = 7  # for which an upload of no period can be taken back


class NotApplied(Invalid):
    """Nothing was written, and what would be has to be reviewed."""


class Changed(NotApplied):
    """What is stored has changed since the plan was shown."""


class HasErrors(NotApplied):
    """Rows are in error, also those that the database refused although the plan took them for right."""


def apply(upload, user, partial=False, *, fingerprint=None, progress=nothing):
    """Write a stored upload in one transaction; returns the Plan that was carried out.

    What it keeps of the plan that was shown is written as it is while nothing that it rests on has changed. Else the
    bytes are parsed and validated again, and planned again inside the transaction; `fingerprint` is that of the plan
    that was shown (by default what the upload keeps). Raises AlreadyDone, Changed, HasErrors, access.Denied; whatever
    is raised, nothing was written.
    """
    may_decide(upload, user)
    may_import(SHEETS[upload.sheet], user)
    shown, kept = fingerprint or upload.fingerprint, recalled(upload, Context(user, progress=progress))
    with suppress(Changed, HasErrors, audit.Stale):  # then it is all done afresh, which says why
        if kept and kept.fingerprint == shown:
            return _in_one(upload, kept, lambda: audit.newest() == kept.mark, partial)
    found = read_again(upload, user, Edits.of(upload), progress)
    return _in_one(upload, found, lambda: plan(found).fingerprint == shown, partial)


def _in_one(upload, found, holds, partial):
    """Carry a Plan out in one transaction if it holds by then; returns it."""
    with write():
        change(upload, ("checked", *PENDING), state="applied", draft=None)  # a second click finds it so
        if not holds():
            raise Changed(N_("Data telah berubah sejak diperiksa; periksa lagi sebelum menyimpan"))
        _carry_out(found, upload, partial)
    return found


def apply_at_once(sheet, data, filename, context, partial=False, dry_run=False):
    """(Plan, Upload or None) of one pass: parsed and validated once, planned and written inside."""
    checked = read_file(sheet, data, context)
    if dry_run:
        return plan(checked), None
    with suppress(HasErrors), write():
        upload = keep(sheet, data, filename, context, state="applied", **reviewed(plan(checked)))
        _carry_out(checked, upload, partial)
        return checked, upload
    return checked, None


def _carry_out(found, upload, partial):
    """Write what a plan says, or raise HasErrors."""
    if found.unsettled and not partial:
        raise HasErrors(N_("Masih ada baris yang salah; tidak ada yang disimpan"))
    progress = found.context.progress
    progress(0.7)
    if found.new:
        _write_new(found, upload.id)
    progress(0.9)
    if found.changed:
        _write_changed(found, upload.id)
    if found.errors and not partial:
        raise HasErrors("; ".join([str(problem) for problem in found.errors][:20]))
    Upload.update(reviewed(found)).where(Upload.id == upload.id).execute()


def _store(found, lines, write_all):
    """Write lines at once; where the database refuses one, each by itself, and what it refuses is an error."""
    try:
        with db.atomic():
            write_all(lines)
    except IntegrityError as error:
        if len(lines) == 1:
            found.fail(lines[0], *audit.refused(error, found.sheet.model))
        else:
            for line in lines:
                _store(found, [line], write_all)


def _log(action, found, lines, upload):
    trail = [(line.id, line.label, *found.trail(line)) for line in lines]
    audit.log_many(action, found.sheet.model, trail, user=found.context.user, upload=upload)


def _write_new(found, upload):
    """Number the new lines and insert them, those that others refer to first, and their trail."""
    sheet, model, lines = found.sheet, found.sheet.model, found.new
    sheet.number([line.after for line in lines])
    for line, number in zip(lines, audit.reserve_ids(model, len(lines)), strict=True):
        line.id = number
        if line.label == "":  # it is made of the number that nobody types
            line.label, line.trail = model.called.format_map(line.after), ()
    if sheet.own:
        lines = _parents_first(found)
    names = [f.name for f in model._meta.sorted_fields if f.name not in audit.KEPT_BY_US]
    values, stamp = itemgetter(*names), now().isoformat(" ")

    def insert(some):
        rows = ((*values(line.after), line.id, 1, stamp) for line in some)
        audit.insert_many(model, (*names, *audit.KEPT_BY_US), rows)

    _store(found, lines, insert)
    _log("create", found, found.new, upload)


def _parents_first(found):
    """The new lines in an order in which each comes after those of them it refers to, by ids instead of keys."""
    names = [column.name for column in found.sheet.own]
    ids = {line.after[found.sheet.key[0]]: line.id for line in found.new}
    for line in (*found.new, *found.changed):
        for name in names:
            if isinstance(line.after.get(name), Coming):
                line.after[name], line.trail = ids[line.after[name]], ()
    lines = {line.id: line for line in found.new}
    above = {key: {line.after[name] for name in names} for key, line in lines.items()}
    return [lines[key] for key in TopologicalSorter(above).static_order() if key in lines]


def _write_changed(found, upload):
    """Update the changed lines, and their trail; then move what moves."""
    model, user, moves = found.sheet.model, found.context.user, defaultdict(list)
    for line in found.changed:
        moves[line.move].append(line)

    def update(some):
        audit.update_many(model, [(line.id, line.version, line.after) for line in some])

    def take(move, some):
        each = {line.id: line.after for line in some}  # all that differs, beside what the move stamps
        if flows.take([model(id=key) for key in each], move, user, each=each, upload=upload).left:
            raise audit.Stale(str(upload))

    _store(found, moves.pop(None, ()), update)
    _log("update", found, [line for line in found.changed if not line.move], upload)
    for move, some in moves.items():
        _store(found, some, functools.partial(take, move))


class NotUndoable(Invalid):
    """An upload that can no longer be taken back, and why."""


def undo(upload, user):
    """Take an applied upload back, and what followed from it: (rows undone, labels of rows that had to stay).

    A row touched since, or referred to by others, is left alone and named. An upload of a period can be
    taken back while the period is open, any other for seven days. All of it is one transaction. Of rows
    that the account may not read all count as undone, whatever became of them.
    Raises access.Denied, AlreadyDone and NotUndoable.
    """
    sheet = SHEETS[upload.sheet]
    model = sheet.model
    may_act(upload, user)
    may_import(sheet, user)
    with write():
        upload = Upload.get_by_id(upload.id)
        change(upload, ("applied",), state="undone", undone_at=now())
        ids, seen = written_ids(upload), access.scope(model, user)
        _still_undoable(upload, model, ids)
        if access.outside(model, ids, access.writable(model, user)):
            raise NotUndoable(
                N_("Sebagian data unggahan ini di luar wewenang akun Anda; mintalah kepegawaian")
            )
        hidden = access.outside(model, ids, seen)
        lines, taken = list(written(upload).order_by(Change.id.desc())), {}
        try:
            for table in reversed(MODELS):
                mine = [line for line in lines if line.table == table._meta.table_name]
                taken[table] = audit.take_back(table, mine, user=user, upload=upload.id) if mine else (0, [])
        except IntegrityError:
            raise NotUndoable(N_("Data yang dirujuk semula sudah dihapus atau dipakai lagi")) from None
    undone, kept = taken[model]
    labels = [line.label for line in kept if line.key not in hidden]
    return undone if seen is access.ALL else upload.new + upload.changed - len(labels), labels


def _still_undoable(upload, model, ids):
    """Refuse where a period that the rows belong to now, or would go back to, is closed; without one after some days."""
    periods = set()
    if model.frozen_with_period:
        before = written(upload).where(Change.before.is_null(False)).select(Change.before)
        periods = {json.loads(text).get("period") for (text,) in before.tuples()}
        query = model.select(model.period).where(among(model.id, ids)).distinct()
        periods |= {key for (key,) in query.tuples()}
    if periods & {key for (key,) in Period.ids("closed").tuples()}:
        raise NotUndoable(N_("Periode sudah ditutup; unggahan ini tidak dapat dibatalkan"))
    if not periods - {None} and upload.at < now() - timedelta(days=DAYS):
        words = N_("Lebih dari %(days)s hari sejak diunggah; unggahan ini tidak dapat dibatalkan")
        raise NotUndoable(words, days=DAYS)
