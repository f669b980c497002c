"""The catalogues of words: compiled at start, and made known to Flask-Admin and WTForms."""

import os
from pathlib import Path

import flask_admin.babel
import flask_admin.translations
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import g
from flask_babel import Domain, get_locale
from wtforms.i18n import messages_path

FOLDER = str(Path(__file__).parent / "translations")


def prepare():
    """Compile what is newer than its .mo and point the libraries' domains at our catalogues.

    `Admin(translations_path=...)` would hold inside admin pages only, and its cache does not know it.
    """
    for source in Path(FOLDER).glob("*/LC_MESSAGES/*.po"):
        compiled, partial = source.with_suffix(".mo"), source.with_suffix(f".{os.getpid()}")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        with open(source, "rb") as po, open(partial, "wb") as mo:
            write_mo(mo, read_po(po))
        partial.replace(compiled)  # in one step, so that processes that start together agree
    theirs = list(flask_admin.translations.__path__)
    flask_admin.babel.domain._translation_directories = [*theirs, FOLDER]
    flask_admin.babel.wtforms_domain._translation_directories = [messages_path(), FOLDER]


class Words(Domain):
    """The words of each language, found by its locale: the library would spell that out for every word."""

    def get_translations(self):
        try:
            return g.words
        except (AttributeError, RuntimeError):  # not asked yet in this request, or outside of any
            locale = get_locale()
        if locale not in self.cache:
            self.cache[locale] = super().get_translations()
        if g:
            g.words = self.cache[locale]
        return self.cache[locale]
