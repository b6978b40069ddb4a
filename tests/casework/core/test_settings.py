"""Settings: a default for each, changed without code."""

import pytest

from casework.core.access import SYSTEM, Role
from casework.core.refusals import Forbidden
from casework.core.settings import DEFAULTS, Setting, all_settings, change_setting, setting


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
