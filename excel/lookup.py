"""Set queries of the import: they ask for the file's keys only, and read rows without objects."""

import json

from peewee import SQL, BooleanField, DateField, DateTimeField, DecimalField, NodeList

from models import Employee, Period, Unit, db, on_sqlite

EXTRA = {  # what we need to know of a row that a cell refers to, after its key and id
    Employee: (Employee.name, Employee.supervisor),
    Unit: (Unit.name,),
    Period: (Period.name,),
}
CONVERTED = (BooleanField, DateField, DateTimeField, DecimalField)


class Memo(dict):
    """A function of one value, remembered: `memo[value]`."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def __missing__(self, value):
        self[value] = result = self.function(value)
        return result


def among(field, values):
    """The condition that a field is one of many plain values, as a single parameter."""
    if on_sqlite():
        return field.in_(SQL("(SELECT value FROM json_each(?))", [json.dumps(list(values))]))
    return NodeList((field, SQL("= ANY(%s)", [list(values)])))


def referred(column, keys, condition):
    """{natural key: (key, id, ...extra)} of the rows that cells refer to, within a condition."""
    model = column.reference.rel_model
    query = model.select(column.field, model.id, *EXTRA[model]).where(among(column.field, keys))
    if condition is not None:
        query = query.where(condition)
    return {row[0]: row for row in query.tuples().iterator()}


def fetched(query, fields):
    """The rows of a query over these fields as tuples of Python values, converted by columns."""
    rows = db.execute(query.select(*fields)).fetchall()
    columns = list(zip(*rows, strict=True)) or [()] * len(fields)
    for place, field in enumerate(fields):
        if isinstance(field, CONVERTED):
            memo = Memo(field.python_value)
            columns[place] = [memo[value] for value in columns[place]]
    return zip(*columns, strict=True)
