"""Every write and its before and after, and the way back."""

import json
import re
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import chain, islice
from typing import Any, NamedTuple

from peewee import ForeignKeyField, __exception_wrapper__ as translated, fn

from database import among, db, now, on_sqlite, write
from models import MODELS, Change
from tables import Record
from values import N_, Invalid

KEPT_BY_US = ("id", "version", "updated_at")  # what neither a person nor a file gives
VALUES = 4_000  # in one statement: SQLite takes 32,766
WRITES = ("create", "update", "delete", "undo")  # of a row; other actions only leave a line
FOLLOWS = {}  # model: the functions of a Wrote that follow its writes, in the same transaction


class Wrote(NamedTuple):
    """Rows of one table that were written together: `rows` are (id, label, before, after), the last two as JSON."""

    action: str
    rows: list
    user: Any
    upload: int | None

    def changed(self, *names):
        """(id, before, after) as dictionaries of the rows in which one of these fields is new, other or gone."""
        for key, _, *texts in self.rows:
            before, after = (json.loads(text or "{}") for text in texts)
            if any(before.get(name) != after.get(name) for name in names):
                yield key, before, after


def follow(model):
    """Declare what follows every write of a table, by whatever door."""

    def declare(function):
        FOLLOWS.setdefault(model, []).append(function)
        return function

    return declare


class Stale(Exception):
    """The row was changed by somebody else after it was read."""


class InUse(Exception):
    """The row cannot be deleted: others refer to it. `uses` maps a table's model to a count."""

    uses = property(lambda self: self.args[0])


@cache
def audited(model):
    """The fields whose values the trail keeps: those for people, without the confidential."""
    return [f for f in model.spoken() if not getattr(f, "confidential", False)]


def plain(value):
    """A value as JSON holds it: dates in ISO form, numbers with decimals as text."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


encode = json.JSONEncoder(ensure_ascii=False, default=plain).encode  # values as the trail keeps them


def snapshot(row):
    """The audited values of a row by field name, foreign keys as ids, with its version."""
    values = {f.name: row.__data__.get(f.name) for f in audited(type(row))}
    if isinstance(row, Record):
        values["version"] = row.version
    return values


def event(action, model, label, *, user, key=0, upload=None, before=None, after=None):
    """One line of the trail: about a row by its id, or what happened to none, as an export."""
    texts = (None if values is None else encode(values) for values in (before, after))
    with write():
        log_many(action, model, [(key, label, *texts)], user=user, upload=upload)


def update(row, before, *, user, upload=None):
    """Save a changed row if its version is still the one it was read with.

    `before` is the snapshot taken before it was changed. Raises Stale, and writes nothing.
    """
    model = type(row)
    values = {f.name: row.__data__.get(f.name) for f in model._meta.sorted_fields if f.name not in KEPT_BY_US}
    with write():
        update_many(model, [(row.id, row.version, values)])
        row.version += 1
        after = snapshot(row)
        event("update", model, str(row), user=user, key=row.id, upload=upload, before=before, after=after)


def delete(row, *, user):
    """Delete a row that nobody refers to; raises InUse otherwise."""
    with write():
        uses = dependents(type(row), [row.id]).get(row.id)
        if uses:
            raise InUse(uses)
        event("delete", type(row), str(row), user=user, key=row.id, before=snapshot(row))
        row.delete_instance(recursive=False)


def dependents(model, ids):
    """{id: {referring model: count}} of the rows that others refer to."""
    found = defaultdict(Counter)
    for field in chain.from_iterable(other._meta.sorted_fields for other in MODELS):
        if isinstance(field, ForeignKeyField) and field.rel_model is model:
            for (key,) in db.execute(field.model.select(field).where(among(field, ids))):
                found[key][field.model] += 1
    return found


REFUSED = (  # what the databases say, in the order in which it is looked for
    ("foreign key", N_("rujukannya sudah tidak ada")),
    ("unique", N_("sudah dipakai data lain")),
    ("null", N_("wajib diisi")),
    ("check", N_("nilainya tidak diterima basis data")),
)


def refused(error, model):
    """(the name of the field or None, an Invalid) of what a database says of a row of this table: an IntegrityError."""
    table = model._meta.table_name
    text = str(error).split("Failing row")[0].replace(f"{table}_", " ").replace("_check", " ")
    words = next((words for kind, words in REFUSED if kind in text.casefold()), REFUSED[-1][1])
    named = (f.name for f in model.spoken() if re.search(rf"\b{f.column_name}\b", text))
    return next(named, None), Invalid(words)


def reserve_ids(model, count):
    """`count` fresh ids of a table, inside `write()`."""
    table = model._meta.table_name
    if on_sqlite():
        (last,) = db.execute_sql(f'SELECT COALESCE(MAX("id"), 0) FROM "{table}"').fetchone()  # noqa: S608 - our own name
        return range(last + 1, last + 1 + count)
    serial = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    return [key for (key,) in db.execute_sql(serial, (f'"{table}"', count)).fetchall()]


def insert_many(model, names, rows):
    """Insert plain tuples of the named fields; `id` may be among them."""
    columns = [model._meta.fields[name].column_name for name in names]
    table, listed = model._meta.table_name, ", ".join(f'"{c}"' for c in columns)
    if on_sqlite():
        marks, cursor = f"({', '.join('?' * len(columns))})", db.cursor()
        rows, size = iter(rows), VALUES // len(columns)
        while batch := list(islice(rows, size)):  # each execution builds the checks of choices anew
            places = ", ".join([marks] * len(batch))
            sql = f'INSERT INTO "{table}" ({listed}) VALUES {places}'  # noqa: S608 - our own names
            with translated:
                cursor.execute(sql, list(chain.from_iterable(batch)))
        return
    copied = f'COPY "{table}" ({listed}) FROM STDIN'  # twice as fast as INSERT
    with translated, db.cursor().copy(copied) as copy:
        for row in rows:
            copy.write_row(row)


def create(rows, *, user, upload=None):
    """Insert rows of one table, with fresh ids, and their trail."""
    if not rows:
        return
    model = type(rows[0])
    names = [f.name for f in model._meta.sorted_fields]
    with write():
        for row, key in zip(rows, reserve_ids(model, len(rows)), strict=True):
            row.id = key
        insert_many(model, names, [[*map(row.__data__.get, names)] for row in rows])
        trail = [(row.id, str(row), None, encode(snapshot(row))) for row in rows]
        log_many("create", model, trail, user=user, upload=upload)


def update_many(model, rows):
    """Give rows of a table new values and raise their version; `rows` are (id, version read, {field name: value}).

    Raises Stale when any of them was changed meanwhile: the transaction must roll back.
    """
    groups, stamp = defaultdict(list), now().isoformat(" ")
    for key, version, values in rows:
        groups[tuple(values)].append((*values.values(), stamp, key, version))
    for names, lines in groups.items():
        columns = "".join([f'"{model._meta.fields[name].column_name}" = ?, ' for name in names])
        sql = (
            f'UPDATE "{model._meta.table_name}" SET {columns}"updated_at" = ?, "version" = "version" + 1 '  # noqa: S608 - our own names
            f'WHERE "id" = ? AND "version" = ?'
        )
        cursor = db.cursor()
        with translated:
            cursor.executemany(sql if on_sqlite() else sql.replace("?", "%s"), lines)
        if cursor.rowcount != len(lines):
            raise Stale(model._meta.table_name)


def change_many(rows, values, *, user, upload=None, move=None):
    """Give rows of one table new values and each its trail, inside `write()`; the rows are as stored then.

    `values` is {row id: {field name: value as the row keeps it}}. Raises Stale as `update_many` does.
    """
    if not rows:
        return
    model, trail = type(rows[0]), []
    update_many(model, [(row.id, row.version, values[row.id]) for row in rows])
    for row in rows:
        before = snapshot(row)
        for name, value in values[row.id].items():
            setattr(row, name, value)
        row.version += 1
        trail.append((row.id, str(row), encode(before), encode(snapshot(row))))
    log_many("update", model, trail, user=user, upload=upload, move=move)


def log_many(action, model, rows, *, user, upload=None, move=None):
    """Write the trail of many rows: (id, label, before, after), the last two as JSON text or None.

    What follows a write of the table (`follow`) happens here, for all rows at once.
    """
    stamp, who, table = now().isoformat(" "), user and user.id, model._meta.table_name
    names = ("at", "user", "upload", "action", "move", "table", "key", "label", "before", "after")
    insert_many(
        Change, names,
        ((stamp, who, upload, action, move, table, key, label[:250], before, after)
         for key, label, before, after in rows),
    )  # fmt: skip
    for function in FOLLOWS.get(model, ()) if action in WRITES else ():
        function(Wrote(action, rows, user, upload))


def newest():
    """The id of the newest write in the trail: as long as it stays, no row has changed. What is no write does not count."""
    writes = Change.select(Change.id).where(Change.action.in_(WRITES))
    return writes.order_by(Change.id.desc()).limit(1).scalar() or 0


def take_back(model, changes, *, user, upload):
    """Take changes of one table back, inside `write()`, newest first; returns (undone, changes that stayed).

    A row touched since, or referred to by others, is left alone. Rows may refer to each other.
    """
    keys, table = [c.key for c in changes], model._meta.table_name
    versions = dict(model.select(model.id, model.version).where(among(model.id, keys)).tuples())
    # the newest write of each row: SQLite may give a deleted row's id to another
    writes = (Change.table == table) & among(Change.key, keys) & Change.action.in_(WRITES)
    newest = dict(Change.select(Change.key, fn.MAX(Change.id)).where(writes).group_by(Change.key).tuples())
    lines, created, done, kept = [], {}, [], []
    for change in changes:
        before, after = json.loads(change.before or "{}"), json.loads(change.after)
        if versions.get(change.key) != after["version"] or newest[change.key] != change.id:
            kept.append(change)
        elif change.action == "create":
            created[change.key] = change
        else:
            done.append(change)
            back = {n: v for n, v in before.items() if n != "version" and v != after.get(n)}
            lines += [(change.key, after["version"], back)] if back else []
    update_many(model, lines)
    left = set(created)
    while left and (free := left - dependents(model, left).keys()):  # peels the tree from its leaves
        model.delete().where(among(model.id, free)).execute()
        left -= free
    for key, change in created.items():
        (kept if key in left else done).append(change)
    trail = [(c.key, c.label, c.after, c.before) for c in done]
    log_many("undo", model, trail, user=user, upload=upload)
    return len(done), kept
