"""Units, employees and the accounts of those who sign in."""

from access import DESK, of_people, table, under
from excel.sheet import Sheet
from models import Employee, Unit, User
from values import N_

table(
    Unit, read="admin hr supervisor", create=DESK, update=DESK, delete=DESK, upload=DESK, sees=under(Unit.id)
)
table(
    Employee, read="admin hr supervisor employee", create=DESK, update=DESK, delete=DESK, upload=DESK,
    sees=of_people(Employee.id),
)  # fmt: skip
table(User, read="admin", create="admin", update="admin")

UNITS = Sheet(
    "units", Unit, key=("code",),
    references={"parent": (N_("Induk"), Unit.code)},
)  # fmt: skip

EMPLOYEES = Sheet(
    "employees", Employee, key=("nip",),
    references={"unit": (N_("Kode Unit"), Unit.code), "supervisor": (N_("NIP Atasan"), Employee.nip)},
    without=("job_class",),  # comes with the allowances
    anybody=("supervisor",),
)  # fmt: skip
