"""Faults of the machine: databases that are gone, folders that are closed, full disks; commands, pages, health."""

import json
import logging
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click
import psycopg
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import abort
from peewee import IntegrityError, InterfaceError, InternalError, OperationalError, ProgrammingError

import catalogues
import commands
import faults
import migrations
from database import connect, db, on_sqlite, write
from excel.write import jobs
from models import Beat, Unit
from tests.conftest import SERVER

ROOT = Path(commands.__file__).parent
COMMANDS = (
    ("init",), ("export", "units", "-"), ("import", "units", "seed_data/units.csv"), ("compute", "2026-TW3"), ("undo", "1"),
    ("work",), ("serve",), ("demo",), ("seed",), ("user", "add", "x", "--role", "hr"), ("move", "award", "grant", "1"),
    ("template", "units", "/dev/null.xlsx"), ("downgrade", "1"),
)  # fmt: skip


@pytest.fixture
def run(tmp_path):
    """run("init", DATABASE_URL=...) -> what came of a command in a process of its own."""

    def call(*args, given=None, most=None, **environment):
        limit = most and partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most, most))
        place = {"KINERJA_INSTANCE": str(tmp_path / "instance")}
        return subprocess.run([sys.executable, "admin_app.py", *map(str, args)], cwd=ROOT, env=os.environ | place | environment,
                              capture_output=True, input=given, preexec_fn=limit, timeout=60)  # fmt: skip

    return call


def assert_one_sentence(done, words):
    """Whether a command ended with 2, silent on standard output, and one sentence with these words."""
    told = done.stderr.decode()
    assert (done.returncode, done.stdout, told.count("\n")) == (2, b"", 1), told
    assert words in told


# ------------------------------------------------------------------ commands


@pytest.mark.parametrize("args", COMMANDS, ids=lambda args: args[0])
def test_every_command_says_in_one_sentence_that_the_database_is_down(args, run):
    url = "postgresql://siti:rahasia@127.0.0.1:9/kinerja"
    assert_one_sentence(run(*args, DATABASE_URL=url), "Server basis data tidak dapat dihubungi")


@pytest.mark.parametrize("args", COMMANDS[1:-3], ids=lambda args: args[0])
def test_commands_refuse_a_database_without_todays_schema_and_make_none(args, run, tmp_path):
    if args[0] != "demo":  # it migrates
        assert_one_sentence(run(*args), "jalankan init")
        assert not (tmp_path / "instance" / "kinerja.db").exists()


def test_a_missing_name_and_a_wrong_password_are_told_apart(database_url, run):
    if on_sqlite():
        return
    place = database_url.rsplit("/", 1)[0]
    assert_one_sentence(run("init", DATABASE_URL=f"{place}/tidakada"), "tidak mengenal nama basis data")
    stranger = f"{place.rsplit('@', 1)[-1]}/kinerja"
    assert_one_sentence(run("init", DATABASE_URL=f"postgresql://orang:x@{stranger}"), "Server")


def test_older_schemas_are_brought_up_to_date_first(run):
    assert run("init").stdout.decode().splitlines() == [*migrations_by_name(), "25 hari libur dimuat"]
    assert run("downgrade", 1).returncode == 0
    assert_one_sentence(run("export", "units", "-"), "jalankan init dahulu")
    assert json.loads(run("compute", "2026-TW3", "--json").stdout) == {
        "error": "Skema basis data belum mutakhir; jalankan init dahulu"
    }
    assert run("init").stdout.decode().splitlines() == migrations_by_name()[1:]
    assert run("init").stdout.decode() == "Skema sudah mutakhir; tidak ada migrasi yang dijalankan\n"
    assert run("export", "units", "-").returncode == 0


def migrations_by_name():
    return sorted(file.stem for file in migrations.HISTORY.glob("0*.py"))


def test_help_needs_no_database(run):
    done = run("export", "--help", DATABASE_URL="postgresql://siti@127.0.0.1:9/kinerja")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Pemakaian:" in done.stdout


@pytest.mark.parametrize(("place", "words"), [
    ({"KINERJA_INSTANCE": "/dev/null/x"}, "tidak ada"), ({"DATABASE_URL": "sqlite:////dev/null/x.db"}, "tidak dapat ditulisi"),
    ({"DATABASE_URL": "sqlite:////tidak/ada/x.db"}, "tidak dapat ditulisi"), ({"KINERJA_INSTANCE": "/sys/x"}, "Tidak dapat dibuka"),
])  # fmt: skip
def test_an_unwritable_place_is_one_sentence(place, words, run):
    assert_one_sentence(run("init", **place), words)


def test_a_file_that_is_no_database_is_one_sentence(run, tmp_path):
    (tmp_path / "x.db").write_text("bukan basis data " * 1000)
    for args in (("init",), ("export", "units", "-")):
        assert_one_sentence(run(*args, DATABASE_URL=f"sqlite:///{tmp_path}/x.db"), "bukan basis data")


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half(run, tmp_path):
    assert_one_sentence(run("init", most=100_000), "Ruang disk habis")
    assert run("init").returncode == 0
    assert_one_sentence(run("import", "units", "seed_data/units.csv", most=60_000), "Ruang disk habis")
    connect(f"sqlite:///{tmp_path}/instance/kinerja.db")
    with db.connection_context():
        assert Unit.select().count() == 0
    with open("/dev/full", "wb") as full:
        environment = os.environ | {"KINERJA_INSTANCE": str(tmp_path / "instance")}
        done = subprocess.run([sys.executable, "admin_app.py", "export", "units", "-"], cwd=ROOT, env=environment,
                              stdout=full, stderr=-1)  # fmt: skip
    assert (done.returncode, b"Ruang disk habis" in done.stderr, b"Traceback" in done.stderr) == (
        2,
        True,
        False,
    )


def test_a_fault_of_ours_is_not_taken_for_one_of_the_machine():
    for fault in (
        ProgrammingError('column "x" does not exist'),
        IntegrityError("UNIQUE"),
        BrokenPipeError(32, "Broken pipe"),
    ):
        with pytest.raises(type(fault)):
            faults.said(fault)
    assert "hak akses" in faults.said(ProgrammingError("permission denied for schema public"))
    assert faults.said(OperationalError("x")) == "Basis data atau berkas tidak dapat dipakai (x)"


def test_a_sheet_goes_through_standard_streams(run):
    run("init")
    units = (ROOT / "seed_data/units.csv").read_bytes()
    assert json.loads(run("import", "units", "-", "--json", given=units).stdout)["new"] == 200
    out = run("export", "units", "-")
    assert out.stdout.startswith("\ufeffKode,Nama,Jenis,Induk,Aktif\r\nMAMUJU,".encode())
    assert out.stderr == b"200 baris\n"
    again = json.loads(run("import", "units", "-", "--json", given=out.stdout).stdout)
    assert (again["same"], again["new"]) == (200, 0)
    assert_one_sentence(run("import", "units", "-", given=b""), "Baris judul")


def test_who_stops_reading_an_export_sees_no_error(run, tmp_path):
    run("init")
    run(
        "import",
        "units",
        "-",
        given=b"Kode,Nama,Jenis\n" + b"".join(b"U%d,Unit %d,Dinas\n" % (n, n) for n in range(5000)),
    )
    command = f"{sys.executable} admin_app.py export units - | head -c 10"
    environment = os.environ | {"KINERJA_INSTANCE": str(tmp_path / "instance")}
    done = subprocess.run(command, shell=True, cwd=ROOT, env=environment, capture_output=True)
    assert (len(done.stdout), done.stderr) == (10, b"")


# ------------------------------------------------------------------ click


def click_words():
    """The msgids of click."""
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(Path(click.__file__).parent, [("**.py", "python")], keywords=keywords)
    return {(text if isinstance(text, tuple) else (text,))[0] for _, _, text, _, _ in found} - {"d"}


def test_all_words_of_click_are_in_indonesian():
    with open(ROOT / "translations/id/LC_MESSAGES/click.po", "rb") as file:
        words = {(m.id if isinstance(m.id, tuple) else (m.id,)): m.string for m in read_po(file) if m.id}
    assert sorted(click_words() - {ids[0] for ids in words}) == []
    for ids, told in words.items():
        told = told if isinstance(told, str) else told[0]
        assert told
        known = set(re.findall(r"{\w+|%\(\w+", " ".join(ids)))
        assert set(re.findall(r"{\w+|%\(\w+", told)) <= known, ids


@pytest.mark.parametrize(("args", "words"), [
    (("eksport",), "Perintah 'eksport' tidak ada."), (("export",), "Belum diisi:"), (("undo", "--jsn"), "Opsi '--jsn' tidak ada."),
    (("export", "unit", "x.csv"), "'unit' tidak dikenal; pilih: 'units'"), (("downgrade", "-1"), "Opsi '-1' tidak ada"),
    (("user", "add", "x"), "Opsi belum diisi: '--role'"), (("export", "units", "a.csv", "b"), "Isian yang tidak dikenal: b"),
    (("seed", "--employees", "x"), "bukan angka"), (("seed", "--employees", "0"), "di luar rentang"),
    (("import", "units", "tidakada.csv"), "tidak ada."), (("undo",), "untuk bantuan"),
])  # fmt: skip
def test_click_speaks_indonesian_whatever_the_language_of_the_machine(args, words, run):
    run("init")
    done = run(*args, LANG="en_US.UTF-8", LANGUAGE="en")
    told = done.stderr.decode()
    assert done.returncode == 2
    assert words in told
    assert not re.search(
        r"\b(Usage|Error|Try|Missing|No such|Invalid|does not|OPTIONS|COMMAND|ARGS)\b", told
    ), told


def test_who_may_not_write_the_words_still_runs_commands(monkeypatch, tmp_path):
    words = tmp_path / "id" / "LC_MESSAGES"
    words.mkdir(parents=True)
    shutil.copy(ROOT / "translations/id/LC_MESSAGES/click.po", words)
    monkeypatch.setattr(catalogues, "FOLDER", str(tmp_path))
    monkeypatch.setattr(
        os, "access", lambda *_: False
    )  # as for another account than root, who may everything
    catalogues.compile_words()
    assert not (words / "click.mo").exists()
    monkeypatch.undo()
    catalogues.compile_words()


# ------------------------------------------------------------------ pages


@pytest.fixture
def told(app):
    """The lines of the log."""
    lines, keep = [], logging.Handler()
    keep.emit = lambda record: lines.append(record.getMessage())
    app.logger.addHandler(keep)
    yield lines
    app.logger.removeHandler(keep)


def gone(tmp_path):
    """Point the application at a database that has been removed."""
    db.close()
    connect(f"sqlite:///{tmp_path}/gone.db" if on_sqlite() else "postgresql://siti@127.0.0.1:9/kinerja")


def number_of(answer):
    return re.search(r'data-request="([a-z0-9]{6})"', answer.get_data(as_text=True))[1]


def test_pages_of_a_database_that_is_gone_are_503_and_say_their_number(app, rows, sign_in, told, tmp_path):
    client = sign_in(role="hr")
    assert client.get("/admin/employee/").status_code == 200
    gone(tmp_path)
    for page, route in (
        ("/admin/", "/admin/"),
        ("/admin/unit/edit/?id=1", "/admin/unit/edit/"),
        ("/login", "/login"),
    ):
        answer = client.get(page)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "tidak menjawab" in answer.get_data(as_text=True)
        line = f"request={number_of(answer)} account={client.user.id} route=GET {route}: OperationalError"
        assert line in told
    assert not (tmp_path / "gone.db").exists()


def test_a_database_that_lost_its_tables_is_503_too(app, rows, sign_in, tmp_path):
    client = sign_in(role="hr")
    with write():
        db.execute_sql('ALTER TABLE "user" RENAME TO lost')
    try:
        assert client.get("/admin/").status_code == 503
    finally:
        db.execute_sql('ALTER TABLE lost RENAME TO "user"')


@pytest.mark.parametrize(
    "error", [OperationalError("x"), InterfaceError("closed"), InternalError("read-only")]
)
def test_a_database_that_goes_while_a_page_is_made_is_503(error, app, rows, sign_in, monkeypatch):
    def fail(*_args, **_more):
        raise error

    client = sign_in(role="hr")
    monkeypatch.setattr("views.base.AdminView.get_list", fail)
    assert client.get("/admin/unit/").status_code == 503


def test_an_error_of_ours_is_logged_with_number_account_and_route(app, rows, sign_in, told, monkeypatch):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("views.base.AdminView.get_list", lambda *_args, **_more: 1 / 0)
    client = sign_in(role="hr")
    answer = client.get("/admin/unit/?q=rahasia")
    assert answer.status_code == 500
    start = f"request={number_of(answer)} account={client.user.id} route=GET /admin/unit/: "
    assert [line.startswith(start) for line in told] == [True]
    assert "rahasia" not in told[0]
    assert "data-request" not in client.get("/tidak/ada").get_data(as_text=True)


def test_error_pages_keep_their_headers(app, rows, monkeypatch):
    answer = app.test_client().delete("/")
    assert (answer.status_code, {*answer.headers["Allow"].split(", ")}) == (405, {"GET", "HEAD", "OPTIONS"})
    assert answer.mimetype == "text/html"
    monkeypatch.setitem(app.view_functions, "public.landing", lambda: abort(429))
    answer = app.test_client().get("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")


# ------------------------------------------------------------------ health


def test_health_tells_the_workers_last_beat(app, rows):
    client = app.test_client()
    assert client.get("/healthz").get_json() == {"status": "ok", "worker": {"beat": None, "age": None}}
    Beat.tell()
    told = client.get("/healthz").get_json()["worker"]
    assert told["age"] in range(5)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", told["beat"])
    assert jobs.last_beat()


def test_health_is_503_without_a_database_and_makes_none(app, rows, tmp_path):
    gone(tmp_path)
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.mimetype, answer.get_json()["status"]) == (
        503,
        "application/json",
        "unavailable",
    )
    assert not (tmp_path / "gone.db").exists()


def test_health_is_503_with_an_empty_or_an_older_schema(app, rows, tmp_path):
    client = app.test_client()
    with write():
        db.execute_sql(
            "DELETE FROM schema_migration WHERE name LIKE '0006%%'"
            if not on_sqlite()
            else "DELETE FROM schema_migration WHERE name LIKE '0006%'"
        )
    try:
        assert client.get("/healthz").get_json()["status"] == "unavailable"
    finally:
        db.execute_sql("INSERT INTO schema_migration (name, applied) VALUES ('0006_reader', '2026-01-01')")
    assert client.get("/healthz").status_code == 200
    if on_sqlite():
        (tmp_path / "empty.db").touch()
        connect(f"sqlite:///{tmp_path}/empty.db")
        assert client.get("/healthz").status_code == 503


def test_health_is_json_in_every_state(app, rows):
    client = app.test_client()
    for answer in (
        client.post("/healthz"), client.get("/healthz?url=//evil.test"), client.get("/healthz", headers={"Host": "evil.test"}),
    ):  # fmt: skip
        assert answer.status_code in (400, 405)
        assert answer.get_json() == {"status": "refused", "request": None}
    assert client.post("/healthz").headers["Allow"]


@pytest.fixture
def server(database, database_url, tmp_path):
    """ask(path) -> (status, type, body) of a server of its own, beside its worker."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = {"DATABASE_URL": database_url, "KINERJA_INSTANCE": str(tmp_path / "instance")}
    command = [sys.executable, "admin_app.py", "serve", "--port", str(port), "--workers", "1"]
    running = subprocess.Popen(command, cwd=ROOT, env=os.environ | place, stdout=-3, stderr=-3)

    def ask(path):
        try:
            answer = urllib.request.urlopen(f"http://127.0.0.1:{port}{path}")
        except urllib.error.HTTPError as refusal:
            answer = refusal
        except urllib.error.URLError:
            return None, None, ""
        with answer:
            return answer.status, answer.headers.get_content_type(), answer.read().decode()

    yield ask
    running.terminate()
    running.wait()


def until(find, seconds=20):
    """What `find` finds, waited for."""
    end = time.time() + seconds
    while not (found := find()) and time.time() < end:
        time.sleep(0.2)
    return found


@contextmanager
def without_a_database(url):
    """While a running server's database cannot be reached: its file moved away, its server closed to it."""
    db.close()
    if on_sqlite():
        file = Path(db.obj.database)
        file.rename(file.with_suffix(".away"))
        yield
        file.with_suffix(".away").rename(file)
        return
    name = url.rsplit("/", 1)[1]
    with psycopg.connect(SERVER, autocommit=True) as desk:
        desk.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        desk.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        desk.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def test_a_server_whose_database_goes_says_so_and_goes_on_when_it_is_back(server, database_url):
    assert until(lambda: "age" in server("/healthz")[2] and '"age":null' not in server("/healthz")[2]), (
        "no worker"
    )
    with without_a_database(database_url):
        status, kind, body = server("/healthz")
        assert (status, kind, json.loads(body)["status"]) == (503, "application/json", "unavailable")
        status, kind, body = server("/login")
        assert (status, kind, "tidak menjawab" in body) == (503, "text/html", True)
        time.sleep(1.5)  # while the worker looks for jobs
        assert not on_sqlite() or not Path(db.obj.database).exists()
    assert until(lambda: server("/healthz")[0] == 200)
    assert server("/login")[0] == 200
