"""Fixtures: a database of its own for each test, on SQLite or on the server TEST_DATABASE_URL names."""

import os
import shutil
import time

import pytest
from click import get_current_context
from flask import has_request_context
from peewee import SqliteDatabase

import migrations
from database import close, connect, db
from models import MODELS, Policy
from tests.make import make_user

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
def database(database_url, monkeypatch):
    """The connected database, for tests that need no web application."""
    outside = watched_writes(monkeypatch)
    connect(database_url)
    db.connect()
    yield db
    close()
    assert not outside, "a command wrote outside of `write()`"


@pytest.fixture(scope="session")
def application(tmp_path_factory):
    """The application, built once; each test points it at a database of its own."""
    from admin_app import create_app

    place = tmp_path_factory.mktemp("instance")
    return create_app({
        "DATABASE_URL": f"sqlite:///{place}/unused.db", "SECRET_KEY": "test", "TESTING": True, "LIMITS": False,
        "INSTANCE": str(place),
    })  # fmt: skip


@pytest.fixture
def app(application, database_url, monkeypatch):
    outside = watched_writes(monkeypatch)
    connect(database_url)
    yield application
    close()
    assert not outside, "a request wrote outside of `write()`"


def watched_writes(monkeypatch):
    """The statements that requests and commands write with outside of `write()`, as SQLite tells them: a list that grows."""
    outside, really = [], SqliteDatabase._connect

    def asked():
        return has_request_context() or get_current_context(silent=True)

    def connect_watched(database):
        connection, inside = really(database), []

        def look(statement):
            if statement.startswith(("BEGIN", "COMMIT", "ROLLBACK;", "END")) or statement == "ROLLBACK":
                inside[:] = [statement] * ("IMMEDIATE" in statement)
            elif (
                statement.startswith(("INSERT", "UPDATE", "DELETE")) and not inside and has_request_context()
            ):
                outside.append(statement)

        connection.set_trace_callback(look)
        return connection

    monkeypatch.setattr(SqliteDatabase, "_connect", connect_watched)
    return outside


@pytest.fixture
def rows(app):
    """A connection to the app's database, for building and reading rows beside the client."""
    db.connect(reuse_if_open=True)  # a request closes it; the next query opens it again
    yield db
    if not db.is_closed():
        db.close()


@pytest.fixture
def sign_in(app):
    """sign_in(user) or sign_in(role="hr", ...) -> a client with a session of that account."""

    def enter(user=None, **overrides):
        client = app.test_client()
        client.user = user or make_user(**overrides)
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = client.user.get_id(), True
            session["since"] = session["seen"] = int(time.time())
        return client

    return enter


@pytest.fixture
def post(app):
    """post(client, url, **fields): with the client's own CSRF token, as a form of the panel would."""

    def send(client, url, fields=None, **more):
        from flask_wtf.csrf import generate_csrf

        with client.session_transaction() as session:
            stored = dict(session)
        with app.test_request_context():
            import flask

            flask.session.update(stored)
            token = generate_csrf()
            fresh = dict(flask.session)
        with client.session_transaction() as session:
            session.update(fresh)
        return client.post(url, data={"csrf_token": token} | (fields or {}), **more)

    return send
