"""Start pages and panels: what the rooms declare, asked for one account; and the pages of search and of all parts."""

import csv
import io
from collections import defaultdict, namedtuple
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import abort, jsonify, request, url_for
from flask_admin import AdminIndexView, BaseView, expose
from flask_babel import format_date, gettext
from peewee import ForeignKeyField

import access
import migrations
from capabilities import gathered
from database import WITA, among, now, once
from excel.out.export import harmless
from forms import LoginForm
from models import Assessment, Change, Period, Rating, User
from panels import FIRST, Button, Figures, Line, Panel, Tally, Word, listed
from rating import MATRIX
from values import N_
from views.files import as_file
from views.lists import ScopedLoader, paths_of
from views.session import me
from views.shown import TONES, badge, due_day, value_at, words

# A number that leads somewhere.
CardOnPage = namedtuple("CardOnPage", "label value url tone", defaults=("", ""))


@dataclass
class PanelOnPage:
    """A short table: where it leads, what it says when it is empty, and how it is drawn.

    `links` has an address a row (or none), `count` the number of rows that the whole has, `tones`
    draws every row as a series over the columns after the first.
    """

    key: str
    title: str
    head: tuple = ()
    rows: list | tuple = ()
    url: str = ""
    empty: str = ""
    links: list | tuple = ()
    bar: tuple = ()
    tones: tuple = ()
    count: int | None = None

    def whole(self, row):
        return row[self.bar[1]] if len(self.bar) > 1 else sum(r[self.bar[0]] for r in self.rows)

    @property
    def series(self):
        """[(label, tone, values)] of a table that is drawn over time."""
        return [(row[0], tone, row[1:]) for row, tone in zip(self.rows, self.tones, strict=True)]


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


def readable(rows, user):
    """{(model, id): address} of those among these that the account may read: one statement a table."""
    found, wanted = {}, defaultdict(set)
    for model, key in rows:
        if key is not None and access.may(user, "read", model):
            wanted[model].add(key)
    for model, ids in wanted.items():
        query = access.scoped(model, user).where(among(model.id, ids)).select(model.id)
        found |= {(model, row.id): row_url(row) for row in query}
    return found


def links_of(row, user):
    """{field name: address} of the references of a row that the account may follow: one statement a table."""
    links = [field for field in row.spoken() if isinstance(field, ForeignKeyField)]
    keys = {field.name: (field.rel_model, row.__data__.get(field.name)) for field in links}
    found = readable(keys.values(), user)
    return {name: found[key] for name, key in keys.items() if key in found}


def asked(panel, user, period):
    """The lines of a panel that all rooms share: what they tally for it."""
    tallies = [(tally, *tally.asked(user, period)) for tally in gathered(Tally) if tally.panel == panel]
    return [Line((Word(tally.label), number), leads) for tally, number, leads in tallies]


def late(user, period):
    lines = [line for line in asked("late", user, period) if line.cells[1]]
    return Figures((N_("Yang terlambat"), N_("Jumlah")), lines)


def system(user, period):
    schema = Word(N_("Perubahan skema yang belum dijalankan")), ", ".join(migrations.pending()) or 0
    return Figures((N_("Yang diperiksa"), N_("Hasil")), [*asked("system", user, period), Line(schema)])


SHARED = (
    Panel(key="system", title=N_("Pemeriksaan sistem"), roles="admin", place=FIRST, figures=system),
    Panel(key="late", title=N_("Terlambat"), roles="admin hr", figures=late, empty=N_("Tidak ada yang terlambat.")),
)  # fmt: skip


def panels_of(user):
    """The panels that are declared for the account's role, in their order."""
    mine = [panel for panel in (*gathered(Panel), *SHARED) if user.role in panel.roles.split()]
    return sorted(mine, key=lambda panel: panel.place)


def start_page(user, period):
    """(cards, panels) of the account's start page, in the order of the rooms, the work first."""
    cards = []
    for tally in gathered(Tally):
        if user.role in tally.roles.split():
            number, leads = tally.asked(user, period)
            tone = ("warn" if number else "good") if tally.waits else ""
            cards.append(CardOnPage(gettext(tally.label), number, list_url(leads), tone))
    panels = [panel_for(panel, user, period) for panel in panels_of(user)]
    return cards, [panel for panel in panels if panel]


def record_panels(row, user):
    """The panels that the rooms bring to a record, those only that have anything to say."""
    mine = [panel for panel in gathered(Panel) if isinstance(row, panel.of)]
    shown = [panel_for(panel, user, row, counted=True) for panel in mine]
    return [panel for panel in shown if panel and panel.rows]


def panel_for(panel, user, record, counted=False):
    """A declared panel as the account sees it; None where it may not read its table."""
    shown = PanelOnPage(panel.key, gettext(panel.title), empty=gettext(panel.empty), bar=panel.bar)
    if panel.figures:
        head, lines, about = panel.figures(user, record)
        shown.title += f": {about}" if about else ""
        shown.head = tuple(map(gettext, head))
        shown.rows = [tuple(gettext(c) if isinstance(c, Word) else c for c in line.cells) for line in lines]
        shown.links = [list_url(line.leads) for line in lines]
        shown.tones = tuple(TONES[line.code] for line in lines) if panel.over_time else ()
    elif not access.may(user, "read", panel.model):
        return None
    elif leads := listed(panel, user, record):
        model, found = panel.model, leads.rows(user)
        shown.count = found.count() if counted else None
        found = model.with_paths(found.order_by(*panel.order), paths_of(model, panel.columns))
        rows = list(found.limit(panel.most)) if shown.count != 0 else []
        told = (path.removesuffix(".name") for path in panel.columns)  # a name is called by whose it is
        shown.head = tuple(gettext(model.field_at(path).label) for path in told)
        shown.rows = [tuple(cell(row, path) for path in panel.columns) for row in rows]
        shown.url, shown.links = list_url(leads), [row_url(row, panel.page) for row in rows]
    return shown


def cell(row, path):
    """A value in words; a number stays one, so that it is set and drawn as such."""
    field, value = row.field_at(path), value_at(row, path)
    if getattr(field, "due", False):
        return due_day(field, value) or "–"
    return value if type(value) is int and not field.choices else words(field, value) or "–"


class HomeView(AdminIndexView):
    """Each role's start page: what waits for this account."""

    @expose("/")
    def index(self):
        user, period, clock = me(), Period.current(), datetime.now(WITA)
        cards, panels = start_page(user, period)
        buttons = [
            (gettext(button.label), url_for(button.page, **button.values), button.main)
            for button in gathered(Button)
            if access.may(user, "upload", button.model) and (period or not button.in_period)
        ]
        return self.render(
            "admin/home.html", period=period, cards=cards, panels=panels, buttons=buttons,
            now=f"{clock:%Y-%m-%d %H:%M:%S}", today=format_date(clock, "full"),
        )  # fmt: skip

    @expose("/panel/<key>.csv")
    def panel(self, key):
        """A table of the start page as a file."""
        declared = next((panel for panel in panels_of(me()) if panel.key == key), None)
        panel = declared and panel_for(declared, me(), Period.current())
        if not panel:
            abort(404)
        text = io.StringIO(newline="")
        csv.writer(text).writerows([harmless(str(v)) for v in row] for row in (panel.head, *panel.rows))
        return as_file(io.BytesIO(text.getvalue().encode("utf-8-sig")), key, "csv")


def named(row):
    """A row's label, and what else names it."""
    further = [name for name in row.names if f"{{{name}}}" not in row.called]
    return " · ".join([str(row), *(getattr(row, name) for name in further)])


class SearchView(BaseView):
    """The search of the top bar: rows of every table by what names them."""

    loaders = [ScopedLoader("search", model) for model in gathered(type)]

    def is_visible(self):
        return False  # it stands in the top bar

    def found(self, words, most):
        """[(model, rows)] of what the account may read and the words name; at most so many of each."""
        readable = [loader for loader in self.loaders if access.may(me(), "read", loader.model)]
        groups = [(loader.model, loader.get_list(words, limit=most)) for loader in readable if words.strip()]
        return [(model, rows) for model, rows in groups if rows]

    @expose("/")
    def index(self):
        words = request.args.get("q", "")
        return self.render(
            "admin/search.html", words=words, groups=self.found(words, 20), address=row_url, named=named
        )

    @expose("/quick")
    def quick(self):
        """[[address, label, kind]] for the list under the search field."""
        rows = [(model, row) for model, rows in self.found(request.args.get("query", ""), 5) for row in rows]
        return jsonify([[row_url(row), named(row), gettext(model.noun)] for model, row in rows])


class PartsView(BaseView):
    """For developers every part that pages are made of."""

    def is_accessible(self):
        return me() is not None and me().role == "admin"

    @expose("/")
    def index(self):
        labels = Rating.predicate.labels | Assessment.work_level.labels
        predicates = Rating.predicate.choices
        rows = [(gettext(label), n) for (_, label), n in zip(predicates, (9, 25, 4, 2, 1), strict=True)]
        head, tones = (gettext("Predikat"), gettext("Pegawai")), tuple(TONES[code] for code, _ in predicates)
        form = LoginForm(formdata=None)
        form.password.errors = [gettext("Nama akun atau sandi salah")]
        told = [("Skor Perilaku", "87,5", "90"), ("Catatan", "", "Sudah dibicarakan")]
        change = Change(at=now(), word=gettext("Diubah"), door=gettext("formulir"), differences=told)
        return self.render(
            "admin/parts.html", form=form, matrix=MATRIX, says=lambda code: gettext(labels[code]), change=change,
            badges=[badge(field, code) for field in (Rating.predicate, Rating.state, User.role) for code in field.labels],
            cards=[CardOnPage("Pegawai", 1204, "#kartu"), CardOnPage("Belum dinilai", 3, tone="warn"),
                   CardOnPage("Selesai", 9, tone="good")],
            panels=[
                PanelOnPage("shares", "Panel: bagian dari seluruhnya", head, rows, "#panel", bar=(1,)),
                PanelOnPage("progress", "Panel: kemajuan", ("Unit", "Sudah", "Semua"), [("Dinas A", 3, 4)], bar=(1, 2)),
                PanelOnPage("trend", "Panel: dari waktu ke waktu", (head[0], "2026-TW1", "2026-TW2"),
                            [(*row, row[1] + 2) for row in rows], tones=tones),
                PanelOnPage("empty", "Panel: kosong", head, empty="Kalimat yang menyebut apa yang dapat dilakukan."),
            ],
        )  # fmt: skip
