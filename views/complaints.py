"""Complaints and their events, for those who handle them; the reporter stays confidential."""

from flask import flash
from flask_admin.actions import action
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

import audit
from models import Complaint, ComplaintEvent, write
from views.base import AdminView
from views.session import me


class ComplaintView(AdminView):
    model = Complaint
    list_without = ("channel", "employee", "verify_due", "respond_due", "answered_on", "closed_on",
                    "substantiated", "satisfaction")  # fmt: skip
    column_searchable_list = ("ticket", "subject")
    column_default_sort = ("received_on", True)
    form_without = ("verify_due", "respond_due", "close_due", "reporter")
    action_verbs = {"reporter": "look"}

    @action(
        "reporter", _l("Lihat pelapor"), _l("Melihat identitas pelapor dicatat atas nama Anda. Lanjutkan?")
    )
    def look_at_reporter(self, ids):
        """Show who reported; every look leaves a line in the trail."""
        with write():
            for row in self.chosen(ids):
                audit.log("look", row, user=me())
                reporter = row.reporter or gettext("anonim")
                flash(f"{row.ticket}: {reporter}", "info")


class ComplaintEventView(AdminView):
    model = ComplaintEvent
    column_searchable_list = ("complaint.ticket", "text")
    column_default_sort = ("at", True)
