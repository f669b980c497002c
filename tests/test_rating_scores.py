"""One score from several sources, and the level it suggests."""

from decimal import Decimal

import pytest

from rating import Rules, Source, half_up, level_of, weigh

RULES = Rules(
    weights={"supervisor": 60, "peer": 20, "subordinate": 20},
    minima={"supervisor": 1, "peer": 3, "subordinate": 1},
    above_from=Decimal(110),
    meets_from=Decimal(90),
)


def scores(**given):
    return {source: [Decimal(number) for number in numbers.split()] for source, numbers in given.items()}


def source(mean, count, weight, used=True):
    return Source(mean and Decimal(mean), count, Decimal(weight), used)


def test_it_weighs_the_means_of_the_sources():
    assert weigh(scores(supervisor="100", peer="80 90 91", subordinate="70"), RULES) == (
        Decimal("91.40"),
        {
            "supervisor": source("100.00", 1, 60),
            "peer": source("87.00", 3, 20),
            "subordinate": source("70.00", 1, 20),
        },
    )


def test_a_missing_source_is_not_zero_but_leaves_its_weight_to_the_others():
    assert weigh(scores(supervisor="100", peer="", subordinate="80"), RULES) == (
        Decimal("95.00"),
        {"supervisor": source("100.00", 1, 75), "subordinate": source("80.00", 1, 25)},
    )


def test_a_score_of_zero_is_a_score():
    assert weigh(scores(supervisor="0"), RULES)[0] == Decimal("0.00")
    assert weigh(scores(supervisor="100", subordinate="0"), RULES)[0] == Decimal("75.00")


def test_a_source_below_its_minimum_is_absent_and_keeps_its_mean_to_itself():
    assert weigh(scores(supervisor="100", peer="50 60"), RULES) == (
        Decimal("100.00"),
        {"supervisor": source("100.00", 1, 100), "peer": source(None, 2, 0, used=False)},
    )


def test_a_source_without_weight_is_evidence_only():
    assert weigh(scores(supervisor="100", public="10", observation="20 30", self="120"), RULES) == (
        Decimal("100.00"),
        {
            "supervisor": source("100.00", 1, 100),
            "public": source("10.00", 1, 0, used=False),
            "observation": source("25.00", 2, 0, used=False),
            "self": source("120.00", 1, 0, used=False),
        },
    )


@pytest.mark.parametrize("given", [{}, {"self": "100"}, {"peer": "100 100"}, {"supervisor": ""}])
def test_it_gives_no_score_where_no_source_counts(given):
    assert weigh(scores(**given), RULES)[0] is None


def test_it_shows_an_uneven_share_with_two_decimals():
    thirds = Rules({"supervisor": 10, "peer": 20}, {}, Decimal(110), Decimal(90))
    shares = [s.weight for s in weigh(scores(supervisor="90", peer="90"), thirds)[1].values()]
    assert shares == [Decimal("33.33"), Decimal("66.67")]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"supervisor": "89.99 90"}, "90.00"),  # 89.995
        ({"supervisor": "28.125"}, "28.13"),
        # exactly 89.995, once by the mean of three peers, once by that and a renormalised weight
        ({"supervisor": "90", "peer": "89.97 89.97 89.985", "subordinate": "90"}, "90.00"),
        ({"peer": "89.99 89.99 90.005", "subordinate": "89.995"}, "90.00"),
    ],
)
def test_it_rounds_half_up_and_only_once(given, expected):
    assert weigh(scores(**given), RULES)[0] == Decimal(expected)


def test_half_up_is_not_bankers_rounding():
    assert [half_up(Decimal(n)) for n in ("28.125", "28.135", "0.005")] == [
        Decimal("28.13"), Decimal("28.14"), Decimal("0.01"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("score", "level"),
    [("120", "ABOVE"), ("110", "ABOVE"), ("109.99", "MEETS"), ("90", "MEETS"), ("89.99", "BELOW"), ("0", "BELOW")],
)  # fmt: skip
def test_a_threshold_belongs_to_the_better_level(score, level):
    assert level_of(Decimal(score), RULES) == level
