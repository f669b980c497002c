"""Every registered view, with every role, with a row of a foreign unit: nothing leaks, nothing changes."""

import re

import pytest
from flask import url_for

import access
from models import MODELS, Change, Employee, Holiday, Period, Policy, Unit
from tests.cast import CANARY, World, dump
from views.base import AdminView

# Tables whose rows belong to nobody: rules and days hold for everybody, and who reads one reads all.
# A role that may not change them must not change a row of them either.
OF_NOBODY = (Policy, Period, Holiday)
VIEWED = [model for model in MODELS if model.spoken()]
NARROW = ("supervisor", "officer", "employee")
ROLES = (*NARROW, "hr", "admin")


@pytest.fixture
def world(rows):
    return World()


@pytest.fixture
def view_of(app):
    views = {v.model: v for v in app.extensions["admin"][0]._views if isinstance(v, AdminView)}
    return views.__getitem__


@pytest.fixture
def address(app):
    def build(view, endpoint, **values):
        with app.test_request_context():
            return url_for(f"{view.endpoint}.{endpoint}", **values)

    return build


def foreign_row(world, model):
    """A row that a narrow account must not change; every table has one, or belongs to nobody."""
    if model in OF_NOBODY:
        return model.select().first()
    assert model in world.foreign, f"{model.__name__}: give it a row of a foreign unit in tests/cast.py"
    return world.foreign[model]


def reads(role, model):
    return access.may(type("U", (), {"role": role}), "read", model)


def pages_about(view, address, row):
    """Every address of a view that reads a row: page, edit form, list, search, exports, look-ups."""
    yield address(view, "index_view", search=CANARY)
    yield address(view, "index_view", page_size=100)
    yield address(view, "export", export_type="csv")
    if row is not None:
        yield address(view, "details_view", id=row.id)
        yield address(view, "edit_view", id=row.id)
    yield address(view, "create_view")
    for name in view._form_ajax_refs:
        yield address(view, "ajax_lookup", name=name, query=CANARY)
        yield address(view, "ajax_lookup", name=name, query="", limit=-1)


@pytest.mark.parametrize("role", NARROW)
@pytest.mark.parametrize("model", VIEWED, ids=lambda m: m.__name__)
def test_no_page_shows_a_foreign_row(model, role, world, view_of, address, sign_in):
    client, view = sign_in(world.account(role)), view_of(model)
    for url in pages_about(view, address, foreign_row(world, model)):
        answer = client.get(url, buffered=True)
        assert answer.status_code < 500, url
        assert not leaked(answer.get_data(as_text=True)), url
        if not reads(role, model):
            assert answer.status_code == 403, url


@pytest.mark.parametrize("role", NARROW)
@pytest.mark.parametrize("model", VIEWED, ids=lambda m: m.__name__)
def test_no_request_changes_a_foreign_row(model, role, world, view_of, address, sign_in, post, app):
    client, view, row = sign_in(world.account(role)), view_of(model), foreign_row(world, model)
    before = dump()
    fields = form_of(view, row, app)
    post(client, address(view, "edit_view", id=row.id), fields)
    post(client, address(view, "delete_view"), {"id": row.id})
    post(client, address(view, "delete_view", id=row.id))
    for name, _ in view._actions:
        verb = {"export": "read", **view.action_verbs}.get(name)
        if model in OF_NOBODY and access.may(client.user, verb, model):
            continue  # everybody may take away what is everybody's; a supervisor computes her people's ratings
        post(client, address(view, "action_view"), {"action": name, "rowid": row.id}, buffered=True)
    assert dump() == before


def leaked(text):
    """Whether the canary stands anywhere but where our own search word is repeated."""
    return re.search(rf"(?<![=“D\"]){CANARY}", text)


def form_of(view, row, app):
    """The form's fields as that row has them, every text changed."""
    fields = {"version": row.version if hasattr(row, "version") else ""}
    for name in view.form_columns:
        value = row.__data__.get(name)
        if value is not None:
            fields[name] = (
                "diubah" if isinstance(value, str) and name in ("note", "reason", "title") else value
            )
    return fields


@pytest.mark.parametrize("role", NARROW)
@pytest.mark.parametrize("model", VIEWED, ids=lambda m: m.__name__)
def test_no_form_takes_a_foreign_reference(model, role, world, view_of, address, sign_in, post, app):
    """Moving an own row to a foreign unit or person, or making one there, is refused."""
    client, view = sign_in(world.account(role)), view_of(model)
    own, foreign = world.own.get(model), world.foreign
    if model in OF_NOBODY:
        return  # no reference of it leads to a person or a unit
    fields = form_of(view, own, app) | {
        name: foreign[related].id
        for name in view.form_columns
        for related in (getattr(model._meta.fields[name], "rel_model", None),)
        if related in (Unit, Employee) and name not in ("assessor", "supervisor")
    }
    before = dump(Change)
    if any(name in fields and fields[name] != own.__data__.get(name) for name in view.form_columns):
        post(client, address(view, "create_view"), fields)
        locked = access.locked_fields(model, client.user)
        post(client, address(view, "edit_view", id=own.id), fields)
        if not locked:
            assert dump(Change) == before
    moved = model.get_by_id(own.id)
    assert all(moved.__data__.get(n) == own.__data__.get(n) for n in ("unit", "employee"))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("model", VIEWED, ids=lambda m: m.__name__)
def test_no_address_answers_with_an_error_of_ours(model, role, world, view_of, address, sign_in):
    client, view = sign_in(world.account(role)), view_of(model)
    odd = ({"id": "abc"}, {"id": 2**70}, {"id": "-1"}, {"page": 2**70}, {"page": -5}, {"sort": 999},
           {"sort": "x", "desc": "y"}, {"search": "a\x00b % _ '\""}, {"page_size": 10**9},
           {"flt0_0": "x", "flt1_zzz": "1"}, {"url": "/admin/"})  # fmt: skip
    for values in odd:
        for endpoint in ("index_view", "details_view", "edit_view"):
            assert client.get(address(view, endpoint, **values)).status_code < 500, (endpoint, values)
    for arg in view._filter_args or ():
        for value in ("1", "abc", "2026-13-45", str(2**70), "87,5", "\x00", "%"):
            answer = client.get(address(view, "index_view", **{f"flt0_{arg}": value}))
            assert answer.status_code < 500, (arg, value)
    for position in range(len(view._list_columns)):
        assert client.get(address(view, "index_view", sort=position, desc=1)).status_code < 500
    for name in ("endpoint", "self", "export_type", "_method", "_scheme"):
        assert client.get(f"{address(view, 'index_view')}?{name}=x").status_code in (400, 403)


@pytest.mark.parametrize("model", VIEWED, ids=lambda m: m.__name__)
def test_nobody_enters_without_signing_in(model, world, view_of, address, app):
    client, view = app.test_client(), view_of(model)
    for url in pages_about(view, address, foreign_row(world, model)):
        answer = client.get(url, buffered=True)
        assert answer.status_code in (302, 401)
        assert answer.status_code == 401 or "/login" in answer.location


def test_every_post_route_refuses_a_request_without_a_token(app, world, sign_in):
    client = sign_in(world.account("admin"))
    before = dump()
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods:
            with app.test_request_context():
                values = {name: "assessments" if name == "sheet" else 1 for name in rule.arguments}
                url = url_for(rule.endpoint, **values)
            answer = client.post(url, data={"id": 1, "rowid": 1, "action": "compute"})
            assert answer.status_code == 400, rule
    assert dump() == before


def test_only_a_short_list_of_routes_needs_no_account(app, rows):
    client = app.test_client()
    free = set()
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and "static" not in rule.endpoint:
            with app.test_request_context():
                values = {name: "assessments" if name == "sheet" else 1 for name in rule.arguments}
                url = url_for(rule.endpoint, **values)
            if client.get(url, buffered=True).status_code == 200:
                free.add(rule.endpoint)
    assert free == {"account.login", "public.landing", "public.health", "public.logo", "guides.index"}


def test_hr_cannot_edit_her_own_rating(world, view_of, address, sign_in, post):
    from models import Rating

    user = world.account("hr")
    user.employee = world.own[Employee]
    user.save()
    client, rating = sign_in(user), world.own[Rating]
    url = address(view_of(Rating), "edit_view", id=rating.id)
    post(client, url, {"note": "bagus sekali", "version": rating.version})
    post(client, address(view_of(Rating), "action_view"), {"action": "confirm", "rowid": rating.id})
    stored = Rating.get_by_id(rating.id)
    assert (stored.note, stored.state) == (rating.note, "suggested")


@pytest.mark.parametrize("target", [
    "http:evil.test", "//evil.test", "/\\evil.test", "https://evil.test", "/%0ax\n", "\x1b///evil.test",
    "//%EF%BC%8Fx", "javascript:alert(1)", "http:///evil.test", "/ x",
])  # fmt: skip
def test_it_never_sends_anybody_off_site(target, world, view_of, address, sign_in):
    client = sign_in(world.account("hr"))
    answer = client.get("/admin/employee/details/", query_string={"id": "0", "url": target})
    assert answer.status_code == 400
    assert client.get("/login", query_string={"next": target}).status_code == 400
