"""Imports go one way: views and commands -> excel, compute -> audit, access -> models -> fields."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BELOW = {
    "code_lists": set(),
    "values": set(),
    "nip": {"values"},
    "fields": {"code_lists", "nip", "values", "rating"},
    "rating": set(),
    "models": {"code_lists", "fields", "nip", "values", "rating"},
    "access": {"models", "fields", "values"},
    "audit": {"models", "fields", "values"},
    "catalogues": set(),
    "migrations": {"models"},
    "compute": {"audit", "access", "models", "fields", "values", "rating"},
    "excel": {"audit", "access", "models", "fields", "nip", "values", "rating"},
    "forms": set(),
    "seed_data": {"code_lists", "nip", "compute", "excel", "audit", "models", "fields", "values", "rating", "access"},
    "views": {"excel", "compute", "audit", "access", "models", "fields", "values", "rating", "forms",
              "migrations"},
    "commands": {"admin_app", "excel", "compute", "audit", "access", "models", "fields", "values", "migrations",
                 "seed_data", "views", "forms"},
}  # fmt: skip
FOREIGN = {
    "rating": {"flask", "peewee", "openpyxl"},
    "excel": {"flask"},
    "fields": {"flask"},
    "values": {"flask", "peewee"},
}


def imports(path):
    """The top-level names that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def files_of(room):
    place = ROOT / room
    return sorted(place.glob("*.py")) if place.is_dir() else [place.with_suffix(".py")]


@pytest.mark.parametrize("room", BELOW)
def test_a_room_imports_only_what_lies_below_it(room):
    ours = set(BELOW) | {"admin_app"}
    for file in files_of(room):
        if room == "migrations" and file.name != "__init__.py":
            assert imports(file) <= {"peewee"}, "a migration is frozen: it knows no model of today"
            continue
        strangers = (imports(file) & ours) - BELOW[room] - {room}
        assert not strangers, f"{file.name} imports {strangers}"
        assert not imports(file) & FOREIGN.get(room, set()), f"{file.name} imports a library of another room"
