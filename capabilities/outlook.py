"""What a file of assessments would lead to, and what is odd about it without being wrong."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from database import Memo, among, db
from fields import Score
from models import Employee, Period, Policy, Rating, Unit, UnitResult
from rating import beyond, level_of, predicate_of
from tables import climb
from values import N_, Invalid

ASPECTS = (("work_level", "work_score"), ("behaviour_level", "behaviour_score"))
JUMP = 2  # levels up or down from one period to the next that somebody should look at
LIMITS = ("min_people", "most_max", "low_min", "top_max", "next_min")  # of the policy's distribution


@dataclass(slots=True)
class Said:
    """A supervisor's assessment as it will be: whose, when, levels (None where open), the four values."""

    row: object
    employee: int
    period: int
    levels: tuple
    predicate: str | None
    values: tuple


class Outlook:
    """Gathers the supervisors' assessments of a file, row by row, and looks at them together."""

    def __init__(self, checked):
        self.checked, self.said, self.blank = checked, [], []
        self.scores = [c for c in checked.table.places if c.name and isinstance(c.field, Score)]
        self.periods = Memo(lambda key: Period.get_by_id(key))
        self.policies = Memo(lambda key: Policy.on(self.periods[key].ends_on))
        self.levels = Memo(self._levels)

    def _levels(self, place):
        period, *pairs = place
        policy = self.policies[period]
        return tuple([
            level or (level_of(score, policy) if score is not None else None)
            for level, score in zip(pairs[::2], pairs[1::2], strict=True)
        ])  # fmt: skip

    def of(self, values):
        """(levels, predicate code or None) that an assessment by itself leads to."""
        names = [values[name] for pair in ASPECTS for name in pair]
        levels = self.levels[(values["period"], *names)]
        return levels, None if None in levels else predicate_of(*levels)

    def note(self, row, merged, old=None):
        """Remember what a row leads to; returns its predicate (before, after)."""
        if merged["source"] != "supervisor":
            return ()
        levels, predicate = self.of(merged)
        if any(levels):
            values = tuple([merged[name] for pair in ASPECTS for name in pair])
            self.said.append(Said(row, merged["employee"], merged["period"], levels, predicate, values))
        if old:
            kept = [c for c in self.scores if c.name not in row.values and old[c.name] is not None]
            self.blank += [(row, column, old[column.name]) for column in kept]
        return (self.of(old)[1] if old else None), predicate

    # -- what is odd

    def warn(self, plan):
        """Add a warning to the plan for everything that is odd."""
        words = N_("kosong, jadi %(value)s tetap; tulis HAPUS untuk mengosongkan")
        for row, column, value in self.blank:
            kept = Invalid(words, value=column.field.show(value))
            plan.warnings.append(self.checked.problem(row, column, kept))
        by_period = defaultdict(list)
        for said in self.said:
            by_period[said.period].append(said)
        for key, group in by_period.items():
            period, policy = self.periods[key], self.policies[key]
            plan.warnings += self._against(policy, group)
            plan.warnings += self._jumps(period, group)
            if len(group) >= policy.distribution_min_people:
                plan.warnings += self._all_alike(group)
                plan.warnings += self._spread(period, policy, group)

    def _against(self, policy, group):
        """A level against its own score, with the score's level to choose instead."""
        for said in group:
            values = dict(zip((name for pair in ASPECTS for name in pair), said.values, strict=True))
            for name, problem in contradictions(values, policy):
                yield self.checked.problem(said.row, name, problem)

    def _jumps(self, period, group):
        """Two levels or more away from the rating of the last period of the same kind."""
        earlier = Period.select().where((Period.kind == period.kind) & (Period.ends_on < period.starts_on))
        last = earlier.order_by(Period.ends_on.desc()).first()
        if last is None:
            return
        ids = [said.employee for said in group]
        names = Rating.employee, Rating.work_level, Rating.behaviour_level, Rating.predicate
        query = Rating.select(*names).where((Rating.period == last) & among(Rating.employee, ids))
        before = {key: rest for key, *rest in db.execute(query)}
        for said in group:
            ratings = before.get(said.employee)
            if ratings and (found := _jump(ratings, (*said.levels, said.predicate))):
                words = N_(
                    "melompat dari %(before)s menjadi %(after)s dibandingkan %(period)s; pastikan benar"
                )
                odd = Invalid(words, before=found[0], after=found[1], period=last.name)
                yield self.checked.problem(said.row, None, odd)

    def _all_alike(self, group):
        """The same values for everybody."""
        if len({said.values for said in group}) == 1:
            words = N_("semua %(n)s pegawai mendapat nilai yang sama; pastikan tiap orang dinilai sendiri")
            yield self.checked.problem(group[0].row, None, Invalid(words, n=len(group)))

    def _spread(self, period, policy, group):
        """Units whose predicates do not spread as the guidance for their organisation result says."""
        results = _results(period)
        if results is None:
            return
        ids = [said.employee for said in group]
        units = dict(db.execute(Employee.select(Employee.id, Employee.unit).where(among(Employee.id, ids))))
        teams = defaultdict(list)
        for said in group:
            if said.predicate:
                teams[units[said.employee]].append(said)
        limits = {name: getattr(policy, f"distribution_{name}") for name in LIMITS}
        for unit, team in teams.items():
            if result := results[unit]:
                for found in beyond(Counter(said.predicate for said in team), result, limits):
                    yield self.checked.problem(team[0].row, None, _told(unit, result, *found))


def contradictions(values, policy):
    """[(field, Invalid)] of the levels that the score beside them does not suggest."""
    labels, found = Rating.work_level.labels, []
    for level, score in ASPECTS:
        if values.get(level) and values.get(score) is not None:
            suggested = level_of(values[score], policy)
            if suggested != values[level]:
                words = N_("skor mengusulkan %(near)s, tersimpan %(level)s; rating itu yang berlaku")
                found.append((level, Invalid(words, near=labels[suggested], level=labels[values[level]])))
    return found


def _jump(before, after):
    """(before, after) as labels, of the first rating that is two steps away; None where none is."""
    for place, (old, new) in enumerate(zip(before, after, strict=True)):
        labels = (Rating.predicate if place == 2 else Rating.work_level).labels
        order = [*labels]  # best first
        if old and new and abs(order.index(old) - order.index(new)) >= JUMP:
            return labels[old], labels[new]
    return None


def _results(period):
    """{unit id: newest known organisation result up to a period, its own or the nearest one above}; None where none is known."""
    query = UnitResult.select(UnitResult.unit, UnitResult.result).join(Period)
    known = dict(query.where(Period.starts_on <= period.starts_on).order_by(Period.starts_on).tuples())
    if not known:
        return None
    above = dict(Unit.select(Unit.id, Unit.parent).tuples())

    def nearest(unit):
        return next((known[found] for found in climb(unit, above.get) if found in known), None)

    return Memo(nearest)


SPREAD = {
    "most": N_("%(unit)s: %(share)s persen %(predicates)s; pedoman untuk capaian %(result)s paling banyak %(limit)s persen"),
    "least": N_("%(unit)s: %(share)s persen %(predicates)s; pedoman untuk capaian %(result)s paling sedikit %(limit)s persen"),
    "some": N_("%(unit)s: belum ada yang %(predicates)s; pedoman untuk capaian %(result)s mengharapkannya"),
}  # fmt: skip


def _told(unit, result, predicates, kind, limit, share):
    words = SPREAD[kind if kind == "most" or limit else "some"]
    labels = Rating.predicate.labels
    return Invalid(
        words, unit=Unit.get_by_id(unit).name, share=share, limit=limit,
        predicates=" / ".join(labels[p] for p in predicates), result=UnitResult.result.labels[result],
    )  # fmt: skip
