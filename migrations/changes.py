"""What a migration can say: playhouse's steps, and those that both engines lack, with the same result on each."""

import re
from itertools import chain

from peewee import SQL, ForeignKeyField, Model, SqliteDatabase
from playhouse.migrate import PostgresqlMigrator, SqliteMigrator, operation
from playhouse.migrations import Runner


def runner_of(database, folder):
    """What runs the migrations of a folder, with the steps of this file."""
    history = Runner(database, str(folder))
    history.migrator = (Sqlite if isinstance(database, SqliteDatabase) else Server)(database)
    return history


def parsed(sql):
    """(head, {column: [its words, those of its reference]}, rules across columns, tail) of a CREATE TABLE."""
    first, last, depth, parts = sql.index("("), sql.rindex(")"), 0, [""]
    for letter in sql[first + 1 : last]:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    columns, rules = {}, []
    for part in map(str.strip, parts):
        named = re.match(r'(?:FOREIGN KEY \()?"(\w+)"', part)
        (columns.setdefault(named[1], []) if named else rules).append(part)
    return sql[:first], columns, rules, sql[last + 1 :]


def given(field):
    """The default of a field as the database keeps it."""
    return field.db_value(field.default() if callable(field.default) else field.default)


class Changes:
    """The steps that migrations of both engines have."""

    def model(self, table, fields=(), **options):
        """A table under its name, for this moment only."""
        meta = type("Meta", (), {"database": self.database, "table_name": table, **options})
        return type("Frozen", (Model,), {**dict(fields), "Meta": meta})

    def reference(self, table, on_delete="RESTRICT", **options):
        """A column that refers to a row of a table by its number; its index is a step of its own."""
        other = self.model(table)
        return ForeignKeyField(other, other.id, backref="+", index=False, on_delete=on_delete, **options)

    @operation
    def create_table(self, table, columns, *rules):
        """Make a table with rules across its columns; `id` comes by itself, indexes are steps of their own."""
        return self.model(table, columns, constraints=list(rules))._schema._create_table(safe=False)

    @operation
    def change_column(self, table, column, field):
        """Give a column another type, CHECK or NOT NULL; empty values get the field's default first."""
        if not field.null and field.default is not None:
            bare = field.clone()
            frozen = self.model(table, {column: bare})
            frozen.update({bare: given(field)}).where(bare.is_null()).execute()
        return self._changed(table, column, field)

    def _words(self, table, column, field):
        """What CREATE TABLE would say of a column: its own part and that of its reference."""
        bare = field.clone()
        bare.index = bare.unique = False
        frozen = self.model(table, {column: bare}, primary_key=False)
        return parsed(frozen._schema._create_table(safe=False).query()[0])[1][column]


class Sqlite(Changes, SqliteMigrator):
    """SQLite alters little: what it cannot do writes the table anew, in the words of a first creation."""

    @operation
    def add_column(self, table, column_name, field, allow_not_null=False):
        if field.null and not isinstance(field, ForeignKeyField):
            return super().add_column(table, column_name, field)
        steps = [self._rebuilt(table, column_name, self._words(table, column_name, field), given(field))]
        if field.index or field.unique:
            steps.append(self.add_index(table, (column_name,), field.unique))
        return steps

    @operation
    def drop_column(self, table, column_name, cascade=True):
        return self._rebuilt(table, column_name, [])

    def _changed(self, table, column, field):
        return self._rebuilt(table, column, self._words(table, column, field))

    @operation
    def _rebuilt(self, table, column, words, value=None):
        """Put `words` in the place of a column (none: drop it); a new one gets the value in every row."""
        head, columns, rules, tail = parsed(self._get_create_table(table)[1])
        fresh, columns[column] = column not in columns, words
        parts = sorted([*chain(*columns.values()), *rules], key=lambda part: not part.startswith('"'))
        names = [f'"{name}"' for name, said in columns.items() if said]
        values = [*names[:-1], "?"] if fresh else names
        copied = f'INSERT INTO "{table}__new" ({", ".join(names)}) SELECT {", ".join(values)} FROM "{table}"'  # noqa: S608 - our own names
        indexes = [index.sql for index in self.database.get_indexes(table) if index.sql]
        return [
            self.sql(f'CREATE TABLE "{table}__new" ({", ".join(parts)}){tail}'),
            self.sql(copied, [value] if fresh else None),
            self.drop_table(table),
            self.rename_table(f"{table}__new", table),
            *(self.sql(sql) for sql in indexes if words or f'"{column}"' not in sql),
        ]


class Server(Changes, PostgresqlMigrator):
    """PostgreSQL alters columns in place; a CHECK and a reference have names of their own there."""

    @operation
    def add_column(self, table, column_name, field, allow_not_null=False):
        empty = not field.null and field.default is None  # right as long as the table has no rows
        return super().add_column(table, column_name, field, allow_not_null=allow_not_null or empty)

    def _changed(self, table, column, field):
        words, *reference = self._words(table, column, field)
        words, check, rule = words.partition(" CHECK ")
        kind = words.removeprefix(f'"{column}" ').removesuffix(" NOT NULL")
        rules = {f"{table}_{column}_check": check + rule, f"{table}_{column}_fkey": "".join(reference)}
        return [
            *(self.sql(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}"') for name in rules),
            self.alter_column_type(table, column, field, f'"{column}"::{kind}'),
            self.drop_not_null(table, column) if field.null else self.add_not_null(table, column),
            *(self.add_constraint(table, name, SQL(rule)) for name, rule in rules.items() if rule),
        ]
