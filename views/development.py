"""Trainings and awards."""

from models import Award, Training
from views.base import AdminView


class TrainingView(AdminView):
    model = Training
    column_list = ["employee.nip", "employee.name", "title", "kind", "starts_on", "hours", "state"]
    column_searchable_list = ("employee.nip", "employee.name", "title", "provider")
    column_default_sort = ("starts_on", True)


class AwardView(AdminView):
    model = Award
    column_list = ["employee.nip", "employee.name", "kind", "title", "granted_on", "level", "state"]
    column_searchable_list = ("employee.nip", "employee.name", "title", "decree_no")
    column_default_sort = ("granted_on", True)
