"""`directory import`: what becomes of rows, what a second run does, who wins after a change."""

import json

import pytest

from casework.core.access import Actor, Role
from casework.core.audit import AuditEntry
from casework.core.refusals import Forbidden
from casework.formats.hsds import foreign_columns, import_directory
from casework.providers import (
    Address,
    Contact,
    DirectoryRecord,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
    SpokenLanguage,
    save_service,
)
from tests.casework.formats.directories import AT, bring_in, dump, said, small

pytestmark = pytest.mark.usefixtures("db")


def test_a_directory_comes_in_with_its_links(tmp_path):
    report = bring_in(
        small(
            tmp_path / "lindau",
            service_at_location=[{"id": "x1", "service_id": "s1", "location_id": "l1"}],
            contacts=[{"id": "c1", "service_id": "s1", "name": "Ann"}],
            phones=[{"id": "p1", "contact_id": "c1", "number": "+49 8382 1"}],
            schedules=[{"id": "t1", "location_id": "l1", "byday": "MO", "opens_at": "9:00"}],
            languages=[{"id": "g1", "service_id": "s1", "name": "Arabic", "code": "ar"}],
            addresses=[
                {"id": "a1", "location_id": "l1", "address_1": "Hauptstraße 1", "city": "Lindau"}
            ],
        )
    )
    service = Service.get()
    assert (service.name, service.organization.name) == ("Counselling", "Caritas Lindau")
    assert ServiceAtLocation.get().location == Location.get()
    assert Phone.get().contact == Contact.get() == Contact.get(Contact.service == service)
    assert (Schedule.get().opens_at, SpokenLanguage.get().code) == ("09:00", "ar")
    assert (service.source, service.source_id) == ("lindau", "s1")
    assert Address.get().location == Location.get()
    assert report.total("created") == report.total("read") == 9
    assert report.changed


def test_a_second_run_writes_nothing(tmp_path):
    folder = small(tmp_path / "d", phones=[{"service_id": "s1", "number": "1234"}])
    bring_in(folder)
    before = dump()
    report = bring_in(folder)
    assert dump() == before
    assert not report.changed
    assert report.total("unchanged") == 4


def test_one_import_is_one_audit_row(tmp_path):
    bring_in(small(tmp_path / "d"))
    (entry,) = AuditEntry.select().where(AuditEntry.event == "organization:imported")
    assert (entry.at, entry.actor_kind) == (AT, "system")


def test_only_who_may_edit_organisations_imports(tmp_path, world):
    manager = Actor("staff", role=Role.INTEGRATION_MANAGER)
    before = dump()
    with pytest.raises(Forbidden):
        import_directory(small(tmp_path / "d"), by=manager, at=AT)
    assert dump() == before
    import_directory(small(tmp_path / "d"), by=Actor("staff", role=Role.COORDINATOR), at=AT)
    assert Service.select().count() == 1


def test_a_changed_row_changes_only_itself_and_is_reported(tmp_path):
    phones = [
        {"id": "p1", "service_id": "s1", "number": "1"},
        {"id": "p2", "service_id": "s1", "number": "2"},
    ]
    bring_in(small(tmp_path / "d", phones=phones))
    before = dump()
    phones[1]["number"] = "3"
    report = bring_in(small(tmp_path / "d", phones=phones))
    after = dump()
    assert [each for each in after if after[each] != before[each]] == ["Phone", "AuditEntry"]
    assert len(set(after["Phone"]) - set(before["Phone"])) == 1
    assert said(report) == [("phones.csv", 3, "Changed in the source: number.")]


def test_what_was_edited_by_hand_stays_until_the_source_changes_it(tmp_path, world):
    bring_in(small(tmp_path / "d"))
    service = Service.get()
    service.name, service.description = "Our name", "Our words"
    save_service(service, by=Actor("system"), at=AT)
    rows = [{"id": "s1", "organization_id": "o1", "name": "Counselling", "status": "active"}]
    assert not bring_in(small(tmp_path / "d", services=rows)).changed
    rows[0] |= {"name": "Counselling and more", "wait_time": "2 weeks"}
    report = bring_in(small(tmp_path / "d", services=rows))
    service = Service.get()
    assert service.name == "Counselling and more"
    assert (service.description, service.wait_time) == ("Our words", "2 weeks")
    ((_, _, sentence),) = said(report, "updated")
    assert "name, wait_time" in sentence
    assert sentence.endswith("replaced: name.")


def test_a_value_taken_back_in_the_source_goes_but_a_missing_column_does_not(tmp_path):
    row = {
        "id": "s1",
        "organization_id": "o1",
        "name": "A",
        "status": "active",
        "email": "a@b.example",
    }
    bring_in(small(tmp_path / "d", services=[row]))
    del row["email"]
    bring_in(small(tmp_path / "d", services=[row]))
    assert Service.get().email == "a@b.example"
    row["email"] = ""
    bring_in(small(tmp_path / "d", services=[row]))
    assert Service.get().email == ""


def test_rows_without_an_id_are_known_again_by_what_they_belong_to(tmp_path):
    phones = [{"service_id": "s1", "number": "1"}, {"service_id": "s1", "number": "2"}]
    bring_in(small(tmp_path / "d", phones=phones))
    ids = {phone.id for phone in Phone.select()}
    phones[1]["number"] = "22"
    report = bring_in(small(tmp_path / "d", phones=phones))
    assert {phone.id for phone in Phone.select()} == ids
    assert {phone.number for phone in Phone.select()} == {"1", "22"}
    assert report.total("updated") == 1


def test_a_list_without_ids_that_gets_shorter_takes_its_rest_away(tmp_path):
    phones = [{"service_id": "s1", "number": "1"}, {"service_id": "s1", "number": "2"}]
    bring_in(small(tmp_path / "d", phones=phones))
    report = bring_in(small(tmp_path / "d", phones=phones[:1]))
    assert [phone.number for phone in Phone.select()] == ["1"]
    assert report.tables["phone"]["removed"] == 1


def test_a_row_edited_by_hand_is_not_taken_away(tmp_path):
    phones = [{"service_id": "s1", "number": "1"}, {"service_id": "s1", "number": "2"}]
    bring_in(small(tmp_path / "d", phones=phones))
    Phone.update(description="Ask for Ann").where(Phone.number == "2").execute()
    report = bring_in(small(tmp_path / "d", phones=phones[:1]))
    assert Phone.select().count() == 2
    assert any("changed by hand" in sentence for _, _, sentence in said(report))


def test_another_file_of_the_set_alone_takes_nothing_away(tmp_path):
    bring_in(small(tmp_path / "d", phones=[{"service_id": "s1", "number": "1"}]))
    (tmp_path / "d" / "phones.csv").unlink()
    report = bring_in(tmp_path / "d")
    assert Phone.select().count() == 1
    assert not report.changed


def test_entries_that_are_gone_from_the_source_are_named_and_left(tmp_path):
    rows = [{"id": n, "organization_id": "o1", "name": n, "status": "active"} for n in ("s1", "s2")]
    bring_in(small(tmp_path / "d", services=rows))
    report = bring_in(small(tmp_path / "d", services=rows[:1]))
    assert Service.select().count() == 2
    assert any(file == "services.csv" and "s2" in text for file, _, text in said(report))


def test_two_sets_with_the_same_ids_do_not_meet(tmp_path):
    bring_in(small(tmp_path / "a"))
    bring_in(small(tmp_path / "b", organizations=[{"id": "o1", "name": "Diakonie"}]))
    assert sorted(row.name for row in Organization.select()) == ["Caritas Lindau", "Diakonie"]
    report = bring_in(tmp_path / "b", source="a")
    assert report.tables["organization"]["updated"] == 1


def test_unknown_columns_and_tables_are_kept(tmp_path):
    bring_in(small(
        tmp_path / "d",
        services=[{"id": "s1", "organization_id": "o1", "name": "A", "status": "active",
                   "minimum_age": "18", "Bus stop": "Market"}],
        cost_options=[{"id": "k1", "service_id": "s1", "amount": "3,50", "tip": "cash"}],
    ))  # fmt: skip
    assert foreign_columns(Service.get()) == {"minimum_age": "18", "bus_stop": "Market"}
    record = DirectoryRecord.get()
    assert (record.kind, record.service) == ("cost_option", Service.get())
    data = json.loads(record.data)
    assert data == {"service_id": str(Service.get().id), "amount": "3.50", "tip": "cash"}


def test_a_service_without_a_known_organisation_gets_a_hidden_one(tmp_path):
    services = [
        {"id": "s1", "organization_id": "o9", "name": "A", "status": "active"},
        {"id": "s2", "organization_id": "", "name": "B", "status": "active"},
    ]
    report = bring_in(small(tmp_path / "d", services=services))
    hidden = Organization.select().where(~Organization.active)
    assert {row.name for row in hidden} == {"Organisation o9 (d)", "Organisation ? (d)"}
    assert {place for _, place, text in said(report, "mended") if "set up" in text} == {2, 3}
    assert report.tables["organization"]["set up"] == 2
    assert not Service.offered().exists()
    assert not bring_in(tmp_path / "d").changed


def test_the_hidden_organisation_becomes_the_real_one_when_it_comes(tmp_path):
    services = [{"id": "s1", "organization_id": "o9", "name": "A", "status": "active"}]
    bring_in(small(tmp_path / "d", services=services))
    organizations = [{"id": "o1", "name": "Caritas Lindau"}, {"id": "o9", "name": "Diakonie"}]
    bring_in(small(tmp_path / "d", services=services, organizations=organizations))
    service = Service.offered().get()
    assert (service.organization.name, service.organization.active) == ("Diakonie", True)
    bring_in(small(tmp_path / "d", services=services))
    assert Service.offered().get().organization.name == "Diakonie"


def test_keys_that_point_nowhere_are_left_out_and_rows_of_nothing_dropped(tmp_path):
    report = bring_in(
        small(
            tmp_path / "d",
            locations=[{"id": "l1", "organization_id": "o7", "name": "House"}],
            service_at_location=[{"id": "x", "service_id": "s1", "location_id": "l9"}],
            phones=[
                {"id": "p1", "service_id": "s9", "number": "1"},
                {"id": "p2", "service_id": "", "number": "2"},
            ],
        )
    )
    assert Location.get().organization is None
    assert Phone.select().count() == ServiceAtLocation.select().count() == 0
    dropped = said(report, "dropped")
    assert {(file, place) for file, place, _ in dropped} == {
        ("phones.csv", 2), ("phones.csv", 3), ("service_at_location.csv", 2)}  # fmt: skip
    assert ("locations.csv", 2) in {(file, place) for file, place, _ in said(report, "left out")}


def test_doubled_ids_and_empty_rows_are_dropped_with_their_line(tmp_path):
    services = [
        {"id": "s1", "organization_id": "o1", "name": "A", "status": "active"},
        {"id": "s1", "organization_id": "o1", "name": "B", "status": "active"},
        {"id": "", "organization_id": "o1", "name": "", "status": ""},
        {"id": "s4", "organization_id": "o1", "name": " - ", "status": "active"},
        {"id": "s" * 300, "organization_id": "o1", "name": "C", "status": "active"},
    ]
    report = bring_in(small(tmp_path / "d", services=services))
    assert [service.name for service in Service.select()] == ["A"]
    assert [place for _, place, _ in said(report, "dropped")] == [3, 4, 5, 6]
    figures = report.tables["service"]
    assert figures["read"] == figures["created"] + figures["dropped"] == 5


def test_values_are_mended_and_each_mending_is_reported(tmp_path):
    report = bring_in(
        small(
            tmp_path / "d",
            organizations=[
                {
                    "id": "o1",
                    "name": "<b>Caritas</b> &amp; friends",
                    "website": "caritas.example",
                    "email": "no address",
                }
            ],
            locations=[
                {"id": "l1", "latitude": "47,5", "longitude": "9.7", "location_type": "Physical"},
                {"id": "l2", "latitude": "100", "longitude": "9.7"},
                {"id": "l3", "latitude": "0", "longitude": "0"},
            ],
            services=[
                {"id": "s1", "organization_id": "o1", "name": "x" * 400, "status": "unheard of"}
            ],
            phones=[{"id": "p1", "service_id": "s1", "number": '"+49 8382 1 ext. 007"'}],
        )
    )
    organization, service, phone = Organization.get(), Service.get(), Phone.get()
    assert (organization.name, organization.email) == ("Caritas & friends", "")
    assert organization.website == "https://caritas.example"
    places = {row.source_id: (row.latitude, row.longitude) for row in Location.select()}
    assert places == {"l1": (47.5, 9.7), "l2": (None, None), "l3": (None, None)}
    assert (len(service.name), service.status) == (300, "inactive")
    assert foreign_columns(service) == {"name (full)": "x" * 400}
    assert (phone.number, phone.extension) == ("+49 8382 1", "007")
    found = {(file, place) for file, place, _ in said(report)}
    assert found >= {("organizations.csv", 2), ("locations.csv", 2), ("locations.csv", 3),
                     ("locations.csv", 4), ("services.csv", 2), ("phones.csv", 2)}  # fmt: skip
    assert any("“no address”" in text for _, _, text in said(report, "left out"))


def test_a_day_without_times_is_not_open_and_is_reported(tmp_path):
    report = bring_in(small(tmp_path / "d", regular_schedules=[
        {"location_id": "l1", "weekday": "Sunday", "opens_at": "", "closes_at": ""},
        {"location_id": "l1", "weekday": "Monday", "opens_at": "9:00", "closes_at": "4:00 PM"},
        {"location_id": "l1", "weekday": "Tuesday", "opens_at": "9:00", "closes_at": "8:00"},
    ]))  # fmt: skip
    times = {(row.byday, row.opens_at, row.closes_at) for row in Schedule.select()}
    assert times == {("MO", "09:00", "16:00"), ("TU", "09:00", "08:00")}
    assert [place for _, place, _ in said(report, "dropped")] == [2]
    assert [place for _, place, _ in said(report, "please check")] == [4]


def test_the_report_names_lines_together_and_speaks_the_readers_language(tmp_path):
    phones = [
        {"id": f"p{n}", "service_id": "s1", "number": "" if n in (1, 2, 4) else "1"}
        for n in range(6)
    ]
    report = bring_in(small(tmp_path / "d", phones=phones))
    lines = report.lines()
    assert "phone: 6 read, 3 created, 3 dropped" in lines
    assert any(
        line.startswith("phones.csv, lines 3–4, 6 (3): dropped. It has no number.")
        for line in lines
    )
    assert len(report.lines("de")) == len(lines)
