"""The people of the demo: who works where, as what and under whom."""

import re
from collections import Counter

import audit
from code_lists import codes
from models import Employee, Unit
from seed_data import STAMP

YEAR = 2026
PEOPLE_A_UNIT = 4  # fewer people fill fewer units, or every unit would be a head without staff
LEFT = 0.015  # of the people, since the last quarter began
STATUSES = {"PNS": 68, "CPNS": 3, "PPPK": 22, "PPPK_PARUH_WAKTU": 7}
LADDER = [row["code"] for row in codes("golongan") if row["scheme"] == "PNS"]
RUNGS = {row["rung"]: row for row in codes("demo_rungs")}
SERVICE = {row.pop("of"): [int(value) for value in row.values()] for row in map(dict, codes("demo_service"))}


def demo(world):
    """In each unit a head, who answers to the head of the unit above, and the unit's people."""
    crew, heads = Crew(world), {}
    units = {unit.code: unit for unit in Unit.select()}
    most = max(1, world.count // PEOPLE_A_UNIT)
    chosen = [row for row in codes("demo_units") if int(row["turn"]) < most]
    spare, weights = world.count - len(chosen), [int(row["weight"]) for row in chosen]
    sizes = Counter(crew.dice.choices([row["unit"] for row in chosen], weights, k=spare))
    for row in chosen:
        unit = units[row["unit"]]
        heads[unit.id] = head = crew.hire(unit, heads.get(unit.parent_id), row["head"], row["rung"])
        for number in range(sizes[row["unit"]]):
            crew.hire(unit, head, *crew.post(row, number, head))
    world.people, names = crew.people, [f.name for f in Employee._meta.sorted_fields if f.name != "id"]
    rows = [[row.__data__.get(name) for name in names] for row in crew.people]
    world.insert(Employee, names, rows, crew.ids)
    clerks = [person.id for person in crew.people if person.position_type == "PELAKSANA"]
    world.left = crew.dice.sample(clerks, min(len(clerks), max(1, round(world.count * LEFT))))


def posts(pool):
    """The (position, rung or skill) of a pool, in order."""
    return [(row["position"], row["rung"]) for row in codes("demo_posts") if row["pool"] == pool]


def grades(rung, status, head):
    """The pay grades of a rung for a status; of a PNS none above her head's."""
    found = [grade for grade in RUNGS[rung][status].split("|") if grade]
    if head is None or not status.endswith("PNS"):
        return found
    return [grade for grade in found if LADDER.index(grade) <= LADDER.index(head.grade)]


class Crew:
    """Everybody hired so far; numbers and addresses are nobody else's."""

    def __init__(self, world):
        self.dice, self.people, self.taken, self.names = world.dice("people"), [], Counter(), world.names
        self.ids = list(audit.reserve_ids(Employee, world.count))
        self.wanted = [*reversed(Employee.jf_level.labels)]  # that nobody has yet

    def post(self, row, number, head):
        """(position, rung, status) of a unit's n-th member."""
        dice, deputies, fitting = self.dice, posts(row["deputies"]), posts(row["pool"])
        if number < len(deputies):
            return (*deputies[number], "PNS")
        status = dice.choices(list(STATUSES), STATUSES.values())[0]
        wanted = [rung for rung in self.wanted if grades(rung, "PNS", head)][:1]
        if wanted:
            self.wanted.remove(wanted[0])
            status, skill = "PNS", RUNGS[wanted[0]]["skill"]
            fitting = [post for post in fitting + posts("OFFICE") if post[1] == skill]
        elif dice.random() * 100 >= int(row["share"]):
            return (*dice.choice(posts("CLERKS")), status)
        position, skill = dice.choice(fitting)
        rungs = wanted or [
            rung for rung in RUNGS if RUNGS[rung]["skill"] == skill and grades(rung, status, head)
        ]
        rung = dice.choices(rungs, [int(RUNGS[rung]["often"]) for rung in rungs])[0]
        return f"{position} {Employee.jf_level.labels[rung]}", rung, status

    def hire(self, unit, head, position, rung, status="PNS"):
        """Somebody new in a unit, under its head."""
        dice, of_rung, gender = self.dice, RUNGS[rung], self.dice.choice("LP")
        grade = dice.choice(grades(rung, status, head))
        name = f"{dice.choice(self.names[gender])} {dice.choice(self.names[''])}"
        person = Employee(
            id=self.ids[len(self.people)], nip=self.nip(status, grade, gender), name=name, unit=unit.id,
            position=position, position_type=of_rung["type"], jf_level=rung if of_rung["skill"] else None, grade=grade,
            status=status, supervisor=head and head.id, email=self.email(name), job_class=int(of_rung["class"]),
            phone=f"0812-0000-{dice.randint(0, 9999):04d}" if dice.random() < 0.85 else None, updated_at=STAMP,
        )  # fmt: skip
        self.people.append(person)
        return person

    def nip(self, status, grade, gender):
        """Birth, appointment and gender are in the number; a PNS climbs a grade in about four years."""
        roll, service = self.dice.randint, SERVICE.get(status) or SERVICE[grade]
        year = YEAR - roll(*service[:2])
        born = f"{year - roll(*service[4:])}{roll(1, 12):02d}{roll(1, 28):02d}"
        stem = f"{born}{year}{roll(*service[2:4]):02d}{'LP'.index(gender) + 1}"
        return f"{stem}{self.number(stem):03d}"

    def email(self, name):
        stem = ".".join(re.findall("[a-z]+", name.lower().replace("'", "")))
        return f"{stem}{self.number(stem)}@mamuju.example" if self.dice.random() < 0.9 else None

    def number(self, stem):
        self.taken[stem] += 1
        return self.taken[stem]
