"""Trainings and awards."""

from models import Award, Training
from views.base import AdminView


class TrainingView(AdminView):
    model = Training
    list_without = ("provider", "ends_on", "certificate_no")
    column_searchable_list = ("employee.nip", "employee.name", "title", "provider")


class AwardView(AdminView):
    model = Award
    list_without = ("decree_no", "amount", "period")
    column_searchable_list = ("employee.nip", "employee.name", "title", "decree_no")
    column_default_sort = ("granted_on", True)
