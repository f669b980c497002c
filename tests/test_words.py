"""Words: every one has its English, the libraries speak Indonesian, and the switch turns them all."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import flask_admin.translations
import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import Environment
from wtforms.i18n import messages_path

from values import codes
from views import MENU as MENU_OF

ROOT = Path(__file__).parents[1]
OURS = ROOT / "translations"
KEYWORDS = DEFAULT_KEYWORDS | {"N_": None, "_l": None}
METHODS = (("tests/**", "ignore"), ("**.py", "python"), ("templates/**.html", "jinja2"))
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[a-z%]")
LETTERS = re.compile(r"[^\W\d_]{2,}")
NOT_FOR_SCREENS = {"tests", "benchmarks", "seed_data"}  # what they say is read at the command line
SAME_EVERYWHERE = {"Kinerja", "Ctrl", "Enter"}  # names and keys
SPOKEN = {"alt", "aria-label", "placeholder", "title"}  # attributes that people read or hear


def rooms():
    """The folders and files that hold words of ours."""
    return [p for p in ROOT.iterdir() if p.name[0] != "." and p.name not in NOT_FOR_SCREENS]


def sources():
    files = [p for room in rooms() for p in ([room] if room.is_file() else room.rglob("*"))]
    return [p for p in files if p.suffix == ".py"]


@pytest.fixture(scope="module")
def extracted():
    """Every msgid of code, templates and choices."""
    places = {room.name for room in rooms()}

    def ours(folder):
        return Path(folder).relative_to(ROOT).parts[0] in places

    found = extract_from_dir(ROOT, METHODS, keywords=KEYWORDS, directory_filter=ours)
    names = {row["name"] for row in codes("choices")} - {""}
    return {message for _, _, message, _, _ in found} | names


def catalogue(path):
    with open(path, "rb") as file:
        return read_po(file)


def messages(path):
    """{msgid: msgstr} of a catalogue, without its header."""
    return {message.id: message.string for message in catalogue(path) if message.id}


@pytest.fixture(scope="module")
def english():
    return catalogue(OURS / "en/LC_MESSAGES/messages.po")


def test_every_word_has_its_english(extracted, english):
    assert len(extracted) > 400
    assert sorted(text for text in extracted if text not in english or not english[text].string) == []


def test_no_english_word_is_left_over_or_in_doubt(extracted, english):
    assert sorted(message.id for message in english if message.id and message.id not in extracted) == []
    assert [message.id for message in english if message.fuzzy] == []
    assert list(english.obsolete) == []


def test_translations_keep_the_placeholders(english):
    def differ(message):
        return sorted(PLACEHOLDER.findall(message.id)) != sorted(PLACEHOLDER.findall(message.string))

    assert [message.id for message in english if message.id and differ(message)] == []


def test_no_english_count_is_followed_by_a_plural(english):
    """One would read "of 1 assessments"; a limit of ours is never one."""
    counted = re.compile(r"(?<!most )(?<!than )%\((?:n|count)\)s [a-z]{3,}s\b")
    assert [message.string for message in english if message.id and counted.search(message.string)] == []


def test_no_heading_of_the_menu_is_called_like_what_is_below_it(english):
    for heading, views in MENU_OF.items():
        nouns = {(view.args[0] if hasattr(view, "args") else view.model).noun for view in views}
        assert heading not in nouns
        assert english[heading].string not in {english[noun].string for noun in nouns}


def test_no_word_hides_in_an_f_string_where_the_extractor_does_not_look():
    def words(tree):
        for text in (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)):
            for call in (node for node in ast.walk(text) if isinstance(node, ast.Call)):
                if getattr(call.func, "id", None) in KEYWORDS and isinstance(call.args[0], ast.Constant):
                    yield call.args[0].value

    found = {str(p.relative_to(ROOT)): [*words(ast.parse(p.read_text("utf-8")))] for p in sources()}
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("admin.po", Path(flask_admin.translations.__path__[0]) / "en/LC_MESSAGES/admin.po"),
        ("wtforms.po", Path(messages_path()) / "wtforms.pot"),
    ],
)
def test_the_libraries_words_are_all_in_indonesian(ours, theirs):
    indonesian, wanted = messages(OURS / "id/LC_MESSAGES" / ours), messages(theirs)
    assert wanted
    missing = [text for text in wanted if not indonesian.get(text) or not all(indonesian[text])]
    assert missing == []


# ------------------------------------------------------------------ the switch


class Words(HTMLParser):
    """The text nodes of a page, and its attributes that are read aloud."""

    def __init__(self, html):
        super().__init__()
        self.found = set()
        self.feed(html)

    def handle_data(self, data):
        self.found.add(data.strip())

    def handle_starttag(self, tag, attrs):
        self.found |= {value for name, value in attrs if name in SPOKEN and value}


# Ours of menu, list and form; "contains" is Flask-Admin's, the refusal WTForms'.
MENU = {
    "id": {"Beranda", "Penilaian", "Pegawai", "Jejak Perubahan", "Keluar"},
    "en": {"Home", "Performance", "Employee", "Audit trail", "Sign out"},
}
LIST = {
    "id": {"Saring", "Jabatan", "Cetak", "mengandung", "Terampil"},
    "en": {"Filter", "Position", "Print", "contains", "Skilled"},
}
FORM = {
    "id": {"Simpan dan tambah lagi", "18 angka, disimpan sebagai teks", "Terampil", "Ya"},
    "en": {"Save and add another", "18 digits, kept as text", "Skilled", "Yes"},
}
REFUSAL = {"id": {"Isian ini wajib diisi."}, "en": {"This field is required."}}


def assert_speaks(answer, language, *vocabularies):
    """Whether a page holds all of these words in a language and none of them in the other."""
    other = {"id": "en", "en": "id"}[language]
    html = answer.get_data(as_text=True)
    found = Words(html).found
    assert f'<html lang="{language}">' in html
    for words in vocabularies:
        assert words[language] - found == set()
        assert words[other] & found == set()


@pytest.mark.parametrize("order", [("en", "id", "en"), ("id", "en", "id")])
def test_pages_speak_the_language_of_the_session(rows, sign_in, post, order):
    client = sign_in(role="hr")
    for language in order:
        client.set_cookie("language", language)
        assert_speaks(client.get("/admin/employee/"), language, MENU, LIST)
        assert_speaks(client.get("/admin/employee/new/"), language, MENU, FORM)
        assert_speaks(post(client, "/admin/employee/new/"), language, MENU, FORM, REFUSAL)


def test_the_switch_is_kept_and_nothing_else_is_spoken(app, rows, post):
    client = app.test_client()
    assert_speaks(client.get("/login"), "id", {"id": {"Nama Akun"}, "en": {"Account name"}})
    for language, spoken in (("en", "en"), ("fr", "en"), ("id", "id")):
        post(client, "/prefer", {"language": language, "next": "/login"})
        assert_speaks(client.get("/login"), spoken, {"id": {"Nama Akun"}, "en": {"Account name"}})


# ------------------------------------------------------------------ templates


def bare_html(source):
    """A template without its Jinja and its classes; a tag whose name is an expression becomes <x>."""
    html, source = "", re.sub(r"(block body_class %}).*?{%", r"\1{%", source)
    for _, kind, text in Environment().lex(source):  # noqa: S701 - only read, never rendered
        if kind == "data":
            html += text
        elif kind == "variable_begin" and html.endswith(("<", "</")):
            html += "x"
    return html


FOR_DEVELOPERS = ROOT / "templates/admin/parts.html"  # names its macros


@pytest.mark.parametrize(
    "template",
    sorted({*(ROOT / "templates").rglob("*.html")} - {FOR_DEVELOPERS}),
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_templates_say_nothing_that_is_not_translated(template):
    spoken = Words(bare_html(template.read_text("utf-8"))).found
    words = {word for text in spoken for word in LETTERS.findall(text)}
    assert words - SAME_EVERYWHERE == set()
