"""Import of assessment rows, file to committed, beside calamine alone and raw executemany."""

import gc
import random
from io import BytesIO

from openpyxl import Workbook
from python_calamine import CalamineWorkbook

import audit
from benchmarks.place import STAMP, database, nip, people, quarters, seconds
from capabilities.assessments import ASSESSMENTS
from database import write
from excel.check.validate import Context
from excel.out.export import write_xlsx
from excel.write.apply import apply, apply_at_once as import_file
from excel.write.uploads import store
from models import Assessment, Change, Upload

COLUMNS = ("employee", "period", "source", "assessor", "work_score", "behaviour_score", "work_level",
           "behaviour_level", "note", "by_desk", "version", "updated_at")  # fmt: skip


def run():
    """[(name, seconds, floor's seconds)] for 1,000, 10,000 and 100,000 rows."""
    gc.disable()  # as a job's own process does
    try:
        return [line for count in (1_000, 10_000, 100_000) for line in _measure(count)]
    finally:
        gc.enable()


def _measure(count):
    with database():
        ids, (quarter,) = people(count), quarters(1)
        data, rows = assessments_file(ids, quarter), _rows(ids, quarter)
        context = Context(None, quarter)
        floor = seconds(lambda: (_read(data), _write(rows)), before=_empty)
        first = seconds(lambda: import_file(ASSESSMENTS, data, "x.xlsx", context), before=_empty)
        both = seconds(lambda: apply(store(ASSESSMENTS, data, "x.xlsx", context)[0], None), before=_empty)
        again = seconds(lambda: import_file(ASSESSMENTS, data, "x.xlsx", context))
    return [
        (f"import, {count:,} new rows, file to committed", first, floor),
        (f"import, {count:,} rows, preview and apply", both, floor),
        (f"import again, {count:,} rows, all the same", again, floor),
    ]


def assessments_file(ids, quarter):
    """A workbook with the rows: by openpyxl as Excel lays it out, by our writer where that takes too long."""
    chance, out = random.Random(2), BytesIO()
    lines = [
        (nip(n), f"Pegawai {n}", quarter.code, "supervisor", nip(1), chance.randint(5000, 12000) / 100,
         chance.randint(50, 120), None, "MEETS", f"catatan {n}")
        for n in ids
    ]  # fmt: skip
    if len(ids) > 10_000:
        write_xlsx(ASSESSMENTS, lines, out)
        return out.getvalue()
    book = Workbook(write_only=True)
    page = book.create_sheet()
    page.append([column.header for column in ASSESSMENTS.columns])
    for line in lines:
        page.append([*line[:3], "Atasan", *line[4:8], "Sesuai Ekspektasi", line[9]])
    book.save(out)
    return out.getvalue()


def _rows(ids, quarter):
    chance = random.Random(2)
    return [
        (n, quarter.id, "supervisor", 1, chance.randint(5000, 12000) / 100, chance.randint(50, 120), None, "MEETS",
         f"catatan {n}", False, 1, STAMP)
        for n in ids
    ]  # fmt: skip


def _read(data):
    CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()


def _write(rows):
    with write():
        audit.insert_many(Assessment, COLUMNS, rows)


def _empty():
    with write():
        for model in (Change, Upload, Assessment):
            model.delete().execute()
