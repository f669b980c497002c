"""The ratings of a period: gather by sets, ask `rating`, write what differs."""

from collections import defaultdict, namedtuple
from decimal import Decimal
from functools import cache, lru_cache, partial
from operator import attrgetter, itemgetter
from typing import NamedTuple

import access
import audit
import rating
from database import db, now, write
from models import Assessment, Employee, Exemption, Period, Policy, Rating, Unit
from values import N_, Invalid

RANK = {code: rank for rank, code in enumerate(Assessment.source.labels)}
WEIGHTED = ("supervisor", "peer", "subordinate")


class Closed(Invalid):
    """The period is closed: nothing of it changes."""


class Outcome(NamedTuple):
    """What a run did: counts, and (id, label) of each employee who is not yet assessed."""

    new: int
    changed: int
    same: int
    missing: tuple[tuple[int, str], ...]

    incomplete = property(lambda self: len(self.missing))


# What is read of an employee, of an assessment and of a rating, and what is computed of a rating, under the
# names of their fields; scores and credit that are computed are texts of two decimals.
PERSON = ("id", "nip", "name", "unit", "supervisor", "status", "jf_level")
Opinion = namedtuple(
    "Opinion",
    "id employee source assessor updated_at work_score behaviour_score work_level behaviour_level by_desk",
)
WORK, BEHAVIOUR = (attrgetter("source", f"{name}_level", f"{name}_score") for name in ("work", "behaviour"))
TWO_PLACES, LEAD = ("work_score", "behaviour_score", "credit"), ("id", "version", "employee")
COMPUTED = (
    *TWO_PLACES, "unit", "rater", "work_level", "behaviour_level", "predicate", "explanation", "basis_changed",
)  # fmt: skip
RATING = LEAD + COMPUTED
RATING += tuple(field.name for field in Rating._meta.sorted_fields if field.name not in RATING)
START, PLACES, END = len(LEAD), len(LEAD + TWO_PLACES), len(LEAD + COMPUTED)  # where each part of RATING ends
STATE = RATING.index("state")
AUDITED = [field.name for field in audit.audited(Rating)] + ["version"]
TRAIL = "{%s}" % ", ".join(f'"{name}": %s' for name in AUDITED)  # in the shape of `audit.snapshot`
kept, label = itemgetter(*map(RATING.index, AUDITED)), Employee.called.format_map


def compute(period, *, user=None, unit=None, employees=None):
    """Suggest the rating of everybody of whom an account gives the supervisor's word in a period.

    `unit` narrows to a unit and all below it, `employees` to a sub-select or list of ids. Only
    suggested ratings change. An employee without the supervisor's word on both aspects is missing;
    a rating suggested before that word vanished stays, for compute never deletes. Raises Closed.
    """
    with write():
        if Period.get_by_id(period.id).state != "open":
            words = N_("%(period)s sudah ditutup; buka kembali periodenya sebelum menghitung predikat")
            raise Closed(words, period=period.name)
        led = access.led(user)  # its own person is left to others
        who = [] if led is access.ALL else [led]
        if unit is not None:
            who.append(Unit.within(Employee.unit, unit.id))
        if employees is not None:
            who.append(Employee.id.in_(employees))
        new, changed, same, missing = _compare(period, *_gather(period, who))
        _write(period, new, changed, user)
    return Outcome(len(new), len(changed), same, tuple(missing))


def _gather(period, who):
    """(people, {employee id: RATING values}, {employee id: what is said of her}) under conditions on Employee."""

    def read(model, names, *conditions):
        fields = [getattr(model, name) for name in names]
        if model is not Employee and who:
            conditions += (model.employee.in_(Employee.select(Employee.id).where(*who)),)
        return db.execute(model.select(*fields).where(*conditions).order_by(model.id))

    # whoever left keeps a suggestion up to date
    suggested = Rating.select(Rating.employee).where(Rating.period == period.id, Rating.state == "suggested")
    those = (Employee.active == True) | Employee.id.in_(suggested)  # noqa: E712 - SQL
    people = [dict(zip(PERSON, row, strict=True)) for row in read(Employee, PERSON, those, *who)]
    had, said = {}, defaultdict(list)
    for row in read(Rating, RATING, Rating.period == period.id):
        had[row[2]] = (*row[:START], *map(_text, row[START:PLACES]), *row[PLACES:])
    # one without scores and levels is a request, not an input
    for row in read(Assessment, Opinion._fields, Assessment.period == period.id, ~Assessment.unanswered()):
        said[row[1]].append(Opinion._make(row))
    return people, had, said


@cache
def _decimal(raw):
    """A stored number as Decimal; SQLite gives a float, whose shortest text is what was stored."""
    return Decimal(str(raw))


@cache
def _text(raw):
    return None if raw is None else str(rating.half_up(_decimal(raw)))


def _calculator(period):
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
    named = {"policy": policy.id, "valid_from": policy.valid_from.isoformat()}
    return rating.Calculator(rules, months, named | {"source": policy.source, "ratified": policy.ratified})


def _compare(period, people, had, said):
    """New and changed suggestions, the count of those that stay, and who is missing."""
    others = Period.select(Period.id).where(
        Period.kind != period.kind, Period.starts_on <= period.ends_on, Period.ends_on >= period.starts_on
    )
    credited = Rating.period.in_(others) & Rating.credit.is_null(False) & (Rating.state != "withdrawn")
    # whose credit points of this time come from ratings of another kind of period
    counted = {key for (key,) in Rating.select(Rating.employee).where(credited).tuples()}
    exempt = {key for (key,) in Exemption.covering(period.id).tuples()}
    blank = Rating._meta.get_default_dict()
    blank |= {"version": 0, "period": period.id, "updated_at": now().isoformat(" ")}
    blank, calculator = tuple(map(blank.get, RATING)), _calculator(period)
    ask = cache(partial(_ask, calculator))  # of whom the same was said is worked out once
    new, changed, same, missing = [], [], 0, []
    for person in people:
        key = person["id"]
        old = had.get(key)
        if old and old[STATE] != "suggested":
            same += 1
        elif (found := _suggestion(person, said.get(key, ()), ask, calculator, counted)) is None:
            missing += [(key, label(person))] if key not in exempt else []
        elif old and old[START:END] == found:
            same += 1
        else:
            number, version, *_ = base = old or blank
            (changed if old else new).append((person, old, (number, version + 1, key, *found, *base[END:])))
    return new, changed, same, missing


def _suggestion(person, opinions, ask, calculator, counted):
    """What is COMPUTED of one employee's rating, or None while the supervisor has not judged both aspects."""
    chief = [row for row in opinions if row.source == "supervisor"]
    if len(chief) > 1:  # the supervisor on record first, then the newest
        chief.sort(key=attrgetter("updated_at", "id"), reverse=True)
        chief.sort(key=lambda row: row.assessor is None or row.assessor != person["supervisor"])
        opinions = [*chief, *(row for row in opinions if row.source != "supervisor")]
    work_level, work_score, work = ask(tuple(map(WORK, opinions)))
    level, score, behaviour = ask(tuple(map(BEHAVIOUR, opinions)))
    if work_level is None or level is None:
        return None
    earns = person["status"] == "PNS" and person["jf_level"]
    elsewhere = bool(earns) and person["id"] in counted
    jenjang = person["jf_level"] if earns and not elsewhere else None
    predicate, credit, cell = calculator.cell(work_level, level, jenjang)
    why = calculator.explanation(work, behaviour, chief[0].id, chief[0].by_desk, elsewhere, cell)
    rater = chief[0].assessor or person["supervisor"]
    return work_score, score, credit, person["unit"], rater, work_level, level, predicate, why, False


def _ask(calculator, words):
    """(level, score, JSON) of an aspect from (source, level, score) of all who spoke: the first supervisor decides."""
    word = next((said for said in words if said[0] == "supervisor" and said[1:] != (None, None)), None)
    if word is None:  # nobody else speaks in the supervisor's place
        return None, None, None
    given = [(source, _decimal(score)) for source, _, score in words if score is not None]
    given.sort(key=lambda pair: RANK[pair[0]])  # the order of showing
    return calculator.aspect(word[1], given)


def _write(period, new, changed, user):
    """Write ratings, given as (person, before, after), and their trail; new ones have no `before` and no id yet."""
    keys = audit.reserve_ids(Rating, len(new))
    new = [(person, None, (key, *row[1:])) for key, (person, _, row) in zip(keys, new, strict=True)]
    audit.insert_many(Rating, RATING, [row for _, _, row in new])
    audit.update_many(Rating, [(old[0], old[1], _other(old, row)) for _, old, row in changed])
    # each value is encoded once, ids without the encoder: it took a fifth of a run
    literal = lru_cache(None, typed=True)(lambda v: repr(v) if type(v) is int else audit.encode(v))
    ending = str(period)
    for action, found in (("create", new), ("update", changed)):
        trail = []
        for person, *versions in found:
            texts = [row and TRAIL % tuple(map(literal, kept(row))) for row in versions]
            trail.append((versions[1][0], f"{label(person)} {ending}", *texts))
        audit.log_many(action, Rating, trail, user=user)


def _other(old, row):
    """What of COMPUTED differs: an update of all columns asks all indexes and checks."""
    pairs = zip(COMPUTED, old[START:END], row[START:END], strict=True)
    return {name: value for name, was, value in pairs if value != was}
