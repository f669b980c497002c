"""What becomes of the demo's ratings: computed, then carried through their states, then closed."""

from datetime import date
from functools import cache
from typing import NamedTuple

import audit
from compute import compute
from fields import Predicate
from models import Holiday, Objection, Period, Policy, Rating
from rating import due
from rating.matrix import PREDICATES
from seed_data import STAMP, insert

STATES = {  # share of each state in a closed quarter
    "2025-TW4": {"acknowledged": 94, "upheld": 2, "changed": 2, "final": 2},
    "2026-TW1": {"acknowledged": 82, "delivered": 10, "final": 4, "upheld": 2, "changed": 2},
    "2026-TW2": {"acknowledged": 40, "delivered": 34, "final": 12, "confirmed": 10, "objected": 4},
}
STEPS = ("confirmed_on", "final_on", "delivered_on", "acknowledged_on")
REACHED = {"confirmed": 1, "final": 2, "acknowledged": 4}  # how many of the steps; all others three
PENDING_SINCE = date(2026, 8, 24)  # ratings whose objection is still open were confirmed late
REASONS = (
    "Target tambahan yang saya selesaikan pada triwulan ini belum diperhitungkan.",
    "Bukti dukung hasil kerja sudah saya serahkan, tetapi belum dibaca saat penilaian.",
    "Nilai perilaku tidak sesuai dengan umpan balik yang saya terima sepanjang triwulan.",
    "Keterlambatan laporan disebabkan oleh gangguan jaringan di lokasi tugas.",
)
ANSWERS = {
    "upheld": "Bukti dukung telah diperiksa kembali dan tidak mengubah penilaian.",
    "changed": "Bukti dukung tambahan diterima dan penilaian diperbaiki.",
}
LABELS = dict(Predicate.CHOICES)


class Fate(NamedTuple):
    """A rating's state with the dates that led there."""

    rating: int
    state: str
    days: tuple[date | None, ...]
    note: str | None


class Clock:
    """Working days after a date, with the holidays and the policy of this database."""

    def __init__(self, dice):
        holidays = {day for (day,) in Holiday.select(Holiday.date).tuples()}
        self.policy = Policy.on(date(2026, 1, 1))
        self.after = cache(lambda day, number: due(day, number, holidays))
        self.dice = dice

    def soon(self, day, most):
        """A working day within so many after a date."""
        return self.after(day, self.dice.randint(1, most))


def seed_ratings(period, clock):
    """Rate a quarter, carry its ratings on and close it."""
    compute(period)
    fates = list(_fates(period, clock))
    audit.executemany(
        'UPDATE "rating" SET "state" = ?, "confirmed_on" = ?, "final_on" = ?, "delivered_on" = ?, '
        '"acknowledged_on" = ?, "note" = ?, "updated_at" = ? WHERE "id" = ?',
        [(fate.state, *fate.days, fate.note, STAMP, fate.rating) for fate in fates],
    )
    _insert_objections(fates, clock)
    Period.update(state="closed", updated_at=STAMP).where(Period.id == period.id).execute()


def _fates(period, clock):
    rows = list(Rating.select(Rating.id, Rating.predicate).where(Rating.period == period.id)
                .order_by(Rating.employee).tuples())  # fmt: skip
    shares = STATES[period.code]
    states = [*shares, *clock.dice.choices(list(shares), shares.values(), k=len(rows))][: len(rows)]
    clock.dice.shuffle(states)
    for (key, predicate), state in zip(rows, states, strict=True):
        if state == "changed" and predicate == PREDICATES[-1]:
            state = "upheld"  # a decision that changes a rating raises it
        note = _note(predicate) if state == "changed" else None
        yield Fate(key, state, _days(period, state, clock), note)


def _days(period, state, clock):
    """The dates of the steps that a state has behind it, None for the others."""
    day, days = PENDING_SINCE if state == "objected" else period.ends_on, []
    for most in (8, 3, min(10, clock.policy.days_deliver), min(10, clock.policy.days_return)):
        day = clock.soon(day, most)
        days.append(day)
    reached = REACHED.get(state, 3)
    return (*days[:reached], *[None] * (len(STEPS) - reached))


def _note(predicate):
    was = PREDICATES[PREDICATES.index(predicate) + 1]
    return f"Semula {LABELS[was]}; menjadi {LABELS[predicate]} menurut keputusan atas keberatan."


def _insert_objections(fates, clock):
    """An objection for each rating that saw one, decided or not."""
    rows = []
    for fate in fates:
        if fate.state not in ("objected", *ANSWERS):
            continue
        filed = clock.soon(fate.days[2], clock.policy.days_object)
        open_still = fate.state == "objected"
        decided = None if open_still else clock.soon(filed, clock.policy.days_decide)
        rows.append((
            fate.rating, filed, clock.dice.choice(REASONS), ANSWERS.get(fate.state),
            None if open_still else fate.state, clock.after(filed, clock.policy.days_decide), decided,
        ))  # fmt: skip
    names = ("rating", "filed_on", "reason", "answer", "decision", "due_on", "decided_on")
    insert(Objection, names, rows)
