"""Start pages and panels: what the rooms declare, asked for one account; and the pages of search and of all parts."""

import csv
import io
from datetime import datetime
from functools import lru_cache
from types import SimpleNamespace

from flask import abort, jsonify, request, url_for
from flask_admin import AdminIndexView, BaseView, expose
from flask_admin.tools import rec_getattr
from flask_babel import format_date, get_locale, gettext

import access
import migrations
from capabilities import gathered
from database import WITA, db, today
from excel.out.export import harmless
from forms import LoginForm
from models import Assessment, Change, Period, Rating, User
from panels import FIRST, Button, Figures, Line, Panel, Tally, Word, listed
from rating import MATRIX
from values import N_
from views.files import as_file
from views.lists import ScopedLoader
from views.session import me
from views.shown import TONES, badge, in_words, list_url, row_url, with_warning


@lru_cache(100)
def kept(*standing):
    """{id of a panel or tally: what it showed} under all that it depends on; in this process alone."""
    return {}


def standing(user):
    """What a start page depends on, with the trail's newest line: asked before all that it shows, which is never older."""
    newest = Change.select(Change.id, Change.at).order_by(Change.id.desc()).limit(1).tuples().first()
    mine = user.id, user.role, user.unit_id, user.employee_id
    return db.obj, *mine, str(get_locale()), request.script_root, today(), newest


def remembered(shown, thing, ask, *args):
    """What a panel or tally shows, as it is kept, else asked; always asked where nothing is kept or it is `fresh`."""
    if shown is None or thing.fresh:
        return ask(*args)
    if id(thing) not in shown:
        shown[id(thing)] = ask(*args)
    return shown[id(thing)]


def tallied(user, period, panel="", shown=None):
    """[(tally, its number, the list that it leads to)] of a panel that all rooms share, else of the account's cards."""
    mine = [t for t in gathered(Tally) if t.panel == panel and (panel or user.role in t.roles.split())]
    return [(tally, *remembered(shown, tally, tally.asked, user, period)) for tally in mine]


def late(user, period):
    lines = [Line((Word(t.label), n), leads) for t, n, leads in tallied(user, period, "late") if n]
    return Figures((N_("Yang terlambat"), N_("Jumlah")), lines)


def system(user, period):
    lines = [Line((Word(t.label), n), leads) for t, n, leads in tallied(user, period, "system")]
    schema = Word(N_("Perubahan skema yang belum dijalankan")), ", ".join(migrations.pending()) or 0
    return Figures((N_("Yang diperiksa"), N_("Hasil")), [*lines, Line(schema)])


SHARED = (
    Panel(key="system", title=N_("Pemeriksaan sistem"), roles="admin", place=FIRST, figures=system, fresh=True),
    Panel(key="late", title=N_("Terlambat"), roles="admin hr", figures=late, empty=N_("Tidak ada yang terlambat.")),
)  # fmt: skip


def panels_of(user):
    """The panels that are declared for the account's role, in their order."""
    mine = [panel for panel in (*gathered(Panel), *SHARED) if user.role in panel.roles.split()]
    return sorted(mine, key=lambda panel: panel.place)


def cards_of(user, period, shown=None):
    """The cards of the account's start page in the order of the rooms: (label, value, address, tone) each."""
    return [
        (gettext(tally.label), number, list_url(leads), ("warn" if number else "good") if tally.waits else "")
        for tally, number, leads in tallied(user, period, shown=shown)
    ]


def record_panels(row, user):
    """The panels that the rooms bring to a record, those only that have anything to say."""
    mine = [panel for panel in gathered(Panel) if isinstance(row, panel.of)]
    return [panel for panel in drawn(mine, user, row, counted=True) if panel.rows]


def drawn(panels, user, record, counted=False, shown=None):
    """These panels as the account sees them, without those whose table it may not read."""
    readable = [p for p in panels if p.figures or access.may(user, "read", p.model)]
    return [remembered(shown, panel, panel_for, panel, user, record, counted) for panel in readable]


def panel_for(panel, user, record, counted=False):
    """A declared panel as pages draw it: a title over a table of rows.

    `links` has the address of each row, `tones` its colour where the rows are series over time; `url` leads to
    the whole list, which has `count` rows, and `empty` is what is said where there are none.
    """
    seen = SimpleNamespace(
        key=panel.key, title=gettext(panel.title), empty=gettext(panel.empty), bar=panel.bar,
        head=(), rows=(), links=(), tones=(), url="", count=None,
    )  # fmt: skip
    if panel.figures:
        head, lines, about = panel.figures(user, record)
        seen.title += f": {about}" if about else ""
        seen.head = [gettext(word) for word in head]
        seen.rows = [[gettext(c) if isinstance(c, Word) else c for c in line.cells] for line in lines]
        seen.links = [list_url(line.leads) for line in lines]
        seen.tones = [TONES[line.code] for line in lines] if panel.over_time else ()
    elif leads := listed(panel, user, record):
        model, found = panel.model, leads.rows(user)
        seen.count = found.count() if counted else None
        found = model.with_paths(found.order_by(*panel.order), model.paths_of(panel.columns))
        rows = list(found.limit(panel.most)) if seen.count != 0 else []
        named = (path.removesuffix(".name") for path in panel.columns)  # a name is called by whose it is
        seen.head = [gettext(model.field_at(path).label) for path in named]
        seen.rows = [[cell(row, path) for path in panel.columns] for row in rows]
        seen.url, seen.links = list_url(leads), [row_url(row, panel.page) for row in rows]
    return seen


def cell(row, path):
    """A value in words; a number stays one, so that it is set and drawn as such."""
    field, value = row.field_at(path), rec_getattr(row, path)
    return value if type(value) is int and not field.choices else with_warning(field, value) or "–"


class HomeView(AdminIndexView):
    """Each role's start page: what waits for this account."""

    @expose("/")
    def index(self):
        user, clock, shown = me(), datetime.now(WITA), kept(*standing(me()))
        period = Period.current()
        buttons = [
            (gettext(button.label), url_for(button.page, **button.values), button.main)
            for button in gathered(Button)
            if access.may(user, "upload", button.model) and (period or not button.in_period)
        ]
        return self.render(
            "admin/home.html", period=period, cards=cards_of(user, period, shown), buttons=buttons,
            panels=drawn(panels_of(user), user, period, shown=shown), now=f"{clock:%Y-%m-%d %H:%M:%S}", today=format_date(clock, "full"),
        )  # fmt: skip

    @expose("/panel/<key>.csv")
    def panel(self, key):
        """A table of the start page as a file."""
        asked = [panel for panel in panels_of(me()) if panel.key == key]
        for panel in drawn(asked, me(), Period.current()):
            text = io.StringIO(newline="")
            csv.writer(text).writerows([harmless(str(v)) for v in row] for row in (panel.head, *panel.rows))
            return as_file(io.BytesIO(text.getvalue().encode("utf-8-sig")), key, "csv")
        abort(404)


def all_names(row):
    """A row's label, and what else names it."""
    further = [name for name in row.names if f"{{{name}}}" not in row.called]
    return " · ".join([str(row), *(getattr(row, name) for name in further)])


class SearchView(BaseView):
    """The search of the top bar: rows of every table by what names them."""

    loaders = [ScopedLoader("search", model) for model in gathered(type)]

    def is_visible(self):
        return False  # it stands in the top bar

    def found(self, words, most):
        """[(model, [(address, names)])] of what the account may read and the words name; at most so many of each."""
        readable = [loader for loader in self.loaders if access.may(me(), "read", loader.model)]
        groups = [(loader.model, loader.get_list(words, limit=most)) for loader in readable if words.strip()]
        return [(model, [(row_url(row), all_names(row)) for row in rows]) for model, rows in groups if rows]

    @expose("/")
    def index(self):
        words = request.args.get("q", "")
        return self.render("admin/search.html", words=words, groups=self.found(words, 20))

    @expose("/quick")
    def suggestions(self):
        """[[address, names, kind]] for the list under the search field."""
        groups = self.found(request.args.get("query", ""), 5)
        return jsonify([(*found, gettext(model.noun)) for model, rows in groups for found in rows])


class PartsView(BaseView):
    """For developers every part that pages are made of, filled with what there is."""

    def is_accessible(self):
        return me() is not None and me().role == "admin"

    @expose("/")
    def index(self):
        labels = Rating.predicate.labels | Assessment.work_level.labels
        form = LoginForm(formdata=None)
        form.password.errors = [gettext("Nama akun atau sandi salah")]
        return self.render(
            "admin/parts.html", form=form, matrix=MATRIX, says=lambda code: gettext(labels[code]),
            badges=[badge(field, code) for field in (Rating.predicate, Rating.state, User.role) for code in field.labels],
            cards=cards_of(me(), Period.current()),
            panels=drawn([panel for panel in gathered(Panel) if panel.roles], me(), Period.current()),
            changes=in_words(list(access.scoped(Change, me()).order_by(Change.id.desc()).limit(3))),
        )  # fmt: skip
