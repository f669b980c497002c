"""From a plan to the tables: check, store, apply, undo; a preview and its applying are one code."""

import gc
import json
import time
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from operator import itemgetter

from peewee import IntegrityError

import access
import audit
import flows
from database import among, db, now, write
from fields import N_, Invalid
from models import Change, Period, Setting, Upload

from .edits import Edits, edited
from .header import Unmapped
from .parse import parse
from .plan import plan
from .sheet import SHEETS
from .validate import Coming, Context, may_import, silent, validate

UNDO_DAYS = 7
LEARNT = "titles:"  # the office's setting of what titles mean, by sheet
NOTHING = Edits()
MADE = ("id", "version", "updated_at")  # what no file brings


class AlreadyDone(Invalid):
    """The upload was applied (or taken back) before; nothing more happened now."""

    def __init__(self):
        super().__init__(N_("Unggahan ini sudah disimpan atau dibatalkan sebelumnya; tidak ada yang berubah"))


class Changed(Exception):
    """What is stored has changed since the plan was shown; `plan` is what would happen now."""

    def __init__(self, plan):
        self.plan = plan
        super().__init__(N_("Data telah berubah sejak diperiksa; periksa lagi sebelum menyimpan"))


class Expired(Invalid):
    """The upload waited too long: what was shown is out of date."""

    def __init__(self):
        super().__init__(N_("Unggahan ini sudah lebih dari 24 jam menunggu; unggah berkasnya lagi"))


class HasErrors(Exception):
    """Rows are in error, so nothing was written; `plan` names them."""

    def __init__(self, plan):
        self.plan = plan
        super().__init__(N_("Masih ada baris yang salah; tidak ada yang disimpan"))


class Refused(HasErrors):
    """The database refused rows that the plan took for right; they are named, also among the errors of `plan`."""

    def __init__(self, plan):
        super().__init__(plan)
        self.args = ("; ".join([str(problem) for problem in plan.errors][:20]),)


class NotUndoable(Invalid):
    """An upload that can no longer be taken back, and why."""


@contextmanager
def quick():
    """No garbage collection meanwhile: rows by the ten thousand, none of it garbage, take a fifth longer."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read(sheet, data, context, edits=NOTHING):
    """The Checked rows of a file's bytes, with what people decided about them."""
    learnt = Setting.read(None, f"{LEARNT}{sheet.name}", {}) | edits.titles
    table = edited(parse(data, sheet, learnt), edits)
    context.tell(0.2)
    return validate(sheet, table, context)


@quick()
def check(sheet, data, context, edits=NOTHING):
    """The Plan of a file's bytes, written nowhere. Raises Unreadable and access.Denied."""
    return plan(sheet, read(sheet, data, context, edits), context)


def store(sheet, data, filename, context):
    """(Upload in state "checked", its Plan): the bytes, kept a day for somebody to apply them.

    A file of which a needed column was not recognised is kept as well, without a Plan: None.
    """
    try:
        found = check(sheet, data, context)
    except Unmapped:
        found = None
    with write():
        Upload.forget_old()
        kept = found and {**counts(found), "fingerprint": found.fingerprint}
        upload = _upload(sheet, data, filename, context, **(kept or {}))
    return upload, found


def shelve(sheet, data, filename, context):
    """An Upload in state "queued" whose bytes wait to be checked in the background. Raises Unreadable, Denied."""
    may_import(sheet, context.user)
    with write():
        Upload.forget_old()
        return _upload(sheet, data, filename, context, state="queued", beat=time.time())


def revise(upload, user, edits):
    """Keep other decisions with a stored upload; the Plan under them. Raises AlreadyDone, access.Denied.

    What the desk says of unknown titles is remembered for the office; what others say holds for this upload.
    """
    sheet, context = SHEETS[upload.sheet], context_of(upload, user, edits)
    found = check(sheet, bytes(upload.data), context, edits)
    with write():
        waiting = (Upload.id == upload.id) & (Upload.state == "checked")
        kept = {**counts(found), "edits": edits.as_json(), "fingerprint": found.fingerprint}
        if not Upload.update(kept).where(waiting).execute():
            raise AlreadyDone()
        _learn(sheet, edits.titles, user)
    return found


def _learn(sheet, titles, user):
    """Remember for the office what titles mean that we do not know, as the desk says."""
    key = f"{LEARNT}{sheet.name}"
    known = Setting.read(None, key, {})
    new = {t: h for t, h in titles.items() if t not in sheet.known and t not in sheet.synonyms}
    if access.is_desk(user) and known | new != known:
        told = "; ".join(f"“{title}” = {header or '-'}" for title, header in new.items())
        audit.keep(key, known | new, f"{sheet.title}: {told}", user=user)


@quick()
def apply(upload, user, partial=False, tell=silent):
    """Write a stored upload in one transaction; returns the Plan that was carried out.

    The bytes are parsed and validated again, and planned again inside the transaction. Raises
    AlreadyDone, Changed, HasErrors, access.Denied; whatever is raised, nothing was written.
    """
    if upload.expired:
        raise Expired()
    sheet, edits = SHEETS[upload.sheet], Edits.of(upload)
    context = context_of(upload, user, edits, tell)
    checked = read(sheet, bytes(upload.data), context, edits)
    with write():
        _claim(upload)
        found = plan(sheet, checked, context)
        if found.fingerprint != upload.fingerprint:
            raise Changed(found)
        _carry_out(found, upload, context, partial)
    return found


@quick()
def run(sheet, data, filename, context, partial=False, dry_run=False):
    """(Plan, Upload or None) of one pass: parsed and validated once, planned and written inside."""
    checked = read(sheet, data, context)
    if dry_run:
        return plan(sheet, checked, context), None
    try:
        with write():
            found = plan(sheet, checked, context)
            if found.unsettled and not partial:
                return found, None
            upload = _upload(sheet, data, filename, context, state="applied", **counts(found))
            _carry_out(found, upload, context, partial)
    except Refused:
        return found, None
    return found, upload


def context_of(upload, user, edits=NOTHING, tell=silent):
    """The Context of a stored upload: only who uploaded it, HR and IT may act on it."""
    if user is not None and user.role not in ("admin", "hr") and upload.user_id != user.id:
        raise access.Denied(N_("Unggahan ini milik akun lain"))
    return Context(user, upload.period, frozenset(edits.take), tell)


def report(sheet, found, applied, upload_id):
    """The contract's JSON object of a Plan."""
    return {
        "sheet": sheet.name, "rows": found.rows, **found.counts,
        "same": found.same, "conflict": len(found.conflict),
        "errors": [problem.told for problem in found.errors],
        "warnings": [problem.told for problem in (*found.warnings, *found.moved, *found.strange)],
        "applied": applied, "upload": upload_id,
    }  # fmt: skip


# ------------------------------------------------------------------ writing


def counts(found):
    """What an Upload keeps of a Plan: {column: number of rows}."""
    return {
        "rows": found.rows, **found.counts, "same": found.same,
        "conflict": len(found.conflict), "wrong": found.rows - _good(found),
    }  # fmt: skip


def _good(found):
    return sum(found.counts.values()) + found.same + len(found.conflict)


def _upload(sheet, data, filename, context, **more):
    return Upload.create(
        sheet=sheet.name, filename=(Upload.filename.parse(filename[-200:]) or "-"), user=context.user, period=context.period,
        data=data, sha256=sha256(data).hexdigest(), **more,
    )  # fmt: skip


def _claim(upload):
    """Take the upload for applying; a second click finds it taken."""
    waiting = Upload.state.in_(("checked", "queued", "applying"))
    if not Upload.update(state="applied", draft=None).where((Upload.id == upload.id) & waiting).execute():
        raise AlreadyDone()
    upload.state = "applied"


def _carry_out(found, upload, context, partial):
    if found.unsettled and not partial:
        raise HasErrors(found)
    context.tell(0.7)
    if found.new:
        _insert(found, upload, context.user)
    context.tell(0.9)
    if found.changed:
        _update(found, upload, context.user)
    if found.refused and not partial:
        raise Refused(found)
    Upload.update(**counts(found)).where(Upload.id == upload.id).execute()


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
                found.refuse(line, *audit.refused(error, found.sheet.model))


def _insert(found, upload, user):
    """Insert the new lines, those that others refer to first, and their trail."""
    model, key = found.sheet.model, found.sheet.key[0]
    _number(found)
    for line, number in zip(found.new, audit.reserve_ids(model, len(found.new)), strict=True):
        line.id = number
    ids = {line.after[key]: line.id for line in found.new}
    lines = _resolve(found.sheet, found.new, ids)
    if found.sheet.own:
        lines = _parents_first(lines, [column.name for column in found.sheet.own])
        _resolve(found.sheet, found.changed, ids)
    names = [f.name for f in model._meta.sorted_fields if f.name not in MADE]
    values, stamp = itemgetter(*names), now().isoformat(" ")
    rows = [(*values(line.after), line.id, 1, stamp) for line in lines]
    _store(found, lines, rows, lambda rows: audit.insert_many(model, (*names, *MADE), rows))
    trail = [(line.id, line.label, *found.trail(line)) for line in lines if line.row not in found.refused]
    audit.log_many("create", model, trail, user=user, upload=upload.id)


def _resolve(sheet, lines, ids):
    """Put the ids of the rows just numbered in place of their natural keys."""
    for line in lines if sheet.own else ():
        for column in sheet.own:
            value = line.after.get(column.name)
            if isinstance(value, Coming):
                line.after[column.name], line.trail = ids[value], ()
    return lines


def _parents_first(lines, names):
    """The lines in an order in which each comes after those of them it refers to."""
    left, ordered = {line.id: line for line in lines}, []
    while left:
        ready = [i for i, line in left.items() if not any(line.after.get(n) in left for n in names)]
        ordered += [left.pop(i) for i in ready]
    return ordered


def _update(found, upload, user):
    """Update the changed lines, grouped by the fields that differ, and their trail."""
    model, groups = found.sheet.model, {}
    plain = [line for line in found.changed if not line.move]
    for line in plain:
        groups.setdefault(tuple(line.after), []).append(line)
    for names, lines in groups.items():
        rows = [(*line.after.values(), line.id, line.version) for line in lines]
        _store(found, lines, rows, lambda rows, names=names: audit.update_many(model, names, rows))
    trail = [(line.id, line.label, *found.trail(line)) for line in plain if line.row not in found.refused]
    audit.log_many("update", model, trail, user=user, upload=upload.id)
    _move(found, upload, user)


def _move(found, upload, user):
    """Move the lines that ask for it, each with all that differs."""
    model, lines = found.sheet.model, [line for line in found.changed if line.move]

    def take(mine):
        each = {line.id: line.after for line in mine}
        rows = [model(id=key) for key in each]
        if flows.take(rows, mine[0].move, user, each=each, upload=upload.id).left:
            raise audit.Stale(str(upload))

    for move in dict.fromkeys(line.move for line in lines):
        mine = [line for line in lines if line.move is move]
        _store(found, mine, mine, take)


def _number(found):
    """Give the new lines the numbers that nobody types."""
    found.sheet.number([line.after for line in found.new])
    for line in found.new:
        if line.label == "":
            line.label, line.trail = found.sheet.model.called.format_map(line.after), ()


# ------------------------------------------------------------------ undo


def undo(upload, user):
    """Take an applied upload back: (rows undone, labels of rows that had to stay).

    An upload of a period can be taken back while the period is open, any other for seven days. Of rows
    that the account may not read all count as undone, whatever became of them. Raises access.Denied, AlreadyDone and NotUndoable.
    """
    sheet = SHEETS[upload.sheet]
    context_of(upload, user)
    if not access.may(user, "upload", sheet.model):
        raise access.Denied(N_("Akun ini tidak boleh membatalkan unggahan ini"))
    with write():
        upload = Upload.get_by_id(upload.id)
        if upload.state != "applied":
            raise AlreadyDone()
        _still_undoable(upload, sheet.model)
        _within_reach(upload, sheet.model, user)
        try:
            hidden = _hidden(upload, sheet.model, user)
            undone, kept = audit.undo(upload, sheet.model, user=user, hidden=hidden or ())
        except IntegrityError:
            raise NotUndoable(N_("Data yang dirujuk semula sudah dihapus atau dipakai lagi")) from None
        return (undone if hidden is None else upload.new + upload.changed - len(kept)), kept


def _hidden(upload, model, user):
    """The ids of the rows that an upload wrote and the account may not read; None where it reads all."""
    seen, touched = (
        access.scope(model, user),
        model.select(model.id).where(model.id.in_(_touched(upload, model))),
    )
    if seen is None:
        return None
    return {key for (key,) in touched.tuples()} - {key for (key,) in touched.where(seen).tuples()}


def _touched(upload, model):
    """The ids of the rows that an upload wrote, as a sub-select."""
    mine = (Change.upload == upload.id) & (Change.table == model._meta.table_name)
    return Change.select(Change.key).where(mine)


def _within_reach(upload, model, user):
    """Refuse where the account may no longer write every row that the upload wrote."""
    reach = access.writable(model, user)
    rows = model.select().where(model.id.in_(_touched(upload, model)))
    if reach is not None and rows.where(reach).count() != rows.count():
        raise NotUndoable(N_("Sebagian data unggahan ini di luar wewenang akun Anda; mintalah kepegawaian"))


def _still_undoable(upload, model):
    states = _period_states(upload, model) if model.frozen_with_period else set()
    if "closed" in states:
        raise NotUndoable(N_("Periode sudah ditutup; unggahan ini tidak dapat dibatalkan"))
    if not states and upload.at < now() - timedelta(days=UNDO_DAYS):
        raise NotUndoable(
            N_("Lebih dari %(days)s hari sejak diunggah; unggahan ini tidak dapat dibatalkan"),
            days=UNDO_DAYS,
        )


def _period_states(upload, model):
    """The states of the periods that an upload's rows belong to now, or would go back to."""
    rows = model.select(model.period).where(model.id.in_(_touched(upload, model))).distinct()
    texts = Change.select(Change.before).where((Change.upload == upload.id) & Change.before.is_null(False))
    back = {json.loads(text).get("period") for (text,) in texts.tuples()}
    periods = back | {key for (key,) in rows.tuples()}
    query = Period.select(Period.state).where(among(Period.id, periods - {None})).distinct()
    return {state for (state,) in query.tuples()}
