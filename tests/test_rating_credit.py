"""Credit points of functional posts."""

from decimal import Decimal

import pytest

from models import Employee
from rating import COEFFICIENT, credit_of
from tests.cases import cases

PREDICATES = ("VERY_GOOD", "GOOD", "NEEDS_IMPROVEMENT", "POOR", "VERY_POOR")


@pytest.mark.parametrize(("given", "expected"), cases("angka_kredit"))
def test_it_gives_the_points_of_the_worked_examples(given, expected):
    assert credit_of(given["jenjang"], given["predikat"], given["months"]) == Decimal(expected["ak"])


@pytest.mark.parametrize(
    ("jenjang", "points"),
    [
        ("PM", "5.63 3.75 2.81 1.88 0.94"),
        ("TR", "7.50 5.00 3.75 2.50 1.25"),
        ("MH", "18.75 12.50 9.38 6.25 3.13"),
        ("PY", "37.50 25.00 18.75 12.50 6.25"),
        ("PT", "18.75 12.50 9.38 6.25 3.13"),
        ("MU", "37.50 25.00 18.75 12.50 6.25"),
        ("MA", "56.25 37.50 28.13 18.75 9.38"),
        ("UT", "75.00 50.00 37.50 25.00 12.50"),
    ],
)
def test_it_gives_the_published_grid_for_a_year(jenjang, points):
    assert [str(credit_of(jenjang, predicate, 12)) for predicate in PREDICATES] == points.split()


def test_it_gives_the_published_example_of_two_months():
    assert credit_of("PT", "GOOD", 2) == Decimal("2.08")


def test_every_jenjang_has_a_coefficient():
    assert list(COEFFICIENT) == list(Employee.jf_level.labels)


def test_an_unknown_jenjang_is_an_error():
    with pytest.raises(KeyError):
        credit_of("XX", "GOOD", 12)
