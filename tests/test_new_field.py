"""The promise to IT: a new field is one line in models.py and one migration; everything follows."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINE = '    nik = Text(verbose_name=N_("NIK Uji"), max_length=16, null=True)\n'
LOOK = """
import time
import migrations
from admin_app import create_app
from excel.write.apply import apply_at_once as run
from capabilities.master import EMPLOYEES
from excel.check.validate import Context
from database import db
from models import Employee
from tests.make import make_employee, make_user, xlsx

app = create_app({"LIMITS": False})
with db.connection_context():
    migrations.upgrade()
    person, token = make_employee(), make_user("hr").get_id()
    head = ("NIP", "Nama", "Kode Unit", "NIK Uji")
    run(EMPLOYEES, xlsx(head, (person.nip, person.name, person.unit.code, "7604")), "x.xlsx", Context())
    assert Employee.get_by_id(person.id).nik == "7604"
client = app.test_client()
with client.session_transaction() as session:
    session.update(_user_id=token, since=int(time.time()), seen=int(time.time()))
for page in ("", "new/", f"edit/?id={person.id}", f"details/?id={person.id}", "export/csv/", "?flt0_nik_uji_contains=76"):
    text = client.get(f"/admin/employee/{page}", buffered=True).get_data(as_text=True)
    assert "NIK Uji" in text, page
    assert "7604" in text or page == "new/", page
"""


def test_one_line_and_one_migration_reach_list_form_filter_details_export_and_import(tmp_path):
    place = tmp_path / "copy"
    skipped = shutil.ignore_patterns(".venv", ".git", "instance", "__pycache__", "docs")
    shutil.copytree(ROOT, place, ignore=skipped)
    models = (place / "models.py").read_text()
    anchor = "    job_class = Whole("
    assert models.count(anchor) == 1
    (place / "models.py").write_text(models.replace(anchor, LINE + anchor))
    for args in (("admin_app.py", "migration", "add_nik"), ("-c", LOOK)):
        done = subprocess.run([sys.executable, *args], cwd=place, capture_output=True, text=True, timeout=60,
                              env={"DATABASE_URL": f"sqlite:///{tmp_path}/x.db", "PATH": "/usr/bin:/bin",
                                   "KINERJA_INSTANCE": str(tmp_path)})  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
