"""Due dates in working days."""

from datetime import timedelta

SATURDAY = 5


def is_working_day(day, holidays):
    """Whether a date is Monday to Friday and no holiday or collective leave."""
    return day.weekday() < SATURDAY and day not in holidays


def due(day, n, holidays):
    """The n-th working day after a date; n = 0 is the date itself.

    Counting starts the day after; Saturdays, Sundays and the dates in `holidays` (national
    holidays and cuti bersama) do not count. Source: DOMAIN 7.2, SKB 3 Menteri 2026.
    """
    while n > 0:
        day += timedelta(days=1)
        n -= is_working_day(day, holidays)
    return day
