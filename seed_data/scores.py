"""What the demo's people say of each other, quarter by quarter."""

from collections import defaultdict

from models import Assessment
from rating.matrix import ABOVE, BELOW, MATRIX, MEETS, PREDICATES
from seed_data import insert
from seed_data.people import texts

CELLS = {  # how often a quarter ends in which levels of work and behaviour
    (ABOVE, ABOVE): 13, (ABOVE, MEETS): 15, (MEETS, ABOVE): 12, (MEETS, MEETS): 46, (BELOW, MEETS): 6,
    (BELOW, ABOVE): 2, (MEETS, BELOW): 3, (ABOVE, BELOW): 1, (BELOW, BELOW): 2,
}  # fmt: skip
EACH = [next(cell for cell, found in MATRIX.items() if found == predicate) for predicate in PREDICATES]
RANGES = {ABOVE: (110, 41), MEETS: (90, 80), BELOW: (62, 112)}  # lowest score, and how many quarter points
COLUMNS = ("employee", "period", "source", "assessor", "work_score", "behaviour_score",
           "work_level", "behaviour_level", "note")  # fmt: skip
UNDONE = 0.3  # of an open quarter


class Crowd:
    """The people of a quarter with their groups and their mood."""

    def __init__(self, dice):
        self.dice, self.habits, self.moods, self.examples = dice, {}, {}, {}
        self.good, self.low = texts("note_good"), texts("note_low")
        self.people, self.groups, self.period, self.open = (), {}, None, False

    def assessments(self, period, people, still_open):
        """The rows of a quarter, in the order of COLUMNS."""
        self.period, self.people, self.open = period, people, still_open
        self._gather()
        self._feel()
        for person in people:
            rows = self._of_supervisor(person) + self._of_others(person)
            if len(rows) < 2 and not still_open:
                rows.append(self._voice(person, "self", person.id))
            yield from rows

    def _gather(self):
        self.groups = defaultdict(list)
        for person in self.people:
            self.groups[person.supervisor].append(person.id)

    def _feel(self):
        """Most people stay as they were; five others each time stand for the five predicates."""
        dice, people = self.dice, self.people
        fresh = dice.choices(list(CELLS), list(CELLS.values()), k=len(people))
        for person, cell in zip(people, fresh, strict=True):
            if person.id not in self.habits or dice.random() < 0.25:
                self.habits[person.id] = cell
        led = [person.id for person in people if person.supervisor]
        self.examples = dict(zip(dice.sample(led, min(len(EACH), len(led))), EACH, strict=False))
        self.moods = self.habits | self.examples

    def _of_supervisor(self, person):
        """Levels, scores or both, which now and then do not agree."""
        dice = self.dice
        if person.supervisor is None or (self.open and dice.random() < UNDONE):
            return []
        work, behaviour = self.moods[person.id]
        style = 1 if person.id in self.examples else dice.random()
        scores, levels = (None, None), (None, None)
        if style >= 0.3:
            scores = self._score(work), self._score(behaviour)
        if style < 0.3 or style >= 0.65:
            levels = work, behaviour
        if 0.65 <= style < 0.67:
            scores = self._score(MEETS), self._score(MEETS)
        return [self._row(person, "supervisor", person.supervisor, *scores, *levels, self._note(person))]

    def _of_others(self, person):
        dice, rows = self.dice, []
        if person.supervisor is None or dice.random() < 0.72:
            rows.append(("self", person.id))
        rows += [("peer", key) for key in self._peers(person)]
        staff = self.groups.get(person.id)
        if staff and (person.supervisor is None or dice.random() < 0.5):
            rows += [("subordinate", key) for key in dice.sample(staff, min(3, len(staff)))]
        if person.supervisor is None or dice.random() < 0.12:
            rows.append(("public", None))
        if person.teaches and dice.random() < 0.4:
            rows.append(("observation", person.supervisor))
        return [self._voice(person, source, key) for source, key in rows]

    def _peers(self, person):
        """Nobody, one or two colleagues (too few to count), or three and more."""
        share, group = self.dice.random(), self.groups[person.supervisor]
        if share > 0.36:
            return []
        number = 3 if share > 0.06 else 4 if share > 0.04 else 1
        drawn = self.dice.sample(group, min(number + 1, len(group)))
        return [key for key in drawn if key != person.id][:number]

    def _voice(self, person, source, assessor):
        """What somebody else says: scores near the mood, or in an open quarter a request without."""
        dice, (work, behaviour) = self.dice, self.moods[person.id]
        asked = source in ("self", "peer", "subordinate")
        if self.open and asked and dice.random() < UNDONE:
            return self._row(person, source, assessor, None, None, None, None, None)
        if dice.random() < 0.12:
            work = behaviour = MEETS
        seen = None if source == "public" else self._score(work)
        note = self._note(person) if source == "observation" else None
        return self._row(person, source, assessor, seen, self._score(behaviour), None, None, note)

    def _score(self, level):
        low, steps = RANGES[level]
        return low + int(self.dice.random() * steps) / 4

    def _note(self, person):
        if self.dice.random() < 0.75:
            return None
        return self.dice.choice(self.low if BELOW in self.moods[person.id] else self.good)

    def _row(self, person, *values):
        return (person.id, self.period, *values)


def seed_assessments(closed, current, dice):
    """Insert the assessments of the quarters, each (period's id, people); the current one has gaps."""
    crowd = Crowd(dice)
    for quarter in [*closed, current]:
        insert(Assessment, COLUMNS, crowd.assessments(*quarter, quarter is current))
