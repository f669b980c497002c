"""What an upload goes through: stored, queued, claimed, applied, taken back. Whatever sets its state is here."""

import time
from hashlib import sha256

import access
from database import now, write
from models import Change, Employee, Upload
from values import N_, Invalid, as_text

from ..check.plan import check
from ..check.validate import Context, may_import
from ..read.edits import NOTHING, Edits, learn
from ..read.parse import Unmapped, Unreadable, parse
from ..sheet import SHEETS, nothing

STALE = 45  # seconds after which a job that does not beat is given to another worker
PENDING = ("queued", "applying")


class AlreadyDone(Invalid):
    """The upload was applied (or taken back) before; nothing more happened now."""


# ------------------------------------------------------------------ what a stored upload says, and to whom


def may_act(upload, user):
    """Refuse an account that may not act on an upload: only who uploaded it, HR and IT may."""
    if not access.is_desk(user) and upload.user_id != user.id:
        raise access.Denied(N_("Unggahan ini milik akun lain"))


def may_decide(upload, user):
    """Refuse an upload that waited too long, for what was shown is out of date, and who may not act on it."""
    if upload.state == "checked" and upload.at < now() - Upload.WAITS:
        raise Invalid(N_("Unggahan ini sudah lebih dari 24 jam menunggu; unggah berkasnya lagi"))
    may_act(upload, user)


def plan_of(upload, user, edits, progress=nothing):
    """The Plan of a stored upload under these decisions. Raises access.Denied."""
    may_act(upload, user)
    context = Context(user, upload.period, frozenset(edits.take), progress)
    return check(SHEETS[upload.sheet], bytes(upload.data), context, edits)


def reviewed(plan):
    """What an Upload keeps of a Plan, by column: numbers of rows, and what tells whether it still holds."""
    settled = {**plan.counts, "same": plan.same, "conflict": len(plan.conflict)}
    wrong = plan.rows - sum(settled.values())
    return {"rows": plan.rows, **settled, "wrong": wrong, "fingerprint": plan.fingerprint}


def written(upload, model=None):
    """The trail of what an upload wrote, of one table or of all, as a query."""
    mine = (Change.upload == upload.id) & Change.action.in_(("create", "update"))
    return Change.select().where(mine if model is None else mine & (Change.table == model._meta.table_name))


def written_ids(upload):
    """The ids of the rows of its table that an upload wrote, as a sub-select."""
    return written(upload, SHEETS[upload.sheet].model).select(Change.key)


def written_rows(upload):
    """The rows of its table that an upload wrote, as a query."""
    model = SHEETS[upload.sheet].model
    return model.select().where(model.id.in_(written_ids(upload)))


def open_to(upload, user):
    """Whether an account may have the file of an upload, which is as secret as its most secret row.

    Who sent it may have it back. Of others the account must read every row that it wrote, and the file may
    neither say anything of a stored row that the account may not read nor name its own person.
    """
    sheet = SHEETS[upload.sheet]
    seen = access.scope(sheet.model, user)
    if user is None or upload.user_id == user.id or seen is None:
        return True
    rows = written_rows(upload)
    if rows.count() != rows.where(seen).count():
        return False
    if not upload.data:
        return True
    edits = Edits.of(upload)
    try:
        table = parse(bytes(upload.data), sheet, edits.titles)
        cells = [text for texts in edits.cells.values() for text in texts.values()]
        for column in table.places:
            cells += table.cells(column) if column.field is Employee.nip else ()
        return not (_names(cells, user.employee) or plan_of(upload, user, NOTHING).unread)
    except Unreadable:  # nobody can say whom it is about
        return False


def _names(cells, person):
    """Whether any cell is the NIP of a person, or what a spreadsheet left of it."""
    for cell in cells if person else ():
        try:
            if Employee.nip.parse(cell) == person.nip:
                return True
        except Invalid as problem:
            head = person.nip[:15]
            if head in getattr(problem, "heads", ()) or head in as_text(cell):
                return True
    return False


# ------------------------------------------------------------------ its states


def change(upload, states, **fields):
    """Change an upload that is in one of these states, inside `write()`. Raises AlreadyDone where it is not."""
    if not Upload.update(fields).where((Upload.id == upload.id) & Upload.state.in_(states)).execute():
        words = N_("Unggahan ini sudah disimpan atau dibatalkan sebelumnya; tidak ada yang berubah")
        raise AlreadyDone(words)


def keep(sheet, data, filename, context, **fields):
    """A new Upload of a file's bytes; what was kept long enough goes."""
    name = Upload.filename.parse(filename[-200:]) or "-"
    with write():
        Upload.forget_old()
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
    return keep(sheet, data, filename, context, **(reviewed(plan) if plan else {})), plan


def store_unchecked(sheet, data, filename, context):
    """An Upload in state "queued" whose bytes wait to be checked in the background. Raises access.Denied."""
    may_import(sheet, context.user)
    return keep(sheet, data, filename, context, state="queued", beat=time.time())


def revise(upload, user, edits):
    """Keep other decisions with a stored upload; the Plan under them. Raises AlreadyDone, access.Denied.

    A large file is checked again in the background, and has no Plan until then: None. What the desk
    says of unknown titles is remembered for the office; what others say holds for this upload.
    """
    may_act(upload, user)
    if upload.draft:
        return _queue(upload, edits, fingerprint=None, draft=None)
    plan = plan_of(upload, user, edits)
    with write():
        change(upload, ("checked",), edits=edits.as_json(), **reviewed(plan))
        learn(SHEETS[upload.sheet], edits.titles, user)
    return plan


def queue_apply(upload, user, shown, partial=False):
    """Put an upload into the queue to be applied as it was shown. Raises AlreadyDone, access.Denied."""
    may_decide(upload, user)
    edits = Edits.of(upload)
    edits.apply, edits.note, edits.tries = {"by": user.id, "partial": partial}, "", 0
    _queue(upload, edits, fingerprint=shown)


def _queue(upload, edits, **fields):
    fields |= {"state": "queued", "edits": edits.as_json(), "done": 0, "total": 0, "beat": time.time()}
    with write():
        change(upload, ("checked",), **fields)


# ------------------------------------------------------------------ of the background


def claim_job():
    """Take the oldest job that nobody works on; its Upload, or None."""
    free = Upload.state.in_(PENDING) & ((Upload.total == 0) | (Upload.beat < time.time() - STALE))
    jobs = Upload.select(Upload.id, Upload.fingerprint).where(free).order_by(Upload.id)
    if not jobs.exists():
        return None
    with write():
        if job := jobs.first():
            state = "applying" if job.fingerprint else "queued"
            change(job, PENDING, state=state, total=100, done=0, beat=time.time())
    return job and Upload.get_by_id(job.id)


def keep_job(upload, **fields):
    """Keep what became of a job, unless the upload was decided on meanwhile."""
    with write():
        Upload.update(fields).where((Upload.id == upload.id) & Upload.state.in_(PENDING)).execute()
