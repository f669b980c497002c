"""Our preview and apply of a file of assessments, which is made where it is missing: `ours.py FILE COUNT`.

Prints JSON: processor seconds, of child processes and the background worker too, for preview and apply by
calls ("seconds") and through the pages ("browser": form, upload, review, save), and the "peak" in MiB.
"""

import gc
import io
import json
import re
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from admin_app import create_app
from benchmarks.imports import assessments_file
from benchmarks.memory import peak
from benchmarks.place import database, people, quarters
from benchmarks.processor import spent
from capabilities.assessments import ASSESSMENTS
from database import db
from excel.check.validate import Context
from excel.write.apply import apply
from excel.write.jobs import keep_working
from excel.write.uploads import store
from models import Assessment, Employee, User

TOKEN = re.compile(r'name="(csrf_token|fingerprint)"[^>]*value="([^"]+)"')


def main(file, count):
    print(json.dumps(by_calls(file, count) | {"browser": through_pages(file, count)}))


@contextmanager
def filled(file, count):
    """A database with people and a quarter, whose row it gives, and the file; then every row must be there."""
    with database():
        ids, (quarter,) = people(count), quarters(1)
        if not file.exists():
            file.write_bytes(assessments_file(ids, quarter))
        yield quarter
        db.connect(reuse_if_open=True)
        if Assessment.select().count() != count:
            raise AssertionError("not every row was stored")


def by_calls(file, count):
    gc.disable()  # as a job's own process does
    with filled(file, count) as quarter, peak() as most:
        data, start = file.read_bytes(), spent()
        apply(store(ASSESSMENTS, data, file.name, Context(None, quarter))[0], None)
        took = spent() - start
    gc.enable()
    return {"seconds": took, "peak": most[0]}


def through_pages(file, count):
    """What a person does, signed in and on the form's page, until the rows are stored."""
    with filled(file, count) as quarter, tempfile.TemporaryDirectory() as place:
        url = db.obj.url
        hr = User.create(username="hr", role="hr", must_change_password=False)
        app = create_app({"DATABASE_URL": url, "SECRET_KEY": "x", "LIMITS": False, "INSTANCE": place})
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = hr.get_id(), True
            session["since"] = session["seen"] = int(time.time())
        small = io.BytesIO(
            assessments_file([key for (key,) in Employee.select(Employee.id).limit(9).tuples()], quarter)
        )
        reviewed(client, small, quarter)  # templates are compiled once
        start = spent()
        with file.open("rb") as book:
            address, review = reviewed(client, book, quarter)
        client.post(f"{address}apply", data=fields_of(review))
        keep_working(stay=False)
        return spent() - start


def reviewed(client, book, quarter):
    """(address, page) of the review of a file, uploaded by the form."""
    form = "/admin/import/assessments/"
    sent = fields_of(client.get(form)) | {"file": (book, "book.xlsx"), "period": quarter.code}
    address = client.post(form, data=sent).location
    keep_working(stay=False)
    return address, client.get(address)


def fields_of(page):
    """The hidden fields of a page's first form, as {name: value}."""
    return dict(TOKEN.findall(page.get_data(as_text=True)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
