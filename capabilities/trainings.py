"""Trainings: proposed, planned, done; or missed, or declined."""

from datetime import date, timedelta

import audit
from access import DESK, KEPT_BY_DESK, of_people, table
from code_lists import codes
from database import today
from excel.sheet import NAME, PERSON, Sheet
from flows import Flow, Move
from models import Training
from panels import Panel, Tally, Where, referring
from values import N_

table(
    Training, read="admin hr supervisor employee", **KEPT_BY_DESK,
    decide=DESK, sees=of_people(Training.employee),
)  # fmt: skip


def by_date(values):
    """What the desk brings of the past was done, what is still to come is planned."""
    ends = values.get("ends_on") or values.get("starts_on")
    return "done" if ends and ends <= today() else "planned"


FLOW = Flow(
    Training, "state", "proposed",
    (
        Move("propose", N_("Usulkan lagi"), N_("Diusulkan lagi"), ("declined", "absent"), "proposed", "decide"),
        Move("plan", N_("Rencanakan"), N_("Direncanakan"), ("proposed",), "planned", "decide"),
        Move("finish", N_("Selesai"), N_("Diselesaikan"), ("planned",), "done", "decide",
             offers=("hours", "certificate_no", "outcome")),
        Move("absent", N_("Tidak hadir"), N_("Tidak hadir"), ("planned",), "absent", "decide", offers=("reason",)),
        Move("decline", N_("Tolak"), N_("Ditolak"), ("proposed",), "declined", "decide", asks=("reason",)),
    ),
    arrives=by_date,
)  # fmt: skip

TRAININGS = Sheet(
    "trainings", Training, key=("employee", "title", "starts_on"),
    references={"employee": PERSON}, printed=(NAME,), without=("state", "outcome", "reason"),
    dated="starts_on",
)  # fmt: skip


def last_year():
    """The last day of last year."""
    return date(today().year - 1, 12, 31)


DONE = (Where(Training.state, "done"), Where(Training.starts_on, last_year, "greater than"))
SHOWN = (
    Tally(N_("JP tahun ini"), Training, DONE, roles="employee", adds=Training.hours),
    Panel(key="trainings", title=N_("Pelatihan saya"), roles="employee", model=Training, order=(Training.starts_on.desc(), Training.id), most=8,
          columns=("title", "starts_on", "hours"), empty=N_("Belum ada pelatihan.")),
    referring(Training.employee, "title", "starts_on", "hours", "state", order=(Training.starts_on.desc(), Training.id)),
)  # fmt: skip


# ------------------------------------------------------------------ demo rows

BEGIN, TODAY, END = date(2025, 10, 1), date(2026, 9, 30), date(2026, 12, 11)
ROUND = timedelta(weeks=4)  # trainings are planned a round before, and entered at the end of one


def demo(world):
    """About three trainings for two people; the first ones of one provider came with a file."""
    dice, steps, provider = world.dice("trainings"), [], world.texts("provider")[0]
    rows = [row for person in world.people for row in attended(person, dice, world)]
    early = [row for row in rows if row.provider == provider and row.ends_on.year == BEGIN.year][:40]
    for row in early:
        row.certificate_no = certificate(row, dice)
    world.upload(TRAININGS, "pelatihan-bkpp-2025.csv", early)
    rows = [row for row in rows if row not in early]
    with world.on(BEGIN - 3 * ROUND):
        audit.create_many(rows, user=None)
    for name, coming in (("training past", False), ("training coming", True)):
        mine = [row for row in rows if (row.ends_on > TODAY) == coming]
        for row, moves in zip(mine, world.ways(name, len(mine), dice), strict=True):
            begin = BEGIN + ((min(row.ends_on, TODAY) - BEGIN) // ROUND - 3) * ROUND
            done = {"certificate_no": certificate(row, dice)}
            steps += world.steps(row, moves, begin, 40, dice, finish=done)
    world.walk(steps)


def certificate(row, dice):
    return f"{dice.randint(1, 999):03d}/{row.kind}/{row.ends_on.year}"


def attended(person, dice, world):
    """Trainings that fit somebody's post, not saved yet."""
    fitting = [row for row in codes("demo_trainings") if person.position.startswith(tuple(row["posts"].split("|")))
               and row["status"] in ("", person.status)]  # fmt: skip
    for row in dice.sample(fitting, dice.choices((0, 1, 2, 3), (14, 40, 30, 16))[0]):
        starts = BEGIN + timedelta(days=dice.randrange((END - BEGIN).days))
        hours = dice.randint(int(row["least"]), int(row["most"]))
        ends = starts + timedelta(days=min(hours // 8, 14))
        yield Training(
            employee=person, title=row["title"], kind=row["kind"], provider=dice.choice(world.texts("provider")),
            starts_on=starts, ends_on=ends, hours=hours,
        )  # fmt: skip
