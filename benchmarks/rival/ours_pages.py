"""Our pages over the same rows, as HR sees them: the list's first 100 rows, a name searched, edit form, start page."""

import json
import tempfile
import time

from peewee import fn

import migrations
from admin_app import create_app
from benchmarks.processor import of_page
from benchmarks.rival.ours_compute import fill
from database import connect, db
from models import Assessment, User


def main():
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{place}/bench.db"
        app = create_app({"DATABASE_URL": url, "SECRET_KEY": "x", "LIMITS": False, "INSTANCE": place})
        connect(url)
        with db.connection_context():
            migrations.upgrade()
            fill()
            user = User.create(username="hr", role="hr", password="-", must_change_password=False)
            last = Assessment.select(fn.MAX(Assessment.id)).scalar()
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = user.get_id()
            session["since"] = session["seen"] = int(time.time())
        address = "/admin/assessment/"
        asked = {
            "list": f"{address}?page_size=100", "search": f"{address}?page_size=100&search=Pegawai+42",
            "form": f"{address}edit/?id={last}", "start": "/admin/",
        }  # fmt: skip
        print(json.dumps({name: of_page(client, where) for name, where in asked.items()}))


if __name__ == "__main__":
    main()
