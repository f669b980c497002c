"""The suggestion for one employee under a policy, with the explanation that is stored beside it."""

import json
from functools import cache

from .credit import COEFFICIENT, PERCENT, credit_of
from .matrix import LAW, predicate_of
from .rounding import half_up
from .scores import level_of, weigh


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
        weighed = weigh(scores, self.rules)
        basis = "level" if level else "score"
        if level is None and weighed.score is not None:
            level = level_of(weighed.score, self.rules)
        score = None if weighed.score is None else str(weighed.score)
        own = weighed.sources.get("supervisor")
        suggested = level_of(own.mean, self.rules) if own and own.mean is not None else level
        return level, score, _aspect_json(level, basis, score, suggested, weighed.sources)

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


def _aspect_json(level, basis, score, suggested, sources):
    """JSON written out, for it holds only codes and numbers: an encoder took half of a run."""
    parts = ",".join([_source_json(name, *source) for name, source in sources.items()])
    score = f'"{score}"' if score else "null"
    against = f',"against":"{suggested}"' if basis == "level" and suggested != level else ""
    return f'{{"level":"{level}","basis":"{basis}","score":{score}{against},"sources":{{{parts}}}}}'


def _source_json(name, mean, count, weight, used):
    mean = "null" if mean is None else f'"{mean}"'
    used = "true" if used else "false"
    return f'"{name}":{{"mean":{mean},"count":{count},"weight":"{_percent(weight)}","used":{used}}}'


@cache
def _percent(share):
    """Without idle zeros: 60, 33.33."""
    return f"{share.normalize():f}"


def _json(values):
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
