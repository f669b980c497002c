"""`migration NAME`: a changed models.py, and the file that leads there and back, on either engine."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from peewee import SqliteDatabase

import migrations
from database import db, on_sqlite
from migrations import writer
from migrations.changes import Sqlite
from models import MODELS, Unit

ROOT = Path(__file__).parent.parent
SKIPPED = shutil.ignore_patterns(".venv", ".git", "instance", "__pycache__", "docs")
COURSE = '''

class Course(Record):
    """A training that several people attend."""

    code = Code(verbose_name=N_("Kode"), unique=True, max_length=20)
    table = Text(verbose_name=N_("Meja"), max_length=20, null=True, index=True)
    seats = Whole(verbose_name=N_("Kursi"), low=1, high=99)
    price = Score(verbose_name=N_("Biaya"), default=0)
    unit = Link(Unit, verbose_name=N_("Unit"))
    open = YesNo(verbose_name=N_("Buka"), default=True)


MODELS = (*MODELS, Course)
'''
CHANGES = (  # what is there, what takes its place
    ('    job_class = Whole(', '    stars = Whole(verbose_name=N_("Bintang"), low=1, high=5, default=3)\n'
     '    mood = Choice(verbose_name=N_("Suasana"), listed="moods", default="BAD")\n'
     '    mentor = Link("self", verbose_name=N_("Pembimbing"), null=True)\n    job_class = Whole('),
    ('    phone = Code(N_("Telepon"), "phone", max_length=30, null=True)\n', ""),
    ('    name = Text(N_("Nama"), max_length=150, index=True, example="Dinas Kesehatan")\n',
     '    name = Text(N_("Nama"), max_length=160)\n'),
)  # fmt: skip


CODES = "jf_levels,XX,Lain,\nmoods,GOOD,Baik,\nmoods,BAD,Buruk,\n"


@pytest.fixture
def copy(tmp_path, database, database_url):
    """copy(*args) runs a Python of a copy of the product, on this test's database; `copy.place` is its folder."""
    place = tmp_path / "copy"
    shutil.copytree(ROOT, place, ignore=SKIPPED)
    where = {"DATABASE_URL": database_url, "KINERJA_INSTANCE": str(tmp_path)}

    def run(*args):
        db.close()
        done = subprocess.run(
            [sys.executable, *args], cwd=place, capture_output=True, text=True, env=os.environ | where
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        db.connect(reuse_if_open=True)
        return done.stdout.strip()

    run.place, run.newest = place, len(list((place / "migrations").glob("0*.py")))
    yield run
    if not on_sqlite():  # the server's database is shared by all tests
        run("admin_app.py", "downgrade", str(run.newest))


def change_models(place):
    text = (place / "models.py").read_text()
    for old, new in CHANGES:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (place / "models.py").write_text(text + COURSE)
    with open(place / "seed_data" / "choices.csv", "a", encoding="utf-8") as file:
        file.write(CODES)


def columns(table):
    return {column.name for column in db.get_columns(table)}


def test_the_written_migration_leads_to_the_models_and_back(copy):
    db.execute_sql(
        "INSERT INTO unit (version, updated_at, code, name, kind, active, verified) "
        f"VALUES (1, '2026-01-01', 'U', 'Unit', 'DINAS', {'1, 1' if on_sqlite() else 'true, true'})"
    )
    db.execute_sql(
        "INSERT INTO employee (version, updated_at, nip, name, unit_id, position_type, status, active) "
        f"VALUES (1, '2026-01-01', '1', 'A', 1, 'PELAKSANA', 'PNS', {'1' if on_sqlite() else 'true'})"
    )
    change_models(copy.place)
    file = Path(copy("admin_app.py", "migration", "many things"))
    assert (file.parent, file.name) == (copy.place / "migrations", f"{copy.newest + 1:04}_many_things.py")
    text = file.read_text()
    assert '"stars" BETWEEN 1 AND 5' in text
    assert "# change the rows first that hold: XX" in text
    copy("admin_app.py", "init")
    assert db.execute_sql("SELECT stars, mood FROM employee").fetchall() == [(3, "BAD")]
    assert {"seats", "unit_id", "open"} <= columns("course")
    assert "phone" not in columns("employee")
    assert copy("admin_app.py", "migration", "again") == "Tidak ada perbedaan; tidak ada yang ditulis"
    assert copy("admin_app.py", "downgrade", str(copy.newest)) == file.stem
    assert "phone" in columns("employee")
    assert "stars" not in columns("employee")
    assert Unit.get().name == "Unit"
    copy("admin_app.py", "init")
    copy("-m", "pytest", "-q", "-p", "no:xdist", "tests/test_migrations.py")
    copy("-m", "ruff", "check", "migrations")
    copy("-m", "ruff", "format", "--check", "migrations")


def test_the_way_back_gives_the_schema_of_before(tmp_path):
    """Everything of today written as one migration gives everything, and goes down to nothing."""
    everything = writer.shapes(models=MODELS)
    (tmp_path / "0001_all.py").write_text(writer.body("all", {}, everything, {}))
    assert writer.shapes(tmp_path) == everything
    scratch = SqliteDatabase(":memory:")
    with scratch.connection_context():
        history = writer.runner_of(scratch, tmp_path)
        history.up()
        history.down()
        assert scratch.get_tables() == ["schema_migration"]


def test_models_and_migrations_of_today_need_no_migration(tmp_path):
    assert writer.write_migration("nothing", migrations.HISTORY, MODELS) is None


def test_a_required_column_without_a_default_and_a_lost_code_are_said():
    empty, words = writer.Shape({}, [], {}), ['"rank" INT NOT NULL CHECK ("rank" BETWEEN 2 AND 5)']
    ranked = writer.Shape({"rank": words}, [], {})
    *_, line = writer.table_steps("t", empty, ranked, {})
    assert writer.table_steps("t", empty, ranked, {})[0].startswith("# required and without a default")
    assert "default" not in line
    assert "default=2)" in writer.table_steps("t", empty, ranked, None)[0]
    wide, narrow = (
        writer.Shape({"s": [f'"s" TEXT CHECK ("s" IN ({codes}))']}, [], {}) for codes in ("'a', 'b'", "'a'")
    )
    assert writer.table_steps("t", wide, narrow, {})[0] == "# change the rows first that hold: b"


def test_a_column_that_begins_to_refer_is_left_to_a_person():
    plain = ['"who" INT']
    linked = [*plain, 'FOREIGN KEY ("who") REFERENCES "user" ("id") ON DELETE RESTRICT']
    old, new = (writer.Shape({"who": words}, [], {}) for words in (plain, linked))
    with pytest.raises(ValueError, match="tulis migrasi ini sendiri"):
        writer.table_steps("t", old, new, {})


def test_a_rule_with_brackets_in_brackets_outlives_what_writes_its_table_anew():
    scratch = SqliteDatabase(":memory:")
    rule = """CHECK (COALESCE(TRIM("name"), '') <> '')"""
    with scratch.connection_context():
        scratch.execute_sql(f'CREATE TABLE "t" ("id" INTEGER, "name" TEXT, "old" TEXT, {rule})')
        migrator = Sqlite(scratch)
        migrator.migrate(
            migrator.add_column("t", "rank", '"rank" INT NOT NULL', default=2),
            migrator.drop_column("t", "old"),
        )
        (sql,) = scratch.execute_sql("SELECT sql FROM sqlite_master WHERE name = 't'").fetchone()
    assert sql == f'CREATE TABLE "t" ("id" INTEGER, "name" TEXT, "rank" INTEGER NOT NULL, {rule})'


def test_rules_across_columns_are_left_to_a_person():
    old, new = writer.Shape({}, [], {}), writer.Shape({}, ["CHECK (a < b)"], {})
    with pytest.raises(ValueError, match="tulis migrasi ini sendiri"):
        writer.table_steps("t", old, new, {})
