"""Credit points (angka kredit) of functional posts: law."""

from decimal import Decimal

from .matrix import GOOD, NEEDS_IMPROVEMENT, POOR, VERY_GOOD, VERY_POOR
from .rounding import half_up

COEFFICIENT = {
    "PM": Decimal("3.75"),
    "TR": Decimal("5"),
    "MH": Decimal("12.5"),
    "PY": Decimal("25"),
    "PT": Decimal("12.5"),
    "MU": Decimal("25"),
    "MA": Decimal("37.5"),
    "UT": Decimal("50"),
}  # a year, by jenjang

PERCENT = {VERY_GOOD: 150, GOOD: 100, NEEDS_IMPROVEMENT: 75, POOR: 50, VERY_POOR: 25}


def credit_of(jenjang, predicate, months):
    """The credit points (Decimal, two places) for some months with a predicate.

    Coefficient x percent x months/12, rounded half-up once; the caller asks only for a PNS with
    a jenjang. KeyError for an unknown code.
    Source: PermenPANRB 1/2023 Pasal 37 and Peraturan BKN 3/2023 (DOMAIN 3).
    """
    return half_up(COEFFICIENT[jenjang] * PERCENT[predicate] * months / 1200)
