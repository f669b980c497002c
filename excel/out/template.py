"""The workbook to fill in: styled, checked, protected, for assessments filled with people; and a sent one to mend."""

import json
from collections import defaultdict
from dataclasses import replace
from functools import partial
from io import BytesIO

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

import access
from models import Period, Unit
from values import CONTROL, N_, codes

from ..check.validate import may_import
from ..read.child import VERSIONS
from ..read.guarded import ending, guarded
from ..sheet import Part
from .export import Formula, face, fill, print_setup

DEPTH = 200_000  # rows that the checks and the text format reach to
INLINE = 255  # characters that a drop-down may hold by itself
MARKED = "Keterangan"  # the last column of a marked file: why its rows are wrong
LOCKED = ("employee.nip", "employee.name")  # fixed in the rows that we fill in


def template(sheet, out, context, unit_code=None):
    """Write the template of a sheet to a path or binary file; returns the number of rows filled in.

    A sheet that is prefilled comes with its rows and the versions they have now. Raises
    access.Denied, and Invalid where there is no open period to fill it in for.
    """
    may_import(sheet, context.user)
    prefilled = sheet.prefilled(context, unit_code)
    rows, versions = prefilled or ((), ())
    book = Workbook()
    lists = book.create_sheet("Daftar")
    lists.sheet_state = "hidden"
    letters = {column.name: get_column_letter(number) for number, column in enumerate(sheet.columns, 1)}
    listed = partial(_listed, lists)
    filled = [replace(c, field=Formula(text=sheet.formula(c, letters, listed))) for c in sheet.automatic]
    part = Part(sheet.name, sheet.title, sheet.model, (*sheet.columns, *filled))
    options = {column: _allowed(column, context.user) for column in sheet.columns}
    _page_to_fill_in(book.active, part, sheet, listed, options)
    _guide(book.create_sheet("Petunjuk", 1), sheet, options)
    if prefilled:
        add_versions(book, sheet, versions)
    return fill(book, [(part, rows)], out)


def add_versions(book, sheet, keys):
    """Say on a very hidden page which version of each row an openpyxl workbook was made from: a hint, never authority.

    `keys` are (*key as its cells read, version), in the order of `sheet.key`: references by their natural key,
    choices by code, nothing as ""; version 0 says that there was no row yet.
    """
    page = book.create_sheet(VERSIONS)
    page.sheet_state = "veryHidden"
    page.append([json.dumps({"sheet": sheet.name})])
    for key in keys:
        cells = ["" if cell is None else str(cell) for cell in key[:-1]]
        page.append([json.dumps([*cells, key[-1] or 0], ensure_ascii=False)])


def _allowed(column, user):
    """The texts a cell may hold, where they are few: labels, Ya and Tidak, codes of the database."""
    model = column.reference and column.reference.rel_model
    if model not in (Unit, Period):
        return [label for _, label in column.field.options]
    query = access.scoped(model, user).order_by(column.field)
    if model is Period:  # a closed one takes no more
        query = query.where(Period.state == "open")
    return [code for (code,) in query.select(column.field).tuples()]


def _page_to_fill_in(page, part, sheet, listed, options):
    """The header, and who is meant in the rows we fill in, are locked; everything else stays open."""
    face(page, part)
    page.row_dimensions[1].height = 32
    fixed = (*LOCKED, *(column.path for column in sheet.automatic))
    for number, column in enumerate(part.columns, 1):
        letter = get_column_letter(number)
        whole, sample = page.column_dimensions[letter], page.cell(2, number)
        whole.number_format = sample.number_format
        whole.protection = Protection(locked=False)
        sample.protection = Protection(locked=column.path in fixed)
        if column.path in fixed:
            sample.fill = PatternFill("solid", fgColor="EDEDED")
        page.cell(1, number).comment = Comment(_explanation(sheet, column), "Kinerja", height=140, width=280)
        if column.name in sheet.by_name and (check := _check(column, options[column], listed)):
            check.add(f"{letter}2:{letter}{DEPTH}")
            page.add_data_validation(check)
    page.protection.sheet = True
    for allowed in ("formatColumns", "formatRows", "sort", "autoFilter", "insertRows", "deleteRows"):
        setattr(page.protection, allowed, False)  # False: not forbidden


def _check(column, options, listed):
    """The check of a column as Excel makes it: a drop-down, a range or a form; None for free text.

    A long list stands on the hidden page. A reference is only warned about: it may point to another row of the same file.
    """
    if options:
        source = f'"{",".join(options)}"'
        if len(source) > INLINE or any("," in text or '"' in text for text in options):
            source = listed(options)
        check = DataValidation("list", source, error="Pilih dari daftar", errorTitle="Tidak ada dalam daftar")
        check.errorStyle = "stop" if column.reference is None else "warning"
    elif column.field.check:
        kind, low, high, words = column.field.check
        check = DataValidation(kind, str(low), str(high), error=words, errorTitle="Tidak dapat diterima")
        check.operator = "between"
    else:
        return None
    check.allow_blank = check.showErrorMessage = True
    return check


def _listed(lists, texts):
    """The range of the hidden page in which these texts now stand."""
    place = 1 if lists["A1"].value is None else lists.max_column + 1
    for number, text in enumerate(texts, 1):
        lists.cell(number, place, text)
    letter = get_column_letter(place)
    return f"{lists.title}!${letter}$1:${letter}${len(texts)}"


def _explanation(sheet, column):
    """What to write in a column, in a sentence or two."""
    if isinstance(column.field, Formula):
        return "Terisi sendiri bila kedua rating sudah dipilih; tidak dibaca saat diunggah."
    if not column.name:
        return N_("Hanya keterangan; tidak dibaca saat diunggah.")
    pair = next((names for names in sheet.either if column.name in names), ())
    others = [sheet.by_name[name].header for name in pair if name != column.name]
    need = "Wajib" if column.needed else f"Isi kolom ini atau {others[0]}" if others else "Boleh kosong"
    parts = (need, (column.reference or column.field).help_text, column.field.hint)
    return ". ".join(part for part in parts if part) + "."


def _guide(page, sheet, options):
    """The instruction page: how to go about it, and each column with an example as one would type it."""
    page.append([f"Petunjuk pengisian {sheet.title}"])
    page["A1"].font = Font(bold=True, size=14)
    for number, line in enumerate(codes("sheet_guide"), 1):
        page.append([f"{number}. {line['text']}"])
    page.append([])
    page.append(["Kolom", "Cara mengisi", "Contoh"])
    for cell in page[page.max_row]:
        cell.font = Font(bold=True)
    for column in sheet.columns:
        words = _explanation(sheet, column)
        page.append([column.header, words, (*options[column], column.field.example)[0]])
        page.row_dimensions[page.max_row].height = 15 * (1 + len(words) // 85)  # not every suite finds it
        for cell in page[page.max_row]:
            cell.alignment, cell.number_format = Alignment(wrap_text=True, vertical="top"), "@"
    for letter, width in zip("ABC", (24, 90, 34), strict=True):
        page.column_dimensions[letter].width = width
    print_setup(page)


def marked(data, found):
    """The bytes of an .xlsx: the file of a Plan, cells in error red and explained, a last column of reasons.

    A workbook keeps its face; .csv, .xls and .ods become a plain workbook with the same rows at
    the same places. Raises parse.Unreadable where the file is too heavy to be marked.
    """
    table, rows = found.table, defaultdict(list)
    for problem in found.errors:
        place = f"{problem.column}: " if problem.column else ""
        rows[problem.row].append(place + problem.message)
    titles = [str(title).strip() for title in table.titles]
    last = max(place for place, title in enumerate(titles, 1) if title)
    column = 1 + [*titles[:last], MARKED].index(
        MARKED
    )  # where an earlier marking put the reasons, else behind
    keeps = ending(data) in ("xlsx", "xlsm")
    order = {
        "page": table.page if keeps else "", "header": table.header, "title": MARKED,
        "column": column, "cells": [(p.cell, CONTROL.sub("", p.message)) for p in found.errors if p.cell],
        "rows": [(number, CONTROL.sub("", "; ".join(texts))) for number, texts in rows.items()],
    }  # fmt: skip
    return guarded(order, data if keeps else _as_workbook(table))


def _as_workbook(table):
    """The rows of a table as a workbook, text always text."""
    book, out = Workbook(), BytesIO()
    for number, row in ((table.header, table.titles), *table.rows.items()):
        for place, value in enumerate(row, 1):
            if value != "":
                is_number = isinstance(value, int | float)
                cell = book.active.cell(number, place, value if is_number else CONTROL.sub("", str(value)))
                cell.data_type = "n" if is_number else "s"
    book.save(out)
    return out.getvalue()
