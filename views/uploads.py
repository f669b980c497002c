"""An upload in the browser: its review, what is decided there, its applying, its result and its undoing."""

import io
import json

from flask import abort, flash, jsonify, redirect, request, send_file, url_for
from flask_admin import expose
from flask_babel import gettext

import access
from capabilities import SHEETS
from excel.check.review import FILTERS, PAGE, Packed, Review
from excel.out.marked import marked
from excel.read.edits import CHOICES, Edits
from excel.read.guarded import ending
from excel.read.parse import Unmapped, Unreadable
from excel.write import jobs, uploads
from excel.write.apply import NotApplied, apply
from excel.write.sight import open_to
from excel.write.undo import undo, written_ids
from models import Change, Rating, Upload
from values import Invalid, as_text
from views.base import AdminView
from views.exports import MIME
from views.formfields import spoken
from views.history import lines_of
from views.session import me, whole
from views.shown import badge


class UploadsView(AdminView):
    """The history of uploads, the review of one, and what may be done with it."""

    model = Upload
    column_searchable_list = ("filename", "sheet", "user.username")
    column_default_sort = ("at", True)
    details_template = "admin/upload_details.html"

    def own(self, id):
        upload = self.get_one(id)
        if upload is None or not access.may(me(), "upload", SHEETS[upload.sheet].model):
            abort(404)
        return upload

    def readable(self, id):
        """An upload whose file the account may read."""
        upload = self.own(id)
        if not open_to(upload, me()):
            abort(403)
        return upload

    def review_of(self, upload):
        """The Review of an upload that waits for a decision. Raises Unreadable and Unmapped."""
        uploads.may_act(upload, me())
        if upload.draft:
            return Packed(bytes(upload.draft))
        edits = Edits.of(upload)
        return Review(uploads.plan_of(upload, me(), edits), edits)

    # -- pages

    @expose("/<int:id>/")
    def review(self, id):
        upload = self.own(id)
        if upload.state in ("queued", "applying"):
            return self.render("admin/upload_wait.html", upload=upload, idle=jobs.is_unattended(upload))
        if upload.state != "checked":
            return self.render("admin/upload_result.html", upload=upload, **self.result_of(upload))
        self.readable(id)
        try:
            if upload.expired:
                raise uploads.Expired()
            review = self.review_of(upload)
        except Unmapped as refusal:
            return self.ask_columns(upload, refusal.table, spoken(refusal))
        except Invalid as refusal:  # no longer readable, or too old
            flash(spoken(refusal), "error")
            return redirect(url_for(".index_view"))
        if "columns" in request.args and not upload.draft:
            return self.ask_columns(upload, review.plan.checked.table)
        return self.show(upload, review)

    @expose("/<int:id>/progress")
    def progress(self, id):
        """How far the background is, for the page that waits."""
        upload = self.own(id)
        return jsonify(state=upload.state, done=upload.done, idle=jobs.is_unattended(upload))

    def show(self, upload, review):
        """A page of one kind of rows, with the file's counts and causes above."""
        counts = review.head["counts"]
        kind = request.args.get("kind", "all")
        kind = kind if kind in FILTERS else "all"
        pages = -(-counts[kind] // PAGE)
        page = max(0, min(request.args.get("page", 0, type=int), pages - 1))
        return self.render(
            "admin/upload_review.html", upload=upload, sheet=SHEETS[upload.sheet], head=review.head, counts=counts,
            kind=kind, page=page, note=Edits.of(upload).note, pages=pages, entries=review.page(kind, page), said=said,
            badge=lambda code: badge(Rating.predicate, code),
            page_url=lambda number: url_for(".review", id=upload.id, kind=kind, page=number),
        )  # fmt: skip

    def ask_columns(self, upload, found, refusal=""):
        """The mapping step, from the Table that was found in the file."""
        headers = {place: column.header for column, place in found.places.items()}
        sample = [*found.rows.values()][:3]
        titles = [
            (text, [as_text(row[place]) for row in sample], headers.get(place, ""))
            for place, text in enumerate(map(as_text, found.titles)) if text.strip()
        ]  # fmt: skip
        found = {"titles": titles, "refusal": refusal, "sheet": SHEETS[upload.sheet]}
        return self.render("admin/upload_columns.html", upload=upload, **found)

    def result_of(self, upload):
        """A page of the changes of an upload, of those rows only that the account may read."""
        model = SHEETS[upload.sheet].model
        mine = (Change.upload == upload.id) & (Change.table == model._meta.table_name)
        query = Change.select().where(mine, Change.action.in_(("create", "update")))
        if access.scope(model, me()) is not None:
            query = query.where(Change.key.in_(access.scoped(model, me()).select(model.id)))
        count = query.count()
        page = max(0, min(request.args.get("page", 0, type=int), count // PAGE))
        changes = list(query.order_by(Change.id).limit(PAGE).offset(page * PAGE))
        return {
            "resting": SHEETS[upload.sheet].resting(written_ids(upload)) if upload.state == "applied" else (),
            "edits": Edits.of(upload) if open_to(upload, me()) else Edits(), "lines": lines_of(changes), "sheet": SHEETS[upload.sheet], "page": page, "pages": -(-count // PAGE),
            "page_url": lambda number: url_for(".review", id=upload.id, page=number),
        }  # fmt: skip

    # -- decisions

    @expose("/<int:id>/columns", methods=("POST",))
    def columns(self, id):
        """What the file's titles mean, as a person said; remembered for the office."""
        upload = self.readable(id)
        edits, headers = Edits.of(upload), {"", *(c.header for c in SHEETS[upload.sheet].columns)}
        for name, header in request.form.items():
            title = name.removeprefix("title:")
            was = request.form.get(f"was:{title}")
            if name.startswith("title:") and header in headers and header != was:
                edits.name(title[:200], header)
        return self.revised(upload, edits)

    @expose("/<int:id>/edit", methods=("POST",))
    def edit(self, id):
        """Cells corrected, suggestions taken, rows skipped or chosen: kept beside the bytes."""
        upload = self.readable(id)
        edits = Edits.of(upload)
        headers = {column.header for column in SHEETS[upload.sheet].known.values()}
        for name, text in request.form.items():
            row, _, header = name.removeprefix("cell:").partition(":")
            if name.startswith("cell:") and text.strip() and header in headers and whole(row, 7):
                edits.correct(int(row), header, text)
        self.decide(edits, upload)
        return self.revised(upload, edits)

    def decide(self, edits, upload):
        """What the pressed button says: {"cell": [row, header, text]}, {"skip"|"take"|"ask": [rows] or "all"}, ..."""
        try:
            (what, told), *_ = json.loads(request.form.get("do") or '{"ask": []}').items()
            kinds = [type(part) for part in told]
        except (ValueError, AttributeError, TypeError, RecursionError):
            abort(400)
        if what == "accept":
            return self.accept_nips(edits, upload)
        headers = {column.header for column in SHEETS[upload.sheet].known.values()}
        if what == "cell" and kinds == [int, str, str] and told[1] in headers:
            return edits.correct(*told)
        if what not in CHOICES or not (told == "all" or set(kinds) <= {int}):
            abort(400)
        if told == "all":
            told = [line.row for line in uploads.plan_of(upload, me(), edits).conflict]
        return edits.decide(told, what)

    def accept_nips(self, edits, upload):
        """Consent to every repaired NIP at once."""
        for problem in uploads.plan_of(upload, me(), edits).errors:
            if problem.error.mangled and problem.error.near:
                edits.correct(problem.row, problem.column, problem.error.near)

    def revised(self, upload, edits):
        """Keep the decisions, and back to the page they were made on."""
        try:
            if upload.draft:
                uploads.queue_check(upload, edits)
            else:
                uploads.revise(upload, me(), edits)
        except Invalid as refusal:
            flash(spoken(refusal), "error")
        place = {"kind": request.form.get("kind"), "page": request.form.get("page", type=int)}
        return redirect(url_for(".review", id=upload.id, **place))

    # -- what is done

    @expose("/<int:id>/apply", methods=("POST",))
    def apply(self, id):
        upload = self.readable(id)
        shown = request.form.get("fingerprint") or upload.fingerprint
        partial = request.form.get("partial") == "y"
        try:
            if upload.draft:
                uploads.queue_apply(upload, me(), shown, partial)
            else:
                apply(upload, me(), partial, shown=shown)
                flash(gettext("Unggahan disimpan."), "success")
        except NotApplied as refusal:
            flash(gettext(str(refusal)), "error")
        except Invalid as refusal:  # done before, or no longer readable
            flash(spoken(refusal), "info")
        return redirect(url_for(".review", id=id))

    @expose("/<int:id>/undo", methods=("POST",))
    def undo(self, id):
        upload = self.own(id)
        try:
            resting = SHEETS[upload.sheet].resting(written_ids(upload))
            undone, kept = undo(upload, me())
            flash(gettext("%(n)s baris dikembalikan.", n=undone), "success")
            if resting:
                rows = "; ".join(resting[:20])
                flash(gettext("Dasar %(n)s predikat berubah; hitung lagi atau tarik: %(rows)s", n=len(resting), rows=rows),
                      "info")  # fmt: skip
            if kept:
                rows = "; ".join(kept[:20])
                flash(gettext("Dibiarkan karena sudah diubah atau dipakai: %(rows)s", rows=rows), "info")
        except Invalid as refusal:  # too late, out of reach, or undone before
            flash(spoken(refusal), "error")
        return redirect(url_for(".review", id=id))

    # -- files

    @expose("/<int:id>/annotated")
    def annotated(self, id):
        """The workbook with its errors marked: red cells, comments and a "Keterangan" column."""
        upload = self.with_file(id)
        try:
            book = marked(bytes(upload.data), uploads.plan_of(upload, me(), Edits.of(upload)))
        except Unreadable as refusal:
            flash(spoken(refusal), "error")
            return redirect(url_for(".index_view"))
        name = f"{stem(upload)}-diperiksa.xlsx"
        return send_file(io.BytesIO(book), as_attachment=True, download_name=name, mimetype=MIME["xlsx"])

    @expose("/<int:id>/file")
    def file(self, id):
        """The workbook as it was uploaded."""
        upload = self.with_file(id)
        name = f"{stem(upload)}.{ending(bytes(upload.data))}"
        return send_file(io.BytesIO(bytes(upload.data)), as_attachment=True, download_name=name)

    def with_file(self, id):
        """An upload whose file the account may read and that is still kept."""
        upload = self.readable(id)
        if not upload.data:
            flash(gettext("Berkas ini sudah dihapus sesudah masa simpannya."), "info")
            abort(redirect(url_for(".review", id=id)))
        return upload


def stem(upload):
    """The sender's name of a file without its ending, which is not hers to choose."""
    return upload.filename.rsplit(".", 1)[0] or "unggahan"


def said(problem):
    """A problem of a review in the reader's language, with its hint."""
    texts = [
        spoken(Invalid(words, **params)) for words, params in filter(None, (problem["said"], problem["hint"]))
    ]
    return ". ".join(text[:1].upper() + text[1:] for text in texts)
