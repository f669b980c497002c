"""List filters made from models: which comparisons a field offers; what they mean says `panels.Where`."""

from flask_admin.babel import lazy_gettext
from flask_admin.model.filters import BaseFilter
from flask_babel import lazy_gettext as _l

import access
from fields import YesNo
from models import Period, Unit
from panels import Named, Where
from values import N_
from views.session import me

OURS = {"within": N_("di dalam"), "is": N_("adalah")}  # beside Flask-Admin's own words
ORDER = ("greater than", "smaller than")
OFFERED = {  # by what a field says of itself
    "text": ("contains", "equals", "empty"), "number": ("equals", *ORDER, "empty"), "day": ("equals", *ORDER),
    "moment": ("equals", *ORDER), "choice": ("equals", "not equal"), "reference": ("equals",),
}  # fmt: skip


class Comparison(BaseFilter):
    """One comparison of a field (or a filter that the rooms name); its condition goes into the list's query."""

    def __init__(self, column, word, options=None, data_type=None):
        super().__init__(_l(column.label), options, data_type)
        self.column, self.word = column, word
        self.arg = Where(column, None, word).arg  # its name in an address is the same in every language

    def where(self, value):
        return Where(self.column, value.replace("\x00", "")[:200], self.word)

    def validate(self, value):
        return not value.strip() or super().validate(value)  # a blank one is skipped

    def clean(self, value):
        meant = self.where(value).meant()
        known = [code for code, _ in self.column.choices()] if isinstance(self.column, Named) else [meant]
        if meant is None or meant not in known:
            raise ValueError(value)
        return meant

    def condition(self, value):
        return self.where(value).holds(me())

    def operation(self):
        return _l(OURS[self.word]) if self.word in OURS else lazy_gettext(self.word)


class Choices:
    """The options of a filter, read afresh for each page, in the reader's language."""

    def __init__(self, read):
        self.read = read

    def __iter__(self):
        return ((code, str(_l(text))) for code, text in self.read())


def filters_for(field):
    """The comparisons that a field offers; a reference is chosen by its natural key, within the account's scope."""
    words, how, related = OFFERED[field.comparisons], {}, getattr(field, "rel_model", None)
    if related is Period:
        how = {"options": Choices(newest_periods)}
    elif related:
        how = {"data_type": f"lookup:filter-{field.name}"}
    elif field.options:
        how = {"options": Choices(lambda: field.options)}
    elif field.comparisons in ("day", "moment"):
        how = {"data_type": "date"}
    if related is Unit:
        words = (*words, "within")
    elif field.comparisons == "choice" and field.null:
        words = (*words, "empty")
    blank = {"options": Choices(lambda: YesNo.options)}
    return [Comparison(field, word, **(blank if word == "empty" else how)) for word in words]


def newest_periods():
    return [(p.code, str(p)) for p in access.scoped(Period, me()).order_by(Period.id.desc()).limit(200)]
