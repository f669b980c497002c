"""The menu in order: the table of contents of the panel. A table whose list differs in nothing stands as its model."""

from functools import partial

from flask_babel import lazy_gettext as _l

from models import Exemption, Holiday
from values import N_


def register(admin):
    """Add every view to the panel, in the order of the menu."""
    from views.assessment import AssessmentView, ObjectionView, PeriodView, RatingView, UnitResultView
    from views.base import AdminView
    from views.complaints import ComplaintEventView, ComplaintView
    from views.development import AwardView, TrainingView
    from views.imports import ImportView
    from views.parts import PartsView
    from views.people import EmployeeView, UnitView, UserView
    from views.search import SearchView
    from views.settings import ChangeView, PolicyView
    from views.uploads import UploadsView

    menu = (
        (N_("Kepegawaian"), (EmployeeView, UnitView)),
        (N_("Penilaian"), (AssessmentView, RatingView, PeriodView, UnitResultView, ObjectionView, Exemption)),
        (N_("Pengembangan"), (TrainingView, AwardView)),
        (N_("Pengaduan"), (ComplaintView, ComplaintEventView)),
        (N_("Pengaturan"), (UploadsView, PolicyView, Holiday, UserView, ChangeView)),
    )
    admin.add_view(ImportView(name=_l("Unggah Excel"), endpoint="import", url="import"))
    admin.add_view(SearchView(name=_l("Cari"), endpoint="search", url="search"))
    for category, views in menu:
        for view in views:
            made = view if issubclass(view, AdminView) else partial(AdminView, view)
            admin.add_view(made(category=_l(category)))
    admin.add_view(
        PartsView(name=_l("Bagian Halaman"), endpoint="parts", url="parts", category=_l("Pengaturan"))
    )
