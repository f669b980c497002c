"""A running panel with demo data, and a real browser that visits it; skipped where there is none."""

import re
import threading
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from seed_data.demo import DEMO_PASSWORD, demo_accounts, seed_demo

CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser():
    if not CHROMIUM.exists():
        pytest.skip("no browser: install Debian's chromium to run the walks")
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright for Python")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def site(app, rows):
    """The address of the running app with demo data."""
    seed_demo(100)
    demo_accounts()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    server.server_close()
    thread.join()


def odd(message):
    """Whether the console complains of more than a page that this role may not open."""
    return message.type in ("error", "warning") and not re.search("status of 40[34]", message.text)


@pytest.fixture
def visit(browser, site):
    """visit(role, size) -> a signed-in page (role None: nobody's); every complaint of its console fails the test."""
    complaints, contexts = [], []

    def enter(role, size, **options):
        context = browser.new_context(
            viewport=size, base_url=site, locale="id-ID", reduced_motion="reduce", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if odd(m) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/login")
        if role:
            page.get_by_label("Nama Akun").fill(f"demo-{role}")
            page.get_by_label("Sandi").fill(DEMO_PASSWORD)
            page.get_by_role("button", name="Masuk").click()
            page.wait_for_url("**/admin/")
        return page

    yield enter
    for context in contexts:
        context.close()
    assert complaints == []
