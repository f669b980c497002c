"""What a file of assessments would lead to, and what is odd about it without being wrong."""

from collections import Counter, defaultdict, namedtuple
from functools import cache
from operator import itemgetter

from database import among, db
from fields import Score
from models import Employee, Period, Policy, Rating, Unit, UnitResult
from rating import MATRIX, beyond, level_of
from tables import climb
from values import N_, Invalid

GIVEN = ("work_score", "behaviour_score", "work_level", "behaviour_level")
said_of = itemgetter("period", *GIVEN)
LABELS = Rating.work_level.labels | Rating.predicate.labels
PLACES = {code: place for place, code in enumerate(LABELS)}
JUMP = 2  # levels up or down from one period to the next that somebody should look at
LIMITS = ("min_people", "most_max", "low_min", "top_max", "next_min")  # of the policy's distribution
STAYS = N_("kosong, jadi %(value)s tetap; tulis HAPUS untuk mengosongkan")
ALIKE = N_("semua %(n)s pegawai mendapat nilai yang sama; pastikan tiap orang dinilai sendiri")
SPREAD = {
    "most": N_("%(unit)s: %(share)s persen %(predicates)s; pedoman untuk capaian %(result)s paling banyak %(limit)s persen"),
    "least": N_("%(unit)s: %(share)s persen %(predicates)s; pedoman untuk capaian %(result)s paling sedikit %(limit)s persen"),
    "some": N_("%(unit)s: belum ada yang %(predicates)s; pedoman untuk capaian %(result)s mengharapkannya"),
}  # fmt: skip


# A supervisor's assessment as it will be: whose, what it gives, levels (None where open), the predicate.
Verdict = namedtuple("Verdict", "row employee given levels predicate")


class Outlook:
    """Gathers the supervisors' assessments of a file, row by row, and looks at them together."""

    def __init__(self, checked):
        self.checked, self.verdicts = checked, defaultdict(list)  # {period: Verdicts}
        self.scores = [c for c in checked.table.places if c.name and isinstance(c.field, Score)]
        self.period = cache(Period.get_by_id)
        self.policy = cache(lambda key: Policy.on(self.period(key).ends_on))
        self.judge = cache(lambda key: judge(self.policy(key)))

    def note(self, row, merged, old=None):
        """Warn of what is odd about a row, and remember it; returns its predicate (before, after)."""
        if merged["source"] != "supervisor":
            return ()
        given, warn = said_of(merged), self.checked.warn
        levels, predicate, odd = self.judge(given[0])(*given[1:])
        if any(levels):
            self.verdicts[given[0]].append(Verdict(row, merged["employee"], given, levels, predicate))
        for name, problem in odd:
            warn(row, name, problem)
        if not old:
            return None, predicate
        for column in self.scores:
            if column.name not in row.values and old[column.name] is not None:
                warn(row, column, Invalid(STAYS, value=column.field.show(old[column.name])))
        return self.judge(old["period"])(*said_of(old)[1:])[1], predicate

    def warn(self):
        """Warn of what is odd about the rows beside each other and beside what is known."""
        for key, group in self.verdicts.items():
            period, policy = self.period(key), self.policy(key)
            self._warn_of_jumps(period, group)
            if len(group) >= policy.distribution_min_people:
                if len({one.given for one in group}) == 1:
                    self.checked.warn(group[0].row, None, Invalid(ALIKE, n=len(group)))
                self._warn_of_spread(period, policy, group)

    def _warn_of_jumps(self, period, group):
        """Two levels or more away from the rating of the last period of the same kind."""
        earlier = Period.select().where((Period.kind == period.kind) & (Period.ends_on < period.starts_on))
        last = earlier.order_by(Period.ends_on.desc()).first()
        if last is None:
            return
        names = Rating.employee, Rating.work_level, Rating.behaviour_level, Rating.predicate
        theirs = among(Rating.employee, [one.employee for one in group])
        query = Rating.select(*names).where(Rating.period == last, theirs)
        before = {key: rest for key, *rest in db.execute(query)}
        words = N_("melompat dari %(before)s menjadi %(after)s dibandingkan %(period)s; pastikan benar")
        for one in group:
            for old, new in zip(before.get(one.employee, ()), (*one.levels, one.predicate), strict=False):
                if old and new and abs(PLACES[old] - PLACES[new]) >= JUMP:
                    odd = Invalid(words, before=LABELS[old], after=LABELS[new], period=last.name)
                    self.checked.warn(one.row, None, odd)
                    break

    def _warn_of_spread(self, period, policy, group):
        """Units whose predicates do not spread as the guidance for their organisation result says."""
        query = UnitResult.select(UnitResult.unit, UnitResult.result).join(Period).order_by(Period.starts_on)
        known = dict(query.where(Period.starts_on <= period.starts_on).tuples())  # the newest of each unit
        if not known:
            return
        units = {unit.id: unit for unit in Unit.select(Unit.id, Unit.name, Unit.parent)}
        ids, teams = [one.employee for one in group], defaultdict(list)
        homes = dict(db.execute(Employee.select(Employee.id, Employee.unit).where(among(Employee.id, ids))))
        for one in group:
            if one.predicate:
                teams[homes[one.employee]].append(one)
        limits = {name: getattr(policy, f"distribution_{name}") for name in LIMITS}
        for unit, team in teams.items():
            way = climb(unit, lambda key: units[key].parent_id)  # its own result, or the nearest one above
            result = next((known[found] for found in way if found in known), None)
            counts = Counter(one.predicate for one in team)
            for predicates, kind, limit, share in beyond(counts, result, limits) if result else ():
                odd = Invalid(
                    SPREAD[kind if kind == "most" or limit else "some"],
                    unit=units[unit].name, share=share, limit=limit, result=UnitResult.result.labels[result],
                    predicates=" / ".join(LABELS[code] for code in predicates),
                )  # fmt: skip
                self.checked.warn(team[0].row, None, odd)


def judge(policy):
    """A function from the values of GIVEN to what they mean under a policy.

    That is (levels, predicate or None, [(field, Invalid)] of levels that the score beside them does not suggest).
    """

    @cache
    def weighed(name, score, level):
        suggested = level_of(score, policy) if score is not None else None
        if not level or suggested in (None, level):
            return level or suggested, ()
        words = N_("skor mengusulkan %(near)s, tersimpan %(level)s; rating itu yang berlaku")
        return level, ((name, Invalid(words, near=LABELS[suggested], level=LABELS[level])),)

    def judged(work, behaviour, work_level, behaviour_level):
        work, odd = weighed("work_level", work, work_level)
        behaviour, odder = weighed("behaviour_level", behaviour, behaviour_level)
        return (work, behaviour), MATRIX.get((work, behaviour)), odd + odder

    return judged
