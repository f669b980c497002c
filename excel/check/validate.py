"""From raw cells to values: every error of every row at once, each with its place and what may have been meant."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import islice
from typing import Any

from peewee import fn

import access
import audit
from database import among, fetched
from fields import Choice, Nip
from models import Employee, Period, Unit
from values import N_, Invalid, as_text, compare_key

from ..read.edits import Edits
from ..read.parse import Fault, Unreadable, nearest
from ..sheet import nothing

BLANK = object()  # an empty cell: what is stored stays
CLEAR = "HAPUS"
HINTED = 50  # different values of a column that are compared with a list: a hostile file has more
LIKENESS = 0.6  # of a value to a name, from 0 to 1
FAULT_WORDS = {
    "#N/A": N_("sel berisi galat; perbaiki rumusnya atau ketik nilainya"),
    "=": N_("rumus belum dihitung; buka berkas di Excel, simpan, lalu unggah lagi"),
}


@dataclass(frozen=True)
class Context:
    """Whose rights and scope hold (None: IT at the command line), and what was given beside the file.

    `progress` is called with the share of the work that is done, 0 to 1.
    """

    user: Any = None
    period: Any = None
    edits: Edits = field(default_factory=Edits)
    progress: Callable = nothing


@dataclass(eq=False, slots=True)
class Problem:
    """Something wrong, or odd, with a row or one of its cells; `error` says it, translatable."""

    row: int
    error: Invalid
    column: str = ""
    cell: str = ""
    value: str = ""

    message = property(lambda self: str(self.error))  # in the user's words

    def __str__(self):
        place = f", kolom {self.column}" if self.column else ""
        return f"Baris {self.row}{place}: {self.message}"


class Coming(str):
    """The natural key of a row that the same file adds."""


@dataclass(slots=True)
class Row:
    """One row: values by field name (blank ones absent, cleared ones None), references as ids or Coming.

    `kind` is what becomes of it: skipped, "wrong" from its first error on, else what the plan finds: new, changed, same,
    conflict (the stored row has moved on from `base`, the version that the file was made from, 0 if there was none,
    and nobody chose the file's values), or left (the stored row stays). `before` and `after` hold what differs; a new
    row has no id yet and version 0, and `after` is all of it. `hidden`: the account may deliver this row but not read
    it, so neither `before` nor whether there is one is for its eyes.
    """

    number: int
    values: dict
    key: tuple = ()
    defaulted: tuple = ()  # the key fields that nobody filled in, but a rule of the sheet
    verified: dict | None = None
    kind: str = ""
    label: str = ""
    id: int | None = None
    version: int = 0
    before: dict | None = None
    after: dict | None = None
    hidden: bool = False
    base: int | None = None
    move: Any = None  # of a state, where the row asks for one
    predicate: tuple = ()  # (before, after) of an assessment, as codes or None
    trail: tuple = ()  # (before, after) as the audit trail keeps them, once they were asked for
    errors: tuple = ()  # in the order of the columns, once it is planned
    warnings: tuple = ()

    @property
    def visible_kind(self):
        """The kind as the account may know it: a hidden row is new."""
        return "new" if self.hidden and self.kind in ("changed", "left") else self.kind


@dataclass
class Plan:
    """What a file would do: its rows by number, what is wrong or odd with them, and what they would write.

    `validate` gives them values, `plan` their kinds. `known` maps a reference's field name to {id: (key, id, name, ...)};
    `unread` are the ids of stored rows that the account may not read, `mark` the newest write before anything was asked.
    """

    sheet: Any
    table: Any
    context: Context
    by_number: dict = field(default_factory=dict)
    errors: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    known: dict = field(default_factory=lambda: defaultdict(dict))
    unread: set = field(default_factory=set)
    mark: int = field(default_factory=audit.newest)

    def problem(self, row, column, message):
        """A Problem at a column (or a field's name) of a row; `message` is a text or an Invalid."""
        error = message if isinstance(message, Invalid) else Invalid(message)
        if isinstance(column, str):
            column = self.sheet.by_name.get(column)
        if column is None:
            return Problem(row.number, error)
        place = self.table.places.get(column)
        value = "" if place is None else as_text(self.table.rows[row.number][place])
        return Problem(row.number, error, column.header, self.table.address(column, row.number), value)

    def fail(self, row, column, message):
        self.errors.append(self.problem(row, column, message))
        row.kind = "wrong"

    def warn(self, row, column, message):
        row.warnings += (self.problem(row, column, message),)
        self.warnings.append(row.warnings[-1])

    def of(self, *kinds):
        """The rows of these kinds, in the order of the file."""
        return [row for row in self.by_number.values() if row.kind in kinds]

    rows = property(lambda self: len(self.by_number) - len(self.of("skipped")))  # those that are not empty
    new = property(lambda self: self.of("new"))
    changed = property(lambda self: self.of("changed"))
    conflict = property(lambda self: self.of("conflict"))

    @property
    def unsettled(self):
        """Whether rows remain that nobody may write yet: in error, or in conflict without a choice."""
        return bool(self.errors or self.conflict)

    @property
    def counts(self):
        """{"new", "changed", "same", "conflict"}: numbers of rows, as the account may know them."""
        found = Counter(row.visible_kind for row in self.by_number.values())
        return {kind: found[kind] for kind in ("new", "changed", "same", "conflict")}

    def trail(self, row):
        """(before, after) of a row as the audit trail keeps them: JSON, None before a new row."""
        if not row.trail:
            before = self._json(row.before, row.version) if row.version else None
            row.trail = before, self._json(row.after, row.version + 1)
        return row.trail

    def _json(self, values, version):
        kept = {f.name: values[f.name] for f in audit.audited(self.sheet.model) if f.name in values}
        return audit.encode(kept | {"version": version})

    @property
    def is_all_trail(self):
        """Whether what the trail will say of its rows is all that it takes to write them: none is open, left, hidden,
        yet to be numbered or to move, nor may refer to another."""
        kept = {f.name for f in audit.audited(self.sheet.model)}
        unsaid = {*self.sheet.by_name, *self.sheet.derived} - kept
        plain = all(row.label and not (row.hidden or row.move) for row in self.of("new", "changed", "left"))
        return plain and not (self.unsettled or self.sheet.own or unsaid)

    @cached_property
    def fingerprint(self):
        """A hash of everything that would be written, and over which versions."""
        digest = sha256()
        for row in self.of("new", "changed", "left"):
            parts = [audit.encode(row.values)] if row.hidden else [row.id, *self.trail(row)]
            digest.update("\0".join(map(str, (row.label, *parts))).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


def validate(sheet, table, context):
    """The Plan of a RawTable under an account's rights, so far with what each row says on its own.

    Cells go through their field's `parse`, once for each different value; references are resolved
    by one query each, within the account's scope, and a foreign one reads like an unknown one.
    What depends on the stored rows of the sheet itself is left to `plan`. Raises access.Denied
    and Unreadable. Source: DESIGN, Contracts, Sheets.
    """
    may_import(sheet, context.user)
    period, checked = context.period, Plan(sheet, table, context)
    if period:
        checked.known["period"][period.id] = period.code, period.id, period.name
    elif "period" in sheet.key and sheet.by_name["period"] not in table.places:
        raise Unreadable(N_("Kolom Periode tidak ada; tambahkan atau pilih periode saat mengunggah"))
    columns = [c for c in table.places if c.name or c in sheet.verified]
    read = {column: _parsed(sheet, column, table.cells(column)) for column in columns}
    context.progress(0.3)
    for column in columns:
        if column.reference:
            read[column] = _resolved(checked, column, read)
    _fill_rows(checked, read)
    _hint(checked)
    return checked


def may_import(sheet, user):
    """Refuse an account that may not upload this sheet: raises access.Denied."""
    if not sheet.imports:
        raise access.Denied(N_("Lembar ini hanya untuk ekspor"))
    if not access.may(user, "upload", sheet.model):
        raise access.Denied(N_("Akun ini tidak boleh mengimpor lembar ini"))


def _parsed(sheet, column, cells):
    """The values of a column: parsed, BLANK, None (cleared), or the Invalid that says why not."""
    target = column.reference or column.field
    clears = target.null and (column.name not in sheet.key or column.name in sheet.optional)

    @lru_cache(None, typed=True)  # 1, 1.0 and True are not the same
    def parse(value):
        if isinstance(value, Fault):
            return Invalid(FAULT_WORDS[value])
        if isinstance(value, str) and value.strip() == CLEAR:
            return None if clears else Invalid(N_("tidak boleh dikosongkan"))
        try:
            parsed = column.field.parse(value)
        except Invalid as problem:
            return problem
        return BLANK if parsed is None else parsed

    return list(map(parse, cells))


def _resolved(checked, column, read):
    """A reference's values with ids for keys; a row of the same file comes as Coming.

    The same words tell of a row that is not there and of one that is somebody else's.
    """
    sheet, model, user = checked.sheet, column.reference.rel_model, checked.context.user
    keys, query = {v for v in set(read[column]) if isinstance(v, str)}, model.select()
    words = N_("%(value)s tidak ditemukan; periksa penulisannya")
    if column.name not in sheet.anybody and access.scope(model, user) is not access.ALL:
        query = access.scoped(model, user)
        words = N_("%(value)s tidak ditemukan di antara yang Anda kelola")
        if column.field.name == "nip":
            words = N_("NIP %(value)s tidak ditemukan di antara pegawai yang Anda kelola")
    names = [model._meta.fields[name] for name in model.names if name != column.field.name]
    fields = [column.field, model.id, *names, *sheet.knows.get(column.name, ())]
    known = {row[1]: row for row in fetched(query.where(among(column.field, keys)), fields)} if keys else {}
    checked.known[column.name] |= known
    ids = {row[0]: row[1] for row in known.values()}
    if column in sheet.own:
        given = read.get(sheet.by_name[sheet.key[0]], ())
        ids = {key: Coming(key) for key in given if isinstance(key, str)} | ids
    meant = {key: ids.get(key) or Invalid(words, value=key) for key in keys}
    return [meant.get(value, value) for value in read[column]]


def _fill_rows(checked, read):
    """Rows of values with the sheet's defaults and their keys; cells that cannot be taken become errors."""
    sheet, names, lines = checked.sheet, [c.name or c.path for c in read], zip(*read.values(), strict=True)
    for number, line in zip(checked.table.rows, lines, strict=True):
        values = {n: v for n, v in zip(names, line, strict=True) if v is not BLANK}
        checked.by_number[number] = Row(number, values)
    for column, values in read.items():
        invalid = Invalid in set(map(type, values))  # hardly ever
        for row, value in zip(checked.by_number.values(), values, strict=True) if invalid else ():
            if isinstance(value, Invalid):
                checked.fail(row, column, value)
    wanted = [name for name in sheet.key if name not in sheet.optional]
    paths = [column.path for column in sheet.verified if column in read]
    for row in checked.of(""):
        row.verified = {path: row.values.pop(path) for path in paths if path in row.values}
        for name in [name for name in wanted if row.values.get(name) is None]:
            checked.fail(row, name, N_("wajib diisi"))
        if not row.kind:
            sheet.complete(row, checked)
        row.key = tuple(map(row.values.get, sheet.key))
    checked.by_number |= {number: Row(number, {}, kind="skipped") for number in checked.table.skipped}


def _hint(checked):
    """Give the errors of cells a hint of what may have been meant.

    Names and codes of lists by the nearest of them; a NIP that became a number, or is unknown, by
    the one employee in the account's scope with its first 15 digits, or of the row's own name.
    """
    table, user = checked.table, checked.context.user
    name = next((table.places[c] for c in table.places if c.path == "employee.name"), None)
    for column in table.places:
        problems = [p for p in checked.errors if p.column == column.header and p.value and not p.error.near]
        if problems and isinstance(column.field, Nip):
            heads = [(p.error, p.error.params.get("heads", ())) for p in problems]
            words = N_("Diperbaiki menjadi %(near)s (%(person)s), mohon periksa")
            _offer(user, words, fn.SUBSTR(Employee.nip, 1, 15), heads)
            if name is not None and column.name == checked.sheet.key[0]:
                texts = [(p.error, as_text(table.rows[p.row][name]).lower()) for p in problems]
                names = [(error, [" ".join(text.split())]) for error, text in texts]
                _offer(user, N_("Maksud Anda %(near)s (%(person)s)?"), fn.LOWER(Employee.name), names)
        elif problems and (options := _options(column, user)):
            for error in islice({p.error: None for p in problems}, HINTED):
                text = compare_key(as_text(error.params.get("value", "")))
                if found := nearest(text, options, LIKENESS):
                    error.hint = Invalid(N_("Maksud Anda “%(near)s”?"), near=options[found])


def _options(column, user):
    """{text as people write it alike: what to write} of a column that is chosen from a list."""
    if column.reference and column.reference.rel_model in (Unit, Period):
        model = column.reference.rel_model
        rows = access.scoped(model, user).select(column.field, model.name).tuples()
        return {compare_key(text): code for code, name in rows for text in (name, code)}
    if isinstance(column.field, Choice):
        labels = column.field.labels
        return {text: labels[code] for text, code in column.field.known.items()}
    return {}


def _offer(user, words, property, wrong):
    """Hint at the account's only employee with a property; `wrong` are (problem, the values it may have)."""
    found, values = {}, {value for _, some in wrong for value in some}
    query = access.scoped(Employee, user).select(property, Employee.nip, Employee.name)
    for value, *person in query.where(among(property, values)).tuples() if values else ():
        found[value] = None if value in found else person
    for problem, some in wrong:
        person = next((found[value] for value in some if value in found), None)
        if person and not problem.near:
            problem.hint = Invalid(words, near=person[0], person=person[1])
