"""Workbooks in bounded memory: openpyxl makes the face of each page, rows are streamed into it."""

import io
import re
import zipfile
from contextlib import nullcontext
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from xml.sax.saxutils import escape

from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from peewee import CharField, Field, ForeignKeyField, TextField

from database import WITA, Memo
from fields import Choice, Look
from values import CONTROL

BATCH = 2_000
REMEMBERED = 16_384  # rendered cells that a column keeps: what hardly repeats need not be kept
LONGEST = 32_767  # characters that a cell may hold
EPOCH = date(1899, 12, 30)  # day 0 of a workbook's calendar
PAGE = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
SAMPLE = re.compile(rb'<row r="2".*?</row>', re.DOTALL)
STYLE = re.compile(rb'<c r="[A-Z]+2"[^>]*?s="(\d+)"')
UNDERSCORE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # of _x0041_, which a program would read as A
ODD = re.compile(rf"^\s|\s$|[\n\r&<>]|{UNDERSCORE.pattern}|{CONTROL.pattern}")  # else a text is XML as it is


class Formula(Look, Field):
    """A column that a workbook computes; a row's value is what the formula gives at first."""

    number_format = "General"

    def __init__(self, text):
        super().__init__()
        self.text = text


# ------------------------------------------------------------------ the face


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


# ------------------------------------------------------------------ the rows


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
            data, place = source.read(entry), PAGE.fullmatch(entry.filename)
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


def opened(out):
    """A context with the file to write to: a path is opened, a binary file is taken as it is."""
    return nullcontext(out) if hasattr(out, "write") else open(out, "wb")


def _stream(sheet, rows, data, page):
    """Write a page's XML with rows in place of its sample row; returns the number of the last row."""
    found = SAMPLE.search(data)
    styles = [style.decode() for style in STYLE.findall(found.group())]
    addresses = [f'<c r="{get_column_letter(number)}' for number in range(1, len(styles) + 1)]
    last = 1
    page.write(re.sub(rb"<dimension[^>]*/>", b"", data[: found.start()]))
    cells = [_cell(column, style) for column, style in zip(sheet.columns, styles, strict=True)]
    for columns in rendered(rows, cells):
        numbers = [f'{number}"' for number in range(last + 1, last + 1 + len(columns[0]))]
        parts = [[f'<row r="{number}>' for number in numbers]]
        for address, values in zip(addresses, columns, strict=True):
            parts += [address + number for number in numbers], values
        last += len(numbers)
        page.write("</row>".join(map("".join, zip(*parts, strict=True))).encode() + b"</row>")
    tail = data[found.end() :]
    page.write(re.sub(rb'(<autoFilter ref="A1:[A-Z]+)2"', rb'\g<1>%d"' % max(last, 2), tail))
    return last


def rendered(rows, renderers):
    """Batches of columns of rendered values; each different value of a column is rendered once."""
    memos, rows = [Memo(render) for render in renderers], iter(rows)
    while batch := list(islice(rows, BATCH)):
        columns = zip(*batch, strict=True)
        yield [[memo[value] for value in values] for memo, values in zip(memos, columns, strict=True)]
        for memo in memos:
            if len(memo) > REMEMBERED:
                memo.clear()


def _cell(column, style):
    """A function of a stored value that gives a cell's XML after its address."""
    field, blank, convert = column.field, f' s="{style}"/>', column.field.python_value
    text = f' s="{style}" t="inlineStr"><is><t%s>%s</t></is></c>'
    if isinstance(field, Formula):
        computed = f' s="{style}" t="str"><f>{escape(field.text)}</f><v>%s</v></c>'
        return lambda value: computed % escape(value)
    plain = isinstance(field, CharField | TextField) and not isinstance(field, Choice)

    def cell(value):
        if not plain:
            value = convert(value)
            number = as_number(field, value)
            if number is not None:
                return f' s="{style}"><v>{number}</v></c>'
            value = as_shown(field, value)
        if not value:
            return blank
        if ODD.search(value) or len(value) > LONGEST:
            clean = CONTROL.sub("", value[:LONGEST]).replace("\r\n", "\n").replace("\r", "\n")
            return text % (' xml:space="preserve"', escape(UNDERSCORE.sub("_x005F_", clean)))
        return text % ("", value)

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
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value if isinstance(value, int) else None


def as_shown(field, value):
    """A value of a field as text; moments in Mamuju's time, nothing for nothing."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).astimezone(WITA).strftime("%d-%m-%Y %H:%M:%S")
    return field.show(value)
