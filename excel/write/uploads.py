"""What an upload goes through: stored, queued, claimed, applied, taken back. Whatever sets its state is here."""

import time
from hashlib import sha256

import access
from database import now, write
from models import Upload
from values import N_, Invalid

from ..check.plan import check
from ..check.validate import Context, may_import
from ..read.edits import NOTHING, Edits, learn
from ..read.parse import Unmapped
from ..sheet import SHEETS, nothing

STALE = 45  # seconds after which a job that does not beat is given to another worker
PENDING = ("queued", "applying")
WAITING = ("checked", *PENDING)


class AlreadyDone(Invalid):
    """The upload was applied (or taken back) before; nothing more happened now."""

    def __init__(self):
        super().__init__(N_("Unggahan ini sudah disimpan atau dibatalkan sebelumnya; tidak ada yang berubah"))


class Expired(Invalid):
    """The upload waited too long: what was shown is out of date."""

    def __init__(self):
        super().__init__(N_("Unggahan ini sudah lebih dari 24 jam menunggu; unggah berkasnya lagi"))


# ------------------------------------------------------------------ what a stored upload says


def may_act(upload, user):
    """Refuse an account that may not act on an upload: only who uploaded it, HR and IT may."""
    if not access.is_desk(user) and upload.user_id != user.id:
        raise access.Denied(N_("Unggahan ini milik akun lain"))


def context_of(upload, user, edits=NOTHING, progress=nothing):
    """The Context of a stored upload. Raises access.Denied."""
    may_act(upload, user)
    return Context(user, upload.period, frozenset(edits.take), progress)


def plan_of(upload, user, edits, progress=nothing):
    """The Plan of a stored upload under these decisions."""
    context = context_of(upload, user, edits, progress)
    return check(SHEETS[upload.sheet], bytes(upload.data), context, edits)


def counts(plan):
    """What an Upload keeps of a Plan: {column: number of rows}."""
    good = sum(plan.counts.values()) + plan.same + len(plan.conflict)
    return {
        "rows": plan.rows, **plan.counts, "same": plan.same,
        "conflict": len(plan.conflict), "wrong": plan.rows - good,
    }  # fmt: skip


def reviewed(plan):
    """What an Upload keeps of a Plan that is shown for a decision."""
    return {**counts(plan), "fingerprint": plan.fingerprint}


# ------------------------------------------------------------------ its states


def keep(sheet, data, filename, context, **fields):
    """A new Upload of a file's bytes, inside `write()`."""
    name = Upload.filename.parse(filename[-200:]) or "-"
    return Upload.create(
        sheet=sheet.name, filename=name, user=context.user, period=context.period,
        data=data, sha256=sha256(data).hexdigest(), **fields,
    )  # fmt: skip


def store(sheet, data, filename, context):
    """(Upload in state "checked", its Plan): the bytes, kept a day for somebody to apply them.

    A file of which a needed column was not recognised is kept as well, without a Plan: None.
    """
    try:
        plan = check(sheet, data, context)
    except Unmapped:
        plan = None
    with write():
        Upload.forget_old()
        return keep(sheet, data, filename, context, **(reviewed(plan) if plan else {})), plan


def store_unchecked(sheet, data, filename, context):
    """An Upload in state "queued" whose bytes wait to be checked in the background. Raises access.Denied."""
    may_import(sheet, context.user)
    with write():
        Upload.forget_old()
        return keep(sheet, data, filename, context, state="queued", beat=time.time())


def revise(upload, user, edits):
    """Keep other decisions with a stored upload; the Plan under them. Raises AlreadyDone, access.Denied.

    What the desk says of unknown titles is remembered for the office; what others say holds for this upload.
    """
    plan = plan_of(upload, user, edits)
    with write():
        _change(upload.id, ("checked",), edits=edits.as_json(), **reviewed(plan))
        learn(SHEETS[upload.sheet], edits.titles, user)
    return plan


def queue_check(upload, edits):
    """Put an upload into the queue to be checked again under other decisions. Raises AlreadyDone."""
    _queue(upload, edits, fingerprint=None, draft=None)


def queue_apply(upload, user, shown, partial=False):
    """Put an upload into the queue to be applied as it was shown. Raises AlreadyDone, Expired."""
    if upload.expired:
        raise Expired()
    edits = Edits.of(upload)
    edits.apply, edits.note, edits.tries = {"by": user.id, "partial": partial}, "", 0
    _queue(upload, edits, fingerprint=shown)


def _queue(upload, edits, **fields):
    fields |= {"state": "queued", "edits": edits.as_json(), "done": 0, "total": 0, "beat": time.time()}
    with write():
        _change(upload.id, ("checked",), **fields)


def claim_job():
    """Take the oldest job that nobody works on; its Upload, or None."""
    free = Upload.state.in_(PENDING) & ((Upload.total == 0) | (Upload.beat < time.time() - STALE))
    if not Upload.select(Upload.id).where(free).exists():
        return None
    with write():
        row = Upload.select(Upload.id, Upload.fingerprint).where(free).order_by(Upload.id).first()
        if row is None:
            return None
        state = "applying" if row.fingerprint else "queued"
        Upload.update(state=state, total=100, done=0, beat=time.time()).where(Upload.id == row.id).execute()
    return Upload.get_by_id(row.id)


def release_job(key):
    """Give a job back whose worker died."""
    keep_job(key, total=0)


def keep_job(key, **fields):
    """Keep what became of a job, unless the upload was decided on meanwhile."""
    with write():
        mine = (Upload.id == key) & Upload.state.in_(PENDING)
        Upload.update(fields).where(mine).execute()


def mark_applied(upload):
    """Take the upload for applying, inside `write()`; a second click finds it taken: AlreadyDone."""
    _change(upload.id, WAITING, state="applied", draft=None)
    upload.state = "applied"


def mark_undone(upload):
    """Take the upload for undoing, inside `write()`. Raises AlreadyDone."""
    _change(upload.id, ("applied",), state="undone", undone_at=now())


def _change(key, states, **fields):
    """Change an upload that is in one of these states. Raises AlreadyDone where it is not."""
    mine = (Upload.id == key) & Upload.state.in_(states)
    if not Upload.update(fields).where(mine).execute():
        raise AlreadyDone()
