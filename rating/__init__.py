"""Pure arithmetic and tables of the law: codes, numbers and dates in, codes, numbers and dates out."""

from .explain import reasons
from .matrix import (
    COEFFICIENT,
    LAW,
    MATRIX,
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
)
from .scores import Desk, Rules, Source, Weighted, level_of, weigh
