"""“To change something” of the README, followed literally in a copy: what it says is enough."""

import shutil

from tests.test_capabilities import ROOT, change, inside

DUTY = '''
class Duty(Record):
    """A duty that somebody holds beside the post."""

    noun = N_("Tugas Uji")
    called = "{title} - {employee}"
    unique = ("employee", "title")

    employee = Link(Employee, verbose_name=N_("Pegawai"))
    title = Text(verbose_name=N_("Judul"), label=N_("Nama Tugas Uji"), max_length=200)
    since = Day(verbose_name=N_("Sejak"), null=True)
    year = Whole(N_("Tahun"), 2000, 2100, null=True)
    state = Choice(verbose_name=N_("Status"), listed="duty_states", default="proposed")
    decided_on = Day(verbose_name=N_("Ditetapkan Tanggal"), null=True)
    decree_no = Text(verbose_name=N_("Nomor SK"), max_length=100, null=True)

    @staticmethod
    def rules(row):
        if row.since and row.since.year < 2000:
            yield "since", N_("Terlalu lama berlalu")


MODELS = ('''
ROOM = '''"""Duties beside the post."""

from access import DESK, everyone, of_people, table
from excel.sheet import Sheet
from flows import Flow, Move, the_day
from models import Duty
from panels import Tally, Panel, Where, referring
from values import N_

table(Duty, read="admin hr supervisor auditor", create=DESK, update=DESK, delete=DESK, upload=DESK, decide=DESK,
      sees={"supervisor": of_people(Duty.employee), "auditor": everyone})
FLOW = Flow(Duty, (
    Move("appoint", N_("Tetapkan"), N_("Ditetapkan"), ("proposed",), "held", "decide", asks=("decree_no",),
         sets={"decided_on": the_day}),
))


class DutySheet(Sheet):
    derived = ("year",)
    derived_from = ("since",)

    def derive(self, values):
        return {"year": values["since"] and values["since"].year}


DUTIES = DutySheet("duties", Duty, without=("state", "decided_on", "decree_no"), computed=("year",))


ON_PAGES = (
    referring(Duty.employee, "title", "state"),
    Panel(key="duties", title=N_("Tugas terbaru"), roles="hr auditor", model=Duty, order=(Duty.id.desc(),),
          columns=("title", "state")),
    Tally(N_("Tugas menunggu"), Duty, (Where(Duty.state, "proposed"),), roles="auditor"),
)
'''
VIEW = """

class DutyView(AdminView):
    model = Duty
    action_verbs = {"remind": "update"}

    @action("remind", _l("Ingatkan"), _l("Ingatkan pegawai terpilih?"))
    def remind(self, ids):
        flash(gettext("%(n)s diingatkan.", n=len(self.chosen(ids))))
"""
CHANGES = {
    "models.py": (
        ("\nMODELS = (", DUTY), ("Upload, Change,\n)", "Upload, Change, Duty,\n)"),
    ),
    "seed_data/choices.csv": (
        ("award_levels,UNIT,Unit,\n", "award_levels,UNIT,Unit,\naward_levels,VILLAGE,Desa Uji,\n"),
        ("roles,employee,Pegawai,\n", "roles,employee,Pegawai,\nroles,auditor,Inspektorat,\n"),
        ("actions,export,Diekspor,\n", "actions,export,Diekspor,\nduty_states,proposed,Diusulkan,\nduty_states,held,Dijabat,\n"),
    ),
    "capabilities/__init__.py": (
        ("complaints, upkeep\n", "complaints, duties, upkeep\n"),
        ("complaints, upkeep)", "complaints, duties, upkeep)"),
    ),
    "views/__init__.py": (("records.ComplaintView,", "records.ComplaintView, records.DutyView,"),),
    "views/records.py": ((" Change, Complaint,", " Change, Complaint, Duty,"),),
    "views/help.py": (('"employee": ("pegawai",),', '"employee": ("pegawai",), "auditor": ("kepegawaian",),'),),
}  # fmt: skip
LOOK = """
import time
from admin_app import create_app
from capabilities import SHEETS
from database import db, today
from excel.check.validate import Context
from excel.write.apply import apply_at_once
from models import Award, Duty
from tests.make import make_employee, make_user, xlsx

app = create_app({"LIMITS": False, "TESTING": True, "WTF_CSRF_ENABLED": False})
with db.connection_context():
    person, hr, auditor = make_employee(name="Andi Kita"), make_user("hr"), make_user("auditor")

def client_of(user):
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(_user_id=user.get_id(), since=int(time.time()), seen=int(time.time()))
    return client

def text(client, page):
    answer = client.get(page, buffered=True)
    assert answer.status_code == 200, (page, answer.status_code)
    return answer.get_data(as_text=True)

def post(page, **data):
    return client.post(page, data=data, follow_redirects=True).get_data(as_text=True)

client = client_of(hr)
form = text(client, "/admin/duty/new/")
assert "Nama Tugas Uji" in form
assert not [name for name in ("state", "decided_on", "decree_no", "year") if f'name="{name}"' in form]
assert "Terlalu lama" in post("/admin/duty/new/", employee=person.id, title="Panitia", since="1999-01-01")
post("/admin/duty/new/", employee=person.id, title="Panitia", since="2026-03-01")
with db.connection_context():
    row = Duty.get()
assert (row.state, row.year) == ("proposed", 2026)
page = text(client, f"/admin/duty/details/?id={row.id}")
assert "Tetapkan" in page and "Ingatkan" in page
assert "1 diingatkan" in post("/admin/duty/action/", action="remind", rowid=row.id)
assert 'name="decree_no"' in post("/admin/duty/action/", action="appoint", rowid=row.id)
assert "Ditetapkan: 1 data" in post("/admin/duty/move/appoint/", rowid=row.id, decree_no="800/1")
with db.connection_context():
    row = Duty.get()
    assert (row.state, row.decree_no, row.decided_on) == ("held", "800/1", today())
    file = xlsx(("NIP", "Judul", "Sejak", "Status", "Nomor SK"), (person.nip, "Plh.", "02-01-2025", "Dijabat", "800/2"))
    plan, _ = apply_at_once(SHEETS["duties"], file, "x.xlsx", Context(hr))
    assert not plan.errors, plan.errors
    made = Duty.get(Duty.title == "Plh.")
    assert (made.year, made.state) == (2025, "held")
post("/admin/award/new/", employee=person.id, title="Uji", kind="400", level="VILLAGE")
with db.connection_context():
    assert Award.get().level == "VILLAGE"
assert "Panitia" in text(client, f"/admin/employee/details/?id={person.id}")
assert "Tugas terbaru" in text(client, "/admin/")
reader = client_of(auditor)
start = text(reader, "/admin/")
assert "Tugas terbaru" in start and "Tugas menunggu" in start
assert "Panitia" in text(reader, "/admin/duty/") and "Tetapkan" not in text(reader, "/admin/duty/")
assert reader.get("/admin/award/").status_code == 403
"""


def test_what_the_readme_says_of_changes_is_enough(tmp_path):
    place = tmp_path / "copy"
    skipped = shutil.ignore_patterns(".venv", ".git", "instance", "__pycache__", "gambar", "galeri")
    shutil.copytree(ROOT, place, ignore=skipped)
    for name, pairs in CHANGES.items():
        change(place / name, *pairs)
    (place / "capabilities" / "duties.py").write_text(ROOM)
    with open(place / "views" / "records.py", "a") as file:
        file.write(VIEW)
    steps = (
        ("admin_app.py", "migration", "add_duties"),
        ("admin_app.py", "init"),
        ("-c", LOOK),
        ("admin_app.py", "moves"),
    )
    for step in steps:
        done = inside(place, *step)
        assert done.returncode == 0, done.stderr[-3000:]
    assert "| Tetapkan (`appoint`) | Diusulkan | Dijabat |" in done.stdout
