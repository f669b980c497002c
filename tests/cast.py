"""One cast for the tests: our people, and strangers of whom every text is a canary.

`Cast` are units, people, periods and accounts; `World` gives both sides a row of every table besides.
"""

from datetime import date
from io import BytesIO

from openpyxl import load_workbook

from capabilities import SHEETS
from excel.check.validate import Context
from excel.write.apply import apply_at_once as run
from models import (
    Assessment,
    Award,
    Change,
    Complaint,
    ComplaintEvent,
    Employee,
    Exemption,
    Holiday,
    Objection,
    Period,
    Policy,
    Rating,
    SignIn,
    Training,
    Unit,
    UnitResult,
    Upload,
    User,
)  # fmt: skip
from tests.make import (
    make_assessment,
    make_complaint,
    make_employee,
    make_period,
    make_rating,
    make_training,
    make_unit,
    make_user,
    xlsx,
)

SCORES = ("NIP", "Sumber", "NIP Penilai", "Skor Hasil Kerja", "Skor Perilaku")
ASSESSMENT = (*SCORES, "Catatan")
CANARY = "Kenari"


def make_account(role, **overrides):
    return User.create(**{"username": f"{role}-{User.select().count()}", "role": role} | overrides)


class Cast:
    """Two units of ours, a supervisor and her people, a stranger of a third unit, two quarters, two accounts."""

    def __init__(self):
        self.dinas = make_unit("DINKES")
        self.puskesmas = make_unit("PKM", parent=self.dinas)
        self.other = make_unit("DISDIK", name=f"Dinas {CANARY}")
        self.boss = make_employee(unit=self.dinas, name="Ibu Atasan")
        self.ani = make_employee(unit=self.puskesmas, name="Ani", supervisor=self.boss)
        self.budi = make_employee(unit=self.puskesmas, name="Budi", supervisor=self.boss)
        self.stranger = make_employee(unit=self.other, name=f"Orang {CANARY}", position=CANARY)
        self.period = make_period()
        self.closed = make_period(
            "2026-TW2", starts_on=date(2026, 4, 1), ends_on=date(2026, 6, 30), state="closed"
        )
        self.supervisor = make_account("supervisor", unit=self.dinas, employee=self.boss)
        self.hr = make_account("hr")


class World(Cast):
    """The rows of both sides by model: `own[Employee]` is ours, `foreign[Employee]` theirs."""

    def __init__(self):
        super().__init__()
        top = make_unit("TOP", name="Pemkab")
        for unit in (self.dinas, self.other):
            unit.parent = top
            unit.save()
        self.own = self.side("Kita", self.ani, self.boss)
        boss = make_employee(unit=self.other, name=f"Bos {CANARY}", position=CANARY)
        self.stranger.supervisor = boss
        self.stranger.save()
        self.foreign = self.side(CANARY, self.stranger, boss)
        for day, name in ((date(2026, 8, 17), "Proklamasi"), (date(2027, 1, 1), "Tahun Baru")):
            Holiday.create(date=day, name=name)

    def side(self, word, person, head):
        unit, rows = person.unit, {Unit: person.unit, Employee: person}
        rows[Assessment] = make_assessment(person, self.period, assessor=head, work_score=88, note=word)
        credit = '{"credit": {"jenjang": "PT", "months": 3}}'
        rows[Rating] = make_rating(person, self.period, rater=head, note=word, explanation=credit)
        rows[Objection] = Objection.create(rating=rows[Rating], filed_on=date(2026, 10, 5), reason=word)
        rows[Training] = make_training(person, title=f"Bimtek {word}", provider=word)
        rows[Award] = Award.create(employee=person, kind="400", title=f"Piagam {word}", decree_no=word)
        rows[Complaint] = make_complaint(
            subject=f"Perihal {word}", body=word, unit=unit, employee=person, reporter=f"Pelapor {word}"
        )
        rows[ComplaintEvent] = ComplaintEvent.create(complaint=rows[Complaint], state="received", text=word)
        rows[Exemption] = Exemption.create(employee=person, reason="MPP", starts_on=date(2030, 1, 1))
        rows[UnitResult] = UnitResult.create(unit=unit, period=self.period, result="BAIK", note=word)
        rows[User] = make_user("employee", username=f"akun-{word}", employee=person)
        rows[Upload] = Upload.create(
            sheet="assessments", filename=f"{word}.xlsx", user=rows[User], data=b"x", sha256="x"
        )
        rows[Change] = Change.create(action="update", table="employee", key=person.id, label=word, after="{}")
        rows[SignIn] = SignIn.create(what="refused", name=word)
        return rows

    def account(self, role):
        values = {
            "supervisor": {"unit": self.dinas, "employee": self.boss},
            "officer": {"unit": self.dinas},
            "employee": {"employee": self.ani},
        }
        return make_user(role, **values.get(role, {}))


def dump(*leaving_out):
    """Every row of every table, to tell that nothing was written."""
    tables = (Unit, Employee, User, Policy, Period, Exemption, UnitResult, Assessment, Rating, Objection, Training,
              Award, Complaint, ComplaintEvent, Holiday, SignIn, Upload, Change)  # fmt: skip
    return {
        model.__name__: sorted(map(str, model.select().tuples()))
        for model in tables
        if model not in leaving_out
    }


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
    return len(plan.new), len(plan.changed), plan.counts["same"], len(plan.errors)


def cells(data):
    """The rows of a workbook's first sheet, as openpyxl reads them."""
    return [list(row) for row in load_workbook(BytesIO(data)).worksheets[0].iter_rows(values_only=True)]
