"""Needs: in the area of their category, with known urgencies."""

import pytest

from casework.core.access import SYSTEM
from casework.core.refusals import NotFound
from casework.needs import add_need, category_of


def test_a_need_carries_the_area_of_its_category_and_only_known_urgencies(world):
    need = add_need(
        world.case(), category_of("kita_place"), person=None, urgency="soonish",
        description="", language="ar", by=SYSTEM, at=world.at,
    )  # fmt: skip
    assert (need.life_area.code, need.urgency) == ("childcare", "")
    assert (need.description, need.description_language) == (None, "")


@pytest.mark.parametrize("code", ["", "no_such_need", "KITA_PLACE", "\x00", "x" * 300])
def test_an_unknown_category_is_not_found(db, code):
    with pytest.raises(NotFound):
        category_of(code)
