"""Referrals: chosen, released, looked at as the provider will, sent, answered, closed."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest

from casework.consent import Release
from casework.core.access import SYSTEM
from casework.core.audit import AuditEntry
from casework.messages import OutboxMail
from casework.needs import Need, category_of
from casework.providers import Service, report_capacity, set_categories
from casework.referrals import Referral, answer_referral, expire_referral, revoke_referral
from casework.reply_links import ReplyLink, current_link
from casework.texts import text
from tests.admin.desk import statements
from tests.admin.pressing import desk_of, send, text_of
from tests.pages import csrf_token
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def need(world: World) -> Need:
    return world.need(world.case())


def _offering(world: World, name: str, category: str = "integration_course", **columns) -> Service:
    service = world.service(name=name, email=f"{len(name)}@provider.example", **columns)
    set_categories(service, [category_of(category)], by=SYSTEM, at=world.at)
    return service


def _new(need: Need, service: Service | None = None, **more: str) -> str:
    query = {"need": str(need.id), **({"service": str(service.id)} if service else {}), **more}
    return "/admin/referral/new?" + "&".join(f"{k}={v}" for k, v in query.items())


def _fields(world: World, **changed) -> dict:
    fields = {
        "step": "check", "shared": ["name", "phone", "language", "need"],
        "follow_up_on": (world.at.date() + timedelta(days=10)).isoformat(),
    }  # fmt: skip
    return fields | changed


def _page(referral: Referral, verb: str = "") -> str:
    return f"/admin/referral/{referral.id}" + (f"/{verb}" if verb else "")


def _seen(text: str) -> dict[str, str]:
    """Labels and values of the details on a page, as a person reads them."""
    plain = re.sub(r"\s+", " ", text)
    pairs = re.findall(r"<dt>([^<]*)</dt><dd dir=\"\w+\">(.*?)</dd>", plain)
    return {label: re.sub(r"<[^>]+>", "", value).strip() for label, value in pairs}


# Choosing the service


def test_services_for_this_very_need_stand_before_those_of_its_life_area(desk, world, need) -> None:
    _offering(world, "Near", "conversation")
    _offering(world, "Exact")
    _offering(world, "Elsewhere", "debt")
    page = text_of(desk.get(_new(need)))
    assert page.index("Exact") < page.index("In the same life area") < page.index("Near")
    assert "Elsewhere" not in page


def test_a_service_with_a_free_place_stands_before_a_full_one(desk, world, need) -> None:
    for name, free in (("A full one", 0), ("B unknown", None), ("C free", 2)):
        service = _offering(world, name)
        if free is not None:
            report_capacity(service, places=9, free=free, waiting=4, by=SYSTEM, at=world.at)
    page = text_of(desk.get(_new(need)))
    assert page.index("C free") < page.index("B unknown") < page.index("A full one")
    assert "2 places free" in page
    assert "4 waiting" in page


def test_the_search_finds_any_service_by_the_words_of_its_name_or_organisation(
    desk, world, need
) -> None:
    _offering(world, "Credit talks", "debt", organization=world.organization("Blue House"))
    page = text_of(desk.get(_new(need, search="blue%20credit")))
    assert "Credit talks" in page
    assert "Credit talks" not in text_of(desk.get(_new(need, search="blue%20nobody")))


def test_inactive_services_are_not_offered_and_cannot_be_chosen(desk, world, need) -> None:
    closed = _offering(world, "Closed door", status="defunct")
    assert "Closed door" not in text_of(desk.get(_new(need)))
    assert desk.get(_new(need, closed)).status_code == 404


def test_the_list_says_how_the_last_referral_of_the_household_ended(desk, world, need) -> None:
    service = _offering(world, "Course")
    earlier = world.referral(world.need(need.case, "debt"), service)
    answer_referral(earlier, "no_capacity", by=SYSTEM, at=world.at)
    page = text_of(desk.get(_new(need)))
    assert _page(earlier) in page
    assert "no free place" in page


def test_a_service_that_speaks_the_persons_language_says_so(desk, world, need) -> None:
    service = _offering(world, "Course")
    service.spokenlanguage_set.model.create(service=service, name="Arabic", code="ar")
    assert "speaks Arabic" in text_of(desk.get(_new(need)))


def test_a_second_provider_for_the_same_need_is_warned_of(desk, world, need) -> None:
    other = world.referral(need)
    page = text_of(desk.get(_new(need)))
    assert "Somebody is on it already" in page
    assert _page(other) in page


# What leaves


def test_without_a_release_nothing_can_be_sent_and_the_text_is_there_to_be_read(
    desk, world, need
) -> None:
    service = _offering(world, "Course")
    page = text_of(desk.get(_new(need, service)))
    assert "Nothing may leave yet" in page
    assert "Look at it as the provider will" not in page
    wording = text("release.provider", "ar")
    assert wording.body.splitlines()[0] in page
    response = send(desk, _new(need, service), _fields(world, step="send"))
    assert response.status_code == 422
    assert Referral.select().count() == 0


def test_a_release_on_paper_is_kept_with_the_version_of_the_text_that_was_read(
    desk, world, need
) -> None:
    service = _offering(world, "Course")
    fields = {"step": "release", "channel": "paper", "language": "ar", "covers": ["name", "need"]}
    assert send(desk, _new(need, service), fields).status_code == 303
    release = Release.get()
    assert release.organization == service.organization
    assert release.text_version == f"ar-{text('release.provider', 'ar').version}"
    assert (release.channel, release.language, release.fields) == ("paper", "ar", ["name", "need"])


def test_a_release_of_nothing_or_through_the_portal_is_refused(desk, world, need) -> None:
    service = _offering(world, "Course")
    right = {"step": "release", "channel": "oral", "language": "de", "covers": ["name"]}
    for wrong in (("covers", []), ("channel", "portal"), ("language", "xx"), ("covers", ["all"])):
        fields = right | dict([wrong])
        assert send(desk, _new(need, service), fields).status_code == 422, wrong
    assert Release.select().count() == 0


def test_only_what_the_release_covers_can_be_ticked(desk, world, need) -> None:
    service = _offering(world, "Course")
    world.release(need.case, service.organization, fields=("name", "need"))
    page = text_of(desk.get(_new(need, service)))
    boxes = {
        re.search(r'value="(\w+)"', box)[1]: ("disabled" in box, "checked" in box)
        for box in re.findall(r'<input type="checkbox" name="shared"[^>]*>', page)
    }
    assert boxes["name"] == (False, True)
    assert boxes["phone"] == (True, False)
    response = send(desk, _new(need, service), _fields(world))
    assert response.status_code == 422
    assert "The release does not cover: phone number, language" in text_of(response)


def test_the_preview_shows_exactly_what_the_reply_page_shows_afterwards(
    desk, client, world, need
) -> None:
    service = _offering(world, "Course")
    world.release(need.case, fields=("name", "phone", "language", "need", "note"))
    fields = _fields(world, shared=["name", "phone", "language", "need", "note"], note="Evenings")
    preview = _seen(text_of(send(desk, _new(need, service), fields)))
    assert preview == {
        "Name": "Amal Beispiel", "Phone number": "+497621415000", "Language": "Arabic",
        "Need": "German course (Integrationskurs)", "Note of the welcome centre": "Evenings",
    }  # fmt: skip
    assert Referral.select().count() == 0
    send(desk, _new(need, service), fields | {"step": "send"})
    token = current_link(Referral.get()).token
    shown = _seen(text_of(client.get(f"/reply/{token}", headers={"Accept-Language": "en"})))
    shown["Language"] = shown["Language"].partition(" (")[0]
    assert shown == preview


def test_sending_stores_one_referral_and_one_mail_without_a_name(desk, world, need) -> None:
    service = _offering(world, "Course")
    world.release(need.case)
    response = send(desk, _new(need, service), _fields(world, step="send"))
    referral = Referral.get()
    assert response.location.endswith(_page(referral))
    assert (referral.state, need.refresh().state) == ("sent", "covered")
    assert referral.shared == {
        "name": "Amal Beispiel", "phone": "+497621415000", "language": "ar",
        "need": "integration_course",
    }  # fmt: skip
    mail = OutboxMail.get()
    assert "Amal" not in mail.body + mail.subject


def test_pressing_send_twice_sends_once(desk, world, need) -> None:
    service = _offering(world, "Course")
    world.release(need.case)
    first = send(desk, _new(need, service), _fields(world, step="send"))
    second = send(desk, _new(need, service), _fields(world, step="send"))
    assert first.location == second.location
    assert (Referral.select().count(), OutboxMail.select().count()) == (1, 1)
    assert "Nothing was sent again" in text_of(desk.get(second.location))


def test_a_draft_keeps_everything_and_sends_nothing(desk, world, need) -> None:
    service = _offering(world, "Course")
    world.release(need.case)
    send(desk, _new(need, service), _fields(world, step="draft"))
    referral = Referral.get()
    assert (referral.state, referral.fields) == ("draft", ["name", "phone", "language", "need"])
    assert (OutboxMail.select().count(), ReplyLink.select().count()) == (0, 0)
    page = text_of(desk.get(_page(referral)))
    assert "Nothing has left yet" in page
    assert _seen(page)["Name"] == "Amal Beispiel"


def test_changing_after_the_preview_keeps_what_was_typed(desk, world, need) -> None:
    service = _offering(world, "Course")
    world.release(need.case, fields=("name", "note"))
    fields = _fields(world, step="back", shared=["note"], note="<b>Only mornings</b>")
    page = text_of(send(desk, _new(need, service), fields))
    assert "&lt;b&gt;Only mornings&lt;/b&gt;" in page
    assert re.search(r'value="note" checked', page)
    assert not re.search(r'value="name" checked', page)


def test_a_note_that_is_not_ticked_does_not_get_lost_silently(desk, world, need) -> None:
    service = _offering(world, "Course")
    world.release(need.case, fields=("name", "note"))
    response = send(desk, _new(need, service), _fields(world, shared=["name"], note="Please call"))
    assert response.status_code == 422
    assert "This note would not leave" in text_of(response)


@pytest.mark.parametrize(
    "wrong",
    [
        {"follow_up_on": "yesterday"},
        {"follow_up_on": "2020-01-01"},
        {"follow_up_on": "9999-01-01"},
        {"follow_up_on": ""},
        {"shared": []},
        {"shared": ["name", "religion"]},
        {"shared": "x" * 20_000},
        {"note": "x" * 20_000},
        {"note": (io.BytesIO(b"a file"), "note.txt"), "shared": (io.BytesIO(b"x"), "x.txt")},
    ],
)
def test_wrong_details_are_named_and_change_nothing(desk, world, need, wrong) -> None:
    service = _offering(world, "Course")
    world.release(need.case, fields=("name", "phone", "language", "need", "note"))
    response = send(desk, _new(need, service), _fields(world, step="send", **wrong))
    assert response.status_code == 422
    assert "Nothing was saved yet" in text_of(response)
    assert Referral.select().count() == 0


def test_null_bytes_and_broken_letters_never_break_the_page(desk, world, need) -> None:
    service = _offering(world, "Course")
    world.release(need.case, fields=("name", "note"))
    token = csrf_token(text_of(desk.get(_new(need, service))))
    body = (
        f"csrf_token={token}&step=check&shared=name&shared=note&shared=note&note=a%00b%ff"
        f"&follow_up_on={world.at.date()}"
    )
    response = desk.post(
        _new(need, service), data=body, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 200
    assert "ab" in _seen(text_of(response))["Note of the welcome centre"]


def test_unknown_steps_needs_and_services_are_refused(desk, world, need) -> None:
    service = _offering(world, "Course")
    assert send(desk, _new(need, service), {"step": "forged"}).status_code == 400
    assert desk.get("/admin/referral/new").status_code == 404
    assert desk.get(f"/admin/referral/new?need={service.id}").status_code == 404
    assert desk.get(f"/admin/referral/new?need={need.id}&service={need.id}").status_code == 404
    assert desk.get(f"/admin/referral/new?need={need.id}&service=%00").status_code == 404


# The page of a referral


def test_looking_at_a_final_referral_changes_nothing_but_the_record_of_reads(desk, world) -> None:
    referral = answer_referral(world.referral(), "got_help", by=SYSTEM, at=world.at)
    counted = [model.select().count() for model in (Referral, ReplyLink, OutboxMail, Need)]
    desk.get(_page(referral))
    fresh = referral.refresh()
    assert (fresh.shown_to_sender_at, fresh.shown_to_person_at) == (None, None)
    assert [model.select().count() for model in (Referral, ReplyLink, OutboxMail, Need)] == counted
    read = AuditEntry.get(AuditEntry.event == "referral:read")
    assert (read.subject_id, read.case_id) == (referral.id, referral.__data__["case"])


def test_noted_closes_the_senders_side(desk, world) -> None:
    referral = answer_referral(world.referral(), "got_help", by=SYSTEM, at=world.at)
    assert ">Noted<" in text_of(desk.get(_page(referral)))
    send(desk, _page(referral, "noted"))
    assert referral.refresh().shown_to_sender_at == world.at
    assert ">Noted<" not in text_of(desk.get(_page(referral)))


def test_an_answer_told_by_phone_is_stored_with_what_was_said(desk, world) -> None:
    referral = world.referral()
    send(desk, _page(referral, "answer"), {"answer": "waitlisted", "note": "Number 7"})
    fresh = referral.refresh()
    assert (fresh.state, fresh.turn) == ("waitlisted", "system")
    page = text_of(desk.get(_page(referral)))
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
    response = send(desk, _page(referral, "answer"), {"note": "They called back", **wrong})
    assert response.status_code == 422
    assert referral.refresh().state == "sent"
    assert "Nothing was saved yet" in text_of(response)


def test_whoever_acts_second_is_told_and_the_first_answer_stands(desk, world) -> None:
    referral = world.referral()
    answer_referral(referral, "got_help", by=SYSTEM, at=world.at)
    response = send(desk, _page(referral, "revoke"), {"note": "too late"})
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
    assert send(desk, _page(referral, verb)).status_code == 303
    fresh = referral.refresh()
    assert (fresh.state, fresh.need.state) == (state, "open")
    assert fresh.shown_to_sender_at == world.at
    assert client.get(f"/reply/{token}").status_code == 410


def test_an_acknowledgement_by_phone_is_noted(desk, world) -> None:
    referral = world.referral()
    send(desk, _page(referral, "acknowledge"))
    assert referral.refresh().state == "acknowledged"
    assert send(desk, _page(referral, "acknowledge")).status_code == 409


def test_a_new_link_replaces_the_old_one_and_is_recorded(desk, client, world) -> None:
    referral = world.referral()
    old = current_link(referral).token
    assert send(desk, _page(referral, "link")).status_code == 303
    new = current_link(referral).token
    assert new != old
    assert new in text_of(desk.get(_page(referral)))
    assert client.get(f"/reply/{old}").status_code == 410
    assert AuditEntry.select().where(AuditEntry.event == "referral:link_renewed").count() == 1


def test_a_finished_referral_gets_no_new_link(desk, world) -> None:
    referral = answer_referral(world.referral(), "got_help", by=SYSTEM, at=world.at)
    assert send(desk, _page(referral, "link")).status_code == 404
    assert current_link(referral) is None or current_link(referral).created_at == world.at


def test_the_page_says_how_far_the_mail_has_come_without_showing_it(desk, world) -> None:
    referral = world.referral()
    assert "The mail is on its way" in text_of(desk.get(_page(referral)))
    OutboxMail.update(state="failed").execute()
    page = text_of(desk.get(_page(referral)))
    assert "could not be delivered" in page
    assert OutboxMail.get().recipient not in page
    OutboxMail.update(state="sent").execute()
    assert "The mail has left" in text_of(desk.get(_page(referral)))


def test_a_provider_without_an_address_is_asked_by_hand(desk, world, need) -> None:
    service = world.service(name="No post")
    referral = world.referral(need, service)
    page = text_of(desk.get(_page(referral)))
    assert "please pass the link on yourself" in page
    assert current_link(referral).token in page


def test_a_draft_is_sent_once_a_release_covers_it(desk, world, need) -> None:
    referral = world.referral(need, sent=False)
    response = send(desk, _page(referral, "send"))
    assert response.status_code == 409
    assert "has not agreed" in text_of(response)
    paper = {"channel": "oral", "language": "ar",
             "covers": ["name", "phone", "language", "interpreter", "need"]}  # fmt: skip
    assert send(desk, _page(referral, "release"), paper).status_code == 303
    assert send(desk, _page(referral, "send")).status_code == 303
    assert referral.refresh().state == "sent"


def test_after_a_no_an_alternative_is_one_click_away(desk, world, need) -> None:
    referral = world.referral(need)
    answer_referral(referral, "no_capacity", by=SYSTEM, at=world.at)
    assert f"/admin/referral/new?need={need.id}" in text_of(desk.get(_page(referral)))
    expire = world.referral(world.need(need.case, "debt"))
    answer_referral(expire, "got_help", by=SYSTEM, at=world.at)
    assert "Offer an alternative" not in text_of(desk.get(_page(expire)))


def test_every_button_needs_its_token(desk, world) -> None:
    referral = world.referral()
    for verb in ("send", "answer", "acknowledge", "revoke", "decline", "expire", "noted", "link"):
        assert desk.post(_page(referral, verb)).status_code == 400, verb
    assert referral.refresh().state == "sent"


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
    assert _page(referral) in page
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
    world.referral(world.need(need.case, "debt"), _offering(world, "Course 0"))
    addresses = ("/admin/referral/", _new(need))

    def counted() -> list[int]:
        found = []
        for address in addresses:
            with statements() as seen:
                assert desk.get(address).status_code == 200
            found.append(len(seen))
        return found

    few = counted()
    for number in range(1, 8):
        service = _offering(world, f"Course {number}")
        world.referral(world.need(world.case(household=world.household()), "debt"), service)
        world.referral(world.need(need.case, "kita_place"), service)
    assert counted() == few
    assert max(few) <= 30


def test_the_page_of_a_referral_stays_at_its_number_of_statements(desk, world) -> None:
    referral = world.referral()

    def counted() -> int:
        with statements() as seen:
            desk.get(_page(referral))
        return len(seen)

    few = counted()
    for number in range(6):
        state = "accepted" if number % 2 else "waitlisted"
        answer_referral(referral, state, by=SYSTEM, at=world.at)
        world.referral(world.need(referral.case, "debt"))
        expire_referral(Referral.get(Referral.state == "sent"), by=SYSTEM, at=world.at)
    assert counted() <= few
    assert few <= 40


def test_an_answer_told_by_phone_that_is_final_needs_no_second_look(desk, world) -> None:
    referral = world.referral()
    send(desk, _page(referral, "answer"), {"answer": "got_help", "note": ""})
    assert referral.refresh().shown_to_sender_at == world.at
