"""How stored values and refusals are said to people: words, badges, dates, numbers."""

from datetime import UTC
from functools import lru_cache

from flask import g
from flask_babel import format_currency, format_date, format_datetime, format_decimal, gettext
from markupsafe import Markup
from peewee import Model

from models import Clocks
from values import Invalid, codes


def words(field, value):
    """A value as a person reads it, the same in list, page, message and trail; nothing for nothing.

    It may come from a row, or as the trail keeps it: dates in ISO form, references by their id.
    """
    value = field.python_value(value)
    if value is None:
        return ""
    if field.said_as == "reference":
        return referred(field, value)
    said, key = g.setdefault("said", {}), (id(field), value)  # a list says the same values over and over
    if key not in said:
        said[key] = SAID[field.said_as](field, value)
    return said[key]


def translated(field, value):
    text = field.show(value)
    return gettext(text) if text else ""


def referred(field, value):
    """The label of what a field refers to; its number where it is no more."""
    if not isinstance(value, Model):
        value = field.rel_model.get_or_none(field.rel_model.id == value) or value
    return str(value)


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
