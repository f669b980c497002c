"""Rows out of the database into .xlsx and .csv files, in a stream: the very sheets that import reads."""

import csv
import io
import re

from openpyxl import Workbook

import access
import audit
from database import stream
from values import CONTROL, N_, Invalid

from .workbook import as_shown, face, fill, opened, rendered

LIVE = re.compile(r"'*[=+\-@\t\r]")  # what a spreadsheet would take for a formula


def export(sheet, out, *, user=None, period=None, unit_code=None, query=None, kind=None):
    """Write the rows of a sheet (or of a part of one) to a path or a binary file; returns their number.

    `kind` is "xlsx" or "csv" (told by the path's ending). `query`, a query over the sheet's model
    that is already limited and sorted, takes the place of `period` (a Period) and `unit_code`.
    Raises access.Denied, and Invalid for an unknown unit or ending.
    """
    kind = kind or str(out).rsplit(".", 1)[-1].lower()
    if kind not in WRITERS:
        raise Invalid(N_("Nama berkas harus berakhir .xlsx atau .csv"))
    rows = rows_of(sheet, user=user, period=period, unit_code=unit_code, query=query)
    with opened(out) as file:
        count = WRITERS[kind](sheet, rows, file)
    taken(sheet, count, user)
    return count


def taken(sheet, count, user):
    """Leave a line in the trail: who took how many rows of what."""
    told = {"sheet": sheet.name, "rows": count}
    audit.event("export", sheet.model, f"{sheet.title}: {count}", user=user, after=told)


# ------------------------------------------------------------------ rows


def rows_of(sheet, *, user=None, period=None, unit_code=None, query=None):
    """An iterator of tuples in column order, from one SQL statement; codes as they are stored."""
    if not access.may(user, "read", sheet.model):
        raise access.Denied(N_("Akun ini tidak boleh melihat data ini"))
    model = sheet.model
    if query is None:
        query = access.scoped(model, user).order_by(model.id)
        if period is not None and "period" in model._meta.fields:
            query = query.where(model.period == period)
        elif period is not None and sheet.dated:
            query = query.where(model._meta.fields[sheet.dated].between(period.starts_on, period.ends_on))
        if unit_code:
            query = query.where(access.below(model, access.unit_of(unit_code, user)))
    paths = [tuple(column.path.split(".")) for column in sheet.columns]
    query, tables = model.joined(query, [path[:-1] for path in paths])
    return stream(query.select(*[getattr(tables[path[:-1]], path[-1]) for path in paths]))


# ------------------------------------------------------------------ files


def write_csv(sheet, rows, out):
    """Rows as .csv: UTF-8 with BOM, comma, `'` before what a spreadsheet would compute; returns their number."""
    text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([column.header for column in sheet.columns])
    count = 0
    for columns in rendered(rows, [_csv_cell(column.field) for column in sheet.columns]):
        writer.writerows(zip(*columns, strict=True))
        count += len(columns[0])
    text.detach()
    return count


def _csv_cell(field):
    """A function of a stored value that gives it as the text of a cell."""
    convert = field.python_value  # raw values of the database, and values that are ready, alike
    return lambda value: harmless(CONTROL.sub("", as_shown(field, convert(value))))


def harmless(text):
    """A text for a .csv, with `'` before what a spreadsheet would compute."""
    return f"'{text}" if LIVE.match(text) else text


def write_xlsx(sheet, rows, out):
    """Rows as .xlsx in bounded memory, a summary on a second page; returns their number."""
    book, pages = Workbook(), [(sheet, rows)]
    totals = sheet.summary(sheet) if sheet.summary else None
    if totals:
        pages = [(sheet, totals.counting(rows)), (totals.part, totals.rows())]
        book.create_sheet()
    for page, (part, _) in zip(book, pages, strict=True):
        face(page, part)
    return fill(book, pages, out)


WRITERS = {"xlsx": write_xlsx, "csv": write_csv}
