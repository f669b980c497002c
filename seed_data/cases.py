"""The demo's single cases: trainings, awards and citizens' complaints, each on its way."""

import csv
import io
from collections import defaultdict
from datetime import date, timedelta
from itertools import cycle
from operator import attrgetter, itemgetter

import audit
from capabilities.complaints import COMPLAINTS
from capabilities.trainings import TRAININGS
from excel.check.validate import Context
from excel.write.apply import apply_at_once
from models import Award, Clocks, Complaint, Training
from values import codes

BEGIN, TODAY, END = date(2025, 10, 1), date(2026, 9, 30), date(2026, 12, 11)
ROUND = timedelta(weeks=4)  # trainings are planned a round before, and entered at the end of one
MEDAL_DAY = date(2026, 8, 17)
NEWEST = date(2026, 9, 21)  # Monday on which the last complaints came in
GRAVE = ("complaint", "inspection")


def trainings(world):
    """About three trainings for two people; some of the first came with a file, by the door of every file."""
    rows, dice, steps = [row for person in world.people for row in attended(person, world)], world.dice, []
    filed = [row for row in rows if row.ends_on.year == BEGIN.year][:40]
    if filed:
        out = io.StringIO()
        csv.writer(out).writerow([column.header for column in TRAININGS.columns])
        for row in filed:
            row.certificate_no = certificate(row, dice)
            cells = [column.field.show(attrgetter(column.path)(row)) for column in TRAININGS.columns]
            csv.writer(out).writerow(cells)
        apply_at_once(TRAININGS, out.getvalue().encode("utf-8-sig"), "pelatihan-2025.csv", Context())
    proposed = [row for row in rows if row not in filed]
    with world.on(BEGIN - 3 * ROUND):
        audit.create(proposed, user=None)
    for name, coming in (("training past", False), ("training coming", True)):
        mine = [row for row in proposed if (row.ends_on > TODAY) == coming]
        for row, way in zip(mine, world.ways(name, len(mine)), strict=True):
            begin = BEGIN + ((min(row.ends_on, TODAY) - BEGIN) // ROUND - 3) * ROUND
            done = {"certificate_no": certificate(row, dice)}
            steps += world.steps(row, way["moves"], begin, 40, finish=done)
    world.walk(steps)


def attended(person, world):
    """Trainings that fit somebody's post, not saved yet."""
    dice = world.dice
    fitting = [row for row in codes("demo_trainings") if person.position.startswith(tuple(row["posts"].split("|")))
               and row["status"] in ("", person.status)]  # fmt: skip
    for said in dice.sample(fitting, dice.randint(0, 3)):
        starts = BEGIN + timedelta(days=dice.randrange((END - BEGIN).days))
        hours = dice.randint(int(said["least"]), int(said["most"]))
        yield Training(
            employee=person, title=said["title"], kind=said["kind"], provider=world.text("provider"),
            starts_on=starts, ends_on=starts + timedelta(days=min(hours // 8, 14)), hours=hours,
        )  # fmt: skip


def certificate(row, dice):
    return f"{dice.randint(1, 999):03d}/{row.kind}/{row.ends_on.year}"


def awards(world):
    """An award for every twentieth person, proposed, and most of them decided."""
    dice, rows, steps = world.dice, [], []
    for person in dice.sample(world.people, min(world.count, max(8, world.count // 20))):
        said = dice.choice([row for row in codes("demo_awards") if fits(person, row)])
        rows.append(Award(
            employee=person, kind=said["kind"], title=said["title"], level=said["level"],
            amount=said["amount"] or None, period=world.periods[-1] if said["amount"] else None,
        ))  # fmt: skip
    with world.on(world.periods[-1].starts_on):
        audit.create(rows, user=None)
    for row, way in zip(rows, world.ways("award", len(rows)), strict=True):
        day = MEDAL_DAY if row.level == "NATIONAL" else date(2026, dice.randint(7, 9), dice.randint(1, 28))
        decree = {"granted_on": day, "decree_no": f"{dice.randint(1, 400)}/KEP/TAHUN 2026"}
        steps += world.steps(row, way["moves"], day, 0, grant=decree)
    world.walk(steps)


def fits(person, row):
    """Whether an award fits somebody's post, and a medal the full years that a PNS has served."""
    served = MEDAL_DAY.year - 1 - int(person.nip[8:12])
    due = not row["years"] or (person.status == "PNS" and 0 <= served - int(row["years"]) < 10)
    return due and person.position.startswith(row["posts"])


def complaints(world):
    """A complaint for every fifty people, every state and class among them, and its steps."""
    dice, clocks, steps, staff = world.dice, Clocks(), [], defaultdict(list)
    for person in world.people:
        staff[person.unit].append(person)
    ways = world.ways("complaint", max(20, world.count // 50))
    days = [NEWEST - timedelta(weeks=dice.randint(0, int(way["weeks"]))) for way in ways]
    came = sorted(zip(days, ways, strict=True), key=itemgetter(0))
    for number, ((day, way), said) in enumerate(zip(came, cycle(codes("demo_complaints")), strict=False), 1):
        group, moves = said["class"], way["moves"]
        starts = tuple(said["units"].split("|"))
        fitting = [unit for unit in staff if unit.code.startswith(starts)] or list(staff)
        unit = dice.choice(fitting) if "forward" in moves else None
        blamed = unit and group in GRAVE and dice.random() < 0.4
        row = Complaint(
            ticket=Complaint.numbered(day.year, number), received_on=day, channel=dice.choice([*Complaint.channel.labels]),
            classification=group, unit=unit, employee=dice.choice(staff[unit]) if blamed else None,
            reporter=world.name(dice.choice("LP")) if dice.random() < 0.8 else None,
            subject=said["subject"], body=said["body"], **COMPLAINTS.derive({"received_on": day, "classification": group}, clocks),
            satisfaction=dice.randint(1, 5) if moves.endswith("close") else None,
        )  # fmt: skip
        with world.on(day):
            audit.create([row], user=None)
        proven = dice.random() < 0.55 if group in GRAVE else None
        words = world.text("unproven" if proven is False else f"answer {group}")
        pace = 1 if group == "information" else dice.randint(1, 2)
        steps += world.steps(row, moves, day, pace, answer={"response": words, "substantiated": proven})
    world.walk(steps)
