"""Sign-ins in a table of their own; SQLite keeps them and failed tries in the file beside, and these ones empty."""


def up(migrator, db):
    db.execute_sql("DELETE FROM throttle")  # they end within a quarter of an hour
    migrator.migrate(
        migrator.create_table('sign_in', [
            '"id" AUTO NOT NULL PRIMARY KEY',
            '"at" DATETIME NOT NULL',
            '"name" VARCHAR(250) NOT NULL',
            '"user" INT',
            '"what" VARCHAR(40) NOT NULL CHECK ("what" IN (\'sign_in\', \'sign_out\', \'refused\'))',
        ]),
        migrator.sql('CREATE INDEX "sign_in_at" ON "sign_in" ("at")'),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_table('sign_in'),
    )
