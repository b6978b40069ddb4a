"""People and households: found, read, changed, and never those of another organisation."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import pytest

from casework.cases import Case
from casework.core.access import Role
from casework.core.audit import AuditEntry
from casework.people import Household, Person
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.pages import hidden_fields
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _fields(person: Person, **changed: Any) -> dict[str, Any]:
    fields = {
        "given_name": person.given_name or "", "family_name": person.family_name or "",
        "birth_date": "", "role_at_home": "self", "language": "ar",
        "household": str(person.household.id),
    }  # fmt: skip
    return fields | changed


def _edit(client, person: Person, **changed: Any):
    address = f"/admin/person/edit/?id={person.id}"
    shown = hidden_fields(text_of(client.get(address)))
    revision = {"_revision": shown.get("_revision", "")}
    return send(client, address, revision | _fields(person, **changed))


@pytest.mark.parametrize("words", [
    "amal beispiel", "BEISPIEL", "+49 7621 415000", "amal@example.org",
])  # fmt: skip
def test_a_person_is_found_by_whole_words_phone_and_address(desk, world: World, words: str) -> None:
    world.person(phone="+497621415000", email="amal@example.org")
    world.person(given_name="Karim", family_name="Haddad")
    page = text_of(desk.get("/admin/person/", query_string={"search": words}))
    assert "Amal Beispiel" in page
    assert "Karim Haddad" not in page


def test_a_search_is_recorded_without_its_words(desk, world: World) -> None:
    world.person()
    desk.get("/admin/person/?search=Beispiel")
    entry = AuditEntry.get(AuditEntry.event == "person:searched")
    assert entry.details == {"hits": 1}


def test_the_page_of_a_person_shows_household_and_cases(desk, world: World) -> None:
    case = world.case(birth_date="1990-05-17")
    person = case.household.people.get()
    other = world.person(case.household, given_name="Noor")
    page = text_of(desk.get(f"/admin/person/details/?id={person.id}"))
    for text in ("17.05.1990", "36 years", case.reference, f"/admin/person/details/?id={other.id}"):
        assert text in page, text
    assert AuditEntry.select().where(AuditEntry.event == "person:read").exists()


def test_changing_a_name_makes_the_person_findable_under_the_new_one(desk, world: World) -> None:
    person = world.person()
    response = _edit(desk, person, family_name="Neumann", birth_date="3.4.1991",
                     phone="07621 415000", languages=["ar", "ckb"], interpreter="yes")  # fmt: skip
    assert response.status_code == 303, text_of(response)[-3000:]
    fresh = person.refresh()
    assert (fresh.family_name, fresh.birth_date, fresh.phone, fresh.languages) == (
        "Neumann", "1991-04-03", "+497621415000", ["ar", "ckb"],
    )  # fmt: skip
    assert "Amal Neumann" in text_of(desk.get("/admin/person/?search=Neumann"))
    assert "Amal" not in text_of(desk.get("/admin/person/?search=Beispiel"))


def test_only_the_year_of_birth_is_enough(desk, world: World) -> None:
    person = world.person()
    assert _edit(desk, person, birth_date="1991").status_code == 303
    assert person.refresh().birth_date == "1991"


@pytest.mark.parametrize(("field", "value"), [
    ("birth_date", "31.02.1990"), ("birth_date", "2999-01-01"), ("birth_date", "1"),
    ("phone", "call me"), ("email", "nobody"), ("language", "klingon"), ("gender", "forged"),
    ("role_at_home", "king"), ("languages", "klingon"), ("household", str(uuid.uuid4())),
    ("given_name", "x" * 20_000), ("notes", "x" * 20_000),
])  # fmt: skip
def test_a_wrong_value_is_told_beside_its_field_and_changes_nothing(
    desk, world: World, field: str, value: str
) -> None:
    person = world.person()
    response = _edit(desk, person, **{"family_name": "Neumann", field: value})
    page = text_of(response)
    assert response.status_code == 422
    assert f'id="{field}-error"' in page
    assert "Neumann" in page
    assert person.refresh().family_name == "Beispiel"


def test_a_person_without_any_name_is_refused(desk, world: World) -> None:
    person = world.person()
    response = _edit(desk, person, given_name="", family_name="")
    assert response.status_code == 422
    assert "needs at least one name" in text_of(response)
    assert person.refresh().name == "Amal Beispiel"


def test_two_editors_the_second_is_told(desk, world: World) -> None:
    person = world.person()
    address = f"/admin/person/edit/?id={person.id}"
    shown = hidden_fields(text_of(desk.get(address)))["_revision"]
    assert _edit(desk, person, family_name="First").status_code == 303
    late = send(desk, address, _fields(person, family_name="Second") | {"_revision": shown})
    assert late.status_code == 422
    assert person.refresh().family_name == "First"


def test_a_person_is_added_to_the_household_from_which_the_form_was_opened(
    desk, world: World
) -> None:
    household = world.household()
    address = f"/admin/person/new/?household={household.id}"
    page = text_of(desk.get(address))
    assert re.search(rf'<option selected value="{household.id}">', page)
    fields = {"given_name": "Noor", "role_at_home": "child", "household": str(household.id)}
    assert send(desk, "/admin/person/new/", fields).status_code == 303
    assert household.people.get().given_name == "Noor"


def test_a_household_is_entered_changed_and_found_by_its_people(desk, world: World) -> None:
    site = world.site()
    fields = {"name": "Haddad", "site": str(site.id), "housing": "shared"}
    assert send(desk, "/admin/household/new/", fields).status_code == 303
    household = Household.get()
    assert (household.name, household.site, household.housing) == ("Haddad", site, "shared")
    world.person(household, given_name="Samir", family_name="Haddad")
    page = text_of(desk.get("/admin/household/?search=samir"))
    assert str(household.id) in page
    address = f"/admin/household/edit/?id={household.id}"
    assert send(desk, address, fields | {"place": "Lörrach", "site": ""}).status_code == 303
    assert (household.refresh().place, household.refresh().site) == ("Lörrach", None)


def test_a_household_without_a_case_gets_one(desk, world: World) -> None:
    organization = world.organization()
    household = world.person().household
    page = text_of(desk.get(f"/admin/household/details/?id={household.id}"))
    assert "No case." in page
    fields = {"language": "ar", "organization": str(organization.id)}
    response = send(desk, f"/admin/household/{household.id}/case", fields)
    case = Case.get()
    assert response.location == f"/admin/case/{case.id}"
    assert (case.household, case.organization) == (household, organization)


def test_a_case_in_a_forged_language_or_for_nobody_known_is_not_opened(desk, world: World) -> None:
    household = world.household()
    for wrong in ({"language": "klingon"}, {"language": "ar", "organization": str(uuid.uuid4())},
                  {"language": "ar", "urgency": "never"}):  # fmt: skip
        response = send(desk, f"/admin/household/{household.id}/case", wrong)
        assert response.status_code == 422, wrong
    assert Case.select().count() == 0


def test_an_integration_manager_reaches_nobody_of_another_organisation(app, world: World) -> None:
    mine, other = world.organization(), world.organization()
    own, foreign = world.case(mine), world.case(other, given_name="Theirs")
    person = foreign.household.people.get()
    client = desk_of(app, world.manager(mine))
    for address in (f"/admin/person/details/?id={person.id}", f"/admin/person/edit/?id={person.id}",
                    f"/admin/person/new/?household={foreign.household.id}",
                    f"/admin/household/details/?id={foreign.household.id}",
                    f"/admin/household/edit/?id={foreign.household.id}",
                    f"/admin/household/{foreign.household.id}/case"):  # fmt: skip
        assert client.get(address).status_code == 404, address
    fields = {"given_name": "Spy", "role_at_home": "other", "household": str(foreign.household.id)}
    assert send(client, "/admin/person/new/", fields).status_code == 422
    assert send(client, f"/admin/household/{foreign.household.id}/case", {}).status_code == 404
    found = client.get("/admin/person/ajax/lookup/?name=household&query=Theirs")
    assert found.json == []
    mate = own.household.people.get()
    moved = _edit(client, mate, household=str(foreign.household.id))
    assert moved.status_code == 422
    assert mate.refresh().household == own.household
    assert Person.select().count() == 2


def test_an_integration_manager_adds_a_person_to_an_own_household(app, world: World) -> None:
    mine = world.organization()
    own = world.case(mine)
    client = desk_of(app, world.manager(mine))
    fields = {"given_name": "Noor", "role_at_home": "child", "household": str(own.household.id)}
    assert send(client, "/admin/person/new/", fields).status_code == 303
    assert own.household.people.count() == 2


@pytest.mark.parametrize("role", [
    Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR, Role.ADMINISTRATOR,
])  # fmt: skip
def test_other_roles_find_no_people(app, world: World, role: Role) -> None:
    person = world.person()
    client = desk_of(app, world.staff(role))
    for address in ("/admin/person/", "/admin/household/", "/admin/person/new/",
                    f"/admin/person/details/?id={person.id}"):  # fmt: skip
        assert client.get(address).status_code == 404, address


BAD = ("x" * 20_000, "a\0b", b"\xff\xfe\xc3", "file")


@pytest.mark.parametrize("bad", BAD, ids=["20 kB", "null bytes", "invalid UTF-8", "a file"])
def test_bad_input_is_never_a_server_error(desk, world: World, bad: Any) -> None:
    person = world.person()
    for field in ("given_name", "birth_date", "phone", "email", "languages", "household",
                  "is_contact", "notes"):  # fmt: skip
        value = (io.BytesIO(b"\x89PNG"), "x.png") if bad == "file" else bad
        response = _edit(desk, person, **{field: value})
        assert response.status_code in (303, 422), field
    for field in ("name", "site", "housing", "place"):
        value = (io.BytesIO(b"\x89PNG"), "x.png") if bad == "file" else bad
        response = send(desk, "/admin/household/new/", {field: value})
        assert response.status_code in (303, 422), field


def test_the_lists_take_the_same_statements_for_any_number_of_rows(desk, world: World) -> None:
    for _ in range(2):
        world.case(household=world.household(site=world.site()))
    few = {}
    for address in ("/admin/person/", "/admin/household/"):
        with statements() as seen:
            desk.get(address)
        few[address] = len(seen)
    for _ in range(6):
        case = world.case(household=world.household(site=world.site()))
        world.person(case.household)
    for address, count in few.items():
        with statements() as seen:
            desk.get(address)
        assert len(seen) == count, address
