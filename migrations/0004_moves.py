"""States move by moves: their reasons, a clock for the citizen's reply, the move's name in the trail."""

from datetime import datetime

from peewee import CharField, Check, DateField, DateTimeField, IntegerField, TextField

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
    migrator.migrate(migrator.change_column("training", "state", one_of(AFTER)))


def down(migrator, db):
    db.execute_sql("UPDATE training SET state = 'proposed' WHERE state IN ('absent', 'declined')")
    migrator.migrate(migrator.change_column("training", "state", one_of(BEFORE)))
    dropped = [(table, "reason") for table in REASONS] + [
        ("complaint", "reply_due"), ("change", "move"), ("complaint_event", "version"), ("complaint_event", "updated_at")
    ]  # fmt: skip
    for table, column in dropped:
        migrator.migrate(migrator.drop_column(table, column))


def one_of(states):
    listed = ", ".join(f"'{state}'" for state in states)
    return CharField(max_length=40, constraints=[Check(f'"state" IN ({listed})')])
