"""Credit points (angka kredit) of functional posts: law."""

from decimal import Decimal

from .matrix import GOOD, NEEDS_IMPROVEMENT, POOR, VERY_GOOD, VERY_POOR
from .rounding import half_up

# a year, by jenjang
YEARLY = dict(PM="3.75", TR="5", MH="12.5", PY="25", PT="12.5", MU="25", MA="37.5", UT="50")
COEFFICIENT = {jenjang: Decimal(points) for jenjang, points in YEARLY.items()}
PERCENT = {VERY_GOOD: 150, GOOD: 100, NEEDS_IMPROVEMENT: 75, POOR: 50, VERY_POOR: 25}


def credit_of(jenjang, predicate, months):
    """The credit points (Decimal, two places) for some months with a predicate.

    Coefficient x percent x months/12, rounded half-up once; the caller asks only for a PNS with
    a jenjang. KeyError for an unknown code.
    Source: PermenPANRB 1/2023 Pasal 37 and Peraturan BKN 3/2023 (DOMAIN 3).
    """
    return half_up(COEFFICIENT[jenjang] * PERCENT[predicate] * months / 1200)
