"""The search of the top bar: rows of the tables that the rooms let search, within the account's scope."""

from flask import jsonify, request
from flask_admin import BaseView, expose
from flask_babel import gettext

import access
from capabilities import gathered
from views.formfields import ScopedLoader
from views.panels import row_url
from views.session import me

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
