"""Every error as a plain page with a way out, which asks no database; its number stands in the log too."""

import secrets

from flask import render_template, request, session
from peewee import DatabaseError, DataError, InterfaceError
from werkzeug.exceptions import HTTPException, SecurityError

from access import Denied
from excel.read.guarded import Busy

# what a database cannot hold was no value of ours
CODES = {Denied: 403, Busy: 429, OverflowError: 400, DataError: 400, DatabaseError: 503, InterfaceError: 503}


def speak_of_errors(app):
    """Answer every error with its page, keeping its headers; those that are not the asker's go to the log."""

    def answer(error):
        known = next((code for kind, code in CODES.items() if isinstance(error, kind)), None)
        code, headers = known or error.code, {} if known else dict(error.get_headers())
        headers.pop("Content-Type", None)  # of the library's page
        if code in (429, 503):
            headers.setdefault("Retry-After", "5" if known else "60")
        number = secrets.token_hex(3) if code >= 500 else None
        if number:
            account, cause = session.get("_user_id", "-"), getattr(error, "original_exception", None) or error
            parts = number, account.partition(".")[0], request.method, request.url_rule, type(cause).__name__
            app.logger.error("request=%s account=%s route=%s %s: %s", *parts, exc_info=cause)
        if request.path == "/healthz":
            return {"status": "unavailable" if number else "refused", "request": number}, code, headers
        if isinstance(error, SecurityError):  # no address can be built for a host that is not ours
            return "400: alamat ini tidak dilayani\n", code, {"Content-Type": "text/plain; charset=utf-8"}
        return render_template("error.html", code=code, number=number), code, headers

    app.log_exception = lambda _: None  # `answer` does
    for kind in (HTTPException, *CODES):
        app.register_error_handler(kind, answer)
