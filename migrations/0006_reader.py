"""The trail keeps refused and ended sign-ins and exports; files of uploads are kept for a set time."""

import re

from peewee import IntegerField

BEFORE = ("create", "update", "delete", "undo", "look", "sign_in")
AFTER = (*BEFORE, "sign_out", "refused", "export")


def up(migrator, db):
    check(migrator, "change", "action", one_of(AFTER))
    migrator.migrate(migrator.add_column("policy", "days_files", IntegerField(default=90)))
    check(migrator, "policy", "days_files", '"days_files" BETWEEN 0 AND 3650')


def down(migrator, db):
    db.execute_sql("""DELETE FROM "change" WHERE action IN ('sign_out', 'refused', 'export')""")
    check(migrator, "change", "action", one_of(BEFORE))
    migrator.migrate(migrator.drop_column("policy", "days_files"))


def one_of(actions):
    return f""""action" IN ({", ".join(f"'{action}'" for action in actions)})"""


def check(migrator, table, column, rule):
    """Put a CHECK in place of a column's old one; SQLite keeps it in the column's own words."""
    if hasattr(migrator, "_update_column"):
        in_place = lambda name, words: f"{re.sub(r' CHECK .*', '', words)} CHECK ({rule})"  # noqa: E731 - one line
        migrator.migrate(migrator._update_column(table, column, in_place))
        return
    name = f"{table}_{column}_check"
    migrator.migrate(
        migrator.sql(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}"'),
        migrator.sql(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" CHECK ({rule})'),
    )
