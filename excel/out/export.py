"""Rows out of the database into .xlsx and .csv files, in a stream: the very sheets that import reads.

openpyxl makes the face of each page of a workbook; rows are streamed into it, in bounded memory.
"""

import csv
import io
import re
import zipfile
from contextlib import closing, nullcontext
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import islice
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from peewee import CharField, Field, ForeignKeyField, TextField

import access
import audit
from database import WITA, stream
from fields import Look
from values import CONTROL, N_, Invalid

LIVE = re.compile(r"'*[=+\-@\t\r]")  # what a spreadsheet would take for a formula
BATCH = 2_000
REMEMBERED = 16_384  # rendered cells that a column keeps: what hardly repeats need not be kept
CELL_LENGTH = 32_767  # characters that a cell may hold
WORKSHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
SAMPLE = re.compile(rb'<row r="2".*?</row>', re.DOTALL)
STYLE = re.compile(rb'<c r="[A-Z]+2"[^>]*?s="(\d+)"')
UNDERSCORE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # of _x0041_, which a program would read as A
ODD = re.compile(rf"^\s|\s$|[\n\r&<>]|{UNDERSCORE.pattern}|{CONTROL.pattern}")  # else a text is XML as it is


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
    with closing(rows), nullcontext(out) if hasattr(out, "write") else open(out, "wb") as file:
        count = WRITERS[kind](sheet, rows, file)
    taken(sheet, count, user)
    return count


def taken(sheet, count, user):
    """Leave a line in the trail: who took how many rows of what."""
    after = {"sheet": sheet.name, "rows": count}
    audit.event("export", sheet.model, f"{sheet.title}: {count}", user=user, after=after)


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
    query, found = model.joined(query, paths)
    return stream(query.select(*[found[path] for path in paths]))


def write_csv(sheet, rows, out):
    """Rows as .csv: UTF-8 with BOM, comma, `'` before what a spreadsheet would compute; returns their number."""
    text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([column.header for column in sheet.columns])
    count = 0
    for columns in in_batches(rows, [_csv_cell(column.field) for column in sheet.columns]):
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
    if totals := sheet.summary and sheet.summary(sheet):
        pages = [(sheet, totals.counting(rows)), (totals.part, totals.rows())]
        book.create_sheet()
    for page, (part, _) in zip(book, pages, strict=True):
        face(page, part)
    return fill(book, pages, out)


WRITERS = {"xlsx": write_xlsx, "csv": write_csv}


class Formula(Look, Field):
    """A column that a workbook computes; a row's value is what the formula gives at first."""

    number_format, text = "General", ""


def face(page, sheet):
    """A bold, frozen header with filter, widths and print setup, and a sample row 2 with the columns' styles."""
    page.title = str(sheet.title)[:31]
    for number, column in enumerate(sheet.columns, 1):
        head, letter = page.cell(1, number, column.header), get_column_letter(number)
        head.font, head.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F4E79")
        head.alignment = Alignment(wrap_text=True, vertical="center")
        page.column_dimensions[letter].width = max(column.field.width, len(column.header) + 4)
        sample = page.cell(2, number)
        sample.number_format, sample.alignment = column.field.number_format, Alignment(vertical="top")
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}2"
    page.print_title_rows = "1:1"
    print_setup(page)


def print_setup(page):
    """Landscape A4, as wide as the paper, with a footer that says which page of what."""
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_options.gridLines = True
    page.oddFooter.left.text, page.oddFooter.right.text = "&A", "Halaman &P dari &N"


def fill(book, pages, out):
    """Save a book, its first worksheets filled with rows; returns how many the first of them got.

    `pages` lists (sheet, rows) in the order of the worksheets, which each have a sample row 2 in
    whose place the rows are streamed; a page's rows are asked for when those before are written.
    """
    frame, last = io.BytesIO(), {}
    book.save(frame)
    with (
        zipfile.ZipFile(frame) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for entry in source.infolist():
            data, place = source.read(entry), WORKSHEET.fullmatch(entry.filename)
            number = int(place[1]) - 1 if place else len(pages)
            if number < len(pages):
                with target.open(entry.filename, "w", force_zip64=True) as page:
                    last[number] = _stream(*pages[number], data, page)
                continue
            if entry.filename == "xl/workbook.xml":  # a filter's hidden name spans the rows too
                for number, row in last.items():
                    name = rb'(_FilterDatabase" localSheetId="%d"[^<]*:\$[A-Z]+\$)2<' % number
                    data = re.sub(name, rb"\g<1>%d<" % max(row, 2), data)
            target.writestr(entry.filename, data)
    return last[0] - 1


def _stream(sheet, rows, data, page):
    """Write a page's XML with rows in place of its sample row; returns the number of the last row."""
    found = SAMPLE.search(data)
    styles = [style.decode() for style in STYLE.findall(found.group())]
    addresses = [f'<c r="{get_column_letter(number)}' for number in range(1, len(styles) + 1)]
    last = 1
    page.write(re.sub(rb"<dimension[^>]*/>", b"", data[: found.start()]))
    cells = [_cell(column, style) for column, style in zip(sheet.columns, styles, strict=True)]
    for columns in in_batches(rows, cells):
        numbers = [f'{number}"' for number in range(last + 1, last + 1 + len(columns[0]))]
        parts = [[f'<row r="{number}>' for number in numbers]]
        for address, values in zip(addresses, columns, strict=True):
            parts += [address + number for number in numbers], values
        last += len(numbers)
        page.write("</row>".join(map("".join, zip(*parts, strict=True))).encode() + b"</row>")
    tail = data[found.end() :]
    page.write(re.sub(rb'(<autoFilter ref="A1:[A-Z]+)2"', rb'\g<1>%d"' % max(last, 2), tail))
    return last


def in_batches(rows, renderers):
    """Batches of columns of rendered values; each different value of a column is rendered once."""
    renderers, rows = [cache(render) for render in renderers], iter(rows)
    while batch := list(islice(rows, BATCH)):
        columns = zip(*batch, strict=True)
        yield [list(map(render, values)) for render, values in zip(renderers, columns, strict=True)]
        for render in renderers:  # `lru_cache`, which keeps an order, takes a tenth longer
            if render.cache_info().currsize > REMEMBERED:
                render.cache_clear()


def _cell(column, style):
    """A function of a stored value that gives a cell's XML after its address."""
    field, blank, convert = column.field, f' s="{style}"/>', column.field.python_value
    text = f' s="{style}" t="inlineStr"><is><t%s>%s</t></is></c>'
    if isinstance(field, Formula):
        computed = f' s="{style}" t="str"><f>{escape(field.text)}</f><v>%s</v></c>'
        return lambda value: computed % escape(value)
    plain = isinstance(field, CharField | TextField) and not field.options

    def cell(value):
        if not plain:
            value = convert(value)
            number = as_number(field, value)
            if number is not None:
                return f' s="{style}"><v>{number}</v></c>'
            value = as_shown(field, value)
        if not value:
            return blank
        if ODD.search(value) or len(value) > CELL_LENGTH:
            clean = CONTROL.sub("", value[:CELL_LENGTH]).replace("\r\n", "\n").replace("\r", "\n")
            return text % (' xml:space="preserve"', escape(UNDERSCORE.sub("_x005F_", clean)))
        return text % ("", value)

    return cell


def as_number(field, value):
    """The number that a workbook keeps for a value of a field; None for text."""
    if value is None or isinstance(value, bool) or isinstance(field, ForeignKeyField):
        return None
    if isinstance(value, date):
        return to_excel(_local(value) if isinstance(value, datetime) else value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value if isinstance(value, int) else None


def as_shown(field, value):
    """A value of a field as text; moments in Mamuju's time, nothing for nothing."""
    return f"{_local(value):%d-%m-%Y %H:%M:%S}" if isinstance(value, datetime) else field.show(value)


def _local(moment):
    """A kept moment by the clock of Mamuju."""
    return moment.replace(tzinfo=UTC).astimezone(WITA).replace(tzinfo=None)
