"""What a rating rests on: whether it has changed since, who wrote in a rater's place, who is exempt, a state withdrawn."""

from peewee import (
    BooleanField,
    CharField,
    Check,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
)

BEFORE = ("suggested", "confirmed", "final", "delivered", "acknowledged", "objected", "upheld", "changed")
AFTER = (*BEFORE, "withdrawn")


def table(db):
    """The model of this moment, independent of the application's."""

    class Employee(Model):
        class Meta:
            database = db
            table_name = "employee"

    class Exemption(Model):
        version = IntegerField(default=1)
        updated_at = DateTimeField()
        employee = ForeignKeyField(Employee, on_delete="RESTRICT", index=False)
        reason = CharField(
            max_length=40, constraints=[Check("\"reason\" IN ('CLTN', 'MPP', 'SUSPENDED', 'STATE_OFFICIAL')")]
        )
        starts_on = DateField()
        ends_on = DateField(null=True)

        class Meta:
            database = db
            table_name = "exemption"
            indexes = ((("employee", "starts_on"), True),)
            constraints = [Check('"starts_on" <= "ends_on"')]

    return Exemption


def up(migrator, db):
    table(db).create_table(safe=False)
    migrator.migrate(
        migrator.add_column("rating", "basis_changed", BooleanField(default=False)),
        migrator.add_column("assessment", "by_desk", BooleanField(default=False)),
        migrator.add_column("unit", "verified", BooleanField(default=True)),
    )
    migrator.migrate(migrator.change_column("rating", "state", one_of(AFTER)))


def down(migrator, db):
    table(db).drop_table()
    db.execute_sql("UPDATE rating SET state = 'suggested' WHERE state = 'withdrawn'")
    migrator.migrate(migrator.change_column("rating", "state", one_of(BEFORE)))
    migrator.migrate(migrator.drop_column("rating", "basis_changed"))
    migrator.migrate(migrator.drop_column("assessment", "by_desk"))
    migrator.migrate(migrator.drop_column("unit", "verified"))


def one_of(states):
    listed = ", ".join(f"'{state}'" for state in states)
    return CharField(max_length=40, constraints=[Check(f'"state" IN ({listed})')])
