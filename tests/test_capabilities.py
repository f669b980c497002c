"""A capability is one room: general rooms name none, no files import in a circle, and nothing of one is forgotten."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import access
import capabilities
from capabilities import CAPABILITIES, SHEETS
from excel.check.validate import Context
from excel.out.export import export
from excel.write.apply import apply_at_once as run
from models import MODELS
from tests.cast import World
from views.base import AdminView
from views.help import GUIDES, guide_html, section_of

ROOT = Path(__file__).parent.parent
SPOKEN = [model for model in MODELS if model.spoken()]
TABLES = {model.__name__ for model in MODELS}
GENERAL = [
    *(ROOT / f"{name}.py" for name in ("access", "audit", "flows")),
    *sorted((ROOT / "excel").glob("*.py")),
    *(ROOT / "views" / f"{name}.py" for name in (
        "base", "saving", "lists", "files", "uploads", "panels",
    )),
]  # fmt: skip
# Whose, where and when: every table may refer to these three, so a general room may ask whether a
# reference leads to a person, a unit or a period (scope, lists by name, an export of a unit's people).
ALL_REFER_TO = {"Employee", "Unit", "Period"}


def tree_of(file):
    return ast.parse(file.read_text("utf-8"))


def relative(file):
    return str(file.relative_to(ROOT))


# ------------------------------------------------------------------ general rooms


def names_a_sheet(compare):
    """Whether a comparison asks for the name of a sheet: `sheet.name == "awards"`."""
    sides = [compare.left, *compare.comparators]
    asks = any(isinstance(side, ast.Attribute) and side.attr in ("name", "sheet") for side in sides)
    texts = {n.value for side in sides for n in ast.walk(side) if isinstance(n, ast.Constant)}
    return asks and bool(texts & set(SHEETS))


def names_a_table(compare):
    """The tables that a comparison asks for: `model is X`, `== X`, `in (X, ...)`."""
    sides = [compare.left, *compare.comparators]
    flat = [
        e
        for side in sides
        for e in (side.elts if isinstance(side, ast.Tuple | ast.Set | ast.List) else [side])
    ]
    return {side.id for side in flat if isinstance(side, ast.Name)} & TABLES - ALL_REFER_TO


@pytest.mark.parametrize("file", GENERAL, ids=relative)
def test_a_general_room_asks_for_no_sheet_and_no_table_by_name(file):
    compares = [node for node in ast.walk(tree_of(file)) if isinstance(node, ast.Compare)]
    found = {
        node.lineno: ast.unparse(node) for node in compares if names_a_sheet(node) or names_a_table(node)
    }
    assert found == {}, "let the capability's sheet, rights or view say it"


@pytest.mark.parametrize("file", [f for f in GENERAL if f.parent.name != "views"], ids=relative)
def test_a_general_room_imports_nothing_of_a_capability(file):
    found = {name for name in imported(file) if name.split(".")[0] == "capabilities"}
    assert found == set()


# ------------------------------------------------------------------ imports between files


def modules():
    """{dotted name: file} of the product."""
    apart = {"tests", "benchmarks", ".venv", "instance"}
    files = [f for f in ROOT.rglob("*.py") if not apart & set(f.relative_to(ROOT).parts)]
    names = {}
    for file in files:
        parts = file.relative_to(ROOT).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return names


def imported(file):
    """The dotted names that a file imports, inside functions too; of `from a import b` both a.b and a."""
    package = file.relative_to(ROOT).parent.parts
    found = set()
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            way = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*way, *([node.module] if node.module else [])])
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def graph():
    """{file's name: the files that it imports}; a room imported for one of its files counts as that file."""
    names, links = modules(), {}
    for name, file in names.items():
        found = imported(file) & set(names)
        links[name] = {n for n in found if not any(other.startswith(f"{n}.") for other in found)} - {name}
    return links


def beyond(links, start):
    """Every file that a file leads to."""
    seen, left = set(), list(links[start])
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += links[name]
    return seen


def test_no_two_files_import_each_other_in_a_circle():
    links = graph()
    assert {name for name in links if name in beyond(links, name)} == set()


# ------------------------------------------------------------------ nothing is forgotten


def declares_tables(file):
    calls = [node.func for node in ast.walk(tree_of(file)) if isinstance(node, ast.Call)]
    return any(isinstance(func, ast.Name) and func.id == "table" for func in calls)


def test_the_list_of_capabilities_is_that_of_the_rooms_that_declare_tables():
    rooms = {f.stem for f in Path(capabilities.__file__).parent.glob("*.py") if declares_tables(f)}
    assert {room.__name__.split(".")[1] for room in CAPABILITIES} == rooms
    assert len(CAPABILITIES) == len(rooms)


@pytest.fixture
def view_of(app):
    views = {v.model: v for v in app.extensions["admin"][0]._views if isinstance(v, AdminView)}
    return views.get


@pytest.mark.parametrize("model", SPOKEN, ids=lambda model: model.__name__)
def test_a_table_has_its_view_its_rights_and_its_section_in_a_guide(model, view_of):
    view = view_of(model)
    name = model.__name__
    assert view, f"{name}: give it a place in the menu, views/__init__.py"
    assert model in access.TABLES, f"{name}: say who may what with access.table(...) in its capability"
    section = section_of(view)
    held = [guide for guide in GUIDES if section in guide_html(guide)[1]]
    assert held, f"{name}: write a section “## {model.noun}” in docs/panduan of each role that reads it"


BY_USE = ("Upload", "Change", "User", "SignIn")  # accounts are given, the others come by using it


@pytest.fixture(scope="module")
def sown(blank, tmp_path_factory):
    """The number of demo rows of each table."""
    from database import connect, db, on_sqlite
    from seed_data.demo import seed_demo

    place = tmp_path_factory.mktemp("sown") / "sown.db"
    if isinstance(blank, str):
        pytest.skip("demo rows are the same on both databases")
    shutil.copy(blank, place)
    connect(f"sqlite:///{place}")
    with db.connection_context():
        assert on_sqlite()
        seed_demo(100)
        return {model: model.select().count() for model in SPOKEN}


@pytest.mark.parametrize("model", [m for m in SPOKEN if m.__name__ not in BY_USE], ids=lambda m: m.__name__)
def test_a_table_has_demo_rows(model, sown):
    assert sown[model], f"{model.__name__}: write its demo rows, seed_data"


@pytest.mark.parametrize("name", [name for name, sheet in SHEETS.items() if sheet.imports])
def test_what_is_exported_reads_back_as_the_same(name, rows, tmp_path):
    World()
    sheet, file = SHEETS[name], tmp_path / f"{name}.xlsx"
    count = export(sheet, str(file))
    plan, _ = run(sheet, file.read_bytes(), file.name, Context(), dry_run=True)
    assert count >= 2, f"{name}: give it rows in tests/cast.py"
    assert (plan.counts["same"], plan.new, plan.changed, plan.errors) == (count, [], [], [])


@pytest.mark.parametrize("model", SPOKEN, ids=lambda model: model.__name__)
def test_a_table_takes_part_in_the_walk_of_all_roles(model, rows):
    from tests.test_access_walk import OF_NOBODY, foreign_row

    row = foreign_row(World(), model)
    assert row is not None, f"{model.__name__}: give it a row in tests/cast.py"
    assert model not in OF_NOBODY or access.TABLES[model].sees is access.everyone


# ------------------------------------------------------------------ a new table, tried in a copy

MODEL = '''
class Duty(Record):
    """A duty that somebody holds beside the post."""

    noun = N_("Tugas Uji")
    called = "{title} - {employee}"
    unique = ("employee", "title")
    employee = Link(Employee, verbose_name=N_("Pegawai"), index=False)
    title = Text(verbose_name=N_("Judul"), max_length=200)
    since = Day(verbose_name=N_("Sejak"), null=True)


MODELS = ('''
ROOM = '''"""Duties beside the post."""

from access import DESK, of_people, table
from excel.sheet import Sheet
from models import Duty

table(Duty, read="admin hr supervisor", create=DESK, update=DESK, delete=DESK, upload=DESK, sees=of_people(Duty.employee))
DUTIES = Sheet("duties", Duty)
'''
MIGRATION = '''"""Keep duties."""


def up(migrator, db):
    key = "INTEGER PRIMARY KEY" if "Sqlite" in type(db).__name__ else "SERIAL PRIMARY KEY"
    db.execute_sql(f"""CREATE TABLE duty (id {key}, version INTEGER NOT NULL, updated_at TIMESTAMP NOT NULL,
        employee_id INTEGER NOT NULL REFERENCES employee, title VARCHAR(200) NOT NULL, since DATE,
        UNIQUE (employee_id, title))""")


def down(migrator, db):
    db.execute_sql("DROP TABLE duty")
'''
MENU = ("of(Unit),", "of(Unit), of(Duty),")
LOOK = """
import time
from io import BytesIO
import migrations
from admin_app import create_app
from capabilities import SHEETS
from database import db
from excel.write.apply import apply_at_once, undo
from excel.out.export import export
from excel.out.template import template
from excel.check.validate import Context
from models import Change, Duty, Upload
from tests.make import make_employee, make_user, xlsx

app = create_app({"LIMITS": False, "TESTING": True, "WTF_CSRF_ENABLED": False})
sheet = SHEETS["duties"]
with db.connection_context():
    migrations.upgrade()
    mine, theirs = make_employee(name="Andi Kita"), make_employee(name="Badu Lain")
    hr, head = make_user("hr"), make_user("supervisor", unit=mine.unit)
    book = BytesIO()
    template(sheet, book, Context())
    assert book.getvalue()
    lines = [(p.nip, "Pelaksana Tugas", "01-03-2026") for p in (mine, theirs)]
    plan, upload = apply_at_once(sheet, xlsx(("NIP", "Judul", "Sejak"), *lines), "x.xlsx", Context(hr))
    assert len(plan.new) == 2, plan.errors
    export(sheet, "duties.xlsx")
    again, _ = apply_at_once(sheet, open("duties.xlsx", "rb").read(), "x.xlsx", Context(), dry_run=True)
    assert (again.counts["same"], again.new, again.changed, again.errors) == (2, [], [], [])
    assert Change.select().where(Change.table == "duty", Change.action == "create").count() == 2
    row = Duty.get(Duty.employee == mine)
    tokens = {"hr": hr.get_id(), "supervisor": head.get_id()}

def client_of(role):
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(_user_id=tokens[role], since=int(time.time()), seen=int(time.time()))
    return client

def text(client, page):
    answer = client.get(f"/admin/duty/{page}", buffered=True)
    assert answer.status_code == 200, (page, answer.status_code)
    return answer.get_data(as_text=True)

client = client_of("hr")
for page in ("", f"edit/?id={row.id}", f"details/?id={row.id}", "export/csv/", "?flt0_judul_contains=Pelaksana",
             "?search=Andi", f"?search={mine.nip}"):
    assert "Pelaksana Tugas" in text(client, page), page
assert "Badu" not in text(client, "?search=Andi")
assert 'name="title"' in text(client, "new/")
made = client.post("/admin/duty/new/", data={"employee": mine.id, "title": "Panitia"})
assert made.status_code == 302, made.get_data(as_text=True)
assert "Panitia" in text(client, "")
narrow = client_of("supervisor")
assert "Andi" in text(narrow, "") and "Badu" not in text(narrow, "")
with db.connection_context():
    assert undo(Upload.get_by_id(upload.id), hr) == (2, [])
    assert [d.title for d in Duty] == ["Panitia"]
"""


@pytest.fixture
def copy(tmp_path):
    """A copy of the product with a new table in it: (its place, the lines that were written)."""
    place = tmp_path / "copy"
    skipped = shutil.ignore_patterns(".venv", ".git", "instance", "__pycache__", "gambar", "galeri")
    shutil.copytree(ROOT, place, ignore=skipped)
    (place / ".venv").symlink_to(ROOT / ".venv")
    written = [
        change(place / "models.py", ("\nMODELS = (", MODEL), ("\n    Unit, Employee, User,", "\n    Unit, Employee, Duty, User,")),
        change(place / "capabilities" / "__init__.py", ("complaints, upkeep\n", "complaints, duties, upkeep\n"),
               ("complaints, upkeep)", "complaints, duties, upkeep)")),
        change(place / "views" / "__init__.py", MENU,
               ("from values import N_\n", "from models import Duty\nfrom values import N_\n")),
    ]  # fmt: skip
    (place / "capabilities" / "duties.py").write_text(ROOM)
    (place / "migrations" / "0099_duty.py").write_text(MIGRATION)
    return place, [*written, ROOM, MIGRATION]


def change(file, *pairs):
    """Put something new into a file; returns the lines that were written."""
    before = text = file.read_text("utf-8")
    for old, new in pairs:
        assert text.count(old) == 1, (file.name, old)
        text = text.replace(old, new)
    file.write_text(text)
    return "\n".join(line for line in text.splitlines() if line not in before.splitlines())


def inside(place, *command):
    return subprocess.run([sys.executable, *command], cwd=place, capture_output=True, text=True, timeout=300,
                          env={"DATABASE_URL": f"sqlite:///{place}/x.db", "PATH": "/usr/bin:/bin",
                               "KINERJA_INSTANCE": str(place / "instance")})  # fmt: skip


def test_a_new_table_is_forty_lines_in_few_files_until_it_works(copy):
    place, written = copy
    lines = [line for text in written for line in text.splitlines() if line.strip()]
    assert len(lines) <= 40
    done = inside(place, "-c", LOOK)
    assert done.returncode == 0, done.stderr[-3000:]


def test_what_a_new_table_still_lacks_is_said_in_words(copy):
    place, _ = copy
    tests = "tests/test_capabilities.py::test_a_table_"
    done = inside(place, "-m", "pytest", "-q", "-p", "no:xdist", "-k", "Duty or every_word", "--tb=line",
                  f"{tests}has_its_view_its_rights_and_its_section_in_a_guide", f"{tests}has_demo_rows",
                  f"{tests}takes_part_in_the_walk_of_all_roles",
                  "tests/test_words.py::test_every_word_has_its_english")  # fmt: skip
    for words in (
        "Duty: write a section “## Tugas Uji” in docs/panduan of each role that reads it",
        "Duty: write its demo rows",
        "Duty: give it a row of a foreign unit in tests/cast.py",
        "Tugas Uji",
    ):
        assert words in done.stdout, done.stdout[-3000:]
