"""What every part of the demo uses to bring its rows: dice, days, sentences, and the moves of the flows."""

import random
from contextlib import contextmanager
from operator import itemgetter

from peewee import fn

from database import moment
from flows import FLOWS, take
from models import Change, Clocks
from rating import due
from seed_data import those


class World:
    """A demo that grows: `people`, and `periods`, the last of them open."""

    def __init__(self, count, random_state):
        self.count, self.dice = count, random.Random(random_state)  # noqa: S311 - demo data, no secrets
        self.people, self.periods, self.holidays = [], [], Clocks().holidays

    def weighed(self, rows, count=1):
        """So many rows of a list, drawn by their weights."""
        return self.dice.choices(rows, [int(row["weight"]) for row in rows], k=count)

    def name(self, gender):
        """A first name of a gender (L, P) and a family name."""
        first, family = (self.dice.choice(those("names", gender=kind))["text"] for kind in (gender, ""))
        return f"{first} {family}"

    def text(self, kind):
        """A sentence of a kind, if there is one."""
        found = those("demo_texts", kind=kind)
        return self.dice.choice(found)["text"] if found else None

    def ways(self, name, count):
        """So many ways of `demo_ways.csv`: first every one of them, then by their weights."""
        found = those("demo_ways", of=name)
        return (found + self.weighed(found, count))[:count]

    def steps(self, row, moves, begin, pace, **given):
        """(day, row, move, values asked) of a row's way; `given` are values by move, sentences are drawn."""
        for number, name in enumerate(moves.split(), 1):
            move, asked = FLOWS[type(row)].by_name[name], dict(given.get(name, {}))
            if text := self.text(f"{row._meta.table_name} {name}"):
                asked[(*move.offers, *move.asks)[-1]] = text
            yield due(begin, pace * number, self.holidays), row, move, asked

    def walk(self, steps):
        """Take steps in the order of their days, those of a day and move together."""
        groups = {}
        for day, row, move, asked in sorted(steps, key=itemgetter(0)):
            groups.setdefault((day, type(row), move), {})[row] = asked
        for (day, _, move), rows in groups.items():
            each = {row.id: asked for row, asked in rows.items()}
            with self.on(day):
                taken = take(list(rows), move, None, on=day, each=each)
            for row, why in taken.left:
                raise ValueError(f"{row}: {move.name}: {why}")

    @contextmanager
    def on(self, day):
        """Date the trail of what is written meanwhile."""
        last = Change.select(fn.MAX(Change.id)).scalar() or 0
        yield
        Change.update(at=moment(day, 9)).where(Change.id > last).execute()
