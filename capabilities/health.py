"""What is probably wrong in the master data: each check a condition on Employee, with its words."""

from peewee import JOIN, fn

from database import today
from models import Employee, Unit
from rating import retirement_age
from values import N_

Boss, Twin = Employee.alias(), Employee.alias()
Own, Parent, Grandparent = Unit.alias(), Unit.alias(), Unit.alias()


def without_supervisor():
    return Employee.supervisor.is_null() & (Employee.position_type != "JPT_PRATAMA")


def supervisor_gone():
    return Employee.supervisor.in_(Boss.select(Boss.id).where(Boss.active == False))  # noqa: E712 - SQL


def supervisor_elsewhere():
    """Whether the supervisor sits neither in the unit nor in one of the two above it."""
    near = (
        Boss.select(Boss.id).join(Own, on=(Own.id == Employee.unit)).switch(Boss)
        .join(Parent, JOIN.LEFT_OUTER, on=(Parent.id == Own.parent))
        .join(Grandparent, JOIN.LEFT_OUTER, on=(Grandparent.id == Parent.parent))
        .where(Boss.id == Employee.supervisor)
        .where((Boss.unit == Own.id) | (Boss.unit == Parent.id) | (Boss.unit == Grandparent.id))
    )  # fmt: skip
    return Employee.supervisor.is_null(False) & ~fn.EXISTS(near)


def unit_closed():
    return Employee.unit.in_(Unit.select(Unit.id).where(Unit.active == False))  # noqa: E712 - SQL


def past_retirement():
    """Whether the birth date in the NIP is older than the age at which the post is left."""

    def born_before(age):
        day = today()
        return Employee.nip < f"{day.year - age}{day:%m%d}"

    senior = Employee.jf_level.in_(("MA", "UT")) & Employee.jf_level.is_null(False)
    heads, teachers = (
        Employee.position_type == "JPT_PRATAMA",
        fn.COALESCE(Employee.position, "").startswith("Guru"),
    )
    return (
        ((Employee.jf_level == "UT") & born_before(retirement_age("FUNGSIONAL", "UT")))
        | ((Employee.jf_level == "MA") & born_before(retirement_age("FUNGSIONAL", "MA")))
        | (heads & born_before(retirement_age("JPT_PRATAMA")))
        | (~senior & teachers & born_before(retirement_age("FUNGSIONAL", teaches=True)))
        | (~senior & ~heads & ~teachers & born_before(retirement_age("PELAKSANA")))
    )


def without_grade():
    return Employee.grade.is_null()


def functional_without_level():
    return (Employee.position_type == "FUNGSIONAL") & Employee.jf_level.is_null()


def recorded_twice():
    """Whether another active row has the same name and birth date."""
    born = fn.SUBSTR(Employee.nip, 1, 8)
    same = (Twin.name == Employee.name) & (Twin.id != Employee.id) & Twin.active
    return fn.EXISTS(Twin.select(Twin.id).where(same & (fn.SUBSTR(Twin.nip, 1, 8) == born)))


CHECKS = {
    "no_supervisor": (N_("Tanpa atasan"), without_supervisor),
    "supervisor_gone": (N_("Atasan tidak aktif"), supervisor_gone),
    "supervisor_elsewhere": (N_("Atasan dari unit lain"), supervisor_elsewhere),
    "unit_closed": (N_("Unit tidak aktif"), unit_closed),
    "past_retirement": (N_("Melewati batas usia pensiun"), past_retirement),
    "recorded_twice": (N_("Mungkin tercatat dua kali"), recorded_twice),
    "no_grade": (N_("Golongan kosong"), without_grade),
    "no_level": (N_("Fungsional tanpa jenjang"), functional_without_level),
}


def doubtful(code):
    """The condition of active employees whom a check (a code of CHECKS) doubts."""
    return (Employee.active == True) & CHECKS[code][1]()  # noqa: E712 - SQL


def doubts(people):
    """{code: count} of the checks that doubt anybody among these people, a query; one statement."""
    sums = [fn.SUM(doubtful(code).cast("integer")).alias(code) for code in CHECKS]
    return {code: n for code, n in people.select(*sums).dicts().get().items() if n}
