"""The command line as scripts use it: exit codes, JSON alone on standard output, accounts, the whole walk."""

import csv
import json
import subprocess
import sys

import openpyxl
import pytest
from click.testing import CliRunner

import commands
from database import db
from models import Assessment, Employee, Period, Rating, Unit, Upload, User
from tests.make import make_assessment, make_employee, make_period, make_unit, make_user, xlsx

HEAD = ("NIP", "Periode", "Skor Hasil Kerja", "Skor Perilaku")


@pytest.fixture
def run(database, database_url, tmp_path, monkeypatch):
    """run("import", ...) -> (exit code, standard output); connected to this test's database."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("KINERJA_INSTANCE", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def call(*args, **options):
        answer = CliRunner().invoke(commands.main, [str(a) for a in args], **options)
        if answer.exception and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        db.connect(reuse_if_open=True)
        call.errors = answer.stderr
        return answer.exit_code, answer.stdout

    return call


@pytest.fixture
def staff(database):
    head = make_employee(name="Kepala")
    return [make_employee(unit=head.unit, supervisor=head) for _ in range(3)]


def file_of(tmp_path, *rows, name="nilai.xlsx"):
    path = tmp_path / name
    path.write_bytes(xlsx(*rows))
    return path


def test_init_is_idempotent_and_seed_refuses_a_second_time(run):
    nothing = "Skema sudah mutakhir; tidak ada migrasi yang dijalankan\n"
    assert run("init") == (0, f"{nothing}25 hari libur dimuat\n")
    assert run("init") == (0, nothing)
    code, _ = run("seed", "--employees", 30)
    assert (code, Employee.select().count(), User.select().count()) == (0, 30, 0)
    assert run("seed")[0] == 2
    assert Period.current().code == "2026-TW3"


def test_an_import_answers_with_one_object_on_one_line(run, staff, tmp_path):
    make_period()
    path = file_of(tmp_path, HEAD, *[(e.nip, "2026-TW3", 88, 90) for e in staff])
    code, out = run("import", "assessments", path, "--json")
    result = json.loads(out)
    assert (code, out.count("\n")) == (0, 1)
    upload = Upload.get()
    assert result == {
        "sheet": "assessments", "rows": 3, "new": 3, "changed": 0, "same": 0, "conflict": 0,
        "errors": [], "warnings": [], "applied": True, "upload": upload.id,
    }  # fmt: skip
    assert json.loads(run("import", "assessments", path, "--json")[1])["same"] == 3


def test_a_bad_row_writes_nothing_and_names_its_cell(run, staff, tmp_path):
    make_period()
    rows = [(e.nip, "2026-TW3", 88, 121 if e is staff[1] else 90) for e in staff]
    path = file_of(tmp_path, HEAD, *rows)
    code, out = run("import", "assessments", path, "--json")
    result = json.loads(out)
    assert (code, result["applied"], result["upload"]) == (1, False, None)
    error = result["errors"][0]
    assert (error["row"], error["column"], error["cell"]) == (3, "Skor Perilaku", "D3")
    assert "121 di luar 0-120" in error["message"]
    assert Assessment.select().count() == 0
    assert "Baris 3, kolom Skor Perilaku: 121 di luar 0-120" in run("import", "assessments", path)[1]


def test_partial_writes_the_right_rows_and_keeps_the_errors(run, staff, tmp_path):
    make_period()
    path = file_of(tmp_path, HEAD, *[(e.nip, "2026-TW3", 88, 121 if e is staff[1] else 90) for e in staff])
    code, out = run("import", "assessments", path, "--partial", "--json")
    result = json.loads(out)
    assert (code, result["applied"], result["new"], len(result["errors"])) == (0, True, 2, 1)
    assert Assessment.select().count() == 2


def test_a_dry_run_writes_nothing(run, staff, tmp_path):
    make_period()
    path = file_of(tmp_path, HEAD, (staff[0].nip, "2026-TW3", 88, 90))
    code, out = run("import", "assessments", path, "--dry-run", "--json")
    assert (code, json.loads(out)["applied"], json.loads(out)["new"]) == (0, False, 1)
    assert (Assessment.select().count(), Upload.select().count()) == (0, 0)


@pytest.mark.parametrize("content", [b"", b"bukan buku kerja\x00\x01", b"PK\x03\x04rusak"])
def test_an_unreadable_file_is_exit_2_with_a_reason(content, run, tmp_path):
    path = tmp_path / "rusak.xlsx"
    path.write_bytes(content)
    code, out = run("import", "employees", path, "--json")
    assert code == 2
    assert json.loads(out)["error"]


@pytest.mark.parametrize("args", [
    ("import", "nothing", "x.xlsx"), ("import", "units", "missing.xlsx"), ("compute", "2031-TW1"),
    ("undo", "77"), ("template", "assessments", "x.xlsx", "--user", "hantu"),
    ("export", "units", "x.pdf"), ("user", "add", "x", "--role", "raja"), ("undo", "9" * 40), ("undo", "satu"),
    ("export", "units", "x.csv", "--user", ""), ("export", "units", "x.csv", "--unit", ""), ("compute", ""),
    ("export", "units", "x.csv", "--period", ""), ("user", "password", ""), ("user", "add", "", "--role", "hr"),
    ("user", "add", "x", "--role", "hr", "--nip", ""), ("migration", "/"), ("downgrade", "-1"),
])  # fmt: skip
def test_wrong_usage_is_exit_2(args, run):
    assert run(*args)[0] == 2
    assert "Traceback" not in run.errors
    assert run.errors


def test_wrong_usage_is_said_as_json_where_that_was_asked_for(run):
    for args in (
        ("compute", "2031-TW1"),
        ("compute", ""),
        ("undo", "77"),
        ("undo",),
        ("import", "nothing", "x.xlsx"),
    ):
        code, out = run(*args, "--json")
        assert (code, list(json.loads(out)), out.count("\n")) == (2, ["error"], 1), args


def test_an_account_that_is_closed_reads_nothing(run, tmp_path):
    make_user("hr", username="lama", active=False)
    assert run("export", "units", tmp_path / "x.csv", "--user", "lama") == (2, "")
    assert "tidak aktif" in run.errors


def test_an_account_imports_only_within_its_scope(run, staff, tmp_path):
    make_period()
    foreign = make_employee(name="Orang Asing")
    make_user("supervisor", username="atasan", unit=staff[0].unit)
    path = file_of(tmp_path, HEAD, (foreign.nip, "2026-TW3", 88, 90), (staff[0].nip, "2026-TW3", 88, 90))
    code, out = run("import", "assessments", path, "--user", "atasan", "--json")
    assert (code, [e["row"] for e in json.loads(out)["errors"]]) == (1, [2])
    assert "Orang Asing" not in out
    make_user("employee", username="pegawai", employee=staff[0])
    assert run("import", "assessments", path, "--user", "pegawai", "--json")[0] == 2


def test_export_writes_by_the_files_ending(run, staff, tmp_path):
    assert run("export", "employees", tmp_path / "e.xlsx")[0] == 0
    assert run("export", "employees", tmp_path / "e.csv")[0] == 0
    sheet = openpyxl.load_workbook(tmp_path / "e.xlsx").worksheets[0]
    with open(tmp_path / "e.csv", encoding="utf-8-sig", newline="") as file:
        written = list(csv.reader(file))
    assert written[0] == [cell.value for cell in sheet[1]]
    assert sheet["A2"].value == written[1][0]
    assert len(sheet["A2"].value) == 18


def test_the_walk_of_a_supervisor_from_template_to_export(run, staff, tmp_path):
    period = make_period()
    make_assessment(
        staff[0], period, assessor=staff[0].supervisor, work_level="BELOW", behaviour_level="MEETS"
    )
    make_user("supervisor", username="atasan", unit=staff[0].unit, employee=staff[0].supervisor)
    sheet = tmp_path / "lembar.xlsx"
    assert run("template", "assessments", sheet, "--period", "2026-TW3", "--user", "atasan")[0] == 0
    book = openpyxl.load_workbook(sheet)
    page = book.worksheets[0]
    head = {cell.value: cell.column for cell in page[1]}
    numbers = {page.cell(row, head["NIP"]).value: row for row in range(2, page.max_row + 1)}
    assert set(numbers) == {e.nip for e in staff}
    for person, levels in zip(staff[1:], (("Diatas Ekspektasi", "atas"), ("DE", "di bawah")), strict=True):
        for header, level in zip(("Rating Hasil Kerja", "Rating Perilaku"), levels, strict=True):
            page.cell(numbers[person.nip], head[header], level)
    book.save(sheet)
    result = json.loads(run("import", "assessments", sheet, "--user", "atasan", "--json")[1])
    assert (result["new"], result["same"], result["applied"]) == (2, 1, True)
    counts = json.loads(run("compute", "2026-TW3", "--json")[1])
    assert counts == {"period": "2026-TW3", "new": 3, "changed": 0, "same": 0, "incomplete": 1}
    assert json.loads(run("compute", "2026-TW3", "--json")[1])["same"] == 3
    run("export", "ratings", tmp_path / "predikat.xlsx", "--user", "atasan")
    rows = list(openpyxl.load_workbook(tmp_path / "predikat.xlsx").worksheets[0].values)
    place = rows[0].index("Predikat")
    told = {row[0]: row[place] for row in rows[1:]}
    assert [told[e.nip] for e in staff] == ["Butuh Perbaikan", "Sangat Baik", "Kurang/Misconduct"]
    undone = json.loads(run("undo", result["upload"], "--json")[1])
    assert undone == {"upload": result["upload"], "undone": 2, "kept": 0}
    assert [a.employee_id for a in Assessment.select()] == [staff[0].id]
    assert run("undo", result["upload"])[0] == 2


def test_accounts_are_made_with_a_password_given_or_made(run, staff):
    code, out = run("user", "add", "siti", "--role", "hr", "--password-stdin", input="perahu sandeq biru\n")
    assert (code, out) == (0, "")
    siti = User.get(User.username == "siti")
    assert siti.verify("perahu sandeq biru")
    assert not siti.must_change_password
    code, out = run("user", "add", "kepala", "--role", "supervisor", "--nip", staff[0].nip)
    kepala = User.get(User.username == "kepala")
    assert kepala.verify(out.strip())
    assert kepala.must_change_password
    assert kepala.unit_id == staff[0].unit_id
    assert run("user", "add", "siti", "--role", "hr")[0] == 2
    assert run("user", "add", "budi", "--role", "hr", "--password-stdin", input="pendek\n")[0] == 2


def test_a_new_password_ends_the_accounts_sessions(run, database):
    user = make_user("hr", username="siti")
    run("user", "password", "siti", "--password-stdin", "--temporary", input="perahu sandeq biru\n")
    stored = User.get_by_id(user.id)
    assert (stored.epoch, stored.must_change_password) == (user.epoch + 1, True)


def test_compute_of_a_unit_takes_its_people_only(run, staff):
    period = make_period()
    other = make_employee(unit=make_unit("LAIN"))
    for person in (staff[0], other):
        make_assessment(person, period)
    assert json.loads(run("compute", "2026-TW3", "--unit", "LAIN", "--json")[1])["new"] == 1
    assert [r.employee_id for r in Rating.select()] == [other.id]


def test_compute_of_a_closed_period_is_refused(run, staff):
    make_period(state="closed")
    code, out = run("compute", "2026-TW3", "--json")
    assert code == 2
    assert "error" in json.loads(out)


def test_every_command_has_help(run):
    for command in commands.main.commands:
        code, out = run(command, "--help")
        assert code == 0
        assert out


def test_units_of_the_reference_file_go_in_by_the_same_door(run):
    path = commands.Path(commands.__file__).parent / "seed_data" / "units.csv"
    result = json.loads(run("import", "units", path, "--json")[1])
    assert result["applied"]
    assert result["new"] == Unit.select().count()


def test_a_command_starts_without_web_pages_and_workbooks():
    """Half of the time that a command took to begin went into them."""
    found = (
        "import sys, commands; print({*sys.modules} & {'flask', 'werkzeug', 'wtforms', 'openpyxl', 'zxcvbn'})"
    )
    place = commands.Path(commands.__file__).parent
    assert subprocess.run([sys.executable, "-c", found], cwd=place, stdout=-1, text=True).stdout == "set()\n"
    whole = subprocess.run(
        [sys.executable, "-X", "importtime", "admin_app.py", "moves"], cwd=place, stderr=-1, stdout=-1
    )
    assert b"flask" not in whole.stderr
