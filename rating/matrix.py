"""The tables and the arithmetic of the law: predikat, credit points, spread, ages and working days."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

LAW = "PermenPANRB 6/2022 Lampiran Bab IV hlm. 99"

ABOVE, MEETS, BELOW = LEVELS = ("ABOVE", "MEETS", "BELOW")
VERY_GOOD, GOOD, NEEDS_IMPROVEMENT, POOR, VERY_POOR = PREDICATES = (
    "VERY_GOOD", "GOOD", "NEEDS_IMPROVEMENT", "POOR", "VERY_POOR",
)  # fmt: skip

# (work, behaviour) -> predicate; the same for a month, a quarter and a year.
MATRIX = {
    (ABOVE, ABOVE): VERY_GOOD,
    (ABOVE, MEETS): GOOD,
    (ABOVE, BELOW): POOR,
    (MEETS, ABOVE): GOOD,
    (MEETS, MEETS): GOOD,
    (MEETS, BELOW): POOR,
    (BELOW, ABOVE): NEEDS_IMPROVEMENT,
    (BELOW, MEETS): NEEDS_IMPROVEMENT,
    (BELOW, BELOW): VERY_POOR,
}

# In SIASN 1 is the best.
SIASN_LEVEL = {level: number for number, level in enumerate(LEVELS, 1)}
SIASN_PREDICATE = {predicate: number for number, predicate in enumerate(PREDICATES, 1)}


def predicate_of(work_level, behaviour_level):
    """The predicate code of a work and a behaviour level code.

    Behaviour below expectation always gives POOR or worse. KeyError for an unknown level.
    Source: PermenPANRB 6/2022, Lampiran Bab IV p.99, repeated p.102-103 (DOMAIN 1.3).
    """
    return MATRIX[work_level, behaviour_level]


def half_up(value):
    """The Decimal with two decimals, half away from zero, once and at the end: 28.125 becomes 28.13 (DOMAIN 0.8)."""
    return Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)


# ------------------------------------------------------------------ credit points (angka kredit)

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


# ------------------------------------------------------------------ how predicates should spread: guidance, never a rule

SOME = "some"  # at least one person

# (predicates, "most" or "least", name of the limit in percent)
FEW_AT_THE_TOP = ((VERY_GOOD,), "most", "top_max")
NONE_AT_THE_TOP = ((VERY_GOOD,), "most", "none")
GUIDANCE = {  # by organisation result
    "ISTIMEWA": (((VERY_GOOD,), "most", "most_max"),),
    "BAIK": (((GOOD,), "most", "most_max"), ((NEEDS_IMPROVEMENT, POOR), "least", SOME)),
    "BUTUH_PERBAIKAN": (((NEEDS_IMPROVEMENT,), "least", "low_min"), FEW_AT_THE_TOP),
    "KURANG": (((POOR,), "least", "low_min"), ((NEEDS_IMPROVEMENT,), "least", "next_min"), FEW_AT_THE_TOP),
    "SANGAT_KURANG": (
        ((VERY_POOR,), "least", "low_min"), ((POOR, NEEDS_IMPROVEMENT), "least", "next_min"), NONE_AT_THE_TOP,
    ),
}  # fmt: skip


def beyond(counts, result, limits):
    """[(predicates, "most" or "least", limit, share)] of the guidance that a unit's counts do not meet.

    `counts` {predicate: people}, `limits` {"min_people", "most_max", "low_min", "top_max",
    "next_min": percent}; shares are whole percents, rounded down. Small teams are left alone.
    Source: SE MenPANRB 3/2023 (DOMAIN 1.6).
    """
    people = sum(counts.values())
    if people < limits["min_people"]:
        return []
    found = []
    for predicates, kind, name in GUIDANCE[result]:
        mine, limit = sum(counts.get(p, 0) for p in predicates), limits.get(name, 0)
        wrong = mine * 100 > limit * people if kind == "most" else mine * 100 < limit * people
        if wrong or (name == SOME and not mine):
            found.append((predicates, kind, limit, 100 * mine // people))
    return found


# ------------------------------------------------------------------ ages and days

AGES = {"UT": 65, "MA": 60, "JPT_PRATAMA": 60}  # ahli utama, ahli madya, head of an OPD
TEACHER, OTHERS = 60, 58


def retirement_age(position_type, jf_level=None, teaches=False):
    """Years of age at which a civil servant retires (batas usia pensiun).

    `position_type` and `jf_level` are the codes of Employee. Source: DOMAIN 8 (BUP).
    """
    age = AGES.get(jf_level) or AGES.get(position_type) or OTHERS
    return max(age, TEACHER) if teaches else age


def is_working_day(day, holidays):
    """Whether a date is Monday to Friday and no holiday or collective leave."""
    return day.isoweekday() < 6 and day not in holidays


def due(day, n, holidays):
    """The n-th working day after a date; n = 0 is the date itself.

    Counting starts the day after; Saturdays, Sundays and the dates in `holidays` (national
    holidays and cuti bersama) do not count. Source: DOMAIN 7.2, SKB 3 Menteri 2026.
    """
    while n > 0:
        day += timedelta(days=1)
        n -= is_working_day(day, holidays)
    return day
