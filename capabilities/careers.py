"""Trainings and awards: proposed, then planned and done, or granted by decree, or declined with a reason."""

from datetime import date

from access import DESK, INSIDERS, KEPT_BY_DESK, of_people, table
from database import today
from excel.sheet import NAME, PERIOD, PERSON, Sheet
from flows import Flow, Move
from models import Award, Training
from panels import Panel, Tally, Where, referring
from values import N_

for model in (Training, Award):
    table(model, read=INSIDERS, **KEPT_BY_DESK, decide=DESK, sees=of_people(model.employee))


def by_date(values):
    """What the desk brings of the past was done, what is still to come is planned."""
    ends = values.get("ends_on") or values.get("starts_on")
    return "done" if ends and ends <= today() else "planned"


Flow(Training, "state", "proposed", (
    Move("propose", N_("Usulkan lagi"), N_("Diusulkan lagi"), ("declined", "absent"), "proposed", "decide"),
    Move("plan", N_("Rencanakan"), N_("Direncanakan"), ("proposed",), "planned", "decide"),
    Move("finish", N_("Selesai"), N_("Diselesaikan"), ("planned",), "done", "decide",
         offers=("hours", "certificate_no", "outcome")),
    Move("absent", N_("Tidak hadir"), N_("Tidak hadir"), ("planned",), "absent", "decide", offers=("reason",)),
    Move("decline", N_("Tolak"), N_("Ditolak"), ("proposed",), "declined", "decide", asks=("reason",)),
), arrives=by_date)  # fmt: skip


def by_decree(values):
    """What the desk brings with date and number of a decree was granted."""
    return "granted" if values.get("granted_on") and values.get("decree_no") else "proposed"


Flow(Award, "state", "proposed", (
    Move("grant", N_("Berikan"), N_("Diberikan"), ("proposed", "granted"), "granted", "decide",
         asks=("granted_on", "decree_no")),
    Move("decline", N_("Tolak"), N_("Ditolak"), ("proposed",), "declined", "decide", asks=("reason",)),
), arrives=by_decree)  # fmt: skip

TRAININGS = Sheet(
    "trainings", Training, key=("employee", "title", "starts_on"),
    references={"employee": PERSON}, printed=(NAME,), without=("state", "outcome", "reason"),
    dated="starts_on",
)  # fmt: skip


class AwardSheet(Sheet):
    """A decree for a proposal that has no date yet means that proposal."""

    def meant(self, row, stored):
        employee, title, day = row.key
        return stored.get(row.key) or (day and stored.get((employee, title, None)))


AWARDS = AwardSheet(
    "awards", Award, key=("employee", "title", "granted_on"), optional=("granted_on",),
    references={"employee": PERSON, "period": PERIOD}, printed=(NAME,), without=("state", "reason"),
)  # fmt: skip


def last_year():
    return date(today().year - 1, 12, 31)


DONE = (Where(Training.state, "done"), Where(Training.starts_on, last_year, "greater than"))
SHOWN = (
    Tally(N_("JP tahun ini"), Training, DONE, roles="employee", adds=Training.hours),
    Panel(key="trainings", title=N_("Pelatihan saya"), roles="employee", model=Training, order=(Training.starts_on.desc(), Training.id), most=8,
          columns=("title", "starts_on", "hours"), empty=N_("Belum ada pelatihan.")),
    referring(Training.employee, "title", "starts_on", "hours", "state", order=(Training.starts_on.desc(), Training.id)),
    referring(Award.employee, "title", "granted_on", "level", "state"),
)  # fmt: skip
