"""List filters made from models: which comparisons a field offers, each a condition on a query."""

from datetime import timedelta
from operator import eq, gt, lt

from flask_admin.babel import lazy_gettext
from flask_admin.model.filters import BaseFilter
from flask_babel import lazy_gettext as _l

import access
from database import moment
from fields import Day, Whole, YesNo
from models import Period, Unit
from panels import argument
from values import N_, Invalid
from views.formfields import spoken
from views.session import me


class Comparison(BaseFilter):
    """One comparison of one column; `condition(value)` goes into the list's query."""

    def __init__(self, column, label, word, compare, parse, *, choices=None, data_type=None, path=()):
        super().__init__(_l(label), choices and Choices(choices), data_type)
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


def unequal(column, value):
    return (column != value) | column.is_null()


def contains(column, value):
    return column.contains(value)


def empty(column, value):
    return column.is_null(value)


def within_day(column, value):
    """A moment, which is kept in UTC, at any time of a day in Mamuju."""
    start = moment(value)
    return (column >= start) & (column < start + timedelta(days=1))


WHOLE, YES, DAY = Whole(), YesNo(), Day()
ORDER = (("greater than", gt), ("smaller than", lt))
COMPARISONS = {  # by what a field says of itself
    "text": (("contains", contains), ("equals", eq), ("empty", empty)),
    "number": (("equals", eq), *ORDER, ("empty", empty)),
    "day": (("equals", eq), *ORDER),
    "moment": (("equals", within_day), *ORDER),
    "choice": (("equals", eq), ("not equal", unequal)),
}


def filters_for(field, column, path):
    """The comparisons that a field offers; `column` is its alias in the list's query."""
    make = references if field.comparisons == "reference" else compared
    found = [Comparison(column, field.label, *said, path=path, **how) for *said, how in make(field)]
    for comparison in found:  # its name in an address is the same in every language
        comparison.arg = argument(field, comparison.word)
    return found


def compared(field):
    """(word, comparison, parse, options) of a field that is no reference."""
    parse = {"text": str.strip, "moment": DAY.parse}.get(field.comparisons) or field.parse
    how = {"data_type": "date"} if field.comparisons in ("day", "moment") else {}
    if field.options:
        how = {"choices": lambda: translated(field.options)}
    offered = COMPARISONS[field.comparisons]
    if field.comparisons == "choice" and field.null:
        offered = (*offered, ("empty", empty))
    for word, compare in offered:
        blank = word == "empty"
        yield word, compare, YES.parse if blank else parse, {"choices": yes_or_no} if blank else how


def translated(options):
    return [(code, str(_l(text))) for code, text in options]


def yes_or_no():
    return translated(YES.options)


def references(field):
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

    parse = str.strip if hasattr(key, "parse") else WHOLE.parse
    how = {"choices": read} if related is Period else {"data_type": f"lookup:filter-{field.name}"}
    yield "equals", compare, parse, how
    if related is Unit:
        yield "within", within, parse, how


def special(named):
    """The comparison of a filter that no field gives (a `panels.Named`)."""

    def read():
        return translated(named.options())

    def known(code):
        if code not in dict(read()):
            raise Invalid(N_("“%(value)s” bukan salah satu pilihannya"), value=code)
        return code

    def compare(column, code):
        return named.holds(code, me())

    found = Comparison(named.model.id, named.label, "is", compare, known, choices=read)
    found.arg = named.arg
    return found
