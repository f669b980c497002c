"""What the office does, one room each: rights, moves, rules, sheet, questions, panels and demo rows."""

# isort: off - a room is read in this order, which menus of sheets and guides follow
from capabilities import assessments, awards, complaints, people, periods, ratings, rules, trail, trainings
from excel.sheet import SHEETS

# isort: on

__all__ = ["CAPABILITIES", "SHEETS"]
CAPABILITIES = (people, periods, assessments, ratings, trainings, awards, complaints, rules, trail)
