"""A new referral: the service is chosen, then what leaves, looked at as the provider will, sent."""

from __future__ import annotations

import io
import re

import pytest

from casework.consent import Release
from casework.core.access import SYSTEM
from casework.messages import OutboxMail
from casework.needs import Need
from casework.providers import report_capacity
from casework.referrals import Referral, answer_referral
from casework.reply_links import ReplyLink, current_link
from casework.texts import text
from tests.admin.pressing import desk_of, send, text_of
from tests.admin.referring import details, new_address, offering, page_of, seen_on
from tests.pages import csrf_token
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def need(world: World) -> Need:
    return world.need(world.case())


# Choosing the service


def test_services_for_this_very_need_stand_before_those_of_its_life_area(desk, world, need) -> None:
    offering(world, "Near", "conversation")
    offering(world, "Exact")
    offering(world, "Elsewhere", "debt")
    page = text_of(desk.get(new_address(need)))
    assert page.index("Exact") < page.index("In the same life area") < page.index("Near")
    assert "Elsewhere" not in page


def test_a_service_with_a_free_place_stands_before_a_full_one(desk, world, need) -> None:
    for name, free in (("A full one", 0), ("B unknown", None), ("C free", 2)):
        service = offering(world, name)
        if free is not None:
            report_capacity(service, places=9, free=free, waiting=4, by=SYSTEM, at=world.at)
    page = text_of(desk.get(new_address(need)))
    assert page.index("C free") < page.index("B unknown") < page.index("A full one")
    assert "2 places free" in page
    assert "4 waiting" in page


def test_the_search_finds_any_service_by_the_words_of_its_name_or_organisation(
    desk, world, need
) -> None:
    offering(world, "Credit talks", "debt", organization=world.organization("Blue House"))
    page = text_of(desk.get(new_address(need, search="blue%20credit")))
    assert "Credit talks" in page
    assert "Credit talks" not in text_of(desk.get(new_address(need, search="blue%20nobody")))


def test_inactive_services_are_not_offered_and_cannot_be_chosen(desk, world, need) -> None:
    closed = offering(world, "Closed door", status="defunct")
    assert "Closed door" not in text_of(desk.get(new_address(need)))
    assert desk.get(new_address(need, closed)).status_code == 404


def test_the_list_says_how_the_last_referral_of_the_household_ended(desk, world, need) -> None:
    service = offering(world, "Course")
    earlier = world.referral(world.need(need.case, "debt"), service)
    answer_referral(earlier, "no_capacity", by=SYSTEM, at=world.at)
    page = text_of(desk.get(new_address(need)))
    assert page_of(earlier) in page
    assert "no free place" in page


def test_a_service_that_speaks_the_persons_language_says_so(desk, world, need) -> None:
    service = offering(world, "Course")
    service.spokenlanguage_set.model.create(service=service, name="Arabic", code="ar")
    assert "speaks Arabic" in text_of(desk.get(new_address(need)))


def test_a_second_provider_for_the_same_need_is_warned_of(desk, world, need) -> None:
    other = world.referral(need)
    page = text_of(desk.get(new_address(need)))
    assert "Somebody is on it already" in page
    assert page_of(other) in page


def test_the_details_say_when_the_household_was_here_before_and_how_it_ended(
    desk, world, need, clock
) -> None:
    service = offering(world, "Course")
    world.release(need.case)
    assert "was here before" not in text_of(desk.get(new_address(need, service)))
    earlier = world.answer(world.referral(world.need(need.case, "debt"), service), "no_capacity")
    clock.forward(minutes=5)
    page = text_of(desk.get(new_address(need, service)))
    assert f'"{page_of(earlier)}">This household was here before: asked on' in page
    assert "it ended with “no free place”" in page


# What leaves


def test_without_a_release_nothing_can_be_sent_and_the_text_is_there_to_be_read(
    desk, world, need
) -> None:
    service = offering(world, "Course")
    page = text_of(desk.get(new_address(need, service)))
    assert "Nothing may leave yet" in page
    assert "Look at it as the provider will" not in page
    wording = text("release.provider", "ar")
    assert wording.body.splitlines()[0] in page
    response = send(desk, new_address(need, service), details(world, step="send"))
    assert response.status_code == 422
    assert Referral.select().count() == 0


def test_a_release_on_paper_is_kept_with_the_version_of_the_text_that_was_read(
    desk, world, need
) -> None:
    service = offering(world, "Course")
    fields = {"step": "release", "channel": "paper", "language": "ar", "covers": ["name", "need"]}
    assert send(desk, new_address(need, service), fields).status_code == 303
    release = Release.get()
    assert release.organization == service.organization
    assert release.text_version == f"ar-{text('release.provider', 'ar').version}"
    assert (release.channel, release.language, release.fields) == ("paper", "ar", ["name", "need"])


def test_a_release_of_nothing_or_through_the_portal_is_refused(desk, world, need) -> None:
    service = offering(world, "Course")
    right = {"step": "release", "channel": "oral", "language": "de", "covers": ["name"]}
    for wrong in (("covers", []), ("channel", "portal"), ("language", "xx"), ("covers", ["all"])):
        fields = right | dict([wrong])
        assert send(desk, new_address(need, service), fields).status_code == 422, wrong
    assert Release.select().count() == 0


def test_only_what_the_release_covers_can_be_ticked(desk, world, need) -> None:
    service = offering(world, "Course")
    world.release(need.case, service.organization, fields=("name", "need"))
    page = text_of(desk.get(new_address(need, service)))
    boxes = {
        re.search(r'value="(\w+)"', box)[1]: ("disabled" in box, "checked" in box)
        for box in re.findall(r'<input type="checkbox" name="shared"[^>]*>', page)
    }
    assert boxes["name"] == (False, True)
    assert boxes["phone"] == (True, False)
    response = send(desk, new_address(need, service), details(world))
    assert response.status_code == 422
    assert "The release does not cover: phone number, language" in text_of(response)


def test_the_preview_shows_exactly_what_the_reply_page_shows_afterwards(
    desk, client, world, need
) -> None:
    service = offering(world, "Course")
    world.release(need.case, fields=("name", "phone", "language", "need", "note"))
    fields = details(world, shared=["name", "phone", "language", "need", "note"], note="Evenings")
    preview = seen_on(text_of(send(desk, new_address(need, service), fields)))
    assert preview == {
        "Name": "Amal Beispiel", "Phone number": "+497621415000", "Language": "Arabic",
        "Need": "German course (Integrationskurs)", "Note of the welcome centre": "Evenings",
    }  # fmt: skip
    assert Referral.select().count() == 0
    send(desk, new_address(need, service), fields | {"step": "send"})
    token = current_link(Referral.get()).token
    shown = seen_on(text_of(client.get(f"/reply/{token}", headers={"Accept-Language": "en"})))
    shown["Language"] = shown["Language"].partition(" (")[0]
    assert shown == preview


def test_sending_stores_one_referral_and_one_mail_without_a_name(desk, world, need) -> None:
    service = offering(world, "Course")
    world.release(need.case)
    response = send(desk, new_address(need, service), details(world, step="send"))
    referral = Referral.get()
    assert response.location.endswith(page_of(referral))
    assert (referral.state, need.refresh().state) == ("sent", "covered")
    assert referral.shared == {
        "name": "Amal Beispiel", "phone": "+497621415000", "language": "ar",
        "need": "integration_course",
    }  # fmt: skip
    mail = OutboxMail.get()
    assert "Amal" not in mail.body + mail.subject


def test_pressing_send_twice_sends_once(desk, world, need) -> None:
    service = offering(world, "Course")
    world.release(need.case)
    first = send(desk, new_address(need, service), details(world, step="send"))
    second = send(desk, new_address(need, service), details(world, step="send"))
    assert first.location == second.location
    assert (Referral.select().count(), OutboxMail.select().count()) == (1, 1)
    said = text_of(desk.get(second.location))
    assert "There is a referral of this need to “Course” already: sent since 02.11.2026" in said
    assert "Nothing was sent again" in said


def test_a_draft_keeps_everything_and_sends_nothing(desk, world, need) -> None:
    service = offering(world, "Course")
    world.release(need.case)
    send(desk, new_address(need, service), details(world, step="draft"))
    referral = Referral.get()
    assert (referral.state, referral.fields) == ("draft", ["name", "phone", "language", "need"])
    assert (OutboxMail.select().count(), ReplyLink.select().count()) == (0, 0)
    page = text_of(desk.get(page_of(referral)))
    assert "Nothing has left yet" in page
    assert seen_on(page)["Name"] == "Amal Beispiel"


def test_changing_after_the_preview_keeps_what_was_typed(desk, world, need) -> None:
    service = offering(world, "Course")
    world.release(need.case, fields=("name", "note"))
    fields = details(world, step="back", shared=["note"], note="<b>Only mornings</b>")
    page = text_of(send(desk, new_address(need, service), fields))
    assert "&lt;b&gt;Only mornings&lt;/b&gt;" in page
    assert re.search(r'value="note" checked', page)
    assert not re.search(r'value="name" checked', page)


def test_a_note_that_is_not_ticked_does_not_get_lost_silently(desk, world, need) -> None:
    service = offering(world, "Course")
    world.release(need.case, fields=("name", "note"))
    response = send(
        desk, new_address(need, service), details(world, shared=["name"], note="Please call")
    )
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
    service = offering(world, "Course")
    world.release(need.case, fields=("name", "phone", "language", "need", "note"))
    response = send(desk, new_address(need, service), details(world, step="send", **wrong))
    assert response.status_code == 422
    assert "Nothing was saved yet" in text_of(response)
    assert Referral.select().count() == 0


def test_null_bytes_and_broken_letters_never_break_the_page(desk, world, need) -> None:
    service = offering(world, "Course")
    world.release(need.case, fields=("name", "note"))
    token = csrf_token(text_of(desk.get(new_address(need, service))))
    body = (
        f"csrf_token={token}&step=check&shared=name&shared=note&shared=note&note=a%00b%ff"
        f"&follow_up_on={world.at.date()}"
    )
    response = desk.post(
        new_address(need, service), data=body, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 200
    assert "ab" in seen_on(text_of(response))["Note of the welcome centre"]


def test_unknown_steps_needs_and_services_are_refused(desk, world, need) -> None:
    service = offering(world, "Course")
    assert send(desk, new_address(need, service), {"step": "forged"}).status_code == 400
    assert desk.get("/admin/referral/new").status_code == 404
    assert desk.get(f"/admin/referral/new?need={service.id}").status_code == 404
    assert desk.get(f"/admin/referral/new?need={need.id}&service={need.id}").status_code == 404
    assert desk.get(f"/admin/referral/new?need={need.id}&service=%00").status_code == 404
