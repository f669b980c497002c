"""Pages outside the panel: signing in and out, one's own password, the landing page, preferences, the health check."""

import time
from datetime import UTC, datetime, timedelta

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext

import audit
import migrations
from excel.write.jobs import last_beat
from forms import LoginForm, PasswordForm
from models import SignIn, Throttle, User
from values import CONTROL
from views.session import enter, leave, me

account, public = Blueprint("account", __name__), Blueprint("public", __name__)
NOBODY = User(password=f"{User.METHOD}$nobody$", active=False)  # whom to verify takes as long as a known name
PREFERENCES = {"language": ("id", "en"), "theme": ("system", "light", "dark")}  # the first without a choice
A_YEAR = {"max_age": timedelta(days=365), "httponly": True, "samesite": "Lax"}  # a cookie


@account.route("/login", methods=["GET", "POST"])
def login():
    if me():
        return redirect(url_for("admin.index"))
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("login.html", form=form)
    name = CONTROL.sub("", form.username.data).strip()
    wait = Throttle.count(f"login:{name.casefold()}")
    user = User.get_or_none(User.username == name) or NOBODY
    if wait or not user.verify(form.password.data) or not user.active:
        SignIn.note("refused", name, user.id)
        if wait:
            return refused_for_now(form.password, wait, "login.html", form)
        form.password.errors = [gettext("Nama akun atau sandi salah")]
        return render_template("login.html", form=form), 401
    Throttle.forget(f"login:{name.casefold()}")
    enter(user)
    SignIn.note("sign_in", user.username, user.id)
    return redirect(request.args.get("next") or url_for("admin.index"))


def refused_for_now(field, wait, template, form):
    field.errors = [gettext("Terlalu banyak percobaan; coba lagi %(n)s menit lagi", n=-(-wait // 60))]
    return render_template(template, form=form), 429, {"Retry-After": str(wait)}


@account.post("/logout")
def logout():
    SignIn.note("sign_out", me().username, me().id)
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
            user, before = me(), audit.snapshot(me())
            user.renew(form.new.data, temporary=False)
            audit.update(user, before, user=user)
            enter(user)
            flash(gettext("Sandi telah diganti; sesi lain akun ini berakhir."), "success")
            return redirect(url_for("admin.index"))
    return render_template("password.html", form=form), 400 if form.errors else 200


@public.get("/")
def landing():
    return redirect(url_for("admin.index")) if me() else render_template("landing.html")


@public.get("/logo")
def logo():
    return send_file(current_app.config["LOGO"])


@public.post("/prefer")
def prefer():
    """Remember a language or theme on this device, signed in or not."""
    answer = redirect(request.form.get("next") or url_for("public.landing"))
    for name, known in PREFERENCES.items():
        if request.form.get(name) in known:
            answer.set_cookie(name, request.form[name], secure=current_app.config["HTTPS"], **A_YEAR)
    return answer


def preferred(name):
    """The reader's choice of a preference."""
    chosen = request.cookies.get(name) if request else None
    return chosen if chosen in PREFERENCES[name] else PREFERENCES[name][0]


@public.get("/healthz")
def health():
    """200 where the database answers with today's schema, else 503; when a worker last told that it lives."""
    if missing := migrations.pending():
        abort(503, f"missing: {', '.join(missing)}")
    beat = last_beat()
    told = beat and datetime.fromtimestamp(beat, UTC).isoformat(timespec="seconds")
    return {"status": "ok", "worker": {"beat": told, "age": beat and round(time.time() - beat)}}
