"""The forms that no model can describe: sign-in, password and upload."""

from flask_admin.babel import Translations
from flask_babel import lazy_gettext as _l
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


def too_common(password):
    """Whether hardly anything is left of a password without common words and trailing digits."""
    rest = password.casefold()
    for word in COMMON:
        rest = rest.replace(word, "")
    plain = rest.strip("0123456789!@#$%^&*._- ")
    return len(set(password)) < 5 or not plain or (rest != password.casefold() and len(plain) < 6)


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
    if too_common(field.data):
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
