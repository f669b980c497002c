"""Signing in and out, sessions that end, and passwords."""

import re
import time

import pytest

from models import SignIn, Throttle, User
from tests.make import PASSWORD, make_user

LOGIN = {"username": "ani", "password": PASSWORD}


@pytest.fixture
def ani(rows):
    return make_user("hr", username="ani")


@pytest.fixture
def client(app):
    return app.test_client()


def test_the_right_password_opens_the_start_page(ani, client, post):
    answer = post(client, "/login", LOGIN)
    assert (answer.status_code, answer.location) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200
    assert [(s.what, s.name, s.user) for s in SignIn] == [("sign_in", "ani", ani.id)]


def test_signing_in_returns_to_the_page_that_was_asked(ani, client, post):
    asked = client.get("/admin/employee/?search=x").location
    assert post(client, asked, LOGIN).location == "/admin/employee/?search=x"


def test_unknown_and_known_names_are_refused_alike(ani, client, post):
    wrong = post(client, "/login", LOGIN | {"password": "salah"})
    unknown = post(client, "/login", {"username": "tidak-ada", "password": "salah"})
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    texts = [a.get_data(as_text=True).replace("tidak-ada", "ani") for a in (wrong, unknown)]
    assert [t.count("Nama akun atau sandi salah") for t in texts] == [1, 1]


def test_the_sixth_try_waits_and_other_accounts_do_not(ani, client, post):
    make_user("hr", username="budi")
    codes = [post(client, "/login", LOGIN | {"password": "salah"}).status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    answer = post(client, "/login", LOGIN)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= Throttle.WAIT + 1
    assert post(client, "/login", LOGIN | {"username": "budi"}).status_code == 302


def test_unknown_names_are_counted_too(rows, client, post):
    codes = [post(client, "/login", {"username": "hantu", "password": "x"}).status_code for _ in range(6)]
    assert codes[-1] == 429


def test_a_right_password_forgets_the_wrong_ones(ani, client, post):
    for _ in range(4):
        post(client, "/login", LOGIN | {"password": "salah"})
    assert post(client, "/login", LOGIN).status_code == 302
    assert Throttle.select().count() == 0


def test_an_inactive_account_does_not_enter(client, post, rows):
    make_user("hr", username="ani", active=False)
    assert post(client, "/login", LOGIN).status_code == 401


def test_signing_out_ends_the_session_in_every_browser(ani, sign_in, post):
    here, there = sign_in(ani), sign_in(ani)
    assert post(here, "/logout").status_code == 302
    assert "/login" in there.get("/admin/").location


@pytest.mark.parametrize(("name", "age"), [("seen", 31 * 60), ("since", 8 * 3600 + 1)])
def test_a_session_ends_when_idle_or_old(name, age, ani, sign_in):
    client = sign_in(ani)
    with client.session_transaction() as session:
        session[name] = int(time.time()) - age
    assert "/login" in client.get("/admin/").location


def test_the_first_password_must_be_changed(rows, sign_in, post):
    client = sign_in(role="hr", must_change_password=True)
    assert client.get("/admin/employee/").location == "/password"
    new = "perahu sandeq biru"
    answer = post(client, "/password", {"old": PASSWORD, "new": new, "repeat": new})
    assert answer.status_code == 302
    assert client.get("/admin/employee/").status_code == 200
    assert User.get_by_id(client.user.id).verify(new)


@pytest.mark.parametrize(("old", "new", "repeat"), [
    ("salah", "perahu sandeq biru", "perahu sandeq biru"),
    (PASSWORD, "pendek", "pendek"),
    (PASSWORD, "mamuju123456789", "mamuju123456789"),
    (PASSWORD, "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa"),
    (PASSWORD, "perahu sandeq biru", "perahu sandeq merah"),
])  # fmt: skip
def test_a_weak_or_mistyped_password_changes_nothing(old, new, repeat, ani, sign_in, post):
    answer = post(sign_in(ani), "/password", {"old": old, "new": new, "repeat": repeat})
    assert answer.status_code in (200, 400)
    assert User.get_by_id(ani.id).verify(PASSWORD)


def test_changing_the_password_ends_the_other_sessions(ani, sign_in, post):
    here, there = sign_in(ani), sign_in(ani)
    new = "perahu sandeq biru"
    post(here, "/password", {"old": PASSWORD, "new": new, "repeat": new})
    assert "/login" in there.get("/admin/").location
    assert here.get("/admin/").status_code == 200


def test_answers_carry_the_headers_that_browsers_heed(ani, sign_in):
    headers = sign_in(ani).get("/admin/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    policy = headers["Content-Security-Policy"]
    assert re.search(r"script-src 'self' 'nonce-[\w-]{20,}';", policy)
    assert "unsafe-inline" not in policy


def test_a_foreign_host_is_refused(app, rows):
    assert app.test_client().get("/healthz", headers={"Host": "evil.test"}).status_code == 400
    assert app.test_client().get("/healthz").get_json()["status"] == "ok"


def test_the_hash_is_scrypt_at_the_floor():
    assert User.hashed("x").startswith("scrypt:32768:8:3$")
