"""Volunteers' offers: a list with words and drawings, approved, paused, full, ended, written to."""

from __future__ import annotations

import io
from typing import Any

import pytest

from casework.core.access import PUBLIC, SYSTEM, Actor, Role
from casework.core.audit import AuditEntry
from casework.interpretations import keep_interpretation
from casework.messages import Message, receive_message
from casework.volunteers import STATES, Offer, move_offer
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.world import World

OFFER: dict[str, Any] = {
    "given_name": "Petra", "family_name": "Weber", "email": "petra@example.org",
    "offer_areas": ["language", "childcare"], "offer_text": "Ich lese gern vor.",
    "offer_languages": ["de", "fr"], "availability": ["weekend"], "places": "2",
    "house_rules": "OK", "contact_consent": "OK",
}  # fmt: skip


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _offer(world: World, state: str = "new", **answers: Any) -> Offer:
    submission = world.submission("offer", language="de", answers=OFFER | answers)
    offer = Offer.get(Offer.submission == submission)
    ways = {"new": (), "paused": ("approved", "paused"), "full": ("approved", "full")}
    for step in ways.get(state, (state,)):
        move_offer(offer, step, by=SYSTEM, at=world.at)
    return offer


def _page(offer: Offer) -> str:
    return f"/admin/offer/details/?id={offer.id}"


def test_the_list_shows_areas_languages_and_times_in_words(desk, world) -> None:
    _offer(world)
    page = text_of(desk.get("/admin/offer/"))
    for words in ("Petra Weber", "Language and German courses", "#blocks", "German, French",
                  "At weekends", ">new<"):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize(
    "query",
    ["flt_state=new", "flt_area=childcare", "flt_language=fr", "search=weber%20PETRA",
     "search=petra@example.org"],
)  # fmt: skip
def test_an_offer_is_found_by_state_area_language_and_name(desk, world, query) -> None:
    _offer(world)
    other = {"given_name": "Udo", "family_name": "Maier", "email": "udo@example.org"}
    _offer(world, "approved", **other, offer_areas=["money"], offer_languages=["tr"])
    page = text_of(desk.get(f"/admin/offer/?{query}"))
    assert "Petra" in page
    assert "Udo" not in page


@pytest.mark.parametrize(("before", "after"), [
    (before, after) for before in STATES.names for after in STATES.names if after != "new"
])  # fmt: skip
def test_an_offer_moves_only_along_its_states(desk, world, before, after) -> None:
    offer = _offer(world, before)
    allowed = STATES.allows(before, after)
    page = text_of(desk.get(_page(offer)))
    assert (f'name="state" value="{after}"' in page) == allowed
    response = send(desk, f"/admin/offer/move/?id={offer.id}", {"state": after})
    assert response.status_code == (303 if allowed else 409)
    assert offer.refresh().state == (after if allowed else before)


def test_forged_states_and_foreign_ids_change_nothing(desk, world) -> None:
    offer = _offer(world)
    for data in ({"state": "new"}, {"state": "x" * 20_000}, {}, {"state": (io.BytesIO(b"x"), "x")}):
        assert send(desk, f"/admin/offer/move/?id={offer.id}", data).status_code == 404
    other = f"/admin/offer/move/?id={offer.volunteer.id}"
    assert send(desk, other, {"state": "ended"}).status_code == 404
    assert offer.refresh().state == "new"


def test_several_offers_are_approved_at_once_or_none_is(desk, world) -> None:
    first, second, ended = _offer(world), _offer(world), _offer(world, "ended")
    ids = [str(each.id) for each in (first, second, ended)]
    send(desk, "/admin/offer/action/", {"action": "approved", "rowid": ids})
    assert {each.refresh().state for each in (first, second)} == {"new"}
    send(desk, "/admin/offer/action/", {"action": "approved", "rowid": ids[:2]})
    assert {each.refresh().state for each in (first, second)} == {"approved"}


def test_ending_several_offers_is_asked_about_first(desk, world) -> None:
    offer = _offer(world)
    fields = {"action": "ended", "rowid": [str(offer.id)]}
    page = text_of(send(desk, "/admin/offer/action/", fields))
    assert "This is final" in page
    assert offer.refresh().state == "new"
    send(desk, "/admin/offer/action/", fields | {"confirmed": "1"})
    assert offer.refresh().state == "ended"


def test_the_page_shows_the_original_words_with_their_translation_beside(desk, world) -> None:
    offer = _offer(world)
    keep_interpretation(
        offer.submission, "answers/offer_text", "en", "I like to read aloud.",
        source="machine", by=SYSTEM, at=world.at,
    )  # fmt: skip
    page = text_of(desk.get(_page(offer)))
    assert page.index("Ich lese gern vor.") < page.index("I like to read aloud.")
    assert "Translated by a machine" in page
    assert "petra@example.org" in page


def test_reading_a_volunteers_page_is_recorded(desk, world) -> None:
    offer = _offer(world)
    desk.get(_page(offer))
    assert AuditEntry.get(AuditEntry.event == "offer:read").subject_id == offer.id


def test_a_message_reaches_the_volunteer_and_reads_theirs(desk, world) -> None:
    offer = _offer(world)
    person = Actor("person", id=offer.submission.id, name="Petra")
    receive_message(
        "Wann geht es los?", case=None, submission=offer.submission, language="de",
        by=person, at=world.at,
    )  # fmt: skip
    assert "Wann geht es los?" in text_of(desk.get(_page(offer)))
    fields = {"body": "Am Montag.", "language": "de"}
    assert send(desk, f"/admin/offer/message/?id={offer.id}", fields).status_code == 303
    received, sent = Message.select().order_by(Message.direction)
    assert received.read_at == world.at
    assert (sent.body, sent.submission, sent.case) == ("Am Montag.", offer.submission, None)


def test_messages_are_marked_as_read_by_a_button_only(desk, world) -> None:
    offer = _offer(world)
    receive_message("Hallo", case=None, submission=offer.submission, language="de",
                    by=Actor("person", id=offer.submission.id), at=world.at)  # fmt: skip
    desk.get(_page(offer))
    assert Message.get().read_at is None
    send(desk, f"/admin/offer/messages/?id={offer.id}")
    assert Message.get().read_at == world.at


@pytest.mark.parametrize(
    "wrong",
    [
        {"body": ""},
        {"body": "x" * 20_000},
        {"body": (io.BytesIO(b"hello"), "body.txt")},
        {"body": "Kept as typed", "language": "xx"},
    ],
)
def test_a_message_that_cannot_be_sent_is_refused_beside_its_field(desk, world, wrong) -> None:
    offer = _offer(world)
    response = send(desk, f"/admin/offer/message/?id={offer.id}", {"language": "de"} | wrong)
    assert response.status_code == 422
    assert "Nothing was saved yet" in text_of(response)
    assert Message.select().count() == 0


def test_the_list_and_the_page_stay_at_their_number_of_statements(desk, world) -> None:
    offer = _offer(world)

    def counted() -> list[int]:
        found = []
        for address in ("/admin/offer/", _page(offer)):
            with statements() as seen:
                desk.get(address)
            found.append(len(seen))
        return found

    few = counted()
    for number in range(6):
        _offer(world, family_name=f"Weber{number}")
        receive_message(f"{number}", case=None, submission=offer.submission, language="de",
                        by=Actor("person", id=offer.submission.id), at=world.at)  # fmt: skip
    grown = counted()
    assert grown == few
    assert max(few) <= 24


def test_the_volunteer_coordinator_works_with_offers(app, world) -> None:
    offer = _offer(world)
    reader = desk_of(app, world.staff(Role.VOLUNTEER_COORDINATOR))
    assert "Petra Weber" in text_of(reader.get("/admin/offer/"))
    send(reader, f"/admin/offer/move/?id={offer.id}", {"state": "approved"})
    assert offer.refresh().state == "approved"


def test_the_volunteer_coordinator_writes_to_volunteers_and_reads_them(app, world) -> None:
    offer = _offer(world)
    reader = desk_of(app, world.staff(Role.VOLUNTEER_COORDINATOR))
    _wrote(world, offer, "Wann geht es los?")
    home, unread = text_of(reader.get("/admin/")), text_of(reader.get("/admin/message/"))
    for page in (home, unread):
        assert "Petra Weber" in page
        assert f"/admin/offer/request/{offer.submission.id}" in page
    page = reader.get(f"/admin/offer/request/{offer.submission.id}", follow_redirects=True)
    assert "Wann geht es los?" in text_of(page)
    fields = {"body": "Am Montag.", "language": "de"}
    assert send(reader, f"/admin/offer/message/?id={offer.id}", fields).status_code == 303
    assert {row.body for row in Message.select()} == {"Wann geht es los?", "Am Montag."}
    assert "Petra Weber" not in text_of(reader.get("/admin/message/"))


def test_the_volunteer_coordinator_notes_as_read_and_translates(app, world) -> None:
    offer = _offer(world)
    reader = desk_of(app, world.staff(Role.VOLUNTEER_COORDINATOR))
    message = _wrote(world, offer, "Wann?")
    assert send(reader, f"/admin/offer/messages/?id={offer.id}").status_code == 303
    assert message.refresh().read_at == world.at
    text = {"table": "messages", "row": str(message.id), "field": "body", "body": "When?"}
    assert send(reader, "/admin/translation/", text).status_code == 303
    answer = text | {"table": "submissions", "row": str(offer.submission.id),
                     "field": "answers/offer_text", "body": "I like to read."}  # fmt: skip
    assert send(reader, "/admin/translation/", answer).status_code == 303
    page = text_of(reader.get(_page(offer)))
    assert "When?" in page
    assert "I like to read." in page


def test_the_volunteer_coordinator_reaches_no_message_of_a_case(app, world) -> None:
    reader = desk_of(app, world.staff(Role.VOLUNTEER_COORDINATOR))
    case, submission = world.case(), world.submission()
    person = Actor("person", id=submission.id)
    of_case, asked = (
        receive_message("Fallwort", case=each, submission=submission, language="de",
                        by=person, at=world.at)
        for each in (case, None)
    )  # fmt: skip
    for address in ("/admin/", "/admin/message/", "/admin/message/?sort=at"):
        page = text_of(reader.get(address))
        assert "Fallwort" not in page
        assert "Amal" not in page
    for message in (of_case, asked):
        text = {"table": "messages", "row": str(message.id), "field": "body", "body": "x"}
        assert send(reader, "/admin/translation/", text).status_code == 404
        assert send(reader, f"/admin/case/{case.id}/message/{message.id}").status_code == 404
        assert message.refresh().read_at is None
    assert reader.get(f"/admin/offer/request/{submission.id}").status_code == 404
    fields = {"message-body": "x", "message-language": "de"}
    assert send(reader, f"/admin/case/{case.id}/message", fields).status_code == 404
    assert Message.select().count() == 2


def _wrote(world: World, offer: Offer, body: str) -> Message:
    return receive_message(
        body, case=None, submission=offer.submission, language="de",
        by=Actor("person", id=offer.submission.id), at=world.at,
    )  # fmt: skip


@pytest.mark.parametrize(
    "role", [Role.INTEGRATION_MANAGER, Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR]
)
def test_nobody_else_sees_a_volunteer(app, world, role) -> None:
    offer = _offer(world)
    organization = world.organization() if role is Role.INTEGRATION_MANAGER else None
    reader = desk_of(app, world.staff(role, organization=organization))
    for address in ("/admin/offer/", _page(offer), "/admin/offer/export/csv/"):
        assert reader.get(address).status_code == 404
    assert send(reader, f"/admin/offer/move/?id={offer.id}", {"state": "ended"}).status_code == 404
    assert "Petra" not in text_of(reader.get("/admin/"))
    assert PUBLIC.may("offer:read") is False
