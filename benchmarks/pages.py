"""Pages over a poor line in a real browser: kilobytes, seconds to the last byte, layout shift.

`python -m benchmarks.pages` drives Debian's Chromium, held to 50 kB/s and 400 ms a round trip, over a
demo of 1,000 people; every page is opened once with an empty cache and once after it.
"""

import logging
import tempfile
import threading
import time

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from benchmarks.lists import fill
from seed_data.demo import DEMO_PASSWORD
from tests.browser.conftest import CHROMIUM, SWITCHES

LINE = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 20_000}
PAGES = (
    (None, "/login"), ("hr", "/admin/"), ("hr", "/admin/assessment/?page_size=100"), ("hr", "/admin/employee/"),
    ("hr", "/admin/employee/new/"), ("hr", "/admin/rating/details/?id=1"), ("supervisor", "/admin/"),
    ("supervisor", "/admin/assessment/grid/"), ("employee", "/admin/"), (None, "/bantuan/atasan"),
)  # fmt: skip
SHIFT = """new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((e) => { sum += e.value; })).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""


def main():
    from admin_app import create_app

    logging.getLogger("werkzeug").setLevel("ERROR")
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{place}/bench.db"
        app = create_app({"DATABASE_URL": url, "SECRET_KEY": "x", "LIMITS": False, "INSTANCE": place})
        fill(url, 1_000)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"{'':48} {'first kB':>8} {'s':>6} {'then kB':>8} {'s':>6} {'shift':>7}")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
            for role, page in PAGES:
                first, again, shift = measured(browser, f"http://127.0.0.1:{server.port}", role, page)
                print(f"{role or 'nobody':10} {page:37} {first[0]:8.1f} {first[1]:6.1f} "
                      f"{again[0]:8.1f} {again[1]:6.1f} {shift:7.4f}", flush=True)  # fmt: skip
        server.shutdown()


def measured(browser, address, role, page):
    """((kB, s) with an empty cache, (kB, s) after it, layout shift) of a page for a role."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=address, locale="id-ID")
    tab = context.new_page()
    if role:
        tab.goto("/login")
        tab.fill("[name=username]", f"demo-{role}")
        tab.fill("[name=password]", DEMO_PASSWORD)
        tab.click("main button")
        tab.wait_for_url("**/admin/")
    wire, bytes_ = context.new_cdp_session(tab), []
    wire.on("Network.loadingFinished", lambda event: bytes_.append(event["encodedDataLength"]))
    wire.send("Network.enable")
    wire.send("Network.clearBrowserCache")
    wire.send("Network.emulateNetworkConditions", LINE)

    def load():
        bytes_.clear()
        start = time.perf_counter()
        tab.goto(page, wait_until="load")
        took = time.perf_counter() - start
        tab.wait_for_timeout(300)  # the last sizes are told after the load
        return sum(bytes_) / 1000, took

    first = load()
    shift = tab.evaluate(SHIFT)
    again = load()
    context.close()
    return first, again, shift


if __name__ == "__main__":
    main()
