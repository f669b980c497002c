"""The trail in words: on a record's page, in its own list, and after saving."""

import json
import re
from datetime import date
from html import unescape

import pytest

import audit
import flows
from database import db
from models import Assessment, Award, Change, Employee, Rating, Upload
from tests.make import make_assessment, make_employee, make_period, make_rating, make_unit, make_user

AWARDS = {"title": "Satyalancana", "kind": "201"}


@pytest.fixture
def hr(rows, sign_in):
    return sign_in(role="hr")


def text_of(answer):
    """The words of a page's body, as one line."""
    html = answer.get_data(as_text=True).partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def details(client, row):
    return client.get(f"/admin/{row._meta.table_name}/details/?id={row.id}")


def history(client, row):
    return text_of(details(client, row)).partition("Riwayat")[2]


def change(row, user, upload=None, **values):
    """Give a row new values through the one way to write."""
    before = audit.snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    audit.update(row, before, user=user, upload=upload)


def test_a_line_says_before_and_after_in_words_and_never_in_codes(hr):
    old, new = make_unit("LAMA", name="Dinas Lama"), make_unit("BARU", name="Dinas Baru")
    boss = make_employee(name="Bu Kepala", unit=new)
    row = make_employee(unit=old, position_type="PELAKSANA")
    change(row, hr.user, unit=new, supervisor=boss, position_type="FUNGSIONAL", active=False, jf_level="PT")
    said = history(hr, row)
    for words in (
        "Unit: dari Dinas Lama → menjadi Dinas Baru", f"Atasan: {boss}", "Jenis Jabatan: dari Pelaksana → menjadi Fungsional",
        "Jenjang: Ahli Pertama", "Aktif: dari Ya → menjadi Tidak", f"{hr.user.username} · formulir", "Diubah",
    ):  # fmt: skip
        assert words in said, words
    for code in ("PELAKSANA", "{", "true", "false", str(new.id) + ","):
        assert code not in said, code


def test_scores_and_dates_are_written_as_everywhere(hr):
    row = make_assessment(make_employee(), make_period(), work_score="87.5")
    change(row, hr.user, work_score="90")
    award = Award.create(employee=row.employee, **AWARDS)
    change(award, hr.user, granted_on=date(2026, 8, 17), amount=1_500_000)
    assert "Skor Hasil Kerja: dari 87,5 → menjadi 90" in history(hr, row)
    said = history(hr, award)
    assert "Tanggal SK: 17 Agu 2026" in said
    assert "Nominal: Rp 1.500.000" in said


def test_a_move_says_its_own_word_and_that_it_was_one(hr):
    award = Award.create(employee=make_employee(), **AWARDS)
    flows.take([award], flows.FLOWS[Award].by_name["decline"], hr.user, {"reason": "Belum cukup"})
    said = history(hr, award)
    assert re.search(r"^ ?Ditolak .* · langkah Status: dari Diusulkan → menjadi Ditolak", said)
    assert "Diubah" not in said


def test_the_door_of_a_change_is_named(hr):
    person = make_employee(name="Satu")
    upload = Upload.create(sheet="employees", filename="x.xlsx", data=b"x", sha256="x", user=hr.user)
    change(person, hr.user, upload.id, name="Dua")
    change(person, None, name="Tiga")
    rating = make_rating(person, make_period())
    change(rating, hr.user, predicate="POOR", behaviour_level="BELOW")
    page = details(hr, person).get_data(as_text=True)
    assert f'<a href="/admin/upload/details/?id={upload.id}">unggahan #{upload.id}</a>' in page
    assert "sistem · baris perintah" in history(hr, person)
    said = history(hr, rating)
    assert f"{hr.user.username} · perhitungan Rating Perilaku" in said
    assert "Predikat: dari Baik → menjadi Kurang/Misconduct" in said


def test_the_list_of_the_trail_and_its_pages_read_the_same(hr):
    unit = make_unit(name="Dinas Baru")
    row = make_employee(name="Andi")
    change(row, hr.user, unit=unit)
    for answer in (hr.get("/admin/change/"), details(hr, Change.get())):
        said = text_of(answer)
        assert "menjadi Dinas Baru" in said
        assert "formulir" in said
        assert '{"' not in said
        assert '"unit"' not in said
        assert f'<a href="/admin/employee/details/?id={row.id}">' in answer.get_data(as_text=True)
    assert "Pegawai" in text_of(hr.get("/admin/change/?search=Andi"))


@pytest.mark.parametrize("url", ["/admin/change/", "/admin/employee/details/?id={id}"])
def test_words_cost_the_same_statements_for_one_line_and_for_twenty(hr, monkeypatch, url):
    row, seen, run = make_employee(), [], db.obj.execute_sql

    def note(sql, *args, **kwargs):
        seen.append(sql)
        return run(sql, *args, **kwargs)

    def count():
        seen.clear()
        assert hr.get(url.format(id=row.id)).status_code == 200
        return len(seen)

    def move_on(name):
        change(row, hr.user, unit=make_unit(name=name), supervisor=make_employee(name=f"Bos {name}"))

    monkeypatch.setattr(db.obj, "execute_sql", note)
    move_on("Pertama")
    few = count()
    for number in range(18):
        move_on(f"Ke-{number}")
    assert count() == few


def test_a_long_trail_leads_to_all_of_it(hr):
    row = make_employee()
    for number in range(20):
        change(row, hr.user, name=f"Nama {number}")
    url = re.search(r'href="(/admin/change/\?[^"]+)"', details(hr, row).get_data(as_text=True))[1]
    html = hr.get(unescape(url)).get_data(as_text=True)
    assert '<span class="count">20</span>' in html


def test_what_is_gone_is_still_named(hr):
    unit = make_unit(name="Unit Hapus")
    row = make_employee(unit=unit)
    change(row, hr.user, unit=make_unit())
    audit.delete(unit, user=hr.user)
    assert "dari Unit Hapus → menjadi" in history(hr, row)
    assert "Unit Hapus" in text_of(hr.get("/admin/change/"))


def test_the_trail_is_for_those_only_who_may_read_it(rows, sign_in):
    unit = make_unit()
    row = make_employee(unit=unit, name="Lama")
    change(row, make_user("hr"), name="Baru")
    answer = details(sign_in(role="supervisor", unit=unit), row)
    assert answer.status_code == 200
    assert "Riwayat" not in text_of(answer)


# ------------------------------------------------------------------ after saving


def fields_of(row, **changed):
    values = {n: v for n, v in json.loads(audit.encode(audit.snapshot(row))).items() if v is not None}
    return {n: int(v) if isinstance(v, bool) else v for n, v in values.items()} | changed


def test_after_saving_one_stays_at_the_record_with_its_history(hr, post):
    row = make_employee(name="Lama")
    url = f"/admin/employee/edit/?id={row.id}&url=/admin/employee/%3Fsearch%3DLama"
    answer = post(hr, url, fields_of(row, name="Baru"))
    assert answer.location.startswith(f"/admin/employee/details/?id={row.id}&url=")
    page = hr.get(answer.location)
    assert "Nama: dari Lama → menjadi Baru" in text_of(page)
    assert 'href="/admin/employee/?search=Lama"' in page.get_data(as_text=True)


def test_after_creating_one_is_at_the_new_record(hr, post):
    fields = {"code": "BARU", "name": "Dinas Baru", "kind": "DINAS", "active": "1"}
    answer = post(hr, "/admin/unit/new/", fields, follow_redirects=True)
    assert "Dibuat" in text_of(answer).partition("Riwayat")[2]


@pytest.mark.parametrize(("button", "where"), [("_add_another", "/new/"), ("_continue_editing", "/edit/")])
def test_the_other_buttons_of_a_form_lead_where_they_say(hr, post, button, where):
    fields = {"code": "BARU", "name": "Dinas Baru", "kind": "DINAS", "active": "1", button: "1"}
    assert f"/admin/unit{where}" in post(hr, "/admin/unit/new/", fields).location


def test_who_cannot_read_back_what_she_delivered_is_led_to_the_list(rows, sign_in, post):
    unit, period = make_unit(), make_period()
    head = make_employee(unit=unit)
    staff = make_employee(unit=unit, supervisor=head)
    client = sign_in(role="supervisor", unit=unit, employee=head)
    answer = post(client, "/admin/assessment/new/", {
        "employee": staff.id, "period": period.id, "source": "public", "work_score": "80", "behaviour_score": "81",
    })  # fmt: skip
    assert answer.location.startswith("/admin/assessment/details/")
    answer = post(client, "/admin/assessment/new/", {
        "employee": staff.id, "period": period.id, "source": "peer", "assessor": head.id, "work_score": "80",
        "behaviour_score": "81",
    })  # fmt: skip
    assert answer.location == "/admin/assessment/"
    assert Assessment.select().count() == 2
    assert Rating.select().count() == 0
    assert Employee.select().count() == 2
