"""Contacts: who works where, who knows them, when to be in touch, and nobody's file behind them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from peewee import ForeignKeyField

from casework.cases import Case
from casework.core.access import SYSTEM, Role
from casework.core.db import Base, database
from casework.core.lookups import LookupKey, find_all, name_keys
from casework.core.refusals import Forbidden, NotFound, StaleEdit
from casework.life_areas import LifeArea
from casework.network.contacts import (
    Acquaintance,
    ContactArea,
    IntervalRefused,
    NetworkContact,
    NobodyNamed,
    OfficeMissing,
    add_contact,
    change_contact,
    forget_contact,
    note_acquaintance,
    retire_contact,
    who_knows,
)
from casework.network.meetings import Decision, Meeting, Participant
from casework.network.talks import (
    NextDayRefused,
    Talk,
    TalkDayRefused,
    TalkMissing,
    note_talk,
)
from casework.people import Household, Person
from tests.conftest import Clock
from tests.world import World


def _area(code: str = "work") -> LifeArea:
    return LifeArea.get(LifeArea.code == code)


def _words(contact: NetworkContact) -> dict:
    names = ("kind", "organization", "office", "name", "role", "interval_days")
    return {name: getattr(contact, name) for name in names}


def test_no_way_leads_from_the_network_to_a_case_or_a_person() -> None:
    """Police and other offices are contacts here and never see a case: not even by a key."""
    seen: set[type] = set()
    todo: list[type] = [NetworkContact, ContactArea, Acquaintance, Talk, Meeting, Participant,
                        Decision]  # fmt: skip
    while todo:
        model = todo.pop()
        seen.add(model)
        fields = [f for f in model._meta.sorted_fields if isinstance(f, ForeignKeyField)]
        todo += [f.rel_model for f in fields if f.rel_model not in seen]
    assert seen.isdisjoint({Case, Household, Person})
    own = {model for model in seen if model._meta.table_name.startswith("network_")}
    for model in Base.__subclasses__():
        for field in model._meta.sorted_fields:
            if isinstance(field, ForeignKeyField) and field.rel_model in own:
                assert model.__module__.startswith("casework.network"), model


def test_what_names_somebody_is_sealed_and_the_office_is_not(world: World) -> None:
    contact = world.contact(phone="+4976214150", email="b@office.example", notes="Vormittags")
    row = database.execute_sql("SELECT * FROM network_contacts").fetchone()
    stored = " ".join(str(bytes(v) if isinstance(v, memoryview) else v) for v in row)
    for hidden in ("Beispiel", "76214150", "office.example", "Vormittags"):
        assert hidden not in stored
    assert "Jobcenter" in stored
    assert find_all("network_contacts", name_keys("beispiel")) == {contact.id}


@pytest.mark.parametrize(("columns", "refusal"), [
    ({"office": ""}, OfficeMissing),
    ({"name": "", "role": ""}, NobodyNamed),
    ({"interval_days": -1}, IntervalRefused),
    ({"interval_days": 731}, IntervalRefused),
    ({"kind": "secret_service"}, NotFound),
    ({"nonsense": 1}, KeyError),
])  # fmt: skip
def test_a_contact_that_nobody_could_reach_is_refused(world: World, columns, refusal) -> None:
    with pytest.raises(refusal):
        world.contact(**columns)
    assert NetworkContact.select().count() == 0


def test_a_new_contact_is_due_after_its_rhythm_and_without_one_never(world: World) -> None:
    assert world.contact(interval_days=30).next_due_on == date(2026, 12, 2)
    assert world.contact(interval_days=0).next_due_on is None


def test_another_rhythm_counts_from_the_last_contact(world: World) -> None:
    contact = world.contact()
    note_talk(contact, "x", on_day=date(2026, 10, 20), by=SYSTEM, at=world.at)
    words = _words(contact) | {"interval_days": 10}
    change_contact(contact, areas=[], revision=0, by=SYSTEM, at=world.at, **words)
    assert contact.refresh().next_due_on == date(2026, 10, 30)


def test_of_two_editors_the_second_is_told(world: World) -> None:
    contact = world.contact()
    mine, theirs = NetworkContact.get_by_id(contact.id), NetworkContact.get_by_id(contact.id)
    words = _words(contact)
    change_contact(mine, areas=[_area()], revision=0, by=SYSTEM, at=world.at,
                   **words | {"role": "Leitung"})  # fmt: skip
    with pytest.raises(StaleEdit):
        change_contact(theirs, areas=[], revision=0, by=SYSTEM, at=world.at,
                       **words | {"role": "Empfang"})  # fmt: skip
    assert contact.refresh().role == "Leitung"
    assert contact.areas.count() == 1


def test_a_manager_changes_only_the_contacts_that_they_entered(world: World) -> None:
    manager, other = world.manager(), world.contact()
    own = add_contact(
        kind="school", office="Schule", role="Sekretariat", by=manager.actor, at=world.at
    )
    change_contact(own, areas=[], revision=0, by=manager.actor, at=world.at, **_words(own))
    retire_contact(own, by=manager.actor, at=world.at)
    assert not own.refresh().active
    with pytest.raises(Forbidden):
        change_contact(other, areas=[], revision=0, by=manager.actor, at=world.at,
                       **_words(other))  # fmt: skip
    with pytest.raises(Forbidden):
        forget_contact(own, by=manager.actor, at=world.at)


def test_the_commissioner_reads_the_network_and_writes_nothing(world: World) -> None:
    contact = world.contact()
    commissioner = world.staff(Role.INTEGRATION_COMMISSIONER).actor
    assert list(NetworkContact.scope(commissioner)) == [contact]
    with pytest.raises(Forbidden):
        note_talk(contact, "x", by=commissioner, at=world.at)
    for role in (Role.ADMINISTRATOR, Role.VOLUNTEER_COORDINATOR):
        assert not NetworkContact.scope(world.staff(role).actor).exists()
        assert not Talk.scope(world.staff(role).actor).exists()


def test_forgetting_a_contact_leaves_nothing_of_them(world: World) -> None:
    contact = world.contact()
    note_talk(contact, "x", by=SYSTEM, at=world.at)
    forget_contact(contact, by=world.coordinator().actor, at=world.at)
    assert not NetworkContact.select().exists()
    assert not Talk.select().exists()
    assert not LookupKey.select().where(LookupKey.table == "network_contacts").exists()


# Talks


def test_a_talk_moves_the_last_contact_and_what_is_due_next(world: World, clock: Clock) -> None:
    contact = world.contact(interval_days=60)
    clock.forward(days=5)
    manager = world.manager()
    talk = note_talk(contact, "Neue Sprechzeit", agreed="Mail an alle", by=manager.actor,
                     at=world.at)  # fmt: skip
    again = contact.refresh()
    assert (again.last_contact_on, again.next_due_on) == (date(2026, 11, 7), date(2027, 1, 6))
    assert (talk.staff, talk.author, talk.agreed) == (manager, manager.name, "Mail an alle")


def test_an_older_talk_is_noted_and_moves_nothing(world: World) -> None:
    contact = world.contact(interval_days=60)
    note_talk(contact, "today", by=SYSTEM, at=world.at)
    due = contact.refresh().next_due_on
    note_talk(contact, "before", on_day=date(2026, 9, 1), by=SYSTEM, at=world.at)
    assert (contact.refresh().last_contact_on, contact.next_due_on) == (date(2026, 11, 2), due)
    assert [talk.about for talk in Talk.of(contact)] == ["today", "before"]


def test_a_day_that_was_agreed_wins_over_the_rhythm(world: World) -> None:
    contact = world.contact(interval_days=0)
    note_talk(contact, "x", next_on=date(2026, 12, 24), by=SYSTEM, at=world.at)
    assert contact.refresh().next_due_on == date(2026, 12, 24)


@pytest.mark.parametrize(("given", "refusal"), [
    ({"about": " \x00 "}, TalkMissing),
    ({"on_day": date(2026, 11, 3)}, TalkDayRefused),
    ({"on_day": date(1926, 11, 2)}, TalkDayRefused),
    ({"next_on": date(2026, 11, 2)}, NextDayRefused),
    ({"next_on": date(2199, 1, 1)}, NextDayRefused),
    ({"channel": "telepathy"}, NotFound),
])  # fmt: skip
def test_an_impossible_talk_is_refused_and_nothing_noted(world: World, given, refusal) -> None:
    contact = world.contact()
    with pytest.raises(refusal):
        note_talk(contact, **{"about": "x"} | given, by=SYSTEM, at=world.at)
    assert not Talk.select().exists()
    assert contact.refresh().last_contact_on is None


def test_the_day_of_a_talk_is_the_day_at_the_site(world: World, clock: Clock) -> None:
    clock.forward(hours=14, minutes=30)  # 23:30 UTC is half past midnight here
    contact = world.contact()
    assert note_talk(contact, "x", by=SYSTEM, at=world.at).on_day == date(2026, 11, 3)


# Who knows whom


def test_who_knows_whom_for_what(world: World) -> None:
    one, two = world.coordinator(), world.manager()
    areas = [_area("work"), _area("money")]
    jobcenter = world.contact(areas=areas, name="Anna")
    school = world.contact(areas=[_area("education")], name="Berta")
    gone = world.contact(areas=[_area("work")], name="Carla")
    for contact, staff, bond in ((jobcenter, one, "name"), (jobcenter, two, "well"),
                                 (school, one, "known"), (gone, one, "well")):  # fmt: skip
        note_acquaintance(contact, staff, bond, by=one.actor, at=world.at)
    retire_contact(gone, by=one.actor, at=world.at)
    table = who_knows(one.actor)
    assert {LifeArea.get_by_id(area).code for area in table} == {"work", "money", "education"}
    assert [row.bond for row in table[_area("work").id][two.id]] == ["well"]
    assert [str(row.contact) for row in table[_area("work").id][one.id]] == ["Anna"]


def test_one_says_of_oneself_whom_one_knows_and_takes_it_back(world: World) -> None:
    contact, manager, other = world.contact(), world.manager(), world.manager()
    note_acquaintance(contact, manager, "well", by=manager.actor, at=world.at)
    note_acquaintance(contact, manager, "name", by=manager.actor, at=world.at)
    assert [row.bond for row in contact.known_by] == ["name"]
    with pytest.raises(Forbidden):
        note_acquaintance(contact, other, "well", by=manager.actor, at=world.at)
    with pytest.raises(NotFound):
        note_acquaintance(contact, manager, "intimately", by=manager.actor, at=world.at)
    note_acquaintance(contact, manager, "", by=manager.actor, at=world.at)
    assert not Acquaintance.select().exists()


def test_the_table_of_who_knows_whom_takes_the_same_statements_however_long(world: World) -> None:
    from tests.databases import statements

    staff = world.coordinator()

    def taken() -> int:
        with statements() as seen:
            who_knows(staff.actor)
        return len(seen)

    for _ in range(2):
        note_acquaintance(world.contact(areas=[_area()]), staff, "well", by=SYSTEM, at=world.at)
    few = taken()
    for _ in range(20):
        note_acquaintance(world.contact(areas=[_area()]), staff, "well", by=SYSTEM, at=world.at)
    assert taken() == few <= 4


def test_time_alone_makes_a_contact_due(world: World, clock: Clock) -> None:
    contact = world.contact(interval_days=30)
    late = NetworkContact.select().where(NetworkContact.next_due_on <= world.at.date())
    assert not late.exists()
    assert contact.next_due_on <= (clock() + timedelta(days=31)).date()
