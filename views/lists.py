"""Lists in four statements: joins, search, filters, sort and count over one set of aliases."""

from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, request
from flask_admin import expose
from flask_babel import gettext
from peewee import SQL, BlobField, ForeignKeyField, TextField, fn

import access
from models import Setting
from values import CONTROL
from views.filters import Comparison, filters_for
from views.formfields import ScopedLoader, any_of
from views.session import me, whole

LARGEST_PAGE, FARTHEST_PAGE, MOST_VIEWS = 100, 1_000_000, 20


def kept_query(query):
    """What of a list's address is worth keeping: search, filters, sort, page size and columns."""
    pairs = parse_qsl(query[:4000])
    return urlencode(
        [(k, v) for k, v in pairs if k in ("search", "sort", "desc", "page_size", "col") or k[:3] == "flt"]
    )


class Lists:
    """The list half of AdminView: every path ("unit.parent.name") goes through one alias table."""

    can_set_page_size = True
    page_size = 50

    def at(self, path):
        """The aliased field of a dotted path; remembers the joins that lead there."""
        *way, last = path.split(".")
        self.joined(self.model.select(), [tuple(way)])
        return getattr(self._aliases[*way], last)

    def joined(self, query, keys):
        """The query with the joins of these alias keys, parents first."""
        return self.model.joined(query, keys, self._aliases)[0]

    def _refresh_cache(self):
        """Make every alias at the start: requests in several threads only read the table."""
        super()._refresh_cache()
        paths = [*self._sortable_columns.values(), *(path for path, _ in self._get_default_order() or ())]
        keys = self.shown_keys(path for path, _ in self._list_columns)
        for path in (*paths, *(".".join((*key, "id")) for key in keys)):
            self.at(path)

    # -- what the declarations become

    def get_list_columns(self):
        """Every column that the list can show, its own ones first, so that their numbers stay."""
        more = [name for name in self.column_details_list if name not in self.column_list]
        return self.get_column_names([*self.column_list, *more], ())

    def chosen_columns(self):
        """[(number, path, label)] of what this request shows: the columns of `col`, else the view's own."""
        asked = set(self.asked_columns()) & {path for path, _ in self._list_columns}
        wanted = asked or set(self.column_list)
        return [(n, path, label) for n, (path, label) in enumerate(self._list_columns) if path in wanted]

    @staticmethod
    def asked_columns():
        return [name for names in request.args.getlist("col") for name in names.split(",")]

    def scaffold_sortable_columns(self):
        return {name: self.sort_path(name) for name, _ in self._list_columns}

    def sort_path(self, name):
        """Sorting a reference sorts by the name that is shown, not by its id."""
        field = self.field_of(name)
        if not isinstance(field, ForeignKeyField):
            return name
        shown = next((n for n in field.rel_model.names if n == "name"), None)
        return f"{name}.{shown or field.rel_model.natural_key().name}"

    def field_of(self, path):
        """The model's field behind a dotted path, or None where a view formats its own column."""
        return self.model.field_at(path)

    def init_search(self):
        self._search_ways = {}
        for path in self.column_searchable_list or ():
            *way, name = path.split(".")
            self._search_ways.setdefault(tuple(way), []).append(name)
            self.at(".".join(way) or name)
        return bool(self._search_ways)

    def search_placeholder(self):
        return ", ".join(str(self.get_column_name(path)) for path in self.column_searchable_list)

    def scaffold_filters(self, name):
        return filters_for(self.field_of(name), self.at(name), tuple(name.split(".")[:-1]))

    def get_filter_arg(self, index, flt):
        return flt.arg

    def is_valid_filter(self, filter):
        return isinstance(filter, Comparison)

    def _process_ajax_references(self):
        """A scoped loader for each reference, for forms (by id) and filters (by natural key)."""
        loaders = {}
        for field in self.model.spoken():
            if isinstance(field, ForeignKeyField):
                key = field.rel_model.natural_key().name
                loaders[field.name] = ScopedLoader(field.name, field.rel_model)
                loaders[f"filter-{field.name}"] = ScopedLoader(field.name, field.rel_model, value=key)
        return loaders

    # -- reading

    def get_query(self):
        return access.scoped(self.model, me())

    def get_one(self, id):
        key = whole(id)
        return self.get_query().where(self.model.id == key).first() if key else None

    def conditions(self, search, filters):
        """The conditions of search words and filters, and the alias keys they need."""
        found, keys = [], set()
        for word in (search or "").replace("\x00", "")[:200].split()[:8]:
            found.append(any_of(list(self.matches(word))))
            keys |= {way[:-1] for way in self._search_ways}
        for index, _, value in filters or ():
            chosen = self._filters[index]
            found.append(chosen.condition(value))
            keys.add(chosen.path)
        return found, keys - {()}

    def matches(self, word):
        """A condition for each table that is searched: related ones by a sub-select, read once."""
        for way, names in self._search_ways.items():
            if not way:
                yield any_of([getattr(self.model, name).contains(word) for name in names])
                continue
            related = self.field_of(".".join(way)).rel_model
            holds = any_of([getattr(related, name).contains(word) for name in names])
            yield self.at(".".join(way)).in_(related.select(related.id).where(holds))

    def ordering(self, column, descending):
        """The order of the page, ending in the key so that pages never overlap."""
        path = self._sortable_columns.get(column) if column else None
        order = [(path, descending)] if path else list(self._get_default_order() or ())
        fields = [self.at(p).desc() if desc else self.at(p).asc() for p, desc in order]
        keys = {tuple(p.split(".")[:-1]) for p, _ in order} - {()}
        return [*fields, self.model.id.desc() if descending else self.model.id], keys

    def chosen_rows(self, search, filters, column, descending):
        """The filtered, sorted query of the list, with the joins that these need."""
        conditions, keys = self.conditions(search, filters)
        order, sort_keys = self.ordering(column, descending)
        query = self.get_query()
        if conditions:
            query = query.where(*conditions)
        return self.joined(query, keys | sort_keys).order_by(*order)

    def matching(self):
        """The rows of the list in the address, on all its pages: its search, filters and sort."""
        args = self._get_list_extra_args()
        column = self._get_column_by_idx(args.sort)
        return self.chosen_rows(args.search, args.filters, column and column[0], args.sort_desc)

    def get_list(self, page, sort_column, sort_desc, search, filters, execute=True, page_size=None):
        conditions, keys = self.conditions(search, filters)
        base = self.get_query().where(*conditions) if conditions else self.get_query()
        count = self.joined(base, keys).select(fn.COUNT(SQL("*"))).scalar()
        if not count:
            return 0, []
        order, sort_keys = self.ordering(sort_column, sort_desc)
        listed = {path for _, path, _ in self.chosen_columns()}
        shown = self.shown_keys(listed)
        query = self.joined(base, keys | sort_keys | shown)
        page = max(0, min(page or 0, FARTHEST_PAGE))
        size = page_size or self.page_size
        query = query.select(*self.selection(shown, listed)).order_by(*order).limit(size).offset(page * size)
        return count, list(query)

    def shown_keys(self, paths):
        """The alias keys of the references that these columns show."""
        keys = set()
        for path in paths:
            steps = tuple(path.split("."))
            whole = isinstance(self.field_of(path), ForeignKeyField)
            keys.add(steps if whole else steps[:-1])
        return keys - {()}

    def selection(self, keys, listed):
        """The columns of the page: what it shows, and of references the words that name them."""
        bulky = TextField | BlobField
        own = [f for f in self.model._meta.sorted_fields if f.name in listed or not isinstance(f, bulky)]
        ways = {key[: n + 1] for key in keys for n in range(len(key))}
        return [*own, *(column for way in sorted(ways, key=len) for column in self.naming(way, listed))]

    def naming(self, way, listed):
        """The columns of a joined table that the list needs: its key, its names, those asked for."""
        related, start = self.field_of(".".join(way)).rel_model, ".".join(way) + "."
        asked = {path[len(start) :].split(".")[0] for path in listed if path.startswith(start)}
        return [getattr(self._aliases[way], name) for name in sorted({"id", *related.names, *asked})]

    # -- addresses

    def _get_list_extra_args(self):
        """The arguments of the address; the columns asked for go on to the next page as one."""
        args = super()._get_list_extra_args()
        asked = self.asked_columns()
        args.extra_args.pop("col", None)
        return args.clone(extra_args=args.extra_args | {"col": ",".join(asked)} if asked else args.extra_args)

    # -- saved views

    def views_key(self):
        return f"views:{self.endpoint}"

    def saved_views(self):
        """[{"name", "query"}] that the account keeps of this list: an address with its filters, sort and columns."""
        return Setting.read(me(), self.views_key(), [])

    @expose("/views/", methods=("POST",))
    def keep_view(self):
        """Keep the address of a list under a name, or forget one."""
        name = " ".join(CONTROL.sub("", request.form.get("name", "")).split())[:60]
        query = kept_query(request.form.get("query", ""))
        kept = [view for view in self.saved_views() if view["name"] != name]
        if not name:
            flash(gettext("Beri nama pada tampilan ini."), "error")
        elif "forget" in request.form:
            Setting.keep(me(), self.views_key(), kept)
        elif len(kept) >= MOST_VIEWS:
            words = gettext("Paling banyak %(n)s tampilan tersimpan; hapus salah satu dulu.", n=MOST_VIEWS)
            flash(words, "error")
        else:
            Setting.keep(me(), self.views_key(), [*kept, {"name": name, "query": query}])
            flash(gettext("Tampilan “%(name)s” disimpan.", name=name), "success")
        return redirect(f"{self.get_url('.index_view')}?{query}")

    def get_safe_page_size(self, page_size):
        return min(page_size, LARGEST_PAGE) if page_size and page_size > 0 else self.page_size

    def _get_column_by_idx(self, idx):
        column = super()._get_column_by_idx(idx)
        return column if column and column[0] in self._sortable_columns else None

    def _get_list_filter_args(self):
        """The filters of the address; empty ones are skipped, refused ones said."""
        found = []
        for arg, value in request.args.items():
            position, _, key = arg[3:].partition("_")
            if not arg.startswith("flt") or not value.strip() or key not in (self._filter_args or {}):
                continue
            index, chosen = self._filter_args[key]
            if chosen.validate(value):
                found.append((position, (index, str(chosen.name), value)))
            else:
                words = gettext(
                    "Filter %(name)s: “%(value)s” tidak dapat dibaca", name=chosen.name, value=value
                )
                flash(words, "error")
        return [pair for _, pair in sorted(found, key=lambda item: item[0])]
