"""The demo: a regency's people with a year of work, the same for the same number and the same dice."""

from capabilities import CAPABILITIES
from database import write
from models import MODELS, Employee
from seed_data import seed_reference
from seed_data.accounts import mark_demo
from seed_data.world import World
from values import N_, Invalid


class NotEmpty(Invalid):
    """The database has employees already."""

    def __init__(self, count):
        words = N_("Basis data sudah berisi %(count)s pegawai; data contoh hanya untuk basis data kosong")
        super().__init__(words, count=count)


def seed_demo(employees=500, random_state=1):
    """Fill an empty database with the demo rows of every room; returns {table: rows}. Raises NotEmpty."""
    with write():
        count = Employee.select().count()
        if count:
            raise NotEmpty(count)
        seed_reference()
        world = World(employees, random_state)
        for room in CAPABILITIES:
            if hasattr(room, "demo"):
                room.demo(world)
        Employee.update(active=False).where(Employee.id.in_(world.left)).execute()
        mark_demo()
        return {model._meta.table_name: model.select().count() for model in MODELS}
