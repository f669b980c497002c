"""The menu in order: the table of contents of the panel."""

from flask_babel import lazy_gettext as _l

from fields import N_
from models import (
    Assessment,
    Award,
    Change,
    Complaint,
    ComplaintEvent,
    Employee,
    Holiday,
    Objection,
    Period,
    Policy,
    Rating,
    Training,
    Unit,
    UnitResult,
    Upload,
    User,
)  # fmt: skip
from views.titles import TITLES

PEOPLE, ASSESSING, GROWING = N_("Kepegawaian"), N_("Penilaian"), N_("Pengembangan")
COMPLAINING, SETTING = N_("Pengaduan"), N_("Pengaturan")


def register(admin):
    """Add every view to the panel, in the order of the menu."""
    from views.assessment import AssessmentView, ObjectionView, PeriodView, RatingView, UnitResultView
    from views.complaints import ComplaintEventView, ComplaintView
    from views.development import AwardView, TrainingView
    from views.imports import ImportView, UploadsView
    from views.people import EmployeeView, UnitView, UserView
    from views.settings import ChangeView, HolidayView, PolicyView

    menu = (
        (ASSESSING, ((AssessmentView, Assessment), (RatingView, Rating), (PeriodView, Period),
                     (UnitResultView, UnitResult), (ObjectionView, Objection))),
        (PEOPLE, ((EmployeeView, Employee), (UnitView, Unit))),
        (GROWING, ((TrainingView, Training), (AwardView, Award))),
        (COMPLAINING, ((ComplaintView, Complaint), (ComplaintEventView, ComplaintEvent))),
        (SETTING, ((UploadsView, Upload), (PolicyView, Policy), (HolidayView, Holiday),
                   (UserView, User), (ChangeView, Change))),
    )  # fmt: skip
    admin.add_view(ImportView(name=_l("Unggah Excel"), endpoint="import", url="import"))
    for category, views in menu:
        for view, model in views:
            admin.add_view(view(model, name=_l(TITLES[model]), category=_l(category)))
