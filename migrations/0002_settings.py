"""What accounts and the office keep for themselves: saved views, learnt headers."""

from peewee import CharField, ForeignKeyField, Model, TextField


def table(db):
    """The model of this moment, independent of the application's."""

    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Setting(Model):
        user = ForeignKeyField(User, null=True, index=False, on_delete="RESTRICT")
        key = CharField(max_length=120)
        value = TextField()

        class Meta:
            database = db
            table_name = "setting"
            indexes = ((("user", "key"), True),)

    Setting.add_index(
        Setting.index(Setting.key, unique=True, where=Setting.user.is_null(), name="setting_of_office")
    )
    return Setting


def up(migrator, db):
    table(db).create_table(safe=False)


def down(migrator, db):
    table(db).drop_table()
