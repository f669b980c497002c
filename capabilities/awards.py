"""Awards: proposed, then granted by decree or declined with a reason."""

from datetime import date

import audit
from access import DESK, KEPT_BY_DESK, of_people, table
from code_lists import codes
from excel.sheet import NAME, PERSON, Sheet
from flows import Flow, Move
from models import Award, Period
from panels import referring
from values import N_

table(Award, read="admin hr supervisor employee", **KEPT_BY_DESK, decide=DESK, sees=of_people(Award.employee))


def by_decree(values):
    """What the desk brings with date and number of a decree was granted."""
    return "granted" if values.get("granted_on") and values.get("decree_no") else "proposed"


FLOW = Flow(
    Award, "state", "proposed",
    (
        Move("grant", N_("Berikan"), N_("Diberikan"), ("proposed", "granted"), "granted", "decide",
             asks=("granted_on", "decree_no")),
        Move("decline", N_("Tolak"), N_("Ditolak"), ("proposed",), "declined", "decide", asks=("reason",)),
    ),
    arrives=by_decree,
)  # fmt: skip


class AwardSheet(Sheet):
    """A decree for a proposal that has no date yet means that proposal."""

    def meant(self, row, stored):
        employee, title, day = row.key
        return stored.get(row.key) or (day and stored.get((employee, title, None)))


AWARDS = AwardSheet(
    "awards", Award, key=("employee", "title", "granted_on"),
    references={"employee": PERSON, "period": (N_("Periode"), Period.code)},
    printed=(NAME,), without=("state", "reason"), optional=("granted_on",),
)  # fmt: skip
SHOWN = (referring(Award.employee, "title", "granted_on", "level", "state"),)


MEDAL_DAY = date(2026, 8, 17)


def demo(world):
    """An award for every twentieth person, proposed, and most of them decided."""
    dice, rows, steps = world.dice("awards"), [], []
    for person in dice.sample(world.people, min(world.count, max(8, world.count // 20))):
        said = dice.choice([row for row in codes("demo_awards") if fits(person, row)])
        row = Award(employee=person, kind=said["kind"], title=said["title"], level=said["level"])
        if said["kind"] == "400":
            row.amount, row.period = dice.randint(2, 20) * 250_000, world.periods[-1]
        rows.append(row)
    with world.on(world.periods[-1].starts_on):
        audit.create_many(rows, user=None)
    for row, moves in zip(rows, world.ways("award", len(rows), dice), strict=True):
        day = MEDAL_DAY if row.level == "NATIONAL" else date(2026, dice.randint(7, 9), dice.randint(1, 28))
        decree = {"granted_on": day, "decree_no": f"{dice.randint(1, 400)}/KEP/TAHUN 2026"}
        steps += world.steps(row, moves, day, 0, dice, grant=decree)
    world.walk(steps)


def fits(person, row):
    """Whether an award fits somebody's post, and a medal the full years that a PNS has served."""
    served = MEDAL_DAY.year - int(person.nip[8:12]) - (int(person.nip[12:14]) > MEDAL_DAY.month)
    due = not row["years"] or (person.status == "PNS" and 0 <= served - int(row["years"]) < 10)
    return due and person.position.startswith(row["posts"])
