"""The menu in order: the table of contents of the panel. A table whose list differs in nothing stands as its model."""

from functools import partial

from flask_babel import lazy_gettext as _l

from models import Exemption, Holiday, Unit
from values import N_


def register(admin):
    """Add every view to the panel, in the order of the menu."""
    from views import records as of
    from views.base import AdminView
    from views.imports import ImportView
    from views.parts import PartsView
    from views.search import SearchView
    from views.uploads import UploadsView

    menu = (
        (N_("Kepegawaian"), (of.EmployeeView, Unit)),
        (N_("Penilaian"), (of.AssessmentView, of.RatingView, of.PeriodView, of.UnitResultView, of.ObjectionView, Exemption)),
        (N_("Pengembangan"), (of.TrainingView, of.AwardView)),
        (N_("Pengaduan"), (of.ComplaintView, of.ComplaintEventView)),
        (N_("Pengaturan"), (UploadsView, of.PolicyView, Holiday, of.UserView, of.ChangeView)),
    )  # fmt: skip
    admin.add_view(ImportView(name=_l("Unggah Excel"), endpoint="import", url="import"))
    admin.add_view(SearchView(name=_l("Cari"), endpoint="search", url="search"))
    for category, views in menu:
        for view in views:
            made = view if issubclass(view, AdminView) else partial(AdminView, view)
            admin.add_view(made(category=_l(category)))
    admin.add_view(
        PartsView(name=_l("Bagian Halaman"), endpoint="parts", url="parts", category=_l("Pengaturan"))
    )
