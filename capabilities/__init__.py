"""What the office does, one room each: rights, moves, rules, sheet, questions and panels."""

# The rooms are read in this order, which menus of sheets and guides follow.
# isort: off
from excel.sheet import SHEETS
from capabilities import people
from capabilities import periods
from capabilities import assessments
from capabilities import ratings
from capabilities import trainings
from capabilities import awards
from capabilities import complaints
from capabilities import rules
from capabilities import trail
# isort: on

__all__ = ["CAPABILITIES", "SHEETS", "gathered"]
CAPABILITIES = (people, periods, assessments, ratings, trainings, awards, complaints, rules, trail)


def gathered(kind):
    """What all rooms show of a kind, in their order: a Panel, Number, Button or Named filter; a model that is searched."""
    return [thing for room in CAPABILITIES for thing in getattr(room, "SHOWN", ()) if isinstance(thing, kind)]
