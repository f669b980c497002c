"""The trail as people read it: who, when, by which door, and each field's before and after in words."""

import json
from collections import defaultdict

from flask import current_app
from flask_babel import gettext
from peewee import ForeignKeyField

import access
from database import among
from flows import FLOWS
from models import MODELS, Change, Upload, User
from panels import Listed, Where
from views.panels import list_url, readable, row_url
from views.session import me
from views.shown import words

SHORT = 20  # lines of a record's page
TABLES = {model._meta.table_name: model for model in MODELS}


def in_words(changes, linked=False):
    """These changes, each told in words: `word`, `door`, `door_url`, `noun`, `differences` of (label, before, after),
    and `record_url` where they are `linked` to the rows that may be read still.

    The number of statements does not grow with them.
    """
    found = []
    for change in changes:
        before, after = (json.loads(text or "{}") for text in (change.before, change.after))
        fields = TABLES[change.table].spoken() if change.table in TABLES else ()
        both = [(field, before.get(field.name), after.get(field.name)) for field in fields]
        found.append((change, TABLES.get(change.table), [each for each in both if each[1] != each[2]]))
    labels = labels_of([field for *_, fields in found for field in fields])
    links = readable([(model, change.key) for change, model, _ in found], me()) if linked else {}
    for change, model, fields in found:
        move = FLOWS[model].by_name.get(change.move) if model in FLOWS else None
        change.word = gettext(move.done if move else Change.action.labels[change.action])
        change.door, change.door_url = door_of(change, model, {field.name for field, *_ in fields})
        told = [(gettext(f.label), *(said(f, value, labels) for value in both)) for f, *both in fields]
        change.differences = told
        change.noun = gettext(model.noun) if model else change.table
        change.record_url = links.get((model, change.key), "")
    return changes


def labels_of(fields):
    """{(model, id): label} of every row that these changed fields refer to: one statement a table."""
    wanted, found = defaultdict(set), {}
    for field, *both in fields:
        if isinstance(field, ForeignKeyField):
            wanted[field.rel_model] |= {*both} - {None}
    for model, ids in wanted.items():
        rows = model.with_paths(model.select().where(among(model.id, ids)), model.said_paths())
        labels = {row.id: str(row) for row in rows}
        if gone := ids - set(labels):  # deleted rows are called as their own trail says it
            mine = (Change.table == model._meta.table_name) & among(Change.key, gone)
            labels |= dict(Change.select(Change.key, Change.label).where(mine).order_by(Change.id).tuples())
        found |= {(model, key): label for key, label in labels.items()}
    return found


def said(field, value, labels):
    """A value of the trail, which is kept as JSON, in words."""
    if isinstance(field, ForeignKeyField):
        return "" if value is None else labels.get((field.rel_model, value), f"#{value}")
    return words(field, value)


def door_of(change, model, names):
    """(By which door a change of these fields came, the address of that door where the account may see it)."""
    if change.upload_id:
        url = row_url(Upload(id=change.upload_id)) if access.may(me(), "read", Upload) else ""
        return gettext("unggahan #%(n)s", n=change.upload_id), url
    if change.action not in ("create", "update", "delete"):
        return "", ""
    if change.user_id is None:
        return gettext("baris perintah"), ""
    if change.move:
        return gettext("langkah"), ""
    by_form = model in access.TABLES and change.action in access.TABLES[model].verbs
    if by_form and change.action == "update" and names:  # else it was computed
        views = current_app.extensions["admin"][0]._views
        form = next((view.form_columns for view in views if getattr(view, "model", None) is model), ())
        by_form = not names.isdisjoint(form)
    return gettext("formulir") if by_form else gettext("perhitungan"), ""


def history_of(row):
    """(the newest changes of a row in words, the address of them all), for those who may read the audit."""
    if not access.may(me(), "read", Change):
        return [], ""
    table = row._meta.table_name
    mine = (Change.table == table) & (Change.key == row.id)
    query = access.scoped(Change, me()).where(mine).order_by(Change.id.desc())
    changes = list(query.select(Change, User).left_outer_join(User).limit(SHORT))
    whole = list_url(Listed(Change, (Where(Change.table, table), Where(Change.key, row.id))))
    return in_words(changes), whole if len(changes) == SHORT else ""
