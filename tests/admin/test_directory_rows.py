"""Languages and opening times in the forms of the directory: clear errors, nothing lost."""

from __future__ import annotations

import re

import pytest

from casework.core.access import SYSTEM
from casework.core.audit import AuditEntry
from casework.core.db import transaction
from casework.opening_times import OpeningTime, opening_times_of, set_opening_times
from casework.providers import Location, Schedule, Service, SpokenLanguage
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.world import World

MORNING = OpeningTime("MO,TU,WE", "09:00", "12:00")


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def service(world: World) -> Service:
    return world.service(name="Course")


def _edit(service: Service) -> str:
    return f"/admin/service/edit/?id={service.id}"


def _form(service: Service, **changed) -> dict:
    fields = {"organization": str(service.organization.id), "name": "Course", "status": "active"}
    return fields | changed


def _time(number: int = 0, days=("MO",), opens="09:00", closes="12:00", **more) -> dict:
    start = f"schedule_set-{number}-"
    return {
        f"{start}byday": list(days), f"{start}opens_at": opens, f"{start}closes_at": closes,
        **{f"{start}{name}": value for name, value in more.items()},
    }  # fmt: skip


def _stored(row: Schedule, number: int = 0, **changed) -> dict:
    fields = _time(number, row.byday.split(","), row.opens_at, row.closes_at, id=str(row.id))
    return fields | {f"schedule_set-{number}-{name}": value for name, value in changed.items()}


def _hours(owner) -> list[tuple[str, str, str]]:
    return [(each.byday, each.opens_at, each.closes_at) for each in opening_times_of(owner)]


def _told(event: str) -> int:
    return AuditEntry.select().where(AuditEntry.event == event).count()


def test_opening_times_are_entered_as_people_write_them(desk, service) -> None:
    fields = _form(service, **_time(0, ["MO", "TU", "WE"], "9", "12.30", description="Ring"))
    response = send(desk, _edit(service), fields)
    assert response.status_code == 303, text_of(response)
    assert _hours(service) == [("MO,TU,WE", "09:00", "12:30")]
    page = text_of(desk.get(response.location))
    assert "Mon–Wed" in page
    assert "09:00–12:30" in page
    assert "Ring" in page
    assert _told("opening_times:set") == 1


def test_a_new_service_can_have_its_hours_at_once(desk, world: World) -> None:
    fields = {
        "organization": str(world.organization().id), "name": "New", "status": "active",
        **_time(0, ["SA"], "10:00", "11:00"),
    }  # fmt: skip
    assert send(desk, "/admin/service/new/", fields).status_code == 303
    assert _hours(Service.get(Service.name == "New")) == [("SA", "10:00", "11:00")]


def test_a_location_has_hours_of_its_own(desk, service) -> None:
    with transaction():
        place = Location.create(organization=service.organization, name="House")
    fields = {"organization": str(service.organization.id), "name": "House", **_time()}
    response = send(desk, f"/admin/location/edit/?id={place.id}", fields)
    assert response.status_code == 303, text_of(response)
    assert _hours(place) == [("MO", "09:00", "12:00")]
    assert "09:00–12:00" in text_of(desk.get(f"/admin/location/details/?id={place.id}"))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (_time(opens="12:00", closes="09:00"), "It would close at 09:00, but open only at 12:00."),
        (_time(days=()), "Please choose the days on which these hours apply."),
        (_time(closes=""), "Please write from when to when it is open"),
        (_time(opens="half past"), "Please write a time such as 09:30."),
        (_time(opens="25:00"), "Please write a time such as 09:30."),
        (_time(closes="9" * 20_000), "Please write a time such as 09:30."),
        (_time(days=["XX"]), "Please choose the days once more."),
        (_time(days=["MO", "x" * 20_000]), "Please choose the days once more."),
        (_time(days=["1FR"]), "“1FR” is no day of the week."),
        (_time(description="x" * 20_000), "longer than 1000 characters"),
        (_time(0) | _time(1, opens="11:00", closes="13:00"), "overlap with 09:00 to 12:00"),
    ],
)
def test_hours_that_cannot_be_are_named_beside_the_field(desk, service, wrong, sentence) -> None:
    response = send(desk, _edit(service), _form(service, **wrong))
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert not Schedule.select().exists()


def test_what_was_typed_stays_when_something_is_wrong(desk, service) -> None:
    response = send(desk, _edit(service), _form(service, **_time(0, ["FR"], "12:00", "08:15")))
    page = text_of(response)
    assert 'value="08:15"' in page
    [day] = [tag for tag in re.findall("<input[^>]*>", page) if 'value="FR"' in tag]
    assert "checked" in day


def test_hours_are_changed_and_removed_by_hand(desk, world: World, service) -> None:
    set_opening_times(
        service, [MORNING, OpeningTime("FR", "09:00", "10:00")], by=SYSTEM, at=world.at
    )
    first, second = Schedule.select().order_by(Schedule.byday.desc())
    fields = _form(service, **_stored(first, 0, closes_at="11:00"), **_stored(second, 1))
    assert send(desk, _edit(service), fields).status_code == 303
    assert _hours(service) == [("MO,TU,WE", "09:00", "11:00"), ("FR", "09:00", "10:00")]
    fields = _form(service, **_stored(first.refresh(), 0), **_stored(second, 1))
    fields["del-schedule_set-1"] = "on"
    assert send(desk, _edit(service), fields).status_code == 303
    assert _hours(service) == [("MO,TU,WE", "09:00", "11:00")]


def test_saving_without_a_change_records_no_hours_and_no_languages(desk, world, service) -> None:
    set_opening_times(service, [MORNING], by=SYSTEM, at=world.at)
    with transaction():
        row = SpokenLanguage.create(service=service, name="Farsi (Persian)", code="")
    before = _told("opening_times:set")
    fields = _form(service, **_stored(Schedule.get()))
    fields |= {"spokenlanguage_set-0-id": str(row.id), "spokenlanguage_set-0-name": row.name}
    assert send(desk, _edit(service), fields).status_code == 303
    assert (_told("opening_times:set"), _told("service:languages_set")) == (before, 0)
    assert row.refresh().name == "Farsi (Persian)"


def test_rows_that_the_form_did_not_show_stay(desk, world: World, service) -> None:
    set_opening_times(service, [MORNING], by=SYSTEM, at=world.at)
    with transaction():
        SpokenLanguage.create(service=service, name="Dari")
    fields = _form(service, **_time(0, ["SA"]), **{"spokenlanguage_set-0-name": "Arabic"})
    assert send(desk, _edit(service), fields).status_code == 303
    assert len(_hours(service)) == 2
    assert {row.name for row in service.spokenlanguage_set} == {"Dari", "Arabic"}


def test_strange_rows_of_an_import_are_shown_and_stop_nobody(desk, world: World, service) -> None:
    with transaction():
        row = Schedule.create(
            service=service, byday="1FR", opens_at="12:00", closes_at="09:00",
            extra={"freq": "MONTHLY"},
        )  # fmt: skip
        odd = Schedule.create(service=service, byday="MO", opens_at="12:00", closes_at="09:00")
    page = text_of(desk.get(_edit(service)))
    assert 'value="1FR"' in page
    fields = _form(service, **_stored(row, 0), **_stored(odd, 1), **_time(2, ["SA"]))
    assert send(desk, _edit(service), fields).status_code == 303
    assert row.refresh().byday == "1FR"
    fields = _form(service, **_stored(odd, 0, description="new remark"))
    assert send(desk, _edit(service), fields).status_code == 422


def test_a_language_is_removed_and_changed_through_the_verb(desk, service) -> None:
    with transaction():
        rows = [SpokenLanguage.create(service=service, name=name) for name in ("Dari", "Somali")]
    fields = _form(service)
    for number, row in enumerate(rows):
        fields[f"spokenlanguage_set-{number}-id"] = str(row.id)
        fields[f"spokenlanguage_set-{number}-name"] = row.name
    fields |= {"del-spokenlanguage_set-0": "on", "spokenlanguage_set-1-name": "Arabisch"}
    assert send(desk, _edit(service), fields).status_code == 303
    [row] = SpokenLanguage.select()
    assert (row.id, row.name, row.code) == (rows[1].id, "Arabisch", "ar")
    assert _told("service:languages_set") == 1


def test_hours_of_another_service_cannot_be_taken_over(desk, world: World, service) -> None:
    other = world.service()
    set_opening_times(other, [MORNING], by=SYSTEM, at=world.at)
    [row] = Schedule.select()
    assert send(desk, _edit(service), _form(service, **_stored(row))).status_code == 303
    assert row.refresh().service == other
    assert _hours(other) == _hours(service) == [("MO,TU,WE", "09:00", "12:00")]


def test_the_form_takes_the_same_statements_for_any_number_of_hours(desk, world, service) -> None:
    def counted() -> list[int]:
        found = []
        for address in (_edit(service), f"/admin/service/details/?id={service.id}"):
            with statements() as seen:
                assert desk.get(address).status_code == 200
            found.append(len(seen))
        return found

    set_opening_times(service, [MORNING], by=SYSTEM, at=world.at)
    few = counted()
    times = [OpeningTime(day, "09:00", "12:00") for day in ("MO", "TU", "WE", "TH", "FR", "SA")]
    set_opening_times(service, times, by=SYSTEM, at=world.at)
    assert counted() == few


def test_the_days_have_their_german_names(desk, world: World, service) -> None:
    set_opening_times(service, [MORNING], by=SYSTEM, at=world.at)
    send(desk, "/admin/language", {"language": "de"})
    page = text_of(desk.get(f"/admin/service/details/?id={service.id}"))
    assert "Mo.–Mi." in page
