"""Large uploads are checked and applied in the background: the Upload row is the job, the table the queue.

A job is claimed inside `write()`, tells how far it got and beats as it does; one whose worker died
(kill -9, power cut) is claimed again. Whatever a worker wrote is in one transaction or not there.
"""

import io
import multiprocessing
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import access
from audit import Stale
from database import connect, db, write
from models import Upload, User
from values import N_, Invalid

from . import apply as work
from .edits import Edits
from .header import Unmapped
from .review import Review, packed
from .sheet import SHEETS

LARGE = 3 << 20  # bytes of a workbook's sheets: some seven thousand rows
CSV = 5  # times that a .csv is smaller
WAITING, STALE, PAUSE, IDLE = 5, 45, 0.25, 30  # seconds
TRIES = 3
FRESH = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")  # the worker has one thread
PROGRAM = Path(__file__).parents[1] / "admin_app.py"


def is_large(data):
    """Whether checking this file would keep a person waiting."""
    if not data.startswith(b"PK\3\4"):
        return len(data) * CSV > LARGE
    try:
        return sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(data)).infolist()) > LARGE
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False  # small enough to be refused at once


def queue(upload, edits, **kept):
    """Put an upload into the queue: without a fingerprint to be checked, with one to be applied.

    Raises work.AlreadyDone where it does not wait for a decision any more.
    """
    fields = {"state": "queued", "edits": edits.as_json(), "done": 0, "total": 0, "beat": time.time(), **kept}
    with write():
        mine = (Upload.id == upload.id) & (Upload.state == "checked")
        if not Upload.update(fields).where(mine).execute():
            raise work.AlreadyDone()


def forsaken(upload):
    """Whether nobody has taken a queued job for a while, or whoever took it has gone silent."""
    silent = time.time() - (upload.beat or 0)
    return upload.state in ("queued", "applying") and silent > (STALE if upload.total else WAITING)


# ------------------------------------------------------------------ the worker


def claim():
    """Take the oldest job that nobody works on; its Upload, or None."""
    pending = Upload.state.in_(("queued", "applying"))
    free = pending & ((Upload.total == 0) | (Upload.beat < time.time() - STALE))
    if not Upload.select(Upload.id).where(free).exists():
        return None
    with write():
        row = Upload.select(Upload.id, Upload.fingerprint).where(free).order_by(Upload.id).first()
        if row is None:
            return None
        state = "applying" if row.fingerprint else "queued"
        Upload.update(state=state, total=100, done=0, beat=time.time()).where(Upload.id == row.id).execute()
    return Upload.get_by_id(row.id)


def release(key):
    """Give a job back whose worker died."""
    with write():
        mine = (Upload.id == key) & Upload.state.in_(("queued", "applying"))
        Upload.update(total=0).where(mine).execute()


def work_off(upload):
    """Do a claimed job; whatever comes of it is kept in its row."""
    edits = Edits.of(upload)
    edits.tries += 1
    _keep(upload, edits=edits.as_json())
    try:
        if edits.tries > TRIES:
            raise Invalid(N_("Pemeriksaan berkali-kali terhenti; bagi berkas menjadi beberapa bagian"))
        if upload.fingerprint:
            _apply(upload, edits)
        else:
            _check(upload, edits)
    except (Invalid, access.Denied, Stale) as refusal:
        edits.note = str(refusal)
        _keep(upload, state="failed", edits=edits.as_json())


def _keep(upload, **fields):
    with write():
        pending = (Upload.id == upload.id) & Upload.state.in_(("queued", "applying"))
        Upload.update(fields).where(pending).execute()


def _check(upload, edits):
    """Make the review of a file, and keep it."""
    tell = _teller(upload)
    context = work.context_of(upload, upload.user, edits, tell)
    edits.tries = 0
    kept = {"state": "checked", "edits": edits.as_json(), "beat": None}
    try:
        plan = work.check(SHEETS[upload.sheet], bytes(upload.data), context, edits)
    except Unmapped:
        return _keep(upload, **kept)
    tell(0.8)
    draft = packed(Review(plan, edits))
    _keep(upload, **kept, **work.counts(plan), fingerprint=plan.fingerprint, draft=draft)


def _apply(upload, edits):
    """Carry a reviewed upload out; what has changed since is reviewed again."""
    user = User.get_by_id(edits.apply["by"])
    if not user.active:
        raise access.Denied(N_("Akun ini tidak aktif"))
    try:
        work.apply(upload, user, edits.apply["partial"], _teller(upload))
    except work.AlreadyDone:
        return
    except (work.Changed, work.HasErrors) as refusal:
        edits.note, edits.apply, edits.tries = str(refusal), {}, 0
        _keep(upload, state="queued", fingerprint=None, draft=None, total=0, edits=edits.as_json())


def _teller(upload):
    """Tells the row how far its job is, unless a transaction is open: nobody could read it."""

    def tell(share):
        if not db.in_transaction():
            _keep(upload, done=int(100 * share), beat=time.time())

    return tell


def keep_working(stay):
    """Work jobs off, each in a process of its own; without `stay` only while there are any.

    A process that dies gives its job back, and the memory of a large file goes with it. Ends with
    the process that started it.
    """
    parent, idle = os.getppid(), 0
    while (stay and os.getppid() == parent) or (not stay and idle < IDLE):
        with db.connection_context():
            job = claim()
        if job is None:
            idle += PAUSE
            time.sleep(PAUSE)
            continue
        idle = 0
        child = FRESH.Process(target=work_off_alone, args=(job.id, db.obj.url))
        child.start()
        child.join()
        if child.exitcode:
            with db.connection_context():
                release(job.id)


def work_off_alone(key, url):
    """Do a claimed job over a connection of its own."""
    connect(url)
    with db.connection_context():
        work_off(Upload.get_by_id(key))


def start_worker(*options, **environment):
    """A process that works jobs of this database off beside this one."""
    command = [sys.executable, str(PROGRAM), "work", *options]
    environment["DATABASE_URL"] = db.obj.url
    return subprocess.Popen(command, env=os.environ | environment, stdin=subprocess.DEVNULL)  # noqa: S603 - our own program
