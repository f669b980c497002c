"""From the scores of several sources to one score, the level that it suggests, and the suggestion of a rating."""

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from math import lcm
from typing import NamedTuple

from .matrix import ABOVE, BELOW, COEFFICIENT, LAW, MEETS, PERCENT, credit_of, half_up, predicate_of


@dataclass(frozen=True)
class Rules:
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


class Weighted(NamedTuple):
    """An aspect's score (0-120, None where no source counts) and what each source gave to it."""

    score: Decimal | None
    sources: dict[str, Source]


def weigh(scores, rules):
    """The weighted score of one aspect from {source: [Decimal 0-120, ...]}.

    The mean of each source, weighted by the policy and renormalised over the sources present;
    one below its minimum count is absent, one without a weight (public, observation, self) is
    evidence only, and missing is never 0. Rounded half-up once, to two decimals;
    the sources come back in the order in which they were given.
    Source: DOMAIN 2 (60/20/20, three peers at least: CONFIG), DOMAIN 1.8 (a suggestion only).
    """
    heard = {source: (len(given), sum(given)) for source, given in scores.items() if given}
    used = {
        source: rules.weights[source]
        for source, (count, _) in heard.items()
        if rules.weights.get(source) and count >= rules.minima.get(source, 1)
    }
    total, common, summed, sources = sum(used.values()), lcm(*[heard[source][0] for source in used]), 0, {}
    for source, (count, points) in heard.items():
        # below its minimum a source keeps its mean to itself: it would point at one colleague
        mean = half_up(points / count) if count >= rules.minima.get(source, 1) else None
        weight = used.get(source, 0)
        sources[source] = Source(mean, count, _share(weight, total), weight > 0)
        summed += points * (weight * common // count)
    # one division at the very end: thirds never cut a half short
    return Weighted(half_up(summed / (common * total)) if used else None, sources)


@cache
def _share(weight, total):
    return half_up(Decimal(100 * weight) / total) if weight else Decimal(0)


def level_of(score, rules):
    """The level that a score (0-120) suggests by the policy's thresholds, edges included.

    Source: CONFIG; the edges of the first policy are those of PP 30/2019 (DOMAIN 1.8).
    """
    if score >= rules.above_from:
        return ABOVE
    return MEETS if score >= rules.meets_from else BELOW


class Desk:
    """The rules of one period; people of whom the same was said are worked out once.

    `policy` identifies the policy in the explanation: id, valid_from, source, ratified. Scores,
    credit and the explanation (compact JSON, keys in one order) come back as text, so that what
    is stored can be told from what is new by comparing.
    """

    def __init__(self, rules, months, policy):
        self.rules, self.months = rules, months
        thresholds = {name: str(half_up(getattr(rules, name))) for name in ("above_from", "meets_from")}
        head = {**policy, "weights": rules.weights, "minima": rules.minima, "thresholds": thresholds}
        self.head = _json(head)[:-1]
        self.aspect = cache(self._aspect)
        self.cell = cache(self._cell)

    def _aspect(self, level, given):
        """(level, score, JSON) of an aspect: the supervisor's level stands, else the score suggests one.

        `given` is a tuple of (source, Decimal 0-120) pairs. Level and score are None where no
        source counts. Source: DESIGN "How a rating comes about", PermenPANRB 6/2022 p.97-102.
        """
        scores = {}
        for source, score in given:
            scores.setdefault(source, []).append(score)
        score, sources = weigh(scores, self.rules)
        basis, own, against = "level" if level else "score", sources.get("supervisor"), ""
        if level is None and score is not None:
            level = level_of(score, self.rules)
        if basis == "level" and own and own.mean is not None and level_of(own.mean, self.rules) != level:
            against = f',"against":"{level_of(own.mean, self.rules)}"'
        # written out, for it holds only codes and numbers: an encoder took a quarter of a run
        parts = ",".join(
            [
                f'"{source}":{{"mean":{_quoted(mean)},"count":{count},"weight":{_percent(weight)},"used":{TRUTH[used]}}}'
                for source, (mean, count, weight, used) in sources.items()
            ]
        )
        told = (
            f'{{"level":"{level}","basis":"{basis}","score":{_quoted(score)}{against},"sources":{{{parts}}}}}'
        )
        return level, None if score is None else str(score), told

    def _cell(self, work_level, behaviour_level, jenjang):
        """(predicate, credit, JSON) of a cell of the matrix; no credit without a jenjang."""
        predicate = predicate_of(work_level, behaviour_level)
        points = str(credit_of(jenjang, predicate, self.months)) if jenjang else None
        credit = jenjang and {
            "jenjang": jenjang,
            "coefficient": str(COEFFICIENT[jenjang]),
            "percent": PERCENT[predicate],
            "months": self.months,
            "points": points,
        }
        cell = {"cell": [work_level, behaviour_level], "predicate": predicate, "credit": credit, "law": LAW}
        return predicate, points, _json(cell)[1:]

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


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
TRUTH = {True: "true", False: "false"}


@cache
def _quoted(number):
    return "null" if number is None else f'"{number}"'


@cache
def _percent(share):
    """Without idle zeros: 60, 33.33."""
    return f'"{share.normalize():f}"'
