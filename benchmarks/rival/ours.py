"""Our preview and apply of a file of assessments, which is made where it is missing: `ours.py FILE COUNT`."""

import json
import sys
import time
from pathlib import Path

from benchmarks.imports import assessments_file
from benchmarks.memory import peak
from benchmarks.place import database, people, quarters
from capabilities.assessments import ASSESSMENTS
from excel.check.validate import Context
from excel.write.apply import apply
from excel.write.uploads import store
from models import Assessment


def main(file, count):
    with database():
        ids, (quarter,) = people(count), quarters(1)
        if not file.exists():
            file.write_bytes(assessments_file(ids, quarter))
        data, context = file.read_bytes(), Context(None, quarter)
        start = time.perf_counter()
        with peak() as most:
            apply(store(ASSESSMENTS, data, file.name, context)[0], None)
        took = time.perf_counter() - start
        if Assessment.select().count() != count:
            raise AssertionError("not every row was stored")
    print(json.dumps({"seconds": took, "peak": most[0]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
