"""Set queries of the import: they ask for the file's keys only, and read rows without objects."""

from peewee import BooleanField, DateField, DateTimeField, DecimalField

from database import among, db

CONVERTED = (BooleanField, DateField, DateTimeField, DecimalField)


class Memo(dict):
    """A function of one value, remembered: `memo[value]`."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def __missing__(self, value):
        self[value] = result = self.function(value)
        return result


def referred(column, keys, condition, further=()):
    """{natural key: (key, id, what else names it, *further)} of the rows that cells refer to, within a condition."""
    model = column.reference.rel_model
    names = [model._meta.fields[name] for name in model.names if name != column.field.name]
    query = model.select(column.field, model.id, *names, *further).where(among(column.field, keys))
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
