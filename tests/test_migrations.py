"""The migrated schema is the models' schema, and every migration goes down again."""

import re

import migrations
from database import db, on_sqlite
from models import MODELS, Policy


def sqlite_schema():
    rows = db.execute_sql(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'schema_migration%'"
    ).fetchall()
    return {name: sorted(parts(sql)) for name, sql in rows}


def parts(sql):
    """The columns and constraints of a CREATE statement, whatever their order."""
    inside, depth, found, part = sql[sql.index("(") + 1 : sql.rindex(")")], 0, [], ""
    for letter in inside:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            found.append(part.strip())
            part = ""
        else:
            part += letter
    return [sql[: sql.index("(")], sql[sql.rindex(")") + 1 :], *found, part.strip()]


def server_schema():
    columns = db.execute_sql(
        "SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, "
        "numeric_scale, is_nullable FROM information_schema.columns WHERE table_schema = 'public' "
        "AND table_name <> 'schema_migration'"
    ).fetchall()
    checks = db.execute_sql(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'schema_migration'"
    ).fetchall()
    indexes = db.execute_sql(
        "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'schema_migration'"
    ).fetchall()
    return sorted(map(str, [*columns, *checks, *indexes]))


def schema():
    return sqlite_schema() if on_sqlite() else server_schema()


def test_models_and_migrations_do_not_differ(database):
    migrated = schema()
    for number in reversed([m.idx for m in migrations.runner().status()]):
        migrations.downgrade(number - 1)
    with db.bind_ctx(MODELS):  # those of the file beside are in this one too
        db.create_tables(MODELS)
        declared = schema()
        db.drop_tables(MODELS)
    migrations.upgrade()
    assert migrated == declared


def test_every_migration_goes_down_and_up_again(database):
    before = schema()
    migrations.downgrade(0)
    assert db.get_tables() == ["schema_migration"]
    migrations.upgrade()
    assert schema() == before
    assert migrations.pending() == []


def test_upgrading_again_changes_nothing_and_keeps_one_policy(database):
    assert migrations.upgrade() == []
    policy = Policy.get()
    assert (policy.weight_supervisor, policy.weight_peer, policy.min_peer) == (60, 20, 3)
    assert re.search("belum disahkan Perbup", policy.source)
    assert Policy.select().count() == 1
