"""What holds for every file: twice is once, undone is untouched, exported is the same, all or nothing."""

from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from capabilities.assessments import ASSESSMENTS
from capabilities.people import EMPLOYEES, UNITS
from capabilities.trainings import TRAININGS
from database import db
from excel.check.validate import Context
from excel.out.export import export
from excel.read.edits import Edits
from excel.write.apply import apply, apply_at_once as run, undo
from excel.write.uploads import revise, store
from models import MODELS, Change, Employee, Upload
from tests.cast import Cast
from tests.make import nip, xlsx

SCORES = st.one_of(
    st.none(), st.integers(-1, 121), st.sampled_from(["87,5", "90.25", "x", "HAPUS", "", 55.5, True])
)
LEVELS = st.sampled_from([None, "Diatas Ekspektasi", "sesuai", "BE", "Diatas Espetasi", "HAPUS", 1])
TEXTS = st.one_of(st.none(), st.text(max_size=30), st.sampled_from(["=1+1", "HAPUS", "'x", " a\u00a0b "]))
DAYS = st.sampled_from(["02-03-2026", "2026-03-02", "2 Maret 2026", "31-02-2026", None])
PEOPLE = st.sampled_from(["ani", "budi", "boss", "stranger", "nobody"])
FILES = st.one_of(
    st.tuples(st.just("assessments"), st.lists(st.tuples(
        PEOPLE, st.sampled_from([None, "Atasan", "Rekan", "Diri"]), SCORES, SCORES, LEVELS, LEVELS, TEXTS), min_size=1, max_size=8)),
    st.tuples(st.just("trainings"), st.lists(st.tuples(PEOPLE, TEXTS, st.sampled_from(["4", "Bimtek", "x"]), DAYS, SCORES),
                                             min_size=1, max_size=8)),
    st.tuples(st.just("units"), st.lists(st.tuples(
        st.sampled_from("ABCDE"), TEXTS, st.sampled_from(["Dinas", "Kerajaan", None]), st.sampled_from([None, *"ABCDE"])),
        min_size=1, max_size=6)),
    st.tuples(st.just("employees"), st.lists(st.tuples(
        st.sampled_from([nip(n) for n in range(7000, 7004)]), TEXTS, st.sampled_from(["PKM", "DINKES", "ENTAH"]),
        st.sampled_from([None, *[nip(n) for n in range(7000, 7004)]])), min_size=1, max_size=5)),
)  # fmt: skip
HEADERS = {
    "assessments": ("NIP", "Sumber", "Skor Hasil Kerja", "Skor Perilaku", "Rating Hasil Kerja", "Rating Perilaku", "Catatan"),
    "trainings": ("NIP", "Judul", "Jenis", "Mulai", "JP"), "units": ("Kode", "Nama", "Jenis", "Induk"),
    "employees": ("NIP", "Nama", "Kode Unit", "NIP Atasan"),
}  # fmt: skip
SHEETS = {"assessments": ASSESSMENTS, "trainings": TRAININGS, "units": UNITS, "employees": EMPLOYEES}
MANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


@pytest.fixture
def cast(database):
    return Cast()


def workbook(cast, file):
    """(Sheet, bytes) of a drawn file: people by their NIPs, text without what XML cannot hold."""
    name, rows = file
    people = {name: person.nip for name, person in vars(cast).items() if isinstance(person, Employee)}
    people["nobody"] = "12345"
    rows = [[people.get(v, v) if isinstance(v, str) else v for v in row] for row in rows]
    printable = [[_printable(v) for v in row] for row in rows]
    return SHEETS[name], xlsx(HEADERS[name], *printable)


def _printable(value):
    return "".join(c for c in value if c.isprintable()) if isinstance(value, str) else value


def contents(*without):
    """Every row of every table, but for the audit, and for how often and when a row was written."""
    left = {"version", "updated_at", *without}
    return {
        model: sorted(map(str, model.select(*[f for f in model._meta.sorted_fields if f.name not in left]).tuples()))
        for model in MODELS if model not in (Upload, Change)
    }  # fmt: skip


class Undone(Exception):
    """Ends an example: what it wrote is taken back."""


def example(test):
    """Run a test of one drawn file inside a transaction that leaves nothing behind."""
    try:
        with db.atomic():
            test()
            raise Undone
    except Undone:
        pass


@MANY
@given(file=FILES)
def test_importing_twice_changes_nothing(cast, file):
    def body():
        sheet, data = workbook(cast, file)
        context = Context(None, cast.period)
        first, upload = run(sheet, data, "x.xlsx", context, partial=True)
        before = contents()
        second, _ = run(sheet, data, "x.xlsx", context, partial=True)
        assert (second.new, second.changed, second.conflict) == ([], [], [])
        assert len({p.row for p in second.errors}) + second.counts["same"] == first.rows == second.rows
        assert contents() == before

    example(body)


@MANY
@given(file=FILES, earlier=FILES)
def test_importing_and_undoing_leaves_everything_as_it_was(cast, file, earlier):
    def body():
        context = Context(None, cast.period)
        run(*workbook(cast, earlier), "x.xlsx", context, partial=True)
        before = contents()
        plan, upload = run(*workbook(cast, file), "x.xlsx", context, partial=True)
        assert undo(upload, None) == (len(plan.new) + len(plan.changed), [])
        assert contents() == before

    example(body)


@MANY
@given(file=FILES, kind=st.sampled_from(["xlsx", "csv"]))
def test_what_is_exported_imports_as_the_same(cast, file, kind):
    def body():
        sheet, data = workbook(cast, file)
        run(sheet, data, "x.xlsx", Context(None, cast.period), partial=True)
        out = BytesIO()
        if not export(sheet, out, kind=kind):
            return
        plan, _ = run(sheet, out.getvalue(), "x", Context())
        assert (plan.errors, plan.counts["same"]) == ([], plan.rows)

    example(body)


@MANY
@given(file=FILES)
def test_without_a_choice_it_is_all_or_nothing(cast, file):
    def body():
        before, (sheet, data) = contents(), workbook(cast, file)
        plan, upload = run(sheet, data, "x.xlsx", Context(None, cast.period))
        assert (upload is None) == bool(plan.errors)
        assert upload or contents() == before

    example(body)


@MANY
@given(file=FILES)
def test_what_is_reviewed_is_what_is_applied(cast, file):
    def body():
        sheet, data = workbook(cast, file)
        upload, plan = store(sheet, data, "x.xlsx", Context(cast.hr, cast.period))
        edits = Edits()
        edits.decide({p.row for p in plan.errors}, "skip")
        found = revise(upload, cast.hr, edits)
        if found.errors:  # a row that leaned on one that is skipped
            return
        done = apply(Upload.get_by_id(upload.id), cast.hr)
        assert done.fingerprint == found.fingerprint
        assert (len(done.new), len(done.changed)) == (len(plan.new), len(plan.changed))

    example(body)
