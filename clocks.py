"""Due dates in working days, under the policy of their day and the holidays that are entered."""

from models import Holiday, Policy
from rating import due


class Clocks:
    """Reads policies and holidays once, for many dates."""

    def __init__(self):
        self.policies = list(Policy.select().order_by(Policy.valid_from.desc()))
        self.holidays = {day for (day,) in Holiday.select(Holiday.date).tuples()}

    @property
    def years(self):
        """The years whose holidays are entered: a due date in another year may turn out later."""
        return {day.year for day in self.holidays}

    def after(self, day, name):
        """The date that the policy of a day gives: so many working days after it, as `days_<name>` says."""
        policy = next((p for p in self.policies if p.valid_from <= day), self.policies[-1])
        return due(day, getattr(policy, f"days_{name}"), self.holidays)
