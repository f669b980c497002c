"""The command line, each command with --help."""

import json
import os
import sys
from contextlib import contextmanager
from functools import wraps
from pathlib import Path

import click
from peewee import ForeignKeyField, OperationalError, ProgrammingError

import access
import audit
import compute as computing
import flows
import migrations
from capabilities import SHEETS
from database import among, db, write
from excel import apply, jobs
from excel.export import export as export_sheet
from excel.template import template as write_template
from excel.validate import Context, silent
from fields import Invalid, alike
from flows import FLOWS
from forms import SHORTEST, too_common
from models import Employee, Period, Rating, Unit, Upload, User

REASON = Rating.reason.verbose_name
SHEET = click.argument("sheet", type=click.Choice([s for s in SHEETS]))
USER = click.option("--user", "username", help="Act with this account's rights and scope.")
PERIOD = click.option("--period", "period_code", help="Code of the period, such as 2026-TW3.")
UNIT = click.option("--unit", "unit_code", help="Code of a unit: it and all below.")
JSON = click.option("--json", "as_json", is_flag=True, help="One object on one line on standard output.")


class Commands(click.Group):
    """Remembers whether the answer is wanted as JSON, so that wrong usage is said so as well."""

    def parse_args(self, context, args):
        context.meta["json"] = "--json" in args
        return super().parse_args(context, args)

    def invoke(self, context):
        try:
            return super().invoke(context)
        except click.UsageError as wrong:
            if not context.meta["json"]:
                raise
            raise Refused(wrong.format_message()) from wrong
        except (OperationalError, ProgrammingError) as missing:
            if not migrations.pending():
                raise
            raise Refused("Skema basis data belum mutakhir; jalankan init dahulu") from missing


class Refused(click.ClickException):
    """Wrong usage or an unreadable file: exit 2, said as JSON where that was asked for."""

    exit_code = 2

    def __init__(self, message):
        super().__init__(message)
        context = click.get_current_context(silent=True)
        self.as_json = bool(context and context.meta.get("json"))

    def show(self, file=None):
        if self.as_json:
            click.echo(json.dumps({"error": self.message}, ensure_ascii=False))
        click.echo(self.message, err=True)


@click.group(cls=Commands)
@click.pass_context
def main(context):
    """Kinerja: the performance panel."""
    from admin_app import settings
    from database import connect

    try:
        config = settings()
        Path(config["INSTANCE"]).mkdir(parents=True, exist_ok=True)
        connect(config["DATABASE_URL"])
    except ValueError as wrong:
        raise Refused(str(wrong)) from wrong
    db.connect(reuse_if_open=True)
    context.call_on_close(db.close)


def plainly(command):
    """Say what a user can cause as one sentence and exit 2."""

    @wraps(command)
    def run(*args, **kwargs):
        try:
            return command(*args, **kwargs)
        except (Invalid, access.Denied, OSError) as refusal:
            raise Refused(str(refusal) or type(refusal).__name__) from refusal

    return run


def one(model, field, value, what):
    """The row of a natural key, or exit 2."""
    row = model.get_or_none(field == value) if value else None
    if value and row is None:
        raise Refused(f"{what} “{value}” tidak ada")
    return row


def account(username):
    row = one(User, User.username, username, "Akun")
    if row is not None and not row.active:
        raise Refused(f"Akun “{username}” tidak aktif")
    return row


def period_of(code):
    return one(Period, Period.code, Period.code.parse(code) if code else None, "Periode")


def say(as_json, data, text):
    click.echo(json.dumps(data, ensure_ascii=False, default=str) if as_json else text)


@main.command()
def init():
    """Create or upgrade the schema; safe to repeat."""
    for name in migrations.upgrade():
        click.echo(name)


@main.command()
@click.option("--employees", default=500, show_default=True, type=click.IntRange(1))
@click.option("--random-state", default=1, show_default=True)
@plainly
def seed(employees, random_state):
    """Fill an empty database with demo data; refuses one that has employees."""
    from seed_data.demo import seed_demo

    for table, count in seed_demo(employees, random_state).items():
        click.echo(f"{table}: {count}")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1))
def serve(host, port, workers):
    """Serve the panel with a production server, and work large uploads off beside it."""
    db.close()
    run_server(host, port, workers)


def run_server(host, port, workers=2):
    jobs.start_worker("--stay")
    if sys.platform == "win32":
        import waitress

        from admin_app import create_app

        return waitress.serve(create_app(), host=host, port=port, threads=8)
    from admin_app import ROOT

    bind = f"{host}:{port}"
    command = [sys.executable, "-m", "gunicorn", "admin_app:create_app()", "--bind", bind, "--workers",
               str(workers), "--threads", "4", "--chdir", str(ROOT), "--timeout", "120", "--preload", "--no-control-socket"]  # fmt: skip
    return os.execv(sys.executable, command)  # noqa: S606 - our own command, nothing of a user's in it


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True)
@plainly
def demo(host, port):
    """Migrate, seed an empty database, print the demo accounts and serve."""
    from admin_app import in_production
    from seed_data.accounts import demo_accounts
    from seed_data.demo import seed_demo

    if in_production():
        raise Refused(
            "demo membuat akun dengan sandi yang diumumkan; tidak dijalankan dengan KINERJA_ENV=production"
        )
    migrations.upgrade()
    if not Employee.select().exists():
        seed_demo()
    for role, username, password in demo_accounts():
        click.echo(f"{role:<12}{username:<18}{password}")
    click.echo(f"http://{host}:{port}")
    sys.stdout.flush()
    db.close()
    run_server(host, port)


@main.group()
def user():
    """Accounts."""


@user.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([code for code, _ in User.ROLES]))
@UNIT
@click.option("--nip", help="The employee whom the account belongs to.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--temporary", is_flag=True, help="It must be changed at the first sign-in.")
@plainly
def add_user(name, role, unit_code, nip, password_stdin, temporary):
    """Make an account; without --password-stdin its password is made and printed once."""
    unit = one(Unit, Unit.code, unit_code, "Unit")
    employee = one(Employee, Employee.nip, nip, "NIP")
    if role == "supervisor" and unit is None:
        unit = employee and employee.unit
        if unit is None:
            raise Refused("Akun atasan memerlukan --unit atau --nip")
    if User.select().where(User.username == User.username.parse(name)).exists():
        raise Refused(f"Akun “{name}” sudah ada")
    password, must_change = read_password(password_stdin, temporary)
    with write():
        row = User(username=User.username.parse(name), role=role, unit=unit, employee=employee,
                   password=User.hashed(password), must_change_password=must_change)  # fmt: skip
        audit.create(row, user=None)
    click.echo(f"{name}: dibuat", err=True)


@user.command("password")
@click.argument("name")
@click.option("--password-stdin", is_flag=True)
@click.option("--temporary", is_flag=True)
@plainly
def set_password(name, password_stdin, temporary):
    """Give an account a new password and end its sessions."""
    row = one(User, User.username, name, "Akun")
    before = audit.snapshot(row)
    password, row.must_change_password = read_password(password_stdin, temporary)
    row.password, row.epoch = User.hashed(password), row.epoch + 1
    audit.update(row, before, user=None)


def read_password(from_stdin, temporary):
    """(password, whether it must be changed): from standard input, or made and printed once."""
    if not from_stdin:
        from views.people import new_password

        password = new_password()
        click.echo(password)
        return password, True
    password = sys.stdin.readline().rstrip("\r\n")
    if len(password) < SHORTEST or too_common(password):
        raise Refused(f"Sandi paling sedikit {SHORTEST} huruf dan tidak mudah ditebak")
    return password, temporary


@main.command()
@SHEET
@click.argument("file", type=click.Path(dir_okay=False))
@PERIOD
@UNIT
@USER
@plainly
def template(sheet, file, period_code, unit_code, username):
    """Write the workbook to fill in."""
    context = Context(account(username), period_of(period_code))
    if not file.lower().endswith(".xlsx"):
        raise Refused("Nama berkas templat harus berakhir .xlsx")
    one(Unit, Unit.code, unit_code, "Unit")
    with open(file, "wb") as out:
        write_template(SHEETS[sheet], out, context, unit_code=unit_code)


@main.command("import")
@SHEET
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@PERIOD
@USER
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--partial", is_flag=True, help="Write the right rows, leave the wrong ones.")
@JSON
@plainly
def import_file(sheet, file, period_code, username, dry_run, partial, as_json):
    """Read a workbook into a table: exit 0 applied, 1 rows in error or in conflict, 2 unreadable."""
    if not SHEETS[sheet].imports:
        raise Refused(f"Lembar {sheet} hanya untuk ekspor")
    user, period, data = account(username), period_of(period_code), Path(file).read_bytes()
    with progress() as tell:
        context = Context(user, period, tell=tell)
        plan, upload = apply.run(SHEETS[sheet], data, Path(file).name, context, partial, dry_run)
    applied = upload is not None
    result = apply.report(SHEETS[sheet], plan, applied, upload.id if applied else None)
    say(as_json, result, told(result))
    if plan.unsettled and not partial:
        sys.exit(1)


@contextmanager
def progress():
    """A function that moves a bar on the terminal to a share of the work, 0 to 1."""
    if not sys.stderr.isatty():
        yield silent
        return
    with click.progressbar(length=100, file=sys.stderr, label="Impor") as bar:
        yield lambda share: bar.update(int(100 * share) - bar.pos)
        bar.update(100 - bar.pos)


def told(result):
    """The result of an import for a terminal."""
    lines = [f"Baris {e['row']}, kolom {e['column']}: {e['message']}" for e in result["errors"]]
    lines += [
        f"Peringatan: baris {w['row']}, kolom {w['column']}: {w['message']}" for w in result["warnings"]
    ]
    counts = "{rows} baris: {new} baru, {changed} berubah, {same} sama, {conflict} bentrok".format(**result)
    done = (
        f"Disimpan sebagai unggahan {result['upload']}." if result["applied"] else "Tidak ada yang disimpan."
    )
    return "\n".join([*lines, counts, done])


@main.command(hidden=True)
@click.option("--stay", is_flag=True, help="Wait for more when there is nothing to do.")
def work(stay):
    """Work large uploads off; `serve` starts this by itself."""
    db.close()
    jobs.keep_working(stay)


@main.command("export")
@SHEET
@click.argument("file", type=click.Path(dir_okay=False))
@PERIOD
@UNIT
@USER
@plainly
def export_file(sheet, file, period_code, unit_code, username):
    """Write a sheet as .xlsx or .csv, told by the file's ending."""
    count = export_sheet(
        SHEETS[sheet], file, user=account(username), period=period_of(period_code), unit_code=unit_code
    )
    click.echo(f"{count} baris", err=True)


@main.command()
@click.argument("period")
@UNIT
@JSON
@plainly
def compute(period, unit_code, as_json):
    """Compute the ratings of a period."""
    unit = one(Unit, Unit.code, unit_code, "Unit")
    outcome = computing.compute(period_of(period), unit=unit)
    counts = {"period": period, "new": outcome.new, "changed": outcome.changed, "same": outcome.same,
              "incomplete": outcome.incomplete}  # fmt: skip
    text = "{period}: {new} baru, {changed} berubah, {same} sama, {incomplete} belum dinilai"
    say(as_json, counts, text.format(**counts))


@main.command()
@click.argument("table", type=click.Choice([model._meta.table_name for model in FLOWS]))
@click.argument("move")
@click.argument("keys", nargs=-1, required=True)
@USER
@click.option("--reason", help="Why, where the move asks for it.")
@click.option(
    "--set", "given", multiple=True, metavar="HEADER=VALUE", help="Something else that the move asks for."
)
@JSON
@plainly
def move(table, move, keys, username, reason, given, as_json):
    """Move rows (by number) from one state to another: exit 0 all moved, 1 some left, 2 wrong usage."""
    flow = next(flow for model, flow in FLOWS.items() if model._meta.table_name == table)
    step = flow.by_name.get(move)
    if step is None:
        raise Refused(f"{table} tidak mengenal langkah “{move}”; pilih: {', '.join(flow.by_name)}")
    user = account(username)
    asked = told_values(flow, step, user, [*given, *([f"{REASON}={reason}"] if reason is not None else [])])
    ids = {int(key) for key in keys if key.isdecimal() and len(key) < 19}
    rows = list(access.scoped(flow.model, user).where(among(flow.model.id, ids))) if ids else []
    taken = flows.take(rows, step, user, asked)
    found = {str(row.id) for row in rows}
    left = [
        {"key": key, "message": "tidak ditemukan di antara yang Anda kelola"}
        for key in keys
        if key not in found
    ]
    left += [{"key": str(row.id), "message": str(why)} for row, why in taken.left]
    result = {"table": table, "move": move, "moved": len(taken.rows), "left": left}
    lines = [f"{len(taken.rows)} dipindahkan", *(f"{item['key']}: {item['message']}" for item in left)]
    say(as_json, result, "\n".join(lines))
    if left:
        sys.exit(1)


def told_values(flow, move, user, given):
    """{field name: value} of HEADER=VALUE texts, read as a workbook's cells are."""
    fields = {alike(f.verbose_name): f for f in flow.model.spoken() if f.name in (*flow.own, *move.offers)}
    found = {}
    for text in given:
        header, separator, value = text.partition("=")
        field = fields.get(alike(header))
        if not separator or field is None:
            raise Refused(
                f"--set {text}: tulis KOLOM=NILAI; kolomnya: {', '.join(f.verbose_name for f in fields.values())}"
            )
        if isinstance(field, ForeignKeyField):
            key = field.rel_model.natural_key()
            row = access.scoped(field.rel_model, user).where(key == value).first()
            found[field.name] = row.id if row else refuse(f"{field.verbose_name} “{value}” tidak ada")
        else:
            found[field.name] = field.parse(value)
    return found


def refuse(message):
    raise Refused(message)


@main.command()
@click.argument("upload", type=int)
@JSON
@plainly
def undo(upload, as_json):
    """Take one upload back; rows changed since are kept and named."""
    row = one(Upload, Upload.id, upload, "Unggahan")
    undone, kept = apply.undo(row, None)
    text = "\n".join([f"{undone} baris dikembalikan", *(f"Dibiarkan: {label}" for label in kept)])
    say(as_json, {"upload": upload, "undone": undone, "kept": len(kept)}, text)
