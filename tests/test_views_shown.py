"""A value reads the same wherever it is shown: in list, page, message and trail."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from models import Assessment, Award, Employee, Training, Upload
from tests.make import make_unit
from views.shown import text_of

WORDS = [
    (Training.starts_on, date(2026, 3, 13), "13 Mar 2026", "13 Mar 2026"),
    (Training.starts_on, "2026-03-13", "13 Mar 2026", "13 Mar 2026"),  # as the trail keeps it
    (Upload.at, datetime(2026, 3, 13, 1, 30), "13 Mar 2026 09.30", "13 Mar 2026 09.30"),
    (Employee.active, True, "Ya", "Yes"),
    (Employee.active, False, "Tidak", "No"),
    (Employee.jf_level, "TR", "Terampil", "Skilled"),
    (Employee.jf_level, None, "", ""),
    (Assessment.work_score, Decimal("87.50"), "87,5", "87.5"),
    (Assessment.work_score, "87.50", "87,5", "87.5"),
    (Award.amount, 3_936_000, "Rp 3.936.000", "IDR 3,936,000"),
    (Employee.unit, 999, "999", "999"),
]


@pytest.mark.parametrize("place", [0, 1])
def test_a_value_has_one_wording_in_each_language(app, database, place):
    with app.test_request_context("/", headers={"Cookie": f"language={('id', 'en')[place]}"}):
        said = [text_of(field, value).replace("\xa0", " ") for field, value, *_ in WORDS]
    assert said == [row[2 + place] for row in WORDS]


def test_a_reference_is_said_by_its_label_or_its_number(app, database):
    unit = make_unit()
    with app.test_request_context():
        assert text_of(Employee.unit, unit) == text_of(Employee.unit, unit.id) == unit.name
