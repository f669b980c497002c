"""What needs no account: the landing page, the logo, what the reader prefers, and the health check."""

from datetime import timedelta

from flask import Blueprint, current_app, redirect, render_template, request, send_file, url_for

from database import db
from views.session import SAME_ORIGIN, me

public = Blueprint("public", __name__)
PREFERENCES = {"language": ("id", "en"), "theme": ("system", "light", "dark")}  # the first without a choice
YEAR = timedelta(days=365)


@public.get("/")
def landing():
    return redirect(url_for("admin.index")) if me() else render_template("landing.html")


@public.get("/logo")
def logo():
    return send_file(current_app.config["LOGO"])


@public.post("/prefer")
def prefer():
    """Remember a language or theme on this device, signed in or not."""
    target = request.form.get("next", "")
    answer = redirect(target if SAME_ORIGIN.match(target) else url_for("public.landing"))
    for name, known in PREFERENCES.items():
        if request.form.get(name) in known:
            answer.set_cookie(
                name, request.form[name], max_age=YEAR, httponly=True, samesite="Lax",
                secure=current_app.config["HTTPS"],
            )  # fmt: skip
    return answer


def preferred(name):
    """The reader's choice of a preference."""
    chosen = request.cookies.get(name) if request else None
    return chosen if chosen in PREFERENCES[name] else PREFERENCES[name][0]


@public.get("/healthz")
def health():
    db.execute_sql("SELECT 1")
    return {"status": "ok"}
