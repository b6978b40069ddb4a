"""Who may do what: five roles, and actors without a role."""

import logging

import pytest

from casework.core.access import GRANTS, PUBLIC, ROLE_NAMES, SYSTEM, Actor, Role
from casework.core.refusals import Forbidden


def actor(role):
    return Actor("staff", name="someone", role=role)


def test_every_role_has_a_name_and_grants():
    assert set(ROLE_NAMES) == set(Role) == set(GRANTS)


def test_the_coordinator_works_on_cases_and_the_administrator_does_not():
    assert actor(Role.COORDINATOR).may("case:edit")
    assert not actor(Role.ADMINISTRATOR).may("case:read")
    assert not actor(Role.ADMINISTRATOR).may("submission:read")


def test_the_commissioner_sees_figures_and_no_files():
    commissioner = actor(Role.INTEGRATION_COMMISSIONER)
    assert commissioner.may("statistics:read")
    for resource in ("case", "person", "household", "referral", "message", "submission", "audit"):
        assert not commissioner.may(f"{resource}:read")


def test_a_volunteer_coordinator_reads_offers_and_no_requests():
    volunteers = actor(Role.VOLUNTEER_COORDINATOR)
    assert volunteers.may("offer:edit")
    assert not volunteers.may("submission:read")


def test_an_integration_manager_reads_the_directory_and_does_not_write_it():
    manager = actor(Role.INTEGRATION_MANAGER)
    assert manager.may("service:read")
    assert not manager.may("service:edit")
    assert not manager.may("submission:read")


def test_only_the_administrator_makes_accounts():
    assert [role for role in Role if actor(role).may("staff:create")] == [Role.ADMINISTRATOR]


def test_the_system_may_everything_and_the_public_nothing():
    assert SYSTEM.may("anything:at-all")
    assert not PUBLIC.may("home:read")
    assert not Actor("person").may("message:create")
    assert not Actor("provider").may("referral:edit")


def test_only_the_coordinator_and_the_system_see_every_organisation():
    assert SYSTEM.sees_all
    assert [role for role in Role if actor(role).sees_all] == [Role.COORDINATOR]


@pytest.mark.parametrize("permission", ["", "case", "case:", ":edit", "case:edit:more", "*"])
def test_something_that_is_no_permission_is_not_granted_by_accident(permission):
    assert not actor(Role.INTEGRATION_COMMISSIONER).may(permission)
    assert not actor(Role.ADMINISTRATOR).may(permission)


def test_a_refusal_is_raised_and_logged(caplog):
    with caplog.at_level(logging.WARNING, "lotse.access"), pytest.raises(Forbidden):
        actor(Role.ADMINISTRATOR).require("case:edit")
    assert "case:edit" in caplog.text
    assert "someone" not in caplog.text
