"""The dated rules as data, and the days that are no working days."""

from access import DESK, EVERYBODY, everyone, table
from fields import N_
from models import Holiday, Policy
from panels import Question, Where

table(Policy, read="admin hr supervisor employee", create=DESK, update=DESK, delete=DESK, sees=everyone)
table(Holiday, read=EVERYBODY, create=DESK, update=DESK, delete=DESK, sees=everyone)


# ------------------------------------------------------------------ panels


def unratified(user):
    """Policies that no decree confirms."""
    return Policy.select().where(~Policy.ratified).count()


QUESTIONS = (
    Question("system", N_("Aturan yang belum disahkan Perbup"), unratified, Policy,
             lambda user, period: (Where(Policy.ratified, "0"),)),
)  # fmt: skip
