"""AdminView: one Flask-Admin view for every table, with the stack's traps closed once."""

from functools import cache, partial
from itertools import groupby

from flask import abort, redirect, request
from flask_admin.contrib.peewee import ModelView
from flask_admin.helpers import get_redirect_target
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

import access
import audit
import flows
from excel.sheet import sheet_for
from fields import Choice, Day, Moment, Text
from flows import FLOWS
from models import Employee
from views.files import Exports
from views.lists import BULKY, Lists, person_paths
from views.panels import record_panels
from views.saving import Converter, Saving, Version
from views.session import me, whole
from views.shown import FORM_FIELDS, badge, history_of, links_of, with_warning


class AdminView(Exports, Saving, Lists, ModelView):
    """A table's list, details, forms and export, derived from the model's own words.

    A view says only what differs: `list_without` where the table would be too wide,
    `column_searchable_list`, `column_default_sort`, `form_without` for what is computed.
    """

    can_view_details = True
    model_form_converter, form_extra_fields = Converter, {"version": Version()}
    list_without = form_without = details_without = ()
    column_labels, cells = {}, {}  # {path: words}, {path: function of a row}, where the field says otherwise

    def __init__(self, model=None, category=None, **words):
        vars(self).update(words)
        self.model = model = model or self.model
        self.field_at = cache(model.field_at)  # asked for every cell
        audited, name = audit.audited(model), model._meta.table_name
        searched = model.names or [f.name for f in audited if isinstance(f, Text)]
        dates = [f.name for f in audited if isinstance(f, Day | Moment) and not f.null]
        order = model.names[0] if model.names else ((*dates, "id")[0], True)  # the newest first
        brief = [f.name for f in audited if f.name not in self.list_without and not isinstance(f, BULKY)]
        self.column_searchable_list = self.column_searchable_list or (*searched, *person_paths(model))
        self.column_default_sort = self.column_default_sort or order
        self.column_list = self.column_list or brief
        self.column_details_list = [f.name for f in audited if f.name not in self.details_without]
        self.column_filters = [f.name for f in audited]
        self.sheet, self.flow = sheet_for(model), FLOWS.get(model)
        self.moves = self.flow.by_name if self.flow else {}
        unasked = {*self.form_without, *self.sheet.derived, *(self.flow.own if self.flow else ())}
        typed = [f.name for f in model.spoken() if not isinstance(f, Moment)]
        self.form_columns = FORM_FIELDS[model] = [name for name in typed if name not in unasked]
        super().__init__(model, name=_l(model.noun), category=category, endpoint=name, url=name)

    def get_column_name(self, field):
        """A column's label is its field's word; of a dotted path the last field's, of a name whose it is."""
        return self.column_labels.get(field) or _l(self.field_at(field.removesuffix(".name")).label)

    def sections(self, names):
        """[(heading, names)] of columns under the headings of their fields, each of which holds until the next one."""
        headings, heading = {}, ""
        for field in self.model.spoken():
            heading = headings[field.name] = field.part or heading
        groups = groupby(names, key=lambda name: headings.get(name, ""))
        return [(_l(heading) if heading else "", list(group)) for heading, group in groups]

    def get_detail_value(self, row, path):
        return self.teller(path)(row)

    def teller(self, path, brief=False, framed=None):
        """What says a column's cells, each value once (`framed` as HTML): as the view does, a code beside its sign, else words.

        In a list (`brief`) a person goes without NIP, which would double the width.
        """
        finished = (lambda text: framed(escape(text))) if framed else lambda text: text
        if path in self.cells:
            return lambda row: finished(self.cells[path](row))
        field, said, brief = self.field_at(path), {}, brief and path != self.column_list[0]
        say = badge if isinstance(field, Choice) else with_warning

        def tell(row):
            value = self._get_field_value(row, path)
            if value not in said:
                named = brief and isinstance(value, Employee)
                said[value] = finished(value.name if named else say(field, value))
            return said[value]

        return tell

    def told(self, rows, cells):
        """(id, first cell, HTML of the others) of each row of a list; `cells` are (path, the tag that begins it)."""
        first = self.teller(cells[0][0], brief=True)
        others = [self.teller(path, True, partial("{}{}</td>".format, tag)) for path, tag in cells[1:]]
        for row in rows:
            yield row.id, first(row), Markup("".join([tell(row) for tell in others]))  # noqa: S704 - escaped by `teller`

    def permitted(self, verb):
        return me() is not None and access.may(me(), verb, self.model)

    can_create = property(lambda self: self.permitted("create"))
    can_edit = property(lambda self: self.permitted("update"))
    can_delete = property(lambda self: self.permitted("delete"))
    can_import = property(lambda self: self.sheet.imports and self.permitted("upload"))
    action_verbs = {}  # action name -> verb of the permission table

    def is_accessible(self):
        return self.permitted("read")

    def _handle_view(self, name, **kwargs):
        """Refuses by itself, where Flask-Admin would lead back to the list."""
        needs = {"create_view": "create", "edit_view": "update", "delete_view": "delete"}
        if not (self.is_accessible() and self.permitted(needs.get(name, "read"))):
            abort(403)

    def handle_action(self, return_view=None):
        if not self.is_action_allowed(request.form.get("action")):
            abort(403)
        return super().handle_action(return_view)

    def is_action_allowed(self, name):
        if name in self.moves:
            return me() is not None and flows.may_move(self.moves[name], self.model, me())
        return self.permitted({"export": "read", **self.action_verbs}.get(name))

    def chosen(self, ids):
        """The rows of an action (with `all`, of every page of its list) in the account's scope; 403 when one is missing."""
        if request.form.get("all") == "y":
            return list(self.model.with_labels(self.matching()))
        keys = {whole(i) for i in ids} - {None}
        rows = list(self.model.with_labels(self.get_query().where(self.model.id.in_(keys))))
        if not rows or len(rows) != len(set(ids)):
            abort(403)
        return rows

    def edit_form(self, obj=None):
        form = super().edit_form(obj)
        for name in form._fields.keys() & access.locked_fields(self.model, me()):
            del form[name]
        return form

    def delete_form(self):
        return self._delete_form_class(request.form)  # never from the query string

    def on_form_prefill(self, form, id):
        """Where a row cannot be changed there is its page instead of the form, which says so."""
        if request.method == "GET" and not self.within_reach(form._obj):
            self.refuse()
            abort(redirect(self.get_url(".details_view", id=id, url=get_redirect_target())))

    def once(self, lines):
        """A page of secrets, shown once and kept nowhere: a flash would travel in the cookie."""
        return self.render("admin/once.html", lines=lines, return_url=self.get_url(".index_view"))

    history, panels, links = staticmethod(history_of), staticmethod(record_panels), staticmethod(links_of)

    def get_save_return_url(self, row, is_created=False):
        """After saving one stays at the record, where the account may read it."""
        back = get_redirect_target() or self.get_url(".index_view")
        stays = row is not True and self.get_one(row.id) is not None  # True: one of which nothing may be told
        return self.get_url(".details_view", id=row.id, url=back) if stays else back
