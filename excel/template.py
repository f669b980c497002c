"""The workbook to fill in: styled, checked, protected, and for assessments filled with the account's people."""

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from peewee import JOIN, BooleanField, DateField, DecimalField

import access
from fields import N_, Choice, Invalid, Nip, Ranged
from models import Assessment, Employee, Period, Unit

from .export import below, face, fill, stream, unit_of
from .sheets import ASSESSMENTS
from .versions import add_versions

DEPTH = 200_000  # rows that the checks and the text format reach to
INLINE = 255  # characters that a drop-down may hold by itself
LOCKED = ("employee.nip", "employee.name")  # fixed in the rows that we fill in


def template(sheet, out, context, unit_code=None):
    """Write the template of a sheet to a path or binary file; returns the number of rows filled in.

    Assessments come with the active people of the account's scope (of `unit_code` and below), not
    with the account's own person, for `context.period` or else the current one, with what the
    supervisor's assessments say so far. Raises access.Denied, and Invalid without an open period.
    """
    if not sheet.imports:
        raise Invalid(N_("Lembar ini hanya untuk ekspor"))
    if not access.may(context.user, "import", sheet.model):
        raise access.Denied(N_("Akun ini tidak boleh mengimpor lembar ini"))
    period = _open_period(context) if sheet is ASSESSMENTS else None
    rows = _people(context.user, period, unit_code) if period else ()
    book = Workbook()
    _data_page(book, sheet, context.user)
    _guide(book, sheet)
    if period:
        add_versions(book, sheet, _versions(context.user, period, unit_code))
    if hasattr(out, "write"):
        return fill(book, sheet, rows, out)
    with open(out, "wb") as file:
        return fill(book, sheet, rows, file)


def _open_period(context):
    period = context.period or Period.current()
    if period is None:
        raise Invalid(N_("Belum ada periode yang terbuka; buka satu periode lebih dahulu"))
    return period


# ------------------------------------------------------------------ the rows of assessments


def _people(user, period, unit_code):
    """Rows in column order: each person, with the supervisors' assessments stored so far."""
    assessor = Employee.alias()
    mine = (
        (Assessment.employee == Employee.id)
        & (Assessment.period == period.id)
        & (Assessment.source == "supervisor")
    )
    query = (
        Employee.select(
            Employee.nip, Employee.name, assessor.nip, Assessment.work_score, Assessment.behaviour_score,
            Assessment.work_level, Assessment.behaviour_level, Assessment.note,
        )
        .join(Unit)
        .join_from(Employee, Assessment, JOIN.LEFT_OUTER, on=mine)
        .join_from(Assessment, assessor, JOIN.LEFT_OUTER, on=(Assessment.assessor == assessor.id))
        .where(Employee.active == True)  # noqa: E712 - SQL
        .order_by(Unit.code, Employee.name, Employee.nip)
    )  # fmt: skip
    group = access.people(user)
    if group is not None:
        query = query.where(Employee.id.in_(group))
    if user is not None and user.employee_id:
        query = query.where(Employee.id != user.employee_id)
    if unit_code:
        query = query.where(below(Employee, unit_of(unit_code, user)))
    for nip, name, *said in stream(query):
        yield (nip, name, period.code, "supervisor", *said)


def _versions(user, period, unit_code):
    """The key of each row and the version it has now, 0 where nothing was said yet.

    Read before the rows: what changes in between is a conflict rather than overlooked.
    """
    assessor = Employee.alias()
    query = (
        Assessment.select(Employee.nip, assessor.nip, Assessment.version)
        .join(Employee)
        .join_from(Assessment, assessor, JOIN.LEFT_OUTER, on=(Assessment.assessor == assessor.id))
        .where((Assessment.period == period.id) & (Assessment.source == "supervisor"))
    )
    known = {(nip, by): version for nip, by, version in stream(query)}
    for nip, _, code, source, by, *_ in _people(user, period, unit_code):
        yield nip, code, source, by, known.get((nip, by), 0)


# ------------------------------------------------------------------ the page to fill in


def _data_page(book, sheet, user):
    page = book.active
    face(page, sheet)
    page.row_dimensions[1].height = 32
    _protect(page, sheet)
    _print_setup(page)
    lists = book.create_sheet("Daftar")
    lists.sheet_state = "hidden"
    for number, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(number)
        page.cell(1, number).comment = Comment(explanation(sheet, column), "Kinerja", height=140, width=280)
        check = _check(column, lists, user)
        if check:
            check.add(f"{letter}2:{letter}{DEPTH}")
            page.add_data_validation(check)


def _protect(page, sheet):
    """Lock the header, and who is meant in the rows we fill in; everything else stays open."""
    fixed = LOCKED if sheet is ASSESSMENTS else ()
    for number, column in enumerate(sheet.columns, 1):
        whole, sample = page.column_dimensions[get_column_letter(number)], page.cell(2, number)
        whole.number_format = sample.number_format
        whole.protection = Protection(locked=False)
        sample.protection = Protection(locked=column.path in fixed)
        if column.path in fixed:
            sample.fill = PatternFill("solid", fgColor="EDEDED")
    page.protection.sheet = True
    for allowed in ("formatColumns", "formatRows", "sort", "autoFilter", "insertRows", "deleteRows"):
        setattr(page.protection, allowed, False)  # False: not forbidden


def _print_setup(page):
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = "1:1"


def _check(column, lists, user):
    """The check of a column as Excel makes it: a drop-down, a range or a form; None for free text."""
    field = column.field
    if not column.name:
        return None
    options = _options(column, user)
    if options:
        return _drop_down(options, lists, strict=column.reference is None)
    if isinstance(field, Ranged):
        kind = "decimal" if isinstance(field, DecimalField) else "whole"
        return _told(kind, field.low, field.high, f"Isi angka {field.low}-{field.high}")
    if isinstance(field, DateField):
        return _told("date", 1, 109_574, "Isi tanggal seperti 31-12-2026")
    if isinstance(field, Nip):
        return _told("textLength", 18, 21, "Isi NIP 18 angka; sel harus berformat Teks")
    return None


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
    if isinstance(column.field, Choice):
        return list(column.field.labels.values())
    return ["Ya", "Tidak"] if isinstance(column.field, BooleanField) else []


def _drop_down(options, lists, strict):
    """A list in the cell's own check, or on the hidden page where it is too long for one.

    A reference is only warned about: it may point to another row of the same file.
    """
    source = f'"{",".join(options)}"'
    if len(source) > INLINE or any("," in text or '"' in text for text in options):
        place = 1 if lists.max_row == 1 and lists["A1"].value is None else lists.max_column + 1
        for number, text in enumerate(options, 1):
            lists.cell(number, place, text)
        letter = get_column_letter(place)
        source = f"Daftar!${letter}$1:${letter}${len(options)}"
    return DataValidation(
        type="list", formula1=source, allow_blank=True, showErrorMessage=True,
        errorTitle="Tidak ada dalam daftar", error="Pilih dari daftar",
        errorStyle="stop" if strict else "warning",
    )  # fmt: skip


# ------------------------------------------------------------------ the guide


def explanation(sheet, column):
    """What to write in a column, in a sentence or two."""
    if not column.name:
        return N_("Hanya keterangan; tidak dibaca saat diunggah.")
    need = _need(sheet, column)
    parts = [need, column.help]
    if isinstance(column.field, Choice) and len(column.field.labels) <= 12:
        parts.append("Pilihan: " + ", ".join(column.field.labels.values()))
    elif isinstance(column.field, DateField):
        parts.append("Tanggal, misalnya 31-12-2026")
    return ". ".join(part for part in parts if part) + "."


def _need(sheet, column):
    if column.needed:
        return "Wajib"
    pair = next((names for names in sheet.either if column.name in names), ())
    others = [sheet.by_name[name].header for name in pair if name != column.name]
    return f"Isi kolom ini atau {others[0]}" if others else "Boleh kosong"


GENERAL = (
    "Isi lembar pertama, simpan sebagai .xlsx, lalu unggah di menu Impor.",
    "Jangan mengubah judul kolom. Urutan kolom bebas; kolom lain diabaikan.",
    "NIP harus berupa teks 18 angka. Tempel dengan Tempel Nilai agar format sel tidak berubah.",
    "Sel kosong tidak mengubah data yang sudah ada. Tulis HAPUS untuk mengosongkan.",
    "Setelah diunggah, periksa dulu apa yang akan berubah; data baru disimpan setelah Anda setujui.",
)


def _guide(book, sheet):
    """The instruction page, second in the book."""
    page = book.create_sheet("Petunjuk", 1)
    page.append([f"Petunjuk pengisian {sheet.title}"])
    page["A1"].font = Font(bold=True, size=14)
    for number, text in enumerate(GENERAL, 1):
        page.append([f"{number}. {text}"])
    page.append([])
    page.append(["Kolom", "Cara mengisi"])
    for cell in page[page.max_row]:
        cell.font = Font(bold=True)
    for column in sheet.columns:
        page.append([column.header, explanation(sheet, column)])
        page.cell(page.max_row, 2).alignment = Alignment(wrap_text=True, vertical="top")
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 24, 100
    _print_setup(page)
