"""Roles, permissions and row scope: the only place that decides who may see or do what."""

from peewee import SQL

from models import (
    Assessment,
    Award,
    Change,
    Complaint,
    ComplaintEvent,
    Employee,
    Holiday,
    Objection,
    Period,
    Policy,
    Rating,
    Training,
    Unit,
    UnitResult,
    Upload,
    User,
)

VERBS = {
    "r": "read", "c": "create", "u": "update", "d": "delete", "i": "import",
    "o": "compute", "f": "confirm", "l": "look",
}  # fmt: skip

# A table without a line is closed; a role without a letter may not.
PERMISSIONS = {
    #                admin    hr       supervisor officer  employee
    Unit:           ("rcudi", "rcudi", "r",       "",      ""),
    Employee:       ("rcudi", "rcudi", "r",       "",      "r"),
    User:           ("rcu",   "",      "",        "",      ""),
    Policy:         ("rcud",  "rcud",  "r",       "",      "r"),
    Period:         ("rcudo", "rcudo", "ro",      "",      "r"),
    UnitResult:     ("rcud",  "rcud",  "r",       "",      ""),
    Assessment:     ("rcudio", "rcudio", "rcuio", "",      "ru"),
    Rating:         ("ruof",  "ruof",  "rof",     "",      "r"),
    Objection:      ("rcud",  "rcud",  "r",       "",      "r"),
    Training:       ("rcudi", "rcudi", "r",       "",      "r"),
    Award:          ("rcudi", "rcudi", "r",       "",      "r"),
    Complaint:      ("rcudil", "rcudil", "",      "rul",   ""),
    ComplaintEvent: ("r",     "r",     "",        "r",     ""),
    Holiday:        ("rcud",  "rcud",  "r",       "r",     "r"),
    Upload:         ("r",     "r",     "r",       "",      ""),
    Change:         ("r",     "r",     "",        "",      ""),
}  # fmt: skip
ORDER = ("admin", "hr", "supervisor", "officer", "employee")

NOTHING = SQL("1 = 0")
HIDDEN_SOURCES = ("peer", "subordinate")  # seen as aggregates only: who said it stays unknown


class Denied(Exception):
    """The account may not do this; the message says so in its words."""


def may(user, verb, model):
    """Whether an account (None: IT at the command line) may do a verb to a table at all."""
    if user is None:
        return True
    letters = dict(zip(ORDER, PERMISSIONS.get(model, ("",) * 5), strict=True))[user.role]
    return any(VERBS[letter] == verb for letter in letters)


def people(user):
    """The employees of an account's scope, as a sub-select of ids; None means all."""
    if user is None or user.role in ("admin", "hr"):
        return None
    if user.role == "supervisor" and user.unit_id:
        return Employee.select(Employee.id).where(Employee.unit.in_(Unit.below(user.unit_id)))
    if user.role == "employee" and user.employee_id:
        return Employee.select(Employee.id).where(Employee.id == user.employee_id)
    return Employee.select(Employee.id).where(NOTHING)


def scope(model, user):
    """The condition under which an account sees rows of a table; None means all of them.

    Made of sub-selects, so it fits any query on the table. The same condition serves list,
    details, edit, delete, actions, look-ups, foreign-key choices, export and the command line.
    """
    if user is None:
        return None
    seen = _by_role(model, user)
    if not user.employee_id:
        return seen
    apart = _not_about_herself(model, user)
    return apart if seen is None else seen if apart is None else seen & apart


def _by_role(model, user):
    if user.role in ("admin", "hr"):
        return None
    rule = SCOPES.get((user.role, model)) or SCOPES.get(model)
    return NOTHING if rule is None else rule(user)


def _not_about_herself(model, user):
    """Who a complaint is about neither handles it nor reads who reported, in its trail either."""
    about_me = Complaint.select(Complaint.id).where(Complaint.employee == user.employee_id)
    if model is Complaint:
        return Complaint.id.not_in(about_me)
    if model is ComplaintEvent:
        return ComplaintEvent.complaint.not_in(about_me)
    if model is Change:
        return (Change.table != "complaint") | Change.key.not_in(about_me)
    return None


def writable(model, user):
    """The condition under which an account may change rows of a table; None means all of them.

    Narrower than `scope` where reading is wider than writing (nobody rates herself), and wider
    for uploads of peers' scores, which a supervisor may deliver but not read back.
    """
    if user is None:
        return None
    if model is Assessment:
        return _writable_assessments(user)
    seen = scope(model, user)
    if not user.employee_id or model not in (Rating, Objection):
        return seen
    others = Rating.employee != user.employee_id
    if model is Objection:
        others = Objection.rating.in_(Rating.select(Rating.id).where(others))
    return others if seen is None else seen & others


def _writable_assessments(user):
    mine = user.employee_id or 0
    if user.role == "employee":
        return Assessment.assessor == mine
    not_self_rated = (Assessment.employee != mine) | (Assessment.source == "self")
    group = people(user)
    return not_self_rated if group is None else Assessment.employee.in_(group) & not_self_rated


def scoped(model, user):
    """A query of the rows of a table that an account sees."""
    condition = scope(model, user)
    return model.select() if condition is None else model.select().where(condition)


def may_rate(user, employee_id, source):
    """Whether an account may give an assessment of this source to this employee (by id)."""
    return user is None or employee_id != user.employee_id or source == "self"


def locked_fields(model, user):
    """The fields that an account reads but never changes in a form of this table."""
    if model is Assessment and user.role == "employee":
        return {"employee", "period", "source", "assessor"}
    if model is Complaint and user.role == "officer":
        fixed = {"ticket", "received_on", "channel", "employee", "subject", "body", "satisfaction"}
        return fixed | {"classification"} if user.unit_id else fixed  # an officer of all is the desk
    return set()


def _of_people(column):
    return lambda user: column.in_(people(user))


def _under(column):
    """Rows whose unit is in the account's tree; an officer without a unit serves all."""

    def rule(user):
        if user.unit_id:
            return column.in_(Unit.below(user.unit_id))
        return None if user.role == "officer" else NOTHING

    return rule


def _own_ratings(user):
    return Objection.rating.in_(Rating.select(Rating.id).where(Rating.employee.in_(people(user))))


def _supervised_assessments(user):
    return Assessment.employee.in_(people(user)) & Assessment.source.not_in(HIDDEN_SOURCES)


def _own_assessments(user):
    mine = user.employee_id or 0
    about_me = (Assessment.employee == mine) & Assessment.source.not_in(HIDDEN_SOURCES)
    return about_me | (Assessment.assessor == mine)


def _complaint_events(user):
    seen = scope(Complaint, user)
    if seen is None:
        return None
    return ComplaintEvent.complaint.in_(Complaint.select(Complaint.id).where(seen))


def _everyone(user):
    return None


# By (role, table), else by table; a table without a rule shows nothing.
SCOPES = {
    ("supervisor", Unit): _under(Unit.id),
    ("officer", Unit): _under(Unit.id),
    ("supervisor", UnitResult): _under(UnitResult.unit),
    ("supervisor", Assessment): _supervised_assessments,
    ("employee", Assessment): _own_assessments,
    ("officer", Complaint): _under(Complaint.unit),
    ("officer", ComplaintEvent): _complaint_events,
    ("supervisor", Upload): lambda user: Upload.user == user.id,
    Employee: _of_people(Employee.id),
    Rating: _of_people(Rating.employee),
    Objection: _own_ratings,
    Training: _of_people(Training.employee),
    Award: _of_people(Award.employee),
    Policy: _everyone,
    Period: _everyone,
    Holiday: _everyone,
}
