"""Accessibility: axe-core finds nothing on any page, in either theme; new pages are found by themselves."""

import pytest
from flask import url_for

from capabilities.assessments import ASSESSMENTS
from database import db
from excel.check.validate import Context
from excel.write.uploads import store
from models import MODELS, Employee, Period, Unit, User
from tests.make import xlsx

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
THEMES = {
    "light": RULES,
    "dark": {"runOnly": ["color-contrast", "link-in-text-block"]},
}  # what a theme can change
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
NOT_PAGES = {
    "export", "template", "download", "panel", "ajax_lookup", "suggestions", "progress", "logo", "health",
}  # fmt: skip


def pages(app):
    """Every address that answers with a page: of each rule one with the first row there is."""
    firsts = {}
    for model in MODELS:
        row = model.select(model.id).order_by(model.id).first()
        firsts[model._meta.table_name] = row.id if row else None
    known = {"sheet": "assessments", "export_type": "xlsx", "name": "atasan", "key": "late"}
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=str):
            noun, _, action = rule.endpoint.rpartition(".")
            if "GET" not in rule.methods or "static" in rule.endpoint or action in NOT_PAGES:
                continue
            values = {name: known.get(name, firsts.get(noun)) for name in rule.arguments}
            if action in ("edit_view", "details_view"):
                values["id"] = firsts[noun]
            if None in values.values():
                continue
            yield url_for(rule.endpoint, **values)


@pytest.fixture
def axe():
    return pytest.importorskip("axe_playwright_python.sync_playwright").Axe()


def faults(axe, page, rules=RULES):
    found = axe.run(page, options=rules).response["violations"]
    return [f"{fault['id']}: {node['html'][:160]}" for fault in found for node in fault["nodes"][:3]]


@pytest.mark.parametrize(("role", "size"), [("admin", DESK), ("hr", PHONE)])
def test_no_page_breaks_a_rule_in_either_theme(visit, app, axe, role, size):
    page, broken, seen = visit(role, size), {}, 0
    db.connect(reuse_if_open=True)
    for address in pages(app):
        answer = page.goto(address)
        if answer.status != 200:  # not for this role
            assert answer.status in (403, 404), address
            continue
        seen += 1
        for theme, rules in THEMES.items():
            page.emulate_media(color_scheme=theme)
            problems = faults(axe, page, rules)
            if problems:
                broken[f"{address} {theme}"] = problems
    assert broken == {}
    assert seen > 55


@pytest.mark.parametrize("role", ["supervisor", "officer", "employee", None])
def test_no_start_page_breaks_a_rule(visit, axe, role):
    page = visit(role, DESK)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert faults(axe, page) == []


def test_a_refused_form_and_open_panels_break_no_rule(visit, axe):
    page = visit("hr", DESK)
    page.goto("/admin/employee/new/")
    page.locator(".save button.main").click()
    page.locator("[role=alert][data-focus]").wait_for()
    assert faults(axe, page) == []
    page.goto("/admin/employee/?search=a")
    for drop in page.locator("details > summary").all():
        if drop.is_visible():
            drop.click()
            assert faults(axe, page) == []
            page.keyboard.press("Escape")


def test_a_review_with_every_kind_of_row_breaks_no_rule(visit, axe):
    page = visit("supervisor", PHONE)
    db.connect(reuse_if_open=True)
    user = User.get(User.username == "demo-supervisor")
    people = Employee.select().where(
        Employee.unit.in_(Unit.below(user.unit_id)), Employee.id != user.employee_id
    )
    nips = [person.nip for person in people.order_by(Employee.id).limit(4)]
    rows = (
        (nips[0], 120, 119),
        (nips[1], 300, 90),
        (nips[2], "Sesuai", 90),
        (nips[3], None, 90),
        ("1", 1, 1),
    )
    context = Context(user, Period.current())
    odd = xlsx(("Nomor Induk", "Kinerja", "Skor Perilaku"), *((nip, 88, 90) for nip in nips))
    good = xlsx(("NIP", "Skor Hasil Kerja", "Skor Perilaku"), *rows)
    uploads = [store(ASSESSMENTS, data, "nilai.xlsx", context)[0] for data in (good, odd)]
    for address in (f"/admin/upload/{uploads[0].id}/", f"/admin/upload/{uploads[1].id}/?columns=y"):
        page.goto(address)
        for theme, rules in THEMES.items():
            page.emulate_media(color_scheme=theme)
            assert faults(axe, page, rules) == [], (address, theme)
