"""The people of the demo: who works where, as what and under whom."""

import re
from collections import Counter

from models import Employee, Unit
from seed_data import those
from values import codes

PEOPLE_A_UNIT = 4  # fewer people fill fewer units, or every unit would be a head without staff
STATUSES = {"PNS": 68, "CPNS": 3, "PPPK": 22, "PPPK_PARUH_WAKTU": 7}
LADDER = [row["code"] for row in those("golongan", scheme="PNS")]


def people(world):
    """In each unit a head, who answers to the head of the unit above, and the unit's people."""
    crew, heads, units = Crew(world), {}, {unit.code: unit for unit in Unit.select()}
    chosen = codes("demo_units")[: max(1, world.count // PEOPLE_A_UNIT)]  # a parent before its children
    sizes = Counter(row["unit"] for row in world.weighed(chosen, world.count - len(chosen)))
    for row in chosen:
        unit, (rung,) = units[row["unit"]], those("demo_rungs", rung=row["rung"])
        heads[unit.id] = head = crew.hire(unit, heads.get(unit.parent_id), row | rung, "PNS")
        for number in range(sizes[row["unit"]]):
            crew.hire(unit, head, *crew.post(row, number, head))


def posts(pool):
    """The posts of a pool with what goes with their rung; a functional one at each rung of its skill."""
    for post in those("demo_posts", pool=pool):
        for rung in codes("demo_rungs"):
            if post["rung"] == rung["rung"]:
                yield post | rung
            elif post["rung"] == rung["skill"]:
                yield (
                    post | rung | {"position": f"{post['position']} {Employee.jf_level.labels[rung['rung']]}"}
                )


def grades(post, status, head):
    """The pay grades of a post for a status; of a PNS none above her head's."""
    found = [grade for grade in post[status].split("|") if grade]
    if head is None or not status.endswith("PNS"):
        return found
    return [grade for grade in found if LADDER.index(grade) <= LADDER.index(head.grade)]


class Crew:
    """Everybody hired so far; numbers and addresses are nobody else's."""

    def __init__(self, world):
        self.world, self.dice, self.taken, self.rungs = world, world.dice, Counter(), set()

    def post(self, row, number, head):
        """(post, status) of a unit's n-th member: the deputies first, then rungs that nobody has yet."""
        deputies = list(posts(row["deputies"]))
        if number < len(deputies):
            return deputies[number], "PNS"
        (status,) = self.dice.choices(list(STATUSES), STATUSES.values())
        pool = row["pool"] if self.dice.random() * 100 < int(row["share"]) else "CLERKS"
        fitting = [post for post in posts(pool) if grades(post, status, head)]
        fresh = [post for post in fitting if post["rung"] not in self.rungs]
        return self.world.weighed(fresh or fitting)[0], status

    def hire(self, unit, head, post, status):
        """Somebody new in a unit, under its head."""
        dice, gender = self.dice, self.dice.choice("LP")
        grade, name = dice.choice(grades(post, status, head)), self.world.name(gender)
        address = re.sub("[^a-z]+", ".", name.lower())
        person = Employee.create(
            nip=self.nip(status, grade, gender), name=name, unit=unit, position=post["position"],
            position_type=post["type"], jf_level=post["rung"] if post["skill"] else None, grade=grade,
            status=status, supervisor=head, email=f"{address}{self.number(address)}@mamuju.example",
            phone=f"0812-0000-{dice.randint(0, 9999):04d}", job_class=int(post["class"]),
        )  # fmt: skip
        self.rungs.add(post["rung"])
        self.world.people.append(person)
        return person

    def nip(self, status, grade, gender):
        """Birth, appointment and gender are in the number; a PNS climbs a grade in about four years."""
        (service,) = those("demo_service", of=status) or those("demo_service", of=grade)
        years, month, age = (
            self.dice.randint(int(service[low]), int(service[high]))
            for low, high in (("least", "most"), ("first", "last"), ("young", "old"))
        )
        appointed = 2026 - years
        born = f"{appointed - age}{self.dice.randint(1, 12):02d}{self.dice.randint(1, 28):02d}"
        stem = f"{born}{appointed}{month:02d}{'LP'.index(gender) + 1}"
        return f"{stem}{self.number(stem):03d}"

    def number(self, stem):
        self.taken[stem] += 1
        return self.taken[stem]
