"""Forms made from models: each field asks its peewee field for its words and its parsing."""

from functools import reduce
from operator import or_

from flask_admin.contrib.peewee.ajax import QueryAjaxModelLoader
from flask_admin.contrib.peewee.form import CustomModelConverter
from flask_admin.model.fields import AjaxSelectField
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from peewee import ForeignKeyField
from wtforms import HiddenField, SelectFieldBase, ValidationError
from wtforms.fields.choices import Choice
from wtforms.validators import Optional, StopValidation
from wtforms.widgets import Select, TextArea, TextInput
from wtfpeewee.orm import FieldInfo, ValueRequired

import access
from values import Invalid
from views.session import me, whole

WIDGETS = {"line": TextInput(), "area": TextArea(), "choice": Select()}


def spoken(error):
    """A field's refusal in the reader's language."""
    if isinstance(error, Invalid):
        why = error.params.get("why")
        params = error.params | ({"why": gettext(why)} if why else {})
        return gettext(error.template, **params) if params else gettext(error.template)
    return str(error)


class Parsed(SelectFieldBase):
    """A form field whose text is read by `parse` of the model's field and kept when it is refused."""

    text = None

    def __init__(self, *args, column, **kwargs):
        super().__init__(*args, widget=WIDGETS[column.widget], **kwargs)
        self.column = column

    def process_formdata(self, values):
        if not values:
            return
        self.text, self.data = values[0], None
        if self.text.strip():
            try:
                self.data = self.column.parse(self.text)
            except ValueError as error:
                raise ValidationError(spoken(error)) from error

    def pre_validate(self, form):
        if self.process_errors:
            raise StopValidation()  # a refusal by `parse` speaks alone

    def _value(self):
        return self.text if self.text is not None else self.column.show(self.data)

    def iter_choices(self):
        """The options of the model's field, and a blank one for what is empty."""
        stored = {None: "", True: "1", False: "0"}.get(self.data, self.data)
        chosen = stored if self.text is None else self.text
        yield Choice("", "", chosen == "", {})
        for code, label in self.column.options:
            yield Choice(code, _l(label), code == chosen, {})


class Version(HiddenField):
    """The version of the row that a person read; it travels with the form and is never copied."""

    def process_formdata(self, values):
        self.data = values[0] if values else None  # absent is not "as stored"

    def populate_obj(self, obj, name):
        pass


class ScopedSelect(AjaxSelectField):
    """A reference found by typing; one outside the account's scope is refused, not blanked."""

    def pre_validate(self, form):
        if self._formdata and self.data is None:
            raise StopValidation(gettext("Pilihan ini tidak tersedia untuk akun Anda"))
        super().pre_validate(form)


class ScopedLoader(QueryAjaxModelLoader):
    """Looks rows up by typing, within the account's scope: by their names, else by those of their person."""

    def __init__(self, name, model, value="id"):
        super().__init__(name, model, fields=model.names or ["id"])
        self.value, self.paths = value, model.names or person_paths(model)

    def format(self, row):
        return (getattr(row, self.value), str(row)) if row else None

    def get_one(self, pk):
        key = whole(pk)
        return key and access.scoped(self.model, me()).where(self.model.id == key).first()

    def get_list(self, term, offset=0, limit=10):
        query = access.scoped(self.model, me()).order_by(*self._cached_fields[-1:], self.model.id)
        for word in (term or "").replace("\x00", "").split()[:5] if self.paths else ():
            query = query.where(holding(self.model, self.paths, word))
        most = max(1, min(limit or 10, 20))
        return list(query.offset(max(0, min(offset or 0, 10_000))).limit(most))


def person_paths(model):
    """The paths to the names of a row's person, where it has one."""
    link = model._meta.fields.get("employee")
    return tuple(f"employee.{name}" for name in (link.rel_model.names if link else ()))


def holding(model, paths, word):
    """The condition that one of some paths has a word in it; related tables by a sub-select, read once."""
    found, related = [], {}
    for path in paths:
        link, dot, rest = path.partition(".")
        if dot:
            related.setdefault(link, []).append(rest)
        else:
            found.append(getattr(model, path).contains(word))
    for link, rests in related.items():
        target = model._meta.fields[link].rel_model
        meant = target.select(target.id).where(holding(target, rests, word))
        found.append(getattr(model, link).in_(meant))
    return reduce(or_, found)


class Converter(CustomModelConverter):
    """Turns a model's field into a form field that says and allows what the model says."""

    def convert(self, model, field, field_args):
        words = {
            "label": _l(field.label), "description": _l(field.help_text) if field.help_text else "",
            "validators": [Optional() if field.null else ValueRequired()],
        }  # fmt: skip
        if isinstance(field, ForeignKeyField):
            loader = self.view._form_ajax_refs[field.name]
            made = ScopedSelect(loader, allow_blank=field.null, **words)
        else:
            made = Parsed(column=field, render_kw=field.keyboard, default=field.default, **words)
        return FieldInfo(field.name, made)
