"""The demo's trainings and awards, and one upload of trainings that can be looked at and undone."""

import csv
import io
import json
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from operator import attrgetter

import audit
from capabilities.trainings import TRAININGS
from code_lists import codes
from models import Award, Employee, Training, Upload
from seed_data import STAMP, insert
from seed_data.people import texts

BEGIN, TODAY, END = date(2025, 10, 1), date(2026, 9, 30), date(2026, 12, 11)
TITLES = [(row["text"], row["extra"]) for row in codes("demo_texts") if row["kind"] == "training_title"]
ONLY = {  # a training whose title has the words is for people whose post begins with one of these
    "Administrator": ("Sekretaris", "Kepala Bidang", "Kepala Bagian", "Camat"),
    "Pengawas": ("Kepala Sub", "Kepala Seksi", "Lurah"),
    "Guru": ("Guru", "Kepala S"), "Modul Ajar": ("Guru",), "Auditor": ("Auditor",),
    "Pertanian": ("Penyuluh",), "Perencana": ("Perencana",), "Pengadaan": ("Pengelola Pengadaan",),
    "Puskesmas": ("Kepala Puskesmas", "Dokter"), "Maternal": ("Bidan", "Dokter", "Perawat"),
    "Kebakaran": ("Pemadam",),
}  # fmt: skip
HOURS = {"1": (60, 120), "2": (40, 80), "3": (16, 40), "4": (8, 16), "7": (3, 8), "9": (4, 8)}
OUTCOMES = ("Lulus dengan predikat memuaskan", "Lulus", "Mengikuti seluruh sesi")
PROVIDERS = texts("provider")


def seed_trainings(people, dice):
    """About three trainings for two people, done by the end of September 2026 or still to come."""
    columns = ("employee", "title", "kind", "provider", "starts_on", "ends_on", "hours", "certificate_no",
               "state", "outcome")  # fmt: skip
    return insert(Training, columns, [row for person in people for row in _trainings(person, dice)])


def _trainings(person, dice):
    count = dice.choices((0, 1, 2, 3), (14, 40, 30, 16))[0]
    for title, kind in dice.sample(_fitting(person.position, person.status), count):
        starts = BEGIN + timedelta(days=dice.randrange((END - BEGIN).days))
        hours = dice.randint(*HOURS.get(kind, (8, 40)))
        ends = starts + timedelta(days=min(hours // 8, 14))
        done = ends <= TODAY
        certificate = f"{dice.randint(1, 999):03d}/{kind}/{ends.year}" if done else None
        state = "done" if done else dice.choice(("planned", "proposed"))
        outcome = dice.choice(OUTCOMES) if done and dice.random() < 0.6 else None
        yield person.id, title, kind, dice.choice(PROVIDERS), starts, ends, hours, certificate, state, outcome


@cache
def _fitting(position, status):
    """The (title, kind) of trainings that somebody in this post might attend."""

    def fits(title):
        if "CPNS" in title:
            return status == "CPNS"
        return all(position.startswith(posts) for word, posts in ONLY.items() if word in title)

    return [pair for pair in TITLES if fits(pair[0])]


# ------------------------------------------------------------------ awards

SERVICE = ((30, "203"), (20, "202"), (10, "201"))  # Satyalancana Karya Satya by years since the appointment
AWARDS = [(row["text"], row["extra"]) for row in codes("demo_texts") if row["kind"] == "award_title"]
MEDALS = {kind: title for title, kind in AWARDS if kind in dict(map(reversed, SERVICE))}
HONOURS = [(title, kind) for title, kind in AWARDS if kind not in MEDALS]
FITTING = {"Guru": "Guru", "Kepala Sekolah": "Kepala S", "Penyuluh": "Penyuluh", "Kesehatan": "Perawat",
           "Arsip": "Arsiparis"}  # fmt: skip
PLACES = {"Nasional": "NATIONAL", "Provinsi": "PROVINCE", "Kabupaten": "REGENCY", "Perangkat": "UNIT"}
MEDAL_DAY = date(2026, 8, 17)


def seed_awards(people, period, dice):
    """An award for every twentieth person, one in each state from the first three on."""
    chosen = sorted(dice.sample(people, min(len(people), max(8, len(people) // 20))))
    each = ["granted", "proposed", "declined"]
    states = each + dice.choices(each, (8, 2, 1), k=len(chosen))
    columns = ("employee", "kind", "title", "granted_on", "decree_no", "level", "amount", "period", "state")
    rows = [_award(person, state, period, dice) for person, state in zip(chosen, states, strict=False)]
    return insert(Award, columns, rows)


def _award(person, state, period, dice):
    """A row of `columns`: a medal for long service where it is due, else an honour that fits the post."""
    kind = _medal(person)
    if kind and dice.random() < 0.6:
        title, level, day, amount = MEDALS[kind], "NATIONAL", MEDAL_DAY, None
    else:
        title, kind = dice.choice([pair for pair in HONOURS if _deserves(person, pair[0])])
        level = next((code for word, code in PLACES.items() if word in title), "REGENCY")
        day = date(2026, dice.randint(7, 9), dice.randint(1, 28))  # the quarter after the one it rewards
        amount = dice.randint(2, 20) * 250_000 if kind == "400" else None
    if state != "granted":
        return person.id, kind, title, None, None, level, None, None, state
    decree = f"{dice.randint(1, 400)}/{'TK' if kind in MEDALS else 'KEP'}/TAHUN 2026"
    return person.id, kind, title, day, decree, level, amount, period if amount else None, state


def _medal(person):
    """The medal for the full years of service of a PNS on the day of medals."""
    if person.status != "PNS":
        return None
    year, month = int(person.nip[8:12]), int(person.nip[12:14])
    years = MEDAL_DAY.year - year - (month > MEDAL_DAY.month)
    return next((kind for least, kind in SERVICE if years >= least), None)


def _deserves(person, title):
    return all(person.position.startswith(post) for word, post in FITTING.items() if word in title)


# ------------------------------------------------------------------ one upload


def seed_upload():
    """Show the trainings of one provider as what they would be: a file that was applied."""
    rows = list(
        Training.select(Training, Employee).join(Employee)
        .where(Training.state == "done", Training.provider == PROVIDERS[0])
        .order_by(Training.id).limit(40)
    )  # fmt: skip
    data, count = _workbook(rows), len(rows)
    values = {
        "sheet": TRAININGS.name, "filename": "pelatihan-bkpp-2026.csv", "at": STAMP, "state": "applied",
        "rows": count, "new": count, "changed": 0, "same": 0, "conflict": 0, "wrong": 0, "data": data,
        "sha256": sha256(data).hexdigest(), "done": count, "total": count,
    }  # fmt: skip
    (upload,) = insert(Upload, tuple(values), [tuple(values.values())])
    trail = [(row.id, str(row), None, json.dumps(audit.snapshot(row), ensure_ascii=False)) for row in rows]
    audit.log_many("create", Training, trail, user=None, upload=upload)


def _workbook(rows):
    """The bytes of a .csv with these trainings."""
    out, columns = io.StringIO(), TRAININGS.columns
    sheet = csv.writer(out)
    sheet.writerow([column.header for column in columns])
    sheet.writerows([[c.field.show(attrgetter(c.path)(row)) for c in columns] for row in rows])
    return out.getvalue().encode("utf-8-sig")
