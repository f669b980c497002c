"""What the demo's people say of each other, quarter by quarter."""

from collections import defaultdict

from models import Assessment
from rating.matrix import ABOVE, BELOW, MEETS

USUAL = {(ABOVE, ABOVE): 14, (ABOVE, MEETS): 18, (MEETS, ABOVE): 14, (MEETS, MEETS): 54}  # work, behaviour
LOWS = ((BELOW, MEETS), (MEETS, BELOW), (BELOW, BELOW))  # one of each predikat below Baik
LOW = 0.04  # of the people, never the same in two quarters running
RANGES = {ABOVE: (110, 41), MEETS: (90, 80), BELOW: (62, 112)}  # lowest score, and how many quarter points
UNDONE, MISSED = 0.3, 0.03  # of an open quarter: still to be done; nobody asked either
COLUMNS = ("employee", "period", "source", "assessor", "work_score", "behaviour_score",
           "work_level", "behaviour_level", "note")  # fmt: skip


def demo(world):
    """The assessments of every quarter; the last one has gaps."""
    crowd, people = Crowd(world), world.people
    for period in world.periods:
        crowd.open = period is world.periods[-1]
        rows = [
            (key, period.id, *said) for key, said in crowd.quarter(world.staying if crowd.open else people)
        ]
        world.insert(Assessment, COLUMNS, rows)


class Crowd:
    """The people of a quarter with their groups and their mood."""

    def __init__(self, world):
        self.dice, self.habits, self.lows, self.open = world.dice("assessments"), {}, {}, False
        self.good, self.low = world.texts("note_good"), world.texts("note_low")

    def quarter(self, people):
        """(employee's id, values from the source on) of a quarter."""
        self.groups = defaultdict(list)
        for person in people:
            self.groups[person.supervisor_id].append(person.id)
        self.feel(people)
        keys = [person.id for person in people]
        missed = set(self.dice.sample(keys, round(MISSED * len(people) + 0.5) if self.open else 0))
        for person in people:
            rows = [] if person.id in missed else [*self.of_supervisor(person), *self.of_others(person)]
            if len(rows) < 2 and not self.open:
                rows.append(self.voice(person, "self", person.id))
            yield from ((person.id, row) for row in rows)

    def feel(self, people):
        """Most people stay as they were; a few others each time do worse."""
        dice = self.dice
        fresh = dice.choices(list(USUAL), USUAL.values(), k=len(people))
        for person, mood in zip(people, fresh, strict=True):
            if person.id not in self.habits or dice.random() < 0.25:
                self.habits[person.id] = mood
        free = [person.id for person in people if person.supervisor_id and person.id not in self.lows]
        number = min(len(free), max(len(LOWS), round(LOW * len(people))))
        self.lows = {key: LOWS[n % len(LOWS)] for n, key in enumerate(dice.sample(free, number))}
        self.moods = self.habits | self.lows

    def of_supervisor(self, person):
        """Levels, scores or both, which now and then do not agree; of the low always levels."""
        if person.supervisor_id is None or (self.open and self.dice.random() < UNDONE):
            return
        mood, style = self.moods[person.id], 1 if person.id in self.lows else self.dice.random()
        levels = (None, None) if 0.3 <= style < 0.65 else mood
        felt = (MEETS, MEETS) if 0.65 <= style < 0.67 else mood
        scores = map(self.score, felt) if style >= 0.3 else (None, None)
        yield "supervisor", person.supervisor_id, *scores, *levels, self.note(person)

    def of_others(self, person):
        dice, top, staff = self.dice, person.supervisor_id is None, self.groups.get(person.id)
        if top or dice.random() < 0.72:
            yield self.voice(person, "self", person.id)
        for key in self.peers(person):
            yield self.voice(person, "peer", key)
        if staff and (top or dice.random() < 0.5):
            for key in dice.sample(staff, min(3, len(staff))):
                yield self.voice(person, "subordinate", key)
        if top or dice.random() < 0.12:
            yield self.voice(person, "public", None)
        if person.position.startswith("Guru") and dice.random() < 0.4:
            yield self.voice(person, "observation", person.supervisor_id)

    def peers(self, person):
        """Nobody, one colleague (too few to count), or three and more."""
        share, group = self.dice.random(), self.groups[person.supervisor_id]
        number = 0 if share > 0.36 else 3 if share > 0.06 else 4 if share > 0.04 else 1
        drawn = self.dice.sample(group, min(number + 1, len(group)))
        return [key for key in drawn if key != person.id][:number]

    def voice(self, person, source, assessor):
        """What somebody else says: scores near the mood, or in an open quarter a request without."""
        dice, (work, behaviour) = self.dice, self.moods[person.id]
        if self.open and source in ("self", "peer", "subordinate") and dice.random() < UNDONE:
            return source, assessor, None, None, None, None, None
        if dice.random() < 0.12:
            work = behaviour = MEETS
        seen = None if source == "public" else self.score(work)
        note = self.note(person) if source == "observation" else None
        return source, assessor, seen, self.score(behaviour), None, None, note

    def score(self, level):
        low, steps = RANGES[level]
        return low + int(self.dice.random() * steps) / 4

    def note(self, person):
        notes = self.low if person.id in self.lows else self.good
        return self.dice.choice(notes) if self.dice.random() < 0.25 else None
