"""What an address asks for and there is not: said on the page, never left out in silence."""

import re
from html import unescape

import pytest

from models import Employee, Period, Setting
from tests.make import make_employee, make_period, make_unit, make_user

MESSAGE = re.compile(r'<div class="message.*?>(.*?)</div>', re.S)
ODD = [
    ("flt0_unknown=1", "flt0_unknown=1"),
    ("flt0=1", "flt0=1"),
    ("flt0_unit_equals=NOPE", "NOPE"),
    ("flt0_unit_within=NOPE", "NOPE"),
    ("flt0_status_equals=XYZ", "XYZ"),
    ("flt0_golongan_equals=99", "99"),
    ("flt0_belum_dinilai=2031", "2031"),
    ("sort=999", "sort=999"),
    ("sort=x", "sort=x"),
    ("desc=y", "desc=y"),
    ("page=x", "page=x"),
    ("page=-5", "page=-5"),
    ("page=99", "page=99"),
    ("page_size=many", "page_size=many"),
    ("col=nip,secret", "col=nip,secret"),
    ("status=PNS", "status=PNS"),
]
GOOD = [
    "", "flt0_unit_equals=DINKES", "flt0_unit_within=DINKES", "flt1_status_equals=PNS", "sort=1&desc=1&page=0", "page_size=20",
    "col=nip&col=name", "col=nip,name&search=a", "flt0_unit_equals=", "sort=&page=&search=",
]  # fmt: skip


@pytest.fixture
def hr(rows, sign_in):
    make_period()
    make_employee(unit=make_unit("DINKES"))
    return sign_in(role="hr")


def messages(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, url
    return [unescape(text) for text in MESSAGE.findall(answer.get_data(as_text=True))]


@pytest.mark.parametrize(("query", "named"), ODD, ids=[query for query, _ in ODD])
def test_a_list_says_what_it_does_not_know(query, named, hr):
    (said,) = messages(hr, f"/admin/employee/?{query}")
    assert named in said
    assert messages(hr, "/admin/employee/") == []


@pytest.mark.parametrize("query", GOOD)
def test_a_list_says_nothing_of_what_it_knows(query, hr):
    assert messages(hr, f"/admin/employee/?{query}") == []


def test_all_that_is_unknown_is_said_at_once_and_the_rest_holds(hr):
    make_employee(name="Lain")
    said = messages(hr, "/admin/employee/?flt0_a=1&flt1_unit_equals=DINKES&sort=77")
    assert len(said) == 1
    assert "flt0_a=1, sort=77" in said[0]
    html = hr.get("/admin/employee/?flt0_a=1&flt1_unit_equals=DINKES").get_data(as_text=True)
    assert '<span class="count">1</span>' in html
    assert "flt0_a" not in re.sub(MESSAGE, "", html).split("</nav>")[-1]


def test_a_page_behind_the_last_one_is_the_last_one(hr):
    for _ in range(25):
        make_employee()
    html = hr.get("/admin/employee/?page=7&page_size=20").get_data(as_text=True)
    assert '<b aria-current="page">2</b>' in html
    assert len(re.findall(r'name="rowid"', html)) == 6


def test_a_foreign_unit_is_unknown_in_the_same_words(hr, sign_in):
    boss = sign_in(role="supervisor", unit=make_unit("SENDIRI"))
    said = [messages(boss, f"/admin/employee/?flt0_unit_equals={code}") for code in ("DINKES", "NOPENOPE")]
    assert str(said[0]).replace("DINKES", "NOPENOPE") == str(said[1])
    assert said[0]


@pytest.mark.parametrize("query", ["flt0_unknown=1", "flt0_unit_equals=NOPE"])
def test_nothing_is_exported_or_done_to_all_under_a_filter_that_is_none(query, hr, post):
    answer = hr.get(f"/admin/employee/export/csv/?{query}", buffered=True)
    assert answer.status_code == 302
    assert len(messages(hr, answer.location)) == 1
    answer = post(
        hr, f"/admin/employee/action/?{query}", {"action": "export", "rowid": "1", "all": "y"}, buffered=True
    )
    assert answer.status_code == 302
    assert len(messages(hr, answer.location)) == 1
    assert hr.get("/admin/employee/export/csv/?flt0_unit_equals=DINKES", buffered=True).status_code == 200


def test_a_kept_view_with_a_filter_of_old_opens_and_says_so(hr):
    views = [{"name": "Lama", "query": "flt0_eselon_lama_equals=II&search=a"}]
    Setting.keep(hr.user, "views:employee", views)
    assert "flt0_eselon_lama_equals=II" in messages(hr, f"/admin/employee/?{views[0]['query']}")[0]


def test_other_pages_say_it_too(hr, sign_in):
    assert "1999" in messages(hr, "/admin/rating/recap/?period=1999")[0]
    boss = Employee.get()
    Period.update(state="open").execute()
    make_employee(unit=boss.unit, supervisor=boss)
    head = sign_in(make_user("supervisor", unit=boss.unit, employee=boss))
    assert "NOPE" in messages(head, "/admin/assessment/grid/?unit=NOPE")[0]
    assert messages(head, "/admin/assessment/grid/?unit=DINKES") == []
    answer = hr.get("/admin/import/assessments/template?period=1999", buffered=True)
    assert answer.status_code == 302
    assert "1999" in messages(hr, answer.location)[0]
