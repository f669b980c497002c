"""Lists as people keep them: saved views, chosen columns, all rows that match, own filters."""

import re

import pytest

from capabilities.people import checks
from models import Rating, Setting, User
from tests.make import (
    make_assessment,
    make_complaint,
    make_employee,
    make_period,
    make_rating,
    make_unit,
    make_user,
)


@pytest.fixture
def hr(rows, sign_in):
    return sign_in(role="hr")


def text(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def heads(html):
    return [
        re.sub(r"<[^>]+>|[▴▾]", "", head).strip()
        for head in re.findall(r"<th scope=\"col\".*?</th>", html, re.S)
    ]


def test_a_view_is_kept_for_its_account_alone_and_forgotten_again(hr, sign_in, post):
    make_employee()
    query = "flt0_status_equals=PNS&sort=1&col=nip,name&page=3&url=//evil.test"
    answer = post(hr, "/admin/employee/views/", {"name": "  Semua   PNS ", "query": query})
    assert answer.location == "/admin/employee/?flt0_status_equals=PNS&sort=1&col=nip%2Cname"
    assert "Semua PNS" in text(hr, "/admin/employee/")
    assert "Semua PNS" not in text(hr, "/admin/unit/")
    assert "Semua PNS" not in text(sign_in(role="hr"), "/admin/employee/")
    post(hr, "/admin/employee/views/", {"name": "Semua PNS", "query": "", "forget": "y"})
    assert Setting.read(hr.user, "views:employee") == []


def test_a_view_without_a_name_or_past_the_limit_is_refused_with_words(hr, post):
    post(hr, "/admin/unit/views/", {"name": " ", "query": "search=a"})
    assert "Beri nama" in text(hr, "/admin/unit/")
    for number in range(21):
        post(hr, "/admin/unit/views/", {"name": f"v{number}", "query": "search=a"})
    assert "Paling banyak 20" in text(hr, "/admin/unit/")
    assert len(Setting.read(hr.user, "views:unit")) == 20


def test_nobody_keeps_views_of_a_list_that_is_closed_to_her(rows, sign_in, post):
    officer = sign_in(role="officer")
    assert post(officer, "/admin/employee/views/", {"name": "x", "query": ""}).status_code == 403


def test_columns_are_chosen_in_the_address_and_go_on_to_the_next_page(hr):
    unit = make_unit()
    for _ in range(25):
        make_employee(unit=unit, email="a@b.id")
    html = text(hr, "/admin/employee/?col=nip&col=email&page_size=20")
    assert heads(html) == ["NIP", "Email"]
    assert "a@b.id" in html
    assert "col=nip,email" in html.replace("%2C", ",")
    assert heads(text(hr, "/admin/employee/?col=password,version,nonsense")) == heads(
        text(hr, "/admin/employee/")
    )


def test_a_confidential_column_cannot_be_asked_for(hr):
    make_complaint(reporter="Si Pelapor Rahasia")
    assert "Si Pelapor Rahasia" not in text(hr, "/admin/complaint/?col=ticket,reporter")


LIST = "?flt0_predikat_equals=GOOD&page_size=20"


def test_an_action_on_all_that_match_meets_every_page_and_nothing_else(rows, sign_in, post):
    unit, period = make_unit(), make_period()
    head = make_employee(unit=unit)
    mine = [make_rating(make_employee(unit=unit), period, rater=head) for _ in range(30)]
    poor = make_rating(
        make_employee(unit=unit), period, rater=head, predicate="POOR", behaviour_level="BELOW"
    )
    foreign = make_rating(make_employee(), period)
    client = sign_in(role="supervisor", unit=unit)
    asked = post(
        client, "/admin/rating/action/" + LIST, {"action": "confirm", "all": "y", "rowid": mine[0].id}
    )
    assert "30 data akan berstatus “Dikonfirmasi”." in asked.get_data(as_text=True)
    post(client, "/admin/rating/move/confirm/" + LIST, {"all": "y"})
    confirmed = {row.id for row in Rating.select().where(Rating.state == "confirmed")}
    assert confirmed == {row.id for row in mine}
    assert not confirmed & {poor.id, foreign.id}


def test_what_cannot_be_confirmed_is_counted_and_left_alone(rows, sign_in, post):
    unit, period = make_unit(), make_period()
    closed = make_period("2026-TW2", state="closed")
    head = make_employee(unit=unit)
    ratings = [make_rating(make_employee(unit=unit), p, rater=head) for p in (period, closed)] + [
        make_rating(head, period)
    ]
    client, chosen = sign_in(role="supervisor", unit=unit, employee=head), [row.id for row in ratings]
    asked = post(client, "/admin/rating/action/", {"action": "confirm", "rowid": chosen})
    reasons = "periodenya sudah ditutup", "bukan wewenang akun Anda"
    for why in reasons:
        assert why in asked.get_data(as_text=True)
    post(client, "/admin/rating/move/confirm/", {"rowid": chosen})
    assert [Rating.get_by_id(r.id).state for r in ratings] == ["confirmed", "suggested", "suggested"]
    said = text(client, "/admin/rating/")
    assert "Dikonfirmasi: 1 data." in said
    for why in reasons:
        assert f"1 dilewati: {why}." in said


def test_who_is_not_assessed_is_a_filter(hr):
    period = make_period()
    done, missing, gone = make_employee(), make_employee(), make_employee(active=False)
    make_assessment(done, period)
    html = text(hr, "/admin/employee/?flt0_belum_dinilai=2026-TW3")
    assert [p.nip in html for p in (done, missing, gone)] == [False, True, False]
    assert "tidak dapat dibaca" in text(hr, "/admin/employee/?flt0_belum_dinilai=2031")


def test_a_unit_filter_reaches_the_units_below(hr):
    top = make_unit("DINKES")
    below, other = make_employee(unit=make_unit(parent=top)), make_employee()
    html = text(hr, "/admin/employee/?flt0_unit_within=DINKES")
    assert [p.nip in html for p in (below, other)] == [True, False]
    assert below.nip not in text(hr, "/admin/employee/?flt0_unit_equals=DINKES")


def doubtful_people():
    """{check: a person whom it doubts}, beside one in whom nothing is to be doubted."""
    unit, head = make_unit(), {"position_type": "JPT_PRATAMA"}
    boss = make_employee(unit=unit, **head)
    sound = {"unit": unit, "supervisor": boss}
    twin = make_employee(name="Sama Nama", **sound)
    return {
        "": make_employee(**sound),
        "no_supervisor": make_employee(unit=unit),
        "supervisor_gone": make_employee(
            unit=unit, supervisor=make_employee(unit=unit, active=False, **head)
        ),
        "supervisor_elsewhere": make_employee(unit=unit, supervisor=make_employee(**head)),
        "unit_closed": make_employee(unit=make_unit(active=False, parent=unit), supervisor=boss),
        "past_retirement": make_employee(nip="195601011980011001", **sound),
        "recorded_twice": make_employee(name="Sama Nama", nip=f"{twin.nip[:15]}777", **sound),
        "no_grade": make_employee(grade=None, **sound),
        "no_level": make_employee(position_type="FUNGSIONAL", **sound),
    }


def test_each_check_of_the_data_finds_whom_it_should(hr):
    people = doubtful_people()
    assert set(people) == {"", *checks()}
    for code in checks():
        html = text(hr, f"/admin/employee/?flt0_periksa_data={code}")
        assert people[code].nip in html, code
        assert people[""].nip not in html, code


def test_open_complaints_are_a_filter(hr):
    waiting, done = make_complaint(), make_complaint(state="closed")
    html = text(hr, "/admin/complaint/?flt0_status_open=1")
    assert [c.ticket in html for c in (waiting, done)] == [True, False]


def test_new_passwords_are_not_given_to_a_crowd_at_once(rows, sign_in, post):
    admin = sign_in(role="admin")
    crowd = [make_user("employee") for _ in range(51)]
    hashes = [user.password for user in crowd]
    post(admin, "/admin/user/action/?flt0_peran_equals=employee", {"action": "new_password", "all": "y"})
    assert "Paling banyak 50 akun" in text(admin, "/admin/user/")
    assert [User.get_by_id(user.id).password for user in crowd] == hashes
