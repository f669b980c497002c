"""Who does not wait while somebody else writes, and that every write waits its turn."""

import time

import pytest

from database import close, connect, db, on_sqlite, write
from models import SignIn, Throttle, Unit, User
from tests import test_excel_jobs as background
from tests.conftest import SERVER, watched_writes
from tests.make import PASSWORD, make_unit, make_user

program = background.program
HOLD = """
import sys, time
from pathlib import Path
from database import connect, db, write
from models import Unit
connect(sys.argv[1])
with db.connection_context(), write():
    Unit.create(code="LAMA", name="Ditulis lama")
    Path(sys.argv[2]).touch()
    time.sleep(float(sys.argv[3]))
"""


@pytest.fixture
def long_write(program, rows, database_url, tmp_path):
    """long_write(seconds): another process begins a write that lasts so long."""

    def begin(seconds):
        flag = tmp_path / "writing"
        program("-c", HOLD, database_url, str(flag), str(seconds))
        background.until(flag.exists)

    return begin


def test_nobody_waits_at_the_door_while_a_large_file_is_written(long_write, app, post):
    user = make_user("hr", username="ani")
    here, there = app.test_client(), app.test_client()
    long_write(12)
    assert post(app.test_client(), "/login", {"username": "ani", "password": "salah"}).status_code == 401
    for client in (here, there):
        assert post(client, "/login", {"username": "ani", "password": PASSWORD}).status_code == 302
    assert here.get("/admin/sign_in/").status_code == 200
    assert not Unit.select().where(Unit.code == "LAMA").exists(), "the write has not ended"
    assert post(here, "/logout").status_code == 302  # waits its turn, for then no session of hers is left
    assert User.get_by_id(user.id).epoch == user.epoch + 1
    assert ["/login" in client.get("/admin/").location for client in (here, there)] == [True, True]
    assert [line.what for line in SignIn] == ["refused", "sign_in", "sign_in", "sign_out"]


def test_a_clock_that_jumps_back_keeps_nobody_out(rows, monkeypatch):
    ahead = time.time() + 5 * 3600
    monkeypatch.setattr(time, "time", lambda: ahead)
    for _ in range(Throttle.MOST):
        Throttle.count("login:ani")
    assert Throttle.count("login:ani") > 0
    monkeypatch.undo()
    assert Throttle.count("login:ani") == 0
    assert [row.tries for row in Throttle] == [1]


def test_hosts_whose_clocks_differ_count_the_same_tries(rows, monkeypatch):
    start, waits = time.time(), []
    for number in range(2 * Throttle.MOST):
        monkeypatch.setattr(time, "time", lambda number=number: start + (0.5 if number % 2 else 0))
        waits.append(Throttle.count("login:ani"))
    assert [bool(wait) for wait in waits] == [False] * Throttle.MOST + [True] * Throttle.MOST


def test_tries_that_ended_are_forgotten_with_the_next(rows, monkeypatch):
    Throttle.count("login:ani")
    later = time.time() + Throttle.WAIT + 1
    monkeypatch.setattr(time, "time", lambda: later)
    Throttle.count("login:budi")
    assert [row.key for row in Throttle] == ["login:budi"]


def test_no_page_fails_where_the_file_beside_is_gone(app, rows, sign_in, post, tmp_path):
    if not on_sqlite():
        pytest.skip("there it is the same database")
    client = sign_in(role="admin")
    assert client.get("/admin/sign_in/").status_code == 200
    for file in tmp_path.glob("kinerja-masuk.db*"):
        file.unlink()
    assert [client.get(f"/admin/{path}").status_code for path in ("", "sign_in/", "change/")] == [200] * 3
    assert post(client, "/logout").status_code == 302
    assert [line.what for line in SignIn] == ["sign_out"]


@pytest.mark.skipif(SERVER is not None, reason="SQLite tells its statements")
def test_a_write_outside_of_its_one_way_is_found(application, database_url, monkeypatch):
    outside = watched_writes(monkeypatch)
    connect(database_url)
    with application.test_request_context():
        with write():
            make_unit("A")
        assert outside == []
        make_unit("B")
        with db.atomic():
            make_unit("C")
    close()
    assert [statement.split("(")[0] for statement in outside] == ['INSERT INTO "unit" '] * 2
