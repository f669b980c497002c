"""The demo's single cases: trainings, awards and citizens' complaints, each on its way."""

from datetime import timedelta
from itertools import cycle, product

from capabilities.assessments import ASSESSMENTS
from capabilities.complaints import COMPLAINTS
from excel.check.validate import Context
from excel.write.apply import apply_at_once
from models import Assessment, Award, Complaint, Employee, Training
from values import codes


def bring_cases(world):
    """Each case from its first day on, all in the order of their days; and what citizens said, in a file."""
    world.walk([*trainings(world), *awards(world), *complaints(world)])
    period = world.periods[-1]  # as long as it is open the file can be taken back
    asked = Assessment.select(Assessment.employee).where(Assessment.period == period)
    people = Employee.select(Employee.nip).where(Employee.id.in_(asked)).order_by(Employee.id).limit(40)
    lines = ["NIP,Sumber,Skor Hasil Kerja,Skor Perilaku", *(f"{who.nip},Masyarakat,85,90" for who in people)]
    apply_at_once(ASSESSMENTS, "\n".join(lines).encode(), "survei.csv", Context(period=period))


def trainings(world):
    """Three for two people, each fitting a post, and held three months after it was proposed."""
    dice = world.dice
    fitting = [(person, row) for person, row in product(world.people, codes("demo_trainings"))
               if person.position.startswith(tuple(row["posts"].split("|"))) and row["status"] in ("", person.status)]  # fmt: skip
    dice.shuffle(fitting)
    for (day, moves), (person, row) in zip(world.begun("training", 1.5), fitting, strict=False):
        starts = day + timedelta(weeks=12, days=dice.randrange(12))
        hours = dice.randint(int(row["least"]), int(row["most"]))
        training = Training(
            employee=person, title=row["title"], kind=row["kind"], provider=world.text("provider"),
            starts_on=starts, ends_on=starts + timedelta(days=min(hours // 8, 14)), hours=hours,
        )  # fmt: skip
        done = {"certificate_no": f"{dice.randint(1, 999):03d}/{training.kind}/{starts.year}"}
        yield from world.steps(training, moves, day, 40, finish=done)


def awards(world):
    """One for twenty people, fitting a post; a medal the full years that a PNS has served."""
    dice = world.dice
    people = dice.sample(world.people, world.count)
    for (day, moves), person in zip(world.begun("award", 0.05), people, strict=False):
        served = day.year - 1 - int(person.nip[8:12]) if person.status == "PNS" else 0
        row = dice.choice([
            row for row in codes("demo_awards") if person.position.startswith(row["posts"])
            and (not row["years"] or 0 <= served - int(row["years"]) < 10)
        ])  # fmt: skip
        award = Award(
            employee=person, kind=row["kind"], title=row["title"], level=row["level"],
            amount=row["amount"] or None, period=world.periods[-1] if row["amount"] else None,
        )  # fmt: skip
        decree = {"decree_no": f"{dice.randint(1, 400)}/KEP/TAHUN {day.year}"}
        yield from world.steps(award, moves, day, dice.randint(10, 25), grant=decree)


def complaints(world):
    """One for fifty people, every class in turn, about somebody's unit and, if it is grave, at times about her."""
    dice, subjects = world.dice, cycle(codes("demo_complaints"))
    cases = enumerate(zip(world.begun("complaint", 0.02), subjects, strict=False), 1)
    for number, ((day, moves), said) in cases:
        kind, starts = said["class"], tuple(said["units"].split("|"))
        grave, pace = kind in ("complaint", "inspection"), 1 if kind == "information" else dice.randint(1, 2)
        near = [who for who in world.people if who.unit.code.startswith(starts)]
        person = dice.choice(near or world.people)
        complaint = Complaint(
            ticket=Complaint.numbered(day.year, number), received_on=day, channel=dice.choice([*Complaint.channel.labels]),
            classification=kind, employee=person if grave and dice.random() < 0.4 else None,
            reporter=world.name(dice.choice("LP")) if dice.random() < 0.8 else None, subject=said["subject"], body=said["body"],
            **COMPLAINTS.derive({"received_on": day, "classification": kind}),
        )  # fmt: skip
        proven = dice.random() < 0.55 if grave else None
        words = world.text("unproven" if proven is False else f"answer {kind}")
        yield from world.steps(
            complaint, moves, day, pace, forward={"unit": person.unit_id},
            answer={"response": words, "substantiated": proven}, close={"satisfaction": dice.randint(1, 5)},
        )  # fmt: skip
