"""Rows out of the database into .xlsx and .csv files, in a stream: the very sheets that import reads."""

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from peewee import JOIN, DateField, DateTimeField, DecimalField, ForeignKeyField, IntegerField

import access
from fields import CONTROL, N_, Invalid, Money
from models import WITA, Complaint, Employee, Period, Training, Unit, db, on_sqlite

from .lookup import Memo

BATCH = 2_000
DATED = {Training: Training.starts_on, Complaint: Complaint.received_on}
EPOCH = date(1899, 12, 30)  # day 0 of a workbook's calendar
SAMPLE = re.compile(rb'<row r="2".*?</row>', re.DOTALL)
STYLE = re.compile(rb'<c r="[A-Z]+2"[^>]*?s="(\d+)"')
UNDERSCORE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
LIVE = re.compile(r"'*[=+\-@\t\r]")  # what a spreadsheet would take for a formula


def export(sheet, out, *, user=None, period=None, unit_code=None, query=None, kind=None):
    """Write a sheet's rows to a path or a binary file; returns their number.

    `kind` is "xlsx" or "csv" (told by the path's ending). `query`, a query over the sheet's model
    that is already limited and sorted, takes the place of `period` (a Period) and `unit_code`.
    Raises access.Denied, and Invalid for an unknown unit or ending.
    """
    kind = kind or str(out).rsplit(".", 1)[-1].lower()
    if kind not in WRITERS:
        raise Invalid(N_("Nama berkas harus berakhir .xlsx atau .csv"))
    rows = rows_of(sheet, user=user, period=period, unit_code=unit_code, query=query)
    if hasattr(out, "write"):
        return WRITERS[kind](sheet, rows, out)
    with open(out, "wb") as file:
        return WRITERS[kind](sheet, rows, file)


# ------------------------------------------------------------------ rows


def rows_of(sheet, *, user=None, period=None, unit_code=None, query=None):
    """An iterator of tuples in column order, from one SQL statement; codes as they are stored."""
    if not access.may(user, "read", sheet.model):
        raise access.Denied(N_("Akun ini tidak boleh melihat data ini"))
    if query is None:
        query = _limited(sheet, user, period, unit_code).order_by(sheet.model.id)
    aliases, columns = {}, []
    for column in sheet.columns:
        field, *way = reversed(column.path.split("."))
        query, source = _joined(query, sheet.model, aliases, tuple(reversed(way)))
        columns.append(getattr(source, field))
    return stream(query.select(*columns))


def stream(query):
    """The rows of a query as raw tuples, a batch at a time (on PostgreSQL by a server-side cursor)."""
    if on_sqlite():
        yield from db.execute(query)
        return
    sql, params = query.sql()
    with db.atomic(), db.connection().cursor(name="stream") as cursor:
        cursor.itersize = BATCH
        cursor.execute(sql, params)
        yield from cursor


def _limited(sheet, user, period, unit_code):
    model, query = sheet.model, access.scoped(sheet.model, user)
    if period is not None and "period" in model._meta.fields:
        query = query.where(model.period == period)
    elif period is not None and model in DATED:
        query = query.where(DATED[model].between(period.starts_on, period.ends_on))
    if unit_code:
        query = query.where(below(model, unit_of(unit_code, user)))
    return query


def unit_of(code, user):
    """The unit of a code within an account's scope; Invalid says the same of foreign and unknown."""
    unit = access.scoped(Unit, user).where(Unit.code == code).first()
    if unit is None:
        raise Invalid(N_("Unit %(code)s tidak ditemukan"), code=code)
    return unit


def below(model, unit):
    """The condition that a row belongs to a unit or one below it."""
    units = Unit.below(unit.id)
    if model is Unit:
        return Unit.id.in_(units)
    if "unit" in model._meta.fields:
        return model.unit.in_(units)
    return model.employee.in_(Employee.select(Employee.id).where(Employee.unit.in_(units)))


def _joined(query, model, aliases, way):
    """(query, alias) with the tables of a path joined once each."""
    source = model
    for place in range(len(way)):
        path = way[: place + 1]
        if path not in aliases:
            key = getattr(source, way[place])
            aliases[path] = key.rel_model.alias()
            query = query.join_from(
                source, aliases[path], JOIN.LEFT_OUTER, on=(key == aliases[path].id), attr="_".join(path)
            )
        source = aliases[path]
    return query, source


# ------------------------------------------------------------------ .csv


def write_csv(sheet, rows, out):
    """Rows as .csv: UTF-8 with BOM, comma, `'` before what a spreadsheet would compute; returns their number."""
    text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([column.header for column in sheet.columns])
    count = 0
    for columns in _rendered(sheet, rows, _csv_cell):
        lines = list(zip(*columns, strict=True))
        writer.writerows(lines)
        count += len(lines)
    text.detach()
    return count


def as_shown(field, value):
    """A value of a field as text; moments in Mamuju's time, nothing for nothing."""
    if hasattr(field, "show"):
        return field.show(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).astimezone(WITA).strftime("%d-%m-%Y %H:%M:%S")
    return "" if value is None else str(value)


def harmless(text):
    """A text for a .csv, with `'` before what a spreadsheet would compute."""
    return f"'{text}" if LIVE.match(text) else text


def _csv_cell(column, value):
    return harmless(CONTROL.sub("", as_shown(column.field, value)))


# ------------------------------------------------------------------ .xlsx


def write_xlsx(sheet, rows, out):
    """Rows as .xlsx in bounded memory: openpyxl makes the face, rows are streamed; returns their number."""
    book = Workbook()
    face(book.active, sheet)
    return fill(book, sheet, rows, out)


def face(page, sheet, title=None):
    """A bold, frozen header with filter and widths, and a sample row 2 that carries the columns' styles."""
    page.title = (title or str(sheet.title))[:31]
    for number, column in enumerate(sheet.columns, 1):
        head, letter = page.cell(1, number, column.header), get_column_letter(number)
        head.font, head.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F4E79")
        head.alignment = Alignment(wrap_text=True, vertical="center")
        page.column_dimensions[letter].width = _width(column)
        page.cell(2, number).number_format = number_format(column.field)
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}2"


def number_format(field):
    """How a workbook shows the values of a field."""
    if isinstance(field, DateTimeField):
        return "dd-mm-yyyy hh:mm"
    if isinstance(field, DateField):
        return "dd-mm-yyyy"
    if isinstance(field, DecimalField):
        return "0.00"
    if isinstance(field, Money):
        return "#,##0"
    return "0" if isinstance(field, IntegerField) else "@"


def _width(column):
    wide = {"name": 32, "title": 40, "body": 50, "response": 50, "note": 40, "subject": 40}
    least = wide.get(column.field.name, 14)
    return max(least, len(column.header) + 4, 21 if column.field.name == "nip" else 0)


def fill(book, sheet, rows, out):
    """Save a book whose first page has a sample row 2, with the rows streamed in its place."""
    frame = io.BytesIO()
    book.save(frame)
    with (
        zipfile.ZipFile(frame) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        last = 1
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                last = 1 + _stream_page(sheet, rows, data, target)
                continue
            if entry.filename == "xl/workbook.xml":  # the filter's hidden name spans the rows too
                data = re.sub(rb"(_FilterDatabase[^<]*:\$[A-Z]+\$)2<", rb"\g<1>%d<" % max(last, 2), data)
            target.writestr(entry.filename, data)
    return last - 1


def _stream_page(sheet, rows, data, target):
    """Write the first page with its rows; returns their number."""
    head, sample, tail = _cut(data)
    styles = [style.decode() for style in STYLE.findall(sample)]
    letters = [get_column_letter(number) for number in range(1, len(styles) + 1)]
    count = 0
    with target.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as page:
        page.write(re.sub(rb"<dimension[^>]*/>", b"", head))
        for columns in _rendered(sheet, rows, _cells(sheet, styles)):
            numbers = range(count + 2, count + 2 + len(columns[0]))
            parts = [[f'<row r="{number}">' for number in numbers]]
            for letter, cells in zip(letters, columns, strict=True):
                parts += [f'<c r="{letter}{number}"' for number in numbers], cells
            count += len(numbers)
            page.write("</row>".join(map("".join, zip(*parts, strict=True))).encode() + b"</row>")
        page.write(re.sub(rb'(<autoFilter ref="A1:[A-Z]+)2"', rb'\g<1>%d"' % max(count + 1, 2), tail))
    return count


def _cut(data):
    found = SAMPLE.search(data)
    return data[: found.start()], found.group(), data[found.end() :]


def _cells(sheet, styles):
    """A function of (column, value) that gives the cell's XML after its address, in its column's style."""
    style_of = dict(zip(sheet.columns, styles, strict=True))

    def cell(column, value):
        style, number = style_of[column], as_number(column.field, value)
        if number is not None:
            return f' s="{style}"><v>{number}</v></c>'
        text = xml_text(as_shown(column.field, value))
        if not text:
            return f' s="{style}"/>'
        space = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
        return f' s="{style}" t="inlineStr"><is><t{space}>{text}</t></is></c>'

    return cell


def as_number(field, value):
    """The number that a workbook keeps for a value of a field; None for text."""
    if value is None or isinstance(value, bool) or isinstance(field, ForeignKeyField):
        return None
    if isinstance(value, datetime):
        value = value.replace(tzinfo=UTC).astimezone(WITA)
        return (value.date() - EPOCH).days + (value.hour * 3600 + value.minute * 60 + value.second) / 86_400
    if isinstance(value, date):
        return (value - EPOCH).days
    return (
        f"{value.normalize():f}" if isinstance(value, Decimal) else value if isinstance(value, int) else None
    )


def xml_text(text):
    """Text for the inside of an XML element of a workbook: no control characters, no accidental _x0041_."""
    return escape(UNDERSCORE.sub("_x005F_", CONTROL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")))


def _rendered(sheet, rows, render):
    """Batches of columns of rendered cells; each different value of a column is rendered once."""
    memos = [Memo(_renderer(column, render)) for column in sheet.columns]
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield [[memo[v] for v in cells] for memo, cells in zip(memos, zip(*batch, strict=True), strict=True)]
        for memo in memos:
            if len(memo) > BATCH:  # what hardly repeats need not be kept
                memo.clear()


def _renderer(column, render):
    convert = column.field.python_value  # raw values of the database, and values that are ready, alike

    def rendered(value):
        return render(column, convert(value))

    return rendered


WRITERS = {"xlsx": write_xlsx, "csv": write_csv}


def period_of(code):
    """The Period of a code; Invalid where there is none."""
    found = Period.get_or_none(Period.code == code)
    if found is None:
        raise Invalid(N_("Periode %(code)s tidak ditemukan"), code=code)
    return found
