"""The dialects: older versions of HSDS, Ohana's files, JSON documents, zips and data packages."""

import json
import zipfile

import pytest

from casework.formats.hsds import foreign_columns
from casework.providers import (
    Address,
    DirectoryRecord,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
    SpokenLanguage,
)
from tests.casework.formats.directories import bring_in, dump, said, small, write_tables

pytestmark = pytest.mark.usefixtures("db")


def test_version_one_files_and_columns_are_understood(tmp_path):
    bring_in(write_tables(
        tmp_path / "d",
        organizations=[{"id": "1", "name": "A", "url": "http://a.example"}],
        services=[{"id": "1", "organization_id": "1", "name": "S", "fees": "free"}],
        locations=[{"id": "1", "organization_id": "1", "name": "L"}],
        services_at_location=[{"id": "1", "service_id": "1", "location_id": "1"}],
        phones=[{"id": "1", "location_id": "1", "number": "1", "language": "Spanish, English"}],
        postal_addresses=[{"id": "1", "organization_id": "1", "address_1": "P.O. 1", "city": "B"}],
        physical_addresses=[{"id": "1", "location_id": "1", "address_1": "Way 1", "city": "B"}],
        holiday_schedules=[{"id": "1", "location_id": "1", "closed": "true",
                            "start_date": "January 01, 0001", "end_date": "January 01, 0001"}],
        eligibility=[{"id": "1", "service_id": "1", "eligibility": "adults"},
                     {"id": "2", "service_id": "9", "eligibility": "nobody"}],
        services_taxonomy=[{"id": "1", "service_id": "1", "taxonomy_id": "t1"}],
        taxonomy=[{"id": "t1", "name": "Food", "parent_id": "", "vocabulary": "own"}],
    ))  # fmt: skip
    service = Service.get()
    assert (service.fees_description, service.eligibility_description) == ("free", "adults")
    assert Organization.get().website == "http://a.example"
    kinds = {(row.address_type, row.organization_id is None) for row in Address.select()}
    assert kinds == {("postal", False), ("physical", True)}
    closed = Schedule.get()
    assert (closed.closed, closed.valid_from, closed.valid_to) == (True, "--01-01", "--01-01")
    spoken = {(row.name, row.code, row.location.name) for row in SpokenLanguage.select()}
    assert spoken == {("Spanish", "es", "L"), ("English", "en", "L")}
    records = {row.kind: json.loads(row.data) for row in DirectoryRecord.select()}
    term = str(DirectoryRecord.get(DirectoryRecord.kind == "taxonomy_term").id)
    assert records["attribute"] == {
        "link_id": str(service.id), "link_entity": "service", "taxonomy_term_id": term}  # fmt: skip


def test_ohana_services_find_their_organisation_through_the_location(tmp_path):
    bring_in(
        write_tables(
            tmp_path / "d",
            organizations=[{"id": "1", "name": "A", "date_incorporated": "January 01, 1970"}],
            locations=[
                {
                    "id": "7",
                    "organization_id": "1",
                    "name": "L",
                    "virtual": "true",
                    "languages": "Spanish, Chinese (Mandarin)",
                    "accessibility": "disabled_parking, ramp",
                }
            ],
            services=[
                {
                    "id": "3",
                    "location_id": "7",
                    "name": "S",
                    "audience": "adults",
                    "eligibility": "all",
                    "service_areas": "Lindau",
                    "taxonomy_ids": "101",
                    "funding_sources": "City",
                }
            ],
            taxonomy=[{"taxonomy_id": "101", "name": "Food", "parent_id": "", "parent_name": ""}],
        )
    )
    service, location = Service.get(), Location.get()
    assert service.organization == Organization.get()
    assert ServiceAtLocation.get().service == service
    assert (location.location_type, service.eligibility_description) == ("virtual", "all")
    assert [row.code for row in SpokenLanguage.select().order_by(SpokenLanguage.name.desc())] == [
        "es",
        "",
    ]
    kinds = sorted(row.kind for row in DirectoryRecord.select())
    assert kinds == [
        "accessibility",
        "accessibility",
        "attribute",
        "funding",
        "service_area",
        "taxonomy_term",
    ]
    assert foreign_columns(service)["audience"] == "adults"


DOCUMENT = {
    "id": "o1",
    "name": "Caritas",
    "description": "Help",
    "services": [
        {
            "id": "s1",
            "name": "Counselling",
            "status": "active",
            "phones": [
                {
                    "id": "p1",
                    "number": "1",
                    "extension": 7,
                    "languages": [{"id": "g1", "name": "Arabic"}],
                }
            ],
            "service_at_locations": [
                {
                    "id": "x1",
                    "location": {"id": "l1", "location_type": "physical"},
                    "schedules": [{"id": "t1", "opens_at": "10:00:00"}],
                }
            ],
        }
    ],
    "locations": [
        {
            "id": "l1",
            "location_type": "physical",
            "name": "House",
            "latitude": 47.5,
            "longitude": 9.7,
        }
    ],
}


@pytest.mark.parametrize("wrap", [lambda d: d, lambda d: [d], lambda d: {"contents": [d]}])
def test_json_is_taken_apart_wherever_it_stands(tmp_path, wrap):
    path = tmp_path / "set.json"
    path.write_text(json.dumps(wrap(DOCUMENT)))
    bring_in(path)
    service, location = Service.get(), Location.get()
    assert (service.organization.name, location.name, location.latitude) == (
        "Caritas",
        "House",
        47.5,
    )
    assert (Phone.get().service, Phone.get().extension) == (service, "7")
    assert (Schedule.get().service, Schedule.get().location) == (service, location)
    assert SpokenLanguage.get().service == service
    before = dump()
    assert not bring_in(path).changed
    assert dump() == before


def test_a_zip_and_a_data_package_are_the_same_directory(tmp_path):
    folder = small(tmp_path / "d")
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"inside/{path.name}")
        archive.writestr("__MACOSX/inside/._services.csv", "x")
    bring_in(folder)
    before = dump()
    assert not bring_in(tmp_path / "d.zip").changed
    (folder / "orgs.csv").write_bytes((folder / "organizations.csv").read_bytes())
    (folder / "organizations.csv").unlink()
    resources = [
        {"name": "organization", "path": "orgs.csv"},
        {"name": "service", "path": "services.csv"},
        {"name": "phone", "path": "phones.csv"},
        {"name": "unit", "path": "../units.csv"},
    ]
    (folder / "datapackage.json").write_text(json.dumps({"resources": resources}))
    report = bring_in(folder / "datapackage.json")
    assert not report.changed
    assert report.tables["organization"]["unchanged"] == 1
    assert {file for file, _, _ in said(report)} == {"datapackage.json", "../units.csv"}
    assert dump() == before
