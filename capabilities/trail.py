"""Uploads and the audit trail: what happened to all tables."""

from access import DESK, TABLES, both, table
from models import MODELS, Change, Upload


def not_about_herself(user):
    """What a table keeps from somebody, its trail keeps from her too."""
    condition = None
    for model in MODELS:
        rights = TABLES.get(model)
        if rights and rights.apart and model is not Change:
            seen = model.select(model.id).where(rights.apart(user))
            other = (Change.table != model._meta.table_name) | (Change.action == "export")
            condition = both(condition, other | Change.key.in_(seen))
    return condition


table(Upload, read="admin hr supervisor", sees={"supervisor": lambda user: Upload.user == user.id})
table(Change, read=DESK, apart=not_about_herself)
