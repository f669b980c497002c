"""What every part of the demo uses to bring its rows: dice, days, sentences, and the moves of the flows."""

import random
from collections import Counter, defaultdict
from contextlib import contextmanager
from datetime import date, timedelta
from operator import itemgetter

from peewee import fn

import audit
from database import moment
from flows import FLOWS, take
from models import Change, Clocks
from rating import due
from seed_data import those

LAST_MONDAY = date(2026, 9, 21)  # on which cases began


class World:
    """A demo that grows: `people`, and `periods`, the last of them open."""

    def __init__(self, count, random_state):
        self.count, self.dice = count, random.Random(random_state)  # noqa: S311 - demo data, no secrets
        self.people, self.periods, self.clocks, self.taken = [], [], Clocks(), Counter()

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

    def begun(self, kind, share):
        """[(a Monday, moves)] of the cases of a kind that a share of the people have, in the order of their days."""
        ways = self.ways(kind, max(20, int(share * self.count)))
        weeks = [int(self.dice.choice(way["weeks"].split("|"))) for way in ways]
        days = [LAST_MONDAY - timedelta(weeks=number) for number in weeks]
        return sorted(zip(days, [way["moves"] for way in ways], strict=True))

    def steps(self, row, moves, begin, pace, **given):
        """(day, row, move or None, values asked) of making a new row, and of its moves, each `pace` working days on.

        `given` are values by move; sentences are drawn, and a date that a move asks for is its day.
        """
        if row.id is None:
            yield begin, row, None, {}
        for number, name in enumerate(moves.split(), 1):
            move, day = FLOWS[type(row)].by_name[name], due(begin, pace * number, self.clocks.holidays)
            asked = {field: day for field in move.asks if field.endswith("_on")}
            if text := self.text(f"{row._meta.table_name} {name}"):
                asked[(*move.offers, *move.asks)[-1]] = text
            yield day, row, move, asked | given.get(name, {})

    def walk(self, steps):
        """Take steps in the order of their days, those of a day and move together."""
        groups = defaultdict(list)
        for day, row, move, asked in sorted(steps, key=itemgetter(0)):
            groups[day, type(row), move].append((row, asked))
        for (day, _, move), found in groups.items():
            rows = [row for row, _ in found]
            with self.on(day):
                if move is None:
                    audit.create(rows, user=None)
                elif left := take(
                    rows, move, None, on=day, each={row.id: asked for row, asked in found}
                ).left:
                    raise ValueError(f"{move.name}: {left}")

    @contextmanager
    def on(self, day):
        """Date the trail of what is written meanwhile."""
        last = Change.select(fn.MAX(Change.id)).scalar() or 0
        yield
        Change.update(at=moment(day, 9)).where(Change.id > last).execute()
