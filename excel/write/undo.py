"""An applied upload taken back: its rows as they were, what followed from them included."""

import json
from datetime import timedelta

from peewee import IntegrityError

import access
import audit
from database import among, now, write
from models import MODELS, Change, Period, Upload
from values import N_, Invalid

from ..sheet import SHEETS
from .uploads import mark_undone, may_act

DAYS = 7


class NotUndoable(Invalid):
    """An upload that can no longer be taken back, and why."""


def undo(upload, user):
    """Take an applied upload back: (rows undone, labels of rows that had to stay).

    A row touched since, or referred to by others, is left alone and named. An upload of a period can be
    taken back while the period is open, any other for seven days. All of it is one transaction. Of rows
    that the account may not read all count as undone, whatever became of them.
    Raises access.Denied, AlreadyDone and NotUndoable.
    """
    model = SHEETS[upload.sheet].model
    may_act(upload, user)
    if not access.may(user, "upload", model):
        raise access.Denied(N_("Akun ini tidak boleh membatalkan unggahan ini"))
    with write():
        upload = Upload.get_by_id(upload.id)
        mark_undone(upload)
        _still_undoable(upload, model)
        _within_reach(upload, model, user)
        hidden = _hidden(upload, model, user)
        try:
            undone, kept = _take_back(upload, model, user)
        except IntegrityError:
            raise NotUndoable(N_("Data yang dirujuk semula sudah dihapus atau dipakai lagi")) from None
    if hidden is None:
        return undone, [change.label for change in kept]
    labels = [change.label for change in kept if change.key not in hidden]
    return upload.new + upload.changed - len(labels), labels


def _hidden(upload, model, user):
    """The ids of the rows that an upload wrote and the account may not read; None where it reads all."""
    seen, rows = access.scope(model, user), written_rows(upload).select(model.id)
    if seen is None:
        return None
    return {key for (key,) in rows.tuples()} - {key for (key,) in rows.where(seen).tuples()}


def _take_back(upload, model, user):
    """Take back what was written in all tables; (rows undone, changes that stayed) of the upload's own."""
    changes = _written(upload).order_by(Change.id.desc())
    result = 0, []
    for touched in reversed(MODELS):
        mine = [change for change in changes if change.table == touched._meta.table_name]
        if mine:
            found = audit.take_back(touched, mine, user=user, upload=upload.id)
            result = found if touched is model else result
    return result


def _written(upload):
    """The trail of what an upload wrote, as a query."""
    return Change.select().where((Change.upload == upload.id) & Change.action.in_(("create", "update")))


def written_ids(upload):
    """The ids of the rows of its table that an upload wrote, as a sub-select."""
    table = SHEETS[upload.sheet].model._meta.table_name
    return _written(upload).where(Change.table == table).select(Change.key)


def written_rows(upload):
    """The rows of its table that an upload wrote, as a query."""
    model = SHEETS[upload.sheet].model
    return model.select().where(model.id.in_(written_ids(upload)))


def _within_reach(upload, model, user):
    """Refuse where the account may no longer write every row that the upload wrote."""
    reach, rows = access.writable(model, user), written_rows(upload)
    if reach is not None and rows.where(reach).count() != rows.count():
        raise NotUndoable(N_("Sebagian data unggahan ini di luar wewenang akun Anda; mintalah kepegawaian"))


def _still_undoable(upload, model):
    states = _period_states(upload, model) if model.frozen_with_period else set()
    if "closed" in states:
        raise NotUndoable(N_("Periode sudah ditutup; unggahan ini tidak dapat dibatalkan"))
    if not states and upload.at < now() - timedelta(days=DAYS):
        words = N_("Lebih dari %(days)s hari sejak diunggah; unggahan ini tidak dapat dibatalkan")
        raise NotUndoable(words, days=DAYS)


def _period_states(upload, model):
    """The states of the periods that an upload's rows belong to now, or would go back to."""
    before = _written(upload).where(Change.before.is_null(False)).select(Change.before)
    back = {json.loads(text).get("period") for (text,) in before.tuples()}
    periods = back | {key for (key,) in written_rows(upload).select(model.period).distinct().tuples()}
    query = Period.select(Period.state).where(among(Period.id, periods - {None})).distinct()
    return {state for (state,) in query.tuples()}
