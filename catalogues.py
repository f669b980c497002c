"""The catalogues of words: compiled at start, and made known to Flask-Admin and WTForms, or to click."""

import gettext
import os
from pathlib import Path

FOLDER = str(Path(__file__).parent / "translations")


def compile_words():
    """Compile what is newer than its .mo; click, which asks Python's own gettext, finds its Indonesian there."""
    for source in Path(FOLDER).glob("*/LC_MESSAGES/*.po"):
        compiled, partial = source.with_suffix(".mo"), source.with_suffix(f".{os.getpid()}")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        if not os.access(source.parent, os.W_OK):  # who may not write here has the words that are there
            continue
        from babel.messages import mofile, pofile  # hardly ever needed, and slow to begin

        with open(source, "rb") as po, open(partial, "wb") as mo:
            mofile.write_mo(mo, pofile.read_po(po))
        partial.replace(compiled)  # in one step, so that processes that start together agree
    gettext.bindtextdomain("click", FOLDER)
    gettext.textdomain("click")
    os.environ["LANGUAGE"] = "id"  # else it would follow that of the machine


def prepare():
    """Point the domains of the panel's libraries at our catalogues.

    `Admin(translations_path=...)` would hold inside admin pages only, and its cache does not know it.
    """
    import flask_admin.babel
    import flask_admin.translations
    from wtforms.i18n import messages_path

    compile_words()
    theirs = list(flask_admin.translations.__path__)
    flask_admin.babel.domain._translation_directories = [*theirs, FOLDER]
    flask_admin.babel.wtforms_domain._translation_directories = [messages_path(), FOLDER]
