"""Workbooks out of the panel and into it: a list's export, the templates, and the upload of a file."""

import io
import mimetypes
import tempfile
from collections import Counter
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

from flask import abort, flash, redirect, request, send_file, url_for
from flask_admin import BaseView, expose
from flask_admin.actions import action
from flask_babel import gettext, lazy_gettext as _l

import access
from capabilities import SHEETS
from database import WITA, among
from excel.check.validate import Context
from excel.out.export import export
from excel.out.template import template
from excel.read.parse import Unreadable
from excel.write.jobs import is_large
from excel.write.uploads import AlreadyDone, store
from forms import UploadForm
from models import Period, Upload
from values import CONTROL, N_, Invalid
from views.session import me
from views.shown import spoken

MOST_CHECKED = 3  # uploads of an account that are being checked at once
CHECKING, LOCK = Counter(), Lock()  # accounts, in this process
mimetypes.add_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")
mimetypes.add_type("text/csv", ".csv")  # which Windows knows otherwise


def as_file(file, name, kind):
    """The answer that brings a binary file, read from its beginning."""
    file.seek(0)
    return send_file(file, as_attachment=True, download_name=f"{name}.{kind}")


@contextmanager
def telling():
    """Say on the next page why something was refused."""
    try:
        yield
    except Invalid as refusal:
        flash(spoken(refusal), "info" if isinstance(refusal, AlreadyDone) else "error")


class Exports:
    """The export half of AdminView."""

    can_export = True
    export_types = ("xlsx", "csv")
    layouts = {}  # an export type of another layout than the list's: (its Part, the ending of its file)

    @action("export", _l("Ekspor terpilih"))
    def export_selected(self, ids):
        return self.export("xlsx")

    @expose("/export/<export_type>/", methods=("GET", "POST"))
    def export(self, export_type):
        """The list's rows, with its filters, search and sort, of them those selected, as a file."""
        if export_type not in self.export_types:
            abort(404)
        asked = self.sheet.only(",".join(request.values.getlist("col")).split(","))
        part, kind = self.layouts.get(export_type, (asked, export_type))
        query, selected = self.matching(), request.values.getlist("rowid")
        if selected and request.values.get("all") != "y":  # "all": the rows of every page
            query = query.where(among(self.model.id, [row.id for row in self.chosen(selected)]))
        file = tempfile.TemporaryFile()  # noqa: SIM115 - sent, and closed, after this request's database
        export(part, file, user=me(), query=query, kind=kind)
        return as_file(file, f"{part.name}-{datetime.now(WITA):%Y%m%d-%H%M}", kind)


class TooMany(Invalid):
    """An account has as many files checked at once as it may."""


@contextmanager
def quota(user):
    """Check one more file for an account; those in the background count too. Raises TooMany."""
    mine = (Upload.user == user) & (Upload.state == "queued") & Upload.fingerprint.is_null()
    queued = Upload.select().where(mine).count()
    with LOCK:
        if CHECKING[user.id] + queued >= MOST_CHECKED:
            words = N_("%(n)s unggahan Anda masih diperiksa; tunggu sampai salah satunya selesai")
            raise TooMany(words, n=MOST_CHECKED)
        CHECKING[user.id] += 1
    try:
        yield
    finally:
        with LOCK:
            CHECKING[user.id] -= 1


class ImportView(BaseView):
    """The sheets that an account may upload, and the upload of one."""

    def is_accessible(self):
        return bool(self.sheets())

    def sheets(self):
        return [s for s in SHEETS.values() if me() and s.imports and access.may(me(), "upload", s.model)]

    def sheet(self, name):
        sheet = SHEETS.get(name)
        if sheet not in self.sheets():
            abort(404 if sheet is None else 403)
        return sheet

    @expose("/")
    def index(self):
        return self.render("admin/import_index.html", sheets=self.sheets(), period=Period.current())

    @expose("/<sheet>/", methods=("GET", "POST"))
    def upload(self, sheet):
        sheet, form = self.sheet(sheet), UploadForm()
        periods = self.offer_periods(form, sheet)
        status, headers = 422 if request.method == "POST" else 200, {}
        if form.validate_on_submit():
            context = Context(me(), periods.get(form.period.data) if periods else None)
            file, data = form.file.data, form.file.data.read()
            try:
                with quota(me()):
                    upload, _ = store(sheet, data, file.filename, context, later=is_large(data))
                return redirect(url_for("upload.review", id=upload.id))
            except TooMany as refusal:
                form.file.errors, status, headers = [spoken(refusal)], 429, {"Retry-After": "10"}
            except Unreadable as refusal:
                form.file.errors = [spoken(refusal)]
        page = self.render("admin/import.html", sheet=sheet, form=form, periods=periods)
        return page, status, headers

    @staticmethod
    def offer_periods(form, sheet):
        """{code: Period} that the form offers; only for a sheet that is of a period."""
        if "period" not in sheet.optional:
            del form.period
            return {}
        periods = {p.code: p for p in Period.select().order_by(Period.starts_on.desc()).limit(24)}
        choices = [(code, str(period)) for code, period in periods.items()]
        form.period.choices = [*choices, ("", gettext("sesuai kolom Periode"))]
        if request.method == "GET" and (current := Period.current()):
            form.period.data = current.code
        return periods

    @expose("/<sheet>/template")
    def template(self, sheet):
        sheet, file = self.sheet(sheet), io.BytesIO()
        code, period = CONTROL.sub("", request.args.get("period", "")), None
        if "period" in sheet.optional:
            period = Period.get_or_none(Period.code == code) if code else Period.current()
        with telling():
            if code and period is None:
                raise Invalid(N_("Periode %(code)s tidak ditemukan"), code=code)
            template(sheet, file, Context(me(), period))
            place = f"-{period.code}" if period else ""
            return as_file(file, f"{gettext(sheet.title)}{place}", "xlsx")
        return redirect(url_for(".upload", sheet=sheet.name))
