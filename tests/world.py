"""Two units that know nothing of each other: ours, and a foreign one whose every text is a canary."""

from datetime import date

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
)  # fmt: skip

CANARY = "Kenari"


class World:
    """The rows of both sides by model: `own[Employee]` is ours, `foreign[Employee]` theirs."""

    def __init__(self):
        self.period = make_period()
        top = make_unit("TOP", name="Pemkab")
        self.unit = make_unit("OWN", name="Dinas Kita", parent=top)
        self.head = make_employee(name="Kepala Kita", unit=self.unit)
        self.own = self.side("Kita", make_unit("OWN.A", name="Bidang Kita", parent=self.unit), self.head)
        foreign_unit = make_unit("XKENARI", name=f"Dinas {CANARY}", parent=top)
        boss = make_employee(name=f"Bos {CANARY}", unit=foreign_unit, position=CANARY)
        self.foreign = self.side(CANARY, foreign_unit, boss)
        make_period("2026-TW4", starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 31), state="closed")
        for day, name in ((date(2026, 8, 17), "Proklamasi"), (date(2027, 1, 1), "Tahun Baru")):
            Holiday.create(date=day, name=name)

    def side(self, word, unit, head):
        person = make_employee(name=f"Pegawai {word}", unit=unit, supervisor=head, position=word)
        rows = {Unit: unit, Employee: person}
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
        return rows

    def account(self, role):
        values = {
            "supervisor": {"unit": self.unit, "employee": self.head},
            "officer": {"unit": self.unit},
            "employee": {"employee": self.own[Employee]},
        }
        return make_user(role, **values.get(role, {}))


def dump(*leaving_out):
    """Every row of every table, to tell that nothing was written."""
    tables = (Unit, Employee, User, Policy, Period, Exemption, UnitResult, Assessment, Rating, Objection, Training,
              Award, Complaint, ComplaintEvent, Holiday, Upload, Change)  # fmt: skip
    return {
        model.__name__: sorted(map(str, model.select().tuples()))
        for model in tables
        if model not in leaving_out
    }
