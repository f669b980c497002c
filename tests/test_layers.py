"""Imports go one way: views, commands -> capabilities -> excel, compute -> flows -> audit, access -> models."""

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GROUND = {"database", "values", "fields", "rating", "tables"}
WRITES = {"audit", "access", "models", *GROUND}
MOVES = {"flows", *WRITES}
WORKS = {"excel", "compute", *MOVES}
BELOW = {
    "rating": {"values"},
    "database": set(),
    "values": set(),
    "fields": {"values", "rating"},
    "tables": {"database", "fields", "values"},
    "models": GROUND,
    "access": {"models", *GROUND},
    "audit": {"models", *GROUND},
    "flows": WRITES,
    "compute": MOVES,
    "excel": MOVES,
    "panels": {"access", "models", *GROUND},
    "settings": set(),
    "serving": set(),
    "capabilities": {"migrations", "panels", *WORKS},
    "catalogues": set(),
    "faults": set(),
    "forms": {"values"},
    "migrations": {"models", *GROUND},
    "seed_data": {"capabilities", *WORKS},
    "views": {"capabilities", "forms", "migrations", "panels", *WORKS},
    "commands": {
        "capabilities",
        "catalogues",
        "faults",
        "forms",
        "migrations",
        "seed_data",
        "serving",
        "settings",
        "views",
        *WORKS,
    },
}
FLASK = {"flask", "flask_admin", "flask_babel", "flask_login"}
FOREIGN = {"rating": {"peewee", "openpyxl", *FLASK}, "fields": {"flask", "flask_admin"}} | dict.fromkeys(
    ("access", "audit", "flows", "excel", "compute", "panels", "capabilities"), FLASK
)


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
    return sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]


@pytest.mark.parametrize("room", BELOW)
def test_a_room_imports_only_what_lies_below_it(room):
    ours = set(BELOW) | {"admin_app"}
    for file in files_of(room):
        if room == "migrations" and file.name[0].isdigit():
            strangers = imports(file) - {"peewee"} - sys.stdlib_module_names
            assert not strangers, "a migration is frozen: it knows no model of today"
            continue
        strangers = (imports(file) & ours) - BELOW[room] - {room}
        assert not strangers, f"{file.name} imports {strangers}"
        assert not imports(file) & FOREIGN.get(room, set()), f"{file.name} imports a library of another room"


ORDER = (
    "",
    "read",
    "check",
    "write",
)  # of the subrooms: each imports those before it; out only what it shows


def neighbours(path):
    """The files of the excel room that one of them imports."""
    place = path.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield ".".join([*place[: -node.level], node.module])


def test_the_stages_of_the_excel_room_follow_each_other_without_circles():
    graph = {
        ".".join(f.relative_to(ROOT).with_suffix("").parts): set(neighbours(f)) for f in files_of("excel")
    }
    assert [*TopologicalSorter(graph).static_order()]
    for file, imported in graph.items():
        room = "".join(file.split(".")[1:-1])
        rooms = {"".join(name.split(".")[1:-1]) for name in imported}
        allowed = ORDER[: ORDER.index(room) + 1] if room in ORDER else (*ORDER[:3], room)
        assert rooms <= {*allowed}, f"{file} imports {rooms}"
