"""How stored values are shown to people: words, badges, dates, numbers."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

from flask_babel import format_currency, format_date, format_datetime, format_decimal, gettext
from markupsafe import Markup
from peewee import BooleanField, DateField, DateTimeField, DecimalField, ForeignKeyField

from fields import Choice, Money


def value_at(row, path):
    for step in path.split("."):
        row = getattr(row, step, None)
    return row


def in_words(field, value):
    """A stored value as a person reads it, without colour: in panels, messages and the trail."""
    if value is None:
        return ""
    if isinstance(field, Choice):
        return word(field, value)
    form = next((form for kind, form in WORDS if isinstance(field, kind)), None)
    return form(value) if form else str(value)


def shown(row, name):
    """A row's value as a person reads it; a reference by its label."""
    field = row._meta.fields[name]
    value = getattr(row, name) if isinstance(field, ForeignKeyField) else row.__data__.get(name)
    return in_words(field, value) or "-"


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


def moment(value):
    return format_datetime(value.replace(tzinfo=UTC), "d MMM y HH.mm")


def day(value):
    return format_date(value, "d MMM y")


def rupiah(value):
    return format_currency(value, "IDR", "¤ #,##0", currency_digits=False)


def decimals(value):
    return format_decimal(value, "#,##0.##")


def yes_or_no(value):
    return gettext("Ya") if value else gettext("Tidak")


WORDS = (
    (DateTimeField, moment), (DateField, day), (Money, rupiah), (DecimalField, decimals), (BooleanField, yes_or_no),
)  # fmt: skip


def amount(view, value, name):
    return rupiah(value) if isinstance(view.field_of(name), Money) else format_decimal(value)


TYPE_FORMATTERS = {
    type(None): lambda view, value, name: "",
    bool: lambda view, value, name: yes_or_no(value),
    datetime: lambda view, value, name: moment(value),
    date: lambda view, value, name: day(value),
    Decimal: lambda view, value, name: decimals(value),
    int: amount,
}
