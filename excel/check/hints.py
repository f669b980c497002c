"""What people may have meant by a value that cannot be taken: offered beside the error, never written."""

from peewee import fn

import access
from database import among
from fields import Choice, Nip
from models import Employee, Period, Unit
from values import N_, Invalid, Mangled, as_text, compare_key

from ..read.header import nearest

MOST = 50  # different values of a column that are compared with a list: a hostile file has more
LIKENESS = 0.6  # of a value to a name, from 0 to 1


def hint(checked, read):
    """Give the errors among the values read ({column: values}) a hint of what may have been meant.

    Names and codes of lists by the nearest of them; a NIP that became a number, or is unknown, by
    the one employee in the account's scope with its first 15 digits, or of the row's own name.
    """
    for column, values in read.items():
        wrong = {id(v): v for v in values if isinstance(v, Invalid) and not v.near}
        if not wrong:
            continue
        if isinstance(column.field, Nip):
            _people(checked, column, values, wrong.values())
        elif options := _options(column, checked.context.user):
            _nearest(wrong.values(), options)


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


def _nearest(wrong, options):
    for problem in list(wrong)[:MOST]:
        found = nearest(compare_key(as_text(problem.params.get("value", ""))), options, LIKENESS)
        if found:
            problem.hint = Invalid(N_("Maksud Anda “%(near)s”?"), near=options[found])


# ------------------------------------------------------------------ people


def _people(checked, column, values, wrong):
    user = checked.context.user
    mangled = [problem for problem in wrong if isinstance(problem, Mangled)]
    heads = {head for problem in mangled for head in problem.heads}
    owners = _owners(user, fn.SUBSTR(Employee.nip, 1, 15), heads)
    for problem in mangled:
        found = next((owners[head] for head in problem.heads if head in owners), None)
        _offer(problem, N_("Diperbaiki menjadi %(near)s (%(person)s), mohon periksa"), found)
    if column.name == checked.sheet.key[0]:
        _by_name(checked, values, user)


def _by_name(checked, values, user):
    """Offer the employee of the name beside a NIP that is wrong, where it is the only one of that name."""
    name = next((c for c in checked.table.places if c.path == "employee.name"), None)
    cells = checked.table.cells(name) if name else ()
    lost = [
        (value, " ".join(as_text(cell).split()).lower())
        for value, cell in zip(values, cells, strict=False)
        if isinstance(value, Invalid) and not value.near and cell
    ]
    owners = _owners(user, fn.LOWER(Employee.name), {text for _, text in lost})
    for problem, text in lost:
        if not problem.near:
            _offer(problem, N_("Maksud Anda %(near)s (%(person)s)?"), owners.get(text))


def _owners(user, property, values):
    """{value: (NIP, name)} of the account's employees with a property; None where it is not only one."""
    found = {}
    query = access.scoped(Employee, user).select(property, Employee.nip, Employee.name)
    for value, *person in query.where(among(property, values)).tuples() if values else ():
        found[value] = None if value in found else person
    return found


def _offer(problem, words, person):
    if person:
        problem.hint = Invalid(words, near=person[0], person=person[1])
