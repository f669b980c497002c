"""Takes the pictures of the guides and of the gallery from invented data: `make screenshots`."""

import logging
import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

import migrations
from admin_app import create_app
from database import db
from models import Rating, User
from seed_data.demo import DEMO_PASSWORD, demo_accounts, seed_demo
from tests.browser.conftest import CHROMIUM, SWITCHES
from tests.browser.test_walks import DESK, PHONE, fill_scores

GUIDES, PICTURES, GALLERY = Path("docs/panduan"), Path("docs/panduan/gambar"), Path("docs/galeri")
INTRO = "# Galeri\n\nHalaman Kinerja dengan data rekaan, dibuat oleh `make screenshots`.\n"
WORK = tempfile.TemporaryDirectory()  # removed when Python ends


class Shot(NamedTuple):
    """A page: all of it for the gallery, so much of its content for a guide."""

    role: str  # none: a visitor
    steps: tuple  # each an address, what to click on, or a function of the page
    name: str
    caption: str = ""  # none: not in the gallery
    height: int = 0  # none: in no guide
    size: dict = DESK
    theme: str = "light"


def upload(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="Unduh template").click()
    file = Path(WORK.name, download.value.suggested_filename)
    download.value.save_as(file)
    fill_scores(file, (121, 95), (101.25, 99.75), ("sembilan puluh", 90), (88.5, 93.25), (112, 110))
    page.get_by_label("Berkas Excel").set_input_files(file)
    page.get_by_role("button", name="Periksa berkas").click()


def suggested(page):
    """Open a suggestion that the supervisor may confirm: she is its rater."""
    with db.connection_context():
        chief = User.get(User.username == "demo-supervisor").employee
        mine = Rating.select().where(Rating.rater == chief, Rating.state == "suggested")
        page.goto(f"/admin/rating/details/?id={mine.order_by(Rating.predicate.desc(), Rating.id).get().id}")


UNRATED = ("/admin/employee/?flt0_belum_dinilai=2026-TW3&flt1_unit_within=DINKES",)
REVIEW = ("/admin/import/assessments/", upload)
SAVED = ("input[name=partial]", "main button.main", "h1:has-text('Hasil unggahan')")  # from the review on
COMPUTED = ("/admin/period/", "input[name=rowid]", "button:text('Hitung predikat')", ".message.success")
TALL = {"width": 1280, "height": 1150}  # a record's page, down to its history
OPENED = "[data-rows] tbody a"
CLOSING = ("/admin/period/?flt0_status_equals=open", OPENED, "button:text-is('Tutup')")
GRANTED = ("/admin/award/?flt0_status_equals=granted", OPENED)
ANSWERING = ("/admin/complaint/?flt0_status_equals=in_progress", OPENED, "button:text-is('Tanggapi')")
DELIVERED = ("/admin/rating/?flt0_status_equals=delivered", OPENED)
SHOTS = (
    Shot("", ("/",), "halaman-depan", "Halaman depan"),
    Shot("", ("/login",), "masuk", "Masuk"),
    Shot("hr", ("/admin/",), "beranda-kepegawaian", "Beranda kepegawaian", 660),
    Shot("hr", ("/admin/",), "beranda-gelap", "Beranda kepegawaian, tampilan gelap", theme="dark"),
    Shot("supervisor", ("/admin/",), "beranda-atasan", "Beranda atasan", 580),
    Shot("employee", ("/admin/",), "beranda-pegawai", "Beranda pegawai", 460),
    Shot("admin", ("/admin/",), "beranda-ti", "Beranda TI"),
    Shot("admin", ("/admin/user/",), "daftar-akun", height=460),
    Shot("hr", UNRATED, "daftar-pegawai", "Pegawai sebuah dinas yang belum dinilai", 660),
    Shot("hr", ("/admin/employee/new/",), "formulir", "Formulir pegawai"),
    Shot("officer", ("/admin/complaint/",), "daftar-pengaduan", "Daftar pengaduan", 660),
    Shot("supervisor", ("/admin/assessment/grid/", "td label >> nth=1"), "isi-di-layar", "Isi di layar", 660),
    Shot("supervisor", REVIEW, "periksa-unggahan", "Pemeriksaan unggahan", 660),
    Shot("supervisor", SAVED, "hasil-unggahan", "Hasil unggahan", 600),
    Shot("supervisor", COMPUTED, "hitung-predikat", height=560),
    Shot("supervisor", (suggested,), "mengapa-predikat", "Mengapa predikat ini?", 720),
    Shot("hr", GRANTED, "halaman-data", "Halaman data dengan riwayatnya", 1010, TALL),
    Shot("hr", CLOSING, "tutup-periode", "Menutup periode", 600),
    Shot("officer", ANSWERING, "menanggapi", "Menanggapi pengaduan", 520),
    Shot("employee", DELIVERED, "tanda-tangan", height=560),
    Shot("supervisor", ("/admin/employee/",), "ponsel-daftar", "Daftar di ponsel", size=PHONE),
    Shot("supervisor", ("/admin/",), "ponsel-gelap", "Beranda di ponsel, gelap", size=PHONE, theme="dark"),
    Shot("employee", ("/bantuan/atasan",), "bantuan", "Panduan di dalam panel"),
)


def serve():
    """The address of the app with 300 invented people in a database of its own."""
    place = {"DATABASE_URL": f"sqlite:///{WORK.name}/kinerja.db", "INSTANCE": WORK.name}
    server = make_server("127.0.0.1", 0, create_app(place | {"LIMITS": False}), threaded=True)
    with db.connection_context():
        migrations.upgrade()
        seed_demo(300)
        demo_accounts()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.port}"


def visit(address):
    """({file: picture}, what the consoles complained of); a browser of its own for each role, size and theme."""
    pages, pictures, complaints = {}, {}, []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
        for shot in SHOTS:
            who = (shot.role, shot.size["width"], shot.theme)
            if who not in pages:
                looks = {"viewport": shot.size, "color_scheme": shot.theme, "locale": "id-ID"}
                page = pages[who] = browser.new_page(base_url=address, **looks)
                page.on("dialog", lambda dialog: dialog.accept())
                page.on("console", lambda m: m.type == "error" and complaints.append(m.text))
                page.on("pageerror", lambda error: complaints.append(str(error)))
                if shot.role:
                    enter(page, shot.role)
            pictures |= take(pages[who], shot)
    return pictures, complaints


def enter(page, role):
    page.goto("/login")
    page.get_by_label("Nama Akun").fill(f"demo-{role}")
    page.get_by_label("Sandi").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url("**/admin/")


def take(page, shot):
    page.set_viewport_size(shot.size)
    for step in shot.steps:
        step(page) if callable(step) else page.goto(step) if step[0] == "/" else page.click(step)
    page.wait_for_load_state("networkidle")
    found = {GALLERY / f"{shot.name}.png": page.screenshot()} if shot.caption else {}
    if shot.height:
        box = page.locator("main").bounding_box()
        clip = {"x": box["x"] - 8, "y": box["y"], "width": box["width"] + 16, "height": shot.height}
        found[PICTURES / f"{shot.name}.png"] = page.screenshot(clip=clip)
    return found


def write(pictures):
    """Replace the pictures on disk; with fewer colours, a third of the size, where pngquant is installed."""
    for folder in (PICTURES, GALLERY):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    for file, data in pictures.items():
        file.write_bytes(data)
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--strip", "--force", "--ext", ".png", *pictures], check=True)
    shown = [f"\n## {s.caption}\n\n![{s.caption}]({s.name}.png)\n" for s in SHOTS if s.caption]
    (GALLERY / "README.md").write_text(INTRO + "".join(shown), "utf-8")
    assert sum(file.stat().st_size for file in pictures) < 2_500_000, "install pngquant"


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel("ERROR")
    pictures, complaints = visit(serve())
    assert complaints == []
    named = re.findall(r"gambar/([a-z0-9-]+\.png)", "".join(f.read_text("utf8") for f in GUIDES.glob("*.md")))
    assert set(named) == {file.name for file in pictures if file.parent == PICTURES}
    write(pictures)
