"""The assessment list's first page of 100 rows, beside one SQL statement that reads the same rows."""

import tempfile
import time
from pathlib import Path
from statistics import median

from peewee import fn

import migrations
from database import connect, db
from models import Assessment, User

FLOOR = """
SELECT a.id, e.nip, e.name, p.name, a.source, a.work_score, a.behaviour_score, a.work_level,
       a.behaviour_level, r.name
FROM assessment a JOIN employee e ON e.id = a.employee_id JOIN period p ON p.id = a.period_id
LEFT JOIN employee r ON r.id = a.assessor_id
ORDER BY a.id DESC LIMIT 100
"""


def run():
    """[(name, seconds, floor's seconds)] for HR and for a supervisor, 6,000 people."""
    from admin_app import create_app

    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{Path(place) / 'bench.db'}"
        app = create_app({"DATABASE_URL": url, "SECRET_KEY": "x", "LIMITS": False, "INSTANCE": place})
        fill(url)
        last = Assessment.select(fn.MAX(Assessment.id)).scalar()
        floor = typical(lambda: db.execute_sql(FLOOR).fetchall())
        found = []
        for role in ("hr", "supervisor"):
            client = signed_in(app, role)
            for label, address in PAGES.items():
                page = address.format(last=last)
                took = typical(lambda client=client, page=page: read(client, page))
                found.append((f"{label}, {role}", took, floor))
    return found


PAGES = {
    "assessment list, 100 rows": "/admin/assessment/?page_size=100",
    "assessment list, a name searched": "/admin/assessment/?page_size=100&search=andi",
    "assessment edit form": "/admin/assessment/edit/?id={last}",
    "start page": "/admin/",
}


def fill(url, people=6_000):
    from seed_data.demo import demo_accounts, seed_demo

    connect(url)
    with db.connection_context():
        migrations.upgrade()
        seed_demo(people)
        demo_accounts()


def signed_in(app, role):
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = User.get(User.username == f"demo-{role}").get_id()
        session["since"] = session["seen"] = int(time.time())
    return client


def read(client, address):
    answer = client.get(address)
    if answer.status_code not in (200, 302):
        raise AssertionError(address)


def typical(work, times=15):
    """The median of a few runs, in seconds."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return median(took)
