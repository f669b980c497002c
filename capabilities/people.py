"""Units, employees and the accounts of those who sign in; what is probably wrong in the master data."""

from peewee import JOIN, Case, fn

from access import INSIDERS, KEPT_BY_DESK, RATERS, of_people, scoped, table, under
from database import today
from excel.sheet import Sheet
from models import Employee, Unit, User
from panels import UPKEEP, Figures, Line, Listed, Named, Panel, Tally, Where, Word, referring
from rating import retirement_age
from values import N_

table(Unit, read=RATERS, **KEPT_BY_DESK, sees=under(Unit.id))
table(Employee, read=INSIDERS, **KEPT_BY_DESK, sees=of_people(Employee.id))
table(User, read="admin", create="admin", update="admin")

UNITS = Sheet("units", Unit, without=("verified",))
EMPLOYEES = Sheet("employees", Employee, without=("job_class",), anybody=("supervisor",))


def checks():
    """{code: (words, condition)} of what is probably wrong with active employees."""
    one, boss, twin, own, parent = *(Employee.alias() for _ in range(3)), Unit.alias(), Unit.alias()
    gone = boss.select(boss.id).where(~boss.active)
    near = own.id, fn.COALESCE(parent.id, 0), fn.COALESCE(parent.parent, 0)  # the unit, and the two above it
    elsewhere = (
        one.select(one.id).join(boss, on=(boss.id == one.supervisor)).join_from(one, own, on=(own.id == one.unit))
        .join(parent, JOIN.LEFT_OUTER, on=(parent.id == own.parent)).where(boss.unit.not_in(near))
    )  # fmt: skip
    # first the names that two of one birth have: the rest need not be compared one by one
    born, names = fn.SUBSTR(one.nip, 1, 8), one.select(one.name).group_by(one.name)
    names = names.having(fn.COUNT(born.distinct()) < fn.COUNT(one.id))
    same = (twin.name == one.name) & (fn.SUBSTR(twin.nip, 1, 8) == born) & (twin.id != one.id)
    twins = one.select(one.id).join(twin, on=same).where(twin.active, one.name.in_(names))
    functional, headless = Employee.position_type == "FUNGSIONAL", Employee.supervisor.is_null()
    found = {
        "no_supervisor": (N_("Tanpa atasan"), headless & (Employee.position_type != "JPT_PRATAMA")),
        "supervisor_gone": (N_("Atasan tidak aktif"), Employee.supervisor.in_(gone)),
        "supervisor_elsewhere": (N_("Atasan dari unit lain"), Employee.id.in_(elsewhere)),
        "unit_closed": (N_("Unit tidak aktif"), Employee.unit.in_(Unit.select(Unit.id).where(~Unit.active))),
        "past_retirement": (N_("Melewati batas usia pensiun"), Employee.nip < latest_birth()),
        "recorded_twice": (N_("Mungkin tercatat dua kali"), Employee.id.in_(twins)),
        "no_grade": (N_("Golongan kosong"), Employee.grade.is_null()),
        "no_level": (N_("Fungsional tanpa jenjang"), functional & Employee.jf_level.is_null()),
    }
    return {code: (words, Employee.active & condition) for code, (words, condition) in found.items()}


def latest_birth():
    """The day, as a NIP begins, before which one was born who is past the age at which the post is left."""
    day, level = today(), Employee.jf_level
    ages = (
        (Employee.position_type == "JPT_PRATAMA", retirement_age("JPT_PRATAMA")),
        (level == "UT", retirement_age("FUNGSIONAL", "UT")),
        (level == "MA", retirement_age("FUNGSIONAL", "MA")),
        (Employee.position.startswith("Guru"), retirement_age("FUNGSIONAL", teaches=True)),
    )
    days = [(group, f"{day.year - age}{day:%m%d}") for group, age in ages]
    return Case(None, days, f"{day.year - retirement_age('PELAKSANA')}{day:%m%d}")


def doubts(user, record):
    """How many people each check of the master data doubts; one statement."""
    said = checks()
    sums = [fn.SUM(condition.cast("integer")).alias(code) for code, (_, condition) in said.items()]
    counts = scoped(Employee, user).select(*sums).dicts().get()
    lines = [
        Line((Word(said[code][0]), count), Listed(Employee, (Where(DOUBT, code),)))
        for code, count in counts.items()
        if count
    ]
    return Figures((N_("Yang meragukan"), N_("Pegawai")), lines)


OTHERS = Named(Employee, N_("Selain saya"), "selain_saya", lambda user: Employee.id != user.employee_id)
DOUBT = Named(
    Employee, N_("Periksa data"), "periksa_data", lambda user, code: checks()[code][1],
    lambda: [(code, words) for code, (words, _) in checks().items()],
)  # fmt: skip


def but_herself(user):
    return (Where(OTHERS, "1"),) if user.employee_id else ()


def staff(user, period):
    return (Where(Employee.active, "1"), *but_herself(user))


ON_PAGES = (
    Employee, Unit, DOUBT, OTHERS,
    Tally(N_("Pegawai"), Employee, staff, roles="hr supervisor"),
    Tally(N_("Akun aktif"), User, (Where(User.active, "1"),), roles="admin"),
    Tally(N_("Akun dengan sandi sementara"), User,
          (Where(User.must_change_password, "1"), Where(User.active, "1")), panel="system"),
    Panel(key="health", title=N_("Kesehatan data pegawai"), roles="hr admin", figures=doubts,
          empty=N_("Tidak ada yang meragukan."), place=UPKEEP),
    referring(Employee.supervisor, "name", "position", "unit.name", order=(Employee.name, Employee.id),
              title=N_("Bawahan langsung")),
    referring(Employee.unit, "name", "position", "supervisor.name", order=(Employee.name, Employee.id), below=True),
    referring(Unit.parent, "name", "kind", order=(Unit.code,), title=N_("Unit di bawahnya")),
    referring(User.employee, "username", "role", "active", order=(User.username,)),
)  # fmt: skip
