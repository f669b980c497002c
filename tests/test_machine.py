"""The background worker when the machine fails it: no database, no room, a clock that jumps, a kill -9."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from peewee import OperationalError

import migrations
from capabilities.people import UNITS
from database import close, connect, db, on_sqlite
from excel.check.validate import Context
from excel.read.edits import Edits
from excel.write import jobs, uploads
from models import Unit, Upload
from tests import test_excel_jobs as background
from tests.cast import make_account
from tests.conftest import SERVER

program, units, fresh, until = background.program, background.units, background.fresh, background.until
NO_ROOM, NO_DATABASE = jobs.LACKS.values()
reads_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")


def queued(count=3, user=None):
    return uploads.store(UNITS, units(count), "u.xlsx", Context(user or make_account("hr")), later=True)[0]


def told(upload):
    """(The state of a job, its tries, what it has to say)."""
    edits = Edits.of(fresh(upload))
    return fresh(upload).state, edits.tries, edits.note


# ------------------------------------------------------------------ no room


@contextmanager
def small_disk(place, size):
    """A disk of its own of so many bytes."""
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True)  # noqa: S603, S607
    if made.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield place
    finally:
        close()
        subprocess.run(["umount", "-l", place], check=True)  # noqa: S603, S607


def fill(disk, leave):
    """Fill a disk but for so many bytes."""
    with open(disk / "filler", "wb", buffering=0) as filler:
        filler.truncate(0)
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        os.posix_fallocate(filler.fileno(), 0, free - leave)


@pytest.mark.skipif(SERVER is not None or os.name != "posix", reason="a file of SQLite on a disk of Linux")
def test_a_full_disk_is_said_counts_for_no_try_and_is_waited_for(blank, tmp_path, monkeypatch, program):
    with small_disk(tmp_path / "disk", 8 << 20) as disk:
        shutil.copy(blank, disk / "kinerja.db")
        url = f"sqlite:///{disk / 'kinerja.db'}"
        connect(url)
        user = make_account("hr")
        kept = queued(4000, user)
        jobs.keep_working(stay=False)
        uploads.queue_apply(fresh(kept), user, fresh(kept).fingerprint)
        fill(disk, leave=1_200_000)
        for _ in range(jobs.TRIES + 1):
            jobs.keep_working(stay=False)
            assert told(kept) == ("applying", 0, NO_ROOM)
            Upload.update(beat=0).execute()
        assert Unit.select().count() == 0
        fill(disk, leave=0)
        close()
        monkeypatch.setenv("DATABASE_URL", url)
        worker = program("admin_app.py", "work", "--stay", url=url)
        time.sleep(4)
        assert worker.poll() is None
        (disk / "filler").unlink()
        until(lambda: fresh(kept).state == "applied", 40)
        assert (Unit.select().count(), told(kept)) == (4000, ("applied", 1, ""))


def test_a_job_that_waits_for_room_says_so_on_its_page(rows, sign_in):
    client = sign_in(role="hr")
    kept = queued(user=client.user)
    jobs.give_back(uploads.claim_job(), 81)
    assert uploads.claim_job() is None, "others have their turn first"
    assert NO_ROOM in client.get(f"/admin/upload/{kept.id}/").get_data(as_text=True)
    client.set_cookie("language", "en")
    assert client.get(f"/admin/upload/{kept.id}/progress").get_json()["note"].startswith("The disk is full")
    Upload.update(beat=0).execute()
    background.drain()
    assert told(kept) == ("checked", 0, "")


def test_only_what_the_file_may_have_caused_is_a_try(database):
    kept = queued()
    for code, tries in ((82, 0), (-signal.SIGKILL, 1), (81, 1), (1, 2), (82, 2), (-signal.SIGSEGV, 3)):
        Upload.update(beat=0).execute()
        jobs.give_back(uploads.claim_job(), code)
        assert told(kept)[:2] == ("queued", tries)
    jobs.keep_working(stay=False)
    assert told(kept)[0] == "failed"


def test_a_worker_that_does_not_stay_says_that_there_is_no_database(database, monkeypatch):
    def gone():
        raise OperationalError("gone")

    monkeypatch.setattr(jobs, "claim_job", gone)
    if not db.is_closed():
        db.close()
    with pytest.raises(OperationalError):
        jobs.keep_working(stay=False)


# ------------------------------------------------------------------ a clock that jumps


def test_a_clock_that_jumped_back_holds_no_job(database, monkeypatch):
    kept, now, really = queued(), time.time(), time.time
    ahead = now + 5 * 3600
    monkeypatch.setattr(time, "time", lambda: ahead)
    Upload.update(beat=ahead).execute()
    jobs.Beat.tell()
    assert uploads.claim_job()
    monkeypatch.setattr(time, "time", really)
    assert jobs.is_unattended(fresh(kept)), "a beat to come tells of no worker"
    assert uploads.claim_job(), "its worker of five hours from now is no worker"
    Upload.update(total=0, beat=ahead).execute()
    assert uploads.claim_job(), "nor need it wait for its time"


# ------------------------------------------------------------------ a database that goes away


class Server:
    """A PostgreSQL server of this test, stopped and started at will."""

    def __init__(self, place):
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
        if self.bin is None:
            pytest.skip("no server to be started here")
        self.place, self.who = place, ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self.who:
            shutil.chown(place, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.run("initdb", "-U", "postgres", "-A", "trust", "--no-sync")
        self.start()
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE kinerja")

    def url(self, name="kinerja"):
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def run(self, name, *args):
        subprocess.run([*self.who, self.bin / name, "-D", self.place / "db", *args], check=True, cwd="/",
                       stdout=subprocess.DEVNULL)  # fmt: skip

    def start(self):
        asked = f"-p {self.port} -k {self.place} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.run("pg_ctl", "-w", "-l", self.place / "log", "-o", asked, "start")

    def stop(self):
        self.run("pg_ctl", "-m", "immediate", "stop")


@pytest.fixture
def server(blank):
    """A server of its own, in a folder into which its account may go."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        found = Server(Path(place))
        try:
            yield found
        finally:
            close()
            found.stop()
            connect(blank)


@pytest.mark.skipif(SERVER is None, reason="of a server")
def test_a_worker_outlives_its_database_and_goes_on_with_the_job(server, program):
    connect(server.url())
    db.connect()
    migrations.upgrade()
    kept = queued(20_000)
    worker = program("admin_app.py", "work", "--stay", url=server.url())
    until(lambda: fresh(kept).total)
    close()
    server.stop()
    time.sleep(3)
    assert worker.poll() is None
    server.start()
    until(lambda: told(kept) == ("queued", 0, NO_DATABASE), 40)
    until(lambda: fresh(kept).state == "checked", 60)
    assert (told(kept)[1:], worker.poll()) == ((0, ""), None)
    worker.kill()
    worker.wait()


# ------------------------------------------------------------------ kill -9


@reads_proc
def test_whoever_serves_has_another_worker_after_a_kill(database, program):
    """As `serve` does on Windows too, in the process of waitress."""
    running = program("-c", "import serving, time; serving.keep_a_worker(); time.sleep(60)")
    first = until(lambda: background.worker_of(running.pid))
    os.kill(first, signal.SIGKILL)
    until(lambda: background.worker_of(running.pid) not in (None, first))
    kept = queued()
    until(lambda: fresh(kept).state == "checked")
    assert on_sqlite() == (SERVER is None)
