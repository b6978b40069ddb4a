"""Contacts, talks and who knows whom on the desk."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from casework.core.access import SYSTEM, Role
from casework.life_areas import LifeArea
from casework.network.contacts import NetworkContact, note_acquaintance
from casework.network.talks import Talk, note_talk
from tests.admin.pressing import desk_of, send, text_of, token_of
from tests.databases import statements
from tests.world import World

NEW = {"kind": "police", "organization": "", "office": "Polizeirevier", "name": "Herr Blau",
       "role": "Prävention", "phone": "+49 7621 99", "email": "", "purpose": "Vorträge",
       "areas": ["community", "family"], "languages": ["de"], "interval_days": "60",
       "notes": ""}  # fmt: skip


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _page(contact: NetworkContact) -> str:
    return f"/admin/network/details/?id={contact.id}"


def _talk(**given: str) -> dict[str, str]:
    said = {"about": "Neue Zeiten", "channel": "call", "on_day": "2026-11-02"} | given
    return {f"talk-{name}": value for name, value in said.items()}


def _post(desk: Any, address: str, data: dict[str, Any]) -> Any:
    return desk.post(address, data={"csrf_token": token_of(desk), **data})


def test_a_contact_is_entered_changed_and_found_by_office_name_and_phone(desk) -> None:
    assert _post(desk, "/admin/network/new/", NEW).status_code == 303
    contact = NetworkContact.get()
    assert {row.life_area.code for row in contact.areas} == {"community", "family"}
    assert (contact.interval_days, contact.languages) == (60, ["de"])
    for words in ("revier", "blau", "vorträge", "prävention"):
        assert "Herr Blau" in text_of(desk.get(f"/admin/network/?search={words}")), words
    assert "Herr Blau" not in text_of(desk.get("/admin/network/?search=gruen"))
    address = f"/admin/network/edit/?id={contact.id}"
    assert 'value="Herr Blau"' in text_of(desk.get(address))
    assert _post(desk, address, NEW | {"areas": ["money"], "role": "Wache"}).status_code == 303
    assert [row.life_area.code for row in contact.areas] == ["money"]
    assert contact.refresh().role == "Wache"


@pytest.mark.parametrize(("wrong", "said"), [
    ({"office": ""}, "choose the organisation"), ({"name": "", "role": ""}, "a name or a role"),
    ({"interval_days": "-1"}, "Number must be"), ({"kind": "forged"}, "choose one"),
    ({"office": "x" * 20_000}, "longer than"), ({"interval_days": "often"}, "valid integer"),
])  # fmt: skip
def test_a_wrong_contact_comes_back_with_what_was_typed(desk, wrong, said) -> None:
    response = _post(desk, "/admin/network/new/", NEW | wrong)
    assert response.status_code == 422
    assert said in text_of(response)
    assert "Vorträge" in text_of(response)
    assert not NetworkContact.select().exists()


def test_a_talk_is_noted_in_one_go(desk, world: World) -> None:
    contact = world.contact(interval_days=60)
    fields = _talk(agreed="Liste bis Freitag", next_on="")
    assert send(desk, f"/admin/network/{contact.id}/talk", fields).status_code == 303
    page = text_of(desk.get(_page(contact)))
    for text in ("Neue Zeiten", "Liste bis Freitag", "Last contact: today", "01.01.2027"):
        assert text in page
    assert contact.refresh().next_due_on == date(2027, 1, 1)


@pytest.mark.parametrize(("wrong", "said"), [
    ({"about": ""}, "required"), ({"on_day": "2026-12-01"}, "today or before"),
    ({"on_day": "31.02.2026"}, "valid date"), ({"next_on": "2026-10-01"}, "after today"),
    ({"channel": "forged"}, "choose one"), ({"about": "x" * 20_000}, "longer than"),
])  # fmt: skip
def test_a_wrong_talk_comes_back_with_what_was_typed(desk, world: World, wrong, said) -> None:
    contact = world.contact()
    fields = _talk(agreed="Getippt") | _talk(**({"agreed": "Getippt"} | wrong))
    response = send(desk, f"/admin/network/{contact.id}/talk", fields)
    assert response.status_code == 422
    assert said in text_of(response)
    assert "Getippt" in text_of(response)
    assert not Talk.select().exists()


def test_who_knows_whom_is_said_and_shown_as_a_table(app, world: World) -> None:
    contact = world.contact(areas=[LifeArea.get(LifeArea.code == "housing")])
    manager = world.manager()
    desk = desk_of(app, manager)
    assert "nobody knows anyone" not in text_of(desk.get("/admin/who_knows/"))
    fields = {"bond-staff": str(manager.id), "bond-bond": "well"}
    assert send(desk, f"/admin/network/{contact.id}/known", fields).status_code == 303
    page = text_of(desk.get("/admin/who_knows/"))
    for text in ("Frau Beispiel", "knows them well", manager.name, "no contact"):
        assert text in page
    other = world.manager()
    fields["bond-staff"] = str(other.id)
    assert send(desk, f"/admin/network/{contact.id}/known", fields).status_code == 422
    listed = text_of(desk.get(f"/admin/network/?flt_knows={manager.id}"))
    assert "Frau Beispiel" in listed


def test_a_manager_changes_own_contacts_and_the_commissioner_none(app, world: World) -> None:
    foreign = world.contact()
    desk = desk_of(app, world.manager())
    assert _post(desk, "/admin/network/new/", NEW).status_code == 303
    own = NetworkContact.get(NetworkContact.office == "Polizeirevier")
    assert desk.get(f"/admin/network/edit/?id={own.id}").status_code == 200
    assert desk.get(f"/admin/network/edit/?id={foreign.id}").status_code == 404
    assert _post(desk, f"/admin/network/edit/?id={foreign.id}", NEW).status_code == 404
    assert send(desk, f"/admin/network/{foreign.id}/use", {"active": "0"}).status_code == 404
    assert send(desk, f"/admin/network/{own.id}/forget").status_code == 404
    reader = desk_of(app, world.staff(Role.INTEGRATION_COMMISSIONER))
    page = text_of(reader.get(_page(foreign)))
    assert "I spoke with them" not in page
    assert reader.get("/admin/network/new/").status_code == 404
    assert send(reader, f"/admin/network/{foreign.id}/talk", _talk()).status_code == 404
    admin = desk_of(app, world.staff(Role.ADMINISTRATOR))
    assert admin.get("/admin/network/").status_code == 404


def test_a_contact_out_of_use_is_only_found_where_somebody_asks(desk, world: World) -> None:
    contact = world.contact()
    assert send(desk, f"/admin/network/{contact.id}/use", {"active": "0"}).status_code == 303
    assert "Frau Beispiel" not in text_of(desk.get("/admin/network/"))
    assert "Frau Beispiel" in text_of(desk.get("/admin/network/?flt_due=gone"))
    assert send(desk, f"/admin/network/{contact.id}/use", {"active": "1"}).status_code == 303
    assert send(desk, f"/admin/network/{contact.id}/forget").status_code == 303
    assert not NetworkContact.select().exists()


def test_the_second_editor_of_a_contact_is_told(desk, world: World) -> None:
    contact = world.contact()
    address = f"/admin/network/edit/?id={contact.id}"
    stale = text_of(desk.get(address)).partition('name="_revision" value="')[2].partition('"')[0]
    note_talk(contact, "x", by=SYSTEM, at=world.at)
    response = _post(desk, address, NEW | {"_revision": stale})
    assert response.status_code == 422
    assert "Someone else changed this" in text_of(response)
    assert "Herr Blau" in text_of(response)
    assert contact.refresh().name == "Frau Beispiel"


def test_the_lists_take_the_same_statements_however_long(desk, world: World) -> None:
    staff = world.coordinator()

    def taken(address: str) -> int:
        with statements() as seen:
            assert desk.get(address).status_code == 200
        return len(seen)

    def more(count: int) -> None:
        for _ in range(count):
            contact = world.contact(areas=[LifeArea.get(LifeArea.code == "work")])
            note_acquaintance(contact, staff, "well", by=SYSTEM, at=world.at)

    more(2)
    few = [taken("/admin/network/"), taken("/admin/who_knows/"), taken(_page(world.contact()))]
    more(15)
    again = [taken("/admin/network/"), taken("/admin/who_knows/"), taken(_page(world.contact()))]
    assert again == few
    assert max(few) <= 24
