"""Awards: proposed, then granted by decree or declined with a reason."""

from access import DESK, INSIDERS, KEPT_BY_DESK, of_people, table
from excel.sheet import Sheet
from flows import Flow, Move
from models import Award
from panels import referring
from values import N_

table(Award, read=INSIDERS, **KEPT_BY_DESK, decide=DESK, sees=of_people(Award.employee))


def by_decree(values):
    """What the desk brings with date and number of a decree was granted."""
    return "granted" if values.get("granted_on") and values.get("decree_no") else "proposed"


FLOW = Flow(Award, (
    Move("grant", N_("Berikan"), N_("Diberikan"), ("proposed", "granted"), "granted", "decide",
         asks=("granted_on", "decree_no")),
    Move("decline", N_("Tolak"), N_("Ditolak"), ("proposed",), "declined", "decide", asks=("reason",)),
), arrives=by_decree)  # fmt: skip


class AwardSheet(Sheet):
    """A decree for a proposal that has no date yet means that proposal."""

    def meant(self, row, stored):
        employee, title, day = row.key
        return stored.get(row.key) or (day and stored.get((employee, title, None)))


AWARDS = AwardSheet("awards", Award, without=("state", "reason"), optional=("granted_on",))
ON_PAGES = (referring(Award.employee, "title", "granted_on", "level", "state"),)
