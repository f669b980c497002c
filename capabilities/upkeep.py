"""What IT keeps: the dated rules as data, the days that are no working days, uploads, and the trail of all tables."""

from access import ALL, DESK, EVERYBODY, INSIDERS, KEPT_BY_DESK, RATERS, TABLES, everyone, table
from database import among
from excel.sheet import Sheet
from models import Change, Holiday, Period, Policy, Rating, SignIn, Upload
from panels import UPKEEP, Named, Panel, Tally, Where, referring
from values import N_


def not_in_use(user):
    """A policy on which a rating rests is not edited: a new dated row takes its place."""
    ends = Period.select(Period.ends_on).join(Rating).distinct().tuples()
    return Policy.id.not_in({Policy.on(day).id for (day,) in ends})


def not_about_herself(user):
    """What a table keeps from somebody, its trail keeps from her too: by the ids of few lines, or none, of a long trail."""
    hidden = []
    for model, rights in TABLES.items():
        if rights.apart and model is not Change:
            unseen = Change.key.not_in(model.select(model.id).where(rights.apart(user)))
            of_it = (Change.table == model._meta.table_name) & (Change.action != "export")
            hidden += [key for (key,) in Change.select(Change.id).where(of_it, unseen).tuples()]
    return ~among(Change.id, hidden) if hidden else ALL


table(Policy, read=INSIDERS, create=DESK, update=DESK, delete=DESK, sees=everyone, changes=not_in_use)
table(Holiday, read=EVERYBODY, **KEPT_BY_DESK, sees=everyone)
table(Upload, read=RATERS, sees={"supervisor": lambda user: Upload.user == user.id})
table(Change, read=DESK, apart=not_about_herself)
table(SignIn, read=DESK)

HOLIDAYS = Sheet("holidays", Holiday)
WAITING = Named(
    Upload, N_("Masih menunggu"), "masih_menunggu", lambda user: Upload.state.in_(("queued", "applying"))
)
ON_PAGES = (
    WAITING,
    Tally(N_("Aturan yang belum disahkan Perbup"), Policy, (Where(Policy.ratified, "0"),), panel="system"),
    Tally(N_("Unggahan"), Upload, roles="admin", fresh=True),
    Tally(N_("Pekerjaan menunggu"), Upload, (Where(WAITING, "1"),), roles="admin", waits=True, fresh=True),
    Tally(N_("Unggahan gagal"), Upload, (Where(Upload.state, "failed"),), roles="admin", waits=True, fresh=True),
    Panel(key="uploads", title=N_("Unggahan terakhir"), roles="admin hr supervisor", model=Upload, order=(Upload.id.desc(),), most=5, fresh=True,
          columns=("filename", "state"), empty=N_("Belum ada unggahan."), place=UPKEEP, page="review"),
    referring(Upload.period, "filename", "at", "user", "state"),
)  # fmt: skip
