"""When a background worker last told that it lives; SQLite keeps it in the file beside, and this one empty."""


def up(migrator, db):
    migrator.migrate(
        migrator.create_table('beat', [
            '"id" AUTO NOT NULL PRIMARY KEY',
            '"at" DOUBLE NOT NULL',
        ]),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_table('beat'),
    )
