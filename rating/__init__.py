"""The law as pure functions: its tables and sums, the suggestion of a rating, and why it is what it is."""

from .explain import reasons
from .matrix import (
    ABOVE,
    BELOW,
    COEFFICIENT,
    GOOD,
    LAW,
    MATRIX,
    MEETS,
    PERCENT,
    SIASN_LEVEL,
    SIASN_PREDICATE,
    beyond,
    credit_of,
    due,
    half_up,
    is_working_day,
    predicate_of,
    retirement_age,
)  # fmt: skip
from .scores import Desk, Rules, Source, Weighted, level_of, weigh

__all__ = [
    "ABOVE", "BELOW", "COEFFICIENT", "Desk", "GOOD", "LAW", "MATRIX", "MEETS", "PERCENT", "Rules", "SIASN_LEVEL",
    "SIASN_PREDICATE", "Source", "Weighted", "beyond", "credit_of", "due", "half_up", "is_working_day", "level_of",
    "predicate_of", "reasons", "retirement_age", "weigh",
]  # fmt: skip
