"""What people exchange with us: sheets derived from the models; a capability declares its own, with hooks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from peewee import DateField, Field, ForeignKeyField

from code_lists import codes
from flows import FLOWS
from models import Employee
from values import N_, compare_key

SHEETS = {}  # name: the Sheet that people fill in or take away, in the order of the capabilities


@dataclass(frozen=True, eq=False)
class Column:
    """One column: its header, the model's field behind it, and how a reference is written."""

    header: str
    path: str  # "work_score", or "employee.name" for a value that is only printed
    field: Field  # the field that parses and shows a cell (of a reference: its natural key)
    name: str = ""  # the model's field that is written; empty for a column that is only printed
    reference: Field | None = None  # the foreign key, where the cell holds a natural key
    needed: bool = False  # the file is refused without this column

    @property
    def help(self):
        source = self.reference or self.field
        return source.help_text or ""


@dataclass(frozen=True)
class Part:
    """What an export shows of a table: a page's name and title, and its columns."""

    name: str
    title: str
    model: type
    columns: tuple
    summary: Callable | None = None  # as of its Sheet


@dataclass(eq=False, kw_only=True)
class Sheet:
    """A sheet of one model: columns from its fields that have words, in model order.

    What is special to one sheet is a method that its class overrides.
    """

    name: str = field(kw_only=False)
    model: type = field(kw_only=False)
    key: tuple  # the names of the fields that identify a row
    references: dict = field(default_factory=dict)  # {foreign key: (header, field of its natural key)}
    printed: tuple = ()  # (header, path, after) of columns that are informative
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
    computes = False  # whether ratings are computed from it

    def __post_init__(self):
        self.title = self.model.noun
        if self.listed:
            SHEETS[self.name] = self

    # -- what a sheet may do otherwise

    def complete(self, row, checked):
        """Fill in what a checked row leaves blank, or say what is wrong or odd about it."""

    def meant(self, row, stored):
        """The stored row ({field: value}) that a row means, or None; `stored` is by key."""
        return stored.get(row.key)

    secrecy = ""  # the warning at a row that is `secret`

    def secret(self, values, user):
        """Whether an account may deliver this row ({field: value}) but never learn whether it is stored."""
        return False

    def stands(self, old, user):
        """Whether a stored row stays although a secret one was delivered over it."""
        return False

    def unfilled(self, row):
        """Whether a new row says nothing, as in a template not yet filled in."""
        return False

    def rules(self, user):
        """The rules across columns: each takes {field: value} and yields (field, message) of what is wrong."""
        return [self.model.problems]

    def disagrees(self, row, merged):
        """(column, Invalid) where a verified column contradicts the row, or None."""
        return

    def resting(self, ids):
        """The labels of rows elsewhere that rest on these rows (a sub-select of ids) and may not be settled yet."""
        return []

    def remarks(self, values):
        """[(field, Invalid)] of what is odd about a row without being wrong."""
        return []

    def derive(self, values):
        """{field: value} of what follows from other fields, `derived_from`."""
        return {}

    def number(self, rows):
        """Give new rows ({field: value}) the numbers that nobody types."""

    def outlook(self, checked):
        """What looks at a file's rows together: `note(row, merged, old)` and `warn(plan)`; None without."""
        return

    def formula(self, column, letters, listed):
        """The formula that fills an automatic column; `letters` {field name: column letter}, `listed` (texts) -> range."""

    def prefilled(self, context, unit_code):
        """(rows in column order, their versions) of the template, or None; each is an iterable."""
        return

    # -- what follows from the declaration

    @cached_property
    def columns(self):
        columns = []
        for spoken in self.model.spoken():
            if spoken.name not in self.without:
                columns.append(self._column(spoken))
                columns += [self._printed(*p[:2]) for p in self.printed if p[2] == spoken.name]
        return tuple(columns)

    def _column(self, field):
        written = "" if field.name in self.computed else field.name
        if isinstance(field, ForeignKeyField):
            header, by = self.references[field.name]
            return Column(header, f"{field.name}.{by.name}", by, written, field, self._needed(field))
        return Column(field.verbose_name, field.name, field, written, None, self._needed(field))

    def _needed(self, field):
        if field.name in self.optional or field.name in self.computed or not self.imports:
            return False
        return field.name in self.key or not (field.null or field.default is not None)

    def _printed(self, header, path):
        return Column(header, path, self.model.field_at(path))

    def only(self, names):
        """The Part with the columns of these fields, in their order; the whole sheet where none is known.

        A name is a field's ("employee": NIP and Nama) or a path ("employee.name"), of everything of
        the table that may be exported; names that are neither are left out.
        """
        pool = {column.path: column for column in (*ExportSheet(self.model).columns, *self.columns)}
        wanted = [path for name in names for path in pool if path == name or path.startswith(f"{name}.")]
        chosen = {path: pool[path] for path in wanted}
        return Part(self.name, self.title, self.model, tuple(chosen.values()) or self.columns, self.summary)

    @cached_property
    def of_moves(self):
        """The columns of the state and of what its moves ask for, which a file may bring besides."""
        flow = FLOWS.get(self.model)
        if not flow or not self.imports:
            return ()
        names = {flow.state.name, *(name for move in flow.moves for name in (*move.asks, *move.offers))}
        names -= {column.name for column in self.columns}
        return tuple(self._column(field) for field in self.model.spoken() if field.name in names)

    @cached_property
    def by_name(self):
        """{field name: column} of the columns that are written."""
        return {c.name: c for c in (*self.columns, *self.of_moves) if c.name}

    @cached_property
    def known(self):
        """{header as people write it alike: column} of everything a file may bring."""
        return {
            compare_key(c.header): c for c in (*self.columns, *self.of_moves, *self.verified, *self.automatic)
        }

    @cached_property
    def narrows(self):
        """The key fields by which stored rows are looked up: those that every row has, but dates."""
        fields = self.model._meta.fields
        return [n for n in self.key if n not in self.optional and not isinstance(fields[n], DateField)]

    @cached_property
    def synonyms(self):
        """{title as people write it alike: column} of what offices write in place of our headers."""
        names = {row["header"]: row["aliases"].split("|") for row in codes("header")}
        return {compare_key(text): column for column in self.columns for text in names.get(column.header, ())}

    @cached_property
    def alone(self):
        """The written columns whose values no two rows share, beside the key."""
        fields = {name: self.model._meta.fields[name] for name in self.by_name if (name,) != tuple(self.key)}
        return tuple(self.by_name[name] for name, f in fields.items() if f.unique)

    @cached_property
    def own(self):
        """The written columns that refer to rows of this very sheet (Induk, NIP Atasan)."""
        return tuple(c for c in self.by_name.values() if c.reference and c.reference.rel_model is self.model)


PERSON = ("NIP", Employee.nip)
NAME = (N_("Nama"), "employee.name", "employee")


def sheet_for(model):
    """The sheet of a table: a declared one, or an export of every field that is for people.

    Foreign keys are written by their natural key under the field's own label; confidential
    fields never leave.
    """
    return next((s for s in SHEETS.values() if s.model is model), None) or ExportSheet(model)


class ExportSheet(Sheet):
    """A sheet that nobody reads back, derived from a table that has no declared one."""

    def __init__(self, model):
        hidden = tuple(f.name for f in model.spoken() if getattr(f, "confidential", False))
        super().__init__(model._meta.table_name, model, key=(), without=hidden, imports=False, listed=False)

    def _column(self, field):
        if not isinstance(field, ForeignKeyField):
            return Column(field.verbose_name, field.name, field)
        path = f"{field.name}.{natural_path(field.rel_model)}"
        return Column(field.verbose_name, path, self._printed("", path).field)


def natural_path(model):
    """The path by which another table's export names a row: its natural key, else its person's."""
    if model.names:
        return model.names[0]
    way = next(f for f in model.spoken() if isinstance(f, ForeignKeyField))
    return f"{way.name}.{natural_path(way.rel_model)}"
