"""What pages show of a capability: panels and numbers, each with the list that it leads to."""

import re
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from operator import eq, gt, lt
from typing import Any, NamedTuple

from peewee import Field, ForeignKeyField, fn

import access
from database import moment
from fields import Day, Whole, YesNo

FIRST, WORK, PICTURE, UPKEEP = range(4)  # the order on a page: what stops everything, the work, its picture


class Named(NamedTuple):
    """A filter that no field gives: whether a condition of the account holds, or with `codes`, which give
    (code, words), a condition of the account and the code that was chosen."""

    model: type
    label: str
    arg: str
    condition: Callable
    codes: Callable | None = None

    def options(self):
        return self.codes() if self.codes else YesNo.options

    def holds(self, code, user):
        if self.codes:
            return self.condition(user, code)
        return self.condition(user) if code == "1" else ~self.condition(user)


class Where(NamedTuple):
    """One filter of a list: a field (or a Named filter), the value asked for (as now: `today`), and the comparison."""

    column: Any
    value: Any
    word: str = "equals"

    @property
    def arg(self):
        """Its name in an address: the same in every language."""
        if isinstance(self.column, Named):
            return self.column.arg
        return re.sub(r"\W+", "_", f"{self.column.verbose_name} {self.word}".lower()).strip("_")

    def meant(self):
        """The value as the comparison takes it; Invalid where it cannot be read."""
        column = self.column
        if isinstance(column, Named):
            return self.value
        if isinstance(column, ForeignKeyField):
            column = column.rel_model.natural_key()
        kind = "empty" if self.word == "empty" else getattr(column, "comparisons", "id")
        return READ[kind](self.value) if kind in READ else column.parse(self.value)

    def holds(self, user):
        """The condition that it puts on the rows of its table."""
        column, value = self.column, self.meant()
        if isinstance(column, Named):
            return column.holds(value, user)
        if isinstance(column, ForeignKeyField):
            target = column.rel_model
            said = target.natural_key() == value
            if self.word == "within":
                return column.in_(target.below(target.select(target.id).where(said)))
            return column.in_(access.scoped(target, user).select(target.id).where(said))
        if self.word == "equals" and column.comparisons == "moment":  # in UTC, at any time of a day in Mamuju
            return (column >= moment(value)) & (column < moment(value) + timedelta(days=1))
        return COMPARED[self.word](column, value)


# What reads a value, where its field does not.
READ = {"text": str.strip, "moment": Day().parse, "empty": YesNo().parse, "id": Whole().parse}
COMPARED = {
    "equals": eq, "smaller than": lt, "greater than": gt, "contains": Field.contains, "empty": Field.is_null,
    "not equal": lambda column, value: (column != value) | column.is_null(),
}  # fmt: skip


class Listed(NamedTuple):
    """The list of a table under some filters, as what a number or a line leads to."""

    model: type
    filters: tuple = ()

    def rows(self, user):
        """A query of the rows that an account finds in it."""
        query = access.scoped(self.model, user)
        for where in self.filters:
            query = query.where(where.holds(user))
        return query


class Word(str):
    """A cell that is a word of ours rather than data: it is translated where it is shown."""


# A line of a table of numbers: its cells, the Listed that it leads to, and the code whose tone it has.
Line = namedtuple("Line", "cells leads code", defaults=(None, ""))
# A table of numbers: the words over its columns, its Lines, and what its title names besides.
Figures = namedtuple("Figures", "head lines about", defaults=("",))


def listed(declared, user, record):
    """The Listed of a panel or tally for an account; None where there is nothing to ask, as without a period."""
    filters = declared.filters(user, record) if callable(declared.filters) else declared.filters
    if filters is None:
        return None
    now = [where._replace(value=where.value()) if callable(where.value) else where for where in filters]
    return Listed(declared.model, tuple(now))


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A short table on a page: on the start pages of `roles`, and on the page of each record of `of`.

    Its functions are asked with the account and the record; on a start page the record is the
    current period, or None. A panel of rows shows the first of a list: those of `model` under `filters`
    (None where there is nothing to ask), in an `order`, of each its `columns` (paths of the model);
    its lines lead to `page` of their row. A panel of numbers has `figures` instead. `bar` names the
    columns of a part and its whole (without one, the column's sum); `over_time` draws every line as
    a series over the columns after the first; what the trail does not tell is `fresh`, asked each time.
    """

    key: str
    title: str
    roles: str = ""
    of: tuple = ()
    model: type | None = None
    filters: Callable | tuple = ()
    order: tuple = ()
    columns: tuple = ()
    figures: Callable | None = None
    empty: str = ""
    place: int = WORK
    most: int = 10
    page: str = "details_view"
    bar: tuple = ()
    over_time: bool = False
    fresh: bool = False


@dataclass(frozen=True)
class Tally:
    """How long a list is, or what a field `adds` up to in it: a card of `roles`, or a line of a shared `panel`."""

    label: str
    model: type
    filters: Callable | tuple = ()
    roles: str = ""
    panel: str = ""
    adds: Field | None = None
    waits: bool = False  # whether it is work to do: good at none, a warning above
    fresh: bool = False  # as of a Panel

    def asked(self, user, period):
        """(The number, the list that has that many rows) of an account; what adds up or has nothing to ask has no such list."""
        leads = listed(self, user, period)
        if leads and self.adds:
            return leads.rows(user).select(fn.SUM(self.adds)).scalar() or 0, None
        return leads.rows(user).count() if leads else 0, leads


# What one begins with on the start page: who may upload to `model` goes to `page` (with `values`), perhaps only
# where a period is open; the `main` one stands out.
Button = namedtuple("Button", "label model page values in_period main", defaults=(True, False))


def referring(column, *columns, order=(), title=None, below=False):
    """The panel that rows of a table bring to the record to which `column` refers, the newest first.

    With `below` the rows of the records under it count too, as in a tree of units.
    """
    model, target = column.model, column.rel_model

    def filters(user, record):
        key = getattr(record, target.natural_key().name)
        return (Where(column, key, "within" if below else "equals"),)

    return Panel(
        key=f"{model._meta.table_name}-{column.name}", title=title or model.noun, of=(target,),
        model=model, filters=filters, order=order or (model.id.desc(),), columns=columns, most=5,
    )  # fmt: skip
