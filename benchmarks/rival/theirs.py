"""The rival's side, in its own venv: `theirs.py imports FILE COUNT`, `theirs.py compute`, `theirs.py pages`."""

import json
import re
import sys
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from benchmarks.memory import peak
from benchmarks.processor import least, of_page
from benchmarks.rival.django_site import (
    XLSX,
    Assessment,
    Assessments,
    Employee,
    Period,
    Rating,
    opened,
)
from benchmarks.rival.people import MONTHS, assessments, digest, people

WEIGHTS = {"supervisor": 60, "peer": 20, "subordinate": 20}
MATRIX = {
    "ABOVE": {"ABOVE": "VERY_GOOD", "MEETS": "GOOD", "BELOW": "POOR"},
    "MEETS": {"ABOVE": "GOOD", "MEETS": "GOOD", "BELOW": "POOR"},
    "BELOW": {"ABOVE": "NEEDS_IMPROVEMENT", "MEETS": "NEEDS_IMPROVEMENT", "BELOW": "VERY_POOR"},
}
PERCENT = {"VERY_GOOD": 150, "GOOD": 100, "NEEDS_IMPROVEMENT": 75, "POOR": 50, "VERY_POOR": 25}
COEFFICIENT = {"PT": Decimal("12.5"), "MU": Decimal("25"), "MH": Decimal("12.5")}
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
COMPUTED = (
    "rater_id",
    "work_score",
    "behaviour_score",
    "work_level",
    "behaviour_level",
    "predicate",
    "credit",
)


def imports(file, count):
    """Preview and apply of a file: by the library alone, and by a person in the admin."""
    client, data, count = opened(), Path(file).read_bytes(), int(count)
    Period.objects.create(code="2020-TW1", starts_on=date(2020, 1, 1))
    nips = {nip for row in XLSX().create_dataset(data).dict for nip in (row["NIP"], row["NIP Penilai"])}
    Employee.objects.bulk_create([Employee(nip=nip, name=nip) for nip in nips], batch_size=1000)
    client.get("/admin/")  # templates are compiled once
    found = {}
    for name, work in (("seconds", lambda: directly(data)), ("browser", lambda: in_the_admin(client, file))):
        Assessment.objects.all().delete()
        with peak() as most:
            found[name] = least(work)
        found.setdefault("peak", most[0])
        if Assessment.objects.count() != count:
            raise AssertionError("not every row was stored")
    return found


def directly(data):
    for dry_run in (True, False):
        Assessments().import_data(XLSX().create_dataset(data), dry_run=dry_run, raise_errors=True)


def in_the_admin(client, file):
    address = "/admin/rival/assessment/"
    client.get(f"{address}import/")
    with open(file, "rb") as upload:
        preview = client.post(f"{address}import/", {"format": "0", "import_file": upload})
    form = dict(HIDDEN.findall(preview.content.decode()))
    if client.post(f"{address}process_import/", form).status_code != 302:
        raise AssertionError("the admin refused the file")


def compute():
    """The ratings of 6,000 people in 4 periods: new, once more, and once more after each score has changed."""
    opened()
    fill()
    periods = list(Period.objects.order_by("id"))
    found = {"first": least(lambda: [rate(period) for period in periods])}
    found["same"] = least(lambda: [rate(period) for period in periods])
    Assessment.objects.update(work_score=120)
    found["changed"] = least(lambda: [rate(period) for period in periods])
    results = Rating.objects.values_list("period__code", "employee__nip", "predicate")
    return found | {"digest": digest(results)}


def rate(period):
    """One query for what was said, one for what there is; what is new and what differs goes in by bulk."""
    said = {}
    rows = Assessment.objects.filter(period=period, source__in=WEIGHTS).values_list(
        "employee", "source", "work_score", "behaviour_score", "employee__supervisor", "employee__jenjang"
    )
    for employee, source, work, behaviour, supervisor, jenjang in rows:
        scores = said.setdefault(employee, (supervisor, jenjang, {}))[2]
        scores.setdefault(source, []).append((work, behaviour))
    had = {rating.employee_id: rating for rating in Rating.objects.filter(period=period)}
    new, changed = [], []
    for employee, (supervisor, jenjang, scores) in said.items():
        values = (supervisor, *suggested(scores, jenjang))
        old = had.get(employee)
        if old is None:
            computed = dict(zip(COMPUTED, values, strict=True))
            new.append(Rating(employee_id=employee, period=period, **computed))
        elif tuple(getattr(old, name) for name in COMPUTED) != values:
            for name, value in zip(COMPUTED, values, strict=True):
                setattr(old, name, value)
            changed.append(old)
    Rating.objects.bulk_create(new, batch_size=1000)
    names = [name.removesuffix("_id") for name in COMPUTED]
    Rating.objects.bulk_create(
        changed,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["employee", "period"],
        update_fields=names,
    )  # bulk_update takes fifteen times as long


def suggested(scores, jenjang):
    used = {
        source: given
        for source, given in scores.items()
        if len(given) >= (1 if source == "supervisor" else 3)
    }
    work, behaviour = (weighed(used, place) for place in (0, 1))
    levels = level(work), level(behaviour)
    predicate = MATRIX[levels[0]][levels[1]]
    credit = half_up(COEFFICIENT[jenjang] * PERCENT[predicate] * 3 / 1200) if jenjang else None
    return work, behaviour, *levels, predicate, credit


def weighed(used, place):
    means = {source: sum(pair[place] for pair in given) / len(given) for source, given in used.items()}
    return half_up(sum(means[s] * WEIGHTS[s] for s in used) / sum(WEIGHTS[s] for s in used))


def half_up(value):
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def level(score):
    return "ABOVE" if score >= 110 else "MEETS" if score >= 90 else "BELOW"


def pages():
    """The list's first 100 rows, a name searched, the edit form."""
    client = opened()
    fill()
    address = "/admin/rival/assessment/"
    last = Assessment.objects.order_by("-id").first().pk
    asked = {"list": "", "search": "?q=Pegawai+42", "form": f"{last}/change/"}
    return {name: of_page(client, address + end) for name, end in asked.items()}


def fill():
    Employee.objects.bulk_create(
        [Employee(id=n, nip=nip, name=name, jenjang=jenjang, supervisor_id=above)
         for n, nip, name, jenjang, above in people()], batch_size=1000,
    )  # fmt: skip
    for number, (first, _) in MONTHS.items():
        period = Period.objects.create(code=f"2026-TW{number}", starts_on=date(2026, first, 1))
        Assessment.objects.bulk_create(
            [Assessment(employee_id=n, period=period, source=source, assessor_id=by, work_score=work, behaviour_score=b)
             for n, source, by, work, b in assessments(number)], batch_size=1000,
        )  # fmt: skip


JOBS = {"imports": imports, "compute": compute, "pages": pages}

if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](*sys.argv[2:])))
