"""Units, employees and accounts."""

import secrets

from flask import flash, g, request
from flask_admin import expose
from flask_admin.actions import action
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from audit import snapshot, update
from models import Employee, Unit, User
from views.base import AdminView
from views.session import me


class TreeView(AdminView):
    """A table whose rows refer to one another as to parents: no row becomes its own ancestor."""

    def on_model_change(self, form, row, is_created):
        if not is_created and row.id in row.above(row.__data__[row.upward]):
            raise ValidationError(gettext("Lingkaran: data ini menjadi atasan dirinya sendiri."))


class UnitView(TreeView):
    model = Unit


class EmployeeView(TreeView):
    model = Employee
    list_without = ("position_type", "email", "phone", "active", "job_class")
    column_searchable_list = ("nip", "name", "position")
    column_default_sort = "name"


class UserView(AdminView):
    model = User
    list_without = ("must_change_password",)
    column_searchable_list = ("username", "employee.name")
    action_verbs = {"new_password": "update"}

    def on_model_change(self, form, row, is_created):
        """A change of role, scope or activity takes effect at once: the account's sessions end."""
        if not is_created and row.leaves_nobody():
            raise ValidationError(
                gettext("Ini admin aktif terakhir; beri peran admin kepada akun lain lebih dahulu.")
            )
        if is_created:
            g.secret = new_password()
            row.password, row.must_change_password = User.hashed(g.secret), True
        else:
            row.epoch += 1

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self):
        answer = super().create_view()
        made = request.method == "POST" and getattr(answer, "status_code", 200) == 302 and "secret" in g
        return self.once([(request.form["username"], g.secret)]) if made else answer

    @action("new_password", _l("Buat sandi baru"), _l("Buat sandi baru dan akhiri semua sesi akun ini?"))
    def give_new_password(self, ids):
        rows, made = self.chosen(ids), []
        if len(rows) > MOST_PASSWORDS:  # each takes a tenth of a second to hash
            return flash(gettext("Paling banyak %(n)s akun sekaligus.", n=MOST_PASSWORDS), "error")
        for row in rows:
            before, password = snapshot(row), new_password()
            row.password = User.hashed(password)
            row.must_change_password, row.epoch = True, row.epoch + 1
            update(row, before, user=me())
            made.append((row.username, password))
        return self.once(made)


MOST_PASSWORDS = 50


def new_password():
    """Four groups of four letters and digits that cannot be mistaken for one another."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
