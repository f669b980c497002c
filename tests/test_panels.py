"""Panels, cards and questions of the rooms: each link leads to the rows that its number counts."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from flask_login import login_user

import access
from capabilities import gathered
from database import db, today
from models import (
    MODELS,
    Award,
    Complaint,
    Employee,
    Objection,
    Period,
    Rating,
    Unit,
    UnitResult,
    Upload,
)  # fmt: skip
from panels import Panel, Tally
from tests.cast import CANARY, World
from tests.make import make_assessment, make_employee, make_period, make_training, make_unit
from views.base import AdminView
from views.panels import cards_of, drawn, panels_of, record_panels

ROLES = ("admin", "hr", "supervisor", "officer", "employee")
LIST_URL = re.compile(r"/admin/(\w+)/\?(.+)")


@pytest.fixture
def world(rows):
    """Both sides of the world, with something late, waiting and failed on each."""
    world = World()
    long_ago = today() - timedelta(days=400)
    make_period("2024", kind="annual", starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31))
    Objection.update(due_on=long_ago).execute()
    Complaint.update(close_due=long_ago, verify_due=long_ago).execute()
    for n, state in enumerate(("queued", "applying", "failed")):
        Upload.create(sheet="units", filename=f"{n}.xlsx", data=b"x", sha256="x", state=state)
    for side in (world.own, world.foreign):
        make_assessment(
            world.boss,
            world.period,
            source="peer",
            assessor=side[Employee],
            work_level=None,
            behaviour_level=None,
        )
        make_training(side[Employee], starts_on=today(), state="done", hours=6)
        make_unit(f"{side[Unit].code}.X", parent=side[Unit], name=f"Seksi {side[Unit].name}")
        make_employee(unit=side[Unit], supervisor=side[Employee], name=f"Anak buah {side[Employee].name[8:]}")
    return world


@pytest.fixture
def as_user(app):
    """as_user(account): a request of that account, for what is made of declarations."""

    def enter(user):
        context = app.test_request_context()
        context.push()
        login_user(user)
        contexts.append(context)
        return user

    contexts = []
    yield enter
    for context in reversed(contexts):
        context.pop()


@pytest.fixture
def view_of(app):
    return {v.model: v for v in app.extensions["admin"][0]._views if isinstance(v, AdminView)}.__getitem__


def listed(client, url):
    """How many rows the list at an address says that it has."""
    html = client.get(url).get_data(as_text=True)
    return int(re.search(r'<span class="count">([\d.]+)</span>', html)[1].replace(".", ""))


def start_page(user, period):
    return cards_of(user, period), drawn(panels_of(user), user, period)


@pytest.mark.parametrize("role", ROLES)
def test_every_number_of_a_start_page_leads_to_a_list_of_that_many(role, world, sign_in, as_user):
    client = sign_in(world.account(role))
    cards, panels = start_page(as_user(client.user), Period.current())
    numbers = [(label, value, url) for label, value, url, _ in cards]
    for panel in panels:
        if panel.key != "trend":
            numbers += [
                (row[0], row[-1], url)
                for row, url in zip(panel.rows, panel.links, strict=True)
                if LIST_URL.match(url)
            ]
    assert any(number for _, number, _ in numbers)
    for label, number, url in numbers:
        if url:
            assert listed(client, url) == number, (label, url)


@pytest.mark.parametrize("role", ROLES)
def test_every_filter_of_a_link_is_a_filter_of_that_list(role, world, sign_in, as_user, app):
    user = as_user(world.account(role))
    views = {v.endpoint: v for v in app.extensions["admin"][0]._views}
    cards, panels = start_page(user, Period.current())
    for row in world.own.values():
        panels += record_panels(row, user)
    panels += record_panels(world.period, user)
    urls = [url for _, _, url, _ in cards] + [url for panel in panels for url in (panel.url, *panel.links)]
    found = [LIST_URL.match(url) for url in urls if url]
    for endpoint, query in (match.groups() for match in found if match and "details" not in match[0]):
        for pair in query.split("&"):
            arg, _, value = pair.partition("=")
            known = views[endpoint]._filter_args
            assert arg.partition("_")[2] in known, (endpoint, pair)
            assert known[arg.partition("_")[2]][1].validate(value), (endpoint, pair)


@pytest.mark.parametrize("role", ["hr", "supervisor"])
def test_progress_leads_to_who_is_missing_there(role, world, sign_in, as_user):
    make_employee(unit=Unit.get(Unit.code == "TOP"), name="Sekretaris Daerah")
    make_employee(unit=world.dinas, name="Wakil Kita")
    client = sign_in(world.account(role))
    _, panels = start_page(as_user(client.user), world.period)
    progress = next(panel for panel in panels if panel.key == "progress")
    assert progress.rows
    for (_, done, total, missing), url in zip(progress.rows, progress.links, strict=True):
        assert listed(client, url) == missing == total - done


@pytest.mark.parametrize("role", ROLES)
def test_record_panels_count_what_their_list_shows_and_nothing_foreign(role, world, sign_in, as_user):
    client = sign_in(world.account(role))
    user = as_user(client.user)
    seen = 0
    for row in (row for row in (*world.own.values(), world.period) if access.may(user, "read", type(row))):
        for panel in record_panels(row, user):
            if panel.count is not None:
                assert listed(client, panel.url) == panel.count, (row, panel.key)
                seen += 1
            if role not in ("hr", "admin"):
                assert CANARY not in str(panel.rows), panel.key
    assert seen or role == "officer"


def test_the_page_of_a_person_a_unit_and_a_period_shows_what_other_tables_say(world, sign_in):
    client, own = sign_in(world.account("hr")), world.own
    UnitResult.create(unit=world.dinas, period=world.period, result="BAIK")
    person = page(client, own[Employee])
    for words in (
        "Bawahan langsung",
        "Bimtek Kita",
        "Piagam Kita",
        "Perihal Kita",
        "Predikat",
        "Lihat semua",
    ):
        assert words in person
    assert world.ani.name in page(client, own[Unit])
    period = page(client, world.period)
    for words in ("Siapa belum dinilai?", "Kemajuan per unit", "Sebaran predikat", "Capaian Organisasi"):
        assert words in period


def page(client, row):
    return unescape(client.get(f"/admin/{row._meta.table_name}/details/?id={row.id}").get_data(as_text=True))


def test_a_supervisor_sees_no_foreign_rows_on_a_period_or_on_her_own_people(world, sign_in):
    client = sign_in(world.account("supervisor"))
    for row in (world.period, world.own[Employee], world.own[Unit], world.own[Rating]):
        assert CANARY not in page(client, row), row
    assert "Perihal" not in page(client, world.own[Employee]), "complaints are not hers to read"


def test_a_reference_is_a_link_where_the_account_may_read_it(world, sign_in):
    rating = world.own[Rating]
    head, unit = rating.rater, rating.unit
    for role, followed in (("hr", True), ("employee", False)):
        html = page(sign_in(world.account(role)), rating)
        assert (f'href="/admin/employee/details/?id={head.id}">' in html) == followed
        assert (f'href="/admin/unit/details/?id={unit.id}">' in html) == followed
        assert f'href="/admin/employee/details/?id={rating.employee.id}">' in html
        assert str(head) in html


@pytest.mark.parametrize("model", [Employee, Unit, Period], ids=lambda m: m.__name__)
def test_the_page_of_a_record_takes_the_same_statements_however_much_it_shows(
    model, world, sign_in, monkeypatch
):
    client, seen = sign_in(world.account("hr")), []
    row, run = {**world.own, Period: world.period}[model], db.obj.execute_sql

    def note(sql, *args, **kwargs):
        seen.append(sql)
        return run(sql, *args, **kwargs)

    def count():
        seen.clear()
        page(client, row)
        return len(seen)

    monkeypatch.setattr(db.obj, "execute_sql", note)
    person, few = world.own[Employee], count()
    for number in range(8):
        unit = make_unit(f"N{number}", parent=world.own[Unit])
        one = make_employee(unit=unit, supervisor=person)
        make_assessment(person, world.period, source="peer", assessor=one)
        make_training(person)
        Award.create(employee=person, kind="400", title=f"Piagam {number}")
    assert count() == few
    assert few < 40


def test_every_declaration_names_fields_and_roles_that_there_are(app):
    for panel in gathered(Panel):
        assert bool(panel.model) != bool(panel.figures), panel.key
        assert set(panel.roles.split()) <= set(ROLES), panel.key
        assert panel.roles or panel.of, panel.key
        assert set(panel.of) <= set(MODELS), panel.key
    keys = [panel.key for panel in gathered(Panel)]
    assert len(keys) == len(set(keys))
    assert {tally.panel for tally in gathered(Tally)} - {""} == {"late", "system"}
    for tally in gathered(Tally):
        assert bool(tally.panel) != bool(tally.roles), tally.label
        assert set(tally.roles.split()) <= set(ROLES), tally.label


@pytest.mark.parametrize("role", ROLES)
def test_every_table_of_a_start_page_is_a_file_too(role, world, sign_in, as_user):
    client = sign_in(world.account(role))
    for panel in panels_of(as_user(client.user)):
        assert client.get(f"/admin/panel/{panel.key}.csv").status_code == 200, panel.key
