"""What is said of people: who may say it, how its sheet is read, and what a file of it would lead to."""

from collections import Counter, defaultdict

from peewee import SQL, fn

import audit
from access import heard, is_desk, led, people, table
from capabilities.filled import prefilled
from capabilities.outlook import Outlook, contradictions
from capabilities.people import but_herself, staff
from choices import Level, Predicate
from database import Memo, among
from excel.sheet import NAME, PERSON, Column, Sheet
from models import Assessment, Employee, Period, Policy, Rating, Unit
from panels import Button, Card, Figures, Line, Listed, Named, Panel, Where, referring
from rating import MATRIX, predicate_of
from seed_data import assessments as demo_rows
from values import N_, Invalid

LEVELS, PREDICATES = dict(Level.CHOICES), dict(Predicate.CHOICES)

HIDDEN_SOURCES = ("peer", "subordinate")  # seen as aggregates only: who said it stays unknown
REQUESTED = ("peer", "subordinate", "observation", "self")  # an assessor may be asked for these
GIVEN = ("work_score", "behaviour_score", "work_level", "behaviour_level")
SAID = (*GIVEN, "note")
RATED_BY = ("employee", "period", "source", "assessor", *GIVEN)  # what a rating rests on


def for_supervisor(user):
    return Assessment.employee.in_(people(user)) & Assessment.source.not_in(HIDDEN_SOURCES)


def for_employee(user):
    mine = user.employee_id or 0
    about_me = (Assessment.employee == mine) & Assessment.source.not_in(HIDDEN_SOURCES)
    return about_me | (Assessment.assessor == mine)


def changes(user):
    """What an account may say, or deliver, and of whom; nothing of a rating that is final."""
    if user.role == "employee":
        return (Assessment.assessor == (user.employee_id or 0)) & unlocked()
    mine = (Assessment.employee == (user.employee_id or 0)) & (Assessment.source == "self")
    word, others = (of_whom(rule) for rule in (led(user), heard(user)))
    said = ((Assessment.source == "supervisor") & word) | ((Assessment.source != "supervisor") & others)
    return (said | mine) & unlocked()


def of_whom(rule):
    """A condition on Employee as one on Assessment."""
    return SQL("1 = 1") if rule is None else Assessment.employee.in_(Employee.select(Employee.id).where(rule))


def unlocked():
    """Assessments whose rating is not settled yet: from *final* on they are locked."""
    settled = Rating.select(Rating.id).where(
        (Rating.employee == Assessment.employee)
        & (Rating.period == Assessment.period)
        & Rating.state.not_in((*Rating.UNSETTLED, "withdrawn"))
    )
    return ~fn.EXISTS(settled)


def locked(user):
    """Who is asked for an assessment answers it; whom and what it is about stays."""
    employee = user is not None and user.role == "employee"
    return {"employee", "period", "source", "assessor"} if employee else set()


table(
    Assessment, read="admin hr supervisor employee", create="admin hr supervisor",
    update="admin hr supervisor employee", delete="admin hr supervisor", upload="admin hr supervisor",
    compute="admin hr supervisor", sees={"supervisor": for_supervisor, "employee": for_employee},
    changes=changes, locked=locked,
)  # fmt: skip


class Reach:
    """Of whom an account may say what, for rows that are not stored yet: a rule across columns."""

    def __init__(self, user):
        self.user, self.ids = user, Memo(self._ids)

    def _ids(self, kind):
        """The ids of the people of whom the supervisor's word or others' may be given; None means all."""
        rule = led(self.user) if kind == "supervisor" else heard(self.user)
        return None if rule is None else {key for (key,) in Employee.select(Employee.id).where(rule).tuples()}

    def __call__(self, values):
        employee, source = values.get("employee"), values.get("source")
        if self.user is None or employee is None or (source == "self" and employee == self.user.employee_id):
            return None
        if self.user.role == "employee":  # answers what she was asked; the row's own scope decides
            return None
        ids = self.ids["supervisor" if source == "supervisor" else "others"]
        if ids is None or employee in ids:
            return None
        if employee == self.user.employee_id:
            return "employee", N_("Anda tidak dapat menilai diri sendiri")
        if source == "supervisor":
            return "employee", N_("nilai Atasan hanya dari atasan langsung pegawai ini, atau atasannya lagi")
        return "employee", N_("nilai tentang atasan Anda tidak dapat Anda sampaikan")


class Settled:
    """Nothing is said any more of somebody whose rating of the period is final."""

    def __init__(self):
        self.people = Memo(self._people)

    def _people(self, period):
        settled = Rating.state.not_in((*Rating.UNSETTLED, "withdrawn"))
        query = Rating.select(Rating.employee).where(Rating.period == period, settled)
        return {key for (key,) in query.tuples()}

    def __call__(self, values):
        if values.get("period") and values.get("employee") in self.people[values["period"]]:
            return "employee", N_("predikatnya sudah final; nilainya terkunci")
        return None


# ------------------------------------------------------------------ what follows


@audit.follow(Assessment)
def ratings_rest_on_it(wrote):
    """Ratings that are not final yet rest on changed ground."""
    if not Rating.select().where(resting()).exists():
        return
    changed, people = list(wrote.changed(*RATED_BY)), defaultdict(set)
    stored = Assessment.select(Assessment.period, Assessment.employee)
    pairs = set(stored.where(among(Assessment.id, [key for key, *_ in changed])).tuples())
    whole = [values for _, *both in changed for values in both if {"employee", "period"} <= values.keys()]
    pairs |= {(values["period"], values["employee"]) for values in whole}
    for period, employee in pairs:
        people[period].add(employee)
    for period, employees in people.items():
        shake((Rating.period == period) & among(Rating.employee, employees))


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
        shake(among(Rating.employee, [key for key, *_ in wrote.changed("supervisor", "status", "jf_level")]))


@audit.follow(Policy)
def ratings_rest_on_rules(wrote):
    """And on the policy in force when the period ends."""
    shake(Rating.id.is_null(False))


def resting():
    """The condition of ratings of open periods that are not final and whose ground stands."""
    unsettled = Rating.state.in_(Rating.UNSETTLED) & Rating.period.in_(Period.ids("open"))
    return unsettled & (Rating.basis_changed == False)  # noqa: E712 - SQL


def shake(condition):
    """Mark the ratings whose ground has changed; their version stays, for nobody edited them."""
    Rating.update(basis_changed=True).where(condition, resting()).execute()


# ------------------------------------------------------------------ the sheet


class AssessmentSheet(Sheet):
    """Whom a blank cell means, what is verified, and the template with the account's people."""

    computes = True

    def complete(self, row, checked):
        """Fill in Periode, Sumber and NIP Penilai where they are blank, and judge the assessor.

        Source: DESIGN, Contracts, Sheets.
        """
        values, period = row.values, checked.context.period
        if "period" not in values:
            if period is None:
                words = N_("kosong; isi kolom ini atau pilih periode saat mengunggah")
                return checked.fail(row, "period", words)
            values["period"] = period.id
        source = values.setdefault("source", "supervisor")
        employee = values["employee"]
        supervisor = checked.known["employee"][employee][3]
        if "assessor" not in values:
            values["assessor"] = {"supervisor": supervisor, "self": employee}.get(source)
            row.defaulted = ("assessor",)
        elif unusual(source, values["assessor"], supervisor):
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
        return not asks and all(row.values.get(name) is None for name in SAID)

    secrecy = N_(
        "nilai Rekan dan Bawahan selalu terhitung baru; jawaban penilai yang sudah tersimpan tidak ditimpa"
    )

    def secret(self, values, user):
        """What a supervisor delivers of hidden sources tells her nothing of what is stored."""
        return user is not None and user.role == "supervisor" and values["source"] in HIDDEN_SOURCES

    def stands(self, old, user):
        """Where another assessor has answered, her answer stays."""
        answered = any(old[name] is not None for name in SAID)
        return answered and old["assessor"] not in (None, user.employee_id)

    def rules(self, user):
        return [Reach(user), Settled(), *self.model.rules]

    def disagrees(self, row, merged):
        """A Predikat beside two levels must be theirs (DOMAIN 1.3, 11)."""
        column, given = self.verified[0], row.verified.get("predicate")
        levels = merged.get("work_level"), merged.get("behaviour_level")
        if not given or None in levels or predicate_of(*levels) == given:
            return None
        words = N_("tidak sesuai dengan kedua rating, yang menghasilkan %(right)s; perbaiki atau kosongkan")
        return column, Invalid(words, right=column.field.show(predicate_of(*levels)))

    def resting(self, ids):
        """The ratings of these people and periods that are not final."""
        same = (Assessment.employee == Rating.employee) & (Assessment.period == Rating.period)
        stands = Assessment.select().where(same, Assessment.id.in_(ids))
        mine = Rating.select().where(Rating.state.in_(Rating.UNSETTLED), fn.EXISTS(stands))
        return [str(row) for row in Rating.with_labels(mine)]

    def remarks(self, values):
        if values["source"] != "supervisor":
            return []
        return contradictions(values, Policy.on(Period.get_by_id(values["period"]).ends_on))

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

    def outlook(self, checked):
        return Outlook(checked)

    def prefilled(self, context, unit_code):
        """The active people of whom the account gives the supervisor's word (of `unit_code` and below),
        for the context's period or else the current one, with what the supervisor's assessments say so far."""
        period = context.period or Period.current()
        if period is None:
            raise Invalid(N_("Belum ada periode yang terbuka; buka satu periode lebih dahulu"))
        return prefilled(context.user, period, unit_code)


def unusual(source, assessor, supervisor):
    if source == "public":
        return assessor is not None
    return source == "supervisor" and None not in (assessor, supervisor) and assessor != supervisor


def stored_assessment(key, stored):
    """The stored row that a blank NIP Penilai means: that without an assessor, else the usual one's."""
    employee, period, source, _ = key
    return stored.get((employee, period, source, None)) or stored.get(key)


ASSESSMENTS = AssessmentSheet(
    "assessments", Assessment, key=("employee", "period", "source", "assessor"),
    references={"employee": PERSON, "period": (N_("Periode"), Period.code),
                "assessor": (N_("NIP Penilai"), Employee.nip)},
    printed=(NAME,), without=("by_desk",), optional=("period", "source", "assessor"),
    either=(("work_score", "work_level"), ("behaviour_score", "behaviour_level")),
    verified=(Column(N_("Predikat"), "predicate", Predicate()),),
    automatic=(Column(N_("Predikat (otomatis)"), "automatic", Predicate()),),
    anybody=("assessor",), knows={"employee": (Employee.supervisor,)},
)  # fmt: skip


# ------------------------------------------------------------------ panels


def recent_periods():
    return list(Period.select(Period.code, Period.name).order_by(Period.starts_on.desc()).limit(24).tuples())


def of_code(code, user):
    """The condition of people not yet assessed in the period of this code."""
    return Employee.unassessed(Period.select(Period.id).where(Period.code == code))


def asked_of(user):
    """The condition of requests in open periods that wait for the account's own person."""
    mine = Assessment.assessor == (user.employee_id or 0)
    return mine & Assessment.unanswered() & Assessment.period.in_(Period.ids("open"))


UNASSESSED = Named(Employee, N_("Belum dinilai"), "belum_dinilai", of_code, recent_periods)
ASKED = Named.whether(Assessment, N_("Diminta dari saya"), "diminta_dari_saya", asked_of)
FILTERS = (UNASSESSED, ASKED)


def unassessed(user, period):
    """The people of an account who are not yet assessed in a period."""
    return staff(user).where(Employee.unassessed(period.id))


def left(user, period):
    return (Where(UNASSESSED, period.code), *but_herself(user)) if period else None


def progress(user, period):
    """How far each branch under the account's unit has come, the slowest first."""
    lines = []
    if period:
        branches = Unit.branches(user.unit_id)
        units = {unit.id: unit for unit in Unit.select(Unit.id, Unit.code, Unit.name, Unit.parent)}
        total, missing = by_branch(staff(user), branches), by_branch(unassessed(user, period), branches)
        order = sorted(total, key=lambda key: (-missing[key] / total[key], units[key].name))
        for key in order:
            unit = units[key]
            itself = unit.parent_id is None or key == user.unit_id  # the root's branch is only its own people
            place = Where(Employee.unit, unit.code, "equals" if itself else "within")
            leads = Listed(Employee, (*left(user, period), place))
            lines.append(Line((unit.name, total[key] - missing[key], total[key]), leads))
    return Figures((N_("Unit"), N_("Sudah dinilai"), N_("Pegawai")), lines)


def by_branch(people, branches):
    counts = Counter()
    for unit, count in people.select(Employee.unit, fn.COUNT(Employee.id)).group_by(Employee.unit).tuples():
        counts[branches[unit]] += count
    return counts


BUTTONS = (
    Button(N_("Unduh lembar nilai"), "upload", Assessment, "import.template", {"sheet": "assessments"}, main=True),
    Button(N_("Unggah Excel"), "upload", Assessment, "import.upload", {"sheet": "assessments"}, in_period=False),
    Button(N_("Isi di layar"), "upload", Assessment, "assessment.grid", {}),
)  # fmt: skip
CARDS = (
    Card(N_("Belum dinilai"), "hr supervisor", Employee, left, waits=True),
    Card(N_("Penilaian yang diminta dari Anda"), "employee", Assessment, (Where(ASKED, "1"),), waits=True),
)  # fmt: skip
PANELS = (
    Panel(key="missing", title=N_("Siapa belum dinilai?"), roles="hr supervisor", of=(Period,), model=Employee, filters=left,
          order=(Employee.name, Employee.id), columns=("name", "unit.name", "supervisor.name"), empty=N_("Semua pegawai sudah dinilai.")),
    Panel(key="progress", title=N_("Kemajuan per unit"), roles="admin hr supervisor", of=(Period,), figures=progress,
          empty=N_("Belum ada periode terbuka."), bar=(1, 2)),
    referring(Assessment.employee, "period.name", "source", "work_score", "work_level", "behaviour_score", "behaviour_level",
              order=(Assessment.id.desc(),)),
)  # fmt: skip


demo = demo_rows.demo
