"""Quicker lists."""


def up(migrator, db):
    migrator.migrate(
        migrator.drop_index('rating', 'rating_predicate'),
        migrator.drop_index('rating', 'rating_unit_id'),
        migrator.sql('CREATE INDEX "rating_unit_id_period_id_predicate" ON "rating" ("unit_id", "period_id", "predicate")'),
        migrator.sql('CREATE INDEX "training_starts_on" ON "training" ("starts_on")'),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index('rating', 'rating_unit_id_period_id_predicate'),
        migrator.sql('CREATE INDEX "rating_predicate" ON "rating" ("predicate")'),
        migrator.sql('CREATE INDEX "rating_unit_id" ON "rating" ("unit_id")'),
        migrator.drop_index('training', 'training_starts_on'),
    )
