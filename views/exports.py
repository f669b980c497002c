"""Exports of a list: its rows, or those selected, as a workbook or CSV."""

import tempfile
from datetime import datetime

from flask import abort, request, send_file
from flask_admin import expose
from flask_admin.actions import action
from flask_babel import lazy_gettext as _l

from database import WITA, among
from excel.out.export import export
from views.session import me, whole

MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def as_file(file, name, kind):
    """The answer that brings a binary file, read from its beginning."""
    file.seek(0)
    return send_file(file, as_attachment=True, download_name=f"{name}.{kind}", mimetype=MIME.get(kind))


class Exports:
    """The export half of AdminView."""

    can_export = True
    export_types = ("xlsx", "csv")

    @action("export", _l("Ekspor terpilih"))
    def export_selected(self, ids):
        return self.export("xlsx")

    def export_part(self, export_type):
        """(what an export shows, its file's ending): of the sheet the columns that were asked for."""
        return self.sheet.only(",".join(request.values.getlist("col")).split(",")), export_type

    @expose("/export/<export_type>/", methods=("GET", "POST"))
    def export(self, export_type):
        """The list's rows, with its filters, search and sort, of them those selected, as a file."""
        if export_type not in self.export_types:
            abort(404)
        part, kind = self.export_part(export_type)
        query, selected = self.matching(), request.values.getlist("rowid")
        if selected and request.values.get("all") != "y":  # "all": the rows of every page
            chosen = among(self.model.id, {whole(key) for key in selected} - {None})
            if self.get_query().where(chosen).count() != len(set(selected)):
                abort(403)
            query = query.where(chosen)
        file = tempfile.TemporaryFile()  # noqa: SIM115 - sent, and closed, after this request's database
        export(part, file, user=me(), query=query, kind=kind)
        return as_file(file, f"{part.name}-{datetime.now(WITA):%Y%m%d-%H%M}", kind)
