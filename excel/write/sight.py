"""Whether an account may have the file of an upload: it is as secret as its most secret row."""

import access
from models import Employee
from values import Invalid, as_text

from ..read.edits import NOTHING, Edits
from ..read.parse import Unreadable, parse
from ..sheet import SHEETS
from .undo import written_rows
from .uploads import plan_of


def open_to(upload, user):
    """Whether an account may read every row of a stored upload; who sent it may have back what she sent."""
    model = SHEETS[upload.sheet].model
    if user is None or upload.user_id == user.id or access.scope(model, user) is None:
        return True
    if _written(upload, model, user):
        return False
    return not upload.data or not _told(upload, user)


def _written(upload, model, user):
    """Whether the upload wrote a row that the account may not read."""
    rows = written_rows(upload)
    return rows.count() != rows.where(access.scope(model, user)).count()


def _told(upload, user):
    """Whether the file says anything of a stored row that the account may not read, or names its own person."""
    sheet, data, edits = SHEETS[upload.sheet], bytes(upload.data), Edits.of(upload)
    nip = user.employee.nip if user.employee_id else None
    try:
        table = parse(data, sheet, edits.titles)
        names = [column for column in table.places if column.field is Employee.nip]
        corrected = [text for cells in edits.cells.values() for text in cells.values()]
        cells = [*corrected, *(cell for column in names for cell in table.cells(column))]
        return any(_means(cell, nip) for cell in cells) or bool(plan_of(upload, user, NOTHING).unread)
    except Unreadable:  # nobody can say whom it is about
        return True


def _means(cell, nip):
    """Whether a cell is this NIP, or what a spreadsheet left of it."""
    try:
        return nip is not None and Employee.nip.parse(cell) == nip
    except Invalid as problem:
        return nip[:15] in getattr(problem, "heads", ()) or nip[:15] in as_text(cell)
