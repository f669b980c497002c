"""The nine cells that turn two ratings into a predicate: law, not configuration."""

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
