"""Panels and cards as a page shows them: what the rooms declare, asked for one account."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext
from peewee import ForeignKeyField

import access
from capabilities import gathered
from database import among, once
from panels import FIRST, Figures, Line, Listed, Panel, Word, listed
from values import N_
from views.shown import TONES, due_day, value_at, words


@dataclass
class CardOnPage:
    """A number that leads somewhere."""

    label: str
    value: object
    url: str = ""
    tone: str = ""


@dataclass
class PanelOnPage:
    """A short table: where it leads, what it says when it is empty, and how it is drawn.

    `links` has an address a row (or none), `count` the number of rows that the whole has, `tones`
    draws every row as a series over the columns after the first.
    """

    key: str
    title: str
    head: tuple
    rows: list = field(default_factory=list)
    url: str = ""
    empty: str = ""
    links: list = field(default_factory=list)
    bar: tuple = ()
    tones: tuple = ()
    count: int | None = None

    def whole(self, row):
        return row[self.bar[1]] if len(self.bar) > 1 else sum(r[self.bar[0]] for r in self.rows)

    @property
    def series(self):
        """[(label, tone, values)] of a table that is drawn over time."""
        return [(row[0], tone, row[1:]) for row, tone in zip(self.rows, self.tones, strict=True)]


# ------------------------------------------------------------------ addresses


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


def readable(wanted, user):
    """{(model, id): address} of the rows of {model: ids} that the account may read: one statement a table."""
    found = {}
    for model, ids in wanted.items():
        if ids and access.may(user, "read", model):
            query = access.scoped(model, user).where(among(model.id, ids)).select(model.id)
            found |= {(model, row.id): row_url(row) for row in query}
    return found


def links_of(row, user):
    """{field name: address} of the references of a row that the account may follow: one statement a table."""
    links = [field for field in row.spoken() if isinstance(field, ForeignKeyField)]
    keys, wanted = {f.name: (f.rel_model, row.__data__.get(f.name)) for f in links}, {}
    for model, key in keys.values():
        wanted.setdefault(model, set()).update({key} - {None})
    found = readable(wanted, user)
    return {name: found[target] for name, target in keys.items() if target in found}


# ------------------------------------------------------------------ of a start page


def start_page(user, period):
    """(cards, panels) of the account's start page, in the order of the rooms, the work first."""
    cards = [card_for(card, user, period) for card in gathered("CARDS") if user.role in card.roles.split()]
    panels = [panel_for(panel, user, period) for panel in panels_of(user)]
    return cards, [panel for panel in panels if panel]


def buttons_for(user, period):
    """[(label, address, whether it is the main one)] of what the account begins with."""
    return [
        (gettext(button.label), url_for(button.page, **button.values), button.main)
        for button in gathered("BUTTONS")
        if access.may(user, button.verb, button.model) and (period or not button.in_period)
    ]


def panels_of(user):
    """The panels that are declared for the account's role, in their order."""
    mine = [panel for panel in (*gathered("PANELS"), *SHARED) if user.role in panel.roles.split()]
    return sorted(mine, key=lambda panel: panel.place)


def card_for(card, user, period):
    leads = listed(card, user, period)
    number = card.count(user, period) if card.count else leads.rows(user).count() if leads else 0
    tone = ("warn" if number else "good") if card.waits else ""
    return CardOnPage(gettext(card.label), number, list_url(leads or Listed(card.model)), tone)


def asked(name, head, always=False):
    """The figures of a panel that all rooms share: their questions, those without anything left out."""

    def figures(user, period):
        lines = []
        for question in (question for question in gathered("QUESTIONS") if question.panel == name):
            leads = listed(question, user, period) if question.model else None
            count = question.count(user) if question.count else leads.rows(user).count()
            if count or always:
                lines.append(Line((Word(question.label), count), leads))
        return Figures(head, lines)

    return figures


SHARED = (
    Panel(key="system", title=N_("Pemeriksaan sistem"), roles="admin", place=FIRST,
          figures=asked("system", (N_("Yang diperiksa"), N_("Hasil")), always=True)),
    Panel(key="late", title=N_("Terlambat"), roles="admin hr", empty=N_("Tidak ada yang terlambat."),
          figures=asked("late", (N_("Yang terlambat"), N_("Jumlah")))),
)  # fmt: skip


# ------------------------------------------------------------------ of a record


def record_panels(row, user):
    """The panels that the rooms bring to a record, those only that have anything to say."""
    mine = [panel for panel in gathered("PANELS") if isinstance(row, panel.of)]
    shown = [panel_for(panel, user, row, counted=True) for panel in mine]
    return [panel for panel in shown if panel and panel.rows]


# ------------------------------------------------------------------ what is declared, as it is shown


def panel_for(panel, user, record, counted=False):
    """A declared panel as the account sees it; None where it may not read its table."""
    return (numbers if panel.figures else rows_of)(panel, user, record, counted)


def numbers(panel, user, record, counted):
    figures = panel.figures(user, record)
    title = gettext(panel.title)
    return PanelOnPage(
        panel.key, f"{title}: {figures.about}" if figures.about else title, tuple(map(gettext, figures.head)),
        [tuple(gettext(cell) if isinstance(cell, Word) else cell for cell in line.cells) for line in figures.lines],
        empty=gettext(panel.empty), links=[list_url(line.leads) for line in figures.lines], bar=panel.bar,
        tones=tuple(TONES[line.code] for line in figures.lines) if panel.over_time else (),
    )  # fmt: skip


def rows_of(panel, user, record, counted):
    leads, model = listed(panel, user, record), panel.model
    if leads is None:
        return PanelOnPage(panel.key, gettext(panel.title), (), empty=gettext(panel.empty))
    if not access.may(user, "read", model):
        return None
    found = leads.rows(user)
    count = found.count() if counted else None
    shown = model.with_paths(found.order_by(*panel.order), paths_of(model, panel.columns)).limit(panel.most)
    rows = list(shown) if count != 0 else []
    return PanelOnPage(
        panel.key, gettext(panel.title), tuple(heading(model, path) for path in panel.columns),
        [tuple(cell(row, path) for path in panel.columns) for row in rows], count=count,
        url=list_url(leads), empty=gettext(panel.empty),
        links=[row_url(row, panel.page) for row in rows],
    )  # fmt: skip


def paths_of(model, columns):
    """The paths that these columns need, those of a reference's label included."""
    paths = []
    for column in columns:
        field = model.field_at(column)
        further = field.rel_model.said_paths() if isinstance(field, ForeignKeyField) else ()
        paths += [tuple(column.split(".")), *((*column.split("."), *path) for path in further)]
    return paths


def heading(model, path):
    """The word over a column; of a reference's name the reference's own."""
    return gettext(model.field_at(path.removesuffix(".name")).label)


def cell(row, path):
    """A value in words; a number stays one, so that it is set and drawn as such."""
    field, value = row.field_at(path), value_at(row, path)
    if getattr(field, "due", False):
        return due_day(field, value) or "–"
    return value if type(value) is int and not field.choices else words(field, value) or "–"
