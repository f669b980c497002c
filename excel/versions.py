"""Which version of each row a workbook was made from: a hint on a very hidden page, never authority."""

import json
from collections import defaultdict

from database import among
from models import Change

PAGE = "_kinerja"


def add_versions(book, sheet, keys):
    """Add the page to an openpyxl workbook.

    `keys` are (*key as its cells read, version), in the order of `sheet.key`: references by their natural key,
    choices by code, nothing as ""; version 0 says that there was no row yet.
    """
    page = book.create_sheet(PAGE)
    page.sheet_state = "veryHidden"
    page.append([json.dumps({"sheet": sheet.name})])
    for key in keys:
        cells = ["" if cell is None else str(cell) for cell in key[:-1]]
        page.append([json.dumps([*cells, key[-1] or 0], ensure_ascii=False)])


def read_versions(rows, sheet):
    """{key: version} of the page's rows of raw cells; None where it is not of this sheet or was spoilt."""
    lines = [row[0] for row in rows if row and isinstance(row[0], str)]
    try:
        head, *keys = map(json.loads, lines)
        if head != {"sheet": sheet.name}:
            return None
        return {tuple(map(str, key[:-1])): int(key[-1]) for key in keys}
    except (ValueError, TypeError, IndexError):
        return None


def base_of(row, checked):
    """The version of a row that the file was made from; None where it does not say.

    A row without its last optional part (an assessor who was filled in since) counts as that row.
    """
    versions, key = checked.table.versions, []
    if not versions:
        return None
    for name in checked.sheet.key:
        value = None if name in row.defaulted else row.values.get(name)
        told = checked.known[name].get(value, (value,))[0]
        key.append("" if told is None else str(told))
    return versions.get((*key,), versions.get((*key[:-1], "")))


def base_values(model, lines):
    """{row number: values by field name} as they were when the file was made, from the audit trail.

    Each change since raised the version by one, so taking back as many of them leads there.
    """
    query = Change.select(Change.key, Change.before).where(
        Change.table == model._meta.table_name, Change.action.in_(("update", "undo")),
        among(Change.key, [line.id for line in lines if line.id]),
    )  # fmt: skip
    back, found, fields = defaultdict(list), {}, model._meta.fields
    for key, before in query.order_by(Change.id.desc()).tuples():
        back[key].append(json.loads(before or "{}"))
    for line in lines:
        found[line.row] = values = dict(line.before) if line.base else {}
        for before in back[line.id][: max(0, line.version - line.base)]:
            values |= {n: fields[n].python_value(v) for n, v in before.items() if n in values}
    return found
