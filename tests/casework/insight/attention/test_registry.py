"""Rules: what it costs to ask them about one case does not depend on how many others there are."""

from __future__ import annotations

import pytest

from casework.core.db import new_id
from casework.insight.attention.registry import RULES, answers
from casework.insight.attention.upkeep import _Desk
from tests.query_plans import asked, steps_without_a_key, walked_tables
from tests.world import World

# Looked at as a whole: unread messages and running handovers, of which there are never many.
FEW = ("messages_direction_read_at", "handovers_ended_at")
OF_CASE = [name for name, rule in RULES.items() if rule.of_case]


@pytest.mark.parametrize("name", OF_CASE)
def test_a_rule_asked_about_one_case_looks_at_nothing_of_the_others(world: World, name) -> None:
    with asked() as seen:
        answers(RULES[name], _Desk(world.at).of(RULES[name], cases=[new_id()]))
    about_cases = [each for each in seen if '"cases"' in each[0]]
    assert about_cases
    for statement in about_cases:
        assert walked_tables(*statement) == []
        loose = steps_without_a_key(*statement)
        assert [each for each in loose if not any(name in each for name in FEW)] == []
