"""The ratings of a period: gather by sets, ask `rating`, write what differs."""

from collections import defaultdict, namedtuple
from decimal import Decimal
from functools import cache, lru_cache
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


# What is read of an employee and of an assessment, and what is computed of a rating, under the names of
# their fields; scores and credit that are computed are texts of two decimals.
Person = namedtuple("Person", "id nip name unit supervisor status jf_level")
Opinion = namedtuple(
    "Opinion",
    "id employee source assessor updated_at work_score behaviour_score work_level behaviour_level by_desk",
)
RATING = [field.name for field in Rating._meta.sorted_fields]
AUDITED = [field.name for field in audit.audited(Rating)] + ["version"]
TRAIL = "{%s}" % ", ".join(f'"{name}": %s' for name in AUDITED)  # in the shape of `audit.snapshot`
WORK, BEHAVIOUR = (attrgetter(f"{name}_level", f"{name}_score") for name in ("work", "behaviour"))
TWO_PLACES = ("work_score", "behaviour_score", "credit")
COMPUTED = (
    "unit", "rater", *TWO_PLACES, "work_level", "behaviour_level", "predicate", "explanation", "basis_changed",
)  # fmt: skip


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
    """(people, {employee id: values of her rating}, {employee id: what is said of her}) under conditions on Employee."""

    def read(model, names, *conditions):
        fields = [getattr(model, name) for name in names]
        if model is not Employee and who:
            conditions += (model.employee.in_(Employee.select(Employee.id).where(*who)),)
        return db.execute(model.select(*fields).where(*conditions).order_by(model.id))

    # whoever left keeps a suggestion up to date
    suggested = Rating.select(Rating.employee).where(Rating.period == period.id, Rating.state == "suggested")
    those = (Employee.active == True) | Employee.id.in_(suggested)  # noqa: E712 - SQL
    people = [Person._make(row) for row in read(Employee, Person._fields, those, *who)]
    had, said = {}, defaultdict(list)
    for row in read(Rating, RATING, Rating.period == period.id):
        values = dict(zip(RATING, row, strict=True))
        had[values["employee"]] = values | {name: _text(values[name]) for name in TWO_PLACES}
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
    blank = dict.fromkeys(RATING) | Rating._meta.get_default_dict()
    blank |= {"period": period.id, "updated_at": now().isoformat(" ")}
    calculator, new, changed, same, missing = _calculator(period), [], [], 0, []
    for person in people:
        old = had.get(person.id)
        if old and old["state"] != "suggested":
            same += 1
        elif (suggestion := _suggestion(person, said.get(person.id, ()), calculator, counted)) is None:
            missing += [(person.id, _label(person))] if person.id not in exempt else []
        elif (after := (old or blank | {"employee": person.id}) | suggestion) != old:
            (changed if old else new).append((person, old, after))
        else:
            same += 1
    return new, changed, same, missing


def _suggestion(person, opinions, calculator, counted):
    """What is COMPUTED of one employee's rating, or None while the supervisor has not judged both aspects."""
    chief = [row for row in opinions if row.source == "supervisor"]
    if len(chief) > 1:  # the supervisor on record first, then the newest
        chief.sort(key=attrgetter("updated_at", "id"), reverse=True)
        chief.sort(key=lambda row: row.assessor is None or row.assessor != person.supervisor)
    work_level, work_score, work = _ask(calculator, chief, opinions, WORK)
    level, score, behaviour = _ask(calculator, chief, opinions, BEHAVIOUR)
    if work_level is None or level is None:
        return None
    earns = person.status == "PNS" and person.jf_level
    elsewhere = bool(earns) and person.id in counted
    jenjang = person.jf_level if earns and not elsewhere else None
    predicate, credit, cell = calculator.cell(work_level, level, jenjang)
    why = calculator.explanation(work, behaviour, chief[0].id, chief[0].by_desk, elsewhere, cell)
    rater = chief[0].assessor or person.supervisor
    found = (person.unit, rater, work_score, score, credit, work_level, level, predicate, why, False)
    return dict(zip(COMPUTED, found, strict=True))


def _ask(calculator, chief, opinions, aspect):
    """(level, score, JSON) of an aspect: the first supervisor who speaks of it decides whether a level stands."""
    word = next((pair for pair in map(aspect, chief) if pair != (None, None)), None)
    if word is None:  # nobody else speaks in the supervisor's place
        return None, None, None
    given = [(row.source, _decimal(score)) for row in opinions if (score := aspect(row)[1]) is not None]
    given.sort(key=lambda pair: (RANK[pair[0]], pair[1]))  # the order of showing
    return calculator.aspect(word[0], tuple(given))


def _write(period, new, changed, user):
    """Write ratings, given as (person, before, after), and their trail; new ones have no `before`."""
    # each value is encoded once: an encoder for every row took a tenth of a run
    literal, audited = lru_cache(None, typed=True)(audit.encode), itemgetter(*AUDITED)
    for key, (_, _, row) in zip(audit.reserve_ids(Rating, len(new)), new, strict=True):
        row["id"] = key
    audit.insert_many(Rating, RATING, [tuple(row.values()) for _, _, row in new])
    lines = [(row["id"], row["version"], {name: row[name] for name in COMPUTED}) for _, _, row in changed]
    audit.update_many(Rating, lines)
    for _, _, row in changed:
        row["version"] += 1
    ending = str(period)
    for action, found in (("create", new), ("update", changed)):
        trail = []
        for person, *versions in found:
            texts = [row and TRAIL % tuple(map(literal, audited(row))) for row in versions]
            trail.append((versions[1]["id"], f"{_label(person)} {ending}", *texts))
        audit.log_many(action, Rating, trail, user=user)


def _label(person):
    return Employee.called.format_map(person._asdict())
