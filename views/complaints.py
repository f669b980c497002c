"""Complaints and their events, for those who handle them; the reporter stays confidential."""

from flask_admin.actions import action
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

import audit
from fields import N_
from models import Clocks, Complaint, ComplaintEvent, write
from views.base import AdminView
from views.filters import special, yes_or_no
from views.session import me


class ComplaintView(AdminView):
    model = Complaint
    list_without = ("channel", "employee", "verify_due", "respond_due", "answered_on", "closed_on",
                    "substantiated", "satisfaction")  # fmt: skip
    column_searchable_list = ("ticket", "subject")
    column_default_sort = ("received_on", True)
    form_without = ("ticket", "verify_due", "respond_due", "close_due", "reporter")
    action_verbs = {"reporter": "look"}

    def own_filters(self):
        still_open = {"1": Complaint.state.in_(Complaint.OPEN), "0": Complaint.state.not_in(Complaint.OPEN)}
        return [special(Complaint, N_("Masih terbuka"), "status_open", still_open.get, yes_or_no)]

    def on_model_change(self, form, row, is_created):
        """The clocks follow receipt and class, and a blank ticket is numbered, as on import."""
        year = row.received_on.year
        row.ticket = row.ticket or Complaint.numbered(year, Complaint.last_number(year) + 1)
        for name, due in Clocks().dues(row.received_on, row.classification).items():
            setattr(row, name, due)

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
    column_default_sort = ("at", True)
