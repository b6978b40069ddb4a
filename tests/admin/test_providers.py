"""The directory on the desk: kept by hand, imported, checked, and whether there is room."""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from datetime import timedelta

import pytest

from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.needs import category_of
from casework.providers import (
    Contact,
    Location,
    Organization,
    Phone,
    Service,
    ServiceAtLocation,
    SpokenLanguage,
    confirm_entry,
    report_capacity,
    set_categories,
)
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.pages import hidden_fields
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _helping(service: Service, *codes: str, at) -> None:
    set_categories(service, [category_of(code) for code in codes], by=SYSTEM, at=at)


def _form_of(desk, address: str) -> dict:
    """What the form at `address` would send if nothing were typed."""
    text = text_of(desk.get(address))
    fields: dict = {key: value for key, value in hidden_fields(text).items() if key != "name"}
    for tag in re.findall(r"<input\b[^>]*>", text):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="text"' in tag:
            fields[name[1]] = value[1] if value else ""
        elif name and 'type="checkbox"' in tag and "checked" in tag:
            fields.setdefault(name[1], []).append(value[1])
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        if chosen:
            fields[name] = chosen[1]
    return fields


def _service_form(organization: Organization, **changed) -> dict:
    fields = {"organization": str(organization.id), "name": "Sprachcafé", "status": "active"}
    return fields | changed


def test_a_service_is_entered_with_needs_phone_contact_and_language_at_once(desk, world) -> None:
    fields = _service_form(
        world.organization("Haus der Sprachen"), categories=["integration_course", "literacy"],
        **{
            "phone_set-0-number": "07621 415 999", "contact_set-0-name": "Petra Muster",
            "contact_set-0-email": "petra@haus.example", "spokenlanguage_set-0-name": "Arabisch",
        },
    )  # fmt: skip
    response = send(desk, "/admin/service/new/", fields)
    assert response.status_code == 303, text_of(response)
    service = Service.get()
    assert sorted(each.category.code for each in service.categories) == [
        "integration_course", "literacy",
    ]  # fmt: skip
    assert Phone.get().service == service
    assert Contact.get().email == "petra@haus.example"
    assert (SpokenLanguage.get().name, SpokenLanguage.get().code) == ("Arabisch", "ar")
    page = text_of(desk.get(response.location))
    for words in ("Haus der Sprachen", "07621 415 999", "Petra Muster", "Arabic"):
        assert words in page
    events = {entry.event for entry in AuditEntry.select()}
    assert {"service:saved", "service:categorised", "phones:created", "contacts:created"} <= events


def test_saving_a_form_unchanged_changes_nothing(desk, world) -> None:
    service = world.service(name="Course", description="Mornings", email="a@course.example")
    _helping(service, "debt", at=world.at)
    Phone.create(service=service, number="1234")
    SpokenLanguage.create(service=service, name="Farsi (Persian)", code="")
    address = f"/admin/service/edit/?id={service.id}"
    before = (service.refresh().__data__, [row.__data__ for row in Phone.select()])
    form = _form_of(desk, address) | {"description": "Mornings"}
    assert send(desk, address, form).status_code == 303
    assert (service.refresh().__data__, [row.__data__ for row in Phone.select()]) == before
    assert [each.category.code for each in service.categories] == ["debt"]
    assert (SpokenLanguage.get().name, SpokenLanguage.get().code) == ("Farsi (Persian)", "")


def test_needs_that_are_out_of_use_survive_an_edit(desk, world) -> None:
    service = world.service()
    _helping(service, "debt", "literacy", at=world.at)
    old = category_of("literacy")
    old.active = False
    old.save()
    fields = _service_form(service.organization, name=service.name, categories=["kita_place"])
    send(desk, f"/admin/service/edit/?id={service.id}", fields)
    assert {each.category.code for each in service.categories} == {"kita_place", "literacy"}


def test_a_service_takes_place_where_its_organisation_is(desk, world) -> None:
    service = world.service()
    own = Location.create(organization=service.organization, name="Own house")
    foreign = Location.create(organization=world.organization(), name="Foreign house")
    address = f"/admin/service/edit/?id={service.id}"
    page = text_of(desk.get(address))
    assert "Own house" in page
    assert "Foreign house" not in page
    fields = _service_form(service.organization, name=service.name)
    assert send(desk, address, fields | {"places": [str(own.id)]}).status_code == 303
    assert send(desk, address, fields | {"places": [str(foreign.id)]}).status_code == 422
    assert [row.location for row in ServiceAtLocation.select()] == [own]
    assert send(desk, address, fields).status_code == 303
    assert ServiceAtLocation.select().count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 20_000},
        {"name": (io.BytesIO(b"Course"), "name.txt")},
        {"status": "forged"},
        {"organization": "00000000-0000-0000-0000-000000000000"},
        {"organization": "x"},
        {"email": "nobody"},
        {"email": "a@b.example\nBcc: c@d.example"},
        {"url": "javascript:alert(1)"},
        {"url": "https://" + "x" * 20_000 + ".example"},
        {"categories": ["no_such_need"]},
        {"categories": "x" * 20_000},
        {"contact_set-0-name": "P", "contact_set-0-email": "nobody"},
        {"phone_set-0-number": "1" * 20_000},
        {"spokenlanguage_set-0-name": "x" * 20_000},
    ],
)
def test_a_wrong_entry_is_named_and_nothing_is_stored(desk, world, wrong) -> None:
    fields = _service_form(world.organization(), description="Kept as typed") | wrong
    response = send(desk, "/admin/service/new/", fields)
    assert response.status_code == 422
    assert "Kept as typed" in text_of(response)
    assert Service.select().count() == 0


def test_null_bytes_broken_letters_and_doubled_fields_never_break_the_form(desk, world) -> None:
    organization = world.organization()
    token = hidden_fields(text_of(desk.get("/admin/service/new/")))["csrf_token"]
    response = desk.post(
        "/admin/service/new/",
        data=f"csrf_token={token}&organization={organization.id}&name=a%00b%ff&name=c&status=active",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 303
    assert Service.get().name.startswith("ab")


def test_who_saves_second_is_told_and_keeps_what_was_typed(desk, world) -> None:
    service = world.service(name="First name")
    address = f"/admin/service/edit/?id={service.id}"
    form = _form_of(desk, address)
    send(desk, address, form | {"name": "Second name"})
    response = send(desk, address, form | {"name": "Third name"})
    assert response.status_code == 422
    assert "Third name" in text_of(response)
    assert service.refresh().name == "Second name"


def test_free_places_are_noted_with_the_time(desk, world, clock) -> None:
    service = world.service()
    clock.forward(minutes=3)
    fields = {"places": "12", "free": "2", "waiting": ""}
    assert send(desk, f"/admin/service/capacity/?id={service.id}", fields).status_code == 303
    fresh = service.refresh()
    assert (fresh.capacity_places, fresh.capacity_free, fresh.capacity_waiting) == (12, 2, None)
    assert fresh.capacity_at == clock()
    assert "2 places free" in text_of(desk.get(f"/admin/service/details/?id={service.id}"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"free": "-1"},
        {"free": "10000"},
        {"free": "two"},
        {"free": "9" * 20_000},
        {"free": "3", "places": "2"},
        {"free": "1.5"},
    ],
)
def test_impossible_places_are_refused_beside_the_field(desk, world, wrong) -> None:
    service = world.service()
    response = send(desk, f"/admin/service/capacity/?id={service.id}", {"waiting": "77"} | wrong)
    assert response.status_code == 422
    assert 'id="free-error"' in text_of(response)
    assert 'value="77"' in text_of(response)
    assert service.refresh().capacity_at is None


def test_checked_today_is_stamped_with_who_looked(desk, world) -> None:
    service, organization = world.service(), world.organization()
    send(desk, f"/admin/service/confirm/?id={service.id}")
    send(desk, f"/admin/organization/confirm/?id={organization.id}")
    for row in (service.refresh(), organization.refresh()):
        assert row.checked_at == world.at
        assert row.checked_by.startswith("coordinator")


def test_a_confidential_place_says_so_before_anything_else(desk, world) -> None:
    organization = world.organization("Refuge")
    fields = {
        "organization": str(organization.id), "name": "Safe house", "confidential": "y",
        "address_set-0-address_1": "Hidden Street 1", "address_set-0-city": "Town",
    }  # fmt: skip
    response = send(desk, "/admin/location/new/", fields)
    assert response.status_code == 303, text_of(response)
    assert Location.get().confidential
    page = text_of(desk.get(response.location))
    assert page.index("This place is confidential") < page.index("Hidden Street 1")
    assert "confidential" in text_of(desk.get(f"/admin/organization/details/?id={organization.id}"))


def test_an_organisation_shows_its_services_and_takes_new_ones(desk, world) -> None:
    service = world.service(name="Night course")
    page = text_of(desk.get(f"/admin/organization/details/?id={service.organization.id}"))
    assert "Night course" in page
    new = re.search(r'href="(/admin/service/new/\?organization=[^"]+)"', page)[1]
    form = text_of(desk.get(new))
    assert re.search(rf'<option selected value="{service.organization.id}"', form)


def test_addresses_that_are_no_web_pages_never_become_links(desk, world) -> None:
    service = world.service(url="javascript:alert(1)")
    page = text_of(desk.get(f"/admin/service/details/?id={service.id}"))
    assert "javascript:alert(1)" in page
    assert 'href="javascript' not in page


def _town(world: World) -> None:
    near = world.service(world.organization("Alpha House"), "Near course")
    _helping(near, "integration_course", at=world.at)
    report_capacity(near, places=9, free=2, waiting=0, by=SYSTEM, at=world.at)
    confirm_entry(near, by=SYSTEM, at=world.at)
    SpokenLanguage.create(service=near, name="Arabic", code="ar")
    far = world.service(world.organization("Beta House"), "Far advice", status="inactive")
    _helping(far, "debt", at=world.at)


@pytest.mark.parametrize(
    "query",
    ["search=near", "search=alpha%20course", "flt_category=integration_course",
     "flt_organization=alpha", "flt_status=active", "flt_language=ar", "flt_free=1"],
)  # fmt: skip
def test_a_service_is_found_by_name_need_status_language_and_room(desk, world, query) -> None:
    _town(world)
    page = text_of(desk.get(f"/admin/service/?{query}"))
    assert "Near course" in page
    assert "Far advice" not in page


def test_entries_that_nobody_checked_since_a_day_are_found(desk, world, clock) -> None:
    _town(world)
    day = clock().date()
    page = text_of(desk.get(f"/admin/service/?flt_unchecked={day}"))
    assert "Far advice" in page
    assert "Near course" not in page
    both = text_of(desk.get(f"/admin/service/?flt_unchecked={day + timedelta(days=1)}"))
    assert "Near course" in both
    assert "Near course" not in text_of(desk.get("/admin/service/?flt_free=0"))


def test_imported_services_that_name_no_need_yet_are_found(desk, world) -> None:
    _town(world)
    world.service(name="Unnamed help")
    page = text_of(desk.get("/admin/service/?flt_category=-"))
    assert "Unnamed help" in page
    assert "Near course" not in page


@pytest.mark.parametrize(
    "query",
    ["flt_category=forged", "flt_free=x", "flt_unchecked=0000-00-00", "flt_language=%00",
     "search=%25_%00", "sort=organization.name", "page=99999999", "flt_status[]=x"],
)  # fmt: skip
def test_nonsense_in_the_address_is_ignored(desk, world, query) -> None:
    _town(world)
    assert desk.get(f"/admin/service/?{query}").status_code == 200


def test_the_export_is_plain_text_and_starts_no_formula(desk, world) -> None:
    service = world.service(name="=2+3")
    _helping(service, "integration_course", at=world.at)
    table = text_of(desk.get("/admin/service/export/csv/"))
    assert "'=2+3" in table
    assert "<" not in table
    assert "Integrationskurs" in table


@pytest.mark.parametrize("place", ["service", "organization", "location"])
def test_lists_and_pages_stay_at_their_number_of_statements(desk, world, place) -> None:
    first = world.service()

    def grow(times: int) -> None:
        for _ in range(times):
            service = world.service(first.organization)
            _helping(service, "debt", "literacy", at=world.at)
            location = Location.create(organization=first.organization, name="House")
            ServiceAtLocation.create(service=first, location=location)
            Phone.create(service=first, number="1")
            Phone.create(organization=first.organization, number="2")
            contact = Contact.create(service=first, name="P")
            Phone.create(contact=contact, number="3")
            SpokenLanguage.create(service=service, name="Arabic", code="ar")

    grow(1)
    row = {"service": first, "organization": first.organization, "location": Location.get()}[place]
    addresses = (f"/admin/{place}/", f"/admin/{place}/details/?id={row.id}",
                 f"/admin/{place}/edit/?id={row.id}")  # fmt: skip

    def counted() -> list[int]:
        found = []
        for address in addresses:
            with statements() as seen:
                assert desk.get(address).status_code == 200
            found.append(len(seen))
        return found

    few = counted()
    grow(8)
    assert counted() == few
    assert max(few) <= 30


@pytest.mark.parametrize(
    "role", [Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR, Role.INTEGRATION_MANAGER]
)
def test_others_read_the_directory_and_change_nothing(app, world, role) -> None:
    service = world.service(name="Readable")
    organization = service.organization if role is Role.INTEGRATION_MANAGER else None
    reader = desk_of(app, world.staff(role, organization=organization))
    assert "Readable" in text_of(reader.get("/admin/service/"))
    page = text_of(reader.get(f"/admin/service/details/?id={service.id}"))
    assert "Readable" in page
    assert "Checked today" not in page
    assert "Note as of now" not in page
    before = service.refresh().__data__
    for address, fields in (
        (f"/admin/service/edit/?id={service.id}", {"name": "Changed"}),
        ("/admin/service/new/", _service_form(service.organization)),
        (f"/admin/service/confirm/?id={service.id}", {}),
        (f"/admin/service/capacity/?id={service.id}", {"free": "9"}),
        (f"/admin/organization/edit/?id={service.organization.id}", {"name": "Changed"}),
        ("/admin/location/new/", {"name": "House"}),
        ("/admin/directory_import/", {}),
    ):
        assert send(reader, address, fields).status_code == 404, address
    assert service.refresh().__data__ == before


# Import


def _zip(**tables: str) -> tuple[io.BytesIO, str]:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in tables.items():
            archive.writestr(f"{name}.csv", text)
    target.seek(0)
    return target, "town.zip"


TABLES = {
    "organizations": "id,name,description\no1,Open House,Helps\n",
    "services": "id,organization_id,name,status,extra\ns1,o1,Morning course,active,1\n",
    "phones": "id,service_id,number\np1,s1,07621 415000\np2,nobody,1234\n",
}


def _import(desk, *files, source: str = ""):
    return send(desk, "/admin/directory_import/", {"files": list(files), "source": source})


def test_a_zip_is_taken_in_and_the_report_says_what_was_dropped_by_line(desk) -> None:
    response = _import(desk, _zip(**TABLES))
    page = text_of(response)
    assert response.status_code == 200
    assert "town" in page
    assert [row.name for row in Service.select()] == ["Morning course"]
    assert [row.number for row in Phone.select()] == ["07621 415000"]
    assert "phones.csv, line 3: dropped" in page
    assert Organization.get().source == "town"


def test_the_same_file_again_changes_nothing(desk) -> None:
    _import(desk, _zip(**TABLES))
    before = [row.__data__ for row in Service.select()]
    assert "Nothing has changed" in text_of(_import(desk, _zip(**TABLES)))
    assert [row.__data__ for row in Service.select()] == before


def test_tables_can_be_sent_one_by_one_and_json_as_it_is(desk) -> None:
    files = [(io.BytesIO(text.encode()), f"{name}.csv") for name, text in TABLES.items()]
    assert _import(desk, *files, source="tables").status_code == 200
    assert Organization.get().source == "tables"
    document = {"organizations": [{"id": "o9", "name": "JSON House", "description": "x"}]}
    file = (io.BytesIO(json.dumps(document).encode()), "town.json")
    assert _import(desk, file).status_code == 200
    assert Organization.select().where(Organization.name == "JSON House").exists()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.zip"),
        (b"\x89PNG\r\n\x1a\n\0\0", "town.zip"),
        (b"PK\x03\x04 broken", "town.zip"),
        (b"{not json", "town.json"),
        (b"a,b\n1,2\n", "unknown.csv"),
        (b"[]", "../../etc/passwd"),
        (b"\xff\xfe\x00", "organizations.csv"),
        (b"%PDF-1.7 text without tables", "town.csv"),
    ],
)
def test_what_is_no_directory_is_refused_with_one_sentence(desk, content, name) -> None:
    response = _import(desk, (io.BytesIO(content), name))
    page = text_of(response)
    assert response.status_code == 422
    assert 'id="files-error"' in page
    assert tempfile.gettempdir() not in page
    assert Organization.select().count() == 0


def test_no_file_two_archives_and_too_long_a_name_are_refused(desk) -> None:
    assert send(desk, "/admin/directory_import/", {"source": "x"}).status_code == 422
    assert _import(desk, _zip(**TABLES), _zip(**TABLES)).status_code == 422
    assert _import(desk, _zip(**TABLES), source="x" * 20_000).status_code == 422
    assert Organization.select().count() == 0


def test_a_file_beyond_the_limit_is_refused_at_once(desk) -> None:
    assert _import(desk, (io.BytesIO(b"x" * (12 * 1024 * 1024 + 1)), "town.zip")).status_code == 413
