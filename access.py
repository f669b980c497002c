"""Roles, permissions and row scope: the one place that decides who may see or do what.

Each capability declares its tables here, in words; a table that is not declared is closed.
"""

from peewee import SQL

from models import Employee, Unit, User
from values import N_, Invalid

ROLES = tuple(User.role.labels)
DESK = "admin hr"  # who sees all units and edits records
RATERS = "admin hr supervisor"
INSIDERS = "admin hr supervisor employee"  # all but the officers, who answer citizens
EVERYBODY = " ".join(ROLES)
KEPT_BY_DESK = dict.fromkeys(("create", "update", "delete", "upload"), DESK)


class Everything(SQL):
    """The condition that every row meets; joined with another it is the other."""

    def __and__(self, other):
        return other


ALL, NOTHING = Everything("1 = 1"), SQL("1 = 0")
TABLES = {}  # model: its Rights, in the order of the capabilities


class Denied(Exception):
    """The account may not do this; the message says so in its words."""


class Rights:
    """What the roles may do to a table, and to which of its rows.

    `verbs` are {verb: roles}. `sees` gives the rows of roles that are not the desk: a function of the
    account, or one by role; each answers with a condition. `changes` narrows (or
    widens) what an account may write, `apart` takes rows away from whoever has a person, the desk
    included; `locked` are the fields that an account reads but never changes in a form.
    """

    def __init__(self, sees=None, changes=None, apart=None, locked=lambda user: (), **verbs):
        self.sees, self.changes, self.apart, self.locked = sees, changes, apart, locked
        self.verbs = {verb: frozenset(words.split()) for verb, words in verbs.items()}
        if unknown := frozenset().union(*self.verbs.values()) - set(ROLES):
            raise ValueError(f"no such role: {', '.join(sorted(unknown))}")


CLOSED = Rights()  # of a table that nobody declared


def table(model, **rights):
    """Declare who may do what to a table: `table(Award, read="hr supervisor", decide="hr", sees=...)`."""
    TABLES[model] = Rights(**rights)


def may(user, verb, model):
    """Whether an account (None: IT at the command line) may do a verb to a table at all."""
    return user is None or user.role in TABLES.get(model, CLOSED).verbs.get(verb, ())


def is_desk(user):
    """Whether an account acts for the HR office or IT; the command line without an account does."""
    return user is None or user.role in DESK.split()


def people(user):
    """The employees of the scope of an account other than the desk's, as a sub-select of ids."""
    if user.role == "supervisor" and user.unit_id:
        return Employee.select(Employee.id).where(Unit.within(Employee.unit, user.unit_id))
    if user.role == "employee" and user.employee_id:
        return Employee.select(Employee.id).where(Employee.id == user.employee_id)
    return Employee.select(Employee.id).where(NOTHING)


def led(user):
    """Of whom an account gives the supervisor's word, as a condition on Employee.

    A person, of whom she leads, directly or by others, within her scope; an account without a person, of those whose
    supervisor is in its scope; the desk, of everybody but its own person (DOMAIN 1.7).
    """
    if is_desk(user):
        return Employee.id != user.employee_id if user and user.employee_id else ALL
    if user.role != "supervisor":
        return NOTHING
    if user.employee_id:
        return Employee.within(Employee.id, user.employee_id, itself=False) & Employee.id.in_(people(user))
    return Employee.supervisor.in_(people(user))


def heard(user):
    """Of whom an account delivers what others say, as a condition on Employee: its own people,
    but neither itself nor who leads it."""
    if is_desk(user):
        return led(user)
    lead = [*Employee.above(user.employee_id)] if user.employee_id else []
    return Employee.id.in_(people(user)) & Employee.id.not_in(lead)


def scope(model, user):
    """The condition under which an account sees rows of a table.

    Made of sub-selects, so it fits any query on the table. The same condition serves list,
    details, edit, delete, actions, look-ups, foreign-key choices, export and the command line.
    """
    rights, seen = TABLES.get(model, CLOSED), ALL
    if not is_desk(user):
        rule = rights.sees.get(user.role) if isinstance(rights.sees, dict) else rights.sees
        seen = rule(user) if rule else NOTHING
    return seen & rights.apart(user) if rights.apart and user and user.employee_id else seen


def writable(model, user):
    """The condition under which an account may change rows of a table.

    As `scope`, but for tables that say otherwise: narrower where nobody may judge herself, wider
    where an account delivers what it may not read back.
    """
    changes = user and TABLES.get(model, CLOSED).changes
    return changes(user) if changes else scope(model, user)


def scoped(model, user):
    """A query of the rows of a table that an account sees."""
    seen = scope(model, user)  # without a condition SQLite counts faster
    return model.select() if seen is ALL else model.select().where(seen)


def outside(model, ids, condition):
    """The ids among these of the rows that do not meet a condition, as a set; unasked where all do."""
    return set() if condition is ALL else {*ids} - model.those(ids, condition)


def locked_fields(model, user):
    """The fields that an account reads but never changes in a form of this table."""
    return TABLES.get(model, CLOSED).locked(user)


def everyone(user):
    """All rows."""
    return ALL


def of_people(column):
    """Rows about the people of an account's scope."""
    return lambda user: column.in_(people(user))


def under(column):
    """Rows whose unit is in the account's tree; an officer without a unit serves all."""

    def rule(user):
        if user.unit_id:
            return Unit.within(column, user.unit_id)
        return ALL if user.role == "officer" else NOTHING

    return rule


def through(column, model, by=scope):
    """Rows that refer to a row of another table which the account sees (or by `writable` may change)."""
    return lambda user: column.in_(model.select(model.id).where(by(model, user)))


def unit_of(code, user):
    """The unit of a code within an account's scope; Invalid says the same of foreign and unknown."""
    unit = scoped(Unit, user).where(Unit.code == code).first()
    if unit is None:
        raise Invalid(N_("Unit %(code)s tidak ditemukan"), code=code)
    return unit


def below(model, unit):
    """The condition that a row belongs to a unit or one below it."""
    if model is Unit:
        return Unit.within(Unit.id, unit.id)
    if "unit" in model._meta.fields:
        return Unit.within(model.unit, unit.id)
    return model.employee.in_(Employee.select(Employee.id).where(Unit.within(Employee.unit, unit.id)))
