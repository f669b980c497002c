"""What start pages keep: nobody else's, in no other language, and nothing older than the last write of anybody."""

import re
from datetime import timedelta

import peewee
import pytest

import audit
from capabilities import gathered
from capabilities.complaints import IS_OPEN, OVERDUE
from database import db, today, write
from models import Change, Complaint, Employee, Policy, Upload
from panels import Tally
from tests.cast import CANARY, World
from tests.make import make_unit
from views import panels

ROLES = ("admin", "hr", "supervisor", "officer", "employee")
UNTOLD = {
    "upload",
    "user",
    "throttle",
    "setting",
    "holiday",
    "policy",
    "sign_in",
}  # tables that are written without a line in the trail
TABLES = re.compile(r'(?:FROM|JOIN) "(\w+)"')


@pytest.fixture
def world(rows):
    world = World()
    with write():
        audit.event("look", Policy, "-", user=None)
    return world


@pytest.fixture
def statements(monkeypatch, world):
    seen, run = [], db.obj.execute_sql

    def note(sql, *args, **kwargs):
        seen.append(sql)
        return run(sql, *args, **kwargs)

    monkeypatch.setattr(db.obj, "execute_sql", note)
    return seen


def page(client):
    html = client.get("/admin/").get_data(as_text=True)
    return re.sub(r'nonce="[^"]+"|data-now="[^"]+"|datetime="[^"]+"|csrf_token" value="[^"]+"', "", html)


def card(client, label):
    return int(re.search(rf"<span>{label}</span><b>([\d.]+)</b>", page(client))[1])


def elsewhere(work):
    """Write by another connection than the application's, as another process does."""
    bare = peewee.SqliteDatabase(db.obj.database) if hasattr(db.obj, "journal_mode") else None
    other = bare or peewee.PostgresqlDatabase(db.obj.database, **db.obj.connect_params, prefer_psycopg3=True)
    with other.connection_context(), other.atomic():
        work(other)


@pytest.mark.parametrize("role", ROLES)
def test_a_second_look_shows_the_same_and_asks_little(role, world, sign_in, statements):
    client = sign_in(world.account(role))
    first = page(client)
    asked = len(statements)
    statements.clear()
    assert page(client) == first
    assert len(statements) < asked


@pytest.mark.parametrize("role", ROLES)
def test_what_is_kept_stands_in_the_trail(role, world, sign_in, statements, monkeypatch):
    """A panel or card that reads a table whose writes leave no line must be `fresh`."""
    kept, remembered = [], panels.remembered

    def noted(shown, thing, ask, *args):
        statements.clear()
        found = remembered(shown, thing, ask, *args)
        if shown is not None and not thing.fresh:
            kept.append((thing, {table for sql in statements for table in TABLES.findall(sql)}))
        return found

    monkeypatch.setattr(panels, "remembered", noted)
    page(sign_in(world.account(role)))
    assert any(tables for _, tables in kept)
    assert {(thing, *tables & UNTOLD) for thing, tables in kept if tables & UNTOLD} <= {
        (thing, "user")
        for thing in gathered(Tally)
        if thing.label == "Akun aktif"  # which its form tells
    }


def test_two_accounts_share_nothing(world, sign_in):
    one, other = world.account("supervisor"), world.account("supervisor")
    other.unit, other.employee = world.foreign[Employee].unit, None
    other.save()
    mine, theirs = page(sign_in(one)), page(sign_in(other))
    assert mine != theirs
    assert CANARY in theirs
    assert CANARY not in mine
    assert (page(sign_in(one)), page(sign_in(other))) == (mine, theirs)


def test_each_language_has_its_own_words(world, sign_in):
    client = sign_in(world.account("hr"))
    indonesian = page(client)
    client.set_cookie("language", "en")
    english = page(client)
    assert "Belum dinilai" in indonesian
    assert "Belum dinilai" not in english
    client.set_cookie("language", "id")
    assert page(client) == indonesian


def test_a_write_of_another_process_shows_at_once(world, sign_in):
    client = sign_in(world.account("hr"))
    before = card(client, "Pegawai")

    def leave(other):
        mark = "?" if isinstance(other, peewee.SqliteDatabase) else "%s"
        other.execute_sql(f'UPDATE "employee" SET active = {mark} WHERE id = {mark}', (False, world.ani.id))
        values = ("2026-09-30 00:00:00", "update", "employee", world.ani.id, "Ani")
        marks = ", ".join([mark] * len(values))
        other.execute_sql(
            f'INSERT INTO "change" (at, action, "table", "key", label) VALUES ({marks})', values
        )

    elsewhere(leave)
    assert card(client, "Pegawai") == before - 1


def test_a_line_that_takes_the_number_of_one_that_is_gone_is_another(world, sign_in):
    """SQLite gives the number of a deleted last row again."""
    client = sign_in(world.account("hr"))
    before, last = card(client, "Pegawai"), Change.select().order_by(Change.id.desc()).get()
    last.delete_instance()
    Employee.update(active=False).where(Employee.id == world.ani.id).execute()
    Change.insert(
        id=last.id, at="2026-10-01 00:00:00", action="look", table="unit", key=1, label="-"
    ).execute()
    assert card(client, "Pegawai") == before - 1


def test_an_upload_that_moves_on_shows_without_a_line(world, sign_in):
    client = sign_in(world.account("admin"))
    waiting = card(client, "Pekerjaan menunggu")
    Upload.create(sheet="units", filename="x.xlsx", data=b"x", sha256="x", state="queued")
    assert card(client, "Pekerjaan menunggu") == waiting + 1


def test_another_day_is_another_page(world, sign_in, monkeypatch):
    client = sign_in(world.account("hr"))
    Complaint.update(close_due=today()).execute()
    assert card(client, "Lewat tenggat") == 0
    tomorrow = today() + timedelta(days=1)
    late = next(where for where in OVERDUE if where.word == "smaller than")
    late = late._replace(value=lambda: tomorrow)
    for tally in (tally for tally in gathered(Tally) if tally.filters == OVERDUE):
        monkeypatch.setitem(vars(tally), "filters", (*IS_OPEN, late))
    assert card(client, "Lewat tenggat") == 0, "kept"
    monkeypatch.setattr(panels, "today", lambda: tomorrow)
    assert card(client, "Lewat tenggat") > 0


def test_an_account_that_moves_to_another_unit_sees_that_one(world, sign_in):
    user = world.account("supervisor")
    client = sign_in(user)
    page(client)
    user.unit = make_unit("LAIN")
    user.save()
    assert card(client, "Pegawai") == 0


def test_what_is_kept_is_bounded():
    assert panels.kept.cache_info().maxsize == 100
