"""The menu in order: the table of contents of the panel, and how the list of a table differs in words."""

from functools import partial

from flask_babel import lazy_gettext as _l

from models import Award, ComplaintEvent, Employee, Exemption, Holiday, Objection, Training, Unit, UnitResult
from values import N_
from views import records
from views.base import AdminView
from views.files import ImportView
from views.panels import PartsView, SearchView
from views.uploads import UploadsView

PERSON = ("employee.nip", "employee.name")


def of(model, **words):
    """The view of a table that differs in words only, or in nothing."""
    return partial(AdminView, model, **words)


MENU = {
    N_("Kepegawaian"): (
        of(Employee, list_without=("position_type", "email", "phone", "active", "job_class"),
           column_searchable_list=("nip", "name", "position"), column_default_sort="name"),
        of(Unit),
    ),
    N_("Penilaian"): (
        records.AssessmentView, records.RatingView, records.PeriodView,
        of(UnitResult, column_searchable_list=("unit.name", "unit.code"),
           column_default_sort=[("period.starts_on", True), ("unit.name", False)]),
        of(Objection, form_without=("rating", "filed_on", "reason", "decision", "due_on", "decided_on"),
           column_list=["rating.employee.name", "rating.period.name", "filed_on", "due_on", "decision", "decided_on"],
           column_searchable_list=("rating.employee.nip", "rating.employee.name")),
        of(Exemption),
    ),
    N_("Pengembangan"): (
        of(Training, list_without=("provider", "ends_on", "certificate_no"),
           column_searchable_list=(*PERSON, "title", "provider")),
        of(Award, list_without=("decree_no", "amount", "period"),
           column_searchable_list=(*PERSON, "title", "decree_no"), column_default_sort=("granted_on", True)),
    ),
    N_("Layanan Pengaduan"): (
        records.ComplaintView, of(ComplaintEvent, column_searchable_list=("complaint.ticket", "text")),
    ),
    N_("Pengaturan"): (UploadsView, records.PolicyView, of(Holiday), records.UserView,
                         records.SignInView, records.ChangeView),
}  # fmt: skip


def register(admin):
    """Add every view to the panel, in the order of the menu."""
    admin.add_views(
        ImportView(name=_l("Unggah Excel"), endpoint="import", url="import"),
        SearchView(name=_l("Cari"), endpoint="search", url="search"),
        *(view(category=_l(category)) for category, views in MENU.items() for view in views),
        PartsView(name=_l("Bagian Halaman"), endpoint="parts", url="parts", category=_l("Pengaturan")),
    )
