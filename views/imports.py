"""From a workbook to the tables in the browser: template, upload, review, apply, undo."""

import io

from flask import abort, flash, redirect, request, send_file, url_for
from flask_admin import BaseView, expose
from flask_babel import gettext
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

import access
from excel import apply as work
from excel.annotate import annotate
from excel.parse import Unreadable
from excel.plan import shown
from excel.sheets import SHEETS
from excel.template import template
from excel.validate import Context
from fields import CONTROL, Invalid
from forms import UploadForm
from models import Change, Period
from views.base import MIME
from views.formfields import spoken
from views.session import me
from views.settings import UploadView

PAGE = 100  # lines of a review
CAUSES, RANGES = 200, 60  # of errors told on the page; the annotated workbook has them all


class ImportView(BaseView):
    """The sheets that an account may upload, and the upload of one."""

    def is_accessible(self):
        return bool(self.sheets())

    def inaccessible_callback(self, name, **kwargs):
        abort(403)

    def is_visible(self):
        return self.is_accessible()

    def sheets(self):
        if not current_user.is_authenticated:
            return []
        return [s for s in SHEETS.values() if s.imports and access.may(me(), "import", s.model)]

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
        sheet = self.sheet(sheet)
        form = UploadForm()
        periods = self.offer_periods(form, sheet)
        if form.validate_on_submit():
            context = Context(me(), periods.get(form.period.data) if periods else None)
            upload = self.keep(sheet, form.file, context)
            if upload:
                return redirect(url_for("upload.review", id=upload.id))
        status = 422 if request.method == "POST" else 200
        return self.render("admin/import.html", sheet=sheet, form=form, periods=periods), status

    @staticmethod
    def offer_periods(form, sheet):
        """{code: Period} that the form offers; only for a sheet that is of a period."""
        if "period" not in sheet.optional:
            del form.period
            return {}
        periods = {p.code: p for p in Period.select().order_by(Period.starts_on.desc()).limit(24)}
        form.period.choices = [SelectChoice(code, str(p)) for code, p in periods.items()]
        form.period.choices.append(SelectChoice("", gettext("sesuai kolom Periode")))
        current = Period.current()
        if request.method == "GET" and current:
            form.period.data = current.code
        return periods

    @staticmethod
    def keep(sheet, field, context):
        try:
            upload, _ = work.store(sheet, field.data.read(), field.data.filename, context)
        except Unreadable as refusal:
            field.errors = [spoken(refusal)]
            return None
        return upload

    @expose("/<sheet>/template")
    def template(self, sheet):
        sheet, file = self.sheet(sheet), io.BytesIO()
        code = CONTROL.sub("", request.args.get("period", ""))
        period = Period.get_or_none(Period.code == code) or Period.current()
        try:
            template(sheet, file, Context(me(), period if "period" in sheet.optional else None))
        except Invalid as refusal:
            flash(spoken(refusal), "error")
            return redirect(url_for(".upload", sheet=sheet.name))
        file.seek(0)
        place = f"-{period.code}" if period and "period" in sheet.optional else ""
        title = gettext(sheet.title)
        return send_file(
            file, as_attachment=True, download_name=f"{title}{place}.xlsx", mimetype=MIME["xlsx"]
        )


class UploadsView(UploadView):
    """The history of uploads, the review of one, and what may be done with it."""

    def own(self, id):
        upload = self.get_one(id)
        if upload is None or not access.may(me(), "import", SHEETS[upload.sheet].model):
            abort(404)
        return upload

    @staticmethod
    def plan_of(upload):
        return work.check(SHEETS[upload.sheet], bytes(upload.data), work.context_of(upload, me()))

    @staticmethod
    def readable(make):
        """What `make` gives; None, and said why, where the stored file can no longer be read."""
        try:
            return make()
        except Unreadable as refusal:
            return flash(spoken(refusal), "error")

    @expose("/<int:id>/")
    def review(self, id):
        upload = self.own(id)
        if upload.state != "checked":
            return self.render("admin/upload_result.html", upload=upload, **self.result_of(upload))
        sheet = SHEETS[upload.sheet]
        plan = self.readable(lambda: self.plan_of(upload))
        if plan is None:
            return redirect(url_for(".index_view"))
        lines = [*plan.new, *plan.changed]
        page = max(0, min(request.args.get("page", 0, type=int), len(lines) // PAGE))
        part = lines[page * PAGE : (page + 1) * PAGE]
        return self.render(
            "admin/upload_review.html", upload=upload, sheet=sheet, plan=plan, lines=shown(plan, part),
            page=page, pages=-(-len(lines) // PAGE), causes=by_cause(plan.errors)[:CAUSES],
            warnings=by_cause(plan.warnings)[:CAUSES], page_url=lambda page: url_for(".review", id=id, page=page),
        )  # fmt: skip

    @staticmethod
    def result_of(upload):
        """The first changes of an upload, of those rows only that the account may read."""
        query = Change.select().where(Change.upload == upload.id)
        model = SHEETS[upload.sheet].model
        if access.scope(model, me()) is not None:
            query = query.where(Change.key.in_(access.scoped(model, me()).select(model.id)))
        changes = list(query.where(Change.action.in_(("create", "update"))).order_by(Change.id).limit(PAGE))
        return {"changes": changes, "sheet": SHEETS[upload.sheet]}

    @expose("/<int:id>/apply", methods=("POST",))
    def apply(self, id):
        upload = self.own(id)
        upload.fingerprint = request.form.get("fingerprint") or upload.fingerprint  # what was shown
        try:
            work.apply(upload, me(), partial=request.form.get("partial") == "y")
            flash(gettext("Unggahan disimpan."), "success")
        except (work.Changed, work.HasErrors) as refusal:
            flash(gettext(str(refusal)), "error")
        except Invalid as refusal:  # done before, or no longer readable
            flash(spoken(refusal), "info")
        return redirect(url_for(".review", id=id))

    @expose("/<int:id>/undo", methods=("POST",))
    def undo(self, id):
        upload = self.own(id)
        try:
            undone, kept = work.undo(upload, me())
            flash(gettext("%(n)s baris dikembalikan.", n=undone), "success")
            if kept:
                flash(
                    gettext(
                        "Dibiarkan karena sudah diubah atau dipakai: %(rows)s", rows="; ".join(kept[:20])
                    ),
                    "info",
                )
        except Invalid as refusal:  # too late, out of reach, or undone before
            flash(spoken(refusal), "error")
        return redirect(url_for(".review", id=id))

    @expose("/<int:id>/annotated")
    def annotated(self, id):
        """The workbook with its errors marked: red cells, comments and a "Keterangan" column."""
        upload = self.own(id)
        marked = self.readable(lambda: annotate(bytes(upload.data), self.plan_of(upload)))
        if marked is None:
            return redirect(url_for(".index_view"))
        file = io.BytesIO(marked)
        return send_file(
            file, as_attachment=True, download_name=annotated_name(upload), mimetype=MIME["xlsx"]
        )

    @expose("/<int:id>/file")
    def file(self, id):
        """The workbook as it was uploaded."""
        upload = self.own(id)
        return send_file(io.BytesIO(bytes(upload.data)), as_attachment=True, download_name=upload.filename)


def annotated_name(upload):
    return f"{upload.filename.rsplit('.', 1)[0]}-diperiksa.xlsx"


def by_cause(problems):
    """[(column, message, value, rows as ranges)]: the same problem of many rows said once."""
    groups = {}
    for problem in problems:
        groups.setdefault((problem.column, problem.message), []).append(problem)
    return [
        (column, message, found[0], ranges(p.row for p in found))
        for (column, message), found in groups.items()
    ]


def ranges(rows):
    """Row numbers as people write them: 3-9, 12."""
    parts = []
    for row in sorted(set(rows)):
        if parts and parts[-1][1] == row - 1:
            parts[-1][1] = row
        else:
            parts.append([row, row])
    told = [str(a) if a == b else f"{a}-{b}" for a, b in parts[:RANGES]]
    return ", ".join([*told, *(["…"] if len(parts) > RANGES else [])])
