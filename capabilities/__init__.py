"""What the office does, one room each: rights, moves, rules, sheet and what pages show."""

# The rooms are read in this order, which menus of sheets and guides follow.
# isort: off
from excel.sheet import SHEETS
from capabilities import people, periods, assessments, ratings, trainings, awards, complaints, upkeep
# isort: on

__all__ = ["CAPABILITIES", "SHEETS", "gathered"]
CAPABILITIES = (people, periods, assessments, ratings, trainings, awards, complaints, upkeep)


def gathered(kind):
    """What all rooms show of a kind, in their order; a model among it is searched in the top bar."""
    return [
        thing for room in CAPABILITIES for thing in getattr(room, "ON_PAGES", ()) if isinstance(thing, kind)
    ]
