"""From a plan to the tables, and back: each in one transaction."""

import functools
import json
from datetime import timedelta
from operator import itemgetter

from peewee import IntegrityError

import access
import audit
import flows
from database import among, db, now, write
from models import MODELS, Change, Period, Upload
from values import N_, Invalid

from ..check.plan import plan, read
from ..check.validate import Coming, Context
from ..read.edits import Edits
from ..sheet import SHEETS, nothing
from .uploads import PENDING, change, keep, may_act, may_decide, reviewed, written, written_rows

MADE = ("id", "version", "updated_at")  # what no file brings
DAYS = 7  # for which an upload of no period can be taken back


class NotApplied(Invalid):
    """Nothing was written, and what would be has to be reviewed."""


class Changed(NotApplied):
    """What is stored has changed since the plan was shown."""


class HasErrors(NotApplied):
    """Rows are in error, also those that the database refused although the plan took them for right."""


def apply(upload, user, partial=False, *, shown=None, progress=nothing):
    """Write a stored upload in one transaction; returns the Plan that was carried out.

    The bytes are parsed and validated again, and planned again inside the transaction; `shown` is the
    fingerprint of what was shown (by default what the upload keeps). Raises AlreadyDone, Changed,
    HasErrors, access.Denied; whatever is raised, nothing was written.
    """
    may_decide(upload, user)
    sheet, edits = SHEETS[upload.sheet], Edits.of(upload)
    context = Context(user, upload.period, frozenset(edits.take), progress)
    checked = read(sheet, bytes(upload.data), context, edits)
    with write():
        change(upload, ("checked", *PENDING), state="applied", draft=None)  # a second click finds it so
        found = plan(checked)
        if found.fingerprint != (shown or upload.fingerprint):
            raise Changed(N_("Data telah berubah sejak diperiksa; periksa lagi sebelum menyimpan"))
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
            upload = keep(sheet, data, filename, context, state="applied", **reviewed(found))
            _carry_out(found, upload, context, partial)
    except HasErrors:
        return found, None
    return found, upload


def _carry_out(found, upload, context, partial):
    """Write what a plan says, or raise HasErrors."""
    if found.unsettled and not partial:
        raise HasErrors(N_("Masih ada baris yang salah; tidak ada yang disimpan"))
    context.progress(0.7)
    if found.new:
        _insert(found, upload.id, context.user)
    context.progress(0.9)
    if found.changed:
        _update(found, upload.id, context.user)
    if found.errors and not partial:
        raise HasErrors("; ".join([str(problem) for problem in found.errors][:20]))
    Upload.update(reviewed(found)).where(Upload.id == upload.id).execute()


def _store(found, lines, write_all):
    """Write lines at once; where the database refuses one, each by itself, and what it refuses is an error."""
    try:
        with db.atomic():
            return write_all(lines)
    except IntegrityError:
        for line in lines:
            try:
                with db.atomic():
                    write_all([line])
            except IntegrityError as error:
                found.refuse({line.row: audit.refused(error, found.sheet.model)})


def _log(action, found, lines, upload, user):
    trail = [(line.id, line.label, *found.trail(line)) for line in lines if line.row not in found.checked.bad]
    audit.log_many(action, found.sheet.model, trail, user=user, upload=upload)


def _insert(found, upload, user):
    """Number the new lines and insert them, those that others refer to first, and their trail."""
    sheet, model, lines = found.sheet, found.sheet.model, found.new
    sheet.number([line.after for line in lines])
    for line, number in zip(lines, audit.reserve_ids(model, len(lines)), strict=True):
        line.id = number
        if line.label == "":  # it is made of the number that nobody types
            line.label, line.trail = model.called.format_map(line.after), ()
    if sheet.own:
        lines = _parents_first(found)
    names = [f.name for f in model._meta.sorted_fields if f.name not in MADE]
    values, stamp = itemgetter(*names), now().isoformat(" ")

    def insert(some):
        rows = [(*values(line.after), line.id, 1, stamp) for line in some]
        audit.insert_many(model, (*names, *MADE), rows)

    _store(found, lines, insert)
    _log("create", found, lines, upload, user)


def _parents_first(found):
    """The new lines in an order in which each comes after those of them it refers to, by ids instead of keys."""
    names = [column.name for column in found.sheet.own]
    ids = {line.after[found.sheet.key[0]]: line.id for line in found.new}
    for line in (*found.new, *found.changed):
        for name in names:
            value = line.after.get(name)
            if isinstance(value, Coming):
                line.after[name], line.trail = ids[value], ()
    left, ordered = {line.id: line for line in found.new}, []
    while left:
        ready = [i for i, line in left.items() if not any(line.after.get(n) in left for n in names)]
        ordered += [left.pop(i) for i in ready]
    return ordered


def _update(found, upload, user):
    """Update the changed lines, grouped by the fields that differ, and their trail; then move what moves."""
    model, lines, groups, moves = found.sheet.model, [], {}, {}
    for line in found.changed:
        if line.move:
            moves.setdefault(line.move, []).append(line)
        else:
            lines.append(line)
            groups.setdefault(tuple(line.after), []).append(line)

    def update(names, some):
        audit.update_many(model, names, [(*line.after.values(), line.id, line.version) for line in some])

    def take(move, some):
        each = {line.id: line.after for line in some}  # all that differs, beside what the move stamps
        if flows.take([model(id=key) for key in each], move, user, each=each, upload=upload).left:
            raise audit.Stale(str(upload))

    for names, some in groups.items():
        _store(found, some, functools.partial(update, names))
    _log("update", found, lines, upload, user)
    for move, some in moves.items():
        _store(found, some, functools.partial(take, move))


# ------------------------------------------------------------------ taken back


class NotUndoable(Invalid):
    """An upload that can no longer be taken back, and why."""


def undo(upload, user):
    """Take an applied upload back, and what followed from it: (rows undone, labels of rows that had to stay).

    A row touched since, or referred to by others, is left alone and named. An upload of a period can be
    taken back while the period is open, any other for seven days. All of it is one transaction. Of rows
    that the account may not read all count as undone, whatever became of them.
    Raises access.Denied, AlreadyDone and NotUndoable.
    """
    model, hidden = SHEETS[upload.sheet].model, set()
    may_act(upload, user)
    if not access.may(user, "upload", model):
        raise access.Denied(N_("Akun ini tidak boleh membatalkan unggahan ini"))
    with write():
        upload = Upload.get_by_id(upload.id)
        change(upload, ("applied",), state="undone", undone_at=now())
        _still_undoable(upload, model)
        rows, reach, seen = written_rows(upload), access.writable(model, user), access.scope(model, user)
        if reach is not None and rows.where(reach).count() != rows.count():
            raise NotUndoable(
                N_("Sebagian data unggahan ini di luar wewenang akun Anda; mintalah kepegawaian")
            )
        if seen is not None:
            hidden = {key for (key,) in rows.select(model.id).tuples()}
            hidden -= model.those(hidden, seen)
        lines, taken = list(written(upload).order_by(Change.id.desc())), {}
        try:
            for table in reversed(MODELS):
                mine = [line for line in lines if line.table == table._meta.table_name]
                taken[table] = audit.take_back(table, mine, user=user, upload=upload.id) if mine else (0, [])
        except IntegrityError:
            raise NotUndoable(N_("Data yang dirujuk semula sudah dihapus atau dipakai lagi")) from None
    undone, kept = taken[model]
    labels = [line.label for line in kept if line.key not in hidden]
    return undone if seen is None else upload.new + upload.changed - len(labels), labels


def _still_undoable(upload, model):
    """Refuse where a period that the rows belong to now, or would go back to, is closed; without one after some days."""
    states = set()
    if model.frozen_with_period:
        before = written(upload).where(Change.before.is_null(False)).select(Change.before)
        periods = {json.loads(text).get("period") for (text,) in before.tuples()}
        periods |= {key for (key,) in written_rows(upload).select(model.period).distinct().tuples()}
        query = Period.select(Period.state).where(among(Period.id, periods - {None}))
        states = {state for (state,) in query.tuples()}
    if "closed" in states:
        raise NotUndoable(N_("Periode sudah ditutup; unggahan ini tidak dapat dibatalkan"))
    if not states and upload.at < now() - timedelta(days=DAYS):
        words = N_("Lebih dari %(days)s hari sejak diunggah; unggahan ini tidak dapat dibatalkan")
        raise NotUndoable(words, days=DAYS)
