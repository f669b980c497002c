"""The workbook to fill in: styled, checked, protected, and for assessments filled with the account's people."""

from dataclasses import replace
from functools import partial

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

import access
from models import Period, Unit
from values import N_, Invalid

from ..check.validate import may_import
from ..sheet import Part
from ..versions import add_versions
from .workbook import Formula, face, fill, opened, print_setup

DEPTH = 200_000  # rows that the checks and the text format reach to
INLINE = 255  # characters that a drop-down may hold by itself
LOCKED = ("employee.nip", "employee.name")  # fixed in the rows that we fill in


def template(sheet, out, context, unit_code=None):
    """Write the template of a sheet to a path or binary file; returns the number of rows filled in.

    A sheet that is prefilled comes with its rows and the versions they have now. Raises
    access.Denied, and Invalid where the sheet cannot be filled in (no open period).
    """
    if not sheet.imports:
        raise Invalid(N_("Lembar ini hanya untuk ekspor"))
    may_import(sheet, context.user)
    prefilled = sheet.prefilled(context, unit_code)
    rows, versions = prefilled or ((), ())
    book = Workbook()
    lists = book.create_sheet("Daftar")
    lists.sheet_state = "hidden"
    part = _with_formulas(sheet, lists)
    _data_page(book.active, part, sheet, _checks(sheet, lists, context.user))
    _guide(book.create_sheet("Petunjuk", 1), sheet, context.user)
    if prefilled:
        add_versions(book, sheet, versions)
    with opened(out) as file:
        return fill(book, [(part, rows)], file)


# ------------------------------------------------------------------ the page to fill in


def _with_formulas(sheet, lists):
    """The Part of a template: its sheet, and the columns that a formula fills."""
    letters = {column.name: get_column_letter(number) for number, column in enumerate(sheet.columns, 1)}
    formulas = [sheet.formula(column, letters, partial(_listed, lists)) for column in sheet.automatic]
    filled = [replace(c, field=Formula(text)) for c, text in zip(sheet.automatic, formulas, strict=True)]
    return Part(sheet.name, sheet.title, sheet.model, (*sheet.columns, *filled))


def _data_page(page, part, sheet, checks):
    face(page, part)
    page.row_dimensions[1].height = 32
    _protect(page, part, (*LOCKED, *(column.path for column in sheet.automatic)))
    for number, column in enumerate(part.columns, 1):
        letter = get_column_letter(number)
        page.cell(1, number).comment = Comment(explanation(sheet, column), "Kinerja", height=140, width=280)
        if check := checks.get(column.name):
            check.add(f"{letter}2:{letter}{DEPTH}")
            page.add_data_validation(check)


def _protect(page, part, fixed):
    """Lock the header, and who is meant in the rows we fill in; everything else stays open."""
    for number, column in enumerate(part.columns, 1):
        whole, sample = page.column_dimensions[get_column_letter(number)], page.cell(2, number)
        whole.number_format = sample.number_format
        whole.protection = Protection(locked=False)
        sample.protection = Protection(locked=column.path in fixed)
        if column.path in fixed:
            sample.fill = PatternFill("solid", fgColor="EDEDED")
    page.protection.sheet = True
    for allowed in ("formatColumns", "formatRows", "sort", "autoFilter", "insertRows", "deleteRows"):
        setattr(page.protection, allowed, False)  # False: not forbidden


def _checks(sheet, lists, user):
    """{field name: check as Excel makes it} of the columns that have one."""
    found = {column.name: _check(column, lists, user) for column in sheet.by_name.values()}
    return {name: check for name, check in found.items() if check}


def _check(column, lists, user):
    """The check of a column as Excel makes it: a drop-down, a range or a form; None for free text."""
    if options := _options(column, user):
        return _drop_down(options, lists, strict=column.reference is None)
    return _told(*column.field.check) if column.field.check else None


def _told(kind, low, high, message):
    return DataValidation(
        type=kind, operator="between", formula1=str(low), formula2=str(high), allow_blank=True,
        showErrorMessage=True, errorTitle="Tidak dapat diterima", error=message,
    )  # fmt: skip


def _options(column, user):
    """The texts a cell may hold, where they are few: labels, Ya and Tidak, codes of the database."""
    if column.reference is not None and column.reference.rel_model in (Unit, Period):
        model = column.reference.rel_model
        query = access.scoped(model, user).order_by(column.field)
        if model is Period:  # a closed one takes no more
            query = query.where(Period.state == "open")
        return [code for (code,) in query.select(column.field).tuples()]
    return [label for _, label in column.field.options]


def _drop_down(options, lists, strict):
    """A list in the cell's own check, or on the hidden page where it is too long for one.

    A reference is only warned about: it may point to another row of the same file.
    """
    source = f'"{",".join(options)}"'
    if len(source) > INLINE or any("," in text or '"' in text for text in options):
        source = _listed(lists, options)
    return DataValidation(
        type="list", formula1=source, allow_blank=True, showErrorMessage=True,
        errorTitle="Tidak ada dalam daftar", error="Pilih dari daftar",
        errorStyle="stop" if strict else "warning",
    )  # fmt: skip


def _listed(lists, texts):
    """The range of the hidden page in which these texts now stand."""
    place = 1 if lists["A1"].value is None else lists.max_column + 1
    for number, text in enumerate(texts, 1):
        lists.cell(number, place, text)
    letter = get_column_letter(place)
    return f"{lists.title}!${letter}$1:${letter}${len(texts)}"


# ------------------------------------------------------------------ the guide


def explanation(sheet, column):
    """What to write in a column, in a sentence or two."""
    if isinstance(column.field, Formula):
        return "Terisi sendiri bila kedua rating sudah dipilih; tidak dibaca saat diunggah."
    if not column.name:
        return N_("Hanya keterangan; tidak dibaca saat diunggah.")
    parts = _need(sheet, column), (column.reference or column.field).help_text, column.field.hint
    return ". ".join(part for part in parts if part) + "."


def _need(sheet, column):
    if column.needed:
        return "Wajib"
    pair = next((names for names in sheet.either if column.name in names), ())
    others = [sheet.by_name[name].header for name in pair if name != column.name]
    return f"Isi kolom ini atau {others[0]}" if others else "Boleh kosong"


GENERAL = (
    "Isi lembar pertama dengan Excel, LibreOffice, WPS, atau Google Sheets, juga tanpa sinyal.",
    "Simpan sebagai .xlsx (.xls dan .ods juga diterima), lalu unggah di menu Unggah Excel.",
    "Jangan mengubah judul kolom. Urutan kolom bebas; kolom lain diabaikan.",
    "Kolom abu-abu terkunci. Sel yang berdaftar pilihan diisi dengan memilih.",
    "NIP harus berupa teks 18 angka. Tempel dengan Tempel Nilai agar format sel tidak berubah.",
    "Sel kosong tidak mengubah data yang sudah ada. Tulis HAPUS untuk mengosongkan.",
    "Setelah diunggah, periksa dulu apa yang akan berubah; data baru disimpan setelah Anda setujui.",
)


def _guide(page, sheet, user):
    """The instruction page: how to go about it, and each column with an example."""
    page.append([f"Petunjuk pengisian {sheet.title}"])
    page["A1"].font = Font(bold=True, size=14)
    for number, text in enumerate(GENERAL, 1):
        page.append([f"{number}. {text}"])
    page.append([])
    page.append(["Kolom", "Cara mengisi", "Contoh"])
    for cell in page[page.max_row]:
        cell.font = Font(bold=True)
    for column in sheet.columns:
        told = explanation(sheet, column)
        page.append([column.header, told, example(column, user)])
        page.row_dimensions[page.max_row].height = 15 * (
            1 + len(told) // 85
        )  # not every suite finds it itself
        for cell in page[page.max_row]:
            cell.alignment, cell.number_format = Alignment(wrap_text=True, vertical="top"), "@"
    for letter, width in zip("ABC", (24, 90, 34), strict=True):
        page.column_dimensions[letter].width = width
    print_setup(page)


def example(column, user):
    """A value that a column takes, as one would type it: the first of a list, else its field's example."""
    options = _options(column, user)
    return options[0] if options else column.field.example
