"""What a migration can say: playhouse's steps, and those that both engines lack, with the same result on each."""

import re

from peewee import ForeignKeyField, Model, SqliteDatabase
from playhouse.migrate import PostgresqlMigrator, SqliteMigrator, operation

COLUMN = re.compile(
    r'"(?P<name>\w+)" (?P<kind>[A-Z]+(?: PRECISION)?)(?:\((?P<size>[\d, ]+)\))?'
    r"(?P<required> NOT NULL)?(?P<key> PRIMARY KEY)?(?: CHECK \((?P<rule>.*)\))?"
)
LINK = re.compile(
    r'FOREIGN KEY \("(?P<name>\w+)"\) REFERENCES "(?P<table>\w+)" \("id"\)(?: ON DELETE (?P<deleted>.*))?'
)


def split(sql):
    """(head, parts, tail) of a CREATE TABLE: its columns and constraints between the outer brackets."""
    first, last, depth, parts = sql.index("("), sql.rindex(")"), 0, [""]
    for letter in sql[first + 1 : last]:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return sql[:first], [part.strip() for part in parts], sql[last + 1 :]


def migrator_of(database):
    return (Sqlite if isinstance(database, SqliteDatabase) else Server)(database)


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
        return self._creation(table, columns, constraints=list(rules))

    def _creation(self, table, fields, **options):
        return self.model(table, fields, **options)._schema._create_table(safe=False)

    def _words(self, table, column, field):
        """What CREATE TABLE would say of a column: its own part and that of its reference."""
        bare = field.clone()
        bare.index = bare.unique = False
        return split(self._creation(table, {column: bare}, primary_key=False).query()[0])[1]

    @operation
    def change_column(self, table, column, field):
        """Give a column another type, CHECK or NOT NULL; empty values get the field's default first."""
        if not field.null and field.default is not None:
            self.database.execute_sql(*self._filled(table, column, field))
        return self._changed(table, column, field)

    def _filled(self, table, column, field):
        mark = self.database.param
        sql = f'UPDATE "{table}" SET "{column}" = {mark} WHERE "{column}" IS NULL'  # noqa: S608 - our own names
        return sql, [given(field)]


def given(field):
    """The default of a field as the database keeps it."""
    return field.db_value(field.default() if callable(field.default) else field.default)


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
        head, parts, tail = split(self._get_create_table(table)[1])
        own = (f'"{column}" ', f'FOREIGN KEY ("{column}")')
        kept = [part for part in parts if not part.startswith(own)]
        place = next((n for n, part in enumerate(parts) if part.startswith(own)), len(kept))
        whole = sorted([*kept[:place], *words, *kept[place:]], key=lambda part: not part.startswith('"'))
        known = {part.split()[0] for part in parts}
        names = [part.split()[0] for part in whole if part.startswith('"')]
        values = [name if name in known else "?" for name in names]
        copied = f'INSERT INTO "{table}__new" ({", ".join(names)}) SELECT {", ".join(values)} FROM "{table}"'  # noqa: S608 - our own names
        indexes = [index.sql for index in self.database.get_indexes(table) if index.sql]
        return [
            self.sql(f'CREATE TABLE "{table}__new" ({", ".join(whole)}){tail}'),
            self.sql(copied, [value] if "?" in values else None),
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
        found = COLUMN.fullmatch(words)
        kind = found["kind"] + (f"({found['size']})" if found["size"] else "")
        rules = {"check": f"CHECK ({found['rule']})" if found["rule"] else "", "fkey": "".join(reference)}
        alter, names = f'ALTER TABLE "{table}" ', {end: f'"{table}_{column}_{end}"' for end in rules}
        return [
            *(self.sql(f"{alter}DROP CONSTRAINT IF EXISTS {name}") for name in names.values()),
            self.sql(f'{alter}ALTER COLUMN "{column}" TYPE {kind} USING "{column}"::{kind}'),
            self.sql(f'{alter}ALTER COLUMN "{column}" {"SET" if found["required"] else "DROP"} NOT NULL'),
            *(self.sql(f"{alter}ADD CONSTRAINT {names[end]} {rule}") for end, rule in rules.items() if rule),
        ]
