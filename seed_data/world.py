"""What every room may use to bring its demo rows: dice, days, sentences, and the moves of its flow."""

import csv
import io
import random
from contextlib import contextmanager
from functools import cache, cached_property
from operator import attrgetter, itemgetter

from peewee import fn

from clocks import Clocks
from code_lists import codes
from database import moment
from excel.check.validate import Context
from excel.write.apply import apply_at_once
from flows import FLOWS, take
from models import Change
from rating import due
from seed_data import insert


class World:
    """A demo that grows room by room: `people`, the ids of those who `left` since, and `periods`, the last of them open."""

    insert = staticmethod(insert)

    def __init__(self, count, random_state):
        self.count, self.random_state = count, random_state
        self.people, self.left, self.periods = [], [], []
        holidays = Clocks().holidays
        self.after = cache(lambda day, number: due(day, number, holidays))  # so many working days after

    @property
    def staying(self):
        return [person for person in self.people if person.id not in self.left]

    @cached_property
    def names(self):
        """First names by gender (L, P), family names under nothing."""
        return {
            gender: [row["text"] for row in codes("names") if row["gender"] == gender]
            for gender in ("L", "P", "")
        }

    def dice(self, topic):
        """The dice of a topic: one more throw in one of them leaves the others as they were."""
        return random.Random(f"{self.random_state} {topic}")  # noqa: S311 - demo data, no secrets

    @staticmethod
    @cache
    def texts(kind):
        """The sentences of one kind in `demo_texts.csv`."""
        return [row["text"] for row in codes("demo_texts") if row["kind"] == kind]

    def ways(self, name, count, dice):
        """So many ways of `demo_ways.csv`, each as its moves: first every one of them, then by their shares."""
        found = [row for row in codes("demo_ways") if row["of"] == name]
        drawn = dice.choices(found, [int(row["share"]) for row in found], k=count)
        return [row["moves"].split() for row in (found + drawn)[:count]]

    def steps(self, row, moves, begin, pace, dice, **given):
        """(day, row, move, values asked) of a row's way; `given` are values by move, sentences are drawn."""
        for number, name in enumerate(moves, 1):
            move, asked = FLOWS[type(row)].by_name[name], dict(given.get(name, {}))
            if words := self.texts(f"{row._meta.table_name} {name}"):
                asked[(*move.offers, *move.asks)[-1]] = dice.choice(words)
            yield self.after(begin, pace * number), row, name, asked

    def walk(self, steps):
        """Take steps in the order of their days, those of a day and move together."""
        groups = {}
        for day, row, move, asked in sorted(steps, key=itemgetter(0)):
            groups.setdefault((day, type(row), move), []).append((row, asked))
        for (day, model, move), pairs in groups.items():
            each = {row.id: asked for row, asked in pairs}
            with self.on(day):
                taken = take([row for row, _ in pairs], FLOWS[model].by_name[move], None, on=day, each=each)
            for row, why in taken.left:
                raise ValueError(f"{row}: {move}: {why}")

    def upload(self, sheet, filename, rows):
        """Let rows come with a file, by the door of every file."""
        if not rows:
            return
        out = io.StringIO()
        lines = [[c.field.show(attrgetter(c.path)(row)) for c in sheet.columns] for row in rows]
        csv.writer(out).writerows([[c.header for c in sheet.columns], *lines])
        apply_at_once(sheet, out.getvalue().encode("utf-8-sig"), filename, Context(None, None))

    @contextmanager
    def on(self, day):
        """Date the trail of what is written meanwhile."""
        last = Change.select(fn.MAX(Change.id)).scalar() or 0
        yield
        Change.update(at=moment(day, 9)).where(Change.id > last).execute()
