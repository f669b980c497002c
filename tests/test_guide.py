"""What the guides say of the product is what the product does."""

import re
from pathlib import Path

import capabilities
import flows

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "docs" / "panduan" / "ti.md"
README = (ROOT / "README.md").read_text("utf-8")
APART = ("instance", "__pycache__")  # what a running panel makes


def test_the_guides_table_of_moves_is_current():
    """Else: `python admin_app.py moves`, and its output in place of the section."""
    assert capabilities.CAPABILITIES
    text = GUIDE.read_text("utf-8").split("<!-- langkah -->")[1].strip()
    assert text == flows.described().strip()


def test_the_readme_has_a_line_for_every_room():
    table = README.split("## The rooms")[1].split("\n## ")[0]
    places = "".join(row.split("|")[1] for row in table.splitlines() if row.startswith("|"))
    here = [p for p in ROOT.iterdir() if p.suffix == ".py" or (p.is_dir() and p.name[0] != ".")]
    assert {name.rstrip("/") for name in re.findall(r"`(.+?)`", places)} == {p.name for p in here} - {*APART}


def test_the_files_that_the_readme_names_are_there():
    named = re.findall(r"`((?:capabilities|views|seed_data|tests|docs|translations)/[\w./-]*)`", README)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_pictures_that_pages_name_are_there_and_the_others_are_gone():
    for folder, pages in (
        ("docs/panduan/gambar", "docs/panduan/*.md"),
        ("docs/galeri", "docs/galeri/README.md"),
    ):
        text = "".join(page.read_text("utf-8") for page in ROOT.glob(pages))
        named = set(re.findall(r"\((?:gambar/)?([a-z0-9-]+\.png)\)", text))
        assert named == {file.name for file in (ROOT / folder).glob("*.png")}


def test_a_link_of_a_guide_leads_to_a_section():
    from views.help import GUIDES, guide_html

    for name in GUIDES:
        text = (ROOT / "docs/panduan" / f"{name}.md").read_text("utf-8")
        for guide, section in re.findall(r"\]\((?:([a-z]+)\.md)?#([^)]+)\)", text):
            assert section in guide_html(guide or name)[1], f"{name}.md: {guide or name}#{section}"
