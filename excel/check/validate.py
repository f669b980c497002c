"""From raw cells to values: every error of every row at once, each with its place and what may have been meant."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from peewee import fn

import access
from database import among
from fields import Choice, Nip
from models import Employee, Period, Unit
from values import N_, Invalid, Mangled, as_text, compare_key

from ..read.parse import Fault, Unreadable, nearest
from ..sheet import nothing

BLANK = object()  # an empty cell: what is stored stays
CLEAR = "HAPUS"
MOST = 50  # different values of a column that are compared with a list: a hostile file has more
LIKENESS = 0.6  # of a value to a name, from 0 to 1
FAULTS = {
    "error": N_("sel berisi galat; perbaiki rumusnya atau ketik nilainya"),
    "formula": N_("rumus belum dihitung; buka berkas di Excel, simpan, lalu unggah lagi"),
}


@dataclass(frozen=True)
class Context:
    """Whose rights and scope hold (None: IT at the command line), and the period given beside the file.

    `take` are the rows that are written although what is stored has moved on; `progress` is called with
    the share of the work that is done, 0 to 1.
    """

    user: Any = None
    period: Any = None
    take: frozenset = frozenset()
    progress: Callable = nothing


@dataclass(frozen=True, eq=False)
class Problem:
    """Something wrong, or odd, with a row or one of its cells; `error` says it, translatable."""

    row: int
    error: Invalid
    column: str = ""
    cell: str = ""
    value: str = ""

    @property
    def message(self):
        """What is wrong, in the user's words."""
        return str(self.error)

    def __str__(self):
        place = f", kolom {self.column}" if self.column else ""
        return f"Baris {self.row}{place}: {self.message}"


class Coming(str):
    """The natural key of a row that the same file adds."""

    __slots__ = ()


@dataclass(slots=True)
class Row:
    """One row: values by field name (blank ones absent, cleared ones None), references as ids or Coming."""

    number: int
    cells: list
    values: dict
    key: tuple = ()
    defaulted: tuple = ()  # the key fields that nobody filled in, but a rule of the sheet
    verified: dict = field(default_factory=dict)


@dataclass
class Checked:
    """A file's rows that hold good on their own, and what is wrong with the others.

    `rows` are by number; `known` maps a reference's field name to {id: (key, id, name, ...)}; `bad` are
    the numbers of rows with errors.
    """

    sheet: Any
    table: Any
    context: Context
    rows: dict = field(default_factory=dict)
    errors: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    known: dict = field(default_factory=lambda: defaultdict(dict))
    bad: set = field(default_factory=set)

    def problem(self, row, column, message):
        """A Problem at a column (or a field's name) of a row; `message` is a text or an Invalid."""
        error = message if isinstance(message, Invalid) else Invalid(message)
        if isinstance(column, str):
            column = self.sheet.by_name.get(column)
        if column is None:
            return Problem(row.number, error)
        place = self.table.places.get(column)
        value = "" if place is None else as_text(row.cells[place])
        return Problem(row.number, error, column.header, self.table.address(column, row.number), value)

    def fail(self, row, column, message):
        self.errors.append(self.problem(row, column, message))
        self.bad.add(row.number)

    def warn(self, row, column, message):
        self.warnings.append(self.problem(row, column, message))


def validate(sheet, table, context):
    """The Checked rows of a Table under an account's rights.

    Cells go through their field's `parse`, once for each different value; references are resolved
    by one query each, within the account's scope, and a foreign one reads like an unknown one.
    What depends on the stored rows of the sheet itself is left to `plan`. Raises access.Denied
    and Unreadable. Source: DESIGN, Contracts, Sheets.
    """
    may_import(sheet, context.user)
    period, checked = context.period, Checked(sheet, table, context)
    if period:
        checked.known["period"][period.id] = period.code, period.id, period.name
    elif "period" in sheet.key and sheet.by_name["period"] not in table.places:
        raise Unreadable(N_("Kolom Periode tidak ada; tambahkan atau pilih periode saat mengunggah"))
    columns = [c for c in table.places if c.name or c in sheet.verified]
    read = {column: _read(sheet, column, table.cells(column)) for column in columns}
    context.progress(0.3)
    for column in columns:
        if column.reference:
            read[column] = _resolved(checked, column, read)
    _hint(checked, read)
    _fill_rows(checked, read)
    return checked


def may_import(sheet, user):
    """Refuse an account that may not upload this sheet: raises access.Denied."""
    if not sheet.imports:
        raise access.Denied(N_("Lembar ini hanya untuk ekspor"))
    if not access.may(user, "upload", sheet.model):
        raise access.Denied(N_("Akun ini tidak boleh mengimpor lembar ini"))


def _read(sheet, column, cells):
    """The values of a column: parsed, BLANK, None (cleared), or the Invalid that says why not."""
    target = column.reference or column.field
    clears = target.null and (column.name not in sheet.key or column.name in sheet.optional)

    @lru_cache(None, typed=True)  # 1, 1.0 and True are not the same
    def read(value):
        if isinstance(value, Fault):
            return Invalid(FAULTS[value.kind])
        if isinstance(value, str) and value.strip() == CLEAR:
            return None if clears else Invalid(N_("tidak boleh dikosongkan"))
        try:
            parsed = column.field.parse(value)
        except Invalid as problem:
            return problem
        return BLANK if parsed is None else parsed

    return [read(cell) for cell in cells]


def _resolved(checked, column, read):
    """A reference's values with ids for keys; a row of the same file comes as Coming.

    The same words tell of a row that is not there and of one that is somebody else's.
    """
    sheet, model, user = checked.sheet, column.reference.rel_model, checked.context.user
    keys, coming, query = {v for v in read[column] if isinstance(v, str)}, set(), model.select()
    words = N_("%(value)s tidak ditemukan; periksa penulisannya")
    if column.name not in sheet.anybody and access.scope(model, user) is not access.ALL:
        query = access.scoped(model, user)
        words = N_("%(value)s tidak ditemukan di antara yang Anda kelola")
        if column.field.name == "nip":
            words = N_("NIP %(value)s tidak ditemukan di antara pegawai yang Anda kelola")
    names = [model._meta.fields[name] for name in model.names if name != column.field.name]
    query = query.select(column.field, model.id, *names, *sheet.knows.get(column.name, ()))
    rows = query.where(among(column.field, keys)).tuples().iterator() if keys else ()
    known = {row[1]: row for row in rows}
    checked.known[column.name] |= known
    ids = {row[0]: row[1] for row in known.values()}
    if column in sheet.own:
        coming = {v for v in read.get(sheet.by_name[sheet.key[0]], ()) if isinstance(v, str)} - ids.keys()
    ids |= {key: Coming(key) for key in coming}
    lost = cache(lambda key: Invalid(words, value=key))
    return [(ids.get(v) or lost(v)) if isinstance(v, str) else v for v in read[column]]


def _fill_rows(checked, read):
    """Rows of values with the sheet's defaults and their keys; cells that cannot be taken become errors."""
    sheet, names, rows = checked.sheet, [column.name or column.path for column in read], []
    lines = zip(*read.values(), strict=True)
    for (number, cells), line in zip(checked.table.rows.items(), lines, strict=True):
        values = {n: v for n, v in zip(names, line, strict=True) if v is not BLANK}
        rows.append(Row(number, cells, values))
    for column, values in read.items():
        for row, value in zip(rows, values, strict=True):
            if isinstance(value, Invalid):
                checked.fail(row, column, value)
    wanted = [name for name in sheet.key if name not in sheet.optional]
    paths = [column.path for column in sheet.verified if column in read]
    for row in [row for row in rows if row.number not in checked.bad]:
        row.verified = {path: row.values.pop(path) for path in paths if path in row.values}
        for name in [name for name in wanted if row.values.get(name) is None]:
            checked.fail(row, name, N_("wajib diisi"))
        if row.number not in checked.bad:
            sheet.complete(row, checked)
        row.key = tuple(map(row.values.get, sheet.key))
    checked.rows = {row.number: row for row in rows if row.number not in checked.bad}


# ------------------------------------------------------------------ what was meant: offered, never written


def _hint(checked, read):
    """Give the errors among the values read ({column: values}) a hint of what may have been meant.

    Names and codes of lists by the nearest of them; a NIP that became a number, or is unknown, by
    the one employee in the account's scope with its first 15 digits, or of the row's own name.
    """
    user = checked.context.user
    name = next((c for c in checked.table.places if c.path == "employee.name"), None)
    for column, values in read.items():
        wrong = [*{id(v): v for v in values if isinstance(v, Invalid) and not v.near}.values()]
        if wrong and isinstance(column.field, Nip):
            mangled = [(problem, problem.heads) for problem in wrong if isinstance(problem, Mangled)]
            words = N_("Diperbaiki menjadi %(near)s (%(person)s), mohon periksa")
            _offer(user, words, fn.SUBSTR(Employee.nip, 1, 15), mangled)
            if name and column.name == checked.sheet.key[0]:
                names = [" ".join(as_text(cell).split()).lower() for cell in checked.table.cells(name)]
                named = [(v, [n]) for v, n in zip(values, names, strict=True) if isinstance(v, Invalid) and n]
                _offer(user, N_("Maksud Anda %(near)s (%(person)s)?"), fn.LOWER(Employee.name), named)
        elif wrong and (options := _options(column, user)):
            for problem in wrong[:MOST]:
                text = compare_key(as_text(problem.params.get("value", "")))
                if found := nearest(text, options, LIKENESS):
                    problem.hint = Invalid(N_("Maksud Anda “%(near)s”?"), near=options[found])


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


def _offer(user, words, property, told):
    """Hint at the account's only employee with a property; `told` are (problem, the values it may have)."""
    found, values = {}, {value for _, some in told for value in some}
    query = access.scoped(Employee, user).select(property, Employee.nip, Employee.name)
    for value, *person in query.where(among(property, values)).tuples() if values else ():
        found[value] = None if value in found else person
    for problem, some in told:
        person = next((found[value] for value in some if value in found), None)
        if person and not problem.near:
            problem.hint = Invalid(words, near=person[0], person=person[1])
