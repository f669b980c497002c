"""The demo's complaints: citizens' words, and the way that each of them went."""

from datetime import date, timedelta

import audit
from clocks import Clocks
from code_lists import codes
from excel.sheet import SHEETS
from models import Complaint, Unit

BEGIN, WEEKS = date(2026, 1, 5), 38  # they come in on Mondays
GRAVE = ("complaint", "inspection")


def demo(world):
    """A complaint for every fifty people, every state and class among them, and its steps."""
    desk, dice, count = Desk(world), world.dice("complaints"), max(20, world.count // 50)
    ways = world.ways("complaint", count, dice)
    order = [row["moves"].split() for row in codes("demo_ways") if row["of"] == "complaint"]
    ways.sort(key=lambda moves: order.index(moves) // 3 + 1.5 * dice.random())  # open ones are young
    days = sorted(BEGIN + timedelta(weeks=dice.randrange(WEEKS)) for _ in ways)
    subjects, steps = desk.subjects(), []
    for number, (day, moves) in enumerate(zip(days, ways, strict=True), 1):
        row = desk.complaint(number, day, moves, subjects[number % len(subjects)])
        with world.on(day):
            audit.create_many([row], user=None)
        pace = 1 if row.classification == "information" else dice.randint(1, 2)
        steps += world.steps(row, moves, day, pace, dice, answer=desk.answer(row))
    world.walk(steps)


class Desk:
    """Where complaints arrive: the units with their people, and what citizens say."""

    def __init__(self, world):
        self.world, self.dice, self.clocks, self.staff = world, world.dice("citizens"), Clocks(), {}
        for person in world.staying:
            self.staff.setdefault(person.unit_id, []).append(person.id)
        self.units = list(Unit.select().where(Unit.id.in_(list(self.staff))).order_by(Unit.id))

    def subjects(self):
        """What citizens write of, in any order, but one of each class at its head."""
        rows = self.dice.sample(codes("demo_complaints"), len(codes("demo_complaints")))
        heads = list({row["class"]: row for row in rows}.values())
        return heads + [row for row in rows if row not in heads]

    def complaint(self, number, day, moves, said):
        """A complaint as it comes in."""
        dice, group = self.dice, said["class"]
        unit = self.unit(said["units"]) if "forward" in moves else None
        reporter = f"{dice.choice(self.world.names[dice.choice('LP')])} {dice.choice(self.world.names[''])}"
        blamed = unit and group in GRAVE and dice.random() < 0.4
        return Complaint(
            ticket=Complaint.numbered(day.year, number), received_on=day, channel=dice.choice(Complaint.channel.options)[0],
            classification=group, unit=unit, employee=dice.choice(self.staff[unit]) if blamed else None,
            reporter=reporter if dice.random() < 0.8 else None, subject=said["subject"], body=said["body"],
            satisfaction=dice.randint(1, 5) if moves[-1:] == ["close"] and dice.random() < 0.7 else None,
            **SHEETS["complaints"].derive({"received_on": day, "classification": group}, self.clocks),
        )  # fmt: skip

    def unit(self, starts):
        """A unit whose code begins as the subject says, or any."""
        fitting = [unit.id for unit in self.units if unit.code.startswith(tuple(starts.split("|")))]
        return self.dice.choice(fitting or list(self.staff))

    def answer(self, row):
        """What is answered; only what has been examined can be substantiated."""
        proven = self.dice.random() < 0.55 if row.classification in GRAVE else None
        words = self.world.texts("unproven" if proven is False else f"answer {row.classification}")
        return {"response": self.dice.choice(words), "substantiated": proven}
