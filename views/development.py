"""Trainings and awards."""

from excel.sheets import AWARDS, TRAININGS
from views.base import AdminView


class TrainingView(AdminView):
    sheet = TRAININGS
    column_list = ["employee.nip", "employee.name", "title", "kind", "starts_on", "hours", "state"]
    column_searchable_list = ("employee.nip", "employee.name", "title", "provider")
    column_default_sort = ("starts_on", True)


class AwardView(AdminView):
    sheet = AWARDS
    column_list = ["employee.nip", "employee.name", "kind", "title", "granted_on", "level", "state"]
    column_searchable_list = ("employee.nip", "employee.name", "title", "decree_no")
    column_default_sort = ("granted_on", True)
