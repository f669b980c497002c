"""The ratings of a period: gather by sets, ask `rating/`, write what differs."""

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from typing import NamedTuple

import access
import audit
import rating
from database import db, now, write
from models import Assessment, Employee, Exemption, Period, Policy, Rating, Unit
from values import N_, Invalid

RANK = {code: rank for rank, code in enumerate(Assessment.source.labels)}
WEIGHTED = ("supervisor", "peer", "subordinate")

# The words of every code in an explanation.
WORDS = {"work": N_("Hasil Kerja"), "behaviour": N_("Perilaku")}
WORDS |= (
    Rating.work_level.labels | Rating.predicate.labels | Assessment.source.labels | Employee.jf_level.labels
)


class Closed(Invalid):
    """The period is closed: nothing of it changes."""

    def __init__(self, period):
        words = N_("%(period)s sudah ditutup; buka kembali periodenya sebelum menghitung predikat")
        super().__init__(words, period=period.name)


@dataclass(frozen=True)
class Outcome:
    """What a run did: counts, and (id, label) of each employee who is not yet assessed."""

    new: int
    changed: int
    same: int
    missing: tuple[tuple[int, str], ...]

    @property
    def incomplete(self):
        return len(self.missing)


class Person(NamedTuple):
    """An employee as compute needs her."""

    id: int
    nip: str
    name: str
    unit: int
    supervisor: int | None
    status: str
    jf_level: str | None

    def __str__(self):
        return f"{self.name} ({self.nip})"


class Said(NamedTuple):
    """An assessment with at least one score or level."""

    id: int
    employee: int
    source: str
    assessor: int | None
    updated_at: object
    work_score: object
    behaviour_score: object
    work_level: str | None
    behaviour_level: str | None
    by_desk: bool


class Suggestion(NamedTuple):
    """The fields of a rating that are computed; scores and credit as text of two decimals."""

    unit: int
    rater: int | None
    work_score: str | None
    behaviour_score: str | None
    work_level: str
    behaviour_level: str
    predicate: str
    credit: str | None
    explanation: str


def compute(period, *, user=None, unit=None, employees=None):
    """Suggest the rating of everybody of whom an account gives the supervisor's word in a period.

    `unit` narrows to a unit and all below it, `employees` to a sub-select or list of ids. Only
    suggested ratings change. An employee without the supervisor's word on both aspects is missing;
    a rating suggested before that word vanished stays, for compute never deletes. Raises Closed.
    """
    with write():
        if Period.get_by_id(period.id).state != "open":
            raise Closed(period)
        who = _who(user, unit, employees)
        people, had = _people(period, who), _had(period, who)
        suggest = partial(_suggestion, said=_said(period, who), desk=_desk(period), counted=_counted(period))
        new, changed, same, missing = _compare(period, people, had, suggest)
        _insert(period, new, user)
        _update(period, changed, user)
    return Outcome(len(new), len(changed), same, tuple(missing))


def reasons(row, translate=str):
    """Why a rating is what it is, as sentences in the order in which they follow."""
    pairs = rating.reasons(row.why, lambda code: translate(WORDS.get(code, code)))
    return [translate(template) % params for template, params in pairs]


# ------------------------------------------------------------------ gather


def _who(user, unit, employees):
    """The conditions on Employee that narrow a run; none of them means everybody."""
    rules = []
    if (led := access.led(user)) is not None:  # its own person is left to others
        rules.append(led)
    if unit is not None:
        rules.append(Unit.within(Employee.unit, unit.id))
    if employees is not None:
        rules.append(Employee.id.in_(employees))
    return rules


def _of(column, who):
    return [column.in_(Employee.select(Employee.id).where(*who))] if who else []


def _people(period, who):
    """Active employees, and inactive ones whose rating of the period is still a suggestion."""
    suggested = Rating.select(Rating.employee).where(Rating.period == period.id, Rating.state == "suggested")
    columns = [getattr(Employee, name) for name in Person._fields]
    rule = (Employee.active == True) | Employee.id.in_(suggested)  # noqa: E712 - SQL
    query = Employee.select(*columns).where(rule, *who).order_by(Employee.id)
    return [Person._make(row) for row in db.execute(query)]


def _said(period, who):
    """{employee id: her assessments}; one without scores and levels is a request, not an input."""
    columns = [getattr(Assessment, name) for name in Said._fields]
    rules = Assessment.period == period.id, ~Assessment.unanswered(), *_of(Assessment.employee, who)
    query = Assessment.select(*columns).where(*rules)
    found = {}
    for row in map(Said._make, db.execute(query)):
        found.setdefault(row.employee, []).append(row)
    return found


def _counted(period):
    """The ids of people whose credit points of this time come from ratings of another kind of period."""
    overlaps = (Period.starts_on <= period.ends_on) & (Period.ends_on >= period.starts_on)
    others = Period.select(Period.id).where(overlaps, Period.kind != period.kind)
    query = Rating.select(Rating.employee).where(
        Rating.period.in_(others), Rating.credit.is_null(False), Rating.state != "withdrawn"
    )
    return {key for (key,) in query.tuples()}


def _had(period, who):
    """{employee id: values by field name} of the ratings that are there."""
    query = Rating.select(*FIELDS).where(Rating.period == period.id, *_of(Rating.employee, who))
    rows = (dict(zip(NAMES, row, strict=True)) for row in db.execute(query))
    return {row["employee"]: row for row in rows}


FIELDS = Rating._meta.sorted_fields
NAMES = [field.name for field in FIELDS]
TWO_PLACES = ("work_score", "behaviour_score", "credit")


@cache
def _decimal(raw):
    """A stored number as Decimal; SQLite gives a float, whose shortest text is what was stored."""
    return Decimal(str(raw))


@cache
def _text(raw):
    return None if raw is None else str(rating.half_up(_decimal(raw)))


# ------------------------------------------------------------------ decide


def _desk(period):
    """The rules of a period: those of the policy in force when it ends."""
    policy = Policy.on(period.ends_on)
    rules = rating.Rules(
        weights={source: getattr(policy, f"weight_{source}") for source in WEIGHTED},
        minima={source: getattr(policy, f"min_{source}") for source in WEIGHTED},
        above_from=policy.above_from,
        meets_from=policy.meets_from,
    )
    starts, ends = period.starts_on, period.ends_on
    months = (ends.year - starts.year) * 12 + ends.month - starts.month + 1
    named = {
        "policy": policy.id,
        "valid_from": policy.valid_from.isoformat(),
        "source": policy.source,
        "ratified": policy.ratified,
    }
    return rating.Desk(rules, months, named)


def _suggestion(person, said, desk, counted):
    """The suggestion for one employee, or None while the supervisor has not judged both aspects."""
    told = said.get(person.id, ())
    chief = [row for row in told if row.source == "supervisor"]
    if not chief:
        return None
    if len(chief) > 1:
        chief.sort(key=partial(_precedence, person.supervisor), reverse=True)
    work_level, work_score, work = _ask(desk, chief, told, "work_level", "work_score")
    level, score, behaviour = _ask(desk, chief, told, "behaviour_level", "behaviour_score")
    if work_level is None or level is None:
        return None
    earns = person.status == "PNS" and person.jf_level
    elsewhere = bool(earns) and person.id in counted
    jenjang = person.jf_level if earns and not elsewhere else None
    predicate, credit, cell = desk.cell(work_level, level, jenjang)
    return Suggestion(
        person.unit, chief[0].assessor or person.supervisor, work_score, score,
        work_level, level, predicate, credit,
        desk.explanation(work, behaviour, chief[0].id, chief[0].by_desk, elsewhere, cell),
    )  # fmt: skip


def _precedence(supervisor, row):
    """The supervisor on record first, then the newest."""
    return row.assessor is not None and row.assessor == supervisor, row.updated_at, row.id


def _ask(desk, chief, told, level, score):
    """An aspect: the first supervisor who speaks of it decides whether a level stands."""
    level, score = Said._fields.index(level), Said._fields.index(score)
    word = next((row for row in chief if row[level] or row[score] is not None), None)
    if word is None:  # nobody else speaks in the supervisor's place
        return None, None, None
    stands = word[level]
    given = [(row.source, _decimal(row[score])) for row in told if row[score] is not None]
    given.sort(key=lambda pair: (RANK[pair[0]], pair[1]))  # the order of showing
    return desk.aspect(stands, tuple(given))


def _compare(period, people, had, suggest):
    """New and changed suggestions, the count of those that stay, and who is missing."""
    new, changed, same, missing = [], [], 0, []
    exempt = {key for (key,) in Exemption.covering(period.id).tuples()}
    for person in people:
        old = had.get(person.id)
        if old and old["state"] != "suggested":
            same += 1
        elif (suggestion := suggest(person)) is None:
            missing += [(person.id, str(person))] if person.id not in exempt else []
        elif old is None:
            new.append((person, suggestion))
        elif _computed(old) != suggestion or old["basis_changed"]:
            changed.append((person, suggestion, old))
        else:
            same += 1
    return new, changed, same, missing


def _computed(old):
    return tuple(_text(old[name]) if name in TWO_PLACES else old[name] for name in Suggestion._fields)


# ------------------------------------------------------------------ write


def _insert(period, new, user):
    """Insert ratings with the model's own defaults, and their trail."""
    defaults, given = Rating._meta.get_default_dict(), ("id", "employee", *Suggestion._fields)
    rest = {name: defaults.get(name) for name in NAMES if name not in given}
    rest |= {"period": period.id, "updated_at": now().isoformat(" ")}
    ids = audit.reserve_ids(Rating, len(new))
    audit.insert_many(
        Rating, ("id", "employee", *Suggestion._fields, *rest),
        [(key, person.id, *suggestion, *rest.values())
         for key, (person, suggestion) in zip(ids, new, strict=True)],
    )  # fmt: skip
    trail = _new_trail(rest)
    audit.log_many(
        "create", Rating,
        [(key, f"{person} {period}", None, trail(person.id, suggestion))
         for key, (person, suggestion) in zip(ids, new, strict=True)],
        user=user,
    )  # fmt: skip


def _update(period, changed, user):
    """Set the computed fields of suggested ratings, and write their trail."""
    audit.update_many(
        Rating, (*Suggestion._fields, "basis_changed"),
        [(*suggestion, False, old["id"], old["version"]) for _, suggestion, old in changed],
    )  # fmt: skip
    rows = []
    for person, suggestion, old in changed:
        before = _trail(old, Suggestion._make(_computed(old)))
        after = _trail(old, suggestion, version=old["version"] + 1, basis_changed=False)
        rows.append((old["id"], f"{person} {period}", before, after))
    audit.log_many("update", Rating, rows, user=user)


AUDITED = [field.name for field in audit.audited(Rating)] + ["version"]


def _trail(values, suggestion, **more):
    """A rating's audited values as JSON text, in the shape of `audit.snapshot`."""
    known = values | suggestion._asdict() | more
    return json.dumps({name: audit.plain(known[name]) for name in AUDITED}, ensure_ascii=False)


def _new_trail(rest):
    """The same for many new ratings: a function of (employee id, suggestion) that fills one template."""
    varying = [name for name in AUDITED if name in Suggestion._fields]
    fixed = {name: audit.plain(rest.get(name)) for name in AUDITED}
    parts = {name: json.dumps(value, ensure_ascii=False).replace("%", "%%") for name, value in fixed.items()}
    parts |= dict.fromkeys(("employee", *varying), "%s")
    template = "{" + ", ".join(f'"{name}": {part}' for name, part in parts.items()) + "}"
    places = [Suggestion._fields.index(name) for name in varying]
    literal = cache(json.dumps)
    return lambda employee, s: template % (employee, *[literal(s[place]) for place in places])
