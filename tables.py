"""What every table can do: say its rows and rules in words, reach other tables by paths, climb its own tree."""

import re
from types import SimpleNamespace

from peewee import JOIN, ForeignKeyField, IntegerField, Model

from database import among, db, now, once
from fields import Day, Look, Moment
from values import N_

LABELLED = re.compile(r"{(\w+)}")  # the fields in a label


class Table(Model):
    """A table of this database, named after its model in snake case."""

    noun = ""  # what people call a row of it, in menu and messages
    names = ()  # the fields that name a row: its natural key, then what else it is searched by
    called = "{id}"  # how a row is said in pages, messages and the trail, by field names
    frozen_with_period = False  # whether a closed period closes a row
    unique = ()  # the fields of which no two rows have the same values
    indexed = ()  # the fields by which rows are looked up together
    empty_is_one = {}  # field of `unique` -> name of the further index by which no value counts as one

    class Meta:
        database = db
        legacy_table_names = False

    def __str__(self):
        """Its label: references by their labels, codes by their words."""
        said = {}
        for name in LABELLED.findall(self.called):
            field, value = self._meta.fields[name], getattr(self, name)
            said[name] = field.show(value) if isinstance(field, Look) else value
        return self.called.format_map(said)

    @classmethod
    def validate_model(cls):
        """Add the indexes that the class declares, and know the days that end something; peewee asks once it is made."""
        fields = cls._meta.fields
        cls.ends = [f for f in fields.values() if isinstance(f, Day) and f.after]
        cls._meta.indexes += [(names, names is cls.unique) for names in (cls.unique, cls.indexed) if names]
        for name, index in cls.empty_is_one.items():
            others = [fields[other] for other in cls.unique if other != name]
            cls.add_index(cls.index(*others, unique=True, where=fields[name].is_null(), name=index))

    @staticmethod
    def rules(row):
        """Yields (field, message) of what a table refuses across columns; of a value not given it reads None."""
        return ()

    @classmethod
    def problems(cls, values):
        """Yields (field, message) of all that is wrong across the columns of a row, given as {field: value}."""
        row = SimpleNamespace(**dict.fromkeys(cls._meta.fields) | values)
        for day in cls.ends:
            starts, ends = getattr(row, day.after), getattr(row, day.name)
            if starts and ends and starts > ends:
                yield day.name, N_("Tanggal selesai mendahului tanggal mulai")
        yield from cls.rules(row)

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
        """The paths that a row's label is made of."""
        return cls.paths_of(LABELLED.findall(cls.called))

    @classmethod
    def paths_of(cls, columns):
        """The paths that these columns (as dotted paths) need, those of a reference's label included."""
        paths = []
        for column in columns:
            field, path = cls.field_at(column), tuple(column.split("."))
            further = field.rel_model.said_paths() if isinstance(field, ForeignKeyField) else ()
            paths += [path, *((*path, *more) for more in further)]
        return paths

    @classmethod
    def field_at(cls, path):
        """The field at the end of a dotted path, or None where there is none."""
        model, field = cls, None
        for step in path.split("."):
            field = model._meta.fields.get(step) if model else None
            model = getattr(field, "rel_model", None)
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
        every = [*paths, *(path for path, _ in order)]
        ways = sorted({path[:n] for path in every for n in range(1, len(path))})
        read = dict.fromkeys([("id",), *ways, *((*way, "id") for way in ways), *paths])
        query, columns = cls.joined(query, [*read, *every])
        if order:
            query = query.order_by(*(columns[p].desc() if down else columns[p].asc() for p, down in order))
        return query.select(*map(columns.get, read))

    @classmethod
    def joined(cls, query, paths):
        """(the query with the tables on these paths of references, {path: the column at its end})."""
        tables = {(): cls}
        for way in sorted({path[:n] for path in paths for n in range(1, len(path))}):  # parents first
            source, name = tables[way[:-1]], way[-1]
            link = getattr(source, name)
            tables[way] = link.rel_model.alias()
            query = query.join_from(
                source, tables[way], JOIN.LEFT_OUTER, on=link == tables[way].id, attr=name
            )
        return query, {path: getattr(tables[path[:-1]], path[-1]) for path in paths}


class Record(Table):
    """A table whose rows people edit: optimistic locking by `version`, and perhaps a tree."""

    version = IntegerField(default=1)
    updated_at = Moment(default=now)

    upward = ""  # the reference to its own table that makes it a tree

    @classmethod
    def above(cls, key):
        """The id of a row and those of what lies above it in the tree."""
        up = cls._meta.fields[cls.upward]
        return climb(key, lambda key: cls.select(up).where(cls.id == key).tuples().first()[0])

    @classmethod
    def below(cls, root, itself=True):
        """The ids of a row (by its id, or a sub-select of it) and of all below it, as a sub-select."""
        up = cls._meta.fields[cls.upward]
        first = cls.select(cls.id).where((cls.id if itself else up) == root)
        base, child = first.cte("below", recursive=True, columns=("id",)), cls.alias()
        step = child.select(child.id).join(base, on=(getattr(child, cls.upward) == base.c.id))
        tree = base.union(step)  # UNION, not UNION ALL: a loop in the tree ends
        return tree.select_from(tree.c.id)

    @classmethod
    def within(cls, column, root, itself=True):
        """The condition that a column holds a row (by its id) or one below it; the ids are asked once a request.

        A recursive sub-select inside IN gives PostgreSQL no estimate: 1.8 s instead of 39 ms at 10,000 people.
        """
        question = f"{cls.__name__} below {root} {itself}"
        return among(column, once(question, lambda: [key for (key,) in cls.below(root, itself).tuples()]))


def climb(start, above):
    """`start` and what lies above it, by a function that gives the next one up; ends at the top or where a circle closes."""
    seen = set()
    while start is not None and start not in seen:
        yield start
        seen.add(start)
        start = above(start)
