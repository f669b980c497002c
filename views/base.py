"""AdminView: one Flask-Admin view for every table, with the stack's traps closed once."""

from itertools import groupby

from flask import abort, redirect, request
from flask_admin import expose
from flask_admin.contrib.peewee import ModelView
from flask_admin.helpers import get_redirect_target
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from peewee import BlobField, TextField

import access
import flows
from capabilities import gathered
from choices import Choice
from excel.sheet import sheet_for
from fields import Day, Moment, Text
from flows import FLOWS
from models import Employee
from panels import Named
from tables import Record
from views.exports import Exports
from views.filters import special
from views.formfields import Converter, Version
from views.history import history_of
from views.lists import Lists
from views.moves import Moves
from views.panels import links_of, record_panels
from views.saving import Saving, plain
from views.session import me, whole
from views.shown import badge, due_day, value_at, words

NEEDS = {
    "create_view": "can_create",
    "edit_view": "can_edit",
    "delete_view": "can_delete",
}  # else Flask-Admin redirects


class AdminView(Exports, Moves, Saving, Lists, ModelView):
    """A table's list, details, forms and export, derived from the model's own words.

    A view says only what differs: `list_without` where the table would be too wide,
    `column_searchable_list`, `column_default_sort`, `form_without` for what is computed. One in
    which nothing differs needs no class: `AdminView(model)`.
    """

    can_view_details = True
    action_disallowed_list = ("delete",)
    model_form_converter = Converter
    list_without = form_without = details_without = ()

    def __init__(self, model=None, **options):
        self.model = model = model or self.model
        self.column_searchable_list = self.column_searchable_list or searched(model)
        self.column_default_sort = self.column_default_sort or first_order(model)
        self._aliases = {(): model}
        open_to_all = [f for f in model.spoken() if not getattr(f, "confidential", False)]
        bulky = TextField | BlobField
        brief = [f.name for f in open_to_all if f.name not in self.list_without and not isinstance(f, bulky)]
        self.column_list = self.column_list or brief
        self.column_details_list = [f.name for f in open_to_all if f.name not in self.details_without]
        self.column_export_list = [f.name for f in open_to_all]
        self.sheet, self.flow = sheet_for(model), FLOWS.get(model)
        unasked = {*self.form_without, *self.sheet.derived, *(self.flow.own if self.flow else ())}
        self.form_columns = [f.name for f in model.spoken() if f.name not in unasked]
        self.column_filters = [f.name for f in open_to_all if not isinstance(f, BlobField)]
        self.column_filters += self.own_filters()
        self._headings = headings_of(model)
        name = model._meta.table_name
        super().__init__(model, name=_l(model.noun), endpoint=name, url=name, **options)

    def own_filters(self):
        """Filters beside those that the fields give: what the rooms name."""
        return [special(named) for named in gathered(Named) if named.model is self.model]

    # -- words

    def get_column_name(self, field):
        """A column's label is its field's word; of a dotted path the last field's, of a name whose it is."""
        found = self.field_of(field.removesuffix(".name"))
        label = getattr(found, "label", None)
        return _l(label) if label else super().get_column_name(field)

    def sections(self, pairs):
        """[(heading, things)] of (field name, thing) pairs, under the headings of the model."""
        return [
            (_l(heading) if heading else "", [thing for _, thing in group])
            for heading, group in groupby(pairs, key=lambda pair: self._headings.get(pair[0], ""))
        ]

    def _refresh_cache(self):
        fields = {path: self.field_of(path) for path in {*self.column_list, *self.column_details_list}}
        self.column_descriptions = {p: _l(f.help_text) for p, f in fields.items() if f and f.help_text}
        own = {path: shown(field) for path, field in fields.items() if field is not None}
        further = [p for p in fields if p != self.column_list[0]]
        people = {p: by_name for p in further if getattr(fields[p], "rel_model", None) is Employee}
        given = dict(self.column_formatters or {})
        self.column_formatters, self.column_formatters_detail = own | people | given, own | given
        self.column_type_formatters = self.column_type_formatters_detail = {}
        super()._refresh_cache()

    # -- who may

    def is_accessible(self):
        return me() is not None and access.may(me(), "read", self.model)

    def inaccessible_callback(self, name, **kwargs):
        abort(403)

    def _handle_view(self, name, **kwargs):
        refused = super()._handle_view(name, **kwargs)
        if name in NEEDS and not getattr(self, NEEDS[name]):
            abort(403)
        return refused

    def handle_action(self, return_view=None):
        if not self.is_action_allowed(request.form.get("action")):
            abort(403)
        return super().handle_action(return_view)

    def permitted(self, verb):
        return me() is not None and access.may(me(), verb, self.model)

    can_create = property(lambda self: self.permitted("create"))
    can_edit = property(lambda self: self.permitted("update"))
    can_delete = property(lambda self: self.permitted("delete"))
    can_import = property(lambda self: self.sheet.imports and self.permitted("upload"))
    action_verbs = {}  # action name -> verb of the permission table

    def is_action_allowed(self, name):
        if self.flow and name in self.flow.by_name:
            return me() is not None and flows.may(self.flow.by_name[name], self.model, me())
        verb = {"export": "read", **self.action_verbs}.get(name)
        return super().is_action_allowed(name) and verb is not None and self.permitted(verb)

    def chosen(self, ids):
        """The rows of an action, within the account's scope; 403 when one is missing.

        With `all`, those on every page of the list in the address.
        """
        if request.form.get("all") == "y":
            return list(self.model.with_labels(self.matching()))
        keys = {whole(i) for i in ids} - {None}
        mine = self.get_query().where(self.model.id.in_(keys))
        rows = list(self.model.with_labels(mine)) if keys else []
        if not rows or len(rows) != len(set(ids)):
            abort(403)
        return rows

    # -- forms

    def scaffold_form(self):
        form = super().scaffold_form()
        if issubclass(self.model, Record):
            form.version = Version()
        return form

    def detail_sections(self, columns):
        """[(heading, [(path, label)])] of a details page."""
        return self.sections([(path, (path, label)) for path, label in columns])

    def form_sections(self, form):
        """[(heading, fields)] of a form, without what is hidden."""
        shown = [field for field in form if getattr(field.widget, "input_type", "") != "hidden"]
        return self.sections([(field.name, field) for field in shown])

    def create_form(self, obj=None):
        form = super().create_form(obj)
        if "version" in form:
            del form.version
        return form

    def edit_form(self, obj=None):
        form = super().edit_form(obj)
        for name in access.locked_fields(self.model, me()):
            if name in form:
                del form[name]
        return form

    def delete_form(self):
        return self._delete_form_class(request.form)  # never from the query string

    def validate_form(self, form):
        valid = super().validate_form(form)
        if not valid or "id" in form:  # a delete or action form has no rules
            return valid
        return self.follows_rules(form)

    def follows_rules(self, form):
        values = {f.name: plain(f.data) for f in form}
        row = getattr(form, "_obj", None)
        if row is not None:
            stored = {f.name: row.__data__.get(f.name) for f in self.model._meta.sorted_fields}
            values = stored | {name: value for name, value in values.items() if name != "version"}
        problems = [problem for rule in self.sheet.rules(me()) if (problem := rule(values))]
        for name, message in problems:
            self.complain(form, name, gettext(message))
        return not problems

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self):
        """The form; where the row cannot be changed, its page instead, which says so."""
        row = self.get_one(request.args.get("id"))
        if request.method == "GET" and row is not None and self.can_edit and not self.within_reach(row):
            self.refuse()
            return redirect(self.get_url(".details_view", id=row.id, url=get_redirect_target()))
        return super().edit_view()

    def once(self, lines):
        """A page of secrets, shown once and kept nowhere: a flash would travel in the cookie."""
        return self.render("admin/once.html", lines=lines, return_url=self.get_url(".index_view"))

    def handle_view_exception(self, exc):
        return False

    # -- pages

    def history(self, row):
        """(lines of the row's trail, newest first, the address of all of them)."""
        return history_of(row)

    def panels(self, row):
        """The panels that other tables bring to this record."""
        return record_panels(row, me())

    def links(self, row):
        """{field name: address} of the references that the account may follow."""
        return links_of(row, me())

    def get_save_return_url(self, row, is_created=False):
        """After saving one stays at the record, where the account may read it."""
        back = get_redirect_target() or self.get_url(".index_view")
        stays = row is not True and self.get_one(row.id) is not None  # True: one of which nothing may be told
        return self.get_url(".details_view", id=row.id, url=back) if stays else back


def searched(model):
    """What a list is searched by, where its view does not say: the row's names, and its person's."""
    texts = [f.name for f in model.spoken() if isinstance(f, Text) and not getattr(f, "confidential", False)]
    link = model._meta.fields.get("employee")
    return (*(model.names or texts), *(f"employee.{name}" for name in (link.rel_model.names if link else ())))


def first_order(model):
    """How a list begins, where its view does not say: by the row's name, else by its date, the newest first."""
    dates = [f.name for f in model.spoken() if isinstance(f, Day | Moment) and not f.null]
    return model.names[0] if model.names else ((*dates, "id")[0], True)


def headings_of(model):
    """{field name: the heading it stands under}; a heading holds until the next one."""
    found, heading = {}, ""
    for field in model.spoken():
        heading = model.headings.get(field.name, heading)
        found[field.name] = heading
    return found


def shown(field):
    """How a cell of this field is shown: a code beside its sign, anything else in words."""
    say = badge if isinstance(field, Choice) else due_day if getattr(field, "due", False) else words
    return lambda view, context, row, path: say(field, value_at(row, path))


def by_name(view, context, row, path):
    """A person in a list, without the NIP that would double the width."""
    person = value_at(row, path)
    return person.name if person else ""
