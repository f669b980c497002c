"""States move by moves: their reasons, a clock for the citizen's reply, the move's name in the trail."""

import re
from datetime import datetime

from peewee import CharField, DateField, DateTimeField, IntegerField, TextField

REASONS = ("period", "rating", "training", "award", "complaint")
BEFORE = ("planned", "proposed", "done")
AFTER = ("proposed", "planned", "done", "absent", "declined")


def up(migrator, db):
    for table in REASONS:
        migrator.migrate(migrator.add_column(table, "reason", TextField(null=True)))
    migrator.migrate(
        migrator.add_column("complaint", "reply_due", DateField(null=True)),
        migrator.add_column("change", "move", CharField(max_length=40, null=True)),
        migrator.add_column("complaint_event", "version", IntegerField(default=1)),
        migrator.add_column("complaint_event", "updated_at", DateTimeField(default=datetime(2026, 1, 1))),
    )
    allow_states(migrator, AFTER)


def down(migrator, db):
    db.execute_sql("UPDATE training SET state = 'proposed' WHERE state IN ('absent', 'declined')")
    allow_states(migrator, BEFORE)
    dropped = [(table, "reason") for table in REASONS] + [
        ("complaint", "reply_due"), ("change", "move"), ("complaint_event", "version"), ("complaint_event", "updated_at")
    ]  # fmt: skip
    for table, column in dropped:
        migrator.migrate(migrator.drop_column(table, column))


def allow_states(migrator, states):
    """Put another CHECK in place of that on a training's state; SQLite keeps it in the column's own words."""
    rule = f"""CHECK ("state" IN ({", ".join(f"'{state}'" for state in states)}))"""
    if hasattr(migrator, "_update_column"):
        in_place = lambda name, words: re.sub(r"CHECK \(.*\)", rule, words)  # noqa: E731 - one line
        migrator.migrate(migrator._update_column("training", "state", in_place))
        return
    migrator.migrate(
        migrator.sql('ALTER TABLE "training" DROP CONSTRAINT "training_state_check"'),
        migrator.sql(f'ALTER TABLE "training" ADD CONSTRAINT "training_state_check" {rule}'),
    )
