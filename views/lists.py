"""Lists in few statements: search, filters, sort, count and the columns of a page."""

from functools import partial, reduce
from itertools import groupby
from operator import or_
from urllib.parse import parse_qsl, urlencode

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_admin.babel import lazy_gettext
from flask_admin.model.ajax import AjaxModelLoader
from flask_admin.model.filters import BaseFilter
from flask_babel import gettext, lazy_gettext as _l
from peewee import SQL, BlobField, ForeignKeyField, TextField, fn

import access
from capabilities import gathered
from fields import YesNo
from models import Period, Setting, Unit
from panels import Named, Where
from values import CONTROL, N_
from views.session import me, say_unknown, whole

LARGEST_PAGE, MOST_VIEWS = 100, 20
BULKY = TextField | BlobField
OF_A_VIEW = ("search", "sort", "desc", "page_size", "col")  # what a saved view keeps beside its filters
FURTHER = ("search", "rowid", "all", "url")  # what else stands in a list's address, whatever its value
OWN_WORDS = {"within": N_("di dalam"), "is": N_("adalah")}  # beside Flask-Admin's own words
OFFERED = {  # by what a field says of itself
    "text": ("contains", "equals", "empty"), "number": ("equals", "greater than", "smaller than", "empty"),
    "day": ("equals", "greater than", "smaller than"), "moment": ("equals", "greater than", "smaller than"),
    "choice": ("equals", "not equal"), "reference": ("equals",),
}  # fmt: skip


class Comparison(BaseFilter):
    """One comparison of a field (or a filter that the rooms name); its condition goes into the list's query."""

    def __init__(self, column, word, options=None, data_type=None):
        super().__init__(_l(column.label), options, data_type)
        self.column, self.word = column, word
        self.arg = Where(column, None, word).arg  # its name in an address is the same in every language

    def where(self, value):
        return Where(self.column, value.replace("\x00", "")[:200], self.word)

    def clean(self, value):
        """Refuse what cannot be read, and what names nothing that the account sees; a blank one is skipped."""
        if value.strip():
            meant, related = self.where(value).meant(), getattr(self.column, "rel_model", None)
            unknown = isinstance(self.column, Named) and meant not in dict(self.column.options())
            if related and access.may(me(), "read", related):
                unknown = not access.scoped(related, me()).where(related.natural_key() == meant).exists()
            if meant is None or unknown:
                raise ValueError(value)

    def operation(self):
        return _l(OWN_WORDS[self.word]) if self.word in OWN_WORDS else lazy_gettext(self.word)

    def get_options(self, view):
        return self if self.options else None

    def __iter__(self):
        """Its options, read afresh for each page, in the reader's language."""
        return ((code, gettext(text)) for code, text in self.options())


def filters_for(field):
    """The comparisons that a field offers; a reference is chosen by its natural key, within the account's scope."""
    kind, related, options = field.comparisons, getattr(field, "rel_model", None), None
    if related is Period:
        options = newest_periods
    elif field.options:
        options = partial(iter, field.options)
    further = ("within",) if related is Unit else ("empty",) if kind == "choice" and field.null else ()
    asked = f"lookup:filter-{field.name}" if related else kind
    given = {"empty": partial(iter, YesNo.options)}
    return [Comparison(field, word, given.get(word, options), asked) for word in (*OFFERED[kind], *further)]


def newest_periods():
    return [(p.code, str(p)) for p in access.scoped(Period, me()).order_by(Period.id.desc()).limit(200)]


class ScopedLoader(AjaxModelLoader):
    """Looks rows up by typing, within the account's scope: by their names, else by those of their person."""

    def __init__(self, name, model, by_key=False):
        super().__init__(name, {})
        self.model, self.paths = model, model.names or person_paths(model)
        self.value = model.natural_key().name if by_key else "id"

    def format(self, row):
        return (getattr(row, self.value), str(row)) if row else None

    def get_one(self, pk):
        key = whole(pk)
        return key and access.scoped(self.model, me()).where(self.model.id == key).first()

    def get_list(self, term, offset=0, limit=10):
        order = [getattr(self.model, name) for name in (*self.model.names[-1:], "id")]
        query = holding(access.scoped(self.model, me()), self.paths, term).order_by(*order)
        return list(query.offset(max(0, min(offset or 0, 10_000))).limit(max(1, min(limit or 10, 20))))


def person_paths(model):
    """The paths to the names of a row's person, where it has one."""
    link = model._meta.fields.get("employee")
    return tuple(f"employee.{name}" for name in (link.rel_model.names if link else ()))


def holding(query, paths, text):
    """The rows of a query that have each word of a text (the first few) at one of some paths."""
    for word in (text or "").replace("\x00", "")[:200].split()[:8] if paths else ():
        query = query.where(has_word(query.model, paths, word))
    return query


def has_word(model, paths, word):
    """The condition that one of some paths has a word in it; related tables by a sub-select, read once."""
    found = []
    for step, same in groupby(paths, key=lambda path: path.partition(".")[0]):
        field, rests = getattr(model, step), [path.partition(".")[2] for path in same]
        if isinstance(field, ForeignKeyField):
            target = field.rel_model
            found.append(field.in_(target.select(target.id).where(has_word(target, rests, word))))
        else:
            found.append(field.contains(word))
    return reduce(or_, found)


class Lists:
    """The list half of AdminView; a column is a path ("unit.parent.name")."""

    list_needs = ()  # fields of which the cells of other columns are made
    can_set_page_size = True
    page_size = 50

    def get_list_columns(self):
        """Every column that the list can show, its own ones first, so that their numbers stay."""
        return self.get_column_names(dict.fromkeys((*self.column_list, *self.column_details_list)), ())

    def chosen_columns(self):
        """[(number, path, label)] of what this request shows: the columns of `col`, else the view's own."""
        asked = set(",".join(request.args.getlist("col")).split(","))
        wanted = asked & dict(self._list_columns).keys() or set(self.column_list)
        return [(n, path, label) for n, (path, label) in enumerate(self._list_columns) if path in wanted]

    def scaffold_sortable_columns(self):
        """{path: by what it is sorted}; a reference by the name that is shown, not by its id."""
        found = {path: path for path, _ in self._list_columns}
        for path in found:
            if related := getattr(self.model.field_at(path), "rel_model", None):
                found[path] = f"{path}.{'name' if 'name' in related.names else related.natural_key().name}"
        return found

    def init_search(self):
        return bool(self.column_searchable_list)

    def search_placeholder(self):
        return ", ".join(str(self.get_column_name(path)) for path in self.column_searchable_list)

    def get_filters(self):
        """The comparisons of the fields, and the filters that the rooms name."""
        found = [each for name in self.column_filters for each in filters_for(self.model._meta.fields[name])]
        rooms = [named for named in gathered(Named) if named.model is self.model]
        return [*found, *(Comparison(named, "is", named.options) for named in rooms)]

    def get_filter_arg(self, index, flt):
        return flt.arg

    def _process_ajax_references(self):
        """A scoped loader for each reference, for forms (by id) and filters (by natural key)."""
        links = [(f.name, f.rel_model) for f in self.model.spoken() if isinstance(f, ForeignKeyField)]
        by_key = {f"filter-{name}": ScopedLoader(name, model, by_key=True) for name, model in links}
        return by_key | {name: ScopedLoader(name, model) for name, model in links}

    def get_query(self):
        return access.scoped(self.model, me())

    def get_one(self, id):
        key = whole(id)
        return key and self.get_query().where(self.model.id == key).first()

    def found(self, search, filters):
        """A query of the rows that search words and filters leave."""
        query = holding(self.get_query(), self.column_searchable_list, search)
        for index, _, value in filters or ():
            query = query.where(self._filters[index].where(value).holds(me()))
        return query

    def order(self, column, descending):
        """[(path, whether it descends)], ending in the key, as an index does, so that pages never overlap."""
        path = self._sortable_columns.get(column)
        order = [(path, bool(descending))] if path else self._get_default_order()
        return [(tuple(path.split(".")), down) for path, down in dict([*order, ("id", order[-1][1])]).items()]

    def matching(self):
        """The rows of the list in the address, on all its pages: its search, filters and sort."""
        args = self._get_list_extra_args()
        asked = [value for name, value in request.args.items() if name[:3] == "flt" and value.strip()]
        if len(args.filters) < len(asked):  # else more rows would be taken than were meant; the list says why
            abort(redirect(self.get_url(".index_view", **request.args)))
        column = self._get_column_by_idx(args.sort)
        order = self.order(column and column[0], args.sort_desc)
        return self.model.with_paths(self.found(args.search, args.filters), (), order)

    def get_list(self, page, sort_column, sort_desc, search, filters, page_size):
        found = self.found(search, filters)
        count = found.select(fn.COUNT(SQL("*"))).scalar()
        if not count:
            return 0, []
        last = -(-count // page_size) - 1
        if page > last:
            say_unknown([f"page={page}"])
        listed = [path for _, path, _ in self.chosen_columns()]
        paths = [*((name,) for name in self.list_needs), *self.model.paths_of(listed)]
        order = self.order(sort_column, sort_desc)
        mine = self.model.id.in_(self.keys(found, order, max(0, min(page, last)), page_size, count))
        return count, list(self.model.with_paths(self.model.select().where(mine), paths, order))

    def keys(self, found, order, page, size, count):
        """The ids of a page as a sub-select, which an index alone can give, counted from whichever end is nearer."""
        start = size * page
        most = max(0, min(size, count - start))
        if start > count / 2:
            start, order = count - start - most, [(path, not down) for path, down in order]
        return self.model.with_paths(found, (), order).select(self.model.id).limit(most).offset(max(0, start))

    def _get_list_extra_args(self):
        """The arguments of the address, and said which are none; the columns asked for go on to the next page as one."""
        say_unknown([f"{name}={value[:60]}" for name, value in request.args.items(multi=True)
                     if value.strip() and not self.knows(name, value)])  # fmt: skip
        args = super()._get_list_extra_args()
        args.extra_args = {"col": ",".join(request.args.getlist("col")) or None}
        return args

    def knows(self, name, value):
        """Whether an argument of the address is one of this list; of a filter the value is judged by itself."""
        paths = [path for path, _ in self._list_columns]
        if known := {"col": paths, "sort": [*map(str, range(len(paths)))]}.get(name):
            return {*value.split(",")} <= {*known}
        if name in ("page", "page_size", "desc"):
            return value.isdecimal()
        return name.partition("_")[2] in self._filter_args if name[:3] == "flt" else name in FURTHER

    def saved_views(self):
        """[{"name", "query"}] that the account keeps of this list: an address with its filters, sort and columns."""
        return Setting.read(me(), f"views:{self.endpoint}", [])

    @expose("/views/", methods=("POST",))
    def keep_view(self):
        """Keep the address of a list under a name, or forget one."""
        name = " ".join(CONTROL.sub("", request.form.get("name", "")).split())[:60]
        pairs = parse_qsl(request.form.get("query", "")[:4000])
        query = urlencode([(key, value) for key, value in pairs if key in OF_A_VIEW or key[:3] == "flt"])
        kept = [] if "forget" in request.form else [{"name": name, "query": query}]
        views = [*(view for view in self.saved_views() if view["name"] != name), *kept]
        if not name:
            flash(gettext("Beri nama pada tampilan ini."), "error")
        elif len(views) > MOST_VIEWS:
            words = N_("Paling banyak %(n)s tampilan tersimpan; hapus salah satu dulu.")
            flash(gettext(words, n=MOST_VIEWS), "error")
        else:
            Setting.keep(me(), f"views:{self.endpoint}", views)
            if kept:
                flash(gettext("Tampilan “%(name)s” disimpan.", name=name), "success")
        return redirect(f"{self.get_url('.index_view')}?{query}")

    def get_safe_page_size(self, page_size):
        return min(page_size, LARGEST_PAGE) if page_size and page_size > 0 else self.page_size

    def _get_list_filter_args(self):
        return [chosen for chosen in super()._get_list_filter_args() or () if chosen[2].strip()]

    def get_invalid_value_msg(self, value, by):
        words = N_("Filter %(name)s: “%(value)s” tidak dapat dibaca atau tidak ada")
        return gettext(words, name=by.name, value=value)
