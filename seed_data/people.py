"""The people of the demo: who works where, as what and under whom."""

import re
from collections import Counter

import audit
from fields import codes
from models import Employee, Unit

YEAR = 2026
PEOPLE_A_UNIT = 4  # fewer people fill fewer units, or every unit would be a head without staff
LEFT = 0.015  # of the people, since the last quarter began
STATUSES = {"PNS": 68, "CPNS": 3, "PPPK": 22, "PPPK_PARUH_WAKTU": 7}
LADDER = [row["code"] for row in codes("golongan") if row["scheme"] == "PNS"]
RUNGS = {row["rung"]: row for row in codes("demo_rungs")}
COLUMNS = ("nip", "name", "unit", "position", "position_type", "jf_level", "grade", "status", "supervisor",
           "email", "phone", "job_class")  # fmt: skip


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
    world.people = crew.people
    rows = [[person.__data__[name] for name in COLUMNS] for person in crew.people]
    world.insert(Employee, COLUMNS, rows, crew.ids)
    clerks = [person.id for person in crew.people if person.position_type == "PELAKSANA"]
    world.left = crew.dice.sample(clerks, min(len(clerks), max(1, round(world.count * LEFT))))


def posts(pool):
    """The (position, rung or skill) of a pool, in order."""
    return [(row["position"], row["rung"]) for row in codes("demo_posts") if row["pool"] == pool]


def grades(rung, status, head):
    """The pay grades of a rung for a status; of a PNS none above her head's."""
    found = [grade for grade in RUNGS[rung][status[:4].rstrip("_").lower()].split("|") if grade]
    if head is None or not status.endswith("PNS"):
        return found
    return [grade for grade in found if LADDER.index(grade) <= LADDER.index(head.grade)]


class Crew:
    """Everybody hired so far; numbers and addresses are nobody else's."""

    def __init__(self, world):
        self.dice, self.people, self.taken = world.dice("people"), [], Counter()
        self.ids = list(audit.reserve_ids(Employee, world.count))
        self.wanted = [code for code, _ in reversed(Employee.JENJANG)]  # that nobody has yet
        self.first = {g: [row["text"] for row in codes("names") if row["gender"] == g] for g in "LP"}
        self.last = [row["text"] for row in codes("names") if row["kind"] == "last"]

    def post(self, row, number, head):
        """(position, rung, status) of a unit's n-th member."""
        dice, deputies = self.dice, posts(row["deputies"])
        if number < len(deputies):
            return (*deputies[number], "PNS")
        status, fitting = dice.choices(list(STATUSES), STATUSES.values())[0], posts(row["pool"])
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
        name = f"{dice.choice(self.first[gender])} {dice.choice(self.last)}"
        person = Employee(
            id=self.ids[len(self.people)], nip=self.nip(gender, *self.hired(status, grade)), name=name, unit=unit.id,
            position=position, position_type=of_rung["type"], jf_level=rung if of_rung["skill"] else None, grade=grade,
            status=status, supervisor=head and head.id, email=self.email(name), job_class=int(of_rung["class"]),
            phone=f"0812-0000-{dice.randint(0, 9999):04d}" if dice.random() < 0.85 else None,
        )  # fmt: skip
        self.people.append(person)
        return person

    def hired(self, status, grade):
        """(year, digits 13-14 of the NIP, age): a PNS climbs a grade in about four years."""
        dice = self.dice
        if status == "CPNS":
            return YEAR - 1, dice.randint(3, 6), dice.randint(22, 32)
        if status != "PNS":
            year = YEAR - 1 if status == "PPPK_PARUH_WAKTU" else dice.randint(YEAR - 5, YEAR - 1)
            return year, 22 if year < YEAR - 2 else 21, dice.randint(23, 48)
        step = LADDER.index(grade)
        years = 4 * (step - max(start for start in (0, 4, 8) if start <= step)) + dice.randint(2, 5)
        return YEAR - years, dice.randint(1, 12), dice.randint(20, max(21, min(30, 58 - years)))

    def nip(self, gender, year, digits, age):
        born = f"{year - age}{self.dice.randint(1, 12):02d}{self.dice.randint(1, 28):02d}"
        stem = f"{born}{year}{digits:02d}{'LP'.index(gender) + 1}"
        return f"{stem}{self.number(stem):03d}"

    def number(self, stem):
        self.taken[stem] += 1
        return self.taken[stem]

    def email(self, name):
        stem = ".".join(re.findall("[a-z]+", name.lower().replace("'", "")))
        return f"{stem}{self.number(stem)}@mamuju.example" if self.dice.random() < 0.9 else None
