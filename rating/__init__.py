"""The law as pure functions: its tables, the score of several sources, and the suggestion of a rating."""

import json
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from math import lcm
from typing import NamedTuple

LAW = "PermenPANRB 6/2022 Lampiran Bab IV hlm. 99"

ABOVE, MEETS, BELOW = LEVELS = ("ABOVE", "MEETS", "BELOW")
VERY_GOOD, GOOD, NEEDS_IMPROVEMENT, POOR, VERY_POOR = PREDICATES = (
    "VERY_GOOD", "GOOD", "NEEDS_IMPROVEMENT", "POOR", "VERY_POOR",
)  # fmt: skip

# (work, behaviour) -> predicate; the same for a month, a quarter and a year. Behaviour below expectation
# always gives POOR or worse. Source: PermenPANRB 6/2022, Lampiran Bab IV p.99, repeated p.102-103 (DOMAIN 1.3).
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


def half_up(value):
    """The Decimal with two decimals, half away from zero, once and at the end: 28.125 becomes 28.13 (DOMAIN 0.8)."""
    return Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)


YEARLY = dict(PM="3.75", TR="5", MH="12.5", PY="25", PT="12.5", MU="25", MA="37.5", UT="50")  # of a year
COEFFICIENT = {jenjang: Decimal(points) for jenjang, points in YEARLY.items()}
PERCENT = {VERY_GOOD: 150, GOOD: 100, NEEDS_IMPROVEMENT: 75, POOR: 50, VERY_POOR: 25}


def credit_of(jenjang, predicate, months):
    """The credit points (Decimal, two places) for some months with a predicate.

    Coefficient x percent x months/12, rounded half-up once; the caller asks only for a PNS with
    a jenjang. KeyError for an unknown code.
    Source: PermenPANRB 1/2023 Pasal 37 and Peraturan BKN 3/2023 (DOMAIN 3).
    """
    return half_up(COEFFICIENT[jenjang] * PERCENT[predicate] * months / 1200)


SOME = "some"  # at least one person

# (predicates, "most" or "least", name of the limit in percent)
FEW_AT_THE_TOP = ((VERY_GOOD,), "most", "top_max")
GUIDANCE = {  # by organisation result
    "ISTIMEWA": (((VERY_GOOD,), "most", "most_max"),),
    "BAIK": (((GOOD,), "most", "most_max"), ((NEEDS_IMPROVEMENT, POOR), "least", SOME)),
    "BUTUH_PERBAIKAN": (((NEEDS_IMPROVEMENT,), "least", "low_min"), FEW_AT_THE_TOP),
    "KURANG": (((POOR,), "least", "low_min"), ((NEEDS_IMPROVEMENT,), "least", "next_min"), FEW_AT_THE_TOP),
    "SANGAT_KURANG": (
        ((VERY_POOR,), "least", "low_min"), ((POOR, NEEDS_IMPROVEMENT), "least", "next_min"), ((VERY_GOOD,), "most", "none"),
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


AGES = {"UT": 65, "MA": 60, "JPT_PRATAMA": 60}  # ahli utama, ahli madya, head of an OPD
TEACHER, OTHERS = 60, 58


def retirement_age(position_type, jf_level=None, teaches=False):
    """Years of age at which a civil servant retires (batas usia pensiun).

    `position_type` and `jf_level` are the codes of Employee. Source: DOMAIN 8 (BUP).
    """
    age = AGES.get(jf_level) or AGES.get(position_type) or OTHERS
    return max(age, TEACHER) if teaches else age


def due(day, n, holidays):
    """The n-th working day after a date; n = 0 is the date itself.

    Counting starts the day after; Saturdays, Sundays and the dates in `holidays` (national
    holidays and cuti bersama) do not count. Source: DOMAIN 7.2, SKB 3 Menteri 2026.
    """
    while n > 0:
        day += timedelta(days=1)
        n -= day.isoweekday() < 6 and day not in holidays
    return day


class Rules(NamedTuple):
    """What a policy says of scores: weight and minimum count by source, thresholds of levels."""

    weights: dict[str, int]
    minima: dict[str, int]
    above_from: Decimal
    meets_from: Decimal


class Source(NamedTuple):
    """What one source contributed: `weight` is its effective share in percent, 0 when not used."""

    mean: Decimal | None
    count: int
    weight: Decimal
    used: bool


def weigh(scores, rules):
    """(score, {source: Source}) of one aspect from {source: [Decimal 0-120, ...]}; no score where no source counts.

    The mean of each source, weighted by the policy and renormalised over the sources present;
    one below its minimum count is absent, one without a weight (public, observation, self) is
    evidence only, and missing is never 0. Rounded half-up once, to two decimals;
    the sources come back in the order in which they were given.
    Source: DOMAIN 2 (60/20/20, three peers at least: CONFIG), DOMAIN 1.8 (a suggestion only).
    """
    counts = {source: len(given) for source, given in scores.items() if given}
    enough = [source for source, count in counts.items() if count >= rules.minima.get(source, 1)]
    used = {source: rules.weights[source] for source in enough if rules.weights.get(source)}
    total, common, summed, sources = sum(used.values()), lcm(*map(counts.get, used)), 0, {}
    for source, count in counts.items():
        points, weight = sum(scores[source]), used.get(source, 0)
        # below its minimum a source keeps its mean to itself: it would point at one colleague
        mean = half_up(points / count) if source in enough else None
        sources[source] = Source(mean, count, _share(weight, total), weight > 0)
        summed += points * (weight * common // count)
    # one division at the very end: thirds never cut a half short
    return half_up(summed / (common * total)) if used else None, sources


@cache
def _share(weight, total):
    return half_up(Decimal(100 * weight) / total) if weight else Decimal(0)


def level_of(score, rules):
    """The level that a score (0-120, or None) suggests by the policy's thresholds, edges included.

    Source: CONFIG; the edges of the first policy are those of PP 30/2019 (DOMAIN 1.8).
    """
    if score is None:
        return None
    if score >= rules.above_from:
        return ABOVE
    return MEETS if score >= rules.meets_from else BELOW


class Calculator:
    """The rules of one period: the levels they suggest, and what a rating explains of itself.

    `policy` identifies the policy in the explanation: id, valid_from, source, ratified. Scores,
    credit and the explanation (compact JSON, keys in one order) come back as text, so that what
    is stored can be told from what is new by comparing.
    """

    def __init__(self, rules, months, policy):
        self.rules, self.months = rules, months
        thresholds = {name: str(half_up(getattr(rules, name))) for name in ("above_from", "meets_from")}
        head = {**policy, "weights": rules.weights, "minima": rules.minima, "thresholds": thresholds}
        self.head = compact(head)[:-1]
        self.cell = cache(self._cell)

    def aspect(self, level, given):
        """(level, score, JSON) of an aspect: the supervisor's level stands, else the score suggests one.

        `given` are (source, Decimal 0-120) pairs in the order of showing. Level and score are None where no
        source counts. Source: DESIGN "How a rating comes about", PermenPANRB 6/2022 p.97-102.
        """
        scores = {}
        for source, score in given:
            scores.setdefault(source, []).append(score)
        score, sources = weigh(scores, self.rules)
        basis, against = "level" if level else "score", ""
        if level and "supervisor" in sources:
            own = level_of(sources["supervisor"].mean, self.rules)
            against = f',"against":"{own}"' if own not in (None, level) else ""
        level = level or level_of(score, self.rules)
        # written out, for it holds only codes and numbers: an encoder took a quarter of a run
        parts = ",".join([_of_source(*pair) for pair in sources.items()])
        given = f'"basis":"{basis}","score":{_quoted(score)}{against},"sources":{{{parts}}}'
        return level, None if score is None else str(score), f'{{"level":"{level}",{given}}}'

    def _cell(self, work_level, behaviour_level, jenjang):
        """(predicate, credit, JSON) of a cell of the matrix; no credit without a jenjang."""
        predicate, points, credit = MATRIX[work_level, behaviour_level], None, None
        if jenjang:
            points, percent = str(credit_of(jenjang, predicate, self.months)), PERCENT[predicate]
            credit = {"jenjang": jenjang, "coefficient": str(COEFFICIENT[jenjang]), "percent": percent}
            credit |= {"months": self.months, "points": points}
        cell = {"cell": [work_level, behaviour_level], "predicate": predicate, "credit": credit, "law": LAW}
        return predicate, points, compact(cell)[1:]

    def explanation(self, work, behaviour, assessment, by_desk, elsewhere, cell):
        """The whole explanation from the JSON of its aspects and cell, and the assessment's id.

        `by_desk`: the HR office wrote it in the supervisor's name; `elsewhere`: the credit points of this
        time come from another rating.
        """
        recorded = '"by_desk":true,' if by_desk else ""
        recorded += '"credit_elsewhere":true,' if elsewhere else ""
        return (
            f'{self.head},"aspects":{{"work":{work},"behaviour":{behaviour}}},'
            f'"supervisor_assessment":{assessment},{recorded}{cell}'
        )


compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _of_source(name, given):
    """What a source gave as JSON; its share without idle zeros: 60, 33.33."""
    share, used = f"{given.weight.normalize():f}", "true" if given.used else "false"
    return f'"{name}":{{"mean":{_quoted(given.mean)},"count":{given.count},"weight":"{share}","used":{used}}}'


def _quoted(number):
    return "null" if number is None else f'"{number}"'
