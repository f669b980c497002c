"""How stored values are shown to people: words, badges, dates, numbers."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

from flask_babel import format_currency, format_date, format_datetime, format_decimal, gettext
from markupsafe import Markup
from peewee import DecimalField, ForeignKeyField

from fields import Choice, Money


def told(field, value):
    """A value of the trail as a person reads it; a reference by its label."""
    if value is None:
        return ""
    if isinstance(field, ForeignKeyField):
        return str(field.rel_model.get_or_none(field.rel_model.id == value) or value)
    if isinstance(field, Choice):
        return word(field, value)
    if isinstance(field, DecimalField):
        return field.show(Decimal(value))
    return yes_no(None, value, None) if isinstance(value, bool) else str(value)


def value_at(row, path):
    for step in path.split("."):
        row = getattr(row, step, None)
    return row


def shown(row, name):
    """A stored value as a person reads it."""
    field = row._meta.fields[name]
    if isinstance(field, ForeignKeyField):
        return str(getattr(row, name) or "-")
    return field.show(row.__data__.get(name)) or "-"


def word(field, value):
    label = field.labels.get(value)
    return gettext(label) if label else value or ""


# How a code looks beside its word: a tone and a sign, so that it survives black and white.
TONES = {
    "ABOVE": "best", "MEETS": "good", "BELOW": "bad",
    "VERY_GOOD": "best", "GOOD": "good", "NEEDS_IMPROVEMENT": "warn", "POOR": "bad", "VERY_POOR": "worst",
    "open": "good", "closed": "quiet",
    "suggested": "plain", "confirmed": "good", "final": "good", "delivered": "plain", "acknowledged": "good",
    "objected": "warn", "upheld": "quiet", "changed": "quiet",
    "planned": "plain", "proposed": "plain", "done": "good", "granted": "good", "declined": "quiet",
    "received": "warn", "verified": "plain", "disposed": "plain", "in_progress": "plain", "answered": "good",
    "rejected": "quiet", "need_info": "warn", "reopened": "warn", "not_ours": "quiet",
    "checked": "plain", "queued": "plain", "applying": "plain", "applied": "good", "undone": "quiet", "failed": "bad",
}  # fmt: skip
SIGNS = {"best": "★", "good": "✔", "plain": "○", "quiet": "–", "warn": "!", "bad": "▼", "worst": "✖"}


def badge(field, value):
    """A code with colour, sign and word; its plain word where no tone is known for it."""
    if value not in TONES:
        return word(field, value)
    return _badge(TONES[value], word(field, value))


@lru_cache(1000)  # few codes, two languages, thousands of cells
def _badge(tone, text):
    return Markup('<span class="badge {}"><span aria-hidden="true">{}</span> {}</span>').format(
        tone, SIGNS[tone], text
    )


def local_time(view, value, name):
    return format_datetime(value.replace(tzinfo=UTC), "d MMM y HH.mm")


def local_day(view, value, name):
    return format_date(value, "d MMM y")


def amount(view, value, name):
    field = view.field_of(name)
    return (
        format_currency(value, "IDR", "¤ #,##0", currency_digits=False)
        if isinstance(field, Money)
        else format_decimal(value)
    )


def decimal(view, value, name):
    return format_decimal(value, "#,##0.##")


def yes_no(view, value, name):
    return gettext("Ya") if value else gettext("Tidak")


TYPE_FORMATTERS = {
    type(None): lambda view, value, name: "",
    bool: yes_no,
    datetime: local_time,
    date: local_day,
    Decimal: decimal,
    int: amount,
}
