"""What a workbook may move: a state changes as its account may change it, with what the move asks in its columns.

The desk may bring history in: new rows, in a state that their columns bear out.
"""

from collections import defaultdict

import access
import flows
from database import among
from values import N_, Invalid


class Steps:
    """The moves that the rows of a file ask for, judged together once all rows are read."""

    def __init__(self, sheet, user, checked, fail):
        self.flow, self.sheet, self.user, self.fail = flows.FLOWS.get(sheet.model), sheet, user, fail
        self.brought = {column.name for column in checked.table.places}
        self.lines = defaultdict(list)  # move: [(line, row)]

    def begin(self, row, merged):
        """Put the state of a new row into its values; false, and said why, where it may not begin so."""
        if not self.flow:
            return True
        name, state = self.flow.state.name, row.values.get(self.flow.state.name)
        if state is None:
            merged[name] = self.flow.first(merged, self.user)
        elif state != self.flow.initial and not access.is_desk(self.user):
            return self._refuse(row, N_("data baru dimulai sebagai %(state)s"), self.flow.initial)
        else:
            return self._borne(row, merged, state)
        return True

    def _borne(self, row, merged, state):
        asked = self.flow.borne_by[state]
        if asked is None:
            return self._refuse(row, N_("%(state)s tidak dapat dicapai"), state)
        lacking = [n for n in asked if n in self.sheet.by_name and merged.get(n) is None]
        if lacking:
            fields = ", ".join(self.sheet.by_name[n].header for n in sorted(lacking))
            return self._refuse(row, N_("%(state)s memerlukan %(fields)s"), state, fields=fields)
        return True

    def _refuse(self, row, words, state, **more):
        self.fail(row, self.flow.state.name, Invalid(words, state=self.flow.state.labels[state], **more))
        return False

    def step(self, row, old, after):
        """(whether the row may go on, the move that it asks for or None) of a stored row and what differs."""
        own = after.keys() & self.flow.own if self.flow else ()
        if not own:
            return True, None
        name = self.flow.state.name
        start, end = old[name], row.values.get(name)
        moves = self.flow.between(start, end) if end else [m for m in self.flow.moves if start in m.start]
        moves = [m for m in moves if own - {name} <= m.own | {*m.offers}]
        if len(moves) == 1 or (moves and end):
            return True, moves[0]
        if end in (None, start):
            words = N_("berubah hanya bersama %(status)s; isi kolom itu")
            if not moves:
                words = N_("tidak berubah pada status ini")
            status = f"{self.flow.state.verbose_name} ({' / '.join(m.words for m in moves)})"
            self.fail(row, min(own - {name} or own), Invalid(words, status=status))
        else:
            words = N_("dari %(before)s tidak dapat menjadi %(state)s")
            self._refuse(row, words, end, before=self.flow.state.labels[start])
        return False, None

    def settle(self):
        """The numbers of the rows whose move is refused, each said at its cell; a few statements a move."""
        refused = set()
        for move, lines in self.lines.items():
            ids = [line.id for line, _ in lines]
            model = self.flow.model
            rows = list(model.select().where(among(model.id, ids)))
            able, left = flows.sort_out(rows, move, self.user)
            why = {row.id: problem for row, problem in left}
            wanted = move.asked(able, self.user) if able else ()
            for line, row in lines:
                problem, lacking = why.get(line.id), None
                if problem is None:
                    lacking = next((n for n in wanted if row.values.get(n) is None), None)
                    problem = lacking and flows.Missing(model, [lacking])
                if problem:
                    self.fail(row, self._place(row, lacking), problem)
                    refused.add(line.row)
        return refused

    def _place(self, row, lacking):
        """The field at whose cell a refusal stands: what is lacking, the state, or what the row says of the move."""
        names = (lacking, self.flow.state.name, *sorted(self.flow.own & row.values.keys()))
        return next((name for name in names if name in self.brought), self.flow.state.name)
