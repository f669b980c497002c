"""The dated rules as data, and the days that are no working days."""

from access import DESK, EVERYBODY, everyone, table
from models import Holiday, Policy

table(Policy, read="admin hr supervisor employee", create=DESK, update=DESK, delete=DESK, sees=everyone)
table(Holiday, read=EVERYBODY, create=DESK, update=DESK, delete=DESK, sees=everyone)
