"""The demo: a regency's people with a year of work, the same for the same number and the same dice, and its accounts."""

import random
from collections import Counter, defaultdict
from contextlib import contextmanager
from datetime import date, timedelta
from operator import itemgetter

from peewee import fn

import audit
from database import moment, write
from flows import FLOWS, take
from models import MODELS, Change, Clocks, Employee, Period, Rating, Setting, Unit, User
from rating import due
from seed_data import seed_reference, those
from seed_data.cases import bring_cases
from seed_data.people import hire_people
from seed_data.work import assess, open_periods, rate
from values import N_, Invalid

DEMO_PASSWORD = "mamuju-kinerja-2026"  # noqa: S105 - printed by `make demo`, for made-up data only
MARK = "demo"  # the office's setting that names the last employee that the seed made
LAST_MONDAY = date(2026, 9, 21)  # on which cases began


def seed_demo(employees=500, random_state=1):
    """Fill an empty database with demo rows; returns {table: rows}. Raises Invalid."""
    with write():
        if count := Employee.select().count():
            words = N_("Basis data sudah berisi %(count)s pegawai; data contoh hanya untuk basis data kosong")
            raise Invalid(words, count=count)
        seed_reference()
        world = World(employees, random_state)
        for bring in (hire_people, open_periods, assess, rate, bring_cases):
            bring(world)
        Setting.keep(None, MARK, Employee.select(fn.MAX(Employee.id)).scalar())
        return {model._meta.table_name: model.select().count() for model in MODELS}


def demo_accounts():
    """Make the demo accounts that are missing, one a role; returns (role, username, password) of each. Raises Invalid."""
    accounts = [(role, f"demo-{role}", DEMO_PASSWORD) for role in User.role.labels]
    with write():
        missing = [(role, name) for role, name, _ in accounts if User.get_or_none(username=name) is None]
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


class World:
    """A demo that grows: `people`, and `periods`, the last of them open."""

    def __init__(self, count, random_state):
        self.count, self.dice = count, random.Random(random_state)  # noqa: S311 - demo data, no secrets
        self.people, self.periods, self.clocks, self.taken = [], [], Clocks(), Counter()

    def weighed(self, rows, count=1):
        """So many rows of a list, drawn by their weights."""
        return self.dice.choices(rows, [int(row["weight"]) for row in rows], k=count)

    def name(self, gender):
        """A first name of a gender (L, P) and a family name."""
        return " ".join(self.dice.choice(those("names", gender=kind))["text"] for kind in (gender, ""))

    def text(self, kind):
        """A sentence of a kind, if there is one."""
        found = those("demo_texts", kind=kind)
        return self.dice.choice(found)["text"] if found else None

    def ways(self, name, count):
        """So many ways of `demo_ways.csv`: first every one of them, then by their weights."""
        found = those("demo_ways", of=name)
        return (found + self.weighed(found, count))[:count]

    def begun(self, kind, share):
        """[(a Monday, moves)] of the cases of a kind that a share of the people have, in the order of their days."""
        ways = self.ways(kind, max(20, int(share * self.count)))
        weeks = [int(self.dice.choice(way["weeks"].split("|"))) for way in ways]
        days = [LAST_MONDAY - timedelta(weeks=number) for number in weeks]
        return sorted(zip(days, [way["moves"] for way in ways], strict=True))

    def steps(self, row, moves, begin, pace, **given):
        """(day, row, move or None, values asked) of making a new row, and of its moves, each `pace` working days on.

        `given` are values by move; sentences are drawn, and a date that a move asks for is its day.
        """
        if row.id is None:
            yield begin, row, None, {}
        for number, name in enumerate(moves.split(), 1):
            move, day = FLOWS[type(row)].by_name[name], due(begin, pace * number, self.clocks.holidays)
            asked = {field: day for field in move.asks if field.endswith("_on")}
            if text := self.text(f"{row._meta.table_name} {name}"):
                asked[(*move.offers, *move.asks)[-1]] = text
            yield day, row, move, asked | given.get(name, {})

    def walk(self, steps):
        """Take steps in the order of their days, those of a day and move together."""
        groups = defaultdict(list)
        for day, row, move, asked in sorted(steps, key=itemgetter(0)):
            groups[day, type(row), move].append((row, asked))
        for (day, _, move), found in groups.items():
            rows, each = [row for row, _ in found], {row.id: asked for row, asked in found}
            with self.on(day):
                if move is None:
                    audit.create(rows, user=None)
                elif left := take(rows, move, None, on=day, each=each).left:
                    raise ValueError(f"{move.name}: {left}")

    @contextmanager
    def on(self, day):
        """Date the trail of what is written meanwhile."""
        last = Change.select(fn.MAX(Change.id)).scalar() or 0
        yield
        Change.update(at=moment(day, 9)).where(Change.id > last).execute()
