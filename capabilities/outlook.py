"""What a file of assessments would lead to, and what is odd about it without being wrong."""

from collections import Counter, defaultdict, namedtuple
from operator import itemgetter

from database import Memo, among, db
from fields import Score
from models import Employee, Period, Policy, Rating, Unit, UnitResult
from rating import beyond, level_of, predicate_of
from tables import climb
from values import N_, Invalid

ASPECTS = (("work_level", "work_score"), ("behaviour_level", "behaviour_score"))
GIVEN = ("period", *ASPECTS[0], *ASPECTS[1])
given_by = itemgetter(*GIVEN)
LABELS = Rating.work_level.labels | Rating.predicate.labels
ORDER = {code: place for place, code in enumerate(LABELS)}
JUMP = 2  # levels up or down from one period to the next that somebody should look at
LIMITS = ("min_people", "most_max", "low_min", "top_max", "next_min")  # of the policy's distribution
KEPT = N_("kosong, jadi %(value)s tetap; tulis HAPUS untuk mengosongkan")
ALIKE = N_("semua %(n)s pegawai mendapat nilai yang sama; pastikan tiap orang dinilai sendiri")
SPREAD = {
    "most": N_("%(unit)s: %(share)s persen %(predicates)s; pedoman untuk capaian %(result)s paling banyak %(limit)s persen"),
    "least": N_("%(unit)s: %(share)s persen %(predicates)s; pedoman untuk capaian %(result)s paling sedikit %(limit)s persen"),
    "some": N_("%(unit)s: belum ada yang %(predicates)s; pedoman untuk capaian %(result)s mengharapkannya"),
}  # fmt: skip


# A supervisor's assessment as it will be: whose, what is GIVEN, levels (None where open), the predicate.
Said = namedtuple("Said", "row employee given levels predicate")


class Outlook:
    """Gathers the supervisors' assessments of a file, row by row, and looks at them together."""

    def __init__(self, checked):
        self.checked, self.said = checked, defaultdict(list)  # {period: what is Said}
        self.scores = [c for c in checked.table.places if c.name and isinstance(c.field, Score)]
        self.periods = Memo(Period.get_by_id)
        self.policies = Memo(lambda key: Policy.on(self.periods[key].ends_on))
        self.leads = Memo(self._leads)

    def _leads(self, given):
        """(levels, predicate code or None) that an assessment by itself leads to."""
        period, *pairs = given
        levels = []
        for level, score in zip(pairs[::2], pairs[1::2], strict=True):
            levels.append(level or (None if score is None else level_of(score, self.policies[period])))
        return levels, None if None in levels else predicate_of(*levels)

    def note(self, row, merged, old=None):
        """Warn of what is odd about a row, and remember it; returns its predicate (before, after)."""
        if merged["source"] != "supervisor":
            return ()
        given, warn = given_by(merged), self.checked.warn
        levels, predicate = self.leads[given]
        if any(levels):
            self.said[given[0]].append(Said(row, merged["employee"], given, levels, predicate))
            for name, problem in contradictions(merged, self.policies[given[0]]):
                warn(row, name, problem)
        if not old:
            return None, predicate
        for column in self.scores:
            if column.name not in row.values and old[column.name] is not None:
                warn(row, column, Invalid(KEPT, value=column.field.show(old[column.name])))
        return self.leads[given_by(old)][1], predicate

    def warn(self):
        """Warn of what is odd about the rows beside each other and beside what is known."""
        for key, group in self.said.items():
            period, policy = self.periods[key], self.policies[key]
            self._warn_of_jumps(period, group)
            if len(group) >= policy.distribution_min_people:
                if len({said.given for said in group}) == 1:
                    self.checked.warn(group[0].row, None, Invalid(ALIKE, n=len(group)))
                self._warn_of_spread(period, policy, group)

    def _warn_of_jumps(self, period, group):
        """Two levels or more away from the rating of the last period of the same kind."""
        earlier = Period.select().where((Period.kind == period.kind) & (Period.ends_on < period.starts_on))
        last = earlier.order_by(Period.ends_on.desc()).first()
        if last is None:
            return
        names = Rating.employee, Rating.work_level, Rating.behaviour_level, Rating.predicate
        theirs = among(Rating.employee, [said.employee for said in group])
        query = Rating.select(*names).where(Rating.period == last, theirs)
        before = {key: rest for key, *rest in db.execute(query)}
        words = N_("melompat dari %(before)s menjadi %(after)s dibandingkan %(period)s; pastikan benar")
        for said in group:
            for old, new in zip(before.get(said.employee, ()), (*said.levels, said.predicate), strict=False):
                if old and new and abs(ORDER[old] - ORDER[new]) >= JUMP:
                    odd = Invalid(words, before=LABELS[old], after=LABELS[new], period=last.name)
                    self.checked.warn(said.row, None, odd)
                    break

    def _warn_of_spread(self, period, policy, group):
        """Units whose predicates do not spread as the guidance for their organisation result says."""
        query = UnitResult.select(UnitResult.unit, UnitResult.result).join(Period).order_by(Period.starts_on)
        known = dict(query.where(Period.starts_on <= period.starts_on).tuples())  # the newest of each unit
        if not known:
            return
        units = {unit.id: unit for unit in Unit.select(Unit.id, Unit.name, Unit.parent)}
        ids, teams = [said.employee for said in group], defaultdict(list)
        homes = dict(db.execute(Employee.select(Employee.id, Employee.unit).where(among(Employee.id, ids))))
        for said in group:
            if said.predicate:
                teams[homes[said.employee]].append(said)
        limits = {name: getattr(policy, f"distribution_{name}") for name in LIMITS}
        for unit, team in teams.items():
            way = climb(unit, lambda key: units[key].parent_id)  # its own result, or the nearest one above
            result = next((known[found] for found in way if found in known), None)
            counts = Counter(said.predicate for said in team)
            for predicates, kind, limit, share in beyond(counts, result, limits) if result else ():
                odd = Invalid(
                    SPREAD[kind if kind == "most" or limit else "some"],
                    unit=units[unit].name, share=share, limit=limit, result=UnitResult.result.labels[result],
                    predicates=" / ".join(LABELS[code] for code in predicates),
                )  # fmt: skip
                self.checked.warn(team[0].row, None, odd)


def contradictions(values, policy):
    """[(field, Invalid)] of the levels that the score beside them does not suggest."""
    found = []
    for level, score in ASPECTS:
        if values.get(level) and values.get(score) is not None:
            suggested = level_of(values[score], policy)
            if suggested != values[level]:
                words = N_("skor mengusulkan %(near)s, tersimpan %(level)s; rating itu yang berlaku")
                found.append((level, Invalid(words, near=LABELS[suggested], level=LABELS[values[level]])))
    return found
