"""The guides of `docs/panduan`, readable in the panel without a network, and which section a page leads to."""

import re
from functools import cache
from pathlib import Path

import markdown
from flask import Blueprint, abort, render_template, url_for
from markupsafe import Markup

from values import N_
from views.session import me

GUIDE_FOLDER = Path(__file__).parents[1] / "docs" / "panduan"
PICTURES = {"static_folder": GUIDE_FOLDER / "gambar", "static_url_path": "/gambar"}
guides = Blueprint("guides", __name__, url_prefix="/bantuan", **PICTURES)
GUIDES = {
    "atasan": N_("Panduan atasan"),
    "kepegawaian": N_("Panduan kepegawaian"),
    "pegawai": N_("Panduan pegawai"),
    "petugas": N_("Panduan petugas pengaduan"),
    "warga": N_("Panduan warga"),
    "ti": N_("Panduan TI"),
}
OF_ROLE = {
    "admin": ("ti", "kepegawaian"), "hr": ("kepegawaian",), "supervisor": ("atasan",),
    "officer": ("petugas",), "employee": ("pegawai",),
}  # fmt: skip
SECTIONS = {"admin": "beranda", "import": "unggah excel", "search": "mencari", "parts": "bagian halaman"}
PICTURE = re.compile(r'<img ([^>]*?)src="gambar/([a-z0-9-]+\.png)"')


@cache
def guide_html(name):
    """(HTML, the names of its sections) of a guide."""
    file = GUIDE_FOLDER / f"{name}.md"
    if not file.is_file():  # an installation without `docs`
        return "", set()
    html = markdown.markdown(file.read_text("utf-8"), extensions=["toc", "tables", "fenced_code"])
    html = PICTURE.sub(sized, re.sub(r'href="([a-z]+)\.md', r'href="\1', html))
    return Markup(html), set(re.findall(r'<h\d id="([^"]+)"', html))  # noqa: S704 - our own guides


def sized(found):
    """A picture with its size, so that the page does not jump when it arrives."""
    file = GUIDE_FOLDER / "gambar" / found[2]
    head = file.read_bytes()[16:24] if file.is_file() else bytes(8)
    width, height = int.from_bytes(head[:4]), int.from_bytes(head[4:])
    return f'{found[0]} width="{width}" height="{height}" loading="lazy"'


@guides.get("/", endpoint="index")
@guides.get("/<name>")
def guide(name=""):
    if name and name not in GUIDES:
        abort(404)
    return render_template("guide.html", guides=GUIDES, name=name, html=guide_html(name)[0] if name else "")


def section_of(view):
    """The name of the section about a page: its table in Indonesian, else its address."""
    words = getattr(getattr(view, "model", None), "noun", None) or SECTIONS.get(view.endpoint, "")
    return words.lower().replace(" ", "-")


def help_url(view):
    """The section about a page in the guides of the account's role."""
    names, section = OF_ROLE[me().role], section_of(view)
    found = next((name for name in names if section in guide_html(name)[1]), None)
    return url_for("guides.guide", name=found or names[0], _anchor=section if found else None)
