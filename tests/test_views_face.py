"""The frame around every page: search, help, preferences, files that browsers keep."""

import re

import pytest

from models import User
from tests.make import make_complaint, make_employee, make_unit
from views.base import AdminView
from views.help import GUIDE_FOLDER, GUIDES, OF_ROLE, guide_html, section_of


@pytest.mark.parametrize("role", ["supervisor", "officer", "employee", "hr"])
def test_the_search_of_the_top_bar_finds_only_what_the_account_sees(rows, sign_in, role):
    unit, foreign = make_unit(name="Kenari Satu"), make_unit(name="Kenari Dua")
    own, other = make_employee(name="Kenari Ani", unit=unit), make_employee(name="Kenari Budi", unit=foreign)
    make_complaint(ticket="ADU-2026-70001", subject="Kenari bising", unit=unit)
    make_complaint(ticket="ADU-2026-70002", subject="Kenari hilang", unit=foreign)
    client = sign_in(role=role, unit=unit, employee=own)
    found = " ".join(label for _, label, _ in client.get("/admin/search/quick?query=kenari").get_json())
    page = client.get("/admin/search/?q=kenari").get_data(as_text=True).partition("<main")[2]
    expected = {
        "supervisor": {"Kenari Ani", "Kenari Satu"},
        "officer": {"Kenari bising"},
        "employee": {"Kenari Ani"},
        "hr": {"Kenari Ani", "Kenari Budi", "Kenari Satu", "Kenari Dua", "Kenari bising", "Kenari hilang"},
    }[role]
    everything = {"Kenari Ani", other.name, "Kenari Satu", "Kenari Dua", "Kenari bising", "Kenari hilang"}
    assert {name for name in everything if name in found} == expected
    assert {name for name in everything if name in page} == expected


def test_a_search_without_words_finds_nothing_and_says_what_to_do(rows, sign_in):
    client = sign_in(role="hr")
    assert client.get("/admin/search/quick?query=%20").get_json() == []
    assert "Coba sebagian nama" in client.get("/admin/search/").get_data(as_text=True)


@pytest.mark.parametrize("role", OF_ROLE)
def test_every_page_of_a_role_has_its_section_in_a_guide_of_that_role(app, rows, role):
    reader = User.create(username="baca", role=role, unit=make_unit())
    with app.test_request_context():
        from flask_login import login_user

        login_user(reader)
        open_to = [v for v in app.extensions["admin"][0]._views if v.is_accessible()]
        anchors = set().union(*(guide_html(name)[1] for name in OF_ROLE[role]))
        assert {section_of(view) for view in open_to} - anchors == set()
        assert len(open_to) > 4
        assert any(isinstance(view, AdminView) for view in open_to)


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_is_readable_without_an_account_and_its_links_and_pictures_lead_somewhere(app, rows, name):
    client = app.test_client()
    html = client.get(f"/bantuan/{name}").get_data(as_text=True)
    assert "<h1 id=" in html
    for source in re.findall(r'<img [^>]*src="([^"]+)"', html.partition("<main")[2]):
        assert client.get(f"/bantuan/{source}", buffered=True).status_code == 200, source
    for target, anchor in re.findall(r'href="([a-z]+)#([^"]+)"', html):
        assert anchor in guide_html(target)[1], (target, anchor)


def test_a_guide_that_is_not_there_is_not_found(app, rows):
    assert app.test_client().get("/bantuan/rahasia").status_code == 404
    assert app.test_client().get("/bantuan/gambar/..%2f..%2fdeploy.md").status_code == 404
    assert GUIDE_FOLDER.is_dir()


def test_static_files_are_kept_for_a_year_under_an_address_of_their_content(app, rows):
    client = app.test_client()
    page = client.get("/login").get_data(as_text=True)
    address = re.search(r'href="(/static/kinerja\.css\?v=[0-9a-f]{12})"', page)[1]
    answer = client.get(address, headers={"Accept-Encoding": "br, gzip"}, buffered=True)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Cookie" not in answer.headers["Vary"]
    assert answer.headers["Content-Encoding"] == "br"
    assert len(answer.data) < 9_000
    plain = client.get("/static/kinerja.css", buffered=True)
    assert "immutable" not in plain.headers.get("Cache-Control", "")


def test_pages_are_compressed(sign_in, rows):
    answer = sign_in(role="hr").get("/admin/employee/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"


def test_a_theme_is_remembered_on_the_device_and_nothing_else_is(app, rows, post):
    client = app.test_client()
    assert 'media="screen and (prefers-color-scheme: dark)"' in client.get("/login").get_data(as_text=True)
    post(client, "/prefer", {"theme": "dark", "next": "/login"})
    assert 'media="screen"' in client.get("/login").get_data(as_text=True)
    post(client, "/prefer", {"theme": "light"})
    assert "dark.css" not in client.get("/login").get_data(as_text=True)
    post(client, "/prefer", {"theme": "pink", "next": "//evil.test"})
    assert "dark.css" not in client.get("/login").get_data(as_text=True)


def test_the_logo_is_a_setting(monkeypatch, tmp_path):
    from settings import settings

    monkeypatch.setenv("KINERJA_LOGO", str(tmp_path / "none.png"))
    with pytest.raises(ValueError, match="no such file"):
        settings()
    (tmp_path / "none.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert settings()["LOGO"].name == "none.png"


def test_the_page_of_parts_is_for_it_alone(rows, sign_in):
    assert sign_in(role="hr").get("/admin/parts/").status_code == 403
    assert "parts.timeline" in sign_in(role="admin").get("/admin/parts/").get_data(as_text=True)
