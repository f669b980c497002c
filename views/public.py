"""What needs no account: the landing page, the language switch and the health check."""

from flask import Blueprint, jsonify, redirect, render_template, request, session, url_for

from models import db
from views.session import SAME_ORIGIN, me

public = Blueprint("public", __name__)
LANGUAGES = ("id", "en")


@public.get("/")
def landing():
    return redirect(url_for("admin.index")) if me() else render_template("landing.html")


@public.post("/language")
def language():
    chosen = request.form.get("language")
    if chosen in LANGUAGES:
        session["language"] = chosen
    target = request.form.get("next", "")
    return redirect(target if SAME_ORIGIN.match(target) else url_for("public.landing"))


@public.get("/healthz")
def health():
    db.execute_sql("SELECT 1")
    return jsonify(status="ok")


def chosen_language():
    return session.get("language", "id")
