"""What a file would do, or did, for programs."""

from values import N_, Invalid

from .validate import Problem


def report(plan, upload=None):
    """The contract's JSON object of a Plan; `upload` is the applied one."""
    return {
        "sheet": plan.sheet.name, "rows": plan.rows, **plan.counts,
        "same": plan.same, "conflict": len(plan.conflict),
        "errors": [_object(problem) for problem in plan.errors],
        "warnings": [_object(problem) for problem in (*plan.warnings, *_conflicts(plan), *odd(plan))],
        "applied": upload is not None, "upload": upload and upload.id,
    }  # fmt: skip


def _object(problem):
    return {name: getattr(problem, name) for name in ("row", "column", "cell", "value", "message")}


def _conflicts(plan):
    words = N_("bentrok: data tersimpan berubah sejak berkas ini dibuat; pilih nilai mana yang dipakai")
    return [Problem(line.row, Invalid(words)) for line in plan.conflict]


def odd(plan):
    """What the sheet does not know of a file, or took in another sense."""
    table = plan.checked.table
    unknown, below = (
        N_("kolom tidak dikenal; diabaikan"),
        N_("di bawah tabel; dibaca sebagai catatan dan dilewati"),
    )
    titles = [(title, Invalid(unknown)) for title in table.unknown]
    for title, column in table.guessed.items():
        titles.append((title, Invalid(N_("dibaca sebagai kolom %(header)s"), header=column.header)))
    return [
        *(Problem(table.header, error, title, "", title) for title, error in titles),
        *(Problem(number, Invalid(below)) for number in table.notes),
    ]
