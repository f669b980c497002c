"""An upload in the browser: its review, what is decided there, its applying, its result and its undoing."""

import io

from flask import abort, flash, jsonify, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext

import access
from capabilities import SHEETS
from excel.check.review import FILTERS, PAGE, review_of
from excel.out.template import marked
from excel.read.edits import CHOICES, Edits
from excel.read.guarded import ending
from excel.read.parse import Unmapped, title_key
from excel.write import jobs, uploads
from excel.write.apply import apply, undo
from models import Change, Rating, Upload
from values import N_, Invalid, as_text
from views.base import AdminView
from views.files import as_file, telling
from views.session import me, of_address, whole
from views.shown import badge, in_words, spoken


class UploadsView(AdminView):
    """The history of uploads, the review of one, and what may be done with it."""

    model = Upload
    column_searchable_list = ("filename", "user.username")
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
        if not uploads.open_to(upload, me()):
            abort(403)
        return upload

    @expose("/<int:id>/")
    def review(self, id):
        upload = self.own(id)
        if upload.state in uploads.PENDING:
            return self.render("admin/upload_wait.html", upload=upload, job=self.job(upload))
        if upload.state != "checked":
            return self.show_result(upload)
        self.readable(id)
        edits = Edits.of(upload)
        with telling():  # no longer readable, or too old
            uploads.may_decide(upload, me())
            asks = "columns" in request.args and not upload.apart
            if not asks and (review := uploads.kept_review(upload, me())):
                return self.show_review(upload, review, edits)
            try:
                plan = uploads.plan_of(upload, me(), edits)
            except Unmapped as refusal:
                return self.ask_columns(upload, refusal.table, spoken(refusal))
            if asks:
                return self.ask_columns(upload, plan.table)
            return self.show_review(upload, review_of(plan), edits)
        return redirect(url_for(".index_view"))

    @expose("/<int:id>/progress")
    def progress(self, id):
        """How far the background is, for the page that waits."""
        return jsonify(self.job(self.own(id)))

    @staticmethod
    def job(upload):
        """What there is to say of the job that an upload is."""
        said = {"state": upload.state, "done": upload.done, "idle": jobs.is_unattended(upload)}
        note = Edits.of(upload).note
        return said | ({"note": gettext(note)} if note else {})

    def show_review(self, upload, review, edits):
        """A page of one kind of rows, with the file's counts and causes above."""
        counts, kind = review.head["counts"], of_address("kind", FILTERS, "all")
        return self.show_rows(
            "admin/upload_review.html", upload, counts[kind], lambda page: review.page(kind, page), head=review.head,
            counts=counts, kind=kind, note=edits.note, problem_words=problem_words,
            badge=lambda code: badge(Rating.predicate, code),
        )  # fmt: skip

    def show_result(self, upload):
        """A page of the changes of an upload, of those rows only that the account may read."""
        model = SHEETS[upload.sheet].model
        query = uploads.written(upload, model).order_by(Change.id)
        if access.scope(model, me()) is not access.ALL:
            query = query.where(Change.key.in_(access.scoped(model, me()).select(model.id)))
        return self.show_rows(
            "admin/upload_result.html", upload, query.count(),
            lambda page: in_words(list(query.paginate(page + 1, PAGE))),
            resting=uploads.rests_on(upload) if upload.state == "applied" else (),
            edits=Edits.of(upload) if uploads.open_to(upload, me()) else Edits(),
        )  # fmt: skip

    def show_rows(self, template, upload, count, rows, **words):
        """A page that shows, of so many rows, `rows(number)` of the number from 0 in the address."""
        pages = -(-count // PAGE)
        page = int(of_address("page", [*map(str, range(pages))], 0))
        here = {**request.args, "id": upload.id}
        return self.render(
            template, upload=upload, sheet=SHEETS[upload.sheet], entries=rows(page), page=page, pages=pages,
            page_url=lambda number: url_for(".review", **here | {"page": number}), **words,
        )  # fmt: skip

    def ask_columns(self, upload, found, why=""):
        """The mapping step, from the Table that was found in the file."""
        headers = {place: column.header for column, place in found.places.items()}
        sample = [*found.rows.values()][:3]
        titles = [
            (text, [as_text(row[place]) for row in sample], headers.get(place, ""))
            for place, text in enumerate(map(as_text, found.titles)) if text.strip()
        ]  # fmt: skip
        sheet = SHEETS[upload.sheet]
        return self.render("admin/upload_columns.html", upload=upload, sheet=sheet, titles=titles, why=why)

    @expose("/<int:id>/edit", methods=("POST",))
    def edit(self, id):
        """Titles explained, cells corrected, suggestions taken, rows skipped or chosen: kept beside the bytes.

        Fields are `title:TITLE` and `cell:ROW:HEADER`; buttons are such a cell, or what `decide` takes.
        """
        upload = self.readable(id)
        edits, headers = Edits.of(upload), {c.header for c in SHEETS[upload.sheet].known.values()}
        for name, texts in request.form.lists():
            text = next(filter(str.strip, texts), "")
            what, _, place = name.partition(":")
            row, _, header = place.partition(":")
            if what == "title" and text in {"", *headers} and text != request.form.get(f"was:{place}"):
                edits.titles[title_key(place[:200])] = text
            elif what == "cell" and text and header in headers and whole(row, 7):
                edits.correct(int(row), header, text)
        with telling():
            for what in {"accept", *CHOICES} & request.form.keys():
                self.decide(upload, edits, what, request.form[what])
            uploads.revise(upload, me(), edits)
        return redirect(url_for(".review", **{**request.args, "id": id}))

    @staticmethod
    def decide(upload, edits, what, rows):
        """Skip or take a row by its number, or "all" that conflict, or ask again; or accept all repaired NIPs."""
        if what in CHOICES and rows != "all":
            return edits.decide([whole(rows, 7) or abort(400)], what)
        plan = uploads.plan_of(upload, me(), edits)
        if what in CHOICES:
            return edits.decide([row.number for row in plan.conflict], what)
        for problem in plan.errors:
            if problem.error.mangled and problem.error.near:
                edits.correct(problem.row, problem.column, problem.error.near)

    @expose("/<int:id>/apply", methods=("POST",))
    def apply(self, id):
        upload = self.readable(id)
        fingerprint = request.form.get("fingerprint") or upload.fingerprint
        partial = request.form.get("partial") == "y"
        with telling():  # out of date, in error, done before, or no longer readable
            if upload.apart:
                uploads.queue_apply(upload, me(), fingerprint, partial)
            else:
                apply(upload, me(), partial, fingerprint=fingerprint)
                flash(gettext("Unggahan disimpan."), "success")
        return redirect(url_for(".review", id=id))

    @expose("/<int:id>/undo", methods=("POST",))
    def undo(self, id):
        upload = self.own(id)
        with telling():  # too late, out of reach, or undone before
            resting = uploads.rests_on(upload)
            undone, kept = undo(upload, me())
            flash(gettext("%(n)s baris dikembalikan.", n=undone), "success")
            for rows, words in (
                (resting, N_("Dasar %(n)s predikat berubah; hitung lagi atau tarik: %(rows)s")),
                (kept, N_("Dibiarkan karena sudah diubah atau dipakai: %(rows)s")),
            ):
                if rows:
                    flash(gettext(words, n=len(rows), rows="; ".join(rows[:20])), "info")
        return redirect(url_for(".review", id=id))

    @expose("/<int:id>/<what>")
    def download(self, id, what):
        """The workbook as it was uploaded; or with its errors marked: red cells, comments, a "Keterangan" column."""
        if what not in ("file", "annotated"):
            abort(404)
        upload = self.readable(id)
        data, name = bytes(upload.data), upload.filename.rsplit(".", 1)[0] or "unggahan"
        if not data:
            flash(gettext("Berkas ini sudah dihapus sesudah masa simpannya."), "info")
            return redirect(url_for(".review", id=id))
        with telling():
            if what == "annotated":
                data = marked(data, uploads.plan_of(upload, me(), Edits.of(upload)))
                name += "-diperiksa"
            return as_file(io.BytesIO(data), name, ending(data))  # which is not the sender's to choose
        return redirect(url_for(".index_view"))


def problem_words(problem):
    """A problem of a review in the reader's language, with its hint."""
    parts = filter(None, (problem["said"], problem["hint"]))
    texts = [spoken(Invalid(words, **params)) for words, params in parts]
    return ". ".join(text[:1].upper() + text[1:] for text in texts)
