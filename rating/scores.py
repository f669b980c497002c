"""From the scores of several sources to one score and the level that it suggests."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from math import lcm
from typing import NamedTuple

from .matrix import ABOVE, BELOW, MEETS
from .rounding import half_up


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
    total = sum(used.values())
    sources = {
        source: _source(count, points, used.get(source), total, rules.minima.get(source, 1))
        for source, (count, points) in heard.items()
    }
    return Weighted(_weighted_mean(heard, used, total), sources)


def _weighted_mean(heard, used, total):
    """One division at the very end: thirds never cut a half short."""
    if not used:
        return None
    common = lcm(*[heard[source][0] for source in used])
    points = 0
    for source, weight in used.items():
        count, given = heard[source]
        points += given * (weight * common // count)
    return half_up(points / (common * total))


def _source(count, points, weight, total, least):
    """Below its minimum a source keeps its mean to itself: it would point at one colleague."""
    mean = half_up(points / count) if count >= least else None
    return Source(mean, count, _share(weight or 0, total), bool(weight))


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
