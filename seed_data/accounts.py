"""The demo accounts: one a role, with the same password each time."""

from peewee import Case, fn

import audit
from database import write
from models import Employee, Period, Rating, Setting, Unit, User
from values import N_, Invalid

PASSWORD = "mamuju-kinerja-2026"  # noqa: S105 - printed by `make demo`, for made-up data only
FEW_DOZEN = 36
MARK = "demo"  # the office's setting that names the last employee that the seed made


class NotDemo(Invalid):
    """There are employees that the seed did not make: accounts with a published password have no place there."""

    def __init__(self):
        super().__init__(N_("Basis data ini berisi pegawai yang bukan data contoh; akun contoh tidak dibuat"))


def mark_demo():
    """Remember up to which employee the seed made the people of this database."""
    Setting.keep(None, MARK, Employee.select(fn.MAX(Employee.id)).scalar())


def demo_accounts():
    """Make the demo accounts that are missing; returns (role, username, password) of each. Raises NotDemo."""
    names = {role: f"demo-{role}" for role in User.role.labels}
    with write():
        known = {name for (name,) in User.select(User.username).tuples()}
        missing = [role for role, name in names.items() if name not in known]
        if missing:
            if Employee.select().where(Employee.id > (Setting.read(None, MARK) or 0)).exists():
                raise NotDemo()
            password, owners = User.hashed(PASSWORD), _owners()
            for role in missing:
                row = User(username=names[role], role=role, password=password, **owners.get(role, {}))
                row.must_change_password = False
                audit.create(row, user=None)
    return [(role, name, PASSWORD) for role, name in names.items()]


def _owners():
    """{role: the employee and unit behind the account}; admin and officer stand for no one."""
    office = Unit.get_or_none(Unit.code == "BKPP")
    hr = office and _staff(office.id).order_by(Employee.id.desc()).first()
    chief = _chief()
    return {
        "hr": {"employee": hr},
        "supervisor": {"employee": chief, "unit": chief.unit if chief else Unit.get(Unit.parent.is_null())},
        "employee": {"employee": chief and _colleague(chief)},
    }


def _staff(unit):
    return Employee.select().where(Employee.unit.in_(Unit.below(unit)), Employee.active == True)  # noqa: E712 - SQL


def _chief():
    """The head of the OPD, other than the HR office, whose staff is nearest to a few dozen."""
    parent = Unit.alias()
    heads = (
        Employee.select(Employee, Unit).join(Unit).join(parent, on=(Unit.parent == parent.id))
        .where(parent.parent.is_null(), Employee.position_type == "JPT_PRATAMA", Unit.code != "BKPP")
        .order_by(Employee.id)
    )  # fmt: skip
    return min(heads, key=lambda head: abs(_staff(head.unit_id).count() - FEW_DOZEN), default=None)


def _colleague(chief):
    """One of the head's people who was rated, at best one whose newest rating waits for her answer."""
    waiting = Case(Rating.state, (("delivered", 0),), 1)
    return (
        _staff(chief.unit_id).join(Rating, on=(Rating.employee == Employee.id)).join(Period)
        .where(Employee.id != chief.id, Period.state == "closed")
        .order_by(Period.starts_on.desc(), waiting, Employee.id)
        .first()
    )  # fmt: skip
