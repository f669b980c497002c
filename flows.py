"""States that move by declaration: from where to where, who may, what it asks, stamps and entails."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import access
import audit
from database import among, once, today, write
from models import Period, User
from values import N_, Invalid

FLOWS = {}  # model: its Flow, in the order of the capabilities


@dataclass(frozen=True, eq=False)
class Move:
    """One way from some states to another.

    `verb` is asked of the permission table; `who` narrows the rows further: a function of the account
    that gives a condition, instead of that of all that it may write; guides call it by its `words`. `asks`
    must be given, `offers` may; `needs` (rows, account) -> further fields that must be. `sets` are other fields
    with what they become: a value, or a function of (row, Taken), as `the_day`. All are fields of the model. `guard` (row) -> in
    words why a row cannot move, if so; `facts` (rows, account) -> [(words, number)] what one should know before.
    `then` (Taken) follows in the same transaction. `after_close`: a closed period does not stop it.
    """

    name: str
    words: str
    done: str
    start: tuple
    end: str
    verb: str
    who: Callable | None = None
    asks: tuple = ()
    offers: tuple = ()
    needs: Callable | None = None
    sets: dict = field(default_factory=dict)
    guard: Callable | None = None
    facts: Callable | None = None
    then: Callable | None = None
    after_close: bool = False

    @property
    def own(self):
        """The fields that only this move writes."""
        return {*self.asks, *self.sets}

    def asked(self, rows, user):
        """The fields that must be given to move these rows."""
        further = self.needs(rows, user) if self.needs else ()
        return (*self.asks, *(name for name in further if name not in self.asks))


def the_day(row, taken):
    """What stamps a field: the day of the move."""
    return taken.on


@dataclass
class Taken:
    """What a move did: the rows that moved, as they are now, and those left, each with its reason."""

    move: Move
    user: Any
    on: date
    upload: int | None = None
    given: dict = field(default_factory=dict)  # {row id: what was asked of it}
    rows: list = field(default_factory=list)
    left: list = field(default_factory=list)


class Missing(Invalid):
    """What the move asks for was not given; `names` are the fields."""

    def __init__(self, model, names):
        self.names = names
        headers = ", ".join(model._meta.fields[name].verbose_name for name in names)
        super().__init__(N_("isi dahulu: %(fields)s"), fields=headers)


class Flow:
    """The moves of a model's `state`; `arrives` says in which one a new row of the desk begins."""

    def __init__(self, model, moves, arrives=None):
        self.model, self.state, self.initial, self.moves = model, model.state, model.state.default, moves
        self.arrives, self.by_name = arrives, {move.name: move for move in moves}
        self.own = {"state"}.union(*(move.own for move in moves))  # what only moves write: no form has it
        FLOWS[model] = self

    def first(self, values, user):
        """The state of a new row: where the desk brings one, what its values bear out."""
        if self.arrives and access.is_desk(user):
            return self.arrives(values)
        return self.initial

    @cached_property
    def borne_by(self):
        """{state: the fields that every way to it asks for; None where no way leads}."""
        found, before = {self.initial: frozenset()}, None
        while found != before:
            before = dict(found)
            for move in self.moves:
                for start in found.keys() & set(move.start):
                    asked = found[start] | set(move.asks)
                    found[move.end] = found.get(move.end, asked) & asked
        return dict.fromkeys(self.state.labels) | found


def described():
    """The states and moves of every table as Markdown, for the guide of IT."""
    parts = []
    for model, flow in FLOWS.items():
        labels, words = flow.state.labels, {name: f.verbose_name for name, f in model._meta.fields.items()}
        states = ", ".join(f"{label} (`{code}`)" for code, label in labels.items())
        parts += [f"### Langkah {model.noun} (`{model._meta.table_name}`)", "", f"Status: {states}.", ""]
        parts += ["| Langkah | Dari | Menjadi | Siapa | Yang diminta |", "|---|---|---|---|---|"]
        for move in flow.moves:
            start = ", ".join(labels[code] for code in move.start)
            may_do = access.TABLES[model].verbs[move.verb]
            roles = ", ".join(label for role, label in User.role.choices if role in may_do)
            asked = ", ".join([*map(words.get, move.asks), *(f"({words[name]})" for name in move.offers)])
            who = move.who.words if move.who else roles
            cells = f"{move.words} (`{move.name}`)", start, labels[move.end], who, asked or "–"
            parts.append(f"| {' | '.join(cells)} |")
        parts.append("")
    return "\n".join(parts)


def may_move(move, model, user):
    """Whether an account may make a move on some row of a table."""
    allowed, who = access.may(user, move.verb, model), user and move.who
    return allowed and not (who and who(user) is access.NOTHING)


def sort_out(rows, move, user, given=None):
    """(rows that can move, [(row, Invalid)] of those that cannot and why); a constant number of statements.

    With what is `given`, {row id: values by field name}, a row that lacks what the move asks for is Missing.
    """
    if not rows:
        return [], []
    model = type(rows[0])
    labels, closed = FLOWS[model].state.labels, ()
    foreign = {row.id for row in rows}
    if may_move(move, model, user):
        mine = move.who(user) if user and move.who else access.writable(model, user)
        foreign = access.outside(model, foreign, access.scope(model, user) & mine)
    if model.frozen_with_period and not move.after_close:
        closed = once("closed periods", lambda: set(Period.ids("closed").tuples()))

    def why_not(row):
        if row.state not in move.start:
            return Invalid(N_("berstatus %(state)s"), state=labels.get(row.state, row.state))
        if closed and (row.period_id,) in closed:
            return Invalid(N_("periodenya sudah ditutup"))
        if row.id in foreign:
            return Invalid(N_("bukan wewenang akun Anda"))
        words = move.guard and move.guard(row)
        return Invalid(words) if words else None

    found = [(row, why_not(row)) for row in rows]
    able = [row for row, why in found if not why]
    if given is not None and able:
        wanted = move.asked(able, user)
        lacking = {row.id: [n for n in wanted if given[row.id].get(n) in (None, "")] for row in able}
        found = [(row, why or lacking[row.id] and Missing(model, lacking[row.id])) for row, why in found]
    return [row for row, why in found if not why], [(row, why) for row, why in found if why]


def take(rows, move, user, asked=None, on=None, *, each=None, upload=None):
    """Move rows of one table in one transaction; returns Taken.

    `asked` holds the values given for all of them by field name, `each` {row id: values} those of
    single rows. Rows that cannot move are left with their reason. Raises Missing, and whatever a
    follow-up raises; then nothing is written. The number of statements does not grow with the rows.
    """
    taken = Taken(move, user, on or today(), upload)
    if not rows:
        return taken
    model, asked = type(rows[0]), asked or {}
    if not each and (missing := [name for name in move.asks if asked.get(name) in (None, "")]):
        raise Missing(model, missing)  # whatever became of the rows
    with write():
        mine = model.select().where(among(model.id, [row.id for row in rows])).order_by(model.id)
        taken.given = {row.id: asked | (each or {}).get(row.id, {}) for row in rows}
        able, taken.left = sort_out(list(model.with_labels(mine)), move, user, taken.given)
        for missing in [why for _, why in taken.left if isinstance(why, Missing)]:
            raise missing
        sets, values = {"state": move.end, **move.sets}, {}
        for row in able:
            stamps = {name: v(row, taken) if callable(v) else v for name, v in sets.items()}
            values[row.id] = stamps | taken.given[row.id]
        audit.change_many(able, values, user=user, upload=upload, move=move.name)
        taken.rows = able
        if able and move.then:
            move.then(taken)
    return taken
