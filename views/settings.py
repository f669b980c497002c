"""What is set, and what happened: policies, holidays, uploads and the audit trail."""

from flask import flash
from flask_babel import gettext

from models import Change, Holiday, Policy, Upload
from views.base import AdminView


class PolicyView(AdminView):
    model = Policy
    column_list = ["valid_from", "source", "ratified", "weight_supervisor", "weight_peer",
                   "weight_subordinate", "above_from", "meets_from"]  # fmt: skip
    column_searchable_list = ("source",)
    column_default_sort = ("valid_from", True)

    def delete_model(self, row):
        """The last policy stays: every rating needs one."""
        if Policy.select().count() > 1:
            return super().delete_model(row)
        flash(gettext("Aturan terakhir tidak dapat dihapus; ubah isinya atau tambahkan yang baru."), "error")
        return False


class HolidayView(AdminView):
    model = Holiday
    column_searchable_list = ("name",)
    column_default_sort = ("date", True)


class UploadView(AdminView):
    model = Upload
    column_searchable_list = ("filename", "sheet", "user.username")
    column_default_sort = ("at", True)
    details_template = "admin/upload_details.html"


class ChangeView(AdminView):
    model = Change
    column_searchable_list = ("label", "table", "user.username")
    column_default_sort = ("at", True)
