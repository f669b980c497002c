"""The trail keeps refused and ended sign-ins and exports; files of uploads are kept for a set time."""

from peewee import CharField, Check, IntegerField

BEFORE = ("create", "update", "delete", "undo", "look", "sign_in")
AFTER = (*BEFORE, "sign_out", "refused", "export")


def up(migrator, db):
    days = IntegerField(default=90, constraints=[Check('"days_files" BETWEEN 0 AND 3650')])
    migrator.migrate(
        migrator.change_column("change", "action", one_of(AFTER)),
        migrator.add_column("policy", "days_files", days),
    )


def down(migrator, db):
    db.execute_sql("""DELETE FROM "change" WHERE action IN ('sign_out', 'refused', 'export')""")
    migrator.migrate(
        migrator.change_column("change", "action", one_of(BEFORE)),
        migrator.drop_column("policy", "days_files"),
    )


def one_of(actions):
    listed = ", ".join(f"'{action}'" for action in actions)
    return CharField(max_length=40, constraints=[Check(f'"action" IN ({listed})')])
