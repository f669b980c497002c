"""Units, employees and accounts."""

import secrets

from flask import flash
from flask_admin.actions import action
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from audit import snapshot, update
from models import Employee, Unit, User
from views.base import AdminView
from views.session import me


class UnitView(AdminView):
    model = Unit
    column_searchable_list = ("code", "name")
    column_default_sort = "code"


class EmployeeView(AdminView):
    model = Employee
    list_without = ("position_type", "email", "phone", "job_class")
    column_searchable_list = ("nip", "name", "position")
    column_default_sort = "name"


class UserView(AdminView):
    model = User
    list_without = ("must_change_password",)
    column_searchable_list = ("username", "employee.name")
    column_default_sort = "username"
    action_verbs = {"new_password": "update"}

    def on_model_change(self, form, row, is_created):
        """A change of role, scope or activity takes effect at once: the account's sessions end."""
        if is_created:
            row.password = User.hashed(self.announce(row))
            row.must_change_password = True
        else:
            row.epoch += 1

    def announce(self, row):
        """Show a fresh password once, to be handed over by the administrator."""
        password = new_password()
        flash(
            gettext("Sandi sementara %(name)s: %(password)s. Catat sekarang; hanya tampil sekali.",
                    name=row.username, password=password), "info",
        )  # fmt: skip
        return password

    @action("new_password", _l("Buat sandi baru"), _l("Buat sandi baru dan akhiri semua sesi akun ini?"))
    def give_new_password(self, ids):
        for row in self.chosen(ids):
            before = snapshot(row)
            row.password = User.hashed(self.announce(row))
            row.must_change_password, row.epoch = True, row.epoch + 1
            update(row, before, user=me())


def new_password():
    """Four groups of four letters and digits that cannot be mistaken for one another."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
