"""The review in the browser: filters, corrections, consent, choices, the mapping step, a day's patience."""

import json
from datetime import timedelta

import pytest

from database import now
from excel.check.review import PAGE
from models import Assessment, Setting, Upload
from tests import test_views_imports as walk
from tests.make import make_assessment, make_employee, make_unit, make_user, nip, xlsx
from tests.test_excel_review import stamped
from tests.test_views_imports import HEAD, review, upload

office, client = walk.office, walk.client


def edit(client, post, address, fields):
    return post(client, f"{address}edit", fields)


@pytest.fixture
def citra(office):
    _, head, _ = office
    return make_employee(nip=nip(born="19900101"), unit=head.unit, supervisor=head, name="Citra")


def test_a_ruined_nip_is_shown_repaired_and_written_only_with_consent(office, citra, client, post):
    answer = upload(client, post, xlsx(HEAD, (float(citra.nip), 88, 90)))
    text, fingerprint = review(client, answer)
    assert "Diperbaiki menjadi" in text
    assert "mohon periksa" in text
    assert f"Setujui {citra.nip}" in text
    assert "Simpan 1 baris" not in text
    for fields in ({}, {"partial": "y"}):
        post(client, f"{answer.location}apply", {"fingerprint": fingerprint or ""} | fields)
    assert Assessment.select().where(Assessment.employee == citra).count() == 0
    answer = upload(client, post, xlsx(HEAD, (float(citra.nip), 88, 90)))
    edit(client, post, answer.location, {"accept": "all"})
    text, fingerprint = review(client, answer)
    assert "diperbaiki di sini" in text
    post(client, f"{answer.location}apply", {"fingerprint": fingerprint})
    assert Assessment.get(Assessment.employee == citra).work_score == 88
    assert "Yang diputuskan saat diperiksa" in client.get(answer.location).get_data(as_text=True)


def test_cells_are_corrected_in_place_and_suggestions_taken(office, client, post):
    period, head, staff = office
    data = xlsx((*HEAD, "Rating Perilaku"), (staff[1].nip, 888, 90, "Sesuwai Ekspektasi"))
    answer = upload(client, post, data)
    text, _ = review(client, answer)
    assert "Maksud Anda “Sesuai Ekspektasi”?" in text
    edit(client, post, answer.location, {"cell:2:Rating Perilaku": "Sesuai Ekspektasi",
         "cell:2:Skor Hasil Kerja": "88", "cell:2:Entah": "x", "cell:x:NIP": "1"})  # fmt: skip
    assert json.loads(Upload.get().edits)["cells"] == {
        "2": {"Skor Hasil Kerja": "88", "Rating Perilaku": "Sesuai Ekspektasi"}
    }
    text, fingerprint = review(client, answer)
    post(client, f"{answer.location}apply", {"fingerprint": fingerprint})
    assert Assessment.get(Assessment.employee == staff[1]).work_score == 88


def test_rows_are_skipped_and_come_back(office, client, post):
    period, head, staff = office
    answer = upload(client, post, xlsx(HEAD, (staff[1].nip, 121, 90), (staff[2].nip, 80, 90)))
    _, before = review(client, answer)
    edit(client, post, answer.location, {"skip": "2"})
    page = client.get(f"{answer.location}?kind=skipped").get_data(as_text=True)
    assert "Ikutkan lagi" in page
    edit(client, post, answer.location, {"ask": "2"})
    assert Upload.get().wrong == 1
    edit(client, post, answer.location, {"skip": "2"})
    _, fingerprint = review(client, answer)
    post(client, f"{answer.location}apply", {"fingerprint": fingerprint})
    assert [a.employee_id for a in Assessment.select().where(Assessment.work_score.is_null(False))] == [
        staff[2].id
    ]


@pytest.mark.parametrize("choice", ["take", "skip"])
def test_a_conflict_shows_three_values_and_waits_for_a_choice(choice, office, client, post):
    period, head, staff = office
    row = make_assessment(staff[1], period, assessor=head, work_score=70, version=2)
    key = (staff[1].nip, period.code, "supervisor", head.nip, 1)
    data = stamped_assessment(key, staff[1], head)
    answer = upload(client, post, data)
    text, fingerprint = review(client, answer)
    assert "1 baris bentrok" in text
    for words in ("semula", "sekarang", "berkas", "Pakai semua nilai berkas"):
        assert words in text
    post(client, f"{answer.location}apply", {"fingerprint": fingerprint})
    assert Assessment.get_by_id(row.id).work_score == 70
    edit(client, post, answer.location, {choice: "all"})
    text, fingerprint = review(client, answer)
    if choice == "take":
        post(client, f"{answer.location}apply", {"fingerprint": fingerprint})
    assert Assessment.get_by_id(row.id).work_score == (88 if choice == "take" else 70)


def stamped_assessment(key, person, assessor):
    from capabilities.assessments import ASSESSMENTS

    header = ("NIP", "Sumber", "NIP Penilai", "Skor Hasil Kerja", "Skor Perilaku")
    return stamped(ASSESSMENTS, [key], header, (person.nip, "Atasan", assessor.nip, 88, 90))


def test_the_mapping_step_asks_once_for_the_office(office, post, sign_in):
    period, head, staff = office
    supervisor, client = sign_in(role="supervisor", unit=head.unit, employee=head), sign_in(role="hr")
    data = xlsx(("NIP", "Kinerja", "Sikap"), (staff[1].nip, 88, 90))
    answer = upload(client, post, data)
    page = client.get(answer.location).get_data(as_text=True)
    assert "Kolom mana yang mana?" in page
    assert 'name="title:Kinerja"' in page
    post(
        client,
        f"{answer.location}edit",
        {"title:Kinerja": "Skor Hasil Kerja", "title:Sikap": "Skor Perilaku"},
    )
    text, fingerprint = review(client, answer)
    assert fingerprint
    assert "“Kinerja” = Skor Hasil Kerja" in text
    assert Setting.read(None, "titles:assessments") == {
        "kinerja": "Skor Hasil Kerja",
        "sikap": "Skor Perilaku",
    }
    answer = upload(client, post, data)
    _, fingerprint = review(client, answer)
    assert fingerprint
    page = client.get(f"{answer.location}?columns=y").get_data(as_text=True)
    assert "<option selected>Skor Hasil Kerja" in page
    chosen = {
        "was:Kinerja": "Skor Hasil Kerja",
        "title:Kinerja": "Rating Hasil Kerja",
        "was:NIP": "NIP",
        "title:NIP": "NIP",
    }
    answer = upload(supervisor, post, data)
    for asking, lesson in ((supervisor, "Skor Hasil Kerja"), (client, "Rating Hasil Kerja")):
        post(asking, f"{answer.location}edit", chosen)
        assert (
            json.loads(Upload.select().order_by(Upload.id.desc()).get().edits)["titles"]["kinerja"]
            == "Rating Hasil Kerja"
        )
        assert Setting.read(None, "titles:assessments")["kinerja"] == lesson
    assert "nip" not in Setting.read(None, "titles:assessments")


def test_nobody_teaches_another_meaning_of_what_we_know(office, client, post):
    period, head, staff = office
    answer = upload(client, post, xlsx(("NIP", "Skor Hasil", "Skor Perilaku"), (staff[1].nip, 88, 90)))
    post(
        client,
        f"{answer.location}edit",
        {"was:Skor Hasil": "Skor Hasil Kerja", "title:Skor Hasil": "Catatan"},
    )
    assert Setting.read(None, "titles:assessments") is None


def test_a_choice_of_columns_that_does_not_help_asks_again(office, client, post):
    period, head, staff = office
    answer = upload(client, post, xlsx(("NIP", "Kinerja", "Sikap"), (staff[1].nip, 88, 90)))
    post(client, f"{answer.location}edit", {"title:Kinerja": "Catatan", "title:Sikap": "entah"})
    assert "Kolom mana yang mana?" in client.get(answer.location).get_data(as_text=True)
    assert Setting.read(None, "titles:assessments") is None


@pytest.mark.parametrize("do", [
    {"skip": "x"}, {"skip": ""}, {"take": "1,2"}, {"take": "0"}, {"ask": "[2]"}, {"skip": "2", "take": "x"},
])  # fmt: skip
def test_a_made_up_decision_is_refused(do, office, client, post):
    _, _, staff = office
    answer = upload(client, post, xlsx(HEAD, (staff[1].nip, 88, 90)))
    assert post(client, f"{answer.location}edit", do).status_code == 400
    assert Upload.get().edits is None


def test_the_rows_come_in_pages_and_filters(office, client, post):
    period, head, _ = office
    staff = [make_employee(unit=head.unit, supervisor=head) for _ in range(PAGE + 20)]
    rows = [(p.nip, 121 if n < 10 else 80, 90) for n, p in enumerate(staff)]
    answer = upload(client, post, xlsx(HEAD, *rows))
    page = client.get(f"{answer.location}?kind=new&page=1").get_data(as_text=True)
    assert page.count("Lewati</button>") == 10
    page = client.get(f"{answer.location}?kind=wrong&page=99").get_data(as_text=True)
    assert page.count("Sel B") == 10
    assert "2-11" in page
    assert client.get(f"{answer.location}?kind=nothing&page=-3").status_code == 200


def test_a_draft_waits_a_day_and_no_longer(office, client, post):
    period, head, staff = office
    answer = upload(client, post, xlsx(HEAD, (staff[1].nip, 88, 90)))
    _, fingerprint = review(client, answer)
    Upload.update(at=now() - timedelta(hours=23)).execute()
    assert client.get(answer.location).status_code == 200
    Upload.update(at=now() - timedelta(hours=25)).execute()
    page = client.get(answer.location, follow_redirects=True).get_data(as_text=True)
    assert "lebih dari 24 jam" in page
    post(client, f"{answer.location}apply", {"fingerprint": fingerprint})
    assert Assessment.select().where(Assessment.employee == staff[1]).count() == 0
    upload(client, post, xlsx(HEAD, (staff[1].nip, 89, 90)))
    assert Upload.select().count() == 1


def test_nobody_else_decides(office, client, post, sign_in):
    _, _, staff = office
    answer = upload(client, post, xlsx(HEAD, (staff[1].nip, 121, 90)))
    other = sign_in(make_user("supervisor", unit=make_unit("LAIN")))
    for path in ("edit", "apply"):
        assert post(other, f"{answer.location}{path}", {"skip": "2"}).status_code == 404
    assert Upload.get().edits is None
