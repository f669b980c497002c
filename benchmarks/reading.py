"""Every list and start page over 50,000 people, on SQLite and on the server of TEST_DATABASE_URL, each beside its slowest statement.

A page is read warm, the least of several times; a start page also cold, as after a write. Statements are asked again by themselves.
"""

import os
import re
import tempfile
import time
from contextlib import ExitStack
from html import unescape
from pathlib import Path

from peewee import Value

from benchmarks import place
from benchmarks.lists import fill, read, signed_in
from compute import compute
from database import db, write
from models import (
    Assessment,
    Award,
    Change,
    Complaint,
    ComplaintEvent,
    Employee,
    Objection,
    Period,
    Rating,
    Training,
    Unit,
    Upload,
    User,
)

HEAD = ("page", "slowest")
STEM, STRIDE = (
    500,
    1_000_000,
)  # people of the demo that is multiplied; from the ids of a copy to those of the next
COPIED = (Employee, Upload, Assessment, Rating, Objection, Training, Award, Complaint, ComplaintEvent, Change)
SLOW = 0.020  # a statement that is shown
ROLES = ("hr", "supervisor", "employee", "admin")


def run():
    """(name, seconds of a page, seconds of its slowest statement) of each page."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        urls = [
            os.environ.get("READING_URL") or f"sqlite:///{Path(folder) / 'bench.db'}"
        ]  # one that is filled already
        if server := not os.environ.get("READING_URL") and os.environ.get("TEST_DATABASE_URL"):
            urls.append(stack.enter_context(place.server_database(server)))
        for url in urls:
            engine = url.partition(":")[0]
            for name, *figures in measured(url, folder):
                yield f"{engine[:8]} {name}", *figures
            db.close()


def measured(url, folder):
    from admin_app import create_app

    app = create_app({"DATABASE_URL": url, "SECRET_KEY": "x", "LIMITS": False, "INSTANCE": folder})
    if not os.environ.get("READING_URL"):
        multiply(url)
    views = [view for view in app.extensions["admin"][0]._views if hasattr(view, "model")]
    for role in ROLES:
        client, leads = signed_in(app, role), set()
        yield timed(f"{role}: start page after a write", client, "/admin/", before=stir)
        yield timed(f"{role}: start page", client, "/admin/")
        for address in re.findall(
            r'href="(/admin/\w+/\?flt[^"]+)"', client.get("/admin/").get_data(as_text=True)
        ):
            leads.add(re.sub(r"(within|nama_unit)=[^&]+", r"\1", address) and unescape(address))
        kinds = {re.sub(r"=[^&]*", "", address): address for address in sorted(leads)}
        doubts = {address for address in leads if "periksa_data" in address}
        for address in sorted({*kinds.values(), *doubts}):
            yield timed(f"{role}: {address[7:]}", client, address)
        for view in views:
            address = f"{view.url}/?page_size=100"
            answer = client.get(address)
            if answer.status_code != 200:
                continue
            rows = int(
                re.search(r'<span class="count">([\d.]+)', answer.get_data(as_text=True))[1].replace(".", "")
            )
            yield timed(f"{role}: {view.endpoint}, {rows} rows", client, address)
            if rows > 1_000:
                yield timed(
                    f"{role}: {view.endpoint}, last page", client, f"{address}&page={rows // 100 - 1}"
                )
            if view._search_supported:
                yield timed(f"{role}: {view.endpoint}, search", client, f"{address}&search=andi")


def stir():
    """A write of somebody, as far as a start page can tell."""
    with write():
        Change.insert(action="look", table="unit", key=1, label="-").execute()


def timed(name, client, address, times=4, before=lambda: None):
    seen, run, took = [], db.obj.execute_sql, []

    def note(sql, params=None, *args, **kwargs):
        seen.append((sql, params))
        return run(sql, params, *args, **kwargs)

    for _ in range(times):
        before()
        seen.clear()
        db.obj.execute_sql = note
        start = time.perf_counter()
        read(client, address)
        took.append(time.perf_counter() - start)
        db.obj.execute_sql = run
    with db.connection_context():
        asked = [(seconds(sql, params), sql) for sql, params in seen if sql.startswith(("SELECT", "WITH"))]
    slowest, sql = max(asked)
    if slowest > SLOW:
        print(f"    {' '.join(sql.split())[: int(os.environ.get('WIDTH', 300))]}")
    return name, min(took), slowest


def seconds(sql, params):
    return min(once(sql, params) for _ in range(2))


def once(sql, params):
    start = time.perf_counter()
    db.execute_sql(sql, params).fetchall()
    return time.perf_counter() - start


def multiply(url, people=50_000):
    """Fill a database with so many people: a demo, and each of its rows again with other names, births and tickets."""
    fill(url, STEM)
    with db.connection_context(), write():
        compute(Period.current())
        hire(people // STEM)
        for model in COPIED[1:]:
            copy(model, people // STEM)
        accounts()
        if not url.startswith("sqlite"):
            for model in COPIED:
                name = model._meta.table_name
                db.execute_sql(f"""SELECT setval('{name}_id_seq', (SELECT MAX(id) FROM "{name}"))""")
    if not url.startswith("sqlite"):
        with db.connection_context(), db.connection() as connection:
            connection.autocommit = True
            db.execute_sql("VACUUM ANALYZE")  # as the server does by itself; nobody does it for a file


def hire(copies):
    """Employees: a name of another one's halves, a birth some months and days away, and one's own sequence."""
    rows = list(Employee.select().order_by(Employee.id).dicts())
    field, batch = Employee._meta.fields, []
    for number in range(1, copies):
        for place_, row in enumerate(rows):
            nip, other = row["nip"], rows[(place_ + 7 * number) % len(rows)]["name"]
            month, day = (int(nip[4:6]) + number) % 12 + 1, (int(nip[6:8]) + number // 12) % 28 + 1
            said = row | {
                "id": row["id"] + number * STRIDE, "name": f"{row['name'].split()[0]} {other.split()[-1]}",
                "nip": f"{nip[:4]}{month:02d}{day:02d}{nip[8:15]}{int(nip[15:]) + 9 * number:03d}",
                "supervisor": row["supervisor"] and row["supervisor"] + number * STRIDE,
            }  # fmt: skip
            batch.append(tuple(said[name] for name in field))
    for start in range(0, len(batch), 1_000):
        Employee.insert_many(batch[start : start + 1_000], [*field]).execute()


def copy(model, copies):
    """The rows of a table once more for each copy of the people, in one statement."""
    columns = []
    for field in model._meta.sorted_fields:
        name = f't."{field.column_name}"'
        if field.name == "id" or (getattr(field, "rel_model", None) in COPIED):
            name = f"{name} + n.n * {STRIDE}"
        elif field.name == "ticket":  # one letter of the year's running number
            name = f"SUBSTR({name}, 1, 9) || (CAST(SUBSTR({name}, 10) AS INTEGER) + n.n * 1000)"
        elif field.name == "key":
            name = f"CASE WHEN t.\"table\" IN ('unit', 'period', 'policy', 'user', 'unit_result') THEN {name} ELSE {name} + n.n * {STRIDE} END"
        columns.append(name)
    into = ", ".join(f'"{field.column_name}"' for field in model._meta.sorted_fields)
    table = model._meta.table_name
    db.execute_sql(f"""
        WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {copies - 1})
        INSERT INTO "{table}" ({into}) SELECT {", ".join(columns)} FROM "{table}" t CROSS JOIN n
    """)  # noqa: S608 - our own names


def accounts():
    """An account for everybody, and the supervisor's at the head of the largest tree but the whole."""
    known = User.select(User.employee).where(User.employee.is_null(False))
    whom = Employee.select(
        Employee.nip, db_value(""), db_value("employee"), Employee.id, Employee.active, db_value(False), db_value(1),
        db_value(1), Employee.updated_at,
    ).where(Employee.id.not_in(known))  # fmt: skip
    User.insert_from(
        whom,
        (
            "username",
            "password",
            "role",
            "employee",
            "active",
            "must_change_password",
            "epoch",
            "version",
            "updated_at",
        ),
    ).execute()
    sizes = {
        unit.id: Employee.select().where(Employee.unit.in_(Unit.below(unit.id))).count()
        for unit in Unit.select()
        if unit.parent_id and unit.parent.parent_id is None
    }
    unit = max(sizes, key=sizes.get)
    head = Employee.select().where(Employee.unit == unit).order_by(Employee.id).first()
    User.update(unit=unit, employee=head).where(User.username == "demo-supervisor").execute()


def db_value(value):
    return Value(value, converter=False)
