"""Complaints and their events, for those who handle them; the reporter stays confidential."""

from flask_admin.actions import action
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

import audit
from database import write
from models import Complaint, ComplaintEvent
from views.base import AdminView
from views.session import me


class ComplaintView(AdminView):
    model = Complaint
    list_without = ("channel", "employee", "verify_due", "respond_due", "answered_on", "closed_on",
                    "substantiated", "satisfaction")  # fmt: skip
    column_searchable_list = ("ticket", "subject")
    column_default_sort = ("received_on", True)
    form_without = ("ticket", "reporter")
    action_verbs = {"reporter": "look"}

    @action(
        "reporter", _l("Lihat pelapor"), _l("Melihat identitas pelapor dicatat atas nama Anda. Lanjutkan?")
    )
    def look_at_reporter(self, ids):
        """Show who reported; every look leaves a line in the trail."""
        rows = self.chosen(ids)
        with write():
            for row in rows:
                audit.log("look", row, user=me())
        return self.once([(row.ticket, row.reporter or gettext("anonim")) for row in rows])


class ComplaintEventView(AdminView):
    model = ComplaintEvent
    column_searchable_list = ("complaint.ticket", "text")
