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
from .uploads import change, may_act, written, written_rows

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
    hidden = set()
    with write():
        upload = Upload.get_by_id(upload.id)
        change(upload, ("applied",), state="undone", undone_at=now())
        _still_undoable(upload, model)
        rows, reach, seen = written_rows(upload), access.writable(model, user), access.scope(model, user)
        if reach is not None and rows.where(reach).count() != rows.count():
            words = N_("Sebagian data unggahan ini di luar wewenang akun Anda; mintalah kepegawaian")
            raise NotUndoable(words)
        if seen is not None:
            hidden = {key for (key,) in rows.select(model.id).tuples()}
            hidden -= model.those(hidden, seen)
        try:
            undone, kept = _take_back(upload, model, user)
        except IntegrityError:
            raise NotUndoable(N_("Data yang dirujuk semula sudah dihapus atau dipakai lagi")) from None
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


def _take_back(upload, model, user):
    """Take back what was written in all tables; (rows undone, changes that stayed) of the upload's own."""
    lines, result = list(written(upload).order_by(Change.id.desc())), (0, [])
    for touched in reversed(MODELS):
        if mine := [line for line in lines if line.table == touched._meta.table_name]:
            found = audit.take_back(touched, mine, user=user, upload=upload.id)
            result = found if touched is model else result
    return result
