"""Units, employees and the accounts of those who sign in."""

from access import KEPT_BY_DESK, of_people, scoped, table, under
from capabilities.health import CHECKS, doubtful, doubts
from excel.sheet import Sheet
from models import Employee, Unit, User
from panels import UPKEEP, Card, Figures, Line, Listed, Named, Panel, Question, Where, Word, referring
from values import N_

table(Unit, read="admin hr supervisor", **KEPT_BY_DESK, sees=under(Unit.id))
table(Employee, read="admin hr supervisor employee", **KEPT_BY_DESK, sees=of_people(Employee.id))
table(User, read="admin", create="admin", update="admin")

UNITS = Sheet(
    "units", Unit, key=("code",), without=("verified",),
    references={"parent": (N_("Induk"), Unit.code)},
)  # fmt: skip

EMPLOYEES = Sheet(
    "employees", Employee, key=("nip",),
    references={"unit": (N_("Kode Unit"), Unit.code), "supervisor": (N_("NIP Atasan"), Employee.nip)},
    without=("job_class",),  # comes with the allowances
    anybody=("supervisor",),
)  # fmt: skip


# ------------------------------------------------------------------ panels


def staff(user):
    """The active people of an account, without herself."""
    query = scoped(Employee, user).where(Employee.active)
    return query.where(Employee.id != user.employee_id) if user.employee_id else query


OTHERS = Named.whether(
    Employee, N_("Selain saya"), "selain_saya", lambda user: Employee.id != (user.employee_id or 0)
)
DOUBT = Named(
    Employee, N_("Periksa data"), "periksa_data", lambda code, user: doubtful(code),
    lambda: [(code, words) for code, (words, _) in CHECKS.items()],
)  # fmt: skip
FILTERS = (DOUBT, OTHERS)
SEARCHED = (Employee, Unit)


def but_herself(user):
    """The filter that leaves the account's own person out, where it has one."""
    return (Where(OTHERS, "1"),) if user.employee_id else ()


def health(user, record):
    """How many people each check of the master data doubts."""
    lines = [
        Line((Word(CHECKS[code][0]), count), Listed(Employee, (Where(DOUBT, code),)))
        for code, count in doubts(scoped(Employee, user)).items()
    ]
    return Figures((N_("Yang meragukan"), N_("Pegawai")), lines)


CARDS = (
    Card(N_("Pegawai"), "hr supervisor", Employee,
         lambda user, period: (Where(Employee.active, "1"), *but_herself(user))),
    Card(N_("Akun aktif"), "admin", User, (Where(User.active, "1"),)),
)  # fmt: skip
QUESTIONS = (
    Question("system", N_("Akun dengan sandi sementara"), User,
             (Where(User.must_change_password, "1"), Where(User.active, "1"))),
)  # fmt: skip
PANELS = (
    Panel(key="health", title=N_("Kesehatan data pegawai"), roles="hr admin", figures=health,
          empty=N_("Tidak ada yang meragukan."), place=UPKEEP),
    referring(Employee.supervisor, "name", "position", "unit.name", order=(Employee.name, Employee.id),
              title=N_("Bawahan langsung")),
    referring(Employee.unit, "name", "position", "supervisor.name", order=(Employee.name, Employee.id), below=True),
    referring(Unit.parent, "name", "kind", order=(Unit.code,), title=N_("Unit di bawahnya")),
    referring(User.employee, "username", "role", "active", order=(User.username,)),
)  # fmt: skip
