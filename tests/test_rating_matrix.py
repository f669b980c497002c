"""The nine cells of the law."""

import pytest

from models import Rating
from rating import MATRIX, SIASN_LEVEL, SIASN_PREDICATE
from tests.cases import cases


@pytest.mark.parametrize(("given", "expected"), cases("predikat"))
def test_it_gives_the_predicate_of_the_worked_examples(given, expected):
    work, behaviour = given["work_result"], given["behavior"]
    predicate = MATRIX[work, behaviour]
    assert predicate == expected["predikat"]
    assert Rating.predicate.labels[predicate] == expected["label"]
    siasn = [SIASN_LEVEL[work], SIASN_LEVEL[behaviour], SIASN_PREDICATE[predicate]]
    assert siasn == expected["siasn"]


def test_it_is_the_table_of_page_99():
    assert MATRIX == {
        ("ABOVE", "BELOW"): "POOR", ("ABOVE", "MEETS"): "GOOD", ("ABOVE", "ABOVE"): "VERY_GOOD",
        ("MEETS", "BELOW"): "POOR", ("MEETS", "MEETS"): "GOOD", ("MEETS", "ABOVE"): "GOOD",
        ("BELOW", "BELOW"): "VERY_POOR", ("BELOW", "MEETS"): "NEEDS_IMPROVEMENT",
        ("BELOW", "ABOVE"): "NEEDS_IMPROVEMENT",
    }  # fmt: skip


def test_it_has_a_cell_for_every_level_and_a_siasn_number_for_every_code():
    levels, predicates = Rating.work_level.labels, Rating.predicate.labels
    assert set(MATRIX) == {(work, behaviour) for work in levels for behaviour in levels}
    assert list(SIASN_LEVEL) == list(levels)
    assert list(SIASN_PREDICATE) == list(predicates)


def test_it_knows_no_fourth_level():
    with pytest.raises(KeyError):
        MATRIX["ABOVE", "1"]
