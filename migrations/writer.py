"""Writes the next migration: what the models say against what the migrations so far give."""

import re
from graphlib import TopologicalSorter
from itertools import chain
from textwrap import indent
from typing import NamedTuple

from peewee import SqliteDatabase

from values import Invalid

from .changes import given, parsed, runner_of

COLUMN = re.compile(
    r'"(?P<name>\w+)" (?P<kind>[A-Z]+(?: PRECISION)?)(?:\((?P<size>[\d, ]+)\))?'
    r"(?P<required> NOT NULL)?(?: PRIMARY KEY)?(?: CHECK \((?P<rule>.*)\))?"
)
LINK = re.compile(
    r'FOREIGN KEY \("\w+"\) REFERENCES "(?P<table>\w+)" \("id"\)(?: ON DELETE (?P<deleted>.*))?'
)
KINDS = {
    "BIGINT": "BigIntegerField", "BLOB": "BlobField", "BOOL": "BooleanField", "DATE": "DateField",
    "DATETIME": "DateTimeField", "DECIMAL": "DecimalField", "DOUBLE": "DoubleField", "FLOAT": "FloatField",
    "INT": "IntegerField", "SMALLINT": "SmallIntegerField", "TEXT": "TextField", "TIME": "TimeField",
    "UUID": "UUIDField", "VARCHAR": "CharField",
}  # fmt: skip
EMPTY = {"BOOL": False, "DATE": "2000-01-01", "DATETIME": "2000-01-01 00:00:00", "TEXT": "", "VARCHAR": ""}
FILE = '''"""{title}."""

{imports}
def up(migrator, db):
    migrator.migrate(
{up}
    )


def down(migrator, db):
    migrator.migrate(
{down}
    )
'''


class Scratch(SqliteDatabase):
    """A throw-away database that keeps each type under a name of its own."""

    field_types = {kind: kind for kind in KINDS}


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
    """{table: Shape} of a database, without the list of migrations."""
    found = {}
    rows = database.execute_sql(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL "
        "AND tbl_name <> 'schema_migration' ORDER BY type DESC"
    )
    for name, table, sql in rows:  # tables before their indexes
        if name == table:
            _, columns, rules, _ = parsed(sql)
            found[table] = Shape(columns, sorted(rules), {})
        else:
            found[table].indexes[name] = sql
    return found


def write(name, folder, models):
    """The path of the next migration, or None where models and migrations say the same."""
    before, after = migrated(folder), declared(models)
    defaults = {
        (model._meta.table_name, field.column_name): given(field)
        for model in models
        for field in model._meta.sorted_fields
    }
    up, down = steps(before, after, defaults), steps(after, before)
    return runner_of(Scratch(":memory:"), folder).create(name, body(name, up, down)) if up else None


def steps(before, after, defaults=None):
    """The lines that lead from one state of the schema to the other (`defaults`: the models', none on the way back)."""
    lines = []
    for table in [name for name in order(after) if name not in before]:
        columns, rules, indexes = after[table]
        lines.append(f"migrator.create_table({table!r}, {{")
        lines += [f"    {name!r}: {source(words)}," for name, words in columns.items() if name != "id"]
        lines.append(f"}}{''.join(f', peewee.SQL({rule!r})' for rule in rules)}),")
        lines += [f"migrator.sql({sql!r})," for sql in indexes.values()]
    for table in [name for name in before if name in after]:
        lines += changes(table, before[table], after[table], defaults)
    gone = [name for name in order(before) if name not in after]
    return lines + [f"migrator.drop_table({name!r})," for name in reversed(gone)]


def order(schema):
    """The tables of a schema, what is referred to first."""
    links = {}
    for table, shape in schema.items():
        links[table] = set(re.findall(r'REFERENCES "(\w+)"', "".join(chain(*shape.columns.values())))) - {
            table
        }
    return list(TopologicalSorter(links).static_order())


def changes(table, old, new, defaults):
    """The lines for one table: indexes go first and come last, for they name columns."""
    if old.rules != new.rules:
        raise Invalid(f"{table}: aturan antarkolom berbeda; tulis migrasi ini sendiri")
    gone = [name for name, sql in old.indexes.items() if new.indexes.get(name) != sql]
    lines = [f"migrator.drop_index({table!r}, {name!r})," for name in gone]
    for name, words in new.columns.items():
        if words != old.columns.get(name):
            lines += column(table, name, old.columns.get(name), words, defaults)
    dropped = [name for name in old.columns if name not in new.columns]
    lines += [f"migrator.drop_column({table!r}, {name!r})," for name in dropped]
    made = [sql for name, sql in new.indexes.items() if old.indexes.get(name) != sql]
    return lines + [f"migrator.sql({sql!r})," for sql in made]


def column(table, name, old, words, defaults):
    """The line for a new or another column, with what an IT officer has to know before it runs."""
    lines, default = [], None
    if " NOT NULL" in words[0] and not (old and " NOT NULL" in old[0]):
        default = filler(words) if defaults is None else defaults.get((table, name))
        if default is None:
            lines.append("# required and without a default: runs only while no row lacks it")
    if lost := sorted(set(codes(old)) - set(codes(words))) if old and codes(words) else ():
        lines.append(f"# change the rows first that hold: {', '.join(lost)}")
    step = "change_column" if old else "add_column"
    return [*lines, f"migrator.{step}({table!r}, {name!r}, {source(words, default)}),"]


def codes(words):
    """The codes that a column's rule lists."""
    return re.findall(r"'([^']*)'", words[0])


def filler(words):
    """What rows get in a required column on the way back: a value that its rule allows; no row to refer to is made up."""
    found = COLUMN.fullmatch(words[0])
    low = re.search(r"BETWEEN (-?\d+)", found["rule"] or "")
    if codes(words) or low:
        return codes(words)[0] if codes(words) else int(low[1])
    return None if words[1:] else EMPTY.get(found["kind"], 0)


def source(words, default=None):
    """A column's words as the peewee field that says them."""
    found = COLUMN.fullmatch(words[0])
    if not found:
        raise Invalid(f"{words[0]}: bentuk ini tidak dikenal; tulis migrasi ini sendiri")
    options = ["null=True"] if not found["required"] else []
    if found["kind"] == "VARCHAR":
        options.append(f"max_length={found['size']}")
    if found["kind"] == "DECIMAL":
        options.append("max_digits={}, decimal_places={}".format(*found["size"].split(", ")))
    if default is not None:  # a date or an amount as its text
        options.append(f"default={default if isinstance(default, int | float) else str(default)!r}")
    if found["rule"]:
        options.append(f"constraints=[peewee.Check({found['rule']!r})]")
    if len(words) == 1:
        return f"peewee.{KINDS[found['kind']]}({', '.join(options)})"
    link = LINK.fullmatch(words[1])
    if link["deleted"] != "RESTRICT":
        options.append(f"on_delete={link['deleted']!r}")
    return f"migrator.reference({', '.join([repr(link['table']), *options])})"


def body(name, up, down):
    """The file: frozen, and short enough to be read before it runs."""
    up, down = (indent("\n".join(lines), " " * 8) for lines in (up, down))
    title = re.sub(r"[\W_]+", " ", name).strip().capitalize()
    imports = "import peewee\n\n" if "peewee." in up + down else ""
    return FILE.format(title=title, imports=imports, up=up, down=down)
