"""What the office does, one room each: rights, moves, rules, sheet, questions, panels and demo rows."""

from excel.sheet import SHEETS  # isort: skip - filled by the rooms
from capabilities import (
    assessments,
    awards,
    complaints,
    people,
    periods,
    ratings,
    rules,
    trail,
    trainings,
)  # fmt: skip

__all__ = ["CAPABILITIES", "SHEETS", "gathered"]
CAPABILITIES = (people, periods, assessments, ratings, trainings, awards, complaints, rules, trail)


def gathered(name):
    """What all rooms declare under a name, in their order: PANELS, CARDS, QUESTIONS, FILTERS, SEARCHED."""
    return [thing for room in CAPABILITIES for thing in getattr(room, name, ())]
