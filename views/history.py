"""The trail as people read it: who, when, by which door, and each field's before and after in words."""

import json
from collections import defaultdict
from dataclasses import dataclass

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
WRITES = ("create", "update", "delete")


@dataclass
class Line:
    """A line of the trail in words: `differences` are (label, before, after)."""

    change: Change
    word: str
    door: str
    door_url: str
    differences: list
    record_url: str = ""


def lines_of(changes):
    """The Lines of these changes, in their order; the number of statements does not grow with them."""
    stored = [(change, model_of(change), *values_of(change)) for change in changes]
    labels = labels_of(stored)
    return [
        Line(change, word_of(change, model), *door_of(change, model, before, after),
             differences(model, before, after, labels))
        for change, model, before, after in stored
    ]  # fmt: skip


def linked(lines):
    """The same Lines, with the addresses of the rows that they are about, where those may be read still."""
    wanted = defaultdict(set)
    for line in lines:
        wanted[model_of(line.change)].add(line.change.key)
    wanted.pop(None, None)
    found = readable(wanted, me())
    for line in lines:
        line.record_url = found.get((model_of(line.change), line.change.key), "")
    return lines


def model_of(change):
    return TABLES.get(change.table)


def values_of(change):
    """(before, after) of a change by field name, without the version."""
    both = (json.loads(change.before or "{}"), json.loads(change.after or "{}"))
    return tuple({name: value for name, value in values.items() if name != "version"} for values in both)


def changed(model, before, after):
    """The fields that a change made other, in the order of the model."""
    fields = model.spoken() if model else ()
    return [field for field in fields if before.get(field.name) != after.get(field.name)]


def labels_of(stored):
    """{(model, id): label} of every row that these changes refer to: one statement a table."""
    wanted = defaultdict(set)
    for _, model, before, after in stored:
        for field in changed(model, before, after):
            if isinstance(field, ForeignKeyField):
                wanted[field.rel_model] |= {before.get(field.name), after.get(field.name)} - {None}
    found = {}
    for model, ids in wanted.items():
        rows = model.with_paths(model.select().where(among(model.id, ids)), model.said_paths())
        labels = {row.id: str(row) for row in rows}
        if gone := ids - set(labels):
            labels |= last_labels(model, gone)
        found |= {(model, key): label for key, label in labels.items()}
    return found


def last_labels(model, ids):
    """{id: label} of deleted rows, as their own trail says it."""
    mine = (Change.table == model._meta.table_name) & among(Change.key, ids)
    return dict(Change.select(Change.key, Change.label).where(mine).order_by(Change.id).tuples())


def differences(model, before, after, labels):
    return [
        (gettext(field.label), *(told(field, values.get(field.name), labels) for values in (before, after)))
        for field in changed(model, before, after)
    ]  # fmt: skip


def told(field, value, labels):
    """A value of the trail, which is kept as JSON, in words."""
    if isinstance(field, ForeignKeyField):
        return "" if value is None else labels.get((field.rel_model, value), f"#{value}")
    return words(field, value)


def word_of(change, model):
    """What was done: the move's word, else that of the action."""
    move = FLOWS[model].by_name.get(change.move) if model in FLOWS else None
    return gettext(move.done if move else Change.action.labels[change.action])


def door_of(change, model, before, after):
    """(By which door a change came, the address of that door where the account may see it)."""
    if change.upload_id:
        url = row_url(Upload(id=change.upload_id)) if access.may(me(), "read", Upload) else ""
        return gettext("unggahan #%(n)s", n=change.upload_id), url
    if change.action not in WRITES:
        return "", ""
    if change.user_id is None:
        return gettext("baris perintah"), ""
    if change.move:
        return gettext("langkah"), ""
    return gettext("formulir") if by_form(change, model, before, after) else gettext("perhitungan"), ""


def by_form(change, model, before, after):
    """Whether a form of the table could have written this; else it was computed."""
    rights = access.TABLES.get(model)
    if rights is None or change.action not in rights.verbs:
        return False
    names = {field.name for field in changed(model, before, after)}
    return change.action != "update" or not names or bool(names & form_fields(model))


def form_fields(model):
    views = current_app.extensions["admin"][0]._views
    return next((set(view.form_columns) for view in views if getattr(view, "model", None) is model), set())


# ------------------------------------------------------------------ of a record


def history_of(row):
    """(the newest Lines of a row's trail, the address of them all), for those who may read the audit."""
    if not access.may(me(), "read", Change):
        return [], ""
    table = row._meta.table_name
    mine = (Change.table == table) & (Change.key == row.id)
    query = access.scoped(Change, me()).where(mine).order_by(Change.id.desc())
    changes = list(query.select(Change, User).left_outer_join(User).limit(SHORT))
    whole = list_url(Listed(Change, (Where(Change.table, table), Where(Change.key, row.id))))
    return lines_of(changes), whole if len(changes) == SHORT else ""
