"""Large uploads in the background: the queue, its worker, its death, and pages that wait."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

import serving
from capabilities.assessments import ASSESSMENTS
from capabilities.people import UNITS
from database import connect, db, on_sqlite, write
from excel.check.validate import Context
from excel.read.edits import Edits
from excel.write import jobs, uploads
from excel.write.apply import undo
from models import Assessment, Beat, Unit, Upload, User
from tests import test_views_imports as walk
from tests.cast import ASSESSMENT, Cast, make_account
from tests.make import make_assessment, xlsx
from tests.test_views_imports import HEAD, review, upload

office, client = walk.office, walk.client


@pytest.fixture
def cast(database):
    return Cast()


def units(count, bad=0):
    rows = [(f"U{n}", f"Unit {n}", "Kerajaan" if n < bad else "Dinas") for n in range(count)]
    return xlsx(("Kode", "Nama", "Jenis"), *rows)


def drain():
    """Work everything off in this process."""
    while job := uploads.claim_job():
        jobs.work_off(job)


def fresh(upload):
    return Upload.get_by_id(upload.id)


def decided(upload, user, partial=False):
    uploads.queue_apply(upload, user, upload.fingerprint, partial)


def test_what_is_large_is_told_without_reading_it():
    assert not jobs.is_large(units(500))
    assert jobs.is_large(units(60_000))
    assert jobs.is_large(b"Kode,Nama\n" + b"A,B\n" * 200_000)
    assert not jobs.is_large(b"PK\3\4 rusak")


def test_a_large_file_is_checked_then_applied_and_its_review_is_read_from_the_draft(cast):
    user = make_account("hr")
    kept = uploads.store(UNITS, units(300, bad=2), "u.xlsx", Context(user), later=True)[0]
    assert (fresh(kept).state, fresh(kept).fingerprint) == ("queued", None)
    drain()
    kept = fresh(kept)
    assert (kept.state, kept.rows, kept.new, kept.wrong) == ("checked", 300, 298, 2)
    assert kept.draft
    decided(kept, user, partial=True)
    with pytest.raises(uploads.AlreadyDone):
        decided(kept, user)
    drain()
    assert (fresh(kept).state, fresh(kept).draft, Unit.select().count()) == ("applied", None, 301)
    assert undo(kept, user) == (298, [])


def test_a_claimed_job_is_nobody_elses_until_it_goes_silent(cast):
    kept = uploads.store(UNITS, units(3), "u.xlsx", Context(make_account("hr")), later=True)[0]
    assert uploads.claim_job().id == kept.id
    assert uploads.claim_job() is None
    assert not jobs.is_unattended(fresh(kept))
    Upload.update(beat=time.time() - uploads.LOST_AFTER - 1).execute()
    assert jobs.is_unattended(fresh(kept))
    assert uploads.claim_job().id == kept.id
    uploads.keep_job(kept, total=0)
    assert uploads.claim_job().id == kept.id


def test_what_changed_since_the_review_is_reviewed_again(cast):
    row = make_assessment(cast.ani, cast.period, assessor=cast.boss, work_score=50)
    data = xlsx(ASSESSMENT, (cast.ani.nip, None, None, 90, 90, None))
    kept = uploads.store(ASSESSMENTS, data, "a.xlsx", Context(cast.supervisor, cast.period), later=True)[0]
    drain()
    decided(fresh(kept), cast.supervisor)
    Assessment.update(work_score=60, version=2).where(Assessment.id == row.id).execute()
    drain()
    kept = fresh(kept)
    assert (kept.state, kept.fingerprint is not None) == ("checked", True)
    assert "berubah" in Edits.of(kept).note
    assert Assessment.get().work_score == 60


def test_a_file_that_cannot_be_read_fails_with_its_reason(cast):
    user = make_account("hr")
    for data, said in ((xlsx(("A", "B"), (1, 2)), "Baris judul"), (b"PK\3\4 rusak", "rusak")):
        kept = uploads.store(UNITS, data, "u.xlsx", Context(user), later=True)[0]
        drain()
        assert (fresh(kept).state, said in Edits.of(fresh(kept)).note) == ("failed", True)


def test_who_lost_her_account_or_her_scope_applies_nothing(cast):
    data = xlsx(ASSESSMENT, (cast.ani.nip, None, None, 90, 90, None))
    for change in ({"active": False}, {"unit": cast.other}):
        kept = uploads.store(ASSESSMENTS, data, "a.xlsx", Context(cast.supervisor, cast.period), later=True)[
            0
        ]
        drain()
        decided(fresh(kept), cast.supervisor)
        User.update(change).where(User.id == cast.supervisor.id).execute()
        drain()
        assert Assessment.select().count() == 0
        User.update(active=True, unit=cast.dinas).where(User.id == cast.supervisor.id).execute()


def test_a_job_that_kills_its_worker_is_given_up(cast):
    kept = uploads.store(UNITS, units(3), "u.xlsx", Context(make_account("hr")), later=True)[0]
    for _ in range(jobs.TRIES):
        job, edits = uploads.claim_job(), Edits.of(fresh(kept))
        edits.tries += 1  # as far as it came
        Upload.update(edits=edits.as_json(), total=0).where(Upload.id == job.id).execute()
    drain()
    assert fresh(kept).state == "failed"


# ------------------------------------------------------------------ pages


def test_a_large_file_waits_on_a_page_and_is_then_reviewed(office, client, post, monkeypatch):
    period, head, staff = office
    monkeypatch.setattr(jobs, "LARGE", 0)
    monkeypatch.setattr(jobs, "LONG_WAIT", 99)
    answer = upload(client, post, xlsx(HEAD, (staff[1].nip, 88, 121), (staff[2].nip, 80, 90)))
    page = client.get(answer.location).get_data(as_text=True)
    assert "data-pending" in page
    assert client.get(f"{answer.location}progress").get_json() == {
        "state": "queued",
        "done": 0,
        "idle": False,
    }
    drain()
    text, _ = review(client, answer)
    assert "121 di luar 0-120" in text
    post(client, f"{answer.location}edit", {"cell:2:Skor Perilaku": "99"})
    assert "data-pending" in client.get(answer.location).get_data(as_text=True)
    drain()
    text, fingerprint = review(client, answer)
    assert "Simpan 2 baris" in text
    for _ in range(2):
        post(client, f"{answer.location}apply", {"fingerprint": fingerprint})
    drain()
    assert Upload.get().state == "applied"
    assert Assessment.get(Assessment.employee == staff[1]).behaviour_score == 99
    assert "data-pending" not in client.get(answer.location).get_data(as_text=True)


def test_a_page_that_waits_starts_nothing_and_says_when_nobody_works(office, client, post, monkeypatch):
    monkeypatch.setattr(jobs, "LARGE", 0)
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a GET starts no process"))
    answer = upload(client, post, xlsx(HEAD, (office[2][1].nip, 88, 90)))
    assert "data-idle hidden" in client.get(answer.location).get_data(as_text=True)
    Upload.update(beat=time.time() - 60).execute()
    assert "data-idle>" in client.get(answer.location).get_data(as_text=True)
    assert client.get(f"{answer.location}progress").get_json()["idle"]
    Beat.tell()
    assert not client.get(f"{answer.location}progress").get_json()["idle"], "its turn comes"


# ------------------------------------------------------------------ kill -9


@pytest.fixture
def program(database_url, tmp_path):
    """program(*args) -> a running Python with the product at hand, on this test's database."""

    started = []

    def start(*args, url=database_url):
        place = {"DATABASE_URL": url, "KINERJA_INSTANCE": str(tmp_path)}
        started.append(subprocess.Popen(
            [sys.executable, *args], env=os.environ | place, cwd=serving.chdir,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ))  # fmt: skip
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_worker_tells_that_it_lives_whether_it_works_or_waits(cast, program, monkeypatch):
    monkeypatch.setattr(jobs, "LONG_WAIT", 0)
    assert jobs.last_beat() is None
    kept = uploads.store(UNITS, units(3), "u.xlsx", Context(make_account("hr")), later=True)[0]
    assert jobs.is_unattended(kept)
    program("admin_app.py", "work", "--stay")
    first = until(jobs.last_beat)
    assert abs(first - time.time()) < 20
    until(lambda: fresh(kept).state == "checked")
    with write():  # as while a large file is written, when the row of its job tells nothing
        until(lambda: jobs.last_beat() > first)
    assert not jobs.is_unattended(kept)


def test_the_file_beside_is_made_again_where_it_is_lost(database, database_url, tmp_path):
    if not on_sqlite():
        pytest.skip("there it is the same database")
    Beat.tell()
    for file in tmp_path.glob("kinerja-masuk.db*"):
        assert file.stat().st_mode & 0o077 == 0
        file.unlink()
    connect(database_url)
    assert jobs.last_beat() is None
    Beat.tell()
    assert jobs.last_beat()


def sound():
    return not on_sqlite() or db.execute_sql("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("moment", [random.Random(n).uniform(0.5, 2.4) for n in range(5)])
def test_an_import_that_is_killed_wrote_all_or_nothing(moment, database, program, tmp_path):
    file = tmp_path / "u.xlsx"
    file.write_bytes(units(4000))
    running = program("admin_app.py", "import", "units", str(file))
    time.sleep(moment)
    running.kill()
    running.wait()
    assert Unit.select().count() in (0, 4000)
    assert Upload.select().where(Upload.state == "applied").count() == (1 if Unit.select().count() else 0)
    assert sound()
    assert program("admin_app.py", "import", "units", str(file)).wait() == 0
    assert Unit.select().count() == 4000


def test_a_job_whose_worker_is_killed_is_done_by_the_next(cast, program):
    user = make_account("hr")
    kept = uploads.store(UNITS, units(4000), "u.xlsx", Context(user), later=True)[0]
    drain()
    decided(fresh(kept), user)
    job = uploads.claim_job()
    running = program("-c", f"from excel.write import jobs; jobs.work_off_alone({job.id}, {db.obj.url!r})")
    time.sleep(1.2)
    running.kill()
    running.wait()
    uploads.keep_job(job, total=0)
    drain()
    assert (fresh(kept).state, Unit.select().count()) == ("applied", 4003)
    assert sound()


def test_a_job_beats_while_nobody_can_read_it(cast):
    kept = uploads.store(UNITS, units(3), "u.xlsx", Context(make_account("hr")), later=True)[0]
    job = uploads.claim_job()
    jobs._beat(job, 0.5)
    assert fresh(kept).done == 50
    with write():
        jobs._beat(job, 0.9)
    assert fresh(kept).done == 50


def children(pid):
    """The processes that any thread of this one started."""
    return [key for task in Path(f"/proc/{pid}/task").glob("*/children") for key in task.read_text().split()]


def until(find, seconds=20):
    """What `find` finds, waited for."""
    end = time.time() + seconds
    while time.time() < end:
        if found := find():
            return found
        time.sleep(0.1)
    return pytest.fail("it did not come")


def worker_of(pid):
    """The background worker among the children of a server."""
    mine = (k for k in children(pid) if b"--stay" in Path(f"/proc/{k}/cmdline").read_bytes())
    return next((int(key) for key in mine), None)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_serve_starts_a_worker_that_died_again_and_takes_it_along_when_it_ends(database, program, end):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = program("admin_app.py", "serve", "--port", str(port), "--workers", "1")
    first = until(lambda: worker_of(running.pid))
    os.kill(first, signal.SIGKILL)
    second = until(lambda: worker_of(running.pid) not in (None, first) and worker_of(running.pid))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
        assert answer.status == 200
    running.send_signal(end)
    assert running.wait(20) == (-end if end == signal.SIGKILL else 0)
    until(lambda: not Path(f"/proc/{second}").exists())
