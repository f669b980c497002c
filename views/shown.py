"""How people read what is stored: values and refusals in words, rows by their address, the trail of changes."""

import json
from datetime import UTC
from functools import lru_cache
from urllib.parse import urlencode

from babel import numbers
from flask import g, url_for
from flask_babel import Domain, format_currency, format_date, format_datetime, get_locale, gettext
from markupsafe import Markup
from peewee import ForeignKeyField, Model

import access
from database import among, once
from flows import FLOWS
from models import MODELS, Change, Clocks, User
from panels import Listed, Where
from values import codes
from views.session import me

NEWEST = 20  # changes on a record's page
number_text = lru_cache(10_000)(numbers.format_decimal)  # scores are few, and thousands a page
BY_TABLE = {model._meta.table_name: model for model in MODELS}
FORM_FIELDS = {}  # model: the names of its form's fields, as its view says them


class Words(Domain):
    """The words of each language, found by its locale: the library would spell that out for every word."""

    def get_translations(self):
        try:
            return g.words
        except (AttributeError, RuntimeError):  # not asked yet in this request, or outside of any
            locale = get_locale()
        words = self.cache[locale] = self.cache.get(locale) or super().get_translations()
        if g:
            g.words = words
        return words


def text_of(field, value):
    """A value as a person reads it, the same in list, page, message and trail; nothing for nothing.

    It may come from a row, or as the trail keeps it: dates in ISO form, references by their id, which is said
    itself where they lead nowhere any more.
    """
    value = field.python_value(value)
    if value is None or value == "":
        return ""
    if isinstance(value, Model):
        return str(value)
    known, key = g.setdefault("texts", {}), (id(field), value)  # a list says the same values over and over
    if key not in known:
        known[key] = TEXTS[field.said_as](field, value)
    return known[key]


TEXTS = {
    "text": lambda field, value: field.show(value),
    "word": lambda field, value: gettext(field.show(value)),
    "day": lambda field, value: format_date(value, "d MMM y"),
    "moment": lambda field, value: format_datetime(value.replace(tzinfo=UTC), "d MMM y HH.mm"),
    "number": lambda field, value: number_text(value, "#,##0.##", get_locale()),
    "money": lambda field, value: format_currency(value, "IDR", "¤ #,##0", currency_digits=False),
    "reference": lambda field, key: labels_of([(field.rel_model, key)]).get((field.rel_model, key), str(key)),
}


def spoken(error):
    """A refusal (an Invalid) in the reader's language."""
    why = error.params.get("why")
    return gettext(error.template, **error.params | ({"why": gettext(why)} if why else {}))


def with_warning(field, value):
    """A value in words; the end of a clock warns where the holidays of its year are not entered."""
    text = text_of(field, value)
    if not (value and getattr(field, "due", False)) or value.year in once("years", lambda: Clocks().years):
        return text
    warning = gettext("hari libur %(year)s belum diisi, tenggat bisa lebih lambat", year=value.year)
    return Markup('{} <span class="chip warn">{}</span>').format(text, warning)


# How a code looks beside its word: a tone and a sign, so that it survives black and white.
TONES = {row["code"]: row["tone"] for row in codes("tones")}
SIGNS = {"best": "★", "good": "✔", "plain": "○", "quiet": "–", "warn": "!", "bad": "▼", "worst": "✖"}


def badge(field, value):
    """A code with colour, sign and word; its plain word where no tone is known for it."""
    text = text_of(field, value)
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
    page = url_for(f"{leads.model._meta.table_name}.index_view")  # which would take long over arguments
    return f"{page}?{urlencode(filters)}" if filters else page


def row_url(row, page="details_view"):
    """The address of a row's own page."""
    return url_for(f"{row._meta.table_name}.{page}", id=row.id)


def readable(rows, user):
    """{(model, id): address} of those among these that the account may read: one statement a table."""
    found = {}
    for model in {model for model, _ in rows}:
        if access.may(user, "read", model):
            ids = {key for other, key in rows if other is model}
            query = access.scoped(model, user).where(among(model.id, ids)).select(model.id)
            found |= {(model, row.id): row_url(row) for row in query}
    return found


def links_of(row, user):
    """{field name: address} of the references of a row that the account may follow: one statement a table."""
    links = [f for f in row.spoken() if isinstance(f, ForeignKeyField) and row.__data__.get(f.name)]
    keys = {field.name: (field.rel_model, row.__data__[field.name]) for field in links}
    found = readable(keys.values(), user)
    return {name: found[key] for name, key in keys.items() if key in found}


def in_words(changes, linked=False):
    """These changes, each told in words: `word`, `door`, `noun`, `differences` of (label, before, after), and
    `record_url` where they are `linked` to the rows that may be read still.

    The number of statements does not grow with them.
    """
    for change in changes:
        change.model = BY_TABLE.get(change.table)
        before, after = (json.loads(text or "{}") for text in (change.before, change.after))
        fields = change.model.spoken() if change.model else ()
        both = [(field, before.get(field.name), after.get(field.name)) for field in fields]
        change.fields = [each for each in both if each[1] != each[2]]
    links = [each for change in changes for each in change.fields if isinstance(each[0], ForeignKeyField)]
    labels_of((field.rel_model, key) for field, *both in links for key in both if key)  # all at once
    urls = readable([(change.model, change.key) for change in changes], me()) if linked else {}
    for change in changes:
        move = FLOWS[change.model].by_name.get(change.move) if change.model in FLOWS else None
        change.word = gettext(move.done if move else Change.action.labels[change.action])
        change.door = door_of(change)
        change.differences = [
            (gettext(f.label), *(text_of(f, value) for value in both)) for f, *both in change.fields
        ]
        change.noun = gettext(change.model.noun) if change.model else change.table
        change.record_url = urls.get((change.model, change.key), "")
    return changes


def labels_of(rows):
    """{(model, id): label} of these and all asked for before in this request: one statement a table.

    Deleted rows are called as their own trail says it.
    """
    known = g.setdefault("labels", {})
    wanted = {*rows} - known.keys()
    for model in {model for model, _ in wanted}:
        ids = {key for other, key in wanted if other is model}
        query = model.with_paths(model.select().where(among(model.id, ids)), model.said_paths())
        labels = {row.id: str(row) for row in query}
        if gone := ids - labels.keys():
            mine = (Change.table == model._meta.table_name) & among(Change.key, gone)
            labels |= dict(Change.select(Change.key, Change.label).where(mine).order_by(Change.id).tuples())
        known |= {(model, key): label for key, label in labels.items()}
    return known


def door_of(change):
    """By which door a change came."""
    if change.upload_id:
        return gettext("unggahan #%(n)s", n=change.upload_id)
    if change.action not in ("create", "update", "delete"):
        return ""
    if change.user_id is None:
        return gettext("baris perintah")
    if change.move:
        return gettext("langkah")
    by_form = change.action in access.TABLES.get(change.model, access.CLOSED).verbs
    if by_form and change.action == "update" and change.fields:  # else it was computed
        by_form = any(field.name in FORM_FIELDS[change.model] for field, *_ in change.fields)
    return gettext("formulir") if by_form else gettext("perhitungan")


def history_of(row):
    """(the newest changes of a row in words, the address of them all), for those who may read the audit."""
    if not access.may(me(), "read", Change):
        return [], ""
    every = Listed(Change, (Where(Change.table, row._meta.table_name), Where(Change.key, row.id)))
    query = every.rows(me()).select(Change, User).left_outer_join(User).order_by(Change.id.desc())
    changes = in_words(list(query.limit(NEWEST)))
    return changes, list_url(every) if len(changes) == NEWEST else ""
