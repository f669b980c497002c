"""What is said of people: who may say it, how its sheet is read, and what a file of it would lead to."""

from collections import Counter
from functools import cache

from peewee import JOIN, fn

import audit
from access import INSIDERS, RATERS, below, heard, is_desk, led, people, table, unit_of
from capabilities.outlook import GIVEN, Outlook, judge
from capabilities.people import but_herself, staff
from database import among, db
from excel.sheet import Column, Sheet
from fields import Choice
from models import Assessment, Employee, Period, Policy, Rating, Unit
from panels import Button, Figures, Line, Listed, Named, Panel, Tally, Where, referring
from rating import MATRIX
from values import N_, Invalid

LEVELS, PREDICATES = Rating.work_level.labels, Rating.predicate.labels

HIDDEN_SOURCES = ("peer", "subordinate")  # seen as aggregates only: who said it stays unknown
REQUESTED = ("peer", "subordinate", "observation", "self")  # an assessor may be asked for these
OF_THE_SAME = (Rating.employee == Assessment.employee) & (Rating.period == Assessment.period)
SETTLED = Rating.state.not_in((*Rating.UNSETTLED, "withdrawn"))  # from *final* on its assessments are locked
RATED_BY = ("employee", "period", "source", "assessor", *GIVEN)  # what a rating rests on


def assessments_seen(user):
    """What is said of the account's people, but for who said it in confidence; and what its own person is asked."""
    about = Assessment.employee.in_(people(user)) & Assessment.source.not_in(HIDDEN_SOURCES)
    return about | (Assessment.assessor == (user.employee_id or 0)) if user.role == "employee" else about


def sayable(user):
    """What an account may say, or deliver, and of whom; nothing of a rating that is final."""
    unlocked = ~fn.EXISTS(Rating.select(Rating.id).where(OF_THE_SAME, SETTLED))
    me, word = user.employee_id or 0, Assessment.source == "supervisor"
    if user.role == "employee":
        return (Assessment.assessor == me) & unlocked
    herself = (Assessment.employee == me) & (Assessment.source == "self")
    return ((word & of_whom(led(user))) | (~word & of_whom(heard(user))) | herself) & unlocked


def of_whom(rule):
    """A condition on Employee as one on Assessment."""
    return Assessment.employee.in_(Employee.select(Employee.id).where(rule))


table(
    Assessment, read=INSIDERS, create=RATERS, update=INSIDERS, delete=RATERS, upload=RATERS, compute=RATERS,
    sees=assessments_seen, changes=sayable,
    locked=lambda user: ASSESSMENTS.key if user.role == "employee" else (),  # who is asked for it answers it
)  # fmt: skip


def may_be_said(user):
    """The rule of `sayable`, for rows that are not stored yet and in words."""
    # of whom the supervisor's word (led) or others' (heard) may be given
    reach = cache(lambda whom: set(Employee.select(Employee.id).where(whom(user)).tuples()))
    final = Rating.select(Rating.employee).where(SETTLED)
    settled = cache(lambda period: set(final.where(Rating.period == period).tuples()))

    def rule(values):
        employee, source, period = map(values.get, ("employee", "source", "period"))
        if period and (employee,) in settled(period):
            yield "employee", N_("predikatnya sudah final; nilainya terkunci")
        if user is None or user.role == "employee" or employee is None:
            return  # an employee answers what she was asked; the row's own scope decides
        herself, word = employee == user.employee_id, source == "supervisor"
        if (source == "self" and herself) or (employee,) in reach(led if word else heard):
            return
        if herself:
            yield "employee", N_("Anda tidak dapat menilai diri sendiri")
        elif word:
            yield "employee", N_("nilai Atasan hanya dari atasan langsung pegawai ini, atau atasannya lagi")
        else:
            yield "employee", N_("nilai tentang atasan Anda tidak dapat Anda sampaikan")

    return rule


@audit.follow(Assessment)
def ratings_rest_on_it(wrote):
    """Ratings that are not final yet rest on changed ground."""
    if not Rating.select().where(resting()).exists():
        return
    keys, pairs = [], set()  # of period and employee, as the rows are now and as they were
    for key, *both in wrote.changed(*RATED_BY):
        keys.append(key)
        pairs |= {(v["period"], v["employee"]) for v in both if {"employee", "period"} <= v.keys()}
    stored = Assessment.select(Assessment.period, Assessment.employee).where(among(Assessment.id, keys))
    pairs.update(stored.tuples())
    for period in {period for period, _ in pairs}:
        flag(Rating.period == period, among(Rating.employee, [who for when, who in pairs if when == period]))


@audit.follow(Assessment)
def written_by(wrote):
    """What the desk writes is stored as such: "dicatat kepegawaian atas nama ..."."""
    if wrote.action in ("create", "update"):
        ids = [key for key, *_ in wrote.rows]
        desk = is_desk(wrote.user)
        Assessment.update(by_desk=desk).where(among(Assessment.id, ids), Assessment.by_desk != desk).execute()


@audit.follow(Employee)
def ratings_rest_on_her(wrote):
    """A rating rests on the person's supervisor, status and jenjang as well."""
    if wrote.action != "create":
        flag(among(Rating.employee, [key for key, *_ in wrote.changed("supervisor", "status", "jf_level")]))


@audit.follow(Policy)
def ratings_rest_on_rules(wrote):
    """And on the policy in force when the period ends."""
    flag()


def resting():
    """The condition of ratings of open periods that are not final and whose ground stands."""
    unsettled = Rating.state.in_(Rating.UNSETTLED) & Rating.period.in_(Period.ids("open"))
    return unsettled & (Rating.basis_changed == False)  # noqa: E712 - SQL


def flag(*conditions):
    """Mark the ratings whose ground has changed; their version stays, for nobody edited them."""
    Rating.update(basis_changed=True).where(resting(), *conditions).execute()


class AssessmentSheet(Sheet):
    """Whom a blank cell means, what is verified, and the template with the account's people."""

    computes = True
    outlook = Outlook

    def complete(self, row, checked):
        """Fill in Periode, Sumber and NIP Penilai where they are blank, and judge the assessor.

        Source: DESIGN, Contracts, Sheets.
        """
        values, period = row.values, checked.context.period
        if "period" not in values and period is None:
            words = N_("kosong; isi kolom ini atau pilih periode saat mengunggah")
            return checked.fail(row, "period", words)
        values.setdefault("period", period and period.id)
        source = values.setdefault("source", "supervisor")
        employee = values["employee"]
        supervisor = checked.known["employee"][employee][3]
        if "assessor" not in values:
            values["assessor"] = {"supervisor": supervisor, "self": employee}.get(source)
            row.defaulted = ("assessor",)
        elif values["assessor"] and (
            source == "public" or (source == "supervisor" and supervisor not in (None, values["assessor"]))
        ):
            checked.warn(row, "assessor", N_("bukan atasan langsung yang tercatat; periksa sebelum disimpan"))
        return None

    def meant(self, row, stored):
        """A blank NIP Penilai means the row without an assessor, else the usual one's."""
        if not row.defaulted:
            return stored.get(row.key)
        old = stored_assessment(row.key, stored)
        row.values["assessor"] = old["assessor"] if old else row.key[3]
        return old

    def unfilled(self, row):
        asks = row.values["source"] in REQUESTED and row.values["assessor"]
        return not asks and all(row.values.get(name) is None for name in (*GIVEN, "note"))

    secrecy = N_(
        "nilai Rekan dan Bawahan selalu terhitung baru; jawaban penilai yang sudah tersimpan tidak ditimpa"
    )

    def secret(self, values, user):
        """What a supervisor delivers of hidden sources tells her nothing of what is stored."""
        return user is not None and user.role == "supervisor" and values["source"] in HIDDEN_SOURCES

    def stands(self, old, user):
        """Where another assessor has answered, her answer stays."""
        answered = any(old[name] is not None for name in (*GIVEN, "note"))
        return answered and old["assessor"] not in (None, user.employee_id)

    def rules(self, user):
        return [may_be_said(user), self.model.problems]

    def disagrees(self, row, merged):
        """A Predikat beside two levels must be theirs (DOMAIN 1.3, 11)."""
        column, given = self.verified[0], row.verified.get("predicate")
        right = MATRIX.get((merged.get("work_level"), merged.get("behaviour_level")))
        if not given or right in (None, given):
            return []
        words = N_("tidak sesuai dengan kedua rating, yang menghasilkan %(right)s; perbaiki atau kosongkan")
        return [(column, Invalid(words, right=column.field.show(right)))]

    def resting(self, ids):
        """The ratings of these people and periods that are not final."""
        stands = Assessment.select().where(OF_THE_SAME, Assessment.id.in_(ids))
        mine = Rating.select().where(Rating.state.in_(Rating.UNSETTLED), fn.EXISTS(stands))
        return [str(row) for row in Rating.with_labels(mine)]

    def remarks(self, values):
        if values["source"] != "supervisor":
            return []
        policy = Policy.on(Period.get_by_id(values["period"]).ends_on)
        return judge(policy)(*map(values.get, GIVEN))[2]

    def formula(self, column, letters, listed):
        """What the two ratings of a row lead to, once they are chosen.

        INDEX with ROW instead of the cell's own row: the same text in every row outlives sorting and
        every office suite; COUNTIF comes first, since an error in a cell would have the file refused.
        """
        sides = [letters[name] for name in ("work_level", "behaviour_level")]
        pair = '&" / "&'.join(f"INDEX({side}:{side},ROW())" for side in sides)
        pairs = listed([f"{LEVELS[work]} / {LEVELS[behaviour]}" for work, behaviour in MATRIX])
        results = listed([PREDICATES[code] for code in MATRIX.values()])
        return f'IF(COUNTIF({pairs},{pair})=0,"",INDEX({results},MATCH({pair},{pairs},0)))'

    def prefilled(self, context, unit_code):
        """The active people of whom the account gives the supervisor's word (of `unit_code` and below), with
        what the supervisor's assessments of the context's period, or else the current one, say so far, and the
        versions of these, 0 where nothing was said yet.
        """
        period = context.period or Period.current()
        if period is None:
            raise Invalid(N_("Belum ada periode yang terbuka; buka satu periode lebih dahulu"))
        assessor, row = Employee.alias(), Assessment
        same = (row.employee == Employee.id) & (row.period == period.id) & (row.source == "supervisor")
        said = (getattr(row, name) for name in (*GIVEN, "note", "version"))
        query = (
            Employee.select(Employee.nip, Employee.name, assessor.nip, *said)
            .join(Unit)
            .join_from(Employee, row, JOIN.LEFT_OUTER, on=same)
            .join_from(row, assessor, JOIN.LEFT_OUTER, on=(row.assessor == assessor.id))
            .where(Employee.active, led(context.user))
            .order_by(Unit.code, Employee.name, Employee.nip)
        )
        if unit_code:
            query = query.where(below(Employee, unit_of(unit_code, context.user)))
        rows, versions = [], []
        for nip, name, by, *said, version in db.execute(query):
            predicate = PREDICATES.get(MATRIX.get((said[2], said[3])), "")
            rows.append((nip, name, period.code, "supervisor", by, *said, predicate))
            versions.append((nip, period.code, "supervisor", by, version or 0))
        return rows, versions


def stored_assessment(key, stored):
    """The stored row that a blank NIP Penilai means: that without an assessor, else the usual one's."""
    employee, period, source, _ = key
    return stored.get((employee, period, source, None)) or stored.get(key)


def to_judge(user):
    """The active people of whom an account gives the supervisor's word, with their units."""
    return Employee.select().join(Unit).where(Employee.active, led(user))


def units_to_judge(user):
    """{code: (name, people)} of the units where an account has people to judge."""
    query = to_judge(user).select(Unit.code, Unit.name, fn.COUNT(Employee.id))
    found = query.group_by(Unit.id, Unit.code, Unit.name).order_by(Unit.name)
    return {code: (name, count) for code, name, count in found.tuples()}


def stored_assessments(people, period):
    """{employee id: the assessment that the sheet would meet for a blank NIP Penilai, else one of version 0}."""
    wanted = (Assessment.period == period) & (Assessment.source == "supervisor")
    rows = Assessment.select().where(wanted, Assessment.employee.in_(people))
    stored = {(row.employee_id, row.period_id, row.source, row.assessor_id): row for row in rows}
    keys = [(p.id, period.id, "supervisor", p.supervisor_id) for p in people]
    return {key[0]: stored_assessment(key, stored) or Assessment(version=0) for key in keys}


ASSESSMENTS = AssessmentSheet(
    "assessments", Assessment, without=("by_desk",), optional=("period", "source", "assessor"),
    either=(("work_score", "work_level"), ("behaviour_score", "behaviour_level")),
    verified=(Column(N_("Predikat"), "predicate", Choice(None, "predicates")),),
    automatic=(Column(N_("Predikat (otomatis)"), "automatic", Choice(None, "predicates")),),
    anybody=("assessor",), knows={"employee": (Employee.supervisor,)},
)  # fmt: skip


UNASSESSED = Named(
    Employee, N_("Belum dinilai"), "belum_dinilai",
    lambda user, code: Employee.unassessed(Period.select(Period.id).where(Period.code == code).scalar()),
    lambda: list(Period.select(Period.code, Period.name).order_by(Period.starts_on.desc()).limit(24).tuples()),
)  # fmt: skip
ASKED = Named(  # requests that wait for the account's own person
    Assessment, N_("Diminta dari saya"), "diminta_dari_saya",
    lambda user: (Assessment.assessor == (user.employee_id or 0)) & Assessment.unanswered()
    & Assessment.period.in_(Period.ids("open")),
)  # fmt: skip


def unassessed(user, period):
    return (Where(UNASSESSED, period.code), *but_herself(user)) if period else None


def progress(user, period):
    """How far each branch under the account's unit has come, the slowest first."""
    lines, total, missing = [], Counter(), Counter()
    if period:
        branches = Unit.branches(user.unit_id)
        for counts, filters in ((total, staff), (missing, unassessed)):
            people = Listed(Employee, filters(user, period)).rows(user)
            groups = people.select(Employee.unit, fn.COUNT(Employee.id)).group_by(Employee.unit)
            for unit, count in groups.tuples():
                counts[branches[unit]] += count
        units = {unit.id: unit for unit in Unit.select(Unit.id, Unit.code, Unit.name, Unit.parent)}
        for key in sorted(total, key=lambda key: (-missing[key] / total[key], units[key].name)):
            unit = units[key]
            itself = unit.parent_id is None or key == user.unit_id  # the root's branch is only its own people
            place = Where(Employee.unit, unit.code, "equals" if itself else "within")
            leads = Listed(Employee, (*unassessed(user, period), place))
            lines.append(Line((unit.name, total[key] - missing[key], total[key], missing[key]), leads))
    return Figures((N_("Unit"), N_("Sudah dinilai"), N_("Pegawai"), N_("Belum dinilai")), lines)


ON_PAGES = (
    UNASSESSED, ASKED,
    Button(N_("Unduh lembar nilai"), Assessment, "import.template", {"sheet": "assessments"}, main=True),
    Button(N_("Unggah Excel"), Assessment, "import.upload", {"sheet": "assessments"}, in_period=False),
    Button(N_("Isi di layar"), Assessment, "assessment.grid", {}),
    Tally(N_("Belum dinilai"), Employee, unassessed, roles="hr supervisor", waits=True),
    Tally(N_("Penilaian yang diminta dari Anda"), Assessment, (Where(ASKED, "1"),), roles="employee", waits=True),
    Panel(key="missing", title=N_("Siapa belum dinilai?"), roles="hr supervisor", of=(Period,), model=Employee, filters=unassessed,
          order=(Employee.name, Employee.id), columns=("name", "unit.name", "supervisor.name"), empty=N_("Semua pegawai sudah dinilai.")),
    Panel(key="progress", title=N_("Kemajuan per unit"), roles="admin hr supervisor", of=(Period,), figures=progress,
          empty=N_("Belum ada periode terbuka."), bar=(1, 2)),
    referring(Assessment.employee, "period.name", "source", "work_score", "work_level", "behaviour_score", "behaviour_level"),
)  # fmt: skip
