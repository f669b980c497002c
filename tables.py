"""What every table can do: say its rows in words, reach other tables by paths, and climb its own tree."""

import re

from peewee import JOIN, ForeignKeyField, IntegerField, Model

from database import among, db, now
from fields import Moment

LABELLED = re.compile(r"{(\w+)}")  # the fields in a label


class Table(Model):
    """A table of this database, named after its model in snake case."""

    noun = ""  # what people call a row of it, in menu and messages
    names = ()  # the fields that name a row: its natural key, then what else it is searched by
    called = "{id}"  # how a row is said in pages, messages and the trail, by field names
    frozen_with_period = False  # whether a closed period closes a row
    headings = {}  # field name -> the heading that begins with it, in forms and details

    class Meta:
        database = db
        legacy_table_names = False

    def __str__(self):
        return self.called.format_map(Words(self))

    @classmethod
    def spoken(cls):
        """The fields that are for people, in model order: those that have words."""
        return [field for field in cls._meta.sorted_fields if field.verbose_name]

    @classmethod
    def natural_key(cls):
        """The field by which people name a row, else its number."""
        return cls._meta.fields[cls.names[0] if cls.names else "id"]

    @classmethod
    def said_paths(cls):
        """The dotted paths that a row's label is made of, those of what it refers to included."""
        paths = []
        for name in LABELLED.findall(cls.called):
            field = cls._meta.fields[name]
            further = field.rel_model.said_paths() if isinstance(field, ForeignKeyField) else [()]
            paths += [(name, *path) for path in further]
        return paths

    @classmethod
    def field_at(cls, path):
        """The field at the end of a dotted path, or None where there is none."""
        model, field = cls, None
        for step in path.split("."):
            model = field.rel_model if isinstance(field, ForeignKeyField) else model
            field = model._meta.fields.get(step)
            if field is None:
                return None
        return field

    @classmethod
    def those(cls, ids, *conditions):
        """The ids among these of rows that meet all conditions, as a set; one statement."""
        return {key for (key,) in cls.select(cls.id).where(among(cls.id, ids), *conditions).tuples()}

    @classmethod
    def with_labels(cls, query):
        """Whole rows of a query, with what their labels are made of: one statement for any number of rows."""
        return cls.with_paths(query, [*((f.name,) for f in cls._meta.sorted_fields), *cls.said_paths()])

    @classmethod
    def with_paths(cls, query, paths, order=()):
        """The rows of a query with the fields at these paths, and no others, by those of an order: one statement.

        `order` is of (path, whether it descends); without it the order of the query stays.
        """
        query, tables = cls.joined(query, [path[:-1] for path in (*paths, *(path for path, _ in order))])
        if order:
            keys = [(getattr(tables[path[:-1]], path[-1]), down) for path, down in order]
            query = query.order_by(*(key.desc() if down else key.asc() for key, down in keys))
        columns = {("id",): cls.id}
        for *way, link in filter(None, tables):
            columns |= {(*way, link): getattr(tables[*way], link), (*way, link, "id"): tables[*way, link].id}
        columns |= {path: getattr(tables[path[:-1]], path[-1]) for path in paths}
        return query.select(*columns.values())

    @classmethod
    def joined(cls, query, ways, tables=None):
        """(the query with the tables at the end of these ways of references, {way: alias}).

        `tables` are aliases that others refer to already; what is missing in them is added.
        """
        tables = {(): cls} if tables is None else tables
        steps = {way[: n + 1] for way in ways for n in range(len(way))}
        for way in sorted(steps):  # parents first
            source = tables[way[:-1]]
            link = getattr(source, way[-1])
            if way not in tables:
                tables[way] = link.rel_model.alias()
            target = tables[way]
            query = query.join_from(source, target, JOIN.LEFT_OUTER, on=link == target.id, attr=way[-1])
        return query, tables


class Words(dict):
    """The words of a row's fields, for its label: references by their labels, codes by their words."""

    def __init__(self, row):
        super().__init__()
        self.row = row

    def __missing__(self, name):
        field = self.row._meta.fields[name]
        if isinstance(field, ForeignKeyField):
            return getattr(self.row, name)
        value = self.row.__data__.get(name)
        return field.show(value) if hasattr(field, "show") else value


class Record(Table):
    """A table whose rows people edit: optimistic locking by `version`, and rules across columns."""

    version = IntegerField(default=1)
    updated_at = Moment(default=now)

    rules = ()  # each: values by field name -> (field name, message) or None

    def leads_to_itself(self, name):
        """Whether following a reference to its own table from this row comes back to it."""
        return self.id in type(self).above(name, self.__data__.get(name))

    @classmethod
    def above(cls, name, key):
        """The id of a row and those of what lies above it, by a reference to its own table."""
        column = cls._meta.fields[name]
        return climb(key, lambda key: cls.select(column).where(cls.id == key).tuples().first()[0])

    @classmethod
    def with_all_below(cls, name, first):
        """The ids of rows (by a condition) and of all below them, by a reference to their own table, as a sub-select."""
        base = cls.select(cls.id).where(first).cte("below", recursive=True, columns=("id",))
        child = cls.alias()
        step = child.select(child.id).join(base, on=(getattr(child, name) == base.c.id))
        tree = base.union(step)  # UNION, not UNION ALL: a loop in the tree ends
        return tree.select_from(tree.c.id)


def climb(start, above):
    """`start` and what lies above it, by a function that gives the next one up; ends at the top or where a circle closes."""
    seen = set()
    while start is not None and start not in seen:
        yield start
        seen.add(start)
        start = above(start)


def not_itself(name, words):
    """The rule that a row does not refer to itself."""
    return lambda values: (name, words) if values.get("id") and values.get(name) == values["id"] else None
