"""Settings: a default for each, changed without code."""

from contextlib import suppress

import pytest

from casework.core.access import SYSTEM, Role
from casework.core.db import transaction
from casework.core.refusals import Forbidden
from casework.core.settings import DEFAULTS, Setting, all_settings, change_setting, setting
from tests.databases import statements


def test_what_nobody_changed_has_its_default(db):
    Setting.delete().execute()
    assert {key: setting(key) for key in DEFAULTS} == DEFAULTS == all_settings()


def test_a_changed_setting_holds_at_once_and_again(world):
    for days in (3, 21):
        change_setting("reply_link_days", days, by=SYSTEM, at=world.at)
        assert setting("reply_link_days") == all_settings()["reply_link_days"] == days
    assert Setting.select().where(Setting.key == "reply_link_days").count() == 1


@pytest.mark.parametrize("value", ["", "Willkommens-Büro ☕", 0, None, [1, 2], {"de": "x"}])
def test_any_json_value_comes_back_as_it_was(world, value):
    change_setting("centre_name", value, by=SYSTEM, at=world.at)
    assert setting("centre_name") == value


def test_within_a_transaction_one_statement_reads_all_settings_and_a_change_holds_at_once(world):
    with transaction():
        with statements() as seen:
            assert [setting(key) for key in DEFAULTS] == list(all_settings().values())
        assert len(seen) == 2
        change_setting("reply_link_days", 4, by=SYSTEM, at=world.at)
        assert setting("reply_link_days") == 4
    assert setting("reply_link_days") == 4


def test_a_change_that_is_undone_within_a_transaction_is_not_remembered(world):
    with transaction():
        with suppress(ZeroDivisionError), transaction():
            change_setting("reply_link_days", 4, by=SYSTEM, at=world.at)
            assert setting("reply_link_days") == 4
            raise ZeroDivisionError
        assert setting("reply_link_days") == DEFAULTS["reply_link_days"]


def test_what_a_reader_does_to_a_value_changes_it_for_nobody_else(db):
    with transaction():
        setting("attention_rules")["overdue_step"] = {}
        assert setting("attention_rules") == {}


def test_an_undeclared_setting_is_an_error(world):
    with pytest.raises(KeyError):
        setting("colour")
    with pytest.raises(KeyError):
        change_setting("colour", "red", by=SYSTEM, at=world.at)
    assert not Setting.select().where(Setting.key == "colour").exists()


def test_settings_are_changed_by_coordinator_and_administrator_only(world):
    change_setting("centre_name", "A", by=world.coordinator().actor, at=world.at)
    change_setting("centre_name", "B", by=world.staff(Role.ADMINISTRATOR).actor, at=world.at)
    with pytest.raises(Forbidden):
        change_setting("centre_name", "C", by=world.manager().actor, at=world.at)
    assert setting("centre_name") == "B"


def test_who_may_not_read_settings_lists_none(world):
    change_setting("centre_name", "A", by=SYSTEM, at=world.at)
    assert Setting.scope(world.coordinator().actor).exists()
    assert not Setting.scope(world.manager().actor).exists()
