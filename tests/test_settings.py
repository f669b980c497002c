"""The environment: unknown names are refused, and each setting has its line in the guide."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import commands
import settings
from admin_app import create_app

GUIDE = Path(settings.__file__).parent / "docs" / "deploy.md"


def test_the_guide_and_the_code_know_the_same_settings():
    table = [line.split("|")[1] for line in GUIDE.read_text().splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`([A-Z_]+)`", " ".join(table))) == settings.NAMES
    code = Path(settings.__file__).read_text().split("def ", 1)[1]
    assert {name for name in settings.NAMES if f'"{name}"' not in code} == set()


def test_an_unknown_setting_stops_the_start_by_its_name(monkeypatch):
    monkeypatch.setenv("KINERJA_HTTP", "1")
    with pytest.raises(ValueError, match="KINERJA_HTTP: unknown setting"):
        create_app()
    answer = CliRunner().invoke(commands.main, ["init"])
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr == "KINERJA_HTTP: unknown setting; docs/deploy.md lists them\n"


@pytest.mark.parametrize(("name", "value"), [
    ("KINERJA_HTTPS", "yes"), ("KINERJA_PROXIES", "one"), ("KINERJA_ENV", "prod"), ("KINERJA_LIMITS", "false"),
    ("KINERJA_LOGO", "/none.svg"), ("KINERJA_LOGO", "/etc/passwd"), ("KINERJA_LOGO", "/"),
])  # fmt: skip
def test_a_setting_that_cannot_be_read_stops_the_start(name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=name):
        settings.settings()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg">%s</svg>'


@pytest.mark.parametrize(("name", "content"), [
    ("a.svg", SVG % b"<path d='M0 0'/>"), ("a.SVG", b'<?xml version="1.0"?>' + SVG % b""), ("a.png", b"\x89PNG\r\n\x1a\n\x00"),
    ("a.jpg", b"\xff\xd8\xff\xe0"), ("a.webp", b"RIFF\x00\n\x00\x00WEBPVP8 "),
])  # fmt: skip
def test_a_logo_is_one_of_four_kinds_of_picture(name, content, monkeypatch, tmp_path):
    (tmp_path / name).write_bytes(content)
    monkeypatch.setenv("KINERJA_LOGO", str(tmp_path / name))
    assert settings.settings()["LOGO"] == tmp_path / name


@pytest.mark.parametrize(("name", "content"), [
    ("a.svg", b"root:x:0:0:root"), ("a.svg", b"<html/>"), ("a.svg", SVG % b"<script>alert(1)</script>"), ("a.svg", b""),
    ("a.svg", SVG % b'<g onload="alert(1)"/>'), ("a.svg", b"\x89PNG\r\n\x1a\n"), ("a.png", b"\xff\xd8\xff\xe0"), ("a.png", b""),
    ("a.gif", b"GIF89a"), ("a", b"\x89PNG\r\n\x1a\n"), ("a.html", SVG % b""), ("a.webp", b"RIFF\x00\x00\x00\x00AVI "),
    ("a.svg", SVG % b'<a href="javascript:alert(1)"/>'),
])  # fmt: skip
def test_what_is_no_picture_is_not_served_as_the_logo(name, content, monkeypatch, tmp_path):
    (tmp_path / name).write_bytes(content)
    monkeypatch.setenv("KINERJA_LOGO", str(tmp_path / name))
    with pytest.raises(ValueError, match="KINERJA_LOGO"):
        settings.settings()


def test_an_ending_does_not_make_a_secret_file_a_picture(monkeypatch, tmp_path):
    (tmp_path / "logo.png").symlink_to("/etc/passwd")
    monkeypatch.setenv("KINERJA_LOGO", str(tmp_path / "logo.png"))
    with pytest.raises(ValueError, match="KINERJA_LOGO"):
        settings.settings()


def test_a_short_key_is_refused_in_production(monkeypatch):
    monkeypatch.setenv("KINERJA_ENV", "production")
    monkeypatch.setenv("SECRET_KEY", "k" * 31)
    with pytest.raises(ValueError, match="SECRET_KEY.*32"):
        create_app()
    answer = CliRunner().invoke(commands.main, ["serve"])
    assert (answer.exit_code, answer.stdout, answer.stderr.count("\n")) == (2, "", 1)
    monkeypatch.setenv("SECRET_KEY", "k" * 32)
    assert settings.settings()
    monkeypatch.setenv("SECRET_KEY", "")
    answer = CliRunner().invoke(commands.main, ["serve"])
    assert (answer.exit_code, answer.stderr.count("\n")) == (2, 1)
    monkeypatch.setenv("KINERJA_ENV", "development")
    monkeypatch.setenv("SECRET_KEY", "short")
    assert settings.settings()
