"""Signing in and out, and one's own password."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

import audit
from forms import LoginForm, PasswordForm
from models import Throttle, User
from values import CONTROL
from views.session import SAME_ORIGIN, enter, leave, me

account = Blueprint("account", __name__)
NOBODY = User.hashed("no such account: hashing takes the same time")


@account.route("/login", methods=["GET", "POST"])
def login():
    if me():
        return redirect(url_for("admin.index"))
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("login.html", form=form)
    name = CONTROL.sub("", form.username.data).strip()
    wait = Throttle.count(f"login:{name.casefold()}")
    if wait:
        audit.event("refused", User, name or "-", user=None, key=User.number_of(name))
        return refused_for_now(form.password, wait, "login.html", form)
    user = verified(name, form.password.data)
    if user is None:
        audit.event("refused", User, name or "-", user=None, key=User.number_of(name))
        form.password.errors = [gettext("Nama akun atau sandi salah")]
        return render_template("login.html", form=form), 401
    Throttle.forget(f"login:{name.casefold()}")
    enter(user)
    audit.log("sign_in", user, user=user)
    return redirect(asked_target() or url_for("admin.index"))


def refused_for_now(field, wait, template, form):
    field.errors = [gettext("Terlalu banyak percobaan; coba lagi %(n)s menit lagi", n=-(-wait // 60))]
    return render_template(template, form=form), 429, {"Retry-After": str(wait)}


def verified(name, password):
    """The active account of this name and password; an unknown name takes as long as a known one."""
    user = User.get_or_none(User.username == name)
    if user is None:
        User(password=NOBODY).verify(password)
        return None
    return user if user.verify(password) and user.active else None


def asked_target():
    target = request.args.get("next", "")
    return target if SAME_ORIGIN.match(target) else None


@account.post("/logout")
def logout():
    audit.log("sign_out", me(), user=me())
    leave()
    return redirect(url_for("account.login"))


@account.route("/password", methods=["GET", "POST"])
def password():
    form = PasswordForm()
    if form.validate_on_submit():
        if wait := Throttle.count(f"password:{me().id}"):
            return refused_for_now(form.old, wait, "password.html", form)
        if not me().verify(form.old.data):
            form.old.errors = [gettext("Sandi sekarang salah")]
        elif form.new.data == form.old.data:
            form.new.errors = [gettext("Sandi baru harus lain dari sandi sekarang")]
        else:
            Throttle.forget(f"password:{me().id}")
            change_password(me(), form.new.data)
            flash(gettext("Sandi telah diganti; sesi lain akun ini berakhir."), "success")
            return redirect(url_for("admin.index"))
    return render_template("password.html", form=form), 400 if form.errors else 200


def change_password(user, new):
    """Store a new password, end the other sessions and go on with this one."""
    before = audit.snapshot(user)
    user.password, user.must_change_password, user.epoch = User.hashed(new), False, user.epoch + 1
    audit.update(user, before, user=user)
    enter(user)
