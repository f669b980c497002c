"""The forms that no model can describe: sign-in, password and upload."""

import re

from flask import current_app
from flask_admin.babel import Translations
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, Length, ValidationError

SHORTEST = 12
COMMON = (
    "1q2w3e4r", "administrator", "password", "passw0rd", "qwertyuiop", "qwerty", "asdfgh", "zxcvbn", "sandi",
    "rahasia", "kabupaten", "kinerja", "pegawai", "mamuju", "sulbar", "indonesia", "bismillah", "sayang",
    "admin", "welcome", "letmein", "iloveyou", "abcdefghijkl", "abcdef", "123456", "111111", "bkpp",
)  # fmt: skip


KEYS = (
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "01234567890123456789",
    "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp",
)  # fmt: skip
TRACKS = KEYS + tuple(keys[::-1] for keys in KEYS)
DISGUISED = str.maketrans("013457@$", "oieastas")
RUN, LEFT = 4, 6  # letters of a run that counts as one; letters that a password needs beside what is weak
REPEATED = re.compile(r"(.{2,}?)[\W_]*(?:\1[\W_]*)+")


def too_common(password, *names):
    """Whether hardly anything is left of a password without common words, these names (of the place, of the
    account), runs of keys, repeated words and what is no letter."""
    text = password.casefold()
    words = sorted({*COMMON, *parts_of(names)}, key=len, reverse=True)
    return len(set(text)) < 5 or any(_weak(said, words) for said in {text, text.translate(DISGUISED)})


def parts_of(names):
    """The words of names that are long enough to be told in a password."""
    return {part for name in names for part in re.findall(r"[^\W\d_]{3,}", (name or "").casefold())}


def _weak(text, words):
    rest = text
    for word in words:
        rest = rest.replace(word, " ")
    rest = REPEATED.sub(r"\1 ", _without_runs(rest))
    left = {*re.findall(r"[^\W\d_]+", rest)}
    return rest != text and sum(map(len, left)) < LEFT or not left


def _without_runs(text):
    """The text without what lies side by side on a keyboard or in the alphabet."""
    place = 0
    while place <= len(text) - RUN:
        size = RUN
        while place + size <= len(text) and any(text[place : place + size] in track for track in TRACKS):
            size += 1
        text = text[:place] + " " + text[place + size - 1 :] if size > RUN else text
        place += 1
    return text


class Form(FlaskForm):
    """A form whose own messages are in the reader's language."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form):
            return Translations()


CURRENT, NEW = {"autocomplete": "current-password"}, {"autocomplete": "new-password"}


class LoginForm(Form):
    username = StringField(
        _l("Nama Akun"), [DataRequired()], render_kw={"autocomplete": "username", "autofocus": True}
    )
    password = PasswordField(_l("Sandi"), [DataRequired()], render_kw=CURRENT)


def not_common(form, field):
    place = current_app.config["REGENCY"], current_app.config["OFFICE"]
    person = current_user.employee.name if current_user.employee_id else ""
    if too_common(field.data, *place, current_user.username, person):
        words = _l("Sandi ini terlalu mudah ditebak; pakai beberapa kata yang tidak berhubungan")
        raise ValidationError(words)


class PasswordForm(Form):
    old = PasswordField(_l("Sandi Sekarang"), [DataRequired()], render_kw=CURRENT)
    new = PasswordField(
        _l("Sandi Baru"),
        [DataRequired(), Length(min=SHORTEST, max=200), not_common],
        description=_l("Paling sedikit 12 huruf; beberapa kata lebih kuat daripada satu kata rumit"),
        render_kw=NEW,
    )
    repeat = PasswordField(
        _l("Ulangi Sandi Baru"),
        [DataRequired(), EqualTo("new", _l("Kedua sandi baru tidak sama"))],
        render_kw=NEW,
    )


class UploadForm(Form):
    file = FileField(_l("Berkas Excel"), [FileRequired()], render_kw={"accept": ".xlsx,.xlsm,.xls,.ods,.csv"})
    period = SelectField(_l("Periode"), default="")
