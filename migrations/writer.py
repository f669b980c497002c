"""Writes the next migration: what the models say against what the migrations so far give."""

import re
from itertools import chain
from textwrap import indent
from typing import NamedTuple

from peewee import FIELD, SqliteDatabase, sort_models
from playhouse.reflection import Introspector

from values import Invalid

from .changes import COLUMN, given, joined, parsed, runner_of

EMPTY = {"BOOL": False, "DATE": "2000-01-01", "DATETIME": "2000-01-01 00:00:00", "TEXT": "", "VARCHAR": ""}
WAY = """

def {name}(migrator, db):
    migrator.migrate(
{steps}
    )
"""


class Scratch(SqliteDatabase):
    """A throw-away database that keeps each type under peewee's name for it."""

    field_types = {kind: kind for kind in FIELD if kind != "AUTO"}


class Shape(NamedTuple):
    """A table as words: its columns (each with its reference), rules across them, indexes."""

    columns: dict
    rules: list
    indexes: dict


def migrated(folder):
    """The shapes that the migrations of a folder give."""
    scratch = Scratch(":memory:")
    with scratch.connection_context():
        runner_of(scratch, folder).up()
        return shapes(scratch)


def declared(models):
    """The shapes that the models say."""
    scratch = Scratch(":memory:")
    with scratch.connection_context(), scratch.bind_ctx(models):
        scratch.create_tables(models)
        return shapes(scratch)


def shapes(database):
    """{table: Shape} of a database, what is referred to first; without the list of migrations."""
    found = {}
    for model in sort_models(Introspector.from_database(database).generate_models().values()):
        table = model._meta.table_name
        sql = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?"
        columns, rules = parsed(*database.execute_sql(sql, (table,)).fetchone())
        indexes = {index.name: index.sql for index in database.get_indexes(table) if index.sql}
        found[table] = Shape(columns, sorted(rules), indexes)
    found.pop("schema_migration", None)
    return found


def write_migration(name, folder, models):
    """The path of the next migration, or None where models and migrations say the same."""
    before, after = migrated(folder), declared(models)
    fields = chain.from_iterable(model._meta.sorted_fields for model in models)
    defaults = {(field.model._meta.table_name, field.column_name): given(field) for field in fields}
    up, down = steps(before, after, defaults), steps(after, before)
    return runner_of(Scratch(":memory:"), folder).create(name, body(name, up, down)) if up else None


def steps(before, after, defaults=None):
    """The lines that lead from one state of the schema to the other (`defaults`: the models', none on the way back)."""
    lines = []
    for table, shape in after.items():
        if table in before:
            lines += table_steps(table, before[table], shape, defaults)
        else:
            parts = [words for words in joined(shape.columns, shape.rules) if not words.startswith('"id" ')]
            lines += [f"migrator.create_table({table!r}, [", *(f"    {words!r}," for words in parts), "]),"]
            lines += [f"migrator.sql({sql!r})," for sql in shape.indexes.values()]
    return lines + [f"migrator.drop_table({table!r})," for table in reversed(before) if table not in after]


def table_steps(table, old, new, defaults):
    """The lines for one table: indexes go first and come last, for they name columns."""
    if old.rules != new.rules:
        raise Invalid(f"{table}: aturan antarkolom berbeda; tulis migrasi ini sendiri")
    gone = [name for name, sql in old.indexes.items() if new.indexes.get(name) != sql]
    lines = [f"migrator.drop_index({table!r}, {name!r})," for name in gone]
    for name, words in new.columns.items():
        if words != old.columns.get(name):
            lines += column_steps(table, name, old.columns.get(name), words, defaults)
    dropped = [name for name in old.columns if name not in new.columns]
    lines += [f"migrator.drop_column({table!r}, {name!r})," for name in dropped]
    made = [sql for name, sql in new.indexes.items() if old.indexes.get(name) != sql]
    return lines + [f"migrator.sql({sql!r})," for sql in made]


def column_steps(table, name, old, words, defaults):
    """The line for a new or another column, with what an IT officer has to know before it runs."""
    lines, default, step = [], "", f"{'change' if old else 'add'}_column"
    if " NOT NULL" in words[0] and not (old and " NOT NULL" in old[0]):
        value = filler(words) if defaults is None else defaults.get((table, name))
        if value is None:
            lines.append("# required and without a default: runs only while no row lacks it")
        else:  # a date or an amount as its text
            default = f", default={value if isinstance(value, int | float) else str(value)!r}"
    if lost := sorted(set(listed(old)) - set(listed(words))) if old and listed(words) else ():
        lines.append(f"# change the rows first that hold: {', '.join(lost)}")
    return [*lines, f"migrator.{step}({', '.join(map(repr, (table, name, *words)))}{default}),"]


def listed(words):
    """The codes that a column's rule lists."""
    return re.findall(r"'([^']*)'", words[0])


def filler(words):
    """What rows get in a required column on the way back: a value that its rule allows; no row to refer to is made up."""
    allowed = [*listed(words), *map(int, re.findall(r"BETWEEN (-?\d+)", words[0]))]
    if allowed or words[1:]:
        return next(iter(allowed), None)
    return EMPTY.get(COLUMN.fullmatch(words[0])["kind"], 0)


def body(name, up, down):
    """The file: frozen, and short enough to be read before it runs."""
    title = re.sub(r"[\W_]+", " ", name).strip().capitalize()
    ways = [
        WAY.format(name=way, steps=indent("\n".join(lines), " " * 8))
        for way, lines in (("up", up), ("down", down))
    ]
    return f'"""{title}."""\n' + "".join(ways)
