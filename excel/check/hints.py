"""What people may have meant by a value that cannot be taken: offered beside the error, never written."""

from peewee import fn

import access
from database import among
from fields import Choice, Nip
from models import Employee, Period, Unit
from values import N_, Invalid, Mangled, as_text, compare_key

from ..read.parse import nearest

MOST = 50  # different values of a column that are compared with a list: a hostile file has more
LIKENESS = 0.6  # of a value to a name, from 0 to 1


def hint(checked, read):
    """Give the errors among the values read ({column: values}) a hint of what may have been meant.

    Names and codes of lists by the nearest of them; a NIP that became a number, or is unknown, by
    the one employee in the account's scope with its first 15 digits, or of the row's own name.
    """
    user = checked.context.user
    name = next((c for c in checked.table.places if c.path == "employee.name"), None)
    for column, values in read.items():
        wrong = {id(v): v for v in values if isinstance(v, Invalid) and not v.near}
        if wrong and isinstance(column.field, Nip):
            mangled = [(problem, problem.heads) for problem in wrong.values() if isinstance(problem, Mangled)]
            words = N_("Diperbaiki menjadi %(near)s (%(person)s), mohon periksa")
            _offer(user, words, fn.SUBSTR(Employee.nip, 1, 15), mangled)
            if name and column.name == checked.sheet.key[0]:
                pairs = zip(values, checked.table.cells(name), strict=True)
                named = [(v, [_plain(cell)]) for v, cell in pairs if isinstance(v, Invalid) and cell]
                _offer(user, N_("Maksud Anda %(near)s (%(person)s)?"), fn.LOWER(Employee.name), named)
        elif wrong and (options := _options(column, user)):
            for problem in list(wrong.values())[:MOST]:
                text = compare_key(as_text(problem.params.get("value", "")))
                if found := nearest(text, options, LIKENESS):
                    problem.hint = Invalid(N_("Maksud Anda “%(near)s”?"), near=options[found])


def _plain(cell):
    return " ".join(as_text(cell).split()).lower()


def _options(column, user):
    """{text as people write it alike: what to write} of a column that is chosen from a list."""
    if column.reference and column.reference.rel_model in (Unit, Period):
        model = column.reference.rel_model
        rows = access.scoped(model, user).select(column.field, model.name).tuples()
        return {compare_key(text): code for code, name in rows for text in (name, code)}
    if isinstance(column.field, Choice):
        labels = column.field.labels
        return {text: labels[code] for text, code in column.field.known.items()}
    return {}


def _offer(user, words, property, told):
    """Hint at the account's only employee with a property; `told` are (problem, the values it may have)."""
    found, values = {}, {value for _, some in told for value in some}
    query = access.scoped(Employee, user).select(property, Employee.nip, Employee.name)
    for value, *person in query.where(among(property, values)).tuples() if values else ():
        found[value] = None if value in found else person
    for problem, some in told:
        person = next((found[value] for value in some if value in found), None)
        if person and not problem.near:
            problem.hint = Invalid(words, near=person[0], person=person[1])
