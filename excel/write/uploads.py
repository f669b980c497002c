"""What an upload goes through: stored, queued, claimed, applied, taken back. Whatever sets its state is here."""

import time
from contextlib import suppress
from hashlib import sha256

import access
from database import now, write
from models import Change, Employee, Upload
from values import N_, Invalid, as_text

from ..check.kept import holds, packed, unpacked
from ..check.plan import check, plan, read_file
from ..check.validate import Context, may_import
from ..read.edits import Edits, learn
from ..read.guarded import Busy
from ..read.parse import Unmapped, Unreadable
from ..sheet import SHEETS, nothing

LOST_AFTER = 45  # seconds after which a job that does not beat is given to another worker
PENDING = ("queued", "applying")


class AlreadyDone(Invalid):
    """The upload was applied (or taken back) before; nothing more happened now."""


def may_act(upload, user):
    """Refuse an account that may not act on an upload: only who uploaded it, HR and IT may."""
    if not access.is_desk(user) and upload.user_id != user.id:
        raise access.Denied(N_("Unggahan ini milik akun lain"))


def may_decide(upload, user):
    """Refuse an upload that waited too long, for what was shown is out of date, and who may not act on it."""
    if upload.state == "checked" and upload.at < now() - Upload.WAITS:
        raise Invalid(N_("Unggahan ini sudah lebih dari 24 jam menunggu; unggah berkasnya lagi"))
    may_act(upload, user)


def read_again(upload, user, edits, progress=nothing):
    """The Plan of a stored upload under these decisions, not yet held beside what is stored. Raises access.Denied."""
    may_act(upload, user)
    context = Context(user, upload.period, edits, progress)
    return read_file(SHEETS[upload.sheet], bytes(upload.data), context)


def plan_of(upload, user, edits, progress=nothing):
    """The Plan of a stored upload under these decisions. Raises access.Denied."""
    return plan(read_again(upload, user, edits, progress))


def reviewed(plan):
    """What an Upload keeps of a Plan, by column: numbers of rows, and what tells whether it still holds."""
    counts = plan.counts
    wrong = plan.rows - sum(counts.values())
    return {"rows": plan.rows, **counts, "wrong": wrong, "fingerprint": plan.fingerprint}


def shown(plan):
    """What an Upload keeps of a Plan that waits for somebody to look at it, by column: its packed review too."""
    return reviewed(plan) | {"draft": packed(plan)}


def kept_review(upload, user):
    """The Review that an upload keeps, of a large file as it was, else if it still holds for this account; or None."""
    review = unpacked(SHEETS[upload.sheet], upload.draft)
    return review if review and (upload.apart or holds(review, user)) else None


def written(upload, model=None):
    """The trail of what an upload wrote, of one table or of all, as a query."""
    mine = (Change.upload == upload.id) & Change.action.in_(("create", "update"))
    return Change.select().where(mine if model is None else mine & (Change.table == model._meta.table_name))


def written_ids(upload):
    """The ids of the rows of its table that an upload wrote and that are still there."""
    model = SHEETS[upload.sheet].model
    return model.those([key for (key,) in written(upload, model).select(Change.key).tuples()])


def rests_on(upload):
    """The labels of rows of other tables that rest on what an upload wrote and may not be settled yet."""
    sheet = SHEETS[upload.sheet]
    return sheet.resting(written(upload, sheet.model).select(Change.key))


def open_to(upload, user):
    """Whether an account may have the file of an upload, which is as secret as its most secret row.

    Who sent it may have it back. Of others the account must read every row that it wrote, and the file may
    neither say anything of a stored row that the account may not read nor name its own person.
    """
    model = SHEETS[upload.sheet].model
    seen = access.scope(model, user)
    if seen is access.ALL or upload.user_id == user.id:
        return True
    if access.outside(model, written_ids(upload), seen):
        return False
    if not upload.data:
        return True
    edits = Edits.of(upload)
    try:
        found = plan_of(upload, user, Edits(titles=edits.titles))
    except Unreadable:  # nobody can say whom it is about
        return False
    table = found.table
    cells = [text for texts in edits.cells.values() for text in texts.values()]
    for column in table.places:
        cells += table.cells(column) if column.field is Employee.nip else ()
    return not (_names(cells, user.employee) or found.unread)


def _names(cells, person):
    """Whether any cell is the NIP of a person, or what a spreadsheet left of it."""
    for cell in cells if person else ():
        try:
            if Employee.nip.parse(cell) == person.nip:
                return True
        except Invalid as problem:
            head = person.nip[:15]
            if head in problem.params.get("heads", ()) or head in as_text(cell):
                return True
    return False


def change(upload, states, **fields):
    """Change an upload that is in one of these states. Raises AlreadyDone where it is not."""
    with write():
        mine = (Upload.id == upload.id) & Upload.state.in_(states)
        if not Upload.update(fields).where(mine).execute():
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


def store(sheet, data, filename, context, later=False):
    """(Upload, its Plan): the bytes, checked, and kept a day for somebody to apply them.

    They wait to be checked in the background if that is to be `later`, or too many files are being opened now.
    Such a file, and one of which a needed column was not recognised, has no Plan yet: None.
    Raises Unreadable and access.Denied.
    """
    may_import(sheet, context.user)
    found, fields = None, _queued()
    try:
        if not later:
            found = check(sheet, data, context)
            fields = shown(found)
    except Unmapped:
        fields = {}
    except Busy:  # the background has time
        pass
    return keep(sheet, data, filename, context, **fields), found


def _queued(**fields):
    """What an Upload keeps, by column, while it waits for the background."""
    return {"state": "queued", "done": 0, "total": 0, "beat": time.time(), **fields}


def revise(upload, user, edits):
    """Keep other decisions with a stored upload; the Plan under them. Raises AlreadyDone, access.Denied.

    A large file is checked again in the background, and has no Plan until then: None. What the desk
    says of unknown titles is remembered for the office; what others say holds for this upload.
    """
    may_act(upload, user)
    found = None if upload.apart else plan_of(upload, user, edits)
    fields = shown(found) if found else _queued(fingerprint=None, draft=None)
    with write():
        change(upload, ("checked",), edits=edits.as_json(), **fields)
        learn(SHEETS[upload.sheet], edits.titles, user)
    return found


def queue_apply(upload, user, fingerprint, partial=False):
    """Put an upload into the queue to be applied as it was shown. Raises AlreadyDone, access.Denied."""
    may_decide(upload, user)
    edits = Edits.of(upload)
    edits.apply, edits.note, edits.tries = {"by": user.id, "partial": partial}, "", 0
    change(upload, ("checked",), **_queued(edits=edits.as_json(), fingerprint=fingerprint))


def claim_job():
    """Take the oldest job whose time has come and that nobody works on; its Upload, or None."""
    moment = time.time()
    lost = ~Upload.beat.between(moment - LOST_AFTER, moment + LOST_AFTER)  # also where a clock jumped back
    free = Upload.state.in_(PENDING) & (lost | (Upload.total == 0) & (Upload.beat <= moment))
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
    with suppress(AlreadyDone):
        change(upload, PENDING, **fields)
