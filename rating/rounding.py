"""Rounding as the law does it: half-up, on Decimal, once and at the end."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def half_up(value):
    """The Decimal with two decimals, half away from zero: 28.125 becomes 28.13 (DOMAIN 0.8)."""
    return Decimal(value).quantize(CENT, ROUND_HALF_UP)
