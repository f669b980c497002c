"""Rules of the law and of the office that no other file is about: periods, policies, exemptions, odd levels."""

from datetime import date

import pytest

import access
import audit
import flows
from compute import compute
from models import Assessment, Employee, Exemption, Holiday, Period, Policy, Rating
from rating import retirement_age
from rating.explain import reasons
from seed_data import seed_holidays
from tests.cast import Cast, counts, load, told
from tests.make import make_complaint, make_employee, make_rating, make_unit, make_user

BOTH = ("NIP", "Skor Hasil Kerja", "Rating Hasil Kerja", "Skor Perilaku", "Rating Perilaku")


@pytest.fixture
def cast(database):
    return Cast()


def test_a_level_against_its_own_score_is_named_and_stands(cast):
    row = (cast.ani.nip, 100, "Dibawah Ekspektasi", 100, "Sesuai Ekspektasi")
    plan, upload = load("assessments", BOTH, row, user=cast.supervisor, period=cast.period)
    assert upload is not None
    against = [w for w in plan.warnings if "mengusulkan" in w.message]
    assert [(w.column, w.message, w.error.near) for w in against] == [(
        "Rating Hasil Kerja",
        "skor mengusulkan Sesuai Ekspektasi, tersimpan Dibawah Ekspektasi; rating itu yang berlaku", "Sesuai Ekspektasi",
    )]  # fmt: skip
    compute(cast.period)
    rating = Rating.get()
    assert rating.work_level == "BELOW"
    sentences = reasons(rating)
    assert (
        "Skor atasan sendiri mengusulkan Sesuai Ekspektasi; yang berlaku rating yang diberikannya."
        in sentences
    )
    assert not any("bobot" in sentence for sentence in sentences if sentence.startswith("Atasan"))


def test_levels_that_agree_with_their_scores_are_not_remarked(cast):
    row = (cast.ani.nip, 115, "Diatas Ekspektasi", 95, "Sesuai Ekspektasi")
    plan, _ = load("assessments", BOTH, row, user=cast.supervisor, period=cast.period)
    assert not [w for w in plan.warnings if "mengusulkan" in w.message]


def test_a_form_says_a_level_against_its_score(rows, sign_in, post):
    cast = Cast()
    client = sign_in(role="hr")
    post(client, "/admin/assessment/new/", {
        "employee": cast.ani.id, "period": cast.period.id, "source": "supervisor", "work_score": "100",
        "work_level": "BELOW", "behaviour_level": "MEETS",
    })  # fmt: skip
    assert Assessment.select().count() == 1
    assert "skor mengusulkan Sesuai Ekspektasi" in client.get("/admin/assessment/").get_data(as_text=True)


@pytest.mark.parametrize(("code", "span"), [
    ("2026", ("annual", date(2026, 1, 1), date(2026, 12, 31))),
    ("2026-TW1", ("quarterly", date(2026, 1, 1), date(2026, 3, 31))),
    ("2026-TW4", ("quarterly", date(2026, 10, 1), date(2026, 12, 31))),
    ("2028-02", ("monthly", date(2028, 2, 1), date(2028, 2, 29))),
    ("2026-12", ("monthly", date(2026, 12, 1), date(2026, 12, 31))),
])  # fmt: skip
def test_a_periods_code_says_its_kind_and_dates(code, span):
    assert Period.span(code) == span


PERIOD = ("Kode", "Nama", "Jenis", "Mulai", "Selesai")


@pytest.mark.parametrize("row", [
    ("2027-TW1", "x", "Triwulan", date(2027, 1, 1), date(2028, 12, 31)),  # two years of credit points
    ("2027-TW1", "x", "Tahunan", date(2027, 1, 1), date(2027, 3, 31)),
    ("2027", "x", "Tahunan", date(2027, 2, 1), date(2027, 12, 31)),
])  # fmt: skip
def test_code_kind_and_dates_of_a_period_agree(cast, row):
    plan, upload = load("periods", PERIOD, row)
    assert upload is None
    assert "harus sesuai Kode" in told(plan)[0]


def test_periods_holidays_results_and_exemptions_have_sheets(cast):
    plan, _ = load(
        "periods", PERIOD, ("2027-TW1", "Triwulan I 2027", "Triwulan", date(2027, 1, 1), date(2027, 3, 31))
    )
    assert counts(plan) == (1, 0, 0, 0)
    plan, _ = load(
        "holidays", ("Tanggal", "Nama", "Jenis"), (date(2027, 1, 1), "Tahun Baru", "Libur Nasional")
    )
    assert counts(plan) == (1, 0, 0, 0)
    plan, _ = load(
        "unit_results", ("Kode Unit", "Periode", "Capaian Organisasi"), ("PKM", "2026-TW3", "Baik")
    )
    assert counts(plan) == (1, 0, 0, 0)
    plan, _ = load(
        "exemptions", ("NIP", "Alasan", "Mulai"), (cast.ani.nip, "Masa persiapan pensiun", date(2026, 7, 1))
    )
    assert counts(plan) == (1, 0, 0, 0)


def test_a_new_installation_knows_the_holidays_once(database):
    assert seed_holidays() == 25
    assert seed_holidays() == 0
    assert Holiday.select().count() == 25


def test_the_first_policy_says_that_it_is_the_products_own(database):
    source = Policy.get().source
    assert "bawaan aplikasi" in source
    assert not any(word in source for word in ("PermenPANRB", "PP 30", "SE "))


def test_a_policy_on_which_a_rating_rests_is_not_edited(rows, sign_in, post):
    cast = Cast()
    policy = Policy.get()
    assert policy.id in {p.id for p in Policy.select().where(access.writable(Policy, cast.hr))}
    make_rating(cast.ani, cast.period)
    assert not Policy.select().where(access.writable(Policy, cast.hr)).exists()
    client = sign_in(role="hr")
    post(client, f"/admin/policy/edit/?id={policy.id}", {
        "valid_from": "01-01-2022", "source": "diubah", "version": policy.version,
    })  # fmt: skip
    assert Policy.get().source != "diubah"
    later = Policy.create(valid_from=date(2027, 1, 1), source="baru")
    assert later in Policy.select().where(access.writable(Policy, cast.hr))


@pytest.mark.parametrize(("starts", "ends", "exempt"), [
    (date(2026, 7, 1), None, True),
    (date(2026, 1, 1), date(2026, 9, 30), True),
    (date(2026, 7, 2), None, False),  # some of the period can be rated
    (date(2026, 1, 1), date(2026, 9, 29), False),
])  # fmt: skip
def test_who_is_exempt_for_a_whole_period_is_not_waited_for(cast, starts, ends, exempt):
    Exemption.create(employee=cast.ani, reason="CLTN", starts_on=starts, ends_on=ends)
    missing = set(Employee.select().where(Employee.unassessed(cast.period.id)))
    assert (cast.ani not in missing) is exempt
    assert (cast.ani.id not in dict(compute(cast.period).missing)) is exempt


def test_a_closed_periods_rating_is_seen_by_the_unit_of_that_time(cast):
    closed = make_rating(cast.ani, cast.closed)
    running = make_rating(cast.ani, cast.period)
    elsewhere = flows.access.scoped  # the one scope of every door
    person = Employee.get_by_id(cast.ani.id)
    before = audit.snapshot(person)
    person.unit = cast.other
    audit.update(person, before, user=None)
    old_line = cast.supervisor
    new_line = type(old_line).create(username="baru", role="supervisor", unit=cast.other)
    assert set(elsewhere(Rating, old_line)) == {closed}
    assert set(elsewhere(Rating, new_line)) == {running}


def test_three_subordinates_are_heard_and_two_stay_unheard(cast):
    for person in (cast.budi, cast.stranger):
        Assessment.create(
            employee=cast.ani,
            period=cast.period,
            source="subordinate",
            assessor=person,
            work_score=40,
            behaviour_score=40,
        )
    Assessment.create(
        employee=cast.ani, period=cast.period, assessor=cast.boss, work_score=100, behaviour_score=100
    )
    compute(cast.period)
    assert Rating.get().work_score == 100
    told = Rating.get().why["aspects"]["work"]["sources"]["subordinate"]
    assert (told["mean"], told["used"]) == (None, False)
    Assessment.create(
        employee=cast.ani,
        period=cast.period,
        source="subordinate",
        assessor=make_employee(),
        work_score=40,
        behaviour_score=40,
    )
    compute(cast.period)
    assert Rating.get().work_score == 85


def test_a_clock_that_ends_in_a_year_without_holidays_says_so(rows, sign_in):
    seed_holidays()
    late = make_complaint(received_on=date(2026, 12, 28), close_due=date(2027, 1, 18))
    early = make_complaint(received_on=date(2026, 3, 2), close_due=date(2026, 3, 24))
    client = sign_in(role="hr")
    page = client.get("/admin/complaint/").get_data(as_text=True)
    assert page.count("hari libur 2027 belum diisi") == 1
    assert "hari libur 2027 belum diisi" in client.get(f"/admin/complaint/details/?id={late.id}").get_data(
        as_text=True
    )
    assert "belum diisi" not in client.get(f"/admin/complaint/details/?id={early.id}").get_data(as_text=True)


def test_the_grid_and_the_template_have_only_who_the_account_judges(rows, sign_in):
    cast = Cast()
    member = make_user("supervisor", employee=cast.budi, unit=cast.dinas)
    page = sign_in(member).get("/admin/assessment/grid/").get_data(as_text=True)
    assert "Ani" not in page
    assert "Ibu Atasan" not in page
    chief = make_user("supervisor", employee=cast.boss, unit=cast.dinas)
    assert "Ani" in sign_in(chief).get("/admin/assessment/grid/?unit=PKM").get_data(as_text=True)


def test_who_has_no_supervisor_in_the_register_is_rated_by_whom_the_settings_name(rows, sign_in):
    cast = Cast()
    rating = make_rating(cast.boss, cast.period)
    page = sign_in(role="hr").get(f"/admin/rating/details/?id={rating.id}").get_data(as_text=True)
    assert "Bupati Mamuju" in page


def test_a_unit_that_nobody_confirmed_says_so(rows, sign_in):
    unit = make_unit("RAGU", verified=False)
    page = sign_in(role="hr").get(f"/admin/unit/details/?id={unit.id}").get_data(as_text=True)
    assert "Terverifikasi</dt><dd>Tidak" in page


@pytest.mark.parametrize(("position", "age"), [("Guru Ahli Muda", 60), ("Perawat Ahli Muda", 58)])
def test_teachers_retire_at_sixty(position, age):
    assert retirement_age("FUNGSIONAL", "MU", teaches=position.startswith("Guru")) == age


def test_ratings_on_changed_ground_wait_on_the_start_page(rows, sign_in):
    cast = Cast()
    make_rating(cast.ani, cast.period, basis_changed=True)
    page = sign_in(role="hr").get("/admin/").get_data(as_text=True)
    assert "Dasarnya berubah" in page
    assert "dasar_berubah_equals=1" in page


def test_credit_points_come_from_the_year_or_from_its_parts_never_both(cast):
    Employee.update(status="PNS", jf_level="PT", position_type="FUNGSIONAL").where(
        Employee.id == cast.ani.id
    ).execute()
    year = Period.create(
        code="2026", name="2026", kind="annual", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
    )
    for period in (cast.period, year):
        Assessment.create(
            employee=cast.ani, period=period, assessor=cast.boss, work_level="MEETS", behaviour_level="MEETS"
        )
        compute(period)
    quarter, whole = (Rating.get(Rating.period == period) for period in (cast.period, year))
    assert (str(quarter.credit), whole.credit) == ("3.13", None)
    assert any("tidak dua kali" in sentence for sentence in reasons(whole))
