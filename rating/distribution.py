"""How the predicates of a unit should spread by its organisation result: guidance, never a rule."""

from .matrix import GOOD, NEEDS_IMPROVEMENT, POOR, VERY_GOOD, VERY_POOR

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
