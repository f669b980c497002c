"""Fixtures: a database of its own for each test, on SQLite or on the server TEST_DATABASE_URL names."""

import os
import shutil

import pytest

import migrations
from models import MODELS, Policy, connect, db
from tests.make import PASSWORD, make_user

SERVER = os.environ.get("TEST_DATABASE_URL")


def _create_server_database(name):
    import psycopg

    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{SERVER.rsplit('/', 1)[0]}/{name}"


@pytest.fixture(scope="session")
def blank(tmp_path_factory):
    """The address of a migrated, empty database: a file to copy, or one server database a worker."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    place = tmp_path_factory.mktemp("blank") / "blank.db"
    url = _create_server_database(f"kinerja_test_{worker}") if SERVER else f"sqlite:///{place}"
    connect(url)
    with db.connection_context():
        migrations.upgrade()
        if not SERVER:
            db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return url if SERVER else place


@pytest.fixture
def database_url(blank, tmp_path):
    """A fresh database for one test."""
    if SERVER:
        connect(blank)
        with db.connection_context():
            names = ", ".join(f'"{m._meta.table_name}"' for m in MODELS)
            db.execute_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
            Policy.create(valid_from="2022-01-01", source=migrations.FIRST_POLICY)
        return blank
    shutil.copy(blank, tmp_path / "kinerja.db")
    return f"sqlite:///{tmp_path / 'kinerja.db'}"


@pytest.fixture
def database(database_url):
    """The connected database, for tests that need no web application."""
    connect(database_url)
    db.connect()
    yield db
    db.close()


@pytest.fixture
def app(database_url, tmp_path):
    from admin_app import create_app

    return create_app({
        "DATABASE_URL": database_url, "SECRET_KEY": "test", "TESTING": True, "LIMITS": False,
        "INSTANCE": str(tmp_path),
    })  # fmt: skip


@pytest.fixture
def rows(app):
    """A connection to the app's database, for building and reading rows beside the client."""
    with db.connection_context():
        yield db


@pytest.fixture
def sign_in(app):
    """sign_in(user) or sign_in(role="hr", ...) -> a client with a session of that account."""

    def enter(user=None, **overrides):
        user = user or make_user(**overrides)
        client = app.test_client()
        page = client.get("/login").get_data(as_text=True)
        answer = client.post(
            "/login",
            data={"username": user.username, "password": PASSWORD, "csrf_token": token_of(page)},
        )
        assert answer.status_code == 302, answer.get_data(as_text=True)
        client.user = user
        return client

    return enter


def token_of(page):
    """The CSRF token in a page's first form."""
    marker = 'name="csrf_token" value="'
    return page.split(marker, 1)[1].split('"', 1)[0] if marker in page else ""
