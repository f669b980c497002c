"""Pages beside the tables: the search of the top bar, and for developers every part that pages are made of."""

from flask import jsonify, request
from flask_admin import BaseView, expose
from flask_babel import gettext

import access
from capabilities import gathered
from database import now
from forms import LoginForm
from models import Assessment, Change, Rating, User
from rating import MATRIX
from views.formfields import ScopedLoader
from views.panels import CardOnPage as Card
from views.panels import PanelOnPage as Panel
from views.panels import row_url
from views.session import me
from views.shown import TONES, badge

LOADERS = [ScopedLoader("search", model) for model in gathered(type)]


def found(words, most):
    """[(model, rows)] of what the account may read and the words name; at most so many of each."""
    readable = [loader for loader in LOADERS if access.may(me(), "read", loader.model)]
    groups = [(loader.model, loader.get_list(words, limit=most)) for loader in readable if words.strip()]
    return [(model, rows) for model, rows in groups if rows]


def named(row):
    """A row's label, and what else names it."""
    further = [name for name in row.names if f"{{{name}}}" not in row.called]
    return " · ".join([str(row), *(getattr(row, name) for name in further)])


class SearchView(BaseView):
    def is_visible(self):
        return False  # it stands in the top bar

    @expose("/")
    def index(self):
        words = request.args.get("q", "")
        return self.render(
            "admin/search.html", words=words, groups=found(words, 20), address=row_url, named=named
        )

    @expose("/quick")
    def quick(self):
        """[[address, label, kind]] for the list under the search field."""
        rows = [(model, row) for model, rows in found(request.args.get("query", ""), 5) for row in rows]
        return jsonify([[row_url(row), named(row), gettext(model.noun)] for model, row in rows])


class PartsView(BaseView):
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
            cards=[Card("Pegawai", 1204, "#kartu"), Card("Belum dinilai", 3, tone="warn"), Card("Selesai", 9, tone="good")],
            panels=[
                Panel("shares", "Panel: bagian dari seluruhnya", head, rows, "#panel", bar=(1,)),
                Panel("progress", "Panel: kemajuan", ("Unit", "Sudah", "Semua"), [("Dinas A", 3, 4)], bar=(1, 2)),
                Panel("trend", "Panel: dari waktu ke waktu", (head[0], "2026-TW1", "2026-TW2"),
                      [(*row, row[1] + 2) for row in rows], tones=tones),
                Panel("empty", "Panel: kosong", head, empty="Kalimat yang menyebut apa yang dapat dilakukan."),
            ],
        )  # fmt: skip
