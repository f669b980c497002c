"""The dated rules as data, and the days that are no working days."""

from access import DESK, EVERYBODY, KEPT_BY_DESK, everyone, table
from excel.sheet import Sheet
from models import Holiday, Period, Policy, Rating
from panels import Number, Where
from values import N_


def not_in_use(user):
    """A policy on which a rating rests is not edited: a new dated row takes its place."""
    ends = Period.select(Period.ends_on).join(Rating).distinct().tuples()
    return Policy.id.not_in({Policy.on(day).id for (day,) in ends})


table(
    Policy, read="admin hr supervisor employee", create=DESK, update=DESK, delete=DESK, sees=everyone,
    changes=not_in_use,
)  # fmt: skip
table(Holiday, read=EVERYBODY, **KEPT_BY_DESK, sees=everyone)

HOLIDAYS = Sheet("holidays", Holiday, key=("date",))


SHOWN = (
    Number(N_("Aturan yang belum disahkan Perbup"), Policy, (Where(Policy.ratified, "0"),), panel="system"),
)
