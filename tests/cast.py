"""A fixed cast for the tests of `excel/`: two units, a supervisor and her people, a stranger, a quarter."""

from datetime import date
from io import BytesIO
from types import SimpleNamespace

from openpyxl import load_workbook

from capabilities import SHEETS
from excel.check.validate import Context
from excel.write.apply import apply_at_once as run
from models import Award, Exemption, Holiday, Policy, UnitResult, User
from tests.make import (
    make_assessment,
    make_complaint,
    make_employee,
    make_period,
    make_training,
    make_unit,
    xlsx,
)

SCORES = ("NIP", "Sumber", "NIP Penilai", "Skor Hasil Kerja", "Skor Perilaku")
ASSESSMENT = (*SCORES, "Catatan")


def make_account(role, **overrides):
    return User.create(**{"username": f"{role}-{User.select().count()}", "role": role} | overrides)


def make_cast():
    dinas = make_unit("DINKES")
    puskesmas, other = make_unit("PKM", parent=dinas), make_unit("DISDIK")
    boss = make_employee(unit=dinas, name="Ibu Atasan")
    ani = make_employee(unit=puskesmas, name="Ani", supervisor=boss)
    budi = make_employee(unit=puskesmas, name="Budi", supervisor=boss)
    stranger = make_employee(unit=other, name="Orang Lain")
    return SimpleNamespace(
        dinas=dinas, puskesmas=puskesmas, other=other, boss=boss, ani=ani, budi=budi,
        stranger=stranger, period=make_period(), closed=make_period(
            "2026-TW2", starts_on=date(2026, 4, 1), ends_on=date(2026, 6, 30), state="closed"
        ),
        supervisor=make_account("supervisor", unit=dinas, employee=boss), hr=make_account("hr"),
    )  # fmt: skip


def fill_every_table(cast):
    """Rows of every sheet, with what is awkward to print: formulas, umlauts, blanks, line breaks."""
    if not Policy.select().exists():
        Policy.create(valid_from=date(2022, 1, 1), source="uji")
    awkward = dict(note="=1+1 & <baik>\nbaris dua _x0041_ 'kutip'")
    make_assessment(cast.ani, cast.period, assessor=cast.boss, work_score="87.50", **awkward)
    make_assessment(cast.ani, cast.period, source="peer", assessor=cast.stranger, behaviour_score=120)
    make_assessment(cast.budi, cast.closed, work_level=None, note="'=kutip")
    make_assessment(cast.budi, cast.closed, assessor=cast.stranger, work_score=0)
    make_assessment(cast.boss, cast.closed, source="self", assessor=cast.boss)
    make_training(cast.ani, title="+62 dan -1", ends_on=date(2026, 3, 4), certificate_no="00123")
    make_training(cast.budi, title="@rumus", provider="Lembaga Ümlaut")
    Award.create(
        employee=cast.ani, kind="201", title="Karya Satya", granted_on=date(2026, 8, 17), amount=1_500_000
    )
    Award.create(employee=cast.ani, kind="201", title="Tanpa tanggal", period=cast.closed, level="REGENCY")
    for year in (2027, 2028):
        Holiday.create(date=date(year, 1, 1), name="=Tahun Baru")
    for unit, note in ((cast.puskesmas, "+1"), (cast.dinas, None)):
        UnitResult.create(unit=unit, period=cast.period, result="BAIK", note=note)
    for person, ends in ((cast.stranger, None), (cast.boss, date(2029, 1, 1))):
        Exemption.create(employee=person, reason="MPP", starts_on=date(2028, 7, 1), ends_on=ends)
    make_complaint(unit=cast.puskesmas, employee=cast.ani, substantiated=False, satisfaction=3)
    make_complaint(classification="inspection", state="answered", response="Sudah\n-dijawab")
    cast.ani.phone, cast.ani.email = "+62 811", "ani@mamuju.go.id"
    cast.ani.position_type, cast.ani.jf_level, cast.ani.position = "FUNGSIONAL", "PT", "Perawat Ahli Pertama"
    cast.ani.save()


def load(sheet, header, *rows, user=None, period=None, **options):
    """(Plan, Upload) of rows imported through the command line's door."""
    return run(SHEETS[sheet], xlsx(header, *rows), "uji.xlsx", Context(user, period), **options)


def deliver(user, period, *lines):
    """(Plan, Upload) of assessments as an account sends them: NIP, source, its rater, two scores."""
    return load("assessments", SCORES, *lines, user=user, period=period)


def told(plan):
    """The errors as people read them."""
    return [str(problem) for problem in plan.errors]


def counts(plan):
    return len(plan.new), len(plan.changed), plan.same, len(plan.errors)


def cells(data):
    """The rows of a workbook's first sheet, as openpyxl reads them."""
    return [list(row) for row in load_workbook(BytesIO(data)).worksheets[0].iter_rows(values_only=True)]
