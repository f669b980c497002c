"""What a person decides in the review of an upload, and the review of a large one, kept beside its bytes."""

from peewee import BlobField, TextField

COLUMNS = {"edits": TextField, "draft": BlobField}


def up(migrator, db):
    for name, kind in COLUMNS.items():
        migrator.migrate(migrator.add_column("upload", name, kind(null=True)))


def down(migrator, db):
    for name in COLUMNS:
        migrator.migrate(migrator.drop_column("upload", name))
