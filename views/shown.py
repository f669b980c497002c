"""How people read what is stored: values and refusals in words, rows by their address, the trail of changes."""

import json
from collections import defaultdict
from datetime import UTC
from functools import lru_cache
from urllib.parse import urlencode

from flask import current_app, g, url_for
from flask_babel import format_currency, format_date, format_datetime, format_decimal, gettext
from markupsafe import Markup
from peewee import ForeignKeyField, Model

import access
from database import among, once
from flows import FLOWS
from models import MODELS, Change, Clocks, Upload, User
from panels import Listed, Where
from values import Invalid, codes
from views.session import me

SHORT = 20  # lines of a record's page
TABLES = {model._meta.table_name: model for model in MODELS}


def words(field, value):
    """A value as a person reads it, the same in list, page, message and trail; nothing for nothing.

    It may come from a row, or as the trail keeps it: dates in ISO form, references by their id.
    """
    value = field.python_value(value)
    if value is None:
        return ""
    if field.said_as == "reference":  # its label; its number where it is no more
        if not isinstance(value, Model):
            value = field.rel_model.get_or_none(field.rel_model.id == value) or value
        return str(value)
    said, key = g.setdefault("said", {}), (id(field), value)  # a list says the same values over and over
    if key not in said:
        said[key] = SAID[field.said_as](field, value)
    return said[key]


def translated(field, value):
    text = field.show(value)
    return gettext(text) if text else ""


SAID = {
    "text": lambda field, value: field.show(value),
    "word": translated,
    "day": lambda field, value: format_date(value, "d MMM y"),
    "moment": lambda field, value: format_datetime(value.replace(tzinfo=UTC), "d MMM y HH.mm"),
    "number": lambda field, value: format_decimal(value, "#,##0.##"),
    "money": lambda field, value: format_currency(value, "IDR", "¤ #,##0", currency_digits=False),
}


def spoken(error):
    """A field's refusal in the reader's language."""
    if isinstance(error, Invalid):
        why = error.params.get("why")
        params = error.params | ({"why": gettext(why)} if why else {})
        return gettext(error.template, **params) if params else gettext(error.template)
    return str(error)


def value_at(row, path):
    for step in path.split("."):
        row = getattr(row, step, None)
    return row


def due_day(field, day):
    """The end of a clock, with a warning where the holidays of its year are not entered."""
    text = words(field, day)
    if day is None:
        return text
    if "holiday_years" not in g:
        g.holiday_years = Clocks().years
    if day.year in g.holiday_years:
        return text
    warning = gettext("hari libur %(year)s belum diisi, tenggat bisa lebih lambat", year=day.year)
    return Markup('{} <span class="chip warn">{}</span>').format(text, warning)


# How a code looks beside its word: a tone and a sign, so that it survives black and white.
TONES = {row["code"]: row["tone"] for row in codes("tones")}
SIGNS = {"best": "★", "good": "✔", "plain": "○", "quiet": "–", "warn": "!", "bad": "▼", "worst": "✖"}


def badge(field, value):
    """A code with colour, sign and word; its plain word where no tone is known for it."""
    text = words(field, value)
    return _badge(TONES[value], text) if value in TONES else text


@lru_cache(1000)  # few codes, two languages, thousands of cells
def _badge(tone, text):
    return Markup('<span class="badge {}"><span aria-hidden="true">{}</span> {}</span>').format(
        tone, SIGNS[tone], text
    )


def list_url(leads):
    """The address of a list under its filters; nothing where nothing is led to."""
    if leads is None:
        return ""
    filters = {f"flt{n}_{where.arg}": str(where.value) for n, where in enumerate(leads.filters)}
    place = f"{leads.model._meta.table_name}.index_view"
    page = once(place, lambda: url_for(place))  # which would take long over arguments
    return f"{page}?{urlencode(filters)}" if filters else page


def row_url(row, page="details_view"):
    """The address of a row's own page."""
    return url_for(f"{row._meta.table_name}.{page}", id=row.id)


def readable(rows, user):
    """{(model, id): address} of those among these that the account may read: one statement a table."""
    found, wanted = {}, defaultdict(set)
    for model, key in rows:
        if key is not None and access.may(user, "read", model):
            wanted[model].add(key)
    for model, ids in wanted.items():
        query = access.scoped(model, user).where(among(model.id, ids)).select(model.id)
        found |= {(model, row.id): row_url(row) for row in query}
    return found


def links_of(row, user):
    """{field name: address} of the references of a row that the account may follow: one statement a table."""
    links = [field for field in row.spoken() if isinstance(field, ForeignKeyField)]
    keys = {field.name: (field.rel_model, row.__data__.get(field.name)) for field in links}
    found = readable(keys.values(), user)
    return {name: found[key] for name, key in keys.items() if key in found}


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
        told = [(gettext(f.label), *(trail_words(f, value, labels) for value in both)) for f, *both in fields]
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


def trail_words(field, value, labels):
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
