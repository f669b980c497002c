"""List filters made from models: which comparisons a field offers, each a condition on a query."""

import re
from datetime import UTC, datetime, time, timedelta

from flask_admin.babel import lazy_gettext
from flask_admin.model.filters import BaseFilter
from flask_babel import lazy_gettext as _l
from peewee import DateField, DateTimeField, ForeignKeyField, IntegerField, TextField

import access
from database import WITA
from fields import Choice, Day, Money, Nip, Points, Score, Text, Whole, YesNo
from models import Period, Unit
from values import N_, Invalid
from views.formfields import options, spoken
from views.session import me

DAY = Day()


class Comparison(BaseFilter):
    """One comparison of one column; `condition(value)` goes into the list's query."""

    def __init__(self, column, name, word, compare, parse, *, choices=None, data_type=None, path=()):
        super().__init__(name, choices, data_type)
        self.column, self.word, self.compare, self.parse, self.path = column, word, compare, parse, path

    def clean(self, value):
        try:
            parsed = self.parse(value.replace("\x00", "")[:200])
        except Invalid as error:
            raise ValueError(spoken(error)) from error
        if parsed is None:
            raise ValueError(value)
        return parsed

    def condition(self, value):
        return self.compare(self.column, self.clean(value))

    def operation(self):
        return _l(OURS[self.word]) if self.word in OURS else lazy_gettext(self.word)


class Choices:
    """The options of a filter, read afresh for each page, in the reader's language."""

    def __init__(self, read):
        self.read = read

    def __iter__(self):
        return iter(self.read())


OURS = {"within": N_("di dalam"), "is": N_("adalah")}  # beside Flask-Admin's own words


def equal(column, value):
    return column == value


def unequal(column, value):
    return (column != value) | column.is_null()


def contains(column, value):
    return column.contains(value)


def greater(column, value):
    return column > value


def smaller(column, value):
    return column < value


def empty(column, value):
    return column.is_null(value)


def filters_for(field, column, path):
    """The comparisons that a field offers; `column` is its alias in the list's query."""
    label = _l(field.verbose_name)
    make = references if isinstance(field, ForeignKeyField) else made_for(field)
    found = make(field, column, label, path)
    for comparison in found:  # its name in an address is the same in every language
        comparison.arg = re.sub(r"\W+", "_", f"{field.verbose_name} {comparison.word}".lower()).strip("_")
    return found


def made_for(field):
    for kind, make in BY_KIND:
        if isinstance(field, kind):
            return make
    raise TypeError(f"no filter for {field}")


def chosen(field, column, label, path):
    choices = Choices(lambda: [(code, str(_l(text))) for code, text in options(field)])
    parse = field.parse
    return [
        Comparison(column, label, word, compare, parse, choices=choices, path=path)
        for word, compare in (("equals", equal), ("not equal", unequal))
    ]


def texts(field, column, label, path):
    return [
        Comparison(column, label, "contains", contains, str.strip, path=path),
        Comparison(column, label, "equals", equal, str.strip, path=path),
        blank(column, label, path),
    ]


def numbers(field, column, label, path):
    words = (("equals", equal), ("greater than", greater), ("smaller than", smaller))
    parse = getattr(field, "parse", None) or WHOLE.parse
    found = [Comparison(column, label, word, compare, parse, path=path) for word, compare in words]
    return [*found, blank(column, label, path)]


def days(field, column, label, path):
    words = (("equals", on_day), ("greater than", greater), ("smaller than", smaller))
    return [
        Comparison(column, label, word, compare, DAY.parse, data_type="date", path=path)
        for word, compare in words
    ]


def on_day(column, value):
    """Equal to a day; of a moment, which is kept in UTC, any time of that day in Mamuju."""
    if not isinstance(getattr(column, "field", column), DateTimeField):
        return column == value
    start = datetime.combine(value, time.min, WITA).astimezone(UTC).replace(tzinfo=None)
    return (column >= start) & (column < start + timedelta(days=1))


def blank(column, label, path):
    return Comparison(column, label, "empty", empty, YES.parse, choices=Choices(yes_or_no), path=path)


def yes_or_no():
    return [("1", str(_l(N_("Ya")))), ("0", str(_l(N_("Tidak"))))]


def references(field, column, label, path):
    """A foreign key is chosen by its natural key, within the account's scope."""
    related, key = field.rel_model, field.rel_model.natural_key()

    def read():
        rows = access.scoped(related, me()).order_by(related.id.desc()).limit(200)
        return [(getattr(row, key.name), str(row)) for row in rows]

    def compare(column, value):
        return column.in_(access.scoped(related, me()).select(related.id).where(key == value))

    def within(column, value):
        """In a unit or one under it; the rows that the list shows are scoped anyway."""
        return column.in_(Unit.below(Unit.select(Unit.id).where(Unit.code == value)))

    small, parse = related is Period, str.strip if hasattr(key, "parse") else WHOLE.parse
    options = {"choices": Choices(read)} if small else {"data_type": f"lookup:filter-{field.name}"}
    found = [Comparison(column, label, "equals", compare, parse, path=path, **options)]
    if related is Unit:
        found.append(Comparison(column, label, "within", within, parse, path=path, **options))
    return found


def special(model, label, arg, compare, read):
    """A filter that no field gives: `compare(chosen code)` is a condition on the table, `read()` the choices."""

    def known(text):
        if text not in dict(read()):
            raise Invalid(N_("“%(value)s” bukan salah satu pilihannya"), value=text)
        return text

    found = Comparison(
        model.id, _l(label), "is", lambda column, code: compare(code), known, choices=Choices(read)
    )
    found.arg = arg
    return found


WHOLE, YES = Whole(), YesNo()
BY_KIND = (
    (Choice | YesNo, chosen),
    (Score | Points | Whole | Money | IntegerField, numbers),
    (DateField | DateTimeField, days),
    (Nip | Text | TextField, texts),
)
