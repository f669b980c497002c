"""The demo: a regency's people with a year of work, the same for the same number and the same dice, and its accounts."""

from peewee import fn

import audit
from database import write
from models import MODELS, Employee, Period, Rating, Setting, Unit, User
from seed_data import seed_reference
from seed_data.cases import cases
from seed_data.people import hire_people
from seed_data.work import assess, open_periods, rate
from seed_data.world import World
from values import N_, Invalid

DEMO_PASSWORD = "mamuju-kinerja-2026"  # noqa: S105 - printed by `make demo`, for made-up data only
MARK = "demo"  # the office's setting that names the last employee that the seed made


def seed_demo(employees=500, random_state=1):
    """Fill an empty database with demo rows; returns {table: rows}. Raises Invalid."""
    with write():
        if count := Employee.select().count():
            words = N_("Basis data sudah berisi %(count)s pegawai; data contoh hanya untuk basis data kosong")
            raise Invalid(words, count=count)
        seed_reference()
        world = World(employees, random_state)
        for bring in (hire_people, open_periods, assess, rate, cases):
            bring(world)
        Setting.keep(None, MARK, Employee.select(fn.MAX(Employee.id)).scalar())
        return {model._meta.table_name: model.select().count() for model in MODELS}


def demo_accounts():
    """Make the demo accounts that are missing, one a role; returns (role, username, password) of each. Raises Invalid."""
    accounts = [(role, f"demo-{role}", DEMO_PASSWORD) for role in User.role.labels]
    with write():
        known = {name for (name,) in User.select(User.username).tuples()}
        missing = [(role, name) for role, name, _ in accounts if name not in known]
        if missing and Employee.select().where(Employee.id > (Setting.read(None, MARK) or 0)).exists():
            # a password that is published has no place beside people whom the seed did not make
            words = N_("Basis data ini berisi pegawai yang bukan data contoh; akun contoh tidak dibuat")
            raise Invalid(words)
        password, behind = (User.hashed(DEMO_PASSWORD), owners()) if missing else (None, {})
        for role, name in missing:
            row = User(username=name, role=role, password=password, **behind.get(role, {}))
            row.must_change_password = False
            audit.create([row], user=None)
    return accounts


def owners():
    """{role: the employee and unit behind its account}; admin and officer stand for no one.

    The supervisor is the head, other than the HR office's, whose staff is nearest to a few dozen; the
    employee one of her people who was rated, at best one whose newest rating waits for her answer.
    """
    office = staff_of(Unit.get(Unit.code == "BKPP")).order_by(Employee.id.desc())
    heads = Employee.select().join(Unit).where(Unit.code != "BKPP", Employee.position_type == "JPT_PRATAMA")
    chief = min(heads, key=lambda head: (abs(staff_of(head.unit).count() - 36), head.id))
    rated = staff_of(chief.unit).join(Rating, on=(Rating.employee == Employee.id)).join(Period)
    rated = rated.where(Employee.id != chief.id, Period.state == "closed")
    person = rated.order_by(Period.starts_on.desc(), Rating.state != "delivered", Employee.id).first()
    supervisor = {"employee": chief, "unit": chief.unit}
    return {"hr": {"employee": office.first()}, "supervisor": supervisor, "employee": {"employee": person}}


def staff_of(unit):
    """The active people of a unit and all below."""
    return Employee.select().where(Employee.unit.in_(Unit.below(unit.id)), Employee.active)
