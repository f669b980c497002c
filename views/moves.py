"""Moves of a state in the panel: a page that says what would happen and asks for what the move needs."""

from collections import Counter
from functools import partial

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_admin.form import BaseForm
from flask_admin.helpers import get_redirect_target
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

import flows
from views.formfields import Required, spoken
from views.session import me

SHORT = 20  # rows that are named one by one
ANEW = "reason"  # said anew each time, never prefilled


class Moves:
    """The moves half of AdminView: actions, buttons and the page that asks."""

    def init_actions(self):
        super().init_actions()
        for move in self.flow.moves if self.flow else ():
            self._actions.append((move.name, _l(move.words)))
            self._actions_data[move.name] = (partial(self.ask_move, move), _l(move.words), None)

    def moves_of(self, row):
        """[(name, words)] of the moves that the account can make on this row now."""
        moves = self.flow.of(me()) if self.flow else ()
        now = [move for move in moves if getattr(row, self.flow.state.name) in move.start]
        return [(move.name, _l(move.words)) for move in now if flows.sort_out([row], move, me())[0]]

    def record_actions(self, row, writes):
        """[(name, words)] of what can be done with this row: its moves, and the actions of its list."""
        moves = self.flow.by_name if self.flow else {}
        others = [pair for pair in self.get_actions_list()[0] if pair[0] not in moves]
        return [*self.moves_of(row), *(others if writes else ())]

    def ask_move(self, move, ids, form=None):
        """The page before a move: how many move, who is left and why, and what it asks for."""
        rows = self.chosen(ids)
        able, left = flows.sort_out(rows, move, me())
        form = form or self.move_form(move, able)(obj=prefill(able, move))
        reasons = Counter(spoken(problem) for _, problem in left)
        return self.render(
            "admin/move.html", move=move, able=able, left=left, reasons=reasons, form=form, most=SHORT, spoken=spoken,
            facts=move.facts(able, me()) if move.facts and able else (), ids=[row.id for row in rows],
            everything=request.form.get("all") == "y", return_url=get_redirect_target() or self.get_url(".index_view"),
        )  # fmt: skip

    def move_form(self, move, able):
        """The class of the form for what a move asks of these rows."""
        asked = move.asked(able, me()) if able else ()
        converter = self.model_form_converter(self)
        fields = {}
        for name in (*asked, *(name for name in move.offers if name not in asked)):
            info = converter.convert(self.model, self.model._meta.fields[name], {})
            info.field.kwargs["validators"] = [Required() if name in asked else Optional()]
            fields[name] = info.field
        return type("Asked", (BaseForm,), fields)

    @expose("/move/<move_name>/", methods=("POST",))
    def move(self, move_name):
        """Make a move, with what was asked for."""
        move = self.flow.by_name.get(move_name) if self.flow else None
        if move is None:
            abort(404)
        if not self.is_action_allowed(move_name):
            abort(403)
        ids = request.form.getlist("rowid")
        rows = self.chosen(ids)
        able, _ = flows.sort_out(rows, move, me())
        form = self.move_form(move, able)(request.form)
        if not able or not form.validate():
            return self.ask_move(move, ids, form)
        given = {field.name: getattr(field.data, "id", field.data) for field in form}
        asked = {key: value for key, value in given.items() if value is not None}
        self.say_moved(move, flows.take(rows, move, me(), asked))
        return redirect(get_redirect_target() or self.get_url(".index_view"))

    @staticmethod
    def say_moved(move, taken):
        flash(
            gettext("%(done)s: %(n)s data.", done=gettext(move.done), n=len(taken.rows)),
            "success" if taken.rows else "info",
        )
        for why, count in Counter(spoken(problem) for _, problem in taken.left).items():
            flash(gettext("%(n)s dilewati: %(why)s.", n=count, why=why), "info")


def prefill(able, move):
    """What one row says already, for the form of a single row."""
    if len(able) != 1:
        return None
    names = [name for name in (*move.asks, *move.offers) if name != ANEW]
    return type("Prefilled", (), {name: getattr(able[0], name) for name in names})
