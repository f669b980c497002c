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
    ("KINERJA_LOGO", "/none.svg"),
])  # fmt: skip
def test_a_setting_that_cannot_be_read_stops_the_start(name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=name):
        settings.settings()
