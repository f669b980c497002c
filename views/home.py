"""Each role's start page: what waits for this account, as cards, tables and charts."""

import csv
import io
from datetime import datetime

from flask import Response, abort
from flask_admin import AdminIndexView, expose
from flask_babel import format_date

from database import WITA
from excel.out.export import harmless
from models import Period
from views.exports import MIME
from views.panels import buttons_for, panel_for, panels_of, start_page
from views.session import me


class HomeView(AdminIndexView):
    @expose("/")
    def index(self):
        user, period, now = me(), Period.current(), datetime.now(WITA)
        cards, panels = start_page(user, period)
        return self.render(
            "admin/home.html", period=period, cards=cards, panels=panels,
            now=f"{now:%Y-%m-%d %H:%M:%S}", today=format_date(now, "full"), buttons=buttons_for(user, period),
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
        name = {"Content-Disposition": f'attachment; filename="{key}.csv"'}
        return Response(text.getvalue().encode("utf-8-sig"), mimetype=MIME["csv"], headers=name)
