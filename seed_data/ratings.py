"""What becomes of the demo's ratings: computed, carried through their moves, and their quarter closed."""

from datetime import date

from compute import compute
from models import Objection, Rating
from rating.matrix import ABOVE, GOOD, VERY_GOOD

RAISED = {"work_level": ABOVE, "behaviour_level": ABOVE}
PENDING_SINCE = date(2026, 9, 4)  # ratings whose objection is still open were confirmed late


def demo(world):
    """Rate each quarter but the last, carry its ratings on and close it."""
    for period in world.periods[:-1]:
        with world.on(period.ends_on):
            compute(period)
        steps = list(ways(world, period))
        last = max(
            (day for day, _, move, _ in steps if move in ("confirm", "finalise")), default=period.ends_on
        )
        world.walk([*steps, *world.steps(period, ["close"], last, 1, world.dice("closing"))])
    decided = Objection.decision.is_null(False)
    Objection.update(answer=world.texts("objection answer")[0]).where(decided).execute()


def ways(world, period):
    """The steps of a quarter's ratings: each rater has a pace, so that few days see many."""
    dice, paces = world.dice(period.code), {}
    columns = (Rating.id, Rating.rater, Rating.predicate)
    rows = list(Rating.select(*columns).where(Rating.period == period.id).order_by(Rating.employee))
    dice.shuffle(rows)
    rows.sort(key=lambda row: row.predicate != GOOD)  # every way among them
    for row, moves in zip(rows, world.ways(f"rating {period.code}", len(rows), dice), strict=True):
        begin = PENDING_SINCE if moves[-1] == "object" else period.ends_on
        pace = paces.setdefault(row.rater_id, dice.randint(1, 4))
        yield from world.steps(row, fair(row, moves), begin, pace, dice, change=RAISED)


def fair(row, moves):
    """Nobody objects to the best predikat, and only a good one is raised."""
    if row.predicate == VERY_GOOD and "object" in moves:
        return moves[:3]
    return [*moves[:-1], "uphold"] if row.predicate != GOOD and moves[-1] == "change" else moves
