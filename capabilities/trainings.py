"""Trainings: proposed, planned, done; or missed, or declined."""

from datetime import date

from access import DESK, INSIDERS, KEPT_BY_DESK, of_people, table
from database import today
from excel.sheet import Sheet
from flows import Flow, Move
from models import Training
from panels import Panel, Tally, Where, referring
from values import N_

table(Training, read=INSIDERS, **KEPT_BY_DESK, decide=DESK, sees=of_people(Training.employee))


def by_date(values):
    """What the desk brings of the past was done, what is still to come is planned."""
    ends = values.get("ends_on") or values.get("starts_on")
    return "done" if ends and ends <= today() else "planned"


FLOW = Flow(Training, (
    Move("propose", N_("Usulkan lagi"), N_("Diusulkan lagi"), ("declined", "absent"), "proposed", "decide"),
    Move("plan", N_("Rencanakan"), N_("Direncanakan"), ("proposed",), "planned", "decide"),
    Move("finish", N_("Selesai"), N_("Diselesaikan"), ("planned",), "done", "decide",
         offers=("hours", "certificate_no", "outcome")),
    Move("absent", N_("Tidak hadir"), N_("Tidak hadir"), ("planned",), "absent", "decide", offers=("reason",)),
    Move("decline", N_("Tolak"), N_("Ditolak"), ("proposed",), "declined", "decide", asks=("reason",)),
), arrives=by_date)  # fmt: skip

TRAININGS = Sheet("trainings", Training, without=("state", "outcome", "reason"), dated="starts_on")
NEWEST_FIRST = (Training.starts_on.desc(), Training.id)
ON_PAGES = (
    Tally(N_("JP tahun ini"), Training, (
        Where(Training.state, "done"), Where(Training.starts_on, lambda: date(today().year - 1, 12, 31), "greater than"),
    ), roles="employee", adds=Training.hours),
    Panel(key="trainings", title=N_("Pelatihan saya"), roles="employee", model=Training, order=NEWEST_FIRST, most=8,
          columns=("title", "starts_on", "hours"), empty=N_("Belum ada pelatihan.")),
    referring(Training.employee, "title", "starts_on", "hours", "state", order=NEWEST_FIRST),
)  # fmt: skip
