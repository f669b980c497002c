"""The recap of a unit: a page to print and sign, within the account's scope."""

import re

import pytest

from tests.make import make_employee, make_period, make_rating, make_unit


@pytest.fixture
def office(rows):
    """A unit with two rated people, one of them below it, and a stranger elsewhere."""
    period, unit = make_period(), make_unit("DINAS", name="Dinas Uji")
    below = make_unit("DINAS.A", name="Bidang A", parent=unit)
    people = [make_employee(name="Wati", unit=unit, position="Analis"), make_employee(name="Ani", unit=below)]
    for person in people:
        make_rating(person, period)
    make_rating(make_employee(name="Orang Luar", unit=make_unit("LAIN")), period, predicate="POOR")
    return period, unit, people


def page(client, query="period=2026-TW3&unit=DINAS"):
    answer = client.get(f"/admin/rating/recap/?{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_it_lists_the_unit_and_those_below_with_totals_and_room_for_signatures(office, sign_in):
    text = page(sign_in(role="hr"))
    body = re.sub(r"<[^>]+>|\s+", " ", text)
    assert "Salinan kerja, bukan dokumen resmi." in text
    assert text.index("Ani") < text.index("Wati")
    assert "Orang Luar" not in text
    assert all(
        word in text for word in (office[2][0].nip, "Analis", "Bidang A", "Sesuai Ekspektasi", "signatures")
    )
    assert re.search(r"Baik\s+2\s+100", body)
    assert "style=" not in text


def test_it_says_it_in_english_too(office, sign_in):
    client = sign_in(role="hr")
    client.set_cookie("language", "en")
    assert "Working copy, not an official document." in page(client)


def test_a_supervisor_starts_with_her_own_unit_and_sees_no_other(office, sign_in):
    client = sign_in(role="supervisor", unit=office[1])
    assert "Wati" in page(client, "")
    other = page(client, "unit=LAIN")
    assert "Unit LAIN tidak ditemukan" in other
    assert "Orang Luar" not in other


@pytest.mark.parametrize(
    "query", ["", "unit=ENTAH", "period=zzz&unit=%00DINAS", "period=2026-TW3", "unit=" + "9" * 400]
)
def test_it_asks_for_what_is_missing(office, sign_in, query):
    assert page(sign_in(role="hr"), query)


def test_a_period_without_ratings_says_so(office, sign_in):
    make_period("2020-TW1", state="closed")
    assert "Belum ada predikat unit ini" in page(sign_in(role="hr"), "period=2020-TW1&unit=DINAS")


@pytest.mark.parametrize(("role", "status"), [("employee", 403), ("officer", 403), ("admin", 200)])
def test_it_is_for_those_who_manage_units(office, sign_in, role, status):
    client = sign_in(role=role)
    assert client.get("/admin/rating/recap/").status_code == status
    link = "/admin/rating/recap/" in client.get("/admin/rating/").get_data(as_text=True)
    assert link == (status == 200)
    assert sign_in(role="hr").get("/admin/rating/").status_code == 200
