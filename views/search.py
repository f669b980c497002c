"""The search of the top bar: people, units and tickets of the account's scope."""

from flask import jsonify, request, url_for
from flask_admin import BaseView, expose
from flask_babel import gettext

import access
from models import Complaint, Employee, Unit
from views.formfields import ScopedLoader
from views.session import me

LOADERS = [ScopedLoader("search", model) for model in (Employee, Unit, Complaint)]


def found(words, most):
    """[(model, rows)] of what the account may read and the words name; at most so many of each."""
    readable = [loader for loader in LOADERS if access.may(me(), "read", loader.model)]
    groups = [(loader.model, loader.get_list(words, limit=most)) for loader in readable if words.strip()]
    return [(model, rows) for model, rows in groups if rows]


def named(row):
    return f"{row} · {row.subject}" if isinstance(row, Complaint) else str(row)


def address(row):
    return url_for(f"{row._meta.table_name}.details_view", id=row.id)


class SearchView(BaseView):
    def is_visible(self):
        return False  # it stands in the top bar

    @expose("/")
    def index(self):
        words = request.args.get("q", "")
        return self.render(
            "admin/search.html", words=words, groups=found(words, 20), address=address, named=named
        )

    @expose("/quick")
    def quick(self):
        """[[address, label, kind]] for the list under the search field."""
        return jsonify([
            [address(row), named(row), gettext(model.noun)]
            for model, rows in found(request.args.get("query", ""), 5)
            for row in rows
        ])  # fmt: skip
