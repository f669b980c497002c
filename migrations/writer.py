"""Writes the next migration: what the models say against what the migrations so far give."""

import re
from collections import namedtuple
from itertools import chain

from peewee import FIELD, SqliteDatabase, sort_models
from playhouse.reflection import Introspector

from values import Invalid

from .changes import COLUMN, Sqlite, given, runner_of

EMPTY = {"BOOL": False, "DATE": "2000-01-01", "DATETIME": "2000-01-01 00:00:00", "TEXT": "", "VARCHAR": ""}
TYPES = {name: name for name in FIELD if name != "AUTO"}  # each under peewee's name for it, of no engine
WAY = """

def {name}(migrator, db):
    migrator.migrate(
{steps}
    )
"""


# a table as words: {column: [its own, those of its reference]}, rules across columns, {index: its statement}
Shape = namedtuple("Shape", "columns rules indexes")


def shapes(folder=None, models=()):
    """{table: Shape} that the migrations of a folder give, or that models say; what is referred to first."""
    scratch, found = SqliteDatabase(":memory:", field_types=TYPES), {}
    with scratch.connection_context(), scratch.bind_ctx(models):
        if folder:
            runner_of(scratch, folder).up()
        scratch.create_tables(models)
        for model in sort_models(Introspector.from_database(scratch).generate_models().values()):
            table, columns, rules = model._meta.table_name, {}, []
            sql = Sqlite(scratch)._get_create_table(table)[1]
            for part in Sqlite.column_split_re.findall(sql[sql.index("(") + 1 : sql.rindex(")")]):
                named = re.match(r'(?:FOREIGN KEY \()?"(\w+)"', part.strip())
                (columns.setdefault(named[1], []) if named else rules).append(part.strip())
            indexes = {index.name: index.sql for index in scratch.get_indexes(table) if index.sql}
            found[table] = Shape(columns, sorted(rules), indexes)
    found.pop("schema_migration", None)
    return found


def write_migration(name, folder, models):
    """The path of the next migration, or None where models and migrations say the same."""
    before, after = shapes(folder), shapes(models=models)
    fields = chain.from_iterable(model._meta.sorted_fields for model in models)
    defaults = {(field.model._meta.table_name, field.column_name): given(field) for field in fields}
    if before == after:
        return None
    return runner_of(SqliteDatabase(None), folder).create(name, body(name, before, after, defaults))


def steps(before, after, defaults=None):
    """The lines that lead from one state of the schema to the other (`defaults`: the models', none on the way back)."""
    lines = []
    for table, shape in after.items():
        if table in before:
            lines += table_steps(table, before[table], shape, defaults)
        else:
            parts = sorted([*chain(*shape.columns.values()), *shape.rules], key=lambda part: part[0] != '"')
            parts[0] = '"id" AUTO NOT NULL PRIMARY KEY'
            lines += [f"migrator.create_table({table!r}, [", *(f"    {words!r}," for words in parts), "]),"]
            lines += [f"migrator.sql({sql!r})," for sql in shape.indexes.values()]
    return lines + [f"migrator.drop_table({table!r})," for table in reversed(before) if table not in after]


def table_steps(table, old, new, defaults):
    """The lines for one table: indexes go first and come last, for they name columns."""
    both = old.columns.keys() & new.columns.keys()
    if old.rules != new.rules or any(old.columns[name][1:] != new.columns[name][1:] for name in both):
        raise Invalid(f"{table}: aturan antarkolom atau rujukan berbeda; tulis migrasi ini sendiri")
    before, after = old.indexes.items(), new.indexes.items()
    lines = [f"migrator.drop_index({table!r}, {name!r})," for name, _ in sorted(before - after)]
    for name, words in new.columns.items():
        if words != old.columns.get(name):
            lines += column_steps(table, name, old.columns.get(name), words, defaults)
    dropped = [name for name in old.columns if name not in new.columns]
    lines += [f"migrator.drop_column({table!r}, {name!r})," for name in dropped]
    return lines + [f"migrator.sql({sql!r})," for _, sql in sorted(after - before)]


def column_steps(table, name, old, words, defaults):
    """The line for a new or another column, with what an IT officer has to know before it runs."""
    lines, default = [], ""
    if " NOT NULL" in words[0] and not (old and " NOT NULL" in old[0]):
        value = filler(words) if defaults is None else defaults.get((table, name))
        if value is None:
            lines.append("# required and without a default: runs only while no row lacks it")
        else:  # a date or an amount as its text
            default = f", default={value if isinstance(value, int | float) else str(value)!r}"
    if lost := sorted(set(codes_in(old)) - set(codes_in(words))) if old and codes_in(words) else ():
        lines.append(f"# change the rows first that hold: {', '.join(lost)}")
    step, said = ("change", words[:1]) if old else ("add", words)
    return [*lines, f"migrator.{step}_column({', '.join(map(repr, (table, name, *said)))}{default}),"]


def codes_in(words):
    """The codes that a column's rule lists."""
    return re.findall(r"'([^']*)'", words[0])


def filler(words):
    """What rows get in a required column on the way back: a value that its rule allows; no row to refer to is made up."""
    allowed = [*codes_in(words), *map(int, re.findall(r"BETWEEN (-?\d+)", words[0]))]
    if allowed or words[1:]:
        return next(iter(allowed), None)
    return EMPTY.get(COLUMN.fullmatch(words[0])["kind"], 0)


def body(name, before, after, defaults):
    """The file: frozen, and short enough to be read before it runs."""
    title = re.sub(r"[\W_]+", " ", name).strip().capitalize()
    text = f'"""{title}."""\n'
    for way, lines in {"up": steps(before, after, defaults), "down": steps(after, before)}.items():
        text += WAY.format(name=way, steps="\n".join(f"        {line}" for line in lines))
    return text
