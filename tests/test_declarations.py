"""Every name that a view declares exists: Flask-Admin would ignore a misspelt one in silence."""

import pytest

import access
from capabilities import SHEETS
from models import MODELS
from views.base import AdminView


@pytest.fixture
def views(app):
    return [v for v in app.extensions["admin"][0]._views if isinstance(v, AdminView)]


def test_every_table_with_words_has_a_view_a_title_and_a_permission_line(views):
    shown = {model for model in MODELS if model.spoken()}
    assert {view.model for view in views} == shown == set(access.TABLES)
    assert all(model.noun for model in shown)


def filters_of(view):
    """The names of fields that a view filters by; its own filters stand beside them."""
    return [name for name in view.column_filters if isinstance(name, str)]


def test_every_heading_begins_at_a_field():
    for model in MODELS:
        assert all(field.verbose_name for field in model._meta.sorted_fields if getattr(field, "part", ""))


def test_every_declared_path_leads_to_a_field(views):
    for view in views:
        order = view._get_default_order() or []
        paths = [*view.column_list, *view.column_details_list, *filters_of(view),
                 *(view.column_searchable_list or ()), *(path for path, _ in order)]  # fmt: skip
        for path in paths:
            assert view.model.field_at(path) is not None, f"{type(view).__name__}: {path}"


def test_every_declared_name_is_a_field_of_the_model(views):
    for view in views:
        names = {*view.form_columns, *view.form_without, *view.list_without}
        assert names <= set(view.model._meta.fields), type(view).__name__
        moves = set(view.flow.by_name) if view.flow else set()
        others = {name for name, _ in view._actions} - {"delete", "export"} - moves
        assert set(view.action_verbs) == others, type(view).__name__
        assert set(view.action_verbs.values()) <= set(access.TABLES[view.model].verbs)


def test_nothing_confidential_or_wordless_is_listed_filtered_or_exported(views):
    for view in views:
        for name in {*view.column_list, *view.column_details_list, *filters_of(view)}:
            field = view.model.field_at(name)
            assert field.verbose_name
            assert not getattr(field, "confidential", False)
        for column in view.sheet.columns:
            assert not getattr(column.field, "confidential", False)


def test_a_password_hash_has_no_place_on_any_page(views):
    for view in views:
        assert "password" not in view.form_columns
        assert "pin_hash" not in view.form_columns


def test_every_list_has_an_order(views):
    for view in views:
        assert view._get_default_order(), type(view).__name__


def test_sheets_name_their_keys_and_references():
    for sheet in SHEETS.values():
        fields = sheet.model._meta.fields
        assert {*sheet.key, *sheet.references, *sheet.without, *sheet.optional, *sheet.computed} <= set(
            fields
        )
        assert len({column.header for column in sheet.columns}) == len(sheet.columns)
