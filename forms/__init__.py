"""The forms that no model can describe: sign-in, password and upload."""

import re
import secrets

from flask import current_app
from flask_admin.form import BaseForm
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, Length, ValidationError
from zxcvbn import zxcvbn

from values import codes

SHORTEST = 12
GUESSES = 10**10  # that a password must stand
OWN_LETTERS = 6  # letters that it needs beside these names
ESTIMATED = 72  # letters that are judged: the first of a longer password
COMMON = [row["word"] for row in codes("common_words")]  # here; the lists of the library are English
BETWEEN = re.compile(r"(?<=[^\W\d_]{3})[\W_]+")  # words that are commonly tied together by a sign


def too_common(password, *names):
    """Whether a password is without letters, or soon guessed by who knows common words and these names (of the
    place, of the account)."""
    parts = [part for name in names for part in re.findall(r"[^\W\d_]{3,}", name or "")]
    guessed = zxcvbn(BETWEEN.sub("", password)[:ESTIMATED], user_inputs=[*COMMON, *parts])
    own = re.sub("|".join(map(re.escape, parts)) or "$", "", password, flags=re.IGNORECASE)
    letters = re.findall(r"[^\W\d_]", own)
    return guessed["guesses"] < GUESSES or not letters or (own != password and len(letters) < OWN_LETTERS)


def new_password():
    """Four groups of four letters and digits that cannot be mistaken for one another."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


class Form(FlaskForm):
    """A form whose own messages are in the reader's language."""

    class Meta(BaseForm.Meta, FlaskForm.Meta):
        pass


CURRENT, NEW = {"autocomplete": "current-password"}, {"autocomplete": "new-password"}


class LoginForm(Form):
    username = StringField(
        _l("Nama Akun"), [DataRequired()], render_kw={"autocomplete": "username", "autofocus": True}
    )
    password = PasswordField(_l("Sandi"), [DataRequired()], render_kw=CURRENT)


class PasswordForm(Form):
    old = PasswordField(_l("Sandi Sekarang"), [DataRequired()], render_kw=CURRENT)
    new = PasswordField(
        _l("Sandi Baru"),
        [DataRequired(), Length(min=SHORTEST, max=200)],
        description=_l("Paling sedikit 12 huruf; beberapa kata lebih kuat daripada satu kata rumit"),
        render_kw=NEW,
    )
    repeat = PasswordField(
        _l("Ulangi Sandi Baru"),
        [DataRequired(), EqualTo("new", _l("Kedua sandi baru tidak sama"))],
        render_kw=NEW,
    )

    def validate_new(self, field):
        place = current_app.config["REGENCY"], current_app.config["OFFICE"]
        person = current_user.employee.name if current_user.employee_id else ""
        if too_common(field.data, *place, current_user.username, person):
            words = _l("Sandi ini terlalu mudah ditebak; pakai beberapa kata yang tidak berhubungan")
            raise ValidationError(words)


class UploadForm(Form):
    file = FileField(_l("Berkas Excel"), [FileRequired()], render_kw={"accept": ".xlsx,.xlsm,.xls,.ods,.csv"})
    period = SelectField(_l("Periode"), default="")
