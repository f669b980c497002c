"""Start pages: numbers that agree with the lists they lead to, tables that can be taken along."""

import csv
import io
import re
from datetime import date

import pytest

from models import Unit
from tests.make import make_assessment, make_employee, make_period, make_rating, make_training, make_unit

SPRING = {"starts_on": date(2026, 4, 1), "ends_on": date(2026, 6, 30)}


@pytest.fixture
def office(rows):
    """A root with two branches: 3 people in one (one assessed), 2 in a unit under the other (none)."""
    root = make_unit("ROOT")
    left, right = make_unit("KIRI", parent=root), make_unit("KANAN", parent=root)
    period = make_period()
    people = [make_employee(unit=left) for _ in range(3)]
    under = make_unit("KANAN.1", parent=right)
    people += [make_employee(unit=under) for _ in range(2)]
    make_assessment(people[0], period)
    return root, period, people


def table(client, key):
    answer = client.get(f"/admin/panel/{key}.csv")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_progress_counts_each_branch_with_all_units_below(office, sign_in):
    client = sign_in(role="supervisor", unit=office[0])
    assert table(client, "progress")[1:] == [["Unit KANAN", "0", "2", "2"], ["Unit KIRI", "1", "3", "2"]]
    assert table(sign_in(role="hr"), "progress") == table(client, "progress")
    narrow = sign_in(role="supervisor", unit=Unit.get(Unit.code == "KIRI"))
    assert table(narrow, "progress")[1:] == [["Unit KIRI", "1", "3", "2"]]


def test_a_card_leads_to_the_list_that_it_counts(office, sign_in):
    client = sign_in(role="supervisor", unit=office[0])
    html = client.get("/admin/").get_data(as_text=True)
    url, number = re.search(
        r'class="card warn" href="([^"]+)"><span>Belum dinilai</span><b>(\d+)</b>', html
    ).groups()
    assert number == "4"
    listed = client.get(url.replace("&amp;", "&")).get_data(as_text=True)
    assert '<span class="count">4</span>' in listed


def test_the_distribution_is_that_of_the_newest_period_with_ratings(office, sign_in):
    _, period, people = office
    make_rating(people[0], period)
    make_rating(people[1], make_period("2026-TW2", **SPRING), predicate="POOR", behaviour_level="BELOW")
    shares = dict(table(sign_in(role="hr"), "distribution")[1:])
    assert (shares["Baik"], shares["Kurang/Misconduct"]) == ("1", "0")
    assert table(sign_in(role="hr"), "trend")[0] == ["Predikat", "2026-TW2", "2026-TW3"]


def test_a_table_is_the_accounts_own_and_harmless_in_a_spreadsheet(office, sign_in):
    root, _, people = office
    make_employee(name="=1+1", unit=root)
    foreign = make_employee(name="Orang Luar")
    lines = table(sign_in(role="supervisor", unit=root), "missing")
    assert ["'=1+1", "Unit ROOT", "–"] in lines
    assert foreign.name not in str(lines)
    assert sign_in(role="employee", employee=people[0]).get("/admin/panel/missing.csv").status_code == 404


def test_an_employee_sees_her_ratings_and_hours(office, sign_in):
    _, period, people = office
    make_rating(people[0], period)
    make_training(people[0], hours=12, state="done")
    make_training(people[1], hours=30, state="done")
    html = sign_in(role="employee", employee=people[0]).get("/admin/").get_data(as_text=True)
    assert re.search(r"JP tahun ini</span><b>12</b>", html)
    assert table(sign_in(role="employee", employee=people[0]), "ratings")[1:] == [
        ["Periode 2026-TW3", "Baik", "Usulan"]
    ]


@pytest.mark.parametrize("role", ["admin", "hr", "supervisor", "officer", "employee"])
def test_a_start_page_stands_in_an_empty_database(rows, sign_in, role):
    answer = sign_in(role=role, unit=make_unit()).get("/admin/")
    assert answer.status_code == 200
    assert "data-now=" in answer.get_data(as_text=True)
