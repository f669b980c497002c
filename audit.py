"""Every write and its before and after; undo of a whole upload."""

import json
from datetime import date, datetime
from decimal import Decimal

from peewee import ForeignKeyField, fn

from models import MODELS, Change, Record, Upload, db, now, on_sqlite, write

BATCH = 1_000


class Stale(Exception):
    """The row was changed by somebody else after it was read."""


class InUse(Exception):
    """The row cannot be deleted: others refer to it. `uses` maps a table's model to a count."""

    def __init__(self, uses):
        self.uses = uses
        super().__init__(uses)


def audited(model):
    """The fields whose values the trail keeps: those for people, without the confidential."""
    return [f for f in model.spoken() if not getattr(f, "confidential", False)]


def plain(value):
    """A value as JSON holds it: dates in ISO form, numbers with decimals as text."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def snapshot(row):
    """The audited values of a row by column name, foreign keys as ids, with its version."""
    values = {f.name: plain(row.__data__.get(f.name)) for f in audited(type(row))}
    if isinstance(row, Record):
        values["version"] = row.version
    return values


def log(action, row, *, user, upload=None, before=None, after=None):
    """Write one line of the trail about a row."""
    Change.insert(
        user=user and user.id, upload=upload, action=action, table=row._meta.table_name,
        key=row.id, label=str(row)[:250], before=_json(before), after=_json(after),
    ).execute()  # fmt: skip


def _json(values):
    return None if values is None else json.dumps(values, ensure_ascii=False)


def create(row, *, user, upload=None):
    """Insert a row and its trail; returns the row."""
    with write():
        row.save(force_insert=True)
        log("create", row, user=user, upload=upload, after=snapshot(row))
    return row


def update(row, before, *, user, upload=None):
    """Save a changed row if its version is still the one it was read with.

    `before` is the snapshot taken before it was changed. Raises Stale, and writes nothing.
    """
    with write():
        read = row.version
        row.version, row.updated_at = read + 1, now()
        values = {f: row.__data__.get(f.name) for f in row._meta.sorted_fields if f.name != "id"}
        model = type(row)
        same = (model.id == row.id) & (model.version == read)
        if not model.update(values).where(same).execute():
            row.version = read
            raise Stale(str(row))
        log("update", row, user=user, upload=upload, before=before, after=snapshot(row))
    return row


def delete(row, *, user):
    """Delete a row that nobody refers to; raises InUse otherwise."""
    with write():
        uses = dependents(type(row), [row.id]).get(row.id)
        if uses:
            raise InUse(uses)
        log("delete", row, user=user, before=snapshot(row))
        row.delete_instance(recursive=False)


def references(model):
    """The foreign keys of all tables that refer to this table."""
    return [
        field
        for other in MODELS
        for field in other._meta.sorted_fields
        if isinstance(field, ForeignKeyField) and field.rel_model is model
    ]


def dependents(model, ids):
    """{id: {referring model: count}} of the rows that others refer to."""
    found = {}
    for field in references(model):
        for batch in batches(ids):
            rows = db.execute(field.model.select(field).where(field.in_(batch)))
            for (key,) in rows:
                uses = found.setdefault(key, {})
                uses[field.model] = uses.get(field.model, 0) + 1
    return found


# ------------------------------------------------------------------ many rows at once


def batches(items, size=BATCH):
    items = list(items)
    return (items[start : start + size] for start in range(0, len(items), size))


def reserve_ids(model, count):
    """`count` fresh ids of a table, inside `write()`."""
    table = model._meta.table_name
    if on_sqlite():
        (last,) = db.execute_sql(f'SELECT COALESCE(MAX("id"), 0) FROM "{table}"').fetchone()  # noqa: S608 - our own name
        return range(last + 1, last + 1 + count)
    serial = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    return [key for (key,) in db.execute_sql(serial, (f'"{table}"', count)).fetchall()]


def executemany(sql, rows):
    """Run one statement, written with `?`, for many rows of plain values; returns the rows it met."""
    cursor = db.cursor()
    cursor.executemany(sql if on_sqlite() else sql.replace("?", "%s"), rows)
    return cursor.rowcount


def insert_many(model, names, rows):
    """Insert plain tuples of the named fields; `id` may be among them."""
    columns = [model._meta.fields[name].column_name for name in names]
    table, listed = model._meta.table_name, ", ".join(f'"{c}"' for c in columns)
    if on_sqlite():
        marks = ", ".join("?" * len(columns))
        db.cursor().executemany(f'INSERT INTO "{table}" ({listed}) VALUES ({marks})', rows)  # noqa: S608 - our own names
        return
    with db.cursor().copy(f'COPY "{table}" ({listed}) FROM STDIN') as copy:  # twice as fast as INSERT
        for row in rows:
            copy.write_row(row)


def update_many(model, names, rows):
    """Set the named fields and raise the version; each row ends in its id and its version read.

    Raises Stale when any of them was changed meanwhile: the transaction must roll back.
    """
    columns = ", ".join(f'"{model._meta.fields[name].column_name}" = ?' for name in names)
    stamp = now().isoformat(" ")
    sql = (
        f'UPDATE "{model._meta.table_name}" SET {columns}, "version" = "version" + 1, '  # noqa: S608 - our own names
        f'"updated_at" = \'{stamp}\' WHERE "id" = ? AND "version" = ?'
    )
    if executemany(sql, rows) != len(rows):
        raise Stale(model._meta.table_name)


def set_many(rows, values, *, user):
    """Give many rows of one table the same values, and each its trail, inside `write()`.

    `values` maps field names to values as the row keeps them. Raises Stale as `update_many` does.
    """
    if not rows:
        return
    model, names = type(rows[0]), list(values)
    new = [plain(value) for value in values.values()]
    update_many(model, names, [(*new, row.id, row.version) for row in rows])
    trail = []
    for row in rows:
        before = snapshot(row)
        after = before | dict(zip(names, new, strict=True)) | {"version": row.version + 1}
        trail.append((row.id, str(row), _json(before), _json(after)))
    log_many("update", model, trail, user=user)


def log_many(action, model, rows, *, user, upload=None):
    """Write the trail of many rows: (id, label, before, after), the last two as JSON text or None."""
    stamp, who, table = now().isoformat(" "), user and user.id, model._meta.table_name
    names = ("at", "user", "upload", "action", "table", "key", "label", "before", "after")
    insert_many(
        Change, names,
        [(stamp, who, upload, action, table, key, label[:250], before, after)
         for key, label, before, after in rows],
    )  # fmt: skip


# ------------------------------------------------------------------ undo


def undo(upload, *, user):
    """Take an applied upload back, updates included; returns (undone, kept labels).

    A row touched since, or referred to by others, is left alone and named. The caller has checked
    that the period is open, who asks and what is in reach; all of it is one transaction.
    """
    with write():
        claimed = (
            Upload.update(state="undone", undone_at=now())
            .where((Upload.id == upload.id) & (Upload.state == "applied"))
            .execute()
        )
        if not claimed:
            raise Stale(str(upload))
        changes = list(
            Change.select()
            .where((Change.upload == upload.id) & Change.action.in_(("create", "update")))
            .order_by(Change.id.desc())
        )
        undone, kept = 0, []
        for model in reversed(MODELS):
            mine = [c for c in changes if c.table == model._meta.table_name]
            if mine:
                back, left = _undo_table(model, mine, user, upload)
                undone, kept = undone + back, kept + left
    return undone, kept


def _undo_table(model, changes, user, upload):
    """Undo the changes of one upload in one table; rows of it refer to each other at most."""
    untouched, kept = [], []
    keys = [c.key for c in changes]
    versions, newest = _versions(model, keys), _newest(model, keys)
    for change in changes:
        after = json.loads(change.after)
        same = versions.get(change.key) == after["version"] and newest[change.key] == change.id
        (untouched if same else kept).append(change)
    created = [c for c in untouched if c.action == "create"]
    updated = [c for c in untouched if c.action == "update"]
    _restore(model, updated)
    used = _delete_created(model, [c.key for c in created])
    kept += [c for c in created if c.key in used]
    done = updated + [c for c in created if c.key not in used]
    log_many(
        "undo", model, [(c.key, c.label, c.after, c.before) for c in done],
        user=user, upload=upload.id,
    )  # fmt: skip
    return len(done), [c.label for c in kept]


def _versions(model, ids):
    found = {}
    for batch in batches(ids):
        query = model.select(model.id, model.version).where(model.id.in_(batch))
        found.update(query.tuples())
    return found


def _newest(model, ids):
    """{row id: id of the newest write in its trail}: SQLite may give a deleted row's id to another."""
    found, writes = {}, ("create", "update", "delete", "undo")
    for batch in batches(ids):
        mine = (Change.table == model._meta.table_name) & Change.key.in_(batch) & Change.action.in_(writes)
        query = Change.select(Change.key, fn.MAX(Change.id)).where(mine).group_by(Change.key)
        found.update(query.tuples())
    return found


def _restore(model, changes):
    """Set the fields that an upload changed back to what they were before."""
    groups = {}
    for change in changes:
        before, after = json.loads(change.before), json.loads(change.after)
        names = tuple(n for n in before if n != "version" and before[n] != after.get(n))
        groups.setdefault(names, []).append((*(before[n] for n in names), change.key, after["version"]))
    for names, rows in groups.items():
        if names:
            update_many(model, names, rows)


def _delete_created(model, ids):
    """Delete rows that nothing refers to; returns the ids that had to stay."""
    left = set(ids)
    while left:  # rows of one table may refer to each other: peel the tree from its leaves
        free = left - set(dependents(model, left))
        if not free:
            break
        for batch in batches(free):
            model.delete().where(model.id.in_(batch)).execute()
        left -= free
    return left
