"""Opening times: clear hours per service or location, in terms that HSDS can carry."""

import csv

import pytest

from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.core.db import transaction
from casework.core.refusals import Forbidden, NotFound
from casework.formats.hsds import export_directory, import_directory
from casework.opening_times import (
    ClosesBeforeOpening,
    DaysMissing,
    HoursMissing,
    NoSuchDay,
    NoSuchTime,
    OpeningTime,
    OpeningTimesOverlap,
    faults,
    opening_times_of,
    set_opening_times,
)
from casework.providers import Location, Schedule

MORNING = OpeningTime("MO,TU", "09:00", "12:00")
AFTERNOON = OpeningTime("TU", "14:00", "17:30")


@pytest.fixture
def service(world):
    return world.service(name="Course")


def keep(owner, *times, world):
    return set_opening_times(owner, times, by=SYSTEM, at=world.at)


def said(owner):
    return [(each.byday, each.opens_at, each.closes_at) for each in opening_times_of(owner)]


def test_hours_of_a_service_are_kept_in_the_order_of_the_week(world, service):
    keep(service, AFTERNOON, MORNING, world=world)
    assert said(service) == [("MO,TU", "09:00", "12:00"), ("TU", "14:00", "17:30")]
    assert all(row.extra == {"freq": "WEEKLY"} for row in Schedule.select())
    [entry] = AuditEntry.select().where(AuditEntry.event == "opening_times:set")
    assert (entry.subject_id, entry.actor_kind) == (service.id, "system")


def test_hours_of_a_location_are_its_own(world, service):
    with transaction():
        place = Location.create(organization=service.organization, name="House")
    keep(place, MORNING, world=world)
    assert said(place) == [("MO,TU", "09:00", "12:00")]
    assert said(service) == []


def test_a_remark_can_stand_in_place_of_hours(world, service):
    keep(service, OpeningTime(description="By appointment"), MORNING, world=world)
    assert [each.description for each in opening_times_of(service)] == ["", "By appointment"]


def test_rows_that_are_not_named_again_go_and_others_keep_their_key(world, service):
    keep(service, MORNING, AFTERNOON, world=world)
    first, second = opening_times_of(service)
    later = OpeningTime("MO,TU", "10:00", "12:00", row=first.row)
    keep(service, later, world=world)
    assert opening_times_of(service) == [later]
    assert not Schedule.select().where(Schedule.id == second.row)


@pytest.mark.parametrize(
    ("times", "refusal"),
    [
        ([OpeningTime("MO", "12:00", "09:00")], ClosesBeforeOpening),
        ([OpeningTime("MO", "09:00", "09:00")], ClosesBeforeOpening),
        ([OpeningTime("", "09:00", "12:00")], DaysMissing),
        ([OpeningTime("MO", "09:00", "")], HoursMissing),
        ([OpeningTime("MO", "", "12:00")], HoursMissing),
        ([OpeningTime("MO")], HoursMissing),
        ([OpeningTime()], HoursMissing),
        ([OpeningTime("XX", "09:00", "12:00")], NoSuchDay),
        ([OpeningTime("MO,,1FR", "09:00", "12:00")], NoSuchDay),
        ([OpeningTime("MO", "9", "12:00")], NoSuchTime),
        ([OpeningTime("MO", "09:00", "25:00")], NoSuchTime),
        ([OpeningTime("MO", "09:00", "12:60")], NoSuchTime),
        ([OpeningTime("MO", "\x00", "x" * 20_000)], NoSuchTime),
        ([MORNING, OpeningTime("TU,WE", "11:59", "13:00")], OpeningTimesOverlap),
        ([MORNING, MORNING], OpeningTimesOverlap),
        ([MORNING, OpeningTime("MO", "00:00", "24:00")], OpeningTimesOverlap),
        ([MORNING, OpeningTime("MO", "10:00", "11:00")], OpeningTimesOverlap),
    ],
)
def test_hours_that_cannot_be_are_refused_and_nothing_is_stored(world, service, times, refusal):
    with pytest.raises(refusal):
        keep(service, *times, world=world)
    assert not Schedule.select().exists()
    assert not AuditEntry.select().where(AuditEntry.event == "opening_times:set").exists()


@pytest.mark.parametrize(
    "other",
    [
        OpeningTime("TU", "12:00", "13:00"),
        OpeningTime("WE", "09:00", "12:00"),
        OpeningTime("MO", "09:00", "12:00", valid_from="2026-07-01", regular=False),
        OpeningTime("MO", "09:00", "12:00", place="another house"),
        OpeningTime(description="Closed in August"),
    ],
)
def test_hours_that_only_touch_or_hold_elsewhere_do_not_overlap(other):
    assert faults([MORNING, other]) == []


def test_seasons_apart_may_have_the_same_hours():
    summer = OpeningTime("MO", "09:00", "12:00", valid_from="2026-05-01", valid_to="2026-09-30")
    winter = OpeningTime("MO", "10:00", "12:00", valid_from="2026-10-01", valid_to="2027-04-30")
    late = OpeningTime("MO", "10:00", "12:00", valid_from="2026-09-30")
    assert faults([summer, winter]) == []
    assert [index for index, _refusal in faults([summer, late])] == [1]


def test_each_fault_names_its_row_and_its_part():
    found = faults(
        [MORNING, OpeningTime("MO", "12:00", "09:00"), OpeningTime("TU", "11:00", "13:00")]
    )
    assert [(index, refusal.column) for index, refusal in found] == [
        (1, "closes_at"),
        (2, "opens_at"),
    ]


def test_what_an_import_brought_stops_nobody_until_it_is_changed(world, service):
    with transaction():
        for opens, closes in (("09:00", "12:00"), ("11:00", "10:00"), ("11:00", "13:00")):
            Schedule.create(service=service, byday="MO", opens_at=opens, closes_at=closes)
    brought = opening_times_of(service)
    keep(service, *brought, OpeningTime("FR", "09:00", "12:00"), world=world)
    assert len(said(service)) == 4
    with pytest.raises(OpeningTimesOverlap):
        keep(service, *brought, OpeningTime("MO", "11:30", "12:00"), world=world)
    assert len(said(service)) == 4


def test_what_an_import_says_beyond_hours_survives_a_change_by_hand(world, service):
    with transaction():
        row = Schedule.create(
            service=service, byday="1FR", opens_at="09:00", closes_at="12:00",
            extra={"freq": "MONTHLY", "timezone": "1"}, valid_to="2026-12-31",
        )  # fmt: skip
    [brought] = opening_times_of(service)
    assert not brought.regular
    changed = OpeningTime("1FR", "09:00", "12:00", "Ring twice", row=row.id, regular=False)
    keep(service, changed, world=world)
    row = row.refresh()
    assert (row.description, row.extra["freq"], row.valid_to) == (
        "Ring twice",
        "MONTHLY",
        "2026-12-31",
    )


def test_a_row_of_another_service_is_out_of_reach(world, service):
    other = keep(world.service(), MORNING, world=world)
    [foreign] = opening_times_of(other)
    for key in (foreign.row, service.id):
        with pytest.raises(NotFound):
            keep(service, OpeningTime("SA", "09:00", "12:00", row=key), world=world)
    assert opening_times_of(other) == [foreign]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_only_who_keeps_the_directory_sets_hours(world, service, role):
    actor = world.staff(role, organization=service.organization).actor
    with pytest.raises(Forbidden):
        set_opening_times(service, [MORNING], by=actor, at=world.at)


def test_hours_leave_with_the_export_and_come_back_the_same(world, service, tmp_path):
    keep(service, MORNING, OpeningTime(description="By appointment"), world=world)
    export_directory(tmp_path / "out")
    with (tmp_path / "out" / "schedules.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["byday"]: row for row in csv.DictReader(file)}
    row = rows["MO,TU"]
    assert (row["freq"], row["opens_at"], row["closes_at"]) == ("WEEKLY", "09:00", "12:00")
    assert row["service_id"] == str(service.id)
    assert rows[""]["description"] == "By appointment"
    before = said(service)
    with transaction():
        Schedule.delete().execute()
    import_directory(tmp_path / "out", by=SYSTEM, at=world.at, source="back")
    assert said(service) == before
    assert {row.extra.get("freq") for row in Schedule.select()} == {"WEEKLY", None}
