"""The application: config, database, sign-in, panel and views. Also `python admin_app.py COMMAND`."""

if __name__ == "__main__":  # before all else: a command needs no web application, and starts in half the time
    from commands import main

    main()

import gc
import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, request
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme
from flask_babel import Babel, lazy_gettext as _l
from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import catalogues
from database import connect
from settings import ROOT, secret_key, settings
from views import register
from views.account import account, preferred, public
from views.errors import speak_of_errors
from views.help import guides, help_url
from views.panels import HomeView
from views.session import HASHED, guard, me, nonce
from views.shown import Words

FIXED = {
    "MAX_CONTENT_LENGTH": 10 * 1024 * 1024,
    "SESSION_COOKIE_NAME": "kinerja",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "WTF_CSRF_TIME_LIMIT": None,
    "COMPRESS_ALGORITHM": ["br", "gzip"],
    "BABEL_DEFAULT_LOCALE": "id",
    "BABEL_DEFAULT_TIMEZONE": "Asia/Makassar",
    "BABEL_TRANSLATION_DIRECTORIES": catalogues.FOLDER,
    "RATELIMIT_APPLICATION": "3000 per minute",  # by address
    "RATELIMIT_STORAGE_URI": "memory://",
}


def create_app(config=None):
    """A ready application; `config` overrides what the environment says."""
    app = Flask("kinerja", root_path=str(ROOT))
    app.config.update(FIXED | settings() | (config or {}))
    Path(app.config["INSTANCE"]).mkdir(parents=True, exist_ok=True)
    app.secret_key = app.config["SECRET_KEY"] or secret_key(app.config["INSTANCE"])
    app.config.update(SESSION_COOKIE_SECURE=app.config["HTTPS"], RATELIMIT_ENABLED=app.config["LIMITS"])
    if count := app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)
    connect(app.config["DATABASE_URL"])
    catalogues.prepare()
    babel = Babel(app, locale_selector=lambda: preferred("language"))
    babel.domain_instance = Words()
    guard(app)
    CSRFProtect(app)
    Compress(app)
    hash_addresses(app)
    limiter = Limiter(get_remote_address, app=app)  # coarse; the exact count of sign-in tries is in Throttle
    limiter.limit("60 per minute", methods=["POST"])(account)
    for pages in (public, account, guides):
        app.register_blueprint(pages)
    theme, index = Bootstrap4Theme(folder="bootstrap4"), HomeView(name=_l("Beranda"), url="/admin")
    register(Admin(app, name="Kinerja", theme=theme, index_view=index))
    app.jinja_env.globals.update(me=me, nonce=nonce, preferred=preferred, help_url=help_url)
    speak_of_errors(app)
    gc.freeze()  # what stays for good is not searched for garbage at every import
    return app


def hash_addresses(app):
    """Put a hash of its content into the address of every static file, which may then be kept for a year."""

    @cache
    def digest(file):
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:12]

    @app.after_request
    def send_at_once(response):
        """A small file whole: compressing it as a stream would leave it open."""
        if request.endpoint in HASHED and response.direct_passthrough:
            response.direct_passthrough = False
            response.make_sequence()
        return response

    @app.url_defaults
    def with_hash(endpoint, values):
        if endpoint in HASHED and "v" not in values:
            file = Path(app.static_folder, values["filename"]) if endpoint == "static" else app.config["LOGO"]
            values["v"] = digest(file)
