"""What is set, and what happened: policies, holidays, uploads and the audit trail."""

from flask import flash, get_template_attribute
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from models import Change, Policy, Upload
from views.base import AdminView
from views.history import TABLES, lines_of


class PolicyView(AdminView):
    model = Policy
    column_list = ["valid_from", "source", "ratified", "weight_supervisor", "weight_peer",
                   "weight_subordinate", "above_from", "meets_from"]  # fmt: skip

    def delete_model(self, row):
        """The last policy stays: every rating needs one."""
        if Policy.select().count() > 1:
            return super().delete_model(row)
        flash(gettext("Aturan terakhir tidak dapat dihapus; ubah isinya atau tambahkan yang baru."), "error")
        return False


class UploadView(AdminView):
    model = Upload
    column_searchable_list = ("filename", "sheet", "user.username")
    column_default_sort = ("at", True)
    details_template = "admin/upload_details.html"


class ChangeView(AdminView):
    """The trail in words: what each line did stands in one column, and its record is a link away."""

    model = Change
    column_list = ("at", "user", "action", "upload", "table", "label", "after")
    column_searchable_list = ("label", "table", "user.username")
    details_without = ("before",)
    words = {"upload": _l("Lewat"), "after": _l("Perubahan")}
    column_formatters = {
        "user": lambda view, context, change, name: change.user or gettext("sistem"),
        "action": lambda view, context, change, name: change.line.word,
        "upload": lambda view, context, change, name: part("door", change.line),
        "table": lambda view, context, change, name: table_word(change),
        "label": lambda view, context, change, name: part("record", change),
        "after": lambda view, context, change, name: part("diff", change.line.differences),
    }

    def get_column_name(self, field):
        return self.words.get(field) or super().get_column_name(field)

    def selection(self, keys, listed):
        """The words of a line are made of its before and after, whatever columns are shown."""
        return super().selection(keys, {*listed, "before", "after"})

    def get_list(self, *args, **kwargs):
        count, rows = super().get_list(*args, **kwargs)
        for line in lines_of(rows, linked=True):
            line.change.line = line
        return count, rows

    def get_one(self, id):
        row = super().get_one(id)
        for line in lines_of([row] if row else [], linked=True):
            row.line = line
        return row


def part(name, value):
    """A part of `parts.html` as a cell."""
    return Markup(get_template_attribute("parts.html", name)(value))  # noqa: S704 - our own template, escaped there


def table_word(change):
    model = TABLES.get(change.table)
    return gettext(model.noun) if model else change.table
