"""Positions as people write them."""

import pytest

from casework.questionnaires.positions import read_position


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("48.1 9.2", "48.1 9.2"),
        ("48.1, 9.2", "48.1 9.2"),
        ("48.1,9.2", "48.1 9.2"),
        ("48,1 9,2", "48.1 9.2"),
        ("48,1; 9,2", "48.1 9.2"),
        ("48,1 9,2 300 5", "48.1 9.2 300 5"),
        ("-33.9 18.4 10 5", "-33.9 18.4 10 5"),
        ("48.1° 9.2°", "48.1 9.2"),
        ("N 48.1 E 9.2", "48.1 9.2"),
        ("9.2E 48.1N", "48.1 9.2"),
        ("48.1S 9.2W", "-48.1 -9.2"),
        ("48°7'30\"N 9°15'E", "48.125 9.25"),
        ("48° 7′ 30″ N, 9° 15′ E", "48.125 9.25"),
        ("48°7'30''N 9°15'0''W", "48.125 -9.25"),
    ],
)
def test_a_position_is_read_however_it_is_written(text, read):
    assert read_position(text) == read
    assert read_position(read) == read


@pytest.mark.parametrize(
    "text",
    ["", "48", "48,1,9,2", "91 0", "0 181", "-90.1 0", "a b", "48°61'N 9°E", "N48 N9", "E9 E48",
     "48.1 9.2 1 2 3", "48°N", "48.1N 9.2E x", "nan nan", "1e5 2", "48..1 9", "48.1 -", "NaN",
     "9" * 500, "° '", "48.1,9.2,x"],
)  # fmt: skip
def test_what_may_mean_two_things_or_nothing_is_not_read(text):
    assert read_position(text) is None
