"""Which version of each row a workbook was made from: a hint on a very hidden page, never authority."""

import json

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
        page.append([json.dumps([*map(_text, key[:-1]), key[-1] or 0], ensure_ascii=False)])


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


def key_of(row, checked):
    """A row's key as the page has it, from what its cells say."""
    return tuple([_text(_cell_of(row, name, checked)) for name in checked.sheet.key])


def _cell_of(row, name, checked):
    if name in row.defaulted:
        return None
    value = row.values.get(name)
    known = checked.known.get(name, {}).get(value)
    if known:
        return known[0]
    period = checked.context.period
    return period.code if name == "period" and period and value == period.id else value


def _text(value):
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def base_of(versions, key):
    """The version that the file was made from; None where it does not say.

    A row without its last optional part (an assessor who was filled in since) counts as that row.
    """
    return versions.get(key, versions.get((*key[:-1], "")))


def base_values(model, lines):
    """{row number: values by field name} as they were when the file was made, from the audit trail.

    Each change since raised the version by one, so taking back as many of them leads there.
    """
    behind = {line.id: line.version - line.base for line in lines if line.id and line.base}
    query = Change.select(Change.key, Change.before).where(
        Change.table == model._meta.table_name, among(Change.key, list(behind)),
        Change.action.in_(("update", "undo")),
    )  # fmt: skip
    back = {}
    for key, before in query.order_by(Change.id.desc()).tuples():
        back.setdefault(key, []).append(json.loads(before or "{}"))
    fields = model._meta.fields
    found = {}
    for line in lines:
        values = dict(line.before)
        for before in back.get(line.id, [])[: max(0, behind.get(line.id, 0))]:
            values |= {n: fields[n].python_value(v) for n, v in before.items() if n in values}
        found[line.row] = values if line.base else {}
    return found
