"""`directory export`: valid, reversible, and nothing confidential in it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from casework.core.access import SYSTEM
from casework.core.db import database
from casework.formats.hsds import export_directory
from casework.formats.hsds.specification import TABLES
from casework.providers import (
    DIRECTORY_MODELS,
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
    report_capacity,
)
from tests.casework.formats.directories import AT, bring_in, dump, read_table, said

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town(world) -> Service:
    """One of each kind, entered by hand, with everything that is awkward to write down."""
    organization = world.organization(
        "=cmd|' /C calc'!A0", website="https://a.example", email="a@b.example"
    )
    service = world.service(
        organization, "Beratung <b>heute</b> &amp; morgen", description="- a\n\n'=b"
    )
    location = Location.create(
        organization=organization, name="Haus", latitude=47.5, longitude=-9.75
    )
    ServiceAtLocation.create(service=service, location=location)
    contact = Contact.create(organization=organization, name="Ann")
    Phone.create(contact=contact, number="+49 8382 1", extension="007")
    Phone.create(service=service, number="-", description="empty number")
    Address.create(organization=organization, address_1="Postfach 1", address_type="postal")
    Address.create(location=location, address_1="Weg 1", city="Lindau", country="DE")
    Schedule.create(location=location, byday="MO", opens_at="09:00", closes_at="12:00")
    Schedule.create(location=location, closed=True, valid_from="--01-01", valid_to="--01-06",
                    extra={"notes": "Holy days"})  # fmt: skip
    Schedule.create(service=service, closed=True, valid_from="2026-12-24", valid_to="2026-12-24")
    SpokenLanguage.create(service=service, name="Arabisch", code="ar")
    report_capacity(service, places=10, free=2, waiting=5, by=SYSTEM, at=AT)
    DirectoryRecord.create(
        kind="cost_option",
        service=service,
        data=json.dumps({"service_id": str(service.id), "amount": "3.5"}),
    )
    return service


def export(folder: Path) -> Path:
    export_directory(folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def forget_everything() -> None:
    for model in reversed(DIRECTORY_MODELS):
        model.delete().execute()


def test_an_export_read_into_an_empty_database_exports_the_same(town, tmp_path):
    first = contents(export(tmp_path / "a"))
    names = {service.name: service.capacity_waiting for service in Service.select()}
    forget_everything()
    bring_in(tmp_path / "a")
    assert contents(export(tmp_path / "b")) == first
    assert {service.name: service.capacity_waiting for service in Service.select()} == names
    assert Service.get().capacity_at == AT
    assert Address.select().where(Address.organization == Organization.get()).count() == 1
    closed = {(row.valid_from, row.valid_to) for row in Schedule.select().where(Schedule.closed)}
    assert closed == {("--01-01", "--01-06"), ("2026-12-24", "2026-12-24")}


def test_an_export_read_into_the_same_database_changes_nothing(town, tmp_path):
    Organization.create(name="Hidden", active=False)
    Service.create(organization=Organization.get(Organization.name == "Hidden"), name="Hidden too")
    export(tmp_path / "a")
    before = dump()
    assert not bring_in(tmp_path / "a").changed
    assert dump() == before


def test_a_cell_changed_in_an_export_changes_that_field_only(town, tmp_path):
    path = export(tmp_path / "a") / "languages.csv"
    path.write_bytes(path.read_bytes().replace(b"Arabisch", b"Arabic"))
    before = dump()
    report = bring_in(tmp_path / "a")
    after = dump()
    assert [table for table in after if after[table] != before[table]] == [
        "SpokenLanguage",
        "AuditEntry",
    ]
    assert said(report, "updated") == [("languages.csv", 2, "Changed in the source: name.")]
    assert SpokenLanguage.get().source == ""


def test_the_services_of_a_hidden_organisation_leave_as_inactive(town, tmp_path):
    Organization.update(active=False).execute()
    assert [row["status"] for row in read_table(export(tmp_path), "services")] == ["inactive"]


def test_what_is_unknown_but_required_is_a_dash_and_comes_back_as_nothing(town, tmp_path):
    rows = read_table(export(tmp_path), "addresses")
    assert {row["city"] for row in rows} == {"–", "Lindau"}
    forget_everything()
    bring_in(tmp_path)
    assert {row.city for row in Address.select()} == {"", "Lindau"}


def test_formulas_are_disarmed_and_phones_are_not_touched(town, tmp_path):
    export(tmp_path)
    assert read_table(tmp_path, "organizations")[0]["name"] == "'=cmd|' /C calc'!A0"
    assert read_table(tmp_path, "phones")[0]["number"] == "+49 8382 1"
    assert read_table(tmp_path, "locations")[-1]["longitude"] in ("-9.75", "")


def test_what_cannot_be_exported_is_reported(town, tmp_path):
    Schedule.create(organization=Organization.get(), byday="TU", opens_at="09:00")
    report = export_directory(tmp_path)
    assert report.tables["schedule"]["left out"] == 1
    assert report.tables["phone"]["left out"] == 1
    assert len(said(report, "left out")) == 2


def test_a_confidential_location_and_what_points_to_it_never_leave(town, tmp_path, world):
    organization = Organization.get()
    shelter = Location.create(
        organization=organization,
        name="SECRET house",
        latitude=48.123,
        longitude=9.321,
        confidential=True,
    )
    place = ServiceAtLocation.create(service=town, location=shelter, description="SECRET place")
    contact = Contact.create(organization=organization, location=shelter, name="SECRET Ann")
    phone = Phone.create(contact=contact, number="555", description="SECRET phone")
    Phone.create(organization=organization, number="556", description="SECRET line",
                 extra={"service_at_location_id": str(place.id)})  # fmt: skip
    Address.create(
        location=shelter, organization=organization, address_1="SECRET street 1", city="X"
    )
    Schedule.create(location=shelter, description="SECRET hours")
    SpokenLanguage.create(service=town, name="SECRET language", extra={"phone_id": str(phone.id)})
    for kind, column in (
        ("accessibility", "location_id"),
        ("attribute", "link_id"),
        ("metadata", "resource_id"),
    ):
        data = {
            column: str(shelter.id),
            "description": "SECRET",
            "value": "SECRET",
            "previous_value": "SECRET",
        }
        DirectoryRecord.create(kind=kind, data=json.dumps(data))
    export(tmp_path)
    everything = b"".join(contents(tmp_path).values())
    assert b"SECRET" not in everything
    assert b"48.123" not in everything
    assert str(shelter.id).encode() not in everything
    assert len(read_table(tmp_path, "services")) == 1
    bring_in(tmp_path)
    assert Location.get_by_id(shelter.id).confidential


def test_a_second_export_replaces_the_first_and_leaves_no_stale_table(town, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    export(tmp_path)
    assert (tmp_path / "languages.csv").exists()
    SpokenLanguage.delete().execute()
    export(tmp_path)
    assert not (tmp_path / "languages.csv").exists()
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_an_empty_directory_exports_its_core_tables(tmp_path):
    export(tmp_path)
    assert sorted(contents(tmp_path)) == [
        "datapackage.json",
        "locations.csv",
        "organizations.csv",
        "service_at_location.csv",
        "services.csv",
    ]
    assert read_table(tmp_path, "services") == []


def test_an_export_writes_nothing_into_the_database(town, tmp_path):
    before = dump()
    export(tmp_path)
    assert dump() == before
    assert not database.in_transaction()


def test_the_data_package_describes_exactly_the_files(town, tmp_path):
    found = contents(export(tmp_path))
    package = json.loads(found.pop("datapackage.json"))
    assert sorted(resource["path"] for resource in package["resources"]) == sorted(found)
    for resource in package["resources"]:
        header = found[resource["path"]].decode().splitlines()[0].split(",")
        assert header == [field["name"] for field in resource["schema"]["fields"]]


def test_the_export_is_valid_by_its_own_description(town, tmp_path):
    assert faults(export(tmp_path), json.loads((tmp_path / "datapackage.json").read_text())) == []


def test_the_export_is_valid_by_the_official_schema(town, tmp_path, shared_data):
    official = json.loads((shared_data / "hsds/schema/datapackage.json").read_text())
    assert faults(export(tmp_path), official) == []


def test_our_tables_are_those_of_the_official_schema(shared_data):
    official = json.loads((shared_data / "hsds/schema/datapackage.json").read_text())
    assert {resource["path"] for resource in official["resources"]} == {
        t.file for t in TABLES.values()
    }
    for resource in official["resources"]:
        columns = TABLES[resource["name"]].columns
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        assert list(fields) == list(columns)
        required = {n for n, f in fields.items() if f.get("constraints", {}).get("required")}
        assert required == {column.name for column in columns.values() if column.required}
        keys = {
            k["fields"]: k["reference"]["resource"]
            for k in resource["schema"].get("foreignKeys", ())
        }
        assert keys == {c.name: c.reference for c in columns.values() if c.hard}


def faults(folder: Path, package: dict) -> list[str]:
    """What a data package finds wrong with the tables in a folder."""
    tables = {r["name"]: read_table(folder, Path(r["path"]).stem)
              for r in package["resources"] if (folder / r["path"]).exists()}  # fmt: skip
    found = []
    for resource in package["resources"]:
        rows, schema = tables.get(resource["name"], []), resource["schema"]
        ids = [row["id"] for row in rows]
        if len(set(ids)) != len(ids):
            found.append(f"{resource['name']}: doubled ids")
        for row in rows:
            if list(row) != [field["name"] for field in schema["fields"]]:
                found.append(f"{resource['name']}: columns {list(row)}")
            found += [
                f"{resource['name']}.{field['name']}: {row[field['name']]!r}"
                for field in schema["fields"]
                if not fits(row[field["name"]], field)
            ]
            for key in schema.get("foreignKeys", ()):
                targets = {other["id"] for other in tables.get(key["reference"]["resource"], [])}
                if row[key["fields"]] and row[key["fields"]] not in targets:
                    found.append(f"{resource['name']}.{key['fields']} dangles")
    return found


def fits(text: str, field: dict) -> bool:
    limits = field.get("constraints", {})
    if not text:
        return not limits.get("required")
    if limits.get("enum") and text not in limits["enum"]:
        return False
    readers = {
        "number": float,
        "date": lambda t: datetime.strptime(t, "%Y-%m-%d").replace(tzinfo=UTC),
        "datetime": datetime.fromisoformat,
    }
    try:
        readers.get(field["type"], str)(text)
    except ValueError:
        return False
    good = {"uuid": len(text) == 36, "uri": "://" in text, "email": "@" in text}
    return good.get(field.get("format", ""), True)
