from collections import Counter

import pytest

from casework.core.settings import setting
from casework.demo import DemoRefused, load_demo
from casework.people import Person
from casework.referrals import STATES, Referral
from casework.sites import Site
from tests.world import World

SMALL = 60


def _portrait() -> list[tuple[str, str]]:
    return [(p.name, p.birth_date) for p in Person.select().order_by(Person.created_at, Person.id)]


def test_the_town_has_as_many_people_as_asked_for(world: World) -> None:
    summary = load_demo(SMALL, 1, at=world.at)
    assert summary.counts["people"] == SMALL
    assert Site.select().count() >= 4


def test_the_same_seed_gives_the_same_town(world: World, store) -> None:
    load_demo(SMALL, 7, at=world.at)
    first = sorted(_portrait())
    store.renew()
    from casework.core.db import database

    database.connect()
    load_demo(SMALL, 7, at=world.at)
    assert sorted(_portrait()) == first


def test_another_seed_gives_another_town(world: World, store) -> None:
    load_demo(SMALL, 7, at=world.at)
    first = sorted(_portrait())
    store.renew()
    from casework.core.db import database

    database.connect()
    load_demo(SMALL, 8, at=world.at)
    assert sorted(_portrait()) != first


def test_it_marks_the_instance_as_a_demo(world: World) -> None:
    load_demo(SMALL, 1, at=world.at)
    assert setting("instance_kind") == "demo"


def test_it_refuses_a_database_that_holds_anything_and_changes_nothing(world: World) -> None:
    world.organization()
    with pytest.raises(DemoRefused):
        load_demo(SMALL, 1, at=world.at)
    assert Person.select().count() == 0
    assert setting("instance_kind") == "new"


def test_it_cannot_be_loaded_twice(world: World) -> None:
    load_demo(SMALL, 1, at=world.at)
    with pytest.raises(DemoRefused):
        load_demo(SMALL, 1, at=world.at)
    assert Person.select().count() == SMALL


@pytest.mark.slow
def test_the_whole_town_has_referrals_in_every_state(world: World) -> None:
    summary = load_demo(550, 1, at=world.at)
    assert summary.counts["people"] == 550
    assert 190 <= summary.counts["households"] <= 250
    states = Counter(row.state for row in Referral.select(Referral.state))
    assert set(states) == set(STATES.states)
