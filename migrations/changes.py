"""What a migration can say: playhouse's steps, and those that both engines lack, with the same result on each."""

import re

from peewee import Field, SqliteDatabase
from playhouse.migrate import PostgresqlMigrator, SqliteMigrator, operation
from playhouse.migrations import Runner

COLUMN = re.compile(r'"\w+" (?P<type>(?P<kind>\w+).*?)(?P<required> NOT NULL)?(?P<check> CHECK \(.*\))?')


def runner_of(database, folder):
    """What runs the migrations of a folder, with the steps of this file."""
    history = Runner(database, str(folder))
    history.migrator = (Sqlite if isinstance(database, SqliteDatabase) else Server)(database)
    return history


class Changes:
    """The steps that migrations of both engines have.

    A column is said by its words in CREATE TABLE, with peewee's names of types, and those of its reference;
    or by a frozen field, which has its default with it, and neither reference nor index.
    """

    @operation
    def create_table(self, table, parts):
        """Make a table of its columns, references and rules; indexes are steps of their own."""
        return self.sql(f'CREATE TABLE "{table}" ({", ".join(map(self._native, parts))})')

    @operation
    def add_column(self, table, column_name, words, reference="", default=None):
        """Add a column as a first creation of the table would have it; a required one has the default in each row."""
        column = COLUMN.fullmatch(self._native(words, column_name))
        added = f'ALTER TABLE "{table}" ADD COLUMN '
        if not (column["required"] or reference):
            return self.sql(added + column[0])
        changed = self.change_column(table, column_name, words, reference, default)
        return [self.sql(f'{added}"{column_name}" {column["type"]}'), changed]

    @operation
    def change_column(self, table, column, words, reference="", default=None):
        """Give a column another type, CHECK or NOT NULL; empty values get the default first."""
        if isinstance(words, Field) and not words.null and words.default is not None:
            default = given(words)
        filled = f'UPDATE "{table}" SET "{column}" = {self.database.param} WHERE "{column}" IS NULL'  # noqa: S608 - our own names
        steps = [] if default is None else [self.sql(filled, [default])]
        return steps + self._changed(table, column, self._native(words, column), reference)

    def _native(self, words, column=None):
        """The words in the types of this engine."""
        if isinstance(words, Field):
            field, context = words.clone(), self.make_context()
            field.column_name = column
            return context.sql(field.ddl(context)).query()[0]
        types = self.make_context().state.field_types
        return re.sub(r'(?<=^")(\w+" )(\w+)', lambda found: found[1] + types[found[2]], words)


def given(field):
    """The default of a field as the database keeps it."""
    return field.db_value(field.default() if callable(field.default) else field.default)


class Sqlite(Changes, SqliteMigrator):
    """SQLite alters little: playhouse writes the table anew, here in the words of a first creation."""

    # brackets three deep
    column_split_re = re.compile(r"(?:[^,()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))+")

    def drop_column(self, table, column_name, cascade=True):
        return super().drop_column(table, column_name, legacy=True)  # also one that refers or is indexed

    def _changed(self, table, column, words, reference):
        said = f"{words}, {reference}" if reference else words  # with a new column, which is the last
        return [self._update_column(table, column, lambda name, old: said)]


class Server(Changes, PostgresqlMigrator):
    """PostgreSQL alters columns in place; a CHECK and a reference have names of their own there."""

    def _changed(self, table, column, words, reference):
        found, place = COLUMN.fullmatch(words), f'ALTER COLUMN "{column}" '
        rules = {"check": found["check"], "fkey": reference}
        steps = [
            f'DROP CONSTRAINT IF EXISTS "{table}_{column}_check"',
            f'{place}TYPE {found["type"]} USING "{column}"::{found["type"]}',
            f"{place}{'SET' if found['required'] else 'DROP'} NOT NULL",
            *(f'ADD CONSTRAINT "{table}_{column}_{kind}" {rule}' for kind, rule in rules.items() if rule),
        ]
        return [self.sql(f'ALTER TABLE "{table}" {step}') for step in steps]
