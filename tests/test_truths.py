"""Small truths of every page of the demo: numbers that their lists have."""

import csv
import re
import shutil
from html import unescape

import pytest
from click.testing import CliRunner

import commands
import migrations
from capabilities import SHEETS
from database import connect, db
from models import MODELS, Employee, Period, Training, User
from seed_data.demo import demo_accounts, seed_demo
from tests.make import make_user
from tests.test_words import Words

ROLES = ("admin", "hr", "supervisor", "officer", "employee")
COUNT = re.compile(r'<span class="count">([\d.]+)</span>')
CARD = re.compile(r'<a class="card[^"]*" href="([^"]+)"><span>(.*?)</span><b>([\d.]+)</b>')
LINE = re.compile(r"<tr>(.*?)</tr>", re.S)
LIST = re.compile(r'href="(/admin/\w+/\?[^"]*flt0[^"]*)"')
PANEL = re.compile(r'<section class="panel flush">(.*?)</section>', re.S)


@pytest.fixture(scope="module")
def grown(blank, tmp_path_factory):
    """A database with the demo, made once: a file to copy."""
    place = tmp_path_factory.mktemp("demo") / "demo.db"
    connect(f"sqlite:///{place}")
    with db.connection_context():
        migrations.upgrade()
        seed_demo(100)
        demo_accounts()
        db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return place


@pytest.fixture
def demo(app, grown, tmp_path):
    """The demo under the application, to be changed freely."""
    shutil.copy(grown, tmp_path / "demo.db")
    connect(f"sqlite:///{tmp_path / 'demo.db'}")
    db.connect(reuse_if_open=True)
    yield db
    db.close()


def text(client, url):
    answer = client.get(unescape(url))
    assert answer.status_code == 200, url
    return answer.get_data(as_text=True)


def number(written):
    return int(written.replace(".", ""))


def cards(client):
    """[(words, number, count of the list that the card opens)] of a start page."""
    found = CARD.findall(text(client, "/admin/"))
    return [(words, number(n), number(COUNT.search(text(client, url))[1])) for url, words, n in found]


def lines(client, html):
    """[(line, its last number, count of the list that it opens)] of the tables of numbers of a page."""
    for line in LINE.findall(html):
        if url := LIST.search(line):
            last = re.findall(r'<td class="num">([\d.]+)</td>', line)[-1]
            yield line, number(last), number(COUNT.search(text(client, url[1]))[1])


@pytest.mark.parametrize("role", ROLES)
def test_every_card_and_line_of_a_start_page_says_how_many_its_list_has(role, demo, sign_in):
    client = sign_in(User.get(role=role))
    found = [*cards(client), *lines(client, text(client, "/admin/"))]
    assert found
    assert [each for each in found if each[1] != each[2]] == []


def test_the_cards_of_every_employee_agree_with_their_lists(demo, sign_in):
    busy = {row.employee_id for row in Training.select().where(Training.state == "done", Training.hours > 1)}
    for person in list(Employee.select().where(Employee.id.in_(busy)).limit(12)):
        client = sign_in(make_user("employee", employee=person))
        assert re.search(r"<span>JP tahun ini</span><b>\d+</b>", text(client, "/admin/"))
        assert [each for each in cards(client) if each[1] != each[2]] == []


@pytest.mark.parametrize("role", ROLES)
def test_without_a_period_no_card_of_nothing_opens_a_full_list(role, demo, sign_in):
    Period.update(state="closed").execute()
    assert [each for each in cards(sign_in(User.get(role=role))) if each[1] != each[2]] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_panel_and_line_of_a_record_page_says_how_many_its_list_has(role, demo, sign_in):
    client, wrong, seen = sign_in(User.get(role=role)), [], 0
    for model in MODELS:
        name = model._meta.table_name
        answer = client.get(f"/admin/{name}/?page_size=100")
        links = re.findall(rf'/admin/{name}/details/\?[^"]*id=\d+', answer.get_data(as_text=True))
        for link in dict.fromkeys(links[::20]) if answer.status_code == 200 else ():
            html = text(client, link)
            for panel in PANEL.findall(html):
                if (count := COUNT.search(panel)) and (url := LIST.search(panel.rpartition("</table>")[2])):
                    seen += 1
                    if COUNT.search(text(client, url[1]))[1] != count[1]:
                        wrong.append((link, url[1]))
            wrong += [(link, line) for line, n, listed in lines(client, html) if n != listed]
    assert wrong == []
    assert seen or role == "officer"


# ------------------------------------------------------------------ sheets and tables by their Indonesian names

ENGLISH = {*SHEETS, *(model._meta.table_name for model in MODELS)} - {
    "unit",
    "rating",
}  # which are Indonesian too
NAMED = re.compile(rf"(?<![\w@./-])({'|'.join(sorted(ENGLISH))})(?![\w./-])", re.IGNORECASE)


def pages(client):
    """Every kind of page: of each table the list, a record, its forms; of each sheet the upload; and the others."""
    yield from (
        "/admin/",
        "/admin/import/",
        "/admin/upload/1/",
        "/admin/assessment/grid/",
        "/admin/rating/recap/",
    )
    yield from (f"/admin/import/{sheet}/" for sheet in SHEETS)
    yield "/admin/change/?flt0_tabel_equals=employee"
    yield "/admin/upload/?flt0_lembar_equals=assessments"
    for name in (model._meta.table_name for model in MODELS if model.spoken()):
        yield from (f"/admin/{name}/", f"/admin/{name}/new/")
        for row in (1, 2):
            yield from (f"/admin/{name}/details/?id={row}", f"/admin/{name}/edit/?id={row}")


@pytest.mark.parametrize("role", ROLES)
def test_no_page_calls_a_sheet_or_a_table_by_its_english_name(role, demo, sign_in):
    client, leaks = sign_in(User.get(role=role)), {}
    client.get("/admin/period/export/csv/", buffered=True)  # of which the trail tells
    for url in pages(client):
        answer = client.get(url)
        if answer.status_code == 200:
            found = Words(answer.get_data(as_text=True)).found
            if said := [words for words in found if NAMED.search(words)]:
                leaks[url] = said
    assert leaks == {}


def test_no_file_and_no_command_does_it_either(demo, sign_in, tmp_path):
    client = sign_in(User.get(role="admin"))
    for table, columns in (("upload", ["Lembar"]), ("change", ["Tabel"])):
        data = client.get(f"/admin/{table}/export/csv/", buffered=True).data.decode("utf-8-sig")
        cells = [row[column] for row in csv.DictReader(data.splitlines()) for column in columns]
        assert cells
        assert [cell for cell in cells if NAMED.fullmatch(cell)] == []
    here = {"DATABASE_URL": f"sqlite:///{tmp_path / 'demo.db'}"}
    answer = CliRunner().invoke(commands.main, ["move", "award", "fly", "1"], env=here)
    assert "Penghargaan tidak mengenal" in answer.output
