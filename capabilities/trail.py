"""Uploads and the audit trail: what happened to all tables."""

import migrations
from access import DESK, TABLES, both, scoped, table
from models import MODELS, Change, Upload
from panels import UPKEEP, Card, Named, Panel, Question, Where, referring
from values import N_


def not_about_herself(user):
    """What a table keeps from somebody, its trail keeps from her too."""
    condition = None
    for model in MODELS:
        rights = TABLES.get(model)
        if rights and rights.apart and model is not Change:
            seen = model.select(model.id).where(rights.apart(user))
            condition = both(condition, (Change.table != model._meta.table_name) | Change.key.in_(seen))
    return condition


table(Upload, read="admin hr supervisor", sees={"supervisor": lambda user: Upload.user == user.id})
table(Change, read=DESK, apart=not_about_herself)


# ------------------------------------------------------------------ panels

RUNNING = ("queued", "applying")
WAITING = Named(
    Upload, N_("Masih menunggu"), "masih_menunggu",
    lambda code, user: Upload.state.in_(RUNNING) if code == "1" else Upload.state.not_in(RUNNING),
)  # fmt: skip
FILTERS = (WAITING,)


def uploads(*states):
    """How many uploads are in one of these states; without any, in all."""
    wanted = Upload.state.in_(states or tuple(Upload.state.labels))
    return lambda user, period: Upload.select().where(wanted).count()


def newest(user, record):
    return scoped(Upload, user).order_by(Upload.id.desc())


CARDS = (
    Card(N_("Unggahan"), "admin", uploads(), Upload),
    Card(N_("Pekerjaan menunggu"), "admin", uploads(*RUNNING), Upload,
         lambda user, period: (Where(WAITING, "1"),), waits=True),
    Card(N_("Unggahan gagal"), "admin", uploads("failed"), Upload,
         lambda user, period: (Where(Upload.state, "failed"),), waits=True),
)  # fmt: skip
QUESTIONS = (
    Question("system", N_("Perubahan skema yang belum dijalankan"),
             lambda user: ", ".join(migrations.pending()) or 0),
)  # fmt: skip
PANELS = (
    Panel(key="uploads", title=N_("Unggahan terakhir"), roles="admin hr supervisor", query=newest, most=5,
          columns=("filename", "state"), empty=N_("Belum ada unggahan."), place=UPKEEP, page="review"),
    referring(Upload.period, "filename", "at", "user", "state", order=(Upload.id.desc(),)),
)  # fmt: skip
