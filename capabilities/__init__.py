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


def gathered(name):
    """What all rooms declare under a name, in their order: PANELS, CARDS, QUESTIONS, FILTERS, SEARCHED."""
    return [thing for room in CAPABILITIES for thing in getattr(room, name, ())]
