"""The people of the demo: who works where, as what and under whom."""

from collections import Counter
from itertools import product

from models import Employee, Unit
from seed_data import those
from values import codes

STATUSES = {"PNS": 68, "CPNS": 3, "PPPK": 22, "PPPK_PARUH_WAKTU": 7}
LADDER = [row["code"] for row in those("golongan", scheme="PNS")]


def hire_people(world):
    """In each unit a head, who answers to the head of the unit above, and the unit's people: deputies first."""
    heads, units = {}, {unit.code: unit for unit in Unit.select()}
    # a parent before its children, and so many that a unit has four people
    chosen = codes("demo_units")[: max(1, world.count // 4)]
    sizes = Counter(row["unit"] for row in world.weighed(chosen, world.count - len(chosen)))
    for row in chosen:
        unit, (rung,) = units[row["unit"]], those("demo_rungs", rung=row["rung"])
        heads[unit.id] = head = hire(world, unit, heads.get(unit.parent_id), "PNS", [row | rung])
        deputies = [*posts(row["deputies"], "PNS", head)][: sizes[row["unit"]]]
        for deputy in deputies:
            hire(world, unit, head, "PNS", [deputy])
        for _ in range(sizes[row["unit"]] - len(deputies)):
            (status,) = world.dice.choices(list(STATUSES), STATUSES.values())
            pool = row["pool"] if world.dice.random() * 100 < int(row["share"]) else "CLERKS"
            hire(world, unit, head, status, [*posts(pool, status, head)])


def posts(pool, status, head):
    """The posts of a pool for a status under a head, with what goes with their rung; functional ones at each of their skill."""
    for post, rung in product(those("demo_posts", pool=pool), codes("demo_rungs")):
        if post["rung"] in (rung["rung"], rung["skill"]) and grades(rung, status, head):
            level = Employee.jf_level.labels.get(rung["rung"], "")
            yield post | rung | {"position": f"{post['position']} {level}".strip()}


def grades(post, status, head):
    """The pay grades of a post for a status; of a PNS none above her head's."""
    above = LADDER[LADDER.index(head.grade) + 1 :] if head else []
    return [grade for grade in post[status].split("|") if grade and grade not in above]


def hire(world, unit, head, status, fitting):
    """Somebody new in a unit, under its head, on one of these posts: first on rungs that nobody has yet."""
    fresh = [post for post in fitting if not world.taken[post["rung"]]]
    (post,) = world.weighed(fresh or fitting)
    gender, grade = world.dice.choice("LP"), world.dice.choice(grades(post, status, head))
    number = nip(world, status, grade, gender)
    person = Employee.create(
        nip=number, name=world.name(gender), unit=unit, position=post["position"], position_type=post["type"],
        jf_level=post["rung"] if post["skill"] else None, grade=grade, status=status, supervisor=head,
        email=f"{number}@mamuju.example", phone=f"0812-0000-{world.dice.randint(0, 9999):04d}", job_class=int(post["class"]),
    )  # fmt: skip
    world.taken[post["rung"]] += 1
    world.people.append(person)
    return person


def nip(world, status, grade, gender):
    """Birth, appointment and gender are in the number; a PNS climbs a grade in about four years."""
    (service,) = those("demo_service", of=status) or those("demo_service", of=grade)
    years, month, age = (
        world.dice.randint(*map(int, service[name].split("|"))) for name in ("years", "months", "ages")
    )
    appointed = 2026 - years
    born = f"{appointed - age}{world.dice.randint(1, 12):02d}{world.dice.randint(1, 28):02d}"
    stem = f"{born}{appointed}{month:02d}{'LP'.index(gender) + 1}"
    world.taken[stem] += 1
    return f"{stem}{world.taken[stem]:03d}"
