"""Roles, scope and what may be written: the one table and the one definition."""

import pytest

import access
from models import MODELS, Assessment, Complaint, Employee, Rating, Throttle, Unit, Upload
from tests.make import (
    make_assessment,
    make_complaint,
    make_employee,
    make_period,
    make_rating,
    make_unit,
    make_user,
)  # fmt: skip


@pytest.fixture
def tree(database):
    """A > B > C, and X beside them; one employee in each."""
    a = make_unit("A")
    b = make_unit("B", parent=a)
    c = make_unit("C", parent=b)
    return {u.code: make_employee(unit=u, name=u.code) for u in (a, b, c, make_unit("X"))}


def names(model, user):
    return sorted(str(row.name) for row in access.scoped(model, user))


def test_a_supervisor_sees_her_unit_and_all_below(tree):
    user = make_user("supervisor", unit=tree["B"].unit)
    assert names(Employee, user) == ["B", "C"]
    assert sorted(u.code for u in access.scoped(Unit, user)) == ["B", "C"]


def test_a_loop_in_the_tree_ends(tree):
    Unit.update(parent=tree["C"].unit).where(Unit.code == "A").execute()
    assert names(Employee, make_user("supervisor", unit=tree["B"].unit)) == ["A", "B", "C"]


@pytest.mark.parametrize("role", ["supervisor", "employee", "officer"])
def test_an_account_without_unit_or_person_sees_nobody(role, tree):
    assert names(Employee, make_user(role)) == []


@pytest.mark.parametrize("role", ["admin", "hr"])
def test_hr_and_it_see_everybody(role, tree):
    assert names(Employee, make_user(role)) == ["A", "B", "C", "X"]


def test_the_command_line_without_an_account_is_it(tree):
    assert names(Employee, None) == ["A", "B", "C", "X"]
    assert access.may(None, "update", Rating)


def test_a_table_without_a_line_is_closed(database):
    verbs = {verb for rights in access.TABLES.values() for verb in rights.verbs}
    for role in access.ROLES:
        user = make_user(role)
        assert not any(access.may(user, verb, Throttle) for verb in verbs)
        assert list(access.scoped(Throttle, user)) == ([] if not access.is_desk(user) else list(Throttle))


def test_an_unknown_role_in_a_table_s_rights_is_refused():
    with pytest.raises(ValueError, match="no such role: chief"):
        access.table(Throttle, read="hr chief")
    assert Throttle not in access.TABLES


def test_a_readable_table_has_a_scope_for_every_narrow_role(database):
    for role in ("supervisor", "officer", "employee"):
        for model in MODELS:
            if access.may(make_user(role), "read", model):
                sees = access.TABLES[model].sees
                assert role in sees if isinstance(sees, dict) else sees, (role, model)


def test_an_officer_of_a_unit_serves_its_complaints_and_one_without_serves_all(tree):
    own, other = make_complaint(unit=tree["C"].unit), make_complaint(unit=tree["X"].unit)
    mine = access.scoped(Complaint, make_user("officer", unit=tree["B"].unit))
    assert [c.id for c in mine] == [own.id]
    assert {c.id for c in access.scoped(Complaint, make_user("officer"))} == {own.id, other.id}


def test_an_employee_sees_what_is_about_her_or_asked_of_her_but_no_peers_word(tree):
    period, me = make_period(), tree["B"]
    about = make_assessment(me, period, assessor=tree["A"])
    make_assessment(me, period, source="peer", assessor=tree["C"])
    asked = make_assessment(tree["C"], period, source="peer", assessor=me)
    make_assessment(tree["C"], period, source="self", assessor=tree["C"])
    user = make_user("employee", employee=me)
    assert {a.id for a in access.scoped(Assessment, user)} == {about.id, asked.id}
    reach = access.writable(Assessment, user)
    assert [a.id for a in Assessment.select().where(reach)] == [asked.id]


def test_a_supervisor_delivers_peers_scores_without_reading_them(tree):
    row = make_assessment(tree["C"], make_period(), source="peer", assessor=tree["B"])
    user = make_user("supervisor", unit=tree["A"].unit, employee=tree["A"])
    assert list(access.scoped(Assessment, user)) == []
    assert [a.id for a in Assessment.select().where(access.writable(Assessment, user))] == [row.id]


@pytest.mark.parametrize("role", ["hr", "supervisor"])
def test_nobody_writes_her_own_rating_or_assessment_but_herself(role, tree):
    period, me = make_period(), tree["A"]
    make_rating(me, period)
    make_assessment(me, period, assessor=None)
    own = make_assessment(me, period, source="self", assessor=me)
    user = make_user(role, employee=me, unit=me.unit)
    assert list(Rating.select().where(access.writable(Rating, user))) == []
    assert [a.id for a in Assessment.select().where(access.writable(Assessment, user))] == [own.id]


def test_a_supervisor_sees_her_own_uploads_only(tree):
    mine, other = make_user("supervisor", unit=tree["A"].unit), make_user("supervisor", unit=tree["A"].unit)
    for user in (mine, other):
        Upload.create(sheet="assessments", filename=user.username, user=user, data=b"", sha256="")
    assert [u.filename for u in access.scoped(Upload, mine)] == [mine.username]
