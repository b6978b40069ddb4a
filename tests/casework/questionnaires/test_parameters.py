"""The column `parameters`: what cannot be used is told, never silently passed over."""

import pytest

from casework.questionnaires.answers import range_of
from casework.questionnaires.parameters import IN_VAIN, NO_NUMBER, UNKNOWN, check_parameters
from tests.casework.questionnaires.samples import question


def told(type_, **parameters):
    parameters = {name.replace("_", "-"): text for name, text in parameters.items()}
    return [each.msgid for each in check_parameters(question(type_, "q", parameters=parameters))]


@pytest.mark.parametrize(
    ("type_", "parameters"),
    [
        ("range", {"start": "-5", "end": "5.5", "step": "0.5"}),
        ("select_one", {"randomize": "true"}),
        ("select_one", {"randomize": "false"}),
        ("select_multiple", {"randomize": "true", "seed": "42"}),
        ("rank", {"randomize": "true", "seed": "${a}"}),
        ("select_one_from_file", {"value": "id", "label": "title"}),
        ("image", {"max_pixels": "1024"}),
        ("audit", {"location_priority": "balanced"}),
    ],
)
def test_what_can_be_used_needs_no_word(type_, parameters):
    assert told(type_, **parameters) == []


@pytest.mark.parametrize(
    ("type_", "parameters", "msgid"),
    [
        ("range", {"end": "ten"}, NO_NUMBER),
        ("range", {"end": ""}, NO_NUMBER),
        ("range", {"step": "0"}, NO_NUMBER),
        ("range", {"end": "1e9"}, NO_NUMBER),
        ("range", {"increment": "2"}, UNKNOWN),
        ("select_one", {"randomize": "maybe"}, IN_VAIN),
        ("select_one", {"randomize": "true", "seed": "often"}, IN_VAIN),
        ("select_one", {"step": "2"}, UNKNOWN),
        ("image", {"max_pixels": "large"}, IN_VAIN),
        ("image", {"max_pixels": "0"}, IN_VAIN),
        ("image", {"max_pixels": "9" * 5000}, IN_VAIN),
    ],
)
def test_what_is_written_in_vain_is_told(type_, parameters, msgid):
    assert told(type_, **parameters) == [msgid]


def test_a_step_of_nothing_is_a_step_of_one():
    assert range_of(question("range", "q", parameters={"step": "0"}))[2] == 1
