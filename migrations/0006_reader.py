"""The trail keeps refused and ended sign-ins and exports; files of uploads are kept for a set time."""

import re

from peewee import Check, IntegerField

BEFORE = ("create", "update", "delete", "undo", "look", "sign_in")
AFTER = (*BEFORE, "sign_out", "refused", "export")


def up(migrator, db):
    allow_actions(migrator, AFTER)
    days = IntegerField(default=90, constraints=[Check('"days_files" BETWEEN 0 AND 3650')])
    migrator.migrate(migrator.add_column("policy", "days_files", days))


def down(migrator, db):
    db.execute_sql("""DELETE FROM "change" WHERE action IN ('sign_out', 'refused', 'export')""")
    allow_actions(migrator, BEFORE)
    migrator.migrate(migrator.drop_column("policy", "days_files"))


def allow_actions(migrator, actions):
    """Put another CHECK in place of that on an action of the trail; SQLite keeps it in the column's own words."""
    rule = f"""CHECK ("action" IN ({", ".join(f"'{action}'" for action in actions)}))"""
    if hasattr(migrator, "_update_column"):
        in_place = lambda name, words: re.sub(r"CHECK \(.*\)", rule, words)  # noqa: E731 - one line
        migrator.migrate(migrator._update_column("change", "action", in_place))
        return
    migrator.migrate(
        migrator.sql('ALTER TABLE "change" DROP CONSTRAINT "change_action_check"'),
        migrator.sql(f'ALTER TABLE "change" ADD CONSTRAINT "change_action_check" {rule}'),
    )
