"""The page of a referral and the list: seen, answered, taken back, closed."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest

from casework.acceptance import accept_submission, prepare_intake
from casework.cases import case_of
from casework.core.access import SYSTEM
from casework.core.audit import AuditEntry
from casework.messages import OutboxMail
from casework.needs import Need
from casework.outcomes import tell_person
from casework.providers import report_capacity
from casework.referrals import (
    Referral,
    answer_referral,
    expire_referral,
    mark_shown,
    revoke_referral,
)
from casework.reply_links import ReplyLink, current_link
from tests.admin.pressing import desk_of, send, text_of
from tests.admin.referring import new_address, offering, page_of
from tests.databases import statements
from tests.world import PROVIDER, World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def need(world: World) -> Need:
    return world.need(world.case())


# The page of a referral


def test_looking_at_a_final_referral_changes_nothing_but_the_record_of_reads(desk, world) -> None:
    referral = answer_referral(world.referral(), "got_help", by=SYSTEM, at=world.at)
    counted = [model.select().count() for model in (Referral, ReplyLink, OutboxMail, Need)]
    desk.get(page_of(referral))
    fresh = referral.refresh()
    assert (fresh.shown_to_sender_at, fresh.shown_to_person_at) == (None, None)
    assert [model.select().count() for model in (Referral, ReplyLink, OutboxMail, Need)] == counted
    read = AuditEntry.get(AuditEntry.event == "referral:read")
    assert (read.subject_id, read.case_id) == (referral.id, referral.__data__["case"])


def test_noted_closes_the_senders_side(desk, world) -> None:
    referral = answer_referral(world.referral(), "got_help", by=SYSTEM, at=world.at)
    assert ">Noted<" in text_of(desk.get(page_of(referral)))
    send(desk, page_of(referral, "noted"))
    assert referral.refresh().shown_to_sender_at == world.at
    assert ">Noted<" not in text_of(desk.get(page_of(referral)))


def test_where_the_person_has_no_status_page_we_tell_them_and_note_how(desk, world) -> None:
    coordinator = world.coordinator()
    referral = world.answer(world.referral(), "got_help", by=PROVIDER)
    page = text_of(desk.get(page_of(referral)))
    assert "The person has no status page" in page
    response = send(desk, page_of(referral, "told"), {"how": "told_by_phone"})
    assert response.status_code == 303
    assert referral.refresh().is_closed
    page = text_of(desk.get(page_of(referral)))
    assert "told by telephone" in page
    assert "Closed: we and the person know the outcome" in page
    assert coordinator.name not in page


def test_where_the_person_can_look_telling_them_stands_one_step_back(desk, world) -> None:
    submission = world.submission()
    accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=world.at)
    need = case_of(submission).needs.get()
    page = text_of(desk.get(page_of(world.answer(world.referral(need), "got_help"))))
    assert "It stands on their status page" in page
    assert "We told the person ourselves</summary>" in page


@pytest.mark.parametrize(
    "wrong", ["", "by_pigeon", "got_help", "x" * 20_000, (io.BytesIO(b"told_by_phone"), "how.txt")]
)
def test_a_wrong_way_of_telling_is_refused_and_nothing_is_noted(desk, world, wrong) -> None:
    referral = world.answer(world.referral(), "got_help")
    response = send(desk, page_of(referral, "told"), {"how": wrong})
    assert response.status_code == 422
    assert "Nothing was saved yet" in text_of(response)
    assert referral.refresh().shown_to_person_at is None


def test_who_tells_second_learns_that_the_person_knows(desk, world) -> None:
    referral = world.answer(world.referral(), "got_help")
    told = {"how": "told_in_person"}
    assert send(desk, page_of(referral, "told"), told).status_code == 303
    response = send(desk, page_of(referral, "told"), told)
    assert response.status_code == 409
    assert "has known the outcome since 02.11.2026" in text_of(response)
    assert send(desk, page_of(world.referral(), "told"), told).status_code == 409


def test_a_draft_that_was_put_away_asks_for_nothing_more(desk, world) -> None:
    draft = world.referral(sent=False)
    send(desk, page_of(draft, "revoke"))
    page = text_of(desk.get(page_of(draft)))
    assert "This draft was put away" in page
    assert "tell them how it ended" not in page
    assert ">Noted<" not in page


def test_who_is_still_to_be_told_stands_in_a_list_of_its_own(desk, world) -> None:
    told = world.answer(world.referral(world.need(world.case(given_name="Anton"))), "got_help")
    untold = world.answer(world.referral(world.need(world.case(given_name="Berta"))), "no_capacity")
    mark_shown(untold, by=world.coordinator().actor, at=world.at)
    revoke_referral(world.referral(sent=False), by=SYSTEM, at=world.at)
    tell_person(told, "told_by_letter", by=SYSTEM, at=world.at)
    page = text_of(desk.get("/admin/referral/?flt_show=untold"))
    assert "Berta" in page
    assert "Anton" not in page
    assert "Amal" not in page


def test_the_answers_on_offer_are_in_the_words_that_the_provider_reads(desk, world) -> None:
    page = text_of(desk.get(page_of(world.referral())))
    assert "Yes, but there is a waiting list. The person is on it now." in page
    after = text_of(desk.get(page_of(world.answer(world.referral(), "accepted"))))
    assert "Yes, we will help. We get in touch with the person." not in after


def test_an_answer_told_by_phone_is_stored_with_what_was_said(desk, world) -> None:
    referral = world.referral()
    send(desk, page_of(referral, "answer"), {"answer": "waitlisted", "note": "Number 7"})
    fresh = referral.refresh()
    assert (fresh.state, fresh.turn) == ("waitlisted", "system")
    page = text_of(desk.get(page_of(referral)))
    assert "Number 7" in page
    assert "no place free anywhere" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer": ""},
        {"answer": "draft"},
        {"answer": "revoked"},
        {"answer": "x" * 20_000},
        {"answer": "accepted", "note": "x" * 20_000},
        {"answer": (io.BytesIO(b"accepted"), "answer.txt")},
    ],
)
def test_forged_answers_are_refused_and_what_was_typed_stays(desk, world, wrong) -> None:
    referral = world.referral()
    response = send(desk, page_of(referral, "answer"), {"note": "They called back", **wrong})
    assert response.status_code == 422
    assert referral.refresh().state == "sent"
    assert "Nothing was saved yet" in text_of(response)


def test_whoever_acts_second_is_told_and_the_first_answer_stands(desk, world) -> None:
    referral = world.referral()
    answer_referral(referral, "got_help", by=SYSTEM, at=world.at)
    response = send(desk, page_of(referral, "revoke"), {"note": "too late"})
    assert response.status_code == 409
    assert "got help" in text_of(response)
    assert referral.refresh().state == "got_help"


@pytest.mark.parametrize(
    ("verb", "state"),
    [("revoke", "revoked"), ("decline", "declined_by_client"), ("expire", "expired")],
)
def test_ending_a_referral_closes_its_link_and_opens_the_need(
    desk, client, world, verb, state
) -> None:
    referral = world.referral()
    token = current_link(referral).token
    assert send(desk, page_of(referral, verb)).status_code == 303
    fresh = referral.refresh()
    assert (fresh.state, fresh.need.state) == (state, "open")
    assert fresh.shown_to_sender_at == world.at
    assert client.get(f"/reply/{token}").status_code == 410


def test_an_acknowledgement_by_phone_is_noted(desk, world) -> None:
    referral = world.referral()
    send(desk, page_of(referral, "acknowledge"))
    assert referral.refresh().state == "acknowledged"
    assert send(desk, page_of(referral, "acknowledge")).status_code == 409


def test_a_new_link_replaces_the_old_one_and_is_recorded(desk, client, world) -> None:
    referral = world.referral()
    old = current_link(referral).token
    assert send(desk, page_of(referral, "link")).status_code == 303
    new = current_link(referral).token
    assert new != old
    assert new in text_of(desk.get(page_of(referral)))
    assert client.get(f"/reply/{old}").status_code == 410
    assert AuditEntry.select().where(AuditEntry.event == "referral:link_renewed").count() == 1


def test_a_finished_referral_gets_no_new_link(desk, world) -> None:
    referral = answer_referral(world.referral(), "got_help", by=SYSTEM, at=world.at)
    assert send(desk, page_of(referral, "link")).status_code == 404
    assert current_link(referral) is None or current_link(referral).created_at == world.at


def test_the_page_says_how_far_the_mail_has_come_without_showing_it(desk, world) -> None:
    referral = world.referral()
    assert "The mail is on its way" in text_of(desk.get(page_of(referral)))
    OutboxMail.update(state="failed").execute()
    page = text_of(desk.get(page_of(referral)))
    assert "could not be delivered" in page
    assert OutboxMail.get().recipient not in page
    OutboxMail.update(state="sent").execute()
    assert "The mail has left" in text_of(desk.get(page_of(referral)))


def test_a_provider_without_an_address_is_asked_by_hand(desk, world, need) -> None:
    service = world.service(name="No post")
    referral = world.referral(need, service)
    page = text_of(desk.get(page_of(referral)))
    assert "please pass the link on yourself" in page
    assert current_link(referral).token in page


def test_a_draft_is_sent_once_a_release_covers_it(desk, world, need) -> None:
    referral = world.referral(need, sent=False)
    response = send(desk, page_of(referral, "send"))
    assert response.status_code == 409
    assert "has not agreed" in text_of(response)
    paper = {"channel": "oral", "language": "ar",
             "covers": ["name", "phone", "language", "interpreter", "need"]}  # fmt: skip
    assert send(desk, page_of(referral, "release"), paper).status_code == 303
    assert send(desk, page_of(referral, "send")).status_code == 303
    assert referral.refresh().state == "sent"


def test_the_release_on_offer_covers_what_the_draft_needs_and_what_was_agreed_before(
    desk, world, need
) -> None:
    referral = world.referral(need, sent=False, fields=("name", "note"), note="Evenings")
    world.release(need.case, referral.organization, fields=("name", "email"))
    page = text_of(desk.get(page_of(referral)))
    ticked = {
        re.search(r'value="(\w+)"', box)[1]
        for box in re.findall(r'<input[^>]*name="covers"[^>]*>', page)
        if "checked" in box
    }
    assert ticked == {"name", "note", "email"}


def test_after_a_no_an_alternative_is_one_click_away(desk, world, need) -> None:
    referral = world.referral(need)
    answer_referral(referral, "no_capacity", by=SYSTEM, at=world.at)
    assert f"/admin/referral/new?need={need.id}" in text_of(desk.get(page_of(referral)))
    expire = world.referral(world.need(need.case, "debt"))
    answer_referral(expire, "got_help", by=SYSTEM, at=world.at)
    assert "Offer an alternative" not in text_of(desk.get(page_of(expire)))


def test_every_button_needs_its_token(desk, world) -> None:
    referral = world.referral()
    for verb in (
        "send",
        "answer",
        "acknowledge",
        "revoke",
        "decline",
        "expire",
        "noted",
        "told",
        "link",
    ):
        assert desk.post(page_of(referral, verb)).status_code == 400, verb
    assert referral.refresh().state == "sent"


def test_an_answer_told_by_phone_that_is_final_needs_no_second_look(desk, world) -> None:
    referral = world.referral()
    send(desk, page_of(referral, "answer"), {"answer": "got_help", "note": ""})
    assert referral.refresh().shown_to_sender_at == world.at


# The list


def test_the_list_says_whose_turn_it_is_and_what_is_overdue(desk, world, clock) -> None:
    referral = world.referral(world.need(world.case(given_name="Late")))
    assert "the provider&#39;s turn" in text_of(desk.get("/admin/referral/"))
    assert "days overdue" not in text_of(desk.get("/admin/referral/"))
    clock.moment = clock.moment + timedelta(days=20)
    fresh = desk_of(desk.application, world.coordinator())
    assert "6 days overdue" in text_of(fresh.get("/admin/referral/?flt_show=overdue"))
    answer_referral(referral, "got_help", by=SYSTEM, at=world.at)
    assert "Late" not in text_of(fresh.get("/admin/referral/?flt_show=overdue"))
    assert "Late" in text_of(fresh.get("/admin/referral/?flt_show=answered"))


@pytest.mark.parametrize(
    "query",
    ["flt_state=sent", "flt_turn=provider", "flt_organization=Alpha", "flt_service=First",
     "flt_show=waiting", "search=Anton", "search=Alpha", "search=First"],
)  # fmt: skip
def test_the_list_finds_by_state_turn_provider_and_person(desk, world, query) -> None:
    alpha = world.service(world.organization("Alpha"), "First step", email="a@provider.example")
    world.referral(world.need(world.case(given_name="Anton")), alpha)
    other = world.referral(world.need(world.case(given_name="Berta")))
    revoke_referral(other, by=SYSTEM, at=world.at)
    page = text_of(desk.get(f"/admin/referral/?{query}"))
    assert "Anton" in page
    assert "Berta" not in page


def test_a_referral_is_found_by_the_reference_of_its_case(desk, world) -> None:
    referral = world.referral()
    world.referral(world.need(world.case(given_name="Berta")))
    page = text_of(desk.get(f"/admin/referral/?search={referral.case.reference}"))
    assert page_of(referral) in page
    assert "Berta" not in page


def test_the_export_is_plain_text_without_markup(desk, world) -> None:
    world.referral()
    table = text_of(desk.get("/admin/referral/export/csv/"))
    assert "<" not in table
    assert "Amal" not in table
    assert "sent" in table


def test_the_list_and_the_choice_of_a_service_stay_at_their_number_of_statements(
    desk, world
) -> None:
    need = world.need(world.case())
    world.referral(world.need(need.case, "debt"), offering(world, "Course 0"))
    addresses = ("/admin/referral/", new_address(need))

    def counted() -> list[int]:
        found = []
        for address in addresses:
            with statements() as seen:
                assert desk.get(address).status_code == 200
            found.append(len(seen))
        return found

    few = counted()
    for number in range(1, 8):
        service = offering(world, f"Course {number}")
        world.referral(world.need(world.case(household=world.household()), "debt"), service)
        world.referral(world.need(need.case, "kita_place"), service)
    assert counted() == few
    assert max(few) <= 30


def test_the_page_of_a_referral_stays_at_its_number_of_statements(desk, world) -> None:
    referral = world.referral()

    def counted() -> int:
        with statements() as seen:
            desk.get(page_of(referral))
        return len(seen)

    few = counted()
    for number in range(6):
        state = "accepted" if number % 2 else "waitlisted"
        answer_referral(referral, state, by=SYSTEM, at=world.at)
        world.referral(world.need(referral.case, "debt"))
        expire_referral(Referral.get(Referral.state == "sent"), by=SYSTEM, at=world.at)
    assert counted() <= few
    assert few <= 40


def test_a_link_that_has_expired_is_not_offered_any_more(app, desk, world: World, clock) -> None:
    referral = world.referral()
    assert "Address to pass on" in text_of(desk.get(page_of(referral)))
    clock.forward(days=60)
    page = text_of(desk_of(app, world.coordinator()).get(page_of(referral)))
    assert "and opens nothing any more. Please make a new one." in page
    assert "Address to pass on" not in page
    assert "Make a new link" in page


def test_who_waits_reads_that_a_place_has_been_reported_free_since(desk, world, clock) -> None:
    referral = answer_referral(world.referral(), "waitlisted", by=PROVIDER, at=world.at)
    assert "no place free anywhere" in text_of(desk.get(page_of(referral)))
    clock.forward(minutes=5)
    report_capacity(referral.service, places=9, free=2, waiting=1, by=SYSTEM, at=world.at)
    page = text_of(desk.get(page_of(referral)))
    assert "a place has been reported free since" in page
    assert "no place free anywhere" not in page
