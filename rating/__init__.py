"""Pure arithmetic and tables of the law: codes, numbers and dates in, codes, numbers and dates out."""

from .credit import COEFFICIENT, PERCENT, credit_of
from .desk import Desk
from .distribution import beyond
from .explain import reasons
from .matrix import LAW, MATRIX, SIASN_LEVEL, SIASN_PREDICATE, predicate_of
from .retirement import retirement_age
from .rounding import half_up
from .scores import Rules, Source, Weighted, level_of, weigh
from .working_days import due, is_working_day

__all__ = [
    "COEFFICIENT", "Desk", "LAW", "MATRIX", "PERCENT", "Rules", "SIASN_LEVEL", "SIASN_PREDICATE", "Source", "Weighted",
    "beyond", "credit_of", "due", "half_up", "is_working_day", "level_of", "predicate_of", "reasons",
    "retirement_age", "weigh",
]  # fmt: skip
