"""Forms made from models: each field asks its peewee field for its words and its parsing."""

from flask_admin.contrib.peewee.ajax import QueryAjaxModelLoader
from flask_admin.contrib.peewee.form import CustomModelConverter
from flask_admin.model.fields import AjaxSelectField
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from peewee import ForeignKeyField
from wtforms import HiddenField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import Choice as Shown
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, StopValidation
from wtfpeewee.orm import FieldInfo, ValueRequired

import access
from models import Employee
from values import Invalid
from views.session import me, whole


def spoken(error):
    """A field's refusal in the reader's language."""
    if isinstance(error, Invalid):
        why = error.params.get("why")
        params = error.params | ({"why": gettext(why)} if why else {})
        return gettext(error.template, **params) if params else gettext(error.template)
    return str(error)


class Parsed:
    """A form field whose text is read by `parse` of the model's field and kept when it is refused."""

    column, text = None, None

    def __init__(self, *args, column, **kwargs):
        super().__init__(*args, **kwargs)
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

    def _value(self):
        return self.text if self.text is not None else self.column.show(self.data)


class ParsedLine(Parsed, StringField):
    pass


class ParsedArea(Parsed, TextAreaField):
    pass


class ParsedChoice(Parsed, SelectField):
    """A choice whose options come from the model's field; a blank one where it may be empty."""

    def __init__(self, *args, column, **kwargs):
        kwargs["choices"] = [SelectChoice("", ""), *(SelectChoice(code, _l(t)) for code, t in column.options)]
        kwargs["validate_choice"] = False  # parse knows its codes
        kwargs["coerce"] = lambda value: value  # else True becomes "True"
        super().__init__(*args, column=column, **kwargs)

    def iter_choices(self):
        chosen = self.text if self.text is not None else self.stored()
        for option in self.choices:
            yield Shown(option.value, option.label, option.value == chosen, {})

    def stored(self):
        if isinstance(self.data, bool):
            return "1" if self.data else "0"
        return self.data or ""


class Required(ValueRequired):
    """Demands a value, but lets a refusal by `parse` speak first."""

    def __call__(self, form, field):
        if field.data is None or (isinstance(field.data, str) and not field.data.strip()):
            if field.process_errors:
                raise StopValidation()
            super().__call__(form, field)


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
    """Looks rows up by typing, within the account's scope."""

    def __init__(self, name, model, value="id"):
        self.words = [getattr(model, name) for name in model.names]
        super().__init__(name, model, fields=self.words or [model.id])
        self.value = value

    def format(self, row):
        return (getattr(row, self.value), str(row)) if row else None

    def get_one(self, pk):
        key = whole(pk)
        return key and access.scoped(self.model, me()).where(self.model.id == key).first()

    def get_list(self, term, offset=0, limit=10):
        query = access.scoped(self.model, me()).order_by(*self._cached_fields[-1:], self.model.id)
        for word in (term or "").replace("\x00", "").split()[:5]:
            if self.words:
                query = query.where(holds(self.words, word))
            elif "employee" in self.model._meta.fields:  # a row is found by the name of its person
                people = Employee.select(Employee.id).where(holds((Employee.nip, Employee.name), word))
                query = query.where(self.model.employee.in_(people))
        most = max(1, min(limit or 10, 20))
        return list(query.offset(max(0, min(offset or 0, 10_000))).limit(most))


def holds(fields, word):
    return any_of([field.contains(word) for field in fields])


def any_of(conditions):
    first, *rest = conditions
    for condition in rest:
        first |= condition
    return first


class Converter(CustomModelConverter):
    """Turns a model's field into a form field that says and allows what the model says."""

    def convert(self, model, field, field_args):
        words = dict(field_args or {})
        words |= {"label": _l(field.label), "description": _l(field.help_text) if field.help_text else ""}
        words["validators"] = [Optional() if field.null else Required()]
        if isinstance(field, ForeignKeyField):
            loader = self.view._form_ajax_refs[field.name]
            return FieldInfo(field.name, ScopedSelect(loader, allow_blank=field.null, **words))
        if not hasattr(field, "parse"):  # of tables that nobody edits
            return FieldInfo(*super().convert(model, field, words))
        words |= {"render_kw": field.keyboard, "column": field, "default": field.default}
        return FieldInfo(field.name, WIDGETS[field.widget](**words))


WIDGETS = {"line": ParsedLine, "area": ParsedArea, "choice": ParsedChoice}
