"""What the demo's people say of each other, quarter by quarter."""

from collections import defaultdict

from models import Assessment, UnitResult
from rating.matrix import ABOVE, BELOW, MEETS

USUAL = {(ABOVE, ABOVE): 14, (ABOVE, MEETS): 18, (MEETS, ABOVE): 14, (MEETS, MEETS): 54}  # work, behaviour
LOWS = ((BELOW, MEETS), (MEETS, BELOW), (BELOW, BELOW))  # one of each predikat below Baik
LOW = 0.04  # of the people, never the same in two quarters running
RANGES = {ABOVE: (110, 41), MEETS: (90, 80), BELOW: (62, 112)}  # lowest score, and how many quarter points
VOICES = {
    "self": (0.72, 1),
    "peer": (0.34, 3),
    "subordinate": (0.5, 3),
    "public": (0.12, 1),
    "observation": (0.4, 1),
}
UNDONE, MISSED = 0.3, 0.03  # of an open quarter: still to be done; nobody asked either
COLUMNS = ("employee", "period", "source", "assessor", "work_score", "behaviour_score",
           "work_level", "behaviour_level", "note")  # fmt: skip


def demo(world):
    """The assessments of every quarter; the last one has gaps."""
    crowd = Crowd(world)
    for period in world.periods:
        crowd.open = period is world.periods[-1]
        people = world.staying if crowd.open else world.people
        missed = set(crowd.dice.sample([person.id for person in people], round(MISSED * len(people) + 0.5)))
        crowd.feel(people)
        crowd.fit_heads(people, period)
        asked = [person for person in people if not crowd.open or person.id not in missed]
        rows = [(person.id, period.id, *said) for person in asked for said in crowd.about(person)]
        world.insert(Assessment, COLUMNS, rows)


class Crowd:
    """The people of a quarter with their groups and their mood."""

    def __init__(self, world):
        self.dice, self.texts = world.dice("assessments"), world.texts
        self.habits, self.lows, self.open = {}, {}, False

    def feel(self, people):
        """Most people stay as they were; a few others each time do worse."""
        dice, self.groups = self.dice, defaultdict(list)
        fresh = dice.choices(list(USUAL), USUAL.values(), k=len(people))
        for person, mood in zip(people, fresh, strict=True):
            self.groups[person.supervisor_id].append(person.id)
            if person.id not in self.habits or dice.random() < 0.25:
                self.habits[person.id] = mood
        free = [person.id for person in people if person.supervisor_id and person.id not in self.lows]
        number = min(len(free), max(len(LOWS), round(LOW * len(people))))
        self.lows = {key: LOWS[n % len(LOWS)] for n, key in enumerate(dice.sample(free, number))}
        self.moods = self.habits | self.lows

    def fit_heads(self, people, period):
        """The head of an OPD did no better than her unit."""
        results = dict(
            UnitResult.select(UnitResult.unit, UnitResult.result).where(UnitResult.period == period).tuples()
        )
        for person in people:
            work, behaviour = self.moods[person.id]
            head = (
                person.position_type == "JPT_PRATAMA"
                and results.get(person.unit_id, "ISTIMEWA") != "ISTIMEWA"
            )
            if head and work == ABOVE:
                self.moods[person.id] = MEETS, behaviour

    def about(self, person):
        """Rows from the source on: the supervisor's, then what others say; of a closed quarter two at least."""
        chief, others = person.supervisor_id, list(self.asked(person))
        if not others and not self.open:
            others = [("self", person.id)]
        judged = chief and not (self.open and self.dice.random() < UNDONE)
        return [
            *([self.judgement(person)] if judged else ()),
            *(self.voice(person, *other) for other in others),
        ]

    def judgement(self, person):
        """Levels, scores or both, which now and then do not agree; of the low always levels."""
        mood, style = self.moods[person.id], 1 if person.id in self.lows else self.dice.random()
        levels = (None, None) if 0.3 <= style < 0.65 else mood
        felt = (MEETS, MEETS) if 0.65 <= style < 0.67 else mood
        scores = map(self.score, felt) if style >= 0.3 else (None, None)
        return "supervisor", person.supervisor_id, *scores, *levels, self.note(person)

    def asked(self, person):
        """(source, assessor) of all others who are asked; whoever is at the top is judged by everybody."""
        chief, teacher = person.supervisor_id, person.position.startswith("Guru")
        pools = {
            "self": [person.id], "peer": self.groups[chief], "subordinate": self.groups.get(person.id, ()),
            "public": [None], "observation": [chief] if teacher else (),
        }  # fmt: skip
        for source, (share, most) in VOICES.items():
            if not chief or self.dice.random() < share:
                drawn = self.dice.sample(pools[source], min(most, len(pools[source])))
                yield from ((source, key) for key in drawn if key != person.id or source == "self")

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
        words = self.texts("note_low" if person.id in self.lows else "note_good")
        return self.dice.choice(words) if self.dice.random() < 0.25 else None
