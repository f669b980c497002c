"""Every declared move, walked: who may, what it asks, stamps and entails, by every door."""

import json
from dataclasses import replace
from datetime import date

import pytest
from click.testing import CliRunner
from peewee import DateField, ForeignKeyField

import access
import audit
import commands
import flows
from capabilities import SHEETS
from database import db, write
from excel.check.validate import Context, may_import
from excel.write.apply import apply_at_once, undo
from fields import Choice, Whole, YesNo
from flows import FLOWS, take
from models import (
    Award,
    Change,
    Complaint,
    ComplaintEvent,
    Employee,
    Objection,
    Period,
    Rating,
    Training,
    Upload,
)
from tests.cast import World, dump
from tests.make import (
    make_complaint,
    make_employee,
    make_period,
    make_rating,
    make_user,
    xlsx,
)

MOVES = [
    pytest.param(model, move, id=f"{model.__name__}-{move.name}")
    for model, flow in FLOWS.items()
    for move in flow.moves
]
MODELS = pytest.mark.parametrize("model", FLOWS, ids=lambda model: model.__name__)
EACH = pytest.mark.parametrize(("model", "move"), MOVES)
DESK = {"admin", "hr"}
# Who moves a row of her own besides the desk; what is not named here is the desk's alone.
MAY = {
    (Rating, "supervisor"): {"confirm", "unconfirm", "finalise", "deliver"},  # its rater, in tests.world
    (Rating, "employee"): {"acknowledge", "object"},
    (Complaint, "officer"): {"start", "ask", "answer"},
}
ON = date(2026, 11, 2)


def may(role, model, move):
    return role in DESK or move.name in MAY.get((model, role), ())


def stamped(move):
    """The fields that get the day of the move."""
    return [name for name, value in move.sets.items() if value is flows.the_day]


def cleared(move):
    return [name for name, value in move.sets.items() if value is None]


# ------------------------------------------------------------------ rows, accounts and what is asked


@pytest.fixture
def world(rows):
    return World()


@pytest.fixture
def run(rows, database_url, tmp_path, monkeypatch):
    """run(...) -> (exit code, standard output) of the command line on this test's database."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("KINERJA_INSTANCE", str(tmp_path))

    def call(*args):
        answer = CliRunner().invoke(commands.main, [str(arg) for arg in args])
        if answer.exception and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        db.connect(reuse_if_open=True)
        return answer.exit_code, answer.stdout

    return call


def ready(model, move, rows):
    """The row of one side of the world, in a state from which the move starts."""
    row = rows.get(model) or make_period("2026-TW1", starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31))
    values = {FLOWS[model].state.name: move.start[0]}
    if model is Complaint and move.name == "close":
        values["response"] = "Sudah dijawab."
    if move.start[0] != "objected" and model is Rating:
        Objection.delete().where(Objection.rating == row).execute()
    if model is Award and "granted_on" in move.asks:
        values |= {"decree_no": None}
    model.update(values).where(model.id == row.id).execute()
    return model.get_by_id(row.id)


def sample(field, world):
    """A value that a field of this kind takes."""
    if isinstance(field, ForeignKeyField):
        return world.own[field.rel_model].id
    if isinstance(field, Choice):
        return next(iter(field.labels))
    if isinstance(field, DateField):
        return date(2026, 10, 1)
    if isinstance(field, YesNo):
        return True
    return 3 if isinstance(field, Whole) else "Menurut berita acara"


def wanted(model, move, row, user, world):
    """{field: value} of all that the move asks of this account for this row."""
    return {name: sample(model._meta.fields[name], world) for name in move.asked([row], user)}


def typed(model, values):
    """The same as a form sends it."""
    return {name: getattr(value, "isoformat", lambda v=value: v)() for name, value in values.items()}


def told(model, values):
    """The same as HEADER=VALUE of the command line."""
    pairs = []
    for name, value in values.items():
        field = model._meta.fields[name]
        if isinstance(field, ForeignKeyField):
            row = field.rel_model.get_by_id(value)
            pairs += ["--set", f"{field.verbose_name}={getattr(row, field.rel_model.natural_key().name)}"]
        else:
            pairs += ["--set", f"{field.verbose_name}={field.show(value)}"]
    return pairs


def stands(row):
    """A row as it stands, with everything."""
    return type(row).select().where(type(row).id == row.id).dicts().get()


def address(model, move):
    return f"/admin/{model._meta.table_name}/move/{move.name}/"


# ------------------------------------------------------------------ the declarations


@MODELS
def test_every_state_is_reachable_and_every_move_starts_at_one(model):
    flow = FLOWS[model]
    states, found = set(flow.state.labels), {flow.initial}
    for _ in states:
        found |= {move.end for move in flow.moves if found & set(move.start)}
    assert found == states
    assert flow.state.default == flow.initial
    assert all(set(move.start) <= states for move in flow.moves)
    assert len(flow.by_name) == len(flow.moves)


@EACH
def test_every_name_is_a_field_and_every_verb_stands_in_the_access_line(model, move):
    fields = {field.name for field in model.spoken()}
    assert {*move.asks, *move.offers, *move.sets} <= fields
    assert move.verb in access.TABLES[model].verbs
    assert all(model._meta.fields[name].null for name in cleared(move))
    assert all(isinstance(model._meta.fields[name], DateField) for name in stamped(move))


@MODELS
def test_only_what_is_for_people_moves(model):
    assert hasattr(model, "version"), "a state that moves is locked by its version"


# ------------------------------------------------------------------ who may


@pytest.mark.parametrize("role", access.ROLES)
@EACH
def test_who_may_moves_her_own_row_and_nobody_else_does(model, move, role, world, run, sign_in, post):
    """One's own row by each door: function, form and command agree with the table above."""
    user, row = world.account(role), ready(model, move, world.own)
    values = wanted(model, move, row, user, world)
    before = dump()
    if may(role, model, move):
        assert [r.id for r in take([row], move, user, values, ON).rows] == [row.id]
        return
    left = take([row], move, user, values, ON).left
    assert [(r.id, str(why)) for r, why in left] == [(row.id, "bukan wewenang akun Anda")]
    answer = post(sign_in(user), address(model, move), {"rowid": row.id, **typed(model, values)})
    if access.may(user, "read", model) and flows.may_move(move, model, user):  # of other rows, perhaps
        assert "bukan wewenang akun Anda" in answer.get_data(as_text=True)
    else:
        assert answer.status_code == 403
    code, out = run("move", model._meta.table_name, move.name, row.id, "--user", user.username,
                    *told(model, values), "--json")  # fmt: skip
    assert code in (1, 2), out
    assert dump() == before


@pytest.mark.parametrize("role", ["supervisor", "officer", "employee"])
@EACH
def test_nobody_moves_a_foreign_row_by_any_door(model, move, role, world, run, sign_in, post):
    if model not in world.foreign:
        user, moves = world.account(role), FLOWS[model].moves
        assert not any(flows.may_move(move, model, user) for move in moves), (
            "a table of nobody is the desk's to move"
        )
        return
    user, row = world.account(role), ready(model, move, world.foreign)
    values, before = wanted(model, move, row, user, world), dump()
    assert take([row], move, user, values).rows == []
    client = sign_in(user)
    for url in (address(model, move), f"/admin/{model._meta.table_name}/action/"):
        fields = {"rowid": row.id, "action": move.name, **typed(model, values)}
        answer = post(client, url, fields)
        refused = answer.status_code == 403
        assert refused or (url.endswith("/action/") and answer.status_code == 302), url
    code, out = run("move", model._meta.table_name, move.name, row.id, "--user", user.username,
                    *told(model, values), "--json")  # fmt: skip
    answer = json.loads(out)
    assert code in (1, 2)
    assert code == 2 or answer["left"] == [
        {"key": str(row.id), "message": "tidak ditemukan di antara yang Anda kelola"}
    ]
    assert dump() == before


def test_an_account_without_a_person_moves_for_the_raters_of_its_unit(world):
    office = make_user("supervisor", unit=world.dinas)
    mine, theirs = world.own[Rating], world.foreign[Rating]
    taken = take([mine, theirs], FLOWS[Rating].by_name["confirm"], office)
    assert ([r.id for r in taken.rows], [r.id for r, _ in taken.left]) == ([mine.id], [theirs.id])


def test_the_raters_superior_decides_an_objection_and_the_rater_does_not(world):
    chief = make_employee(unit=world.dinas)
    Employee.update(supervisor=chief).where(Employee.id == world.boss.id).execute()
    move = FLOWS[Rating].by_name["uphold"]
    row = ready(Rating, move, world.own)
    rater, above = world.account("supervisor"), make_user("supervisor", unit=world.dinas, employee=chief)
    assert take([row], move, rater, {"reason": "Tetap"}).rows == []
    assert take([row], move, above, {"reason": "Tetap"}).rows == [row]
    found = Objection.get(Objection.rating == row)
    assert (found.decision, found.decided_on) == ("upheld", flows.today())


def test_the_desk_says_why_it_confirms_in_the_raters_place(world):
    move, row = FLOWS[Rating].by_name["confirm"], world.own[Rating]
    with pytest.raises(flows.Missing, match="Alasan"):
        take([row], move, make_user("hr"))
    assert take([row], move, make_user("hr"), {"reason": "Penilai cuti"}).rows
    assert Rating.get_by_id(row.id).reason == "Penilai cuti"


def test_an_officer_of_all_units_does_what_the_desk_does_with_complaints(world):
    officer = make_user("officer")
    for move in FLOWS[Complaint].moves:
        row = ready(Complaint, move, world.own)
        assert take([row], move, officer, wanted(Complaint, move, row, officer, world)).rows, move.name


# ------------------------------------------------------------------ what a move writes


@EACH
def test_a_move_writes_its_state_its_stamps_and_its_name_in_the_trail(model, move, world):
    user, row = make_user("hr"), ready(model, move, world.own)
    values = wanted(model, move, row, user, world)
    taken = take([row], move, user, values, ON)
    stored, flow = model.get_by_id(row.id), FLOWS[model]
    assert [r.id for r in taken.rows] == [row.id]
    assert getattr(stored, flow.state.name) == move.end
    assert {getattr(stored, name) for name in stamped(move)} <= {ON}
    assert {name: stored.__data__[name] for name in values} == values
    assert all(getattr(stored, name) is None for name in cleared(move))
    assert all(getattr(stored, name) is not None for name in {*move.sets} - {*cleared(move)})
    line = Change.get((Change.table == model._meta.table_name) & (Change.action == "update"))
    assert (line.key, line.move, line.user_id) == (row.id, move.name, user.id)
    before, after = json.loads(line.before), json.loads(line.after)
    assert (before[flow.state.name], after[flow.state.name]) == (move.start[0], move.end)
    assert (stored.version, after["version"]) == (row.version + 1, row.version + 1)


@EACH
def test_what_follows_is_in_the_same_transaction(model, move, world, monkeypatch):
    """A failure after everything was written leaves every table as it was."""
    user, row = make_user("hr"), ready(model, move, world.own)
    values, before = wanted(model, move, row, user, world), dump()

    def follows_and_fails(taken):
        if move.then:
            move.then(taken)
        assert dump() != before
        raise RuntimeError("afterwards")

    with pytest.raises(RuntimeError, match="afterwards"):
        take([row], replace(move, then=follows_and_fails), user, values, ON)
    assert dump() == before
    write_lines = audit.log_many

    def writes_and_fails(*args, **kwargs):
        write_lines(*args, **kwargs)
        raise RuntimeError("in the trail")

    monkeypatch.setattr(audit, "log_many", writes_and_fails)
    with pytest.raises(RuntimeError, match="in the trail"):
        take([row], move, user, values, ON)
    assert dump() == before


@pytest.mark.parametrize("move", FLOWS[Complaint].moves, ids=lambda move: move.name)
def test_each_step_of_a_complaint_is_told_to_its_reporter(move, world):
    user, row = make_user("hr"), ready(Complaint, move, world.own)
    told_before = ComplaintEvent.select().count()
    values = wanted(Complaint, move, row, user, world)
    take([row], move, user, values)
    event = ComplaintEvent.select().order_by(ComplaintEvent.id.desc()).get()
    assert ComplaintEvent.select().count() == told_before + 1
    assert (event.complaint_id, event.state) == (row.id, move.end)
    assert event.text
    if {"reason", "response"} & set(move.asks):
        assert event.text in values.values()


def test_an_objection_is_filed_with_its_day_and_its_due_date(world):
    move = FLOWS[Rating].by_name["object"]
    row = ready(Rating, move, world.own)
    take([row], move, world.account("employee"), {"reason": "Tidak sesuai"}, ON)
    found = Objection.get(Objection.rating == row)
    assert (found.filed_on, found.reason) == (ON, "Tidak sesuai")
    assert found.due_on > ON


def test_a_decision_that_changes_levels_changes_the_predikat(world):
    move = FLOWS[Rating].by_name["change"]
    row = ready(Rating, move, world.own)
    asked = {"work_level": "ABOVE", "behaviour_level": "BELOW", "reason": "Bukti baru"}
    take([row], move, make_user("hr"), asked, ON)
    stored, found = Rating.get_by_id(row.id), Objection.get(Objection.rating == row)
    assert (stored.predicate, found.decision, found.decided_on) == ("POOR", "changed", ON)


def test_no_way_to_selesai_without_an_answer(world):
    move = FLOWS[Complaint].by_name["close"]
    row = ready(Complaint, move, world.own)
    Complaint.update(response=None).where(Complaint.id == row.id).execute()
    left = take([row], move, make_user("hr")).left
    assert [str(why) for _, why in left] == ["belum ada tanggapan"]


def test_a_period_is_closed_with_a_reason_where_anything_is_not_final(world):
    move, period = FLOWS[Period].by_name["close"], world.period
    facts = {str(words): number for words, number in move.facts([period], None)}
    assert (facts["Masih usulan"], facts["Belum mempunyai predikat"]) == (2, 3)
    with pytest.raises(flows.Missing):
        take([period], move, make_user("hr"))
    Rating.update(state="final").execute()
    Employee.update(active=False).where(
        Employee.id.not_in(Rating.select(Rating.employee).where(Rating.period == period))
    ).execute()
    assert take([period], move, make_user("hr")).rows


@pytest.mark.parametrize("name", ["deliver", "acknowledge", "object", "uphold", "confirm", "finalise"])
def test_a_closed_period_stops_what_is_judged_and_not_what_is_signed(name, world):
    move = FLOWS[Rating].by_name[name]
    row, user = ready(Rating, move, world.own), make_user("hr")
    values = wanted(Rating, move, row, user, world)
    Period.update(state="closed").execute()
    taken = take([row], move, user, values)
    assert bool(taken.rows) == move.after_close == (name not in ("confirm", "finalise"))
    assert [str(why) for _, why in taken.left] == ["periodenya sudah ditutup"] * (not taken.rows)


@EACH
def test_a_row_in_another_state_is_left_and_said(model, move, world):
    row = ready(model, move, world.own)
    flow = FLOWS[model]
    other = next((code for code in flow.state.labels if code not in move.start), None)
    model.update({flow.state.name: other}).where(model.id == row.id).execute()
    left = take([row], move, None, wanted(model, move, row, None, world)).left
    assert [str(why) for _, why in left] == [f"berstatus {flow.state.labels[other]}"]


# ------------------------------------------------------------------ forms


@EACH
def test_the_page_asks_for_what_the_move_needs_and_writes_nothing_without(model, move, world, sign_in, post):
    user, row = make_user("hr"), ready(model, move, world.own)
    client, values = sign_in(user), wanted(model, move, row, user, world)
    asked = post(client, f"/admin/{model._meta.table_name}/action/", {"action": move.name, "rowid": row.id})
    page = asked.get_data(as_text=True)
    assert asked.status_code == 200
    for name in (*values, *move.offers):
        assert f'name="{name}"' in page, name
    before = dump()
    for name in values:
        given = typed(model, {**values, name: ""})
        page = post(client, address(model, move), {"rowid": row.id, **given}).get_data(as_text=True)
        assert f'id="{name}-error"' in page or "Isian ini wajib diisi." in page, name
        assert dump() == before
    answer = post(client, address(model, move), {"rowid": row.id, **typed(model, values)})
    assert answer.status_code == 302
    assert stands(row)[FLOWS[model].state.name] == move.end


@MODELS
def test_state_stamps_and_what_is_asked_are_in_no_form_and_ignored_when_posted(
    model, app, world, sign_in, post
):
    view = next(v for v in app.extensions["admin"][0]._views if getattr(v, "model", None) is model)
    flow, client = FLOWS[model], sign_in(role="hr")
    assert not set(view.form_columns) & flow.own
    row = ready(model, flow.moves[0], world.own)
    edit = f"/admin/{model._meta.table_name}/edit/?id={row.id}"
    page = client.get(edit).get_data(as_text=True)
    assert all(f'name="{name}"' not in page for name in flow.own)
    fields = {
        name: int(v) if isinstance(v, bool) else v
        for name in view.form_columns
        if (v := row.__data__[name]) is not None
    }
    stray = {name: sample(model._meta.fields[name], world) for name in flow.own}
    stray |= {flow.state.name: flow.moves[0].end, "version": row.version}
    before = stands(row)
    assert post(client, edit, {**stray, **fields}).status_code == 302
    after = stands(row)
    assert {name: after[name] for name in flow.own} == {name: before[name] for name in flow.own}


@pytest.mark.parametrize(
    ("model", "fields", "state"),
    [
        (Award, {"kind": "400", "title": "Piagam"}, "proposed"),
        (Training, {"kind": "4", "title": "Bimtek", "starts_on": "2026-03-02", "hours": "8"}, "done"),
        (Training, {"kind": "4", "title": "Bimtek", "starts_on": "2099-03-02", "hours": "8"}, "planned"),
        (Complaint, {"received_on": "2026-03-02", "channel": "desk", "classification": "complaint",
                     "subject": "Antre", "body": "Lama"}, "received"),
        (Period, {"code": "2027", "name": "Tahun 2027", "kind": "annual", "starts_on": "2027-01-01",
                  "ends_on": "2027-12-31"}, "open"),
    ],
)  # fmt: skip
def test_a_new_row_of_a_form_begins_at_its_first_state(model, fields, state, world, sign_in, post):
    last = max([row.id for row in model], default=0)
    stray = {FLOWS[model].state.name: FLOWS[model].moves[0].end}
    person = {"employee": world.own[Employee].id} if model in (Award, Training) else {}
    answer = post(sign_in(role="hr"), f"/admin/{model._meta.table_name}/new/", fields | stray | person)
    assert answer.status_code == 302
    made = model.get(model.id > last)
    assert getattr(made, FLOWS[model].state.name) == state
    assert all(getattr(made, name) is None for move in FLOWS[model].moves for name in stamped(move))


def test_an_unknown_move_has_no_page(world, sign_in, post):
    client = sign_in(role="hr")
    assert post(client, "/admin/award/move/nonsense/", {"rowid": 1}).status_code == 404
    assert post(client, "/admin/employee/move/close/", {"rowid": 1}).status_code == 404


# ------------------------------------------------------------------ the command


@EACH
def test_the_command_asks_for_what_the_move_needs(model, move, world, run):
    row = ready(model, move, world.own)
    values = wanted(model, move, row, None, world)
    head = ("move", model._meta.table_name, move.name)
    before = dump()
    for name in values:
        code, out = run(*head, row.id, *told(model, {k: v for k, v in values.items() if k != name}), "--json")
        header = model._meta.fields[name].verbose_name
        assert (code, json.loads(out)) == (2, {"error": f"isi dahulu: {header}"})
        assert out.count("\n") == 1
    assert dump() == before
    code, out = run(*head, row.id, *told(model, values), "--json")
    moved = {"table": model._meta.table_name, "move": move.name, "moved": 1, "left": []}
    assert (code, json.loads(out)) == (0, moved)
    assert stands(row)[FLOWS[model].state.name] == move.end


def test_a_missing_answer_is_wrong_usage_whatever_became_of_the_rows(world, run):
    done = make_rating(make_employee(unit=world.dinas), world.period, rater=world.boss, state="final")
    assert run("move", "rating", "unconfirm", done.id, "--reason", "keliru")[0] == 1
    assert run("move", "rating", "unconfirm", done.id) == (2, "")


def test_the_command_tells_who_was_left_and_why(world, run):
    mine, foreign = world.own[Rating], world.foreign[Rating]
    done = make_rating(make_employee(unit=world.dinas), world.period, rater=world.boss, state="final")
    user = world.account("supervisor")
    keys = (mine.id, foreign.id, 999, "x", 10**30, done.id)
    code, out = run("move", "rating", "confirm", *keys, "--user", user.username, "--json")
    nowhere = "tidak ditemukan di antara yang Anda kelola"
    assert (code, json.loads(out)) == (1, {
        "table": "rating", "move": "confirm", "moved": 1,
        "left": [{"key": str(key), "message": nowhere} for key in (foreign.id, 999, "x", 10**30)]
        + [{"key": str(done.id), "message": "berstatus Final"}],
    })  # fmt: skip
    code, out = run("move", "rating", "confirm", mine.id, "--user", user.username)
    assert (code, out) == (1, f"0 dipindahkan\n{mine.id}: berstatus Dikonfirmasi\n")


@pytest.mark.parametrize("args", [
    ("move", "rating", "nonsense", 1), ("move", "nonsense", "confirm", 1), ("move", "rating", "confirm"),
    ("move", "award", "decline", 1), ("move", "award", "decline", 1, "--reason", ""),
    ("move", "award", "decline", 1, "--set", "Alasan"), ("move", "award", "decline", 1, "--set", "Judul=x"),
    ("move", "award", "grant", 1, "--set", "Tanggal SK=kemarin", "--set", "Nomor SK=1"),
    ("move", "award", "decline", 1, "--reason", "x", "--user", "nobody"),
])  # fmt: skip
def test_wrong_usage_ends_with_two_and_writes_nothing(args, world, run):
    before = dump()
    code, out = run(*args, "--json")
    assert (code, list(json.loads(out))) == (2, ["error"])
    assert dump() == before


# ------------------------------------------------------------------ workbooks

IMPORTED = [
    param for param in MOVES if any(s.model is param.values[0] and s.imports for s in SHEETS.values())
]


def line_of(model, row, move, values):
    """(header, cells) by which a file asks for a move of a stored row."""
    sheet = next(sheet for sheet in SHEETS.values() if sheet.model is model)
    names = [c.name for c in sheet.by_name.values() if c.name in sheet.key or c.needed]
    names = dict.fromkeys([*names, *values, FLOWS[model].state.name])
    given = {**row.__data__, **values, FLOWS[model].state.name: move.end}
    columns = [sheet.by_name[name] for name in names]
    return [c.header for c in columns], [cell_of(c, given[c.name]) for c in columns]


def cell_of(column, value):
    if column.reference and value is not None:
        value = getattr(column.reference.rel_model.get_by_id(value), column.field.name)
    return value if isinstance(value, date) else column.field.show(value)


def bring(model, head, *lines, user=None, **options):
    sheet = next(sheet for sheet in SHEETS.values() if sheet.model is model)
    return apply_at_once(sheet, xlsx(head, *lines), "uji.xlsx", Context(user), **options)


@pytest.mark.parametrize(("model", "move"), IMPORTED)
def test_a_workbook_moves_a_state_as_its_account_may(model, move, world):
    row, user = ready(model, move, world.own), make_user("hr")
    values = wanted(model, move, row, user, world)
    plan, upload = bring(model, *line_of(model, row, move, values), user=user)
    assert [str(problem) for problem in plan.errors] == []
    stored = model.get_by_id(row.id)
    assert getattr(stored, FLOWS[model].state.name) == move.end
    assert all(getattr(stored, name) is not None for name in {*move.sets} - {*cleared(move)})
    line = Change.get((Change.upload == upload.id) & (Change.table == model._meta.table_name))
    assert (line.move, line.key) == (move.name, row.id)


@pytest.mark.parametrize(("model", "move"), IMPORTED)
def test_what_is_asked_for_is_required_in_a_workbook_at_its_cell(model, move, world):
    row, user = ready(model, move, world.own), make_user("hr")
    values, before = wanted(model, move, row, user, world), dump()
    state = FLOWS[model].state.verbose_name
    for name in values:
        less = {key: value for key, value in values.items() if key != name}
        plan, upload = bring(model, *line_of(model, row, move, less), user=user)
        header = model._meta.fields[name].verbose_name
        place = header if (model, name) == (Award, "granted_on") else state  # a key's column is always there
        assert [(p.row, p.column, p.message) for p in plan.errors] == [(2, place, f"isi dahulu: {header}")]
        assert plan.errors[0].cell
        assert (upload, dump()) == (None, before)


@pytest.mark.parametrize(("model", "move"), IMPORTED)
def test_taking_an_upload_back_restores_state_stamps_and_events(model, move, world):
    row, user = ready(model, move, world.own), make_user("hr")
    before, values = stands(row), wanted(model, move, row, user, world)
    told_before = sorted(ComplaintEvent.select().tuples())
    _, upload = bring(model, *line_of(model, row, move, values), user=user)
    assert stands(row) != before
    assert undo(Upload.get_by_id(upload.id), user) == (1, [])
    moving = {"version", "updated_at"}
    after = stands(row)
    assert {k: v for k, v in after.items() if k not in moving} == {
        k: v for k, v in before.items() if k not in moving
    }
    assert sorted(ComplaintEvent.select().tuples()) == told_before


@pytest.mark.parametrize(("model", "move"), IMPORTED)
def test_a_workbook_does_not_move_from_another_state(model, move, world):
    row, user, flow = ready(model, move, world.own), make_user("hr"), FLOWS[model]
    leading = {code for step in flow.moves if step.end == move.end for code in step.start}
    others = [code for code in flow.state.labels if code not in leading and code != move.end]
    if not others:
        return  # every state leads there
    model.update({flow.state.name: others[0]}).where(model.id == row.id).execute()
    before = dump()
    plan, _ = bring(model, *line_of(model, row, move, wanted(model, move, row, user, world)), user=user)
    words = f"dari {flow.state.labels[others[0]]} tidak dapat menjadi {flow.state.labels[move.end]}"
    assert [(p.column, p.message) for p in plan.errors] == [(flow.state.verbose_name, words)]
    assert dump() == before


AWARD = ("NIP", "Jenis", "Judul", "Tanggal SK", "Nomor SK", "Status")
TRAINING = ("NIP", "Judul", "Jenis", "Mulai", "Selesai", "Status")
COMPLAINT = ("Nomor Tiket", "Tanggal Diterima", "Perihal", "Uraian", "Status", "Tanggapan")


@pytest.mark.parametrize(("model", "head", "cells", "found"), [
    (Award, AWARD, ("400", "Baru", date(2026, 5, 1), "SK-1", ""), "granted"),
    (Award, AWARD, ("400", "Baru", date(2026, 5, 1), "", ""), "proposed"),
    (Award, AWARD, ("400", "Baru", "", "", ""), "proposed"),
    (Award, AWARD, ("400", "Baru", "", "", "Diberikan"), "Diberikan memerlukan Nomor SK, Tanggal SK"),
    (Award, AWARD, ("400", "Baru", "", "", "Ditolak"), "Ditolak memerlukan Alasan"),
    (Training, TRAINING, ("Baru", "4", date(2026, 3, 1), date(2026, 3, 2), ""), "done"),
    (Training, TRAINING, ("Baru", "4", date(2099, 3, 1), date(2099, 3, 2), ""), "planned"),
    (Training, TRAINING, ("Baru", "4", date(2026, 3, 1), date(2026, 3, 2), "Diusulkan"), "proposed"),
    (Training, TRAINING, ("Baru", "4", date(2026, 3, 1), date(2026, 3, 2), "Ditolak"), "Ditolak memerlukan Alasan"),
    (Complaint, COMPLAINT, (date(2026, 3, 1), "Antre", "Lama", "", ""), "received"),
    (Complaint, COMPLAINT, (date(2026, 3, 1), "Antre", "Lama", "Selesai", "Sudah"), "closed"),
    (Complaint, COMPLAINT, (date(2026, 3, 1), "Antre", "Lama", "Selesai", ""), "Selesai memerlukan Tanggapan"),
])  # fmt: skip
def test_the_desk_brings_history_that_its_columns_bear_out(model, head, cells, found, world):
    key = "ADU-2020-00001" if model is Complaint else world.own[Employee].nip
    last, state = max([row.id for row in model], default=0), FLOWS[model].state
    plan, upload = bring(model, head, (key, *cells), user=make_user("hr"))
    if found in state.labels:
        assert getattr(model.get(model.id > last), state.name) == found
    else:
        assert [(p.cell, p.message) for p in plan.errors] == [
            ("F2" if model is not Complaint else "E2", found)
        ]
        assert (upload, model.select().where(model.id > last).count()) == (None, 0)


def test_a_complaint_of_the_past_begins_with_a_step_its_reporter_may_read(world):
    line = ("ADU-2020-00001", date(2020, 3, 1), "Antre", "Lama", "Selesai", "Sudah kami perbaiki")
    bring(Complaint, COMPLAINT, line, user=make_user("hr"))
    row = Complaint.get(Complaint.ticket == "ADU-2020-00001")
    event = ComplaintEvent.get(ComplaintEvent.complaint == row)
    assert (event.state, event.text, event.at.date()) == ("closed", "Sudah kami perbaiki", date(2020, 3, 1))


def test_a_decree_for_a_proposal_grants_that_proposal(world):
    row = ready(Award, FLOWS[Award].by_name["grant"], world.own)
    line = (row.employee.nip, "400", row.title, date(2026, 5, 1), "SK-9")
    before = Award.select().count()
    plan, _ = bring(Award, AWARD[:-1], line, user=make_user("hr"))
    stored = Award.get_by_id(row.id)
    assert (plan.errors, Award.select().count()) == ([], before)
    assert (stored.state, stored.granted_on, stored.decree_no) == ("granted", date(2026, 5, 1), "SK-9")
    assert Change.get(Change.table == "award").move == "grant"


def test_half_a_decree_for_a_proposal_is_an_error_at_its_cell(world):
    row = ready(Award, FLOWS[Award].by_name["grant"], world.own)
    user, line = make_user("hr"), (row.employee.nip, "400", row.title, "", "SK-9")
    before = dump()
    plan, _ = bring(Award, AWARD[:-1], line, user=user)
    assert [(p.cell, p.message) for p in plan.errors] == [("D2", "isi dahulu: Tanggal SK")]
    assert dump() == before


@MODELS
def test_an_account_that_may_not_upload_brings_no_state(model, world):
    sheet = next((s for s in SHEETS.values() if s.model is model), None)
    if sheet is None:
        return
    for role in access.ROLES:
        user = world.account(role)
        if not sheet.imports or not access.may(user, "upload", model):
            with pytest.raises(access.Denied):
                may_import(sheet, user)
        else:
            assert role in DESK


# ------------------------------------------------------------------ many at once


@pytest.fixture
def statements(monkeypatch):
    """How many statements a call takes."""

    def count(work):
        seen = []
        plain = db.obj.cursor  # each statement has its own
        monkeypatch.setattr(db.obj, "cursor", lambda *a, **k: (seen.append(a), plain(*a, **k))[1])
        work()
        monkeypatch.setattr(db.obj, "cursor", plain)
        return len(seen)

    return count


def crowd(count, head, period):
    first = make_employee(unit=head.unit).id
    people = [Employee(nip=f"{first:09d}{n:09d}", name=f"P{n}", unit=head.unit) for n in range(count)]
    with write():
        audit.create(people, user=None)
        ratings = [
            Rating(employee=p, unit=head.unit, period=period, rater=head, work_level="MEETS",
                   behaviour_level="MEETS", predicate="GOOD") for p in people
        ]  # fmt: skip
        audit.create(ratings, user=None)
    return ratings


def test_its_statements_do_not_grow_with_the_rows(world, statements):
    user, move = world.account("supervisor"), FLOWS[Rating].by_name["confirm"]
    few, many = crowd(30, world.boss, world.period), crowd(300, world.boss, world.period)
    counts = [statements(lambda rows=rows: take(rows, move, user)) for rows in (few, many)]
    assert counts[0] == counts[1] <= 12
    assert Rating.select().where(Rating.state == "confirmed").count() == 330


def test_the_statements_of_a_complaints_step_do_not_grow_with_the_rows(rows, statements):
    move, user = FLOWS[Complaint].by_name["verify"], make_user("hr")
    few, many = ([make_complaint() for _ in range(count)] for count in (30, 300))
    counts = [statements(lambda rows=rows: take(rows, move, user)) for rows in (few, many)]
    assert counts[0] == counts[1]
    assert ComplaintEvent.select().count() == 330


def test_ten_thousand_ratings_are_confirmed_in_one_transaction(world):
    people = crowd(10_000, world.boss, world.period)
    lines = Change.select().count()
    taken = take(people, FLOWS[Rating].by_name["confirm"], world.account("supervisor"))
    assert (len(taken.rows), taken.left) == (10_000, [])
    assert Rating.select().where(Rating.state == "confirmed").count() == 10_000
    assert Change.select().count() == lines + 10_000


def test_a_row_that_somebody_else_moved_meanwhile_is_left(world):
    row = world.own[Rating]
    take([row], FLOWS[Rating].by_name["confirm"], None)
    left = take([row], FLOWS[Rating].by_name["confirm"], None).left  # the same stale row
    assert [str(why) for _, why in left] == ["berstatus Dikonfirmasi"]
