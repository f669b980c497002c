"""Due dates in working days."""

from datetime import date, timedelta

import pytest

from rating import due
from tests.cases import cases
from values import codes

HOLIDAYS = {date.fromisoformat(row["date"]) for row in codes("holidays_2026")}


@pytest.mark.parametrize(("given", "expected"), cases("complaint_sla"))
def test_a_complaint_before_nyepi_and_idulfitri_is_due_after_them(given, expected):
    verified = due(date.fromisoformat(given["received"]), given["stages"]["verification"], HOLIDAYS)
    answered = due(verified, given["stages"]["first_response"], HOLIDAYS)
    assert {
        "verification_due": verified.isoformat(),
        "first_response_due": answered.isoformat(),
    } == expected


@pytest.mark.parametrize(("given", "expected"), cases("objection"))
def test_an_objection_and_its_decision_are_due_in_working_days(given, expected):
    received = date.fromisoformat(given["document_received"])
    filed = date.fromisoformat(given["objection_filed_on"])
    assert {
        "objection_due": due(received, given["objection_window_wd"], HOLIDAYS).isoformat(),
        "decision_due": due(filed, given["decision_wd"], HOLIDAYS).isoformat(),
    } == expected


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 7, 3), 1, date(2026, 7, 6)),  # Friday -> Monday
        (date(2026, 7, 4), 1, date(2026, 7, 6)),  # Saturday
        (date(2026, 7, 6), 5, date(2026, 7, 13)),
        (date(2026, 8, 14), 1, date(2026, 8, 18)),  # Monday 17 August is a holiday
        (date(2026, 7, 6), 0, date(2026, 7, 6)),
        (date(2026, 12, 23), 1, date(2026, 12, 28)),  # collective leave counts as a holiday
    ],
)
def test_it_counts_from_the_day_after(day, n, expected):
    assert due(day, n, HOLIDAYS) == expected


def test_a_weekend_and_a_holiday_are_no_working_days():
    days = [date(2026, 8, day) for day in range(14, 19)]
    counted = [due(day - timedelta(days=1), 1, HOLIDAYS) == day for day in days]
    assert counted == [True, False, False, False, True]
