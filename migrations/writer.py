"""Writes the next migration: what the models say against what the migrations so far give."""

import json
import re
from dataclasses import dataclass, field

from peewee import SqliteDatabase
from playhouse.migrations import Runner

from values import Invalid

from .changes import COLUMN, LINK, migrator_of, split

KINDS = {
    "BIGINT": "BigIntegerField", "BLOB": "BlobField", "BOOL": "BooleanField", "DATE": "DateField",
    "DATETIME": "DateTimeField", "DECIMAL": "DecimalField", "DOUBLE": "DoubleField", "FLOAT": "FloatField",
    "INT": "IntegerField", "SMALLINT": "SmallIntegerField", "TEXT": "TextField", "TIME": "TimeField",
    "UUID": "UUIDField", "VARCHAR": "CharField",
}  # fmt: skip
EMPTY = {"BOOL": False, "DATE": "2000-01-01", "DATETIME": "2000-01-01 00:00:00", "TEXT": "", "VARCHAR": ""}


class Scratch(SqliteDatabase):
    """A throw-away database that keeps each type under a name of its own."""

    field_types = {kind: kind for kind in KINDS}


@dataclass
class Shape:
    """A table as words: its columns (each with its reference), other constraints, indexes."""

    columns: dict = field(default_factory=dict)
    constraints: list = field(default_factory=list)
    indexes: dict = field(default_factory=dict)


def migrated(folder):
    """The shapes that the migrations of a folder give."""
    scratch = Scratch(":memory:")
    with scratch.connection_context():
        history = Runner(scratch, str(folder))
        history.migrator = migrator_of(scratch)
        history.up()
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
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC"
    )
    for kind, name, table, sql in rows:
        if table != "schema_migration" and kind == "table":
            found[table] = shape(split(sql)[1])
        elif table in found and kind == "index":
            found[table].indexes[name] = sql
    return found


def shape(parts):
    columns = {part.split()[0].strip('"'): [part] for part in parts if part.startswith('"')}
    whole = Shape(columns)
    for part in parts:
        if link := LINK.fullmatch(part):
            columns[link["name"]].append(part)
        elif not part.startswith('"'):
            whole.constraints.append(part)
    return whole


def write(name, folder, models):
    """The path of the next migration, or None where models and migrations say the same."""
    before, after = migrated(folder), declared(models)
    up, down = steps(before, after, defaults(models)), steps(after, before, None)
    if not up:
        return None
    return Runner(Scratch(":memory:"), str(folder)).create(name, body(name, up, down))


def defaults(models):
    """{(table, column): default} of the models."""
    fields = [field for model in models for field in model._meta.sorted_fields]
    given = {(f.model._meta.table_name, f.column_name): f.default for f in fields}
    return {key: value() if callable(value) else value for key, value in given.items()}


def steps(before, after, defaults):
    """The lines that lead from one state of the schema to the other (`defaults`: None on the way back)."""
    lines = []
    for table in sorted(after.keys() - before.keys(), key=lambda name: (depth(name, after), name)):
        lines += creation(table, after[table]) + indexes({}, after[table].indexes)
    for table in [name for name in before if name in after]:
        lines += changes(table, before[table], after[table], defaults)
    for table in sorted(before.keys() - after.keys(), key=lambda name: (-depth(name, before), name)):
        lines.append(f"migrator.drop_table({said(table)}),")
    return lines


def depth(table, after, seen=()):
    """How far a table is from those that refer to none, so that what is referred to is made first."""
    others = {
        link["table"] for words in after[table].columns.values() for link in map(LINK.fullmatch, words[1:])
    }
    return max((1 + depth(name, after, (*seen, table)) for name in others - {table, *seen}), default=0)


def creation(table, new):
    rules = "".join(f", SQL({said(rule)})" for rule in new.constraints)
    columns = [f"    {said(name)}: {source(words)}," for name, words in new.columns.items() if name != "id"]
    return [f"migrator.create_table({said(table)}, {{", *columns, f"}}{rules}),"]


def changes(table, old, new, defaults):
    """The lines for one table: indexes go first and come last, for they name columns."""
    if sorted(old.constraints) != sorted(new.constraints):
        raise Invalid(f"{table}: aturan antarkolom berbeda; tulis migrasi ini sendiri")
    gone = [name for name in old.indexes if new.indexes.get(name) != old.indexes[name]]
    lines = [f"migrator.drop_index({said(table)}, {said(name)})," for name in gone]
    for name, words in new.columns.items():
        if words != old.columns.get(name):
            lines += column(table, name, old.columns.get(name), words, defaults)
    dropped = [name for name in old.columns if name not in new.columns]
    lines += [f"migrator.drop_column({said(table)}, {said(name)})," for name in dropped]
    return lines + indexes(old.indexes, new.indexes)


def column(table, name, old, words, defaults):
    """The line for a new or another column, with what an IT officer has to know before it runs."""
    bare = not (old and COLUMN.fullmatch(old[0])["required"])
    lines, filled = [], bare and COLUMN.fullmatch(words[0])["required"]
    default = default_of(table, words, defaults) if filled else None
    if filled and default is None:
        lines.append("# required and without a default: runs only while no row lacks it")
    if lost := sorted(set(codes(old)) - set(codes(words))) if codes(words) else ():
        lines.append(f"# change the rows first that hold: {', '.join(lost)}")
    step = "change_column" if old else "add_column"
    return [*lines, f"migrator.{step}({said(table)}, {said(name)}, {source(words, default)}),"]


def codes(words):
    """The codes that a column's rule lists."""
    return re.findall(r"'([^']*)'", words[0]) if words else []


def indexes(old, new):
    return [f"migrator.sql({said(sql)})," for name, sql in new.items() if old.get(name) != sql]


def default_of(table, words, defaults):
    """What rows get in a required column: the model's default; on the way back a value that the rule allows."""
    found = COLUMN.fullmatch(words[0])
    if defaults is not None:
        return defaults.get((table, found["name"]))
    low = re.search(r"BETWEEN (-?\d+)", found["rule"] or "")
    allowed = [*codes(words), *([int(low[1])] if low else ())]
    return allowed[0] if allowed else None if words[1:] else EMPTY.get(found["kind"], 0)


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
    if default is not None:
        options.append(f"default={said(default)}")
    if found["rule"]:
        options.append(f"constraints=[Check({said(found['rule'])})]")
    if len(words) == 1:
        return f"{KINDS[found['kind']]}({', '.join(options)})"
    link = LINK.fullmatch(words[1])
    if link["deleted"] != "RESTRICT":
        options.append(f"on_delete={said(link['deleted']) if link['deleted'] else None}")
    return f"migrator.reference({', '.join([said(link['table']), *options])})"


def said(value):
    """A plain value as source, texts in double quotes; a date or an amount as its text."""
    if isinstance(value, bool | int | float) or value is None:
        return repr(value)
    text = str(value)
    single = '"' in text and not set(text) & {"'", "\\"}
    return f"'{text}'" if single else json.dumps(text, ensure_ascii=False)


def body(name, up, down):
    """The file: frozen, and short enough to be read before it runs."""
    text = "\n".join(up + down)
    used = sorted(set(re.findall(r"\b(SQL|Check|\w+Field)\(", text)), key=lambda word: (word != "SQL", word))
    names = ", ".join(used)
    if len(names) > 80:
        names = "(\n    " + ",\n    ".join(used) + ",\n)"
    title = re.sub(r"[\W_]+", " ", name).strip().capitalize()
    imports = [f"from peewee import {names}\n"] if used else []
    return "\n".join([f'"""{title}."""\n', *imports, function("up", up), function("down", down)])


def function(name, lines):
    inside = "\n".join(f"        {line}" for line in lines)
    return f"\ndef {name}(migrator, db):\n    migrator.migrate(\n{inside}\n    )\n"
