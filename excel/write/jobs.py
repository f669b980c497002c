"""Large uploads are checked and applied in the background: the Upload row is the job, the table the queue.

A job is claimed inside `write()`, tells how far it got and beats as it does; one whose worker died
(kill -9, power cut) is claimed again. Whatever a worker wrote is in one transaction or not there.
A file has three tries; what the machine lacks, room or a database that answers, counts for none.
"""

import gc
import logging
import multiprocessing
import os
import re
import sys
import time
from contextlib import suppress
from functools import partial
from traceback import format_exception

from peewee import InterfaceError, OperationalError

import access
from audit import Stale
from database import aside, connect, db, open_existing
from models import Beat, Upload, User
from values import N_, Invalid

from ..read.edits import Edits
from ..read.guarded import archive
from ..read.parse import Unmapped, Unreadable
from .apply import NotApplied, apply
from .uploads import PENDING, claim_job, keep_job, plan_of, shown

LARGE = 3 << 20  # bytes of a workbook's sheets: some seven thousand rows
CSV = 5  # times that a .csv is smaller
LONG_WAIT, PAUSE, SILENT = 5, 0.25, 4 * Beat.EVERY  # seconds
TRIES, REST = 3, 15  # tries of a file; seconds before a job goes on that the machine made fail
FULL = re.compile("is full|no space left", re.IGNORECASE)  # as SQLite, PostgreSQL and the system say it
LACKS = {  # by the exit code of a job's process
    81: N_("Ruang cakram habis; berkas ini dicoba lagi dengan sendirinya sesudah ada ruang"),
    82: N_("Basis data tidak menjawab; berkas ini dicoba lagi dengan sendirinya"),
}
LOG = logging.getLogger("kinerja")
FRESH = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")  # the worker has one thread


def is_large(data):
    """Whether checking this file would keep a person waiting."""
    try:
        book = archive(data)
    except Unreadable:
        return False  # small enough to be refused at once
    return (sum(entry.file_size for entry in book.infolist()) if book else CSV * len(data)) > LARGE


def last_beat():
    """Seconds since 1970 when a background worker, busy or not, last told that it lives (every `Beat.EVERY`), or None."""
    return Beat.select(Beat.at).scalar()


def is_unattended(upload):
    """Whether a job has waited for a while and no worker tells that it lives; a time to come tells nothing."""
    if upload.state not in PENDING or abs(time.time() - (upload.beat or 0)) < LONG_WAIT:
        return False
    return abs(time.time() - (last_beat() or 0)) > SILENT


def work_off(upload):
    """Do a claimed job; whatever comes of it is kept in its row, unless somebody decided on it meanwhile."""
    edits, progress = Edits.of(upload), partial(_beat, upload)
    edits.tries, edits.note = edits.tries + 1, "" if edits.note in LACKS.values() else edits.note
    keep_job(upload, edits=edits.as_json())
    result = {}
    try:
        if edits.tries > TRIES:
            raise Invalid(N_("Pemeriksaan berkali-kali terhenti; bagi berkas menjadi beberapa bagian"))
        if upload.fingerprint:
            user = User.get_by_id(edits.apply["by"])
            if not user.active:
                raise access.Denied(N_("Akun ini tidak aktif"))
            apply(upload, user, edits.apply["partial"], progress=progress)
        else:
            edits.tries, result = 0, {"state": "checked", "beat": None}
            with suppress(Unmapped):  # a person will say what the columns mean
                plan = plan_of(upload, upload.user, edits, progress)
                progress(0.8)
                result |= shown(plan)
    except NotApplied as refusal:  # what has changed since is reviewed again
        edits.note, edits.apply, edits.tries = str(refusal), {}, 0
        result = {"state": "queued", "fingerprint": None, "draft": None, "total": 0}
    except (Invalid, access.Denied, Stale) as refusal:
        edits.note, result = str(refusal), {"state": "failed"}
    keep_job(upload, edits=edits.as_json(), **result)


def _beat(upload, share):
    """Tell the row how far its job is, unless a transaction is open: nobody could read it."""
    if not db.in_transaction():
        keep_job(upload, done=int(100 * share), beat=time.time())


def keep_working(stay, parent=None):
    """Work jobs off, each in a process of its own, until there are none; with `stay` wait for more, and for the database.

    A process that dies gives its job back, and the memory of a large file goes with it. Ends with
    the `parent` that started it.
    """
    told, failed = 0, None  # (a job, the exit code of its process) to give back once the database answers
    while parent in (None, os.getppid()):
        told = pulse(told)
        try:
            open_existing()
            with db.connection_context():
                failed = failed and give_back(*failed)
                job = claim_job()
        except (OperationalError, InterfaceError) as trouble:
            if not stay:
                raise
            LOG.warning("the worker waits for the database: %s", trouble)
            time.sleep(LONG_WAIT)
            continue
        if job:
            child = FRESH.Process(target=work_off_alone, args=(job.id, db.obj.url))
            child.start()
            while child.exitcode is None:
                child.join(Beat.EVERY)
                told = pulse(told)
            failed = child.exitcode and (job, child.exitcode)
        elif stay:
            time.sleep(PAUSE)
        else:
            return


def give_back(job, code):
    """Put a job (as it was claimed) whose process failed into the queue; where the machine did, say so and count no try."""
    edits, lacks = Edits.of(job), LACKS.get(code)
    edits.note, edits.tries = lacks or edits.note, edits.tries + (not lacks)
    keep_job(job, edits=edits.as_json(), total=0, beat=time.time() + (REST if lacks else 0))


def pulse(told):
    """Tell that this worker lives, where it was told some seconds ago; when it was told, by a clock that only goes on."""
    if time.monotonic() - told < Beat.EVERY:
        return told
    with suppress(OperationalError):  # the work goes on without it
        Beat.tell()
    aside.close()
    return time.monotonic()


def work_off_alone(key, url):
    """Do a claimed job over a connection of its own, in a process that ends with it."""
    gc.disable()  # rows by the ten thousand, none of it garbage, take a fifth longer to collect
    connect(url)
    try:
        with db.connection_context():
            work_off(Upload.get_by_id(key))
    except (OperationalError, InterfaceError, OSError) as trouble:
        LOG.warning("upload #%s has to wait: %s", key, trouble)
        # what undoes a write fails too, so the reason may stand further up
        sys.exit(81 if FULL.search("".join(format_exception(trouble))) else 82)
