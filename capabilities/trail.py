"""Uploads and the audit trail: what happened to all tables."""

from access import DESK, TABLES, both, table
from models import MODELS, Change, Upload
from panels import UPKEEP, Named, Number, Panel, Where, referring
from values import N_


def not_about_herself(user):
    """What a table keeps from somebody, its trail keeps from her too."""
    condition = None
    for model in MODELS:
        rights = TABLES.get(model)
        if rights and rights.apart and model is not Change:
            seen = model.select(model.id).where(rights.apart(user))
            other = (Change.table != model._meta.table_name) | (Change.action == "export")
            condition = both(condition, other | Change.key.in_(seen))
    return condition


table(Upload, read="admin hr supervisor", sees={"supervisor": lambda user: Upload.user == user.id})
table(Change, read=DESK, apart=not_about_herself)


WAITING = Named(
    Upload, N_("Masih menunggu"), "masih_menunggu", lambda user: Upload.state.in_(("queued", "applying"))
)
SHOWN = (
    WAITING,
    Number(N_("Unggahan"), Upload, roles="admin"),
    Number(N_("Pekerjaan menunggu"), Upload, (Where(WAITING, "1"),), roles="admin", waits=True),
    Number(N_("Unggahan gagal"), Upload, (Where(Upload.state, "failed"),), roles="admin", waits=True),
    Panel(key="uploads", title=N_("Unggahan terakhir"), roles="admin hr supervisor", model=Upload, order=(Upload.id.desc(),), most=5,
          columns=("filename", "state"), empty=N_("Belum ada unggahan."), place=UPKEEP, page="review"),
    referring(Upload.period, "filename", "at", "user", "state"),
)  # fmt: skip
