"""Who is asking, and the rules that hold for every request: sign-in, expiry, host, redirects, headers."""

import re
import secrets
import time

from flask import abort, current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext
from flask_login import LoginManager, current_user, login_user, logout_user

from database import close, forget, open_existing, write
from models import User

IDLE, LONGEST = 30 * 60, 8 * 60 * 60  # seconds without a request, and in all
OPEN = {
    "static", "admin.static", "account.login", "public.landing", "public.logo", "public.health", "public.prefer",
    "guides.index", "guides.guide", "guides.static",
}  # fmt: skip
HASHED = {"static", "public.logo"}  # files whose address carries a hash of their content
FOR_CHANGING_PASSWORD = {"account.password", "account.logout"}
RESERVED = {"endpoint", "self", "export_type", "_method", "_scheme", "_external", "_anchor", "values"}
SAME_ORIGIN = re.compile(r"/(?![/\\])[!-\[\]-~]*\Z")

manager = LoginManager()
manager.user_loader(User.of_session)


def me():
    """The signed-in account of this request, or None outside one."""
    user = current_user._get_current_object()
    return user if user and user.is_authenticated else None


def whole(text, digits=18):
    """A row's number or version as a request writes it, or None: plain digits and not too many."""
    return int(text) if re.fullmatch(rf"[0-9]{{1,{digits}}}", str(text or "")) else None


def say_unknown(asked):
    """Say on the page which parts of its address are none of it."""
    if asked:
        words = gettext("Tidak dikenal di halaman ini, jadi tidak dipakai: %(asked)s", asked=", ".join(asked))
        flash(words, "error")


def of_address(name, known, otherwise):
    """What the address asks for among what there is; else the other, and it is said."""
    value = request.args.get(name, "")
    if value and value not in known:
        say_unknown([f"{name}={value[:60]}"])
    return value if value in known else otherwise


def enter(user):
    """Begin a fresh session for an account; nothing of the anonymous one stays."""
    session.clear()
    session["since"] = session["seen"] = int(time.time())
    login_user(user)


def leave():
    """End every session of the signed-in account, which may take as long as another's large write."""
    with write():
        User.update(epoch=User.epoch + 1).where(User.id == current_user.id).execute()
    logout_user()
    session.clear()


def guard(app):
    """Install the rules on an application."""
    # without `init_app`, whose cookie to remember us touches the session at static files too
    app.login_manager = manager
    app.before_request(open_database)
    app.before_request(refuse_odd_addresses)
    app.before_request(demand_sign_in)
    app.after_request(add_headers)
    app.teardown_request(lambda error: close())


def open_database():
    forget()
    open_existing()


def refuse_odd_addresses():
    """Same-origin targets only; no argument that `url_for` would take for its own."""
    targets = [*request.values.getlist("url"), *request.values.getlist("next")]
    if RESERVED & request.args.keys() or not all(SAME_ORIGIN.match(target) for target in targets if target):
        abort(400)


def demand_sign_in():
    if request.endpoint in OPEN or request.endpoint is None:
        return None
    now = time.time()
    expired = now - session.get("seen", 0) > IDLE or now - session.get("since", 0) > LONGEST
    if current_user.is_authenticated and expired:
        logout_user()
        session.clear()
    if not current_user.is_authenticated:
        if request.path.startswith("/admin/") and "ajax" in request.path:
            abort(401)
        target = request.full_path.rstrip("?") if request.method == "GET" else ""  # what can be asked again
        return redirect(url_for("account.login", next=target if SAME_ORIGIN.match(target) else None))
    if current_user.must_change_password and request.endpoint not in FOR_CHANGING_PASSWORD:
        return redirect(url_for("account.password"))
    session["seen"] = int(now)
    return None


def add_headers(response):
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Content-Security-Policy", CSP % nonce())
    if current_app.config["HTTPS"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint in HASHED and "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif request.endpoint not in (*HASHED, "admin.static"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def nonce():
    """The number that marks this answer's own scripts; the content policy lets no others run."""
    return g.setdefault("nonce", secrets.token_urlsafe(16))


CSP = (
    "default-src 'self'; script-src 'self' 'nonce-%s'; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
