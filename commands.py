"""The command line, each command with --help; what only some commands need is imported by those, for a quick start."""

import gc
import json
import sys
from functools import partial
from pathlib import Path

import click

import access
import audit
import faults
import flows
import migrations
import serving
from capabilities import SHEETS
from catalogues import compile_words
from compute import compute
from database import among, close, connect, db, open_existing
from excel.check.review import report
from excel.check.validate import Context
from excel.write.apply import apply_at_once, undo
from excel.write.jobs import keep_working
from excel.write.uploads import rests_on
from migrations.writer import write_migration
from models import MODELS, Change, Employee, Period, Rating, Unit, Upload, User
from seed_data import seed_holidays
from seed_data.demo import demo_accounts, seed_demo
from settings import read, secret_key, settings
from values import Invalid, compare_key

ANY_SCHEMA = {"init", "migration", "downgrade", "demo", "moves"}  # the others refuse one that is not today's
USAGE = {"options_metavar": "[OPSI]", "subcommand_metavar": "PERINTAH [ISIAN]..."}


class Refused(click.ClickException):
    """Wrong usage or an unreadable file."""

    exit_code = 2

    def show(self, file=None):
        click.echo(self.message, err=True)


class Commands(click.Group):
    """Says as one sentence, and as JSON where that was asked for, what a user or the machine can cause."""

    command_class = partial(click.Command, options_metavar="[OPSI]")

    def main(self, *args, **extra):
        compile_words()
        return super().main(*args, **extra)

    def invoke(self, context):
        context.obj = {*context.args}
        try:
            return super().invoke(context)
        except click.ClickException as wrong:
            refusal = wrong
        except (Invalid, access.Denied) as wrong:
            refusal = Refused(str(wrong))
        except faults.FAULTS as wrong:
            refusal = Refused(faults.said(wrong))
        if "--json" in context.obj:
            answer({"error": refusal.format_message()})
        raise refusal


def answer(result, *lines, left=()):
    """Print what came of a command, as JSON or in lines; exit 1 where something was left."""
    as_json = "--json" in click.get_current_context().obj
    click.echo(json.dumps(result, ensure_ascii=False, default=str) if as_json else "\n".join(lines))
    if left:
        sys.exit(1)


class RowByKey(click.ParamType):
    """The row that a natural key names, of those that an account sees; an unknown or empty one is wrong usage."""

    def __init__(self, field, noun, user=None, active=False):
        self.name, self.field, self.user, self.active = noun, field, user, active

    def convert(self, value, param=None, ctx=None):
        key = self.field.parse(value) if hasattr(self.field, "parse") else row_number(value)
        row = access.scoped(self.field.model, self.user).where(self.field == key).first()
        if row is None:
            raise Refused(f"{self.name} “{value}” tidak ada")
        if self.active and not row.active:
            raise Refused(f"{self.name} “{value}” tidak aktif")
        return row


def row_number(text):
    """The id that a text says, or None."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


PERIOD_CODE = RowByKey(Period.code, "Periode")
FLOW_OF = {model._meta.table_name: flow for model, flow in flows.FLOWS.items()}
OF_SHEET = click.argument("sheet", type=click.Choice(list(SHEETS)), callback=lambda *given: SHEETS[given[-1]])
TO_FILE = click.argument("file", type=click.Path(dir_okay=False))
AS_USER = click.option(
    "--user", type=RowByKey(User.username, "Akun", active=True), help="Act with this account's rights."
)
IN_PERIOD = click.option("--period", type=PERIOD_CODE, help="Code of the period, such as 2026-TW3.")
IN_UNIT = click.option("--unit", type=RowByKey(Unit.code, "Unit"), help="Code of a unit: it and all below.")
AS_JSON = click.option("--json", is_flag=True, expose_value=False, help="Print one object on one line.")
HOST = click.option("--host", default="127.0.0.1", show_default=True)
PORT = click.option("--port", default=5000, show_default=True)
FROM_INPUT = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
TEMPORARY = click.option("--temporary", is_flag=True, help="It must be changed at the first sign-in.")


@click.group(cls=Commands, **USAGE)
@click.pass_context
def main(context):
    """Kinerja: the performance panel."""
    try:
        config = settings()
        Path(config["INSTANCE"]).mkdir(parents=True, exist_ok=True)
        connect(config["DATABASE_URL"])
        if context.invoked_subcommand in ("serve", "demo"):
            secret_key(config["INSTANCE"])
    except ValueError as wrong:
        raise Refused(str(wrong)) from wrong
    context.call_on_close(close)
    if context.invoked_subcommand not in ANY_SCHEMA and "--help" not in context.obj:
        open_existing()
        if migrations.pending():
            raise Refused("Skema basis data belum mutakhir; jalankan init dahulu")


@main.command()
def init():
    """Create or upgrade the schema; safe to repeat."""
    applied = migrations.upgrade()
    click.echo("\n".join(applied) or "Skema sudah mutakhir; tidak ada migrasi yang dijalankan")
    if loaded := seed_holidays():
        click.echo(f"{loaded} hari libur dimuat")


@main.command("migration")
@click.argument("name")
def next_migration(name):
    """Write the next migration from the difference between models.py and the migrations so far."""
    if not any(map(str.isalnum, name)):
        raise Refused(f"“{name}” bukan nama migrasi; pakai huruf dan angka")
    written = write_migration(name, migrations.HISTORY, MODELS)
    click.echo(written or "Tidak ada perbedaan; tidak ada yang ditulis")


@main.command("downgrade")
@click.argument("number", type=click.IntRange(0))
def go_back(number):
    """Go back to migration NUMBER: every newer one is taken back, newest first (0: all)."""
    for name in migrations.downgrade(number):
        click.echo(name)


@main.command()
@click.option("--employees", default=500, show_default=True, type=click.IntRange(1))
@click.option("--random-state", default=1, show_default=True)
def seed(employees, random_state):
    """Fill an empty database with demo data; refuses one that has employees."""
    for table, count in seed_demo(employees, random_state).items():
        click.echo(f"{Change.table.show(table)}: {count}")


@main.command("serve")
@HOST
@PORT
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1))
def serve_panel(host, port, workers):
    """Serve the panel with a production server, and work large uploads off beside it."""
    db.close()
    serving.serve(host, port, workers)


@main.command()
@HOST
@PORT
@click.pass_context
def demo(context, host, port):
    """Migrate, seed an empty database, print the demo accounts and serve."""
    if read("KINERJA_ENV"):
        raise Refused(
            "demo membuat akun dengan sandi yang diumumkan; tidak dijalankan dengan KINERJA_ENV=production"
        )
    migrations.upgrade()
    if not Employee.select().exists():
        seed_demo()
    for role, username, password in demo_accounts():
        click.echo(f"{role:<12}{username:<18}{password}")
    click.echo(f"http://{host}:{port}")
    context.invoke(serve_panel, host=host, port=port)


@main.group(**USAGE)
def user():
    """Accounts."""


@user.command("add", options_metavar="[OPSI]")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([*User.role.labels]))
@IN_UNIT
@click.option("--nip", "person", type=RowByKey(Employee.nip, "NIP"), help="The employee whose account it is.")
@FROM_INPUT
@TEMPORARY
def add_user(name, role, unit, person, password_stdin, temporary):
    """Make an account; without --password-stdin its password is made and printed once."""
    if role == "supervisor" and unit is None:
        if person is None:
            raise Refused("Akun atasan memerlukan --unit atau --nip")
        unit = person.unit
    username = User.username.parse(name)
    if username is None or User.select().where(User.username == username).exists():
        raise Refused(f"Akun “{name}” sudah ada" if username else "Nama akun kosong")
    row = User(username=username, role=role, unit=unit, employee=person)
    row.renew(*read_password(password_stdin, temporary))
    audit.create([row], user=None)
    click.echo(f"{name}: dibuat", err=True)


@user.command("password", options_metavar="[OPSI]")
@click.argument("account", metavar="NAME", type=RowByKey(User.username, "Akun"))
@FROM_INPUT
@TEMPORARY
def set_password(account, password_stdin, temporary):
    """Give an account a new password and end its sessions."""
    before = audit.snapshot(account)
    account.renew(*read_password(password_stdin, temporary))
    audit.update(account, before, user=None)


def read_password(from_input, temporary):
    """(password, whether it must be changed): from standard input, or made and printed once."""
    from forms import SHORTEST, new_password, too_common

    if not from_input:
        password = new_password()
        click.echo(password)
        return password, True
    password = sys.stdin.readline().rstrip("\r\n")
    if len(password) < SHORTEST or too_common(password):
        raise Refused(f"Sandi paling sedikit {SHORTEST} huruf dan tidak mudah ditebak")
    return password, temporary


@main.command("template")
@OF_SHEET
@TO_FILE
@IN_PERIOD
@IN_UNIT
@AS_USER
def template_file(sheet, file, period, unit, user):
    """Write the workbook to fill in."""
    from excel.out.template import template

    if not file.lower().endswith(".xlsx"):
        raise Refused("Nama berkas templat harus berakhir .xlsx")
    with open(file, "wb") as out:
        template(sheet, out, Context(user, period), unit_code=unit and unit.code)


@main.command("import")
@OF_SHEET
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@IN_PERIOD
@AS_USER
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--partial", is_flag=True, help="Write the right rows, leave the wrong ones.")
@AS_JSON
def import_file(sheet, file, period, user, dry_run, partial):
    """Read a workbook (- from standard input) into a table: exit 0 applied, 1 rows in error or in conflict, 2 unreadable."""
    gc.disable()  # rows by the ten thousand, none of it garbage
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    with click.progressbar(length=100, file=sys.stderr, label="Impor", hidden=not sys.stderr.isatty()) as bar:
        context = Context(user, period, progress=lambda share: bar.update(int(100 * share) - bar.pos))
        plan, upload = apply_at_once(sheet, data, Path(file).name, context, partial, dry_run)
        context.progress(1)
    result = report(plan, upload)
    answer(
        result,
        *map("Baris {row}, kolom {column}: {message}".format_map, result["errors"]),
        *map("Peringatan: baris {row}, kolom {column}: {message}".format_map, result["warnings"]),
        "{rows} baris: {new} baru, {changed} berubah, {same} sama, {conflict} bentrok".format_map(result),
        f"Disimpan sebagai unggahan {upload.id}." if upload else "Tidak ada yang disimpan.",
        left=plan.unsettled and not partial,
    )


@main.command()
@click.option("--stay", is_flag=True, help="Wait for more when there is nothing to do.")
@click.option("--parent", type=int, hidden=True, help="End when this process has ended.")
def work(stay, parent):
    """Work large uploads off; `serve` starts this by itself, beside another server run it with --stay."""
    db.close()
    keep_working(stay, parent)


@main.command("export")
@OF_SHEET
@TO_FILE
@IN_PERIOD
@IN_UNIT
@AS_USER
def export_file(sheet, file, period, unit, user):
    """Write a sheet as .xlsx or .csv, told by the file's ending (- is .csv on standard output)."""
    from excel.out.export import export

    out, kind = (click.get_binary_stream("stdout"), "csv") if file == "-" else (file, None)
    count = export(sheet, out, kind=kind, user=user, period=period, unit_code=unit and unit.code)
    click.echo(f"{count} baris", err=True)


@main.command("compute")
@click.argument("period", type=PERIOD_CODE)
@IN_UNIT
@AS_JSON
def compute_period(period, unit):
    """Compute the ratings of a period."""
    outcome = compute(period, unit=unit)
    names = ("new", "changed", "same", "incomplete")
    result = {"period": period.code} | {name: getattr(outcome, name) for name in names}
    words = "{period}: {new} baru, {changed} berubah, {same} sama, {incomplete} belum dinilai"
    answer(result, words.format_map(result))


@main.command(hidden=True)
def moves():
    """Print the states and moves as the guide of IT has them."""
    click.echo(flows.described())


@main.command()
@click.argument("table", type=click.Choice(list(FLOW_OF)))
@click.argument("move")
@click.argument("keys", nargs=-1, required=True)
@AS_USER
@click.option("--reason", help="Why, where the move asks for it.")
@click.option("--set", "given", multiple=True, metavar="HEADER=VALUE", help="What else the move asks for.")
@AS_JSON
def move(table, move, keys, user, reason, given):
    """Move rows (by number) from one state to another: exit 0 all moved, 1 some left, 2 wrong usage."""
    flow = FLOW_OF[table]
    step = flow.by_name.get(move)
    if step is None:
        noun, known = Change.table.show(table), ", ".join(flow.by_name)
        raise Refused(f"{noun} tidak mengenal langkah “{move}”; pilih: {known}")
    if reason is not None:
        given = (*given, f"{Rating.reason.verbose_name}={reason}")
    asked = given_values(flow, step, user, given)
    ids = {row_number(key) for key in keys} - {None}
    rows = list(access.scoped(flow.model, user).where(among(flow.model.id, ids)))
    taken = flows.take(rows, step, user, asked)
    lost, words = set(keys) - {str(row.id) for row in rows}, "tidak ditemukan di antara yang Anda kelola"
    left = [{"key": key, "message": words} for key in keys if key in lost]
    left += [{"key": str(row.id), "message": str(why)} for row, why in taken.left]
    result = {"table": table, "move": move, "moved": len(taken.rows), "left": left}
    lines = map("{key}: {message}".format_map, left)
    answer(result, f"{len(taken.rows)} dipindahkan", *lines, left=left)


def given_values(flow, step, user, given):
    """{field name: value} of HEADER=VALUE texts, read as a workbook's cells are."""
    offered = [f for f in flow.model.spoken() if f.name in (*flow.own, *step.offers)]
    fields, found = {compare_key(f.verbose_name): f for f in offered}, {}
    for text in given:
        header, separator, value = text.partition("=")
        field = fields.get(compare_key(header))
        if not separator or field is None:
            headers = ", ".join(f.verbose_name for f in offered)
            raise Refused(f"--set {text}: tulis KOLOM=NILAI; kolomnya: {headers}")
        if field.said_as == "reference":
            named = RowByKey(field.rel_model.natural_key(), field.verbose_name, user)
            found[field.name] = named.convert(value).id
        else:
            found[field.name] = field.parse(value)
    return found


@main.command("undo")
@click.argument("upload", type=RowByKey(Upload.id, "Unggahan"))
@AS_JSON
def undo_upload(upload):
    """Take one upload back; rows changed since are kept and named."""
    rests = rests_on(upload)
    undone, kept = undo(upload, None)
    lines = [*(f"Dibiarkan: {label}" for label in kept), *(f"Dasarnya berubah: {label}" for label in rests)]
    result = {"upload": upload.id, "undone": undone, "kept": len(kept)}
    answer(result, f"{undone} baris dikembalikan", *lines)
