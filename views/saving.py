"""How rows are written: by a form made of the model's fields, or by a move that a page asks for; and what is said where not."""

from collections import Counter
from functools import partial

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_admin.contrib.peewee.form import CustomModelConverter
from flask_admin.form import BaseForm
from flask_admin.helpers import get_redirect_target
from flask_admin.model.fields import AjaxSelectField
from flask_babel import gettext, lazy_gettext as _l
from peewee import ForeignKeyField, IntegrityError
from wtforms import HiddenField, SelectFieldBase
from wtforms.fields.choices import Choice
from wtforms.validators import Optional, StopValidation, ValidationError
from wtforms.widgets import Select, TextArea, TextInput
from wtfpeewee.orm import ValueRequired

import access
import audit
import flows
from database import write
from models import Period
from values import N_, Invalid
from views.session import me, whole
from views.shown import spoken, text_of

NOT_WRITABLE = N_("Data ini tidak dapat diubah oleh akun Anda atau periodenya sudah ditutup.")
NAMED = 20  # rows of a move that are named one by one
WIDGETS = {"line": TextInput(), "area": TextArea(), "choice": Select()}


class Parsed(SelectFieldBase):
    """A form field whose text is read by `parse` of the model's field and kept when it is refused."""

    text = None

    def __init__(self, *args, column, **kwargs):
        super().__init__(*args, widget=WIDGETS[column.widget], **kwargs)
        self.column = column

    def process_formdata(self, values):
        if values:
            self.text, self.data = values[0], None
            try:
                self.data = self.column.parse(self.text)
            except Invalid as refusal:
                raise ValidationError(spoken(refusal)) from refusal

    def pre_validate(self, form):
        if self.process_errors:
            raise StopValidation()  # a refusal by `parse` speaks alone

    def _value(self):
        return self.text if self.text is not None else self.column.show(self.data)

    def iter_choices(self):
        """The options of the model's field, and a blank one for what is empty."""
        yield Choice("", "", self.data is None, {})
        for code, label in self.column.options:
            yield Choice(code, _l(label), self.column.parse(code) == self.data, {})


class Version(HiddenField):
    """The version of the row that a person read; without one that can be read, none is the right one."""

    def process_formdata(self, values):
        self.data = values[0] if values else None  # absent is not "as stored"

    def populate_obj(self, obj, name):
        if obj.id:
            obj.version = whole(self.data, digits=9) or -1


class ScopedSelect(AjaxSelectField):
    """A reference found by typing; one outside the account's scope is refused, not blanked."""

    def pre_validate(self, form):
        if self._formdata and self.data is None:
            raise StopValidation(gettext("Pilihan ini tidak tersedia untuk akun Anda"))
        super().pre_validate(form)


class Converter(CustomModelConverter):
    """Turns a model's field into a form field that says and allows what the model says."""

    def convert(self, model, field, field_args):
        given = {"label": _l(field.label), "description": _l(field.help_text) if field.help_text else ""}
        given |= {"validators": [Optional() if field.null else ValueRequired()]} | (field_args or {})
        if isinstance(field, ForeignKeyField):
            loader = self.view._form_ajax_refs[field.name]
            return field.name, ScopedSelect(loader, allow_blank=field.null, **given)
        return field.name, Parsed(column=field, render_kw=field.keyboard, default=field.default, **given)


class Saving:
    """The writing half of AdminView: every row through audit.py, in one transaction with what follows."""

    def within_reach(self, row, *periods):
        """Whether the account may write this row, and no closed period, of these either, closes it; asked afresh."""
        if row.frozen_with_period:
            keys = {row.period_id, *periods} - {None}
            if Period.select().where(Period.id.in_(keys), Period.state == "closed").exists():
                return False
        return bool(self.model.those([row.id], access.writable(self.model, me())))

    def refuse(self):
        """Say why nothing was written; false, as Flask-Admin's saving methods answer then."""
        flash(gettext(NOT_WRITABLE), "error")
        return False

    def on_model_change(self, form, row, is_created):
        """No row becomes its own ancestor."""
        up = getattr(row, "upward", "")
        if up and not is_created and row.id in row.above(row.__data__[up]):
            raise ValidationError(N_("Lingkaran: data ini menjadi atasan dirinya sendiri."))

    def create_model(self, form):
        row = self.model()
        form.populate_obj(row)
        if self.flow:
            setattr(row, self.flow.state.name, self.flow.first(row.__data__, me()))
        written = self.saved(form, row)
        if written and self.sheet.secret(row.__data__, me()):
            flash(gettext(self.sheet.secrecy), "info")
            return True  # without its number, which would tell whether it is new
        return written and row

    def update_model(self, form, row):
        before = audit.snapshot(row)
        form.populate_obj(row)
        return self.saved(form, row, before)

    def saved(self, form, row, before=None):
        """Whether a row was written; else it is said at the fields why not, or above where a form has no such field."""
        wrong = [(name, gettext(why)) for rule in self.sheet.rules(me()) for name, why in rule(row.__data__)]
        wrong = wrong or self.tried(form, row, before)
        for name, message in wrong:
            if name in form:
                form[name].errors = [*form[name].errors, message]
            else:
                flash(message, "error")
        return not wrong

    def tried(self, form, row, before):
        """[(field name, message)] of what stood against writing a row."""
        try:
            self.write_row(form, row, before)
        except IntegrityError as error:
            if before is None and self.sheet.secret(row.__data__, me()):
                return self.deliver(row)
            return self.refused(row, error)
        except audit.Stale:
            return self.stale(form, row)
        except (access.Denied, ValidationError) as refusal:
            return [("", gettext(str(refusal)))]
        return []

    def write_row(self, form, row, before):
        """Write a row the account may write, as it was and as it is now, with what follows from its values."""
        values, new, period = row.__data__, before is None, (before or {}).get("period")
        with write():
            if new:
                self.sheet.number([values])
            elif self.sheet.secret(values, me()) or not self.within_reach(row, period):
                raise access.Denied(NOT_WRITABLE)  # a secret row, saved or refused, would tell what is stored
            if new or any(before[name] != values[name] for name in self.sheet.derived_from):
                values.update(self.sheet.derive(values))
            self.on_model_change(form, row, new)
            if new:
                audit.create([row], user=me())
            else:
                audit.update(row, before, user=me())
            if not self.within_reach(row, period):
                raise access.Denied(NOT_WRITABLE)
        for name, remark in self.sheet.remarks(values):
            flash(f"{self.get_column_name(name)}: {spoken(remark)}", "info")

    def deliver(self, row):
        """Write over a secret row that is stored already, or leave it: told the same as a new one."""
        key, values = self.sheet.key, row.__data__
        same = [self.model._meta.fields[name] == values.get(name) for name in key]
        with write():
            stored = self.model.select().where(*same).get()
            if self.within_reach(stored) and not self.sheet.stands(stored.__data__, me()):
                given = {name: values.get(name) for name in self.form_columns if name not in key}
                audit.change_many([stored], {stored.id: given}, user=me())
        return []

    def refused(self, row, error):
        """The field that the database refuses, and the row that has its value where that may be seen."""
        single = [(f.name,) for f in self.model._meta.sorted_fields if f.unique and not f.primary_key]
        for names in filter(None, (*single, self.model.unique)):
            same = [getattr(self.model, name) == row.__data__.get(name) for name in names]
            other = self.get_query().where(*same, self.model.id != (row.id or 0)).first()
            if other:
                return [(names[-1], gettext("Sudah dipakai oleh %(row)s", row=str(other)))]
        name, problem = audit.refused(error, self.model)
        return [(name, spoken(problem))]

    def stale(self, form, row):
        """What is stored now of all that somebody else changed meanwhile; saving again is a decision."""
        now = self.get_one(row.id)
        if now is None:
            return [("", gettext("Data ini sudah dihapus orang lain."))]
        words = N_(
            "Data ini diubah orang lain setelah Anda membukanya. Periksa yang bertanda, lalu simpan lagi."
        )
        form.version.data, wrong = now.version, [("", gettext(words))]
        for name in [name for name in self.form_columns if row.__data__[name] != now.__data__[name]]:
            text = text_of(self.model._meta.fields[name], now.__data__[name]) or "-"
            wrong.append((name, gettext("Sekarang tersimpan: %(value)s", value=text)))
        return wrong

    def delete_model(self, row):
        if not self.within_reach(row):
            return self.refuse()
        try:
            audit.delete(row, user=me())
        except audit.InUse as error:
            uses = ", ".join(f"{n} {gettext(model.noun)}" for model, n in error.uses.items())
            words = N_("%(row)s tidak dapat dihapus karena masih dipakai: %(uses)s. Nonaktifkan saja.")
            flash(gettext(words, row=str(row), uses=uses), "error")
            return False
        return True

    def init_actions(self):
        super().init_actions()
        for move in self.moves.values():
            self._actions.append((move.name, _l(move.words)))
            self._actions_data[move.name] = (partial(self.on_move, move), _l(move.words), None)

    def record_actions(self, row, writes):
        """[(name, words)] of what can be done with this row: its moves, and the actions of its list."""
        allowed, state = self.get_actions_list()[0], getattr(row, self.flow.state.name) if self.flow else None
        moves = [pair for pair in allowed if pair[0] in self.moves and state in self.moves[pair[0]].start]
        able = [pair for pair in moves if flows.sort_out([row], self.moves[pair[0]], me())[0]]
        return able + [pair for pair in allowed if writes and pair[0] not in self.moves]

    def on_move(self, move, ids, sent=None):
        """Make a move with the form that was sent; else the page that says who moves, and asks for what is needed."""
        rows = self.chosen(ids)
        able, left = flows.sort_out(rows, move, me())
        form = self.move_form(move, able)(sent, obj=able[0] if sent is None and len(able) == 1 else None)
        if sent is None and "reason" in form:
            form["reason"].data = None  # given anew at each move, never prefilled
        elif able and sent is not None and form.validate():
            return self.take_move(move, rows, form)
        return self.render(
            "admin/move.html", move=move, able=able, left=left, form=form, most=NAMED, spoken=spoken,
            reasons=Counter(spoken(why) for _, why in left), ids=[row.id for row in rows],
            facts=move.facts(able, me()) if move.facts and able else (), everything=request.form.get("all") == "y",
            return_url=get_redirect_target() or self.get_url(".index_view"),
        )  # fmt: skip

    def move_form(self, move, able):
        """The class of the form for what a move asks of these rows."""
        asked, converter = move.asked(able, me()) if able else (), self.model_form_converter(self)
        fields = {}
        for name in dict.fromkeys((*asked, *move.offers)):
            checks = {"validators": [ValueRequired() if name in asked else Optional()]}
            _, fields[name] = converter.convert(self.model, self.model._meta.fields[name], checks)
        return type("Asked", (BaseForm,), fields)

    def take_move(self, move, rows, form):
        """Move these rows, and say how many moved and why others did not."""
        given = {f.name: getattr(f.data, "id", f.data) for f in form if f.data is not None}
        taken = flows.take(rows, move, me(), given)
        done = gettext("%(done)s: %(n)s data.", done=gettext(move.done), n=len(taken.rows))
        flash(done, "success" if taken.rows else "info")
        for why, count in Counter(spoken(why) for _, why in taken.left).items():
            flash(gettext("%(n)s dilewati: %(why)s.", n=count, why=why), "info")
        return redirect(get_redirect_target() or self.get_url(".index_view"))

    @expose("/move/<move_name>/", methods=("POST",))
    def move(self, move_name):
        """Make a move, with what was asked for."""
        if move_name not in self.moves:
            abort(404)
        if not self.is_action_allowed(move_name):
            abort(403)
        return self.on_move(self.moves[move_name], request.form.getlist("rowid"), request.form)
