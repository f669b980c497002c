"""What people exchange with us: sheets derived from the models; a capability declares its own, with hooks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from peewee import Field, ForeignKeyField

from flows import FLOWS
from models import Upload
from values import N_, codes, compare_key

SHEETS = {}  # name: the Sheet that people fill in or take away, in the order of the capabilities
# {reference: header} of the columns that are not called like their field
HEADERS = dict(employee="NIP", unit=N_("Kode Unit"), supervisor=N_("NIP Atasan"), assessor=N_("NIP Penilai"))


@dataclass(frozen=True, eq=False)
class Column:
    """One column: its header, the model's field behind it, and how a reference is written."""

    header: str
    path: str  # "work_score", or "employee.name" for a value that is only printed
    field: Field  # the field that parses and shows a cell (of a reference: its natural key)
    name: str = ""  # the model's field that is written; empty for a column that is only printed
    reference: Field | None = None  # the foreign key, where the cell holds a natural key
    needed: bool = False  # the file is refused without this column


@dataclass(frozen=True)
class Part:
    """What an export shows of a table: a page's name and title, and its columns."""

    name: str
    title: str
    model: type
    columns: tuple
    summary: Callable | None = None  # as of its Sheet


def nothing(*given):
    """The hook that has nothing special to do or say: falsy, and no rows, labels or remarks."""
    return ()


@dataclass(eq=False, kw_only=True)
class Sheet:
    """A sheet of one model: columns from its fields that have words, in model order.

    What is special to one sheet is a method that its class overrides.
    """

    name: str = field(kw_only=False)
    model: type = field(kw_only=False)
    key: tuple = ()  # the fields that identify a row, where they are not what the table has but once
    references: dict = field(default_factory=dict)  # {reference: header}, where it is not that of HEADERS
    printed: tuple = ()  # (header, path) of informative columns beside Nama, each after that of its reference
    without: tuple = ()  # fields left out
    optional: tuple = ()  # key fields that may be left blank
    computed: tuple = ()  # fields that are printed and never read
    either: tuple = ()  # sets of fields of which a file needs one
    verified: tuple = ()  # columns compared with what we know where a file has them, and never written
    automatic: tuple = ()  # columns filled by a formula of the template, and ignored when read
    anybody: tuple = ()  # references that may lie outside the account's scope
    knows: dict = field(default_factory=dict)  # {field: columns} further looked up with a reference
    dated: str = ""  # the field by which an export is limited to a period
    imports: bool = True
    listed: bool = True
    summary: Callable | None = None  # makes of a Part what counts its rows for a second page, or None

    derived = ()  # the fields of `derive`
    derived_from = ()  # and those that they follow

    def __post_init__(self):
        self.title = self.model.noun
        if self.listed:
            SHEETS[self.name], Upload.sheet.labels[self.name] = self, self.title
            single = [spoken.name for spoken in self.model.spoken() if spoken.unique]
            self.key = self.key or self.model.unique or tuple(single[:1])
            self.printed += ((N_("Nama"), "employee.name"),) if "employee" in self.key else ()

    # -- what a sheet may do otherwise: methods of its class, each with its arguments

    complete = nothing  # (row, checked): fill in what a checked row leaves blank, or say what is wrong or odd
    unfilled = nothing  # (row): whether a new row says nothing, as in a template not yet filled in
    disagrees = nothing  # (row, merged): [(column, Invalid)] where a verified column contradicts the row
    resting = nothing  # (ids): the labels of rows elsewhere that rest on these and may not be settled yet
    remarks = nothing  # (values): (field, Invalid) of what is odd about a row without being wrong
    number = nothing  # (rows): give new rows ({field: value}) the numbers that nobody types
    computes = False  # whether ratings are computed from it: asked by the page of an upload's result
    outlook = nothing  # (checked): what looks at all rows of a file: `note(row, merged, old)`, then `warn()`
    prefilled = nothing  # (context, unit code): (rows in column order, versions) of the template
    formula = nothing  # (column, {field name: letter}, texts -> range): what fills an automatic column

    secret = nothing  # (values, user): whether one may deliver this row but never learn whether it is stored
    secrecy = ""  # the warning at such a row
    stands = nothing  # (old, user): whether a stored row stays although a secret one was delivered over it

    def meant(self, row, stored):
        """The stored row ({field: value}) that a row means, or None; `stored` is by key."""
        return stored.get(row.key)

    def rules(self, user):
        """The rules across columns: each takes {field: value} and yields (field, message) of what is wrong."""
        return [self.model.problems]

    def derive(self, values):
        """{field: value} of what follows from other fields, `derived_from`."""
        return {}

    @cached_property
    def columns(self):
        columns = []
        for spoken in self.model.spoken():
            if spoken.name not in self.without:
                columns.append(self._column(spoken))
                for header, path in self.printed:
                    if path.split(".")[0] == spoken.name:
                        columns.append(Column(header, path, self.model.field_at(path)))
        return tuple(columns)

    def _column(self, field):
        """The column of a field; a reference is written by the natural key of what it refers to."""
        name = "" if field.name in self.computed else field.name
        asked = field.name in self.key or not (field.null or field.default is not None)
        needed = bool(self.imports and name and asked and name not in self.optional)
        if not isinstance(field, ForeignKeyField):
            return Column(field.verbose_name, field.name, field, name, None, needed)
        path = f"{field.name}.{natural_path(field.rel_model)}"
        headers = (HEADERS if self.listed else {}) | self.references
        header = headers.get(field.name, field.verbose_name)
        return Column(header, path, self.model.field_at(path), name, field, needed)

    def only(self, names):
        """The Part with the columns of these fields, in their order; the whole sheet where none is known.

        A name is a field's ("employee": NIP and Nama) or a path ("employee.name"), of everything of
        the table that may be exported; names that are neither are left out.
        """
        pool = {column.path: column for column in (*export_of(self.model).columns, *self.columns)}
        wanted = [path for name in names for path in pool if path == name or path.startswith(f"{name}.")]
        columns = tuple({path: pool[path] for path in wanted}.values()) or self.columns
        return Part(self.name, self.title, self.model, columns, self.summary)

    @cached_property
    def brought(self):
        """The columns that a file may bring: the sheet's own, the state, and what its moves ask for."""
        flow = FLOWS.get(self.model) if self.imports else None
        moves = flow.moves if flow else ()
        names = {flow and flow.state.name, *(name for move in moves for name in (*move.asks, *move.offers))}
        names -= {column.name for column in self.columns}
        return (*self.columns, *(self._column(field) for field in self.model.spoken() if field.name in names))

    @cached_property
    def by_name(self):
        """{field name: column} of the columns that are written."""
        return {column.name: column for column in self.brought if column.name}

    @cached_property
    def known(self):
        """{header as people write it alike: column} of everything a file may bring."""
        return {compare_key(c.header): c for c in (*self.brought, *self.verified, *self.automatic)}

    @cached_property
    def synonyms(self):
        """{title as people write it alike: column} of what offices write in place of our headers."""
        names = {row["header"]: row["aliases"].split("|") for row in codes("header")}
        return {compare_key(text): column for column in self.columns for text in names.get(column.header, ())}

    @cached_property
    def own(self):
        """The written columns that refer to rows of this very sheet (Induk, NIP Atasan)."""
        return tuple(c for c in self.by_name.values() if c.reference and c.reference.rel_model is self.model)


def sheet_for(model):
    """The sheet of a table: a declared one, or an export of every field that is for people."""
    return next((s for s in SHEETS.values() if s.model is model), None) or export_of(model)


def export_of(model):
    """A sheet that nobody reads back, of a table's every field but confidential ones, which never leave."""
    hidden = tuple(f.name for f in model.spoken() if getattr(f, "confidential", False))
    return Sheet(model._meta.table_name, model, without=hidden, imports=False, listed=False)


def natural_path(model):
    """The path by which another table's export names a row: its natural key, else its person's."""
    if model.names:
        return model.names[0]
    way = next(f for f in model.spoken() if isinstance(f, ForeignKeyField))
    return f"{way.name}.{natural_path(way.rel_model)}"
