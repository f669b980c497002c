"""How stored values are shown to people: words, badges, dates, numbers."""

from datetime import UTC, date, datetime
from decimal import Decimal

from flask_babel import format_date, format_datetime, gettext
from markupsafe import Markup
from peewee import DecimalField, ForeignKeyField

from fields import Choice


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


SYMBOLS = {
    "ABOVE": "▲", "MEETS": "●", "BELOW": "▼", "VERY_GOOD": "★", "GOOD": "✔",
    "NEEDS_IMPROVEMENT": "!", "POOR": "▼", "VERY_POOR": "✖",
}  # fmt: skip


def badge(value, field):
    """A level or predikat with colour, word and symbol, so that it survives black and white."""
    if not value:
        return ""
    return Markup('<span class="badge-word is-{}"><span aria-hidden="true">{}</span> {}</span>').format(
        value.lower().replace("_", "-"), SYMBOLS.get(value, ""), word(field, value)
    )


def local_time(view, value, name):
    return format_datetime(value.replace(tzinfo=UTC), "d MMM y HH.mm")


def local_day(view, value, name):
    return format_date(value, "d MMM y")


def with_comma(view, value, name):
    return f"{value.normalize():f}".replace(".", ",")


def yes_no(view, value, name):
    return gettext("Ya") if value else gettext("Tidak")


TYPE_FORMATTERS = {
    type(None): lambda view, value, name: "",
    bool: yes_no,
    datetime: local_time,
    date: local_day,
    Decimal: with_comma,
}
