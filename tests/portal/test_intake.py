"""Filling in: pages in their order, a household person by person, checking, sending once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from casework.core.audit import AuditEntry
from casework.drafts import Draft
from casework.questionnaires.definitions import Choice
from casework.submissions import Submission
from tests.conftest import Clock
from tests.pages import PageClient, csrf_token, hidden_fields
from tests.portal.questionnaires import group, publish, question, repeat
from tests.walker import Page, Walker
from tests.world import World


def last(name: str, values: list[str]) -> str:
    return values[-1]


def steps(walker: Walker, address: str, count: int) -> Page:
    page = walker.open(address)
    for _ in range(count):
        page = walker.press(page, walker.button(page), walker.fill(page))
        assert not page.alert, page.alert
    return page


def answers() -> dict:
    return Draft.get().answers["answers"]


def to_check(walker: Walker, address: str = "/de/form/help") -> Page:
    page = walker.open(address)
    while "submit" not in page.actions:
        page = walker.press(page, walker.button(page), walker.fill(page))
        assert not page.alert, page.alert
    return page


# Drafts and their order


def test_the_draft_begins_with_the_first_answer_not_with_a_look(client: PageClient) -> None:
    walker = Walker(client)
    page = walker.open("/de/form/help")
    assert not Draft.select().exists()
    walker.press(page, "next", [("filled_by", "self")])
    assert answers() == {"filled_by": "self"}


def test_the_cookie_of_a_draft_is_closed_to_scripts_and_other_sites(client: PageClient) -> None:
    data = {"filled_by": "self", "action": "next"}
    cookie = client.submit("/de/form/help/for_whom", data).headers["Set-Cookie"]
    assert cookie.startswith("draft-help=")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"):
        assert part in cookie
    assert cookie.split("=")[1].split(";")[0] not in str(Draft.get().__data__)


@pytest.mark.parametrize("page", ["home", "members", "members-2/r1", "release", "check", "discard"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_later_page_without_the_first_leads_to_the_beginning_and_records_nothing(
    client: PageClient, page: str, method: str
) -> None:
    token = csrf_token(client.get("/de/form/help").text)
    data = {"csrf_token": token, "action": "next", "housing": "flat", "alone": "yes"}
    answer = client.open(
        f"/de/form/help/{page}", method=method, data=data if method == "post" else None
    )
    assert answer.status_code == 303
    assert answer.location == "/de/form/help"
    assert not Draft.select().exists()


def test_a_page_beyond_an_open_one_leads_back_to_the_open_one(client: PageClient) -> None:
    walker = Walker(client)
    page = steps(walker, "/de/form/help", 1)
    before = answers()
    for later in ("needs", "check"):
        target = re.sub("about_you", later, page.address)
        assert walker.open(target).address == "/de/form/help/about_you"
        token = hidden_fields(page.text)["csrf_token"]
        sent = client.post(
            target, data={"csrf_token": token, "need_areas": "work", "action": "next"}
        )
        assert sent.location == "/de/form/help/about_you"
    assert answers() == before


def test_a_page_without_duties_is_not_passed_over_unseen(client: PageClient) -> None:
    walker = Walker(client)
    steps(walker, "/de/form/help", 3)
    assert walker.open("/de/form/help/need_details").address == "/de/form/help/needs"


def test_a_page_that_is_not_asked_leads_to_where_the_person_is(client: PageClient) -> None:
    walker = Walker(client)
    steps(walker, "/de/form/help", 1)
    assert walker.open("/de/form/help/helper").address == "/de/form/help/about_you"


def test_back_keeps_what_was_typed_and_leads_one_page_back(client: PageClient) -> None:
    walker = Walker(client)
    page = steps(walker, "/de/form/help", 2)
    page = walker.press(page, "back", [("place", "79539 Lörrach")])
    assert page.address == "/de/form/help/about_you"
    page = walker.press(page, "next", walker.fill(page))
    assert 'value="79539 Lörrach"' in page.text


def test_somebody_who_comes_back_can_go_on_where_they_stopped(client: PageClient) -> None:
    walker = Walker(client)
    steps(walker, "/de/form/help", 3)
    text = client.get("/uk/form/help").text
    assert 'href="/uk/form/help/needs"' in text
    assert re.search(r'value="self"[^>]*checked', text)


def test_a_draft_survives_a_restart(client: PageClient) -> None:
    walker = Walker(client)
    steps(walker, "/de/form/help", 3)
    again = client.application.test_client()
    again.set_cookie("draft-help", client.get_cookie("draft-help").value)
    assert 'value="Amal"' in again.get("/de/form/help/about_you").text


def test_an_expired_draft_is_told_of_and_a_new_one_begins(client: PageClient, clock: Clock) -> None:
    walker = Walker(client)
    page = steps(walker, "/de/form/help", 2)
    clock.forward(days=8)
    page = walker.press(page, "next", walker.fill(page))
    assert page.address == "/de/form/help"
    assert 'role="status"' in page.text
    assert Draft.select().count() == 1


def test_a_draft_keeps_the_version_it_was_begun_with(client: PageClient, world: World) -> None:
    walker = Walker(client)
    publish("small", group("one", question("text", "a", required=True)),
            group("two", question("text", "b", required=True)), at=world.at)  # fmt: skip
    page = steps(walker, "/en/form/small", 1)
    publish("small", group("new", question("text", "c", required=True)), at=world.at)
    page = walker.press(page, "next", walker.fill(page))
    assert "submit" in page.actions
    assert "The c" in client.application.test_client().get("/en/form/small").text


def test_the_draft_of_another_form_is_no_draft_of_this_one(client: PageClient) -> None:
    walker = Walker(client)
    steps(walker, "/de/form/help", 2)
    client.set_cookie("draft-offer", client.get_cookie("draft-help").value)
    text = client.get("/de/form/offer").text
    assert 'name="shown"' in text
    assert "Amal" not in text


# Going on and being stopped


def test_what_is_missing_is_said_in_a_summary_that_leads_to_the_fields(client: PageClient) -> None:
    walker = Walker(client)
    page = steps(walker, "/de/form/help", 1)
    page = walker.press(page, "next", [("given_name", "Amal"), ("birth_date.year", "19")])
    assert page.status == 422
    assert "<title>Error:" in page.text or "<title>Fehler:" in page.text
    assert 'role="alert"' in page.text
    for name in ("family_name", "birth_date"):
        assert f'href="#f-{name}"' in page.text
        assert f'id="e-{name}"' in page.text
        assert re.search(rf'id="f-{name}"[^>]*aria-invalid="true"', page.text)
    assert re.search(
        r'id="f-family_name"[^>]*aria-describedby="h-family_name e-family_name"', page.text
    )
    assert "Bitte schreiben Sie Ihren Namen." in page.alert
    assert 'value="Amal"' in page.text
    assert "given_name" not in answers()


def test_questions_that_an_answer_brings_up_are_asked_before_going_on(
    client: PageClient, world: World
) -> None:
    publish(
        "small",
        group("one", question("select_one", "more", list_name="yes_no", required=True),
              question("text", "why", relevant="${more} = 'yes'", required=True)),
        at=world.at,
    )  # fmt: skip
    walker = Walker(client)
    page = walker.open("/en/form/small")
    assert list(page.questions) == ["more"]
    page = walker.press(page, "next", [("more", "yes")])
    assert page.status == 200
    assert not page.alert
    assert 'role="status"' in page.text
    assert list(page.questions) == ["more", "why"]
    page = walker.press(page, "next", [("more", "yes"), ("why", "")])
    assert page.status == 422
    page = walker.press(page, "next", [("more", "yes"), ("why", "so")])
    assert "submit" in page.actions


def test_birth_dates_are_understood_in_other_calendars_and_shown_as_typed(
    client: PageClient,
) -> None:
    walker = Walker(client)
    page = steps(walker, "/fa/form/help", 1)
    typed = [("birth_date.day", "۲۷"), ("birth_date.month", "۲"), ("birth_date.year", "۱۳۶۹"),
             ("birth_date.calendar", "persian"), ("family_name", "ک")]  # fmt: skip
    walker.press(page, "next", typed)
    assert answers()["birth_date"] == "1990-05-17"
    text = client.get("/fa/form/help/about_you").text
    assert 'value="۱۳۶۹"' in text
    assert re.search(r'<option value="persian" selected>', text)


def test_the_year_alone_is_a_birth_date(client: PageClient) -> None:
    walker = Walker(client)
    page = steps(walker, "/de/form/help", 1)
    walker.press(page, "next", [("birth_date.year", "١٩٩٠"), ("family_name", "X")])
    assert answers()["birth_date"] == "1990"


def test_inputs_say_what_they_are_for(client: PageClient) -> None:
    walker = Walker(client)
    text = steps(walker, "/de/form/help", 1).text
    assert re.search(r'id="f-family_name"[^>]*dir="auto"[^>]*autocomplete="family-name"', text)
    for part in ("day", "month", "year"):
        assert re.search(rf'name="birth_date.{part}"[^>]*autocomplete="bday-{part}"', text)
    assert re.search(r'<input type="text" inputmode="numeric" id="f-birth_date"', text)
    for container in Page(200, "", text).questions.values():
        assert container.tag in ("fieldset", "div")


def test_nothing_is_filled_in_automatically_about_somebody_else(client: PageClient) -> None:
    walker = Walker(client, choose=last)
    page = steps(walker, "/de/form/help", 1)
    assert re.search(r'id="f-helper_name"[^>]*autocomplete="name"', page.text)
    page = walker.press(page, "next", walker.fill(page))
    assert re.search(r'id="f-family_name"[^>]*autocomplete="off"', page.text)
    assert "bday" not in page.text


def test_long_lists_fold_and_tiles_have_pictures(client: PageClient, world: World) -> None:
    many = tuple(Choice(name=f"c{n}", label={"en": f"Choice {n}"}) for n in range(13))
    publish(
        "small",
        question("select_one", "pick", list_name="many"),
        at=world.at,
        choices={"many": many},
    )
    assert "<select" in client.get("/en/form/small").text
    walker = Walker(client)
    tiles = steps(walker, "/de/form/help", 3).text.partition('data-question="need_areas"')[2]
    assert tiles.partition("</fieldset>")[0].count("<svg") == 11


def test_the_full_wording_stands_beside_what_somebody_agrees_to(client: PageClient) -> None:
    walker = Walker(client, choose=last)
    assert "bdi>Welcome-Center</bdi>" in steps(walker, "/de/form/help", 1).text
    page = to_check(walker)
    page = walker.open("/de/form/help/release")
    assert "Schweigepflicht" in page.text
    assert "02.11.2027" in page.text


# Every type of question


def test_every_type_that_can_be_filled_in_has_a_place_on_the_page(
    client: PageClient, world: World
) -> None:
    types = ("text", "integer", "decimal", "date", "time", "datetime", "email", "tel",
             "acknowledge", "geopoint", "geotrace", "barcode")  # fmt: skip
    publish(
        "small",
        group("all", *(question(kind, f"q_{kind}") for kind in types),
              question("select_one", "one", list_name="yes_no"),
              question("select_multiple", "many", list_name="yes_no"),
              question("rank", "order", list_name="yes_no"),
              question("range", "scale", parameters={"start": "1", "end": "5"}),
              question("text", "long", appearance=("multiline",)),
              question("text", "fixed", read_only=True, default="as it is"),
              question("note", "hello")),
        at=world.at,
    )  # fmt: skip
    walker = Walker(client)
    page = walker.open("/en/form/small")
    assert page.questions["q_date"].get("data-type") == "date"
    assert "as it is" in page.text
    typed = [
        ("q_text", "a"), ("q_integer", "٣"), ("q_decimal", "2,5"), ("q_date.day", "1"),
        ("q_date.month", "2"), ("q_date.year", "2026"), ("q_time", "14:30"),
        ("q_datetime", "2026-05-31 14:30"), ("q_email", "a@example.org"), ("q_tel", "07621 415000"),
        ("q_acknowledge", "OK"), ("q_geopoint", "48.1 9.2"), ("q_geotrace", "48.1 9.2; 48.2 9.3"),
        ("q_barcode", "x"), ("one", "yes"), ("many", "no"), ("many", "yes"), ("order", "no"),
        ("order", "yes"), ("scale", "4"), ("long", "a\r\nb"),
    ]  # fmt: skip
    page = walker.press(page, "next", typed)
    assert not page.alert, page.alert
    kept = answers()
    assert kept["q_integer"] == "3"
    assert kept["q_decimal"] == "2.5"
    assert kept["q_date"] == "2026-02-01"
    assert kept["q_tel"] == "+497621415000"
    assert kept["many"] == ["no", "yes"]
    assert kept["order"] == ["no", "yes"]
    assert kept["scale"] == "4"
    assert kept["long"] == "a\nb"
    assert "01.02.2026" in page.text
    text = client.get("/en/form/small/all").text
    assert re.search(r'value="no" checked', text)
    assert re.search(r'value="4" checked', text)


# A household, person by person


def household(client: PageClient) -> tuple[Walker, Page]:
    walker = Walker(client, choose=last)
    page = steps(walker, "/de/form/help", 4)
    assert page.address == "/de/form/help/members"
    return walker, page


def add(walker: Walker, page: Page, name: str) -> Page:
    page = walker.press(page, "add:members", [])
    return walker.press(page, "next", [("member_given_name", name)])


def names() -> list[str]:
    return [row["member_given_name"] for row in answers().get("members", [])]


def test_people_are_added_changed_and_removed(client: PageClient) -> None:
    walker, page = household(client)
    for name in ("Sami", "Lina", "Omar"):
        page = add(walker, page, name)
    assert page.address == "/de/form/help/members"
    assert names() == ["Sami", "Lina", "Omar"]
    assert [a for a in page.actions if a.startswith("remove:")] == [
        "remove:members:1", "remove:members:2", "remove:members:3",
    ]  # fmt: skip
    page = walker.press(page, "remove:members:2", [])
    assert names() == ["Sami", "Omar"]
    change = walker.open("/de/form/help/members-2/r3")
    assert 'value="Omar"' in change.text
    walker.press(change, "next", [("member_given_name", "Omar Ali")])
    assert names() == ["Sami", "Omar Ali"]
    page = walker.press(walker.open("/de/form/help/members"), "next", [])
    assert page.address == "/de/form/help/needs"


def test_a_person_comes_into_being_only_when_their_page_is_complete(client: PageClient) -> None:
    walker, page = household(client)
    page = walker.press(page, "add:members", [])
    page = walker.press(page, "next", [("member_family_name", "B")])
    assert page.status == 422
    assert 'value="B"' in page.text
    assert names() == []
    page = walker.press(page, "back", [("member_family_name", "B")])
    assert page.address == "/de/form/help/members"
    assert names() == []
    page = walker.press(page, "add:members", [])
    assert 'value="B"' in page.text


def test_a_double_click_adds_a_person_once(client: PageClient) -> None:
    walker, page = household(client)
    page = walker.press(page, "add:members", [])
    for _ in range(2):
        walker.press(page, "next", [("member_given_name", "Sami")])
    assert names() == ["Sami"]


def test_another_person_on_a_page_gone_back_to_does_not_replace_the_first(
    client: PageClient,
) -> None:
    walker, page = household(client)
    page = walker.press(page, "add:members", [])
    for name in ("Sami", "Lina"):
        walker.press(page, "next", [("member_given_name", name)])
    assert names() == ["Sami", "Lina"]


def test_a_double_click_removes_one_person(client: PageClient) -> None:
    walker, page = household(client)
    for name in ("Sami", "Lina", "Omar"):
        page = add(walker, page, name)
    for _ in range(2):
        walker.press(page, "remove:members:1", [])
    assert names() == ["Lina", "Omar"]


def test_a_full_list_says_so_and_stays_as_it_is(client: PageClient) -> None:
    walker, page = household(client)
    draft = Draft.get()
    rows = [{"_row": f"r{n}", "member_given_name": f"N{n}"} for n in range(1, 31)]
    draft.answers = draft.answers | {"answers": answers() | {"members": rows}}
    draft.save()
    page = walker.press(walker.open(page.address), "add:members", [])
    assert page.status == 422
    assert "30" in page.alert
    assert len(names()) == 30
    assert walker.open("/de/form/help/members-2/r31").address == "/de/form/help/members"


def test_an_incomplete_person_is_named_before_going_on(client: PageClient) -> None:
    walker, page = household(client)
    draft = Draft.get()
    rows = [{"_row": "r1", "member_family_name": "B"}]
    draft.answers = draft.answers | {"answers": answers() | {"members": rows}}
    draft.save()
    page = walker.press(walker.open(page.address), "next", [])
    assert page.status == 422
    assert 'href="/de/form/help/members-2/r1"' in page.text
    assert walker.open("/de/form/help/needs").address == "/de/form/help/members"


@pytest.mark.parametrize(
    "action", ["remove:members:9", "remove:members:0", "remove:members:x", "remove:other:1",
               "add:other", "add:", "submit", "jump", "remove:members:1:1"],
)  # fmt: skip
def test_a_forged_action_on_a_list_is_refused(client: PageClient, action: str) -> None:
    walker, page = household(client)
    page = add(walker, page, "Sami")
    assert walker.press(page, action, []).status == 400
    assert names() == ["Sami"]


def test_lists_within_lists_and_counted_ones_work_too(client: PageClient, world: World) -> None:
    publish(
        "small",
        group("one", question("integer", "number", required=True)),
        repeat("flat", question("text", "street", required=True),
               repeat("room", question("text", "colour", required=True))),
        repeat("guest", question("text", "guest_name", required=True), repeat_count="${number}"),
        at=world.at,
    )  # fmt: skip
    walker = Walker(client, people=1)
    page = steps(walker, "/en/form/small", 1)
    assert page.actions[:1] == ["add:flat"]
    page = walker.press(page, "add:flat", [])
    page = walker.press(page, "next", [("street", "Main Street")])
    assert "add:room" in page.actions, page.address
    page = walker.press(page, "add:room", [])
    page = walker.press(page, "next", [("colour", "blue")])
    page = walker.press(page, "next", [])
    assert page.address == "/en/form/small/flat"
    page = walker.press(page, "next", [])
    assert page.address == "/en/form/small/guest"
    assert page.actions == ["next", "back"]
    for row in ("r1", "r2"):
        guest = walker.press(page, "next", [])
        assert guest.address == f"/en/form/small/guest-2/{row}"
        page = walker.press(guest, "next", [("guest_name", row)])
    page = walker.press(page, "next", [])
    assert "submit" in page.actions
    assert answers()["flat"][0]["room"][0]["colour"] == "blue"


def test_a_list_that_the_form_counts_leads_through_each_entry_once(
    client: PageClient, world: World
) -> None:
    publish("small", repeat("guest", question("text", "likes"), repeat_count="2"), at=world.at)
    walker = Walker(client)
    page = walker.open("/en/form/small")
    assert "add:guest" not in page.actions
    for row in ("r1", "r2"):
        entry = walker.press(page, "next", [])
        assert entry.address == f"/en/form/small/guest-2/{row}"
        page = walker.press(entry, "next", [])
    page = walker.press(page, "next", [])
    assert "submit" in page.actions


# Checking and sending


def test_the_check_shows_every_answer_and_leads_to_each_page(client: PageClient) -> None:
    walker = Walker(client, people=1, choose=last)
    page = to_check(walker)
    for shown in ("17.05.1990", "Amal", "amal@example.org"):
        assert shown in page.text
    for name in ("about_you", "members", "contact"):
        assert f'href="/de/form/help/{name}?to=check"' in page.text


def test_a_change_from_the_check_leads_back_to_it(client: PageClient) -> None:
    walker = Walker(client)
    to_check(walker)
    page = walker.open("/de/form/help/about_you?to=check")
    page = walker.press(page, "next", [("family_name", "Neu")])
    assert page.address == "/de/form/help/check"
    assert "Neu" in page.text


def test_a_change_that_brings_up_a_page_leads_there_first(client: PageClient) -> None:
    walker = Walker(client)
    to_check(walker)
    page = walker.open("/de/form/help/home?to=check")
    page = walker.press(page, "next", [("housing", "flat"), ("alone", "no")])
    assert page.address == "/de/form/help/members"
    page = walker.press(page, "next", [])
    assert page.address == "/de/form/help/check"


def test_sending_makes_one_submission_with_what_was_asked(client: PageClient) -> None:
    walker = Walker(client)
    page = to_check(walker)
    before = answers()
    page = walker.press(page, "submit", [])
    sent = Submission.get()
    assert page.by_id("reference") == sent.reference
    assert sent.answers == before
    assert sent.language == "de"
    assert not sent.by_helper
    assert not Draft.select().exists()
    assert AuditEntry.select().where(AuditEntry.event == "submission:received").count() == 1


def test_answers_to_questions_that_are_no_longer_asked_are_not_sent(client: PageClient) -> None:
    walker = Walker(client, people=2, choose=last)
    to_check(walker)
    page = walker.open("/de/form/help/home?to=check")
    page = walker.press(page, "next", [("housing", "flat"), ("alone", "yes")])
    walker.press(page, "submit", [])
    assert "members" not in Submission.get().answers


def test_a_double_click_on_send_gives_the_same_receipt_twice(client: PageClient) -> None:
    walker = Walker(client)
    page = to_check(walker)
    first = walker.press(page, "submit", [])
    second = walker.press(page, "submit", [])
    assert first.by_id("reference") == second.by_id("reference") != ""
    assert first.by_id("pin") == second.by_id("pin") != ""
    assert Submission.select().count() == 1


def test_going_back_after_sending_leads_to_the_receipt(client: PageClient) -> None:
    walker = Walker(client)
    page = to_check(walker)
    walker.press(page, "submit", [])
    for name in ("check", "about_you", "contact"):
        assert walker.open(f"/de/form/help/{name}").by_id("reference")


def test_a_second_request_from_the_same_browser_is_a_new_one(client: PageClient) -> None:
    first = Walker(client).walk("/de/form/help")
    second = Walker(client).walk("/de/form/help")
    assert first.reference != second.reference
    assert first.pin != second.pin
    assert Submission.select().count() == 2


def test_an_unfinished_form_cannot_be_sent(client: PageClient) -> None:
    walker = Walker(client)
    page = steps(walker, "/de/form/help", 2)
    token = hidden_fields(page.text)["csrf_token"]
    answer = client.post("/de/form/help/check", data={"csrf_token": token, "action": "submit"})
    assert answer.location == "/de/form/help/home"
    assert not Submission.select().exists()


# Ending, and going on elsewhere


def test_everything_typed_can_be_deleted_after_a_question(client: PageClient) -> None:
    walker = Walker(client)
    page = steps(walker, "/de/form/help", 2)
    hidden = list(hidden_fields(page.text).items())
    page = walker.post(page, [*hidden, ("place", "Lörrach"), ("discard", "ask")])
    assert page.address == "/de/form/help/discard"
    assert "Lörrach" in client.get("/de/form/help/home").text, "nothing is lost by asking"
    answer = client.submit("/de/form/help/discard", {})
    assert answer.location == "/de/?gone=1"
    assert not Draft.select().exists()
    assert 'role="status"' in client.get(answer.location).text
    assert client.get_cookie("draft-help") is None


def test_a_draft_goes_on_on_another_device_with_its_code(client: PageClient) -> None:
    walker = Walker(client)
    page = steps(walker, "/de/form/help", 3)
    code = Draft.get().code
    assert code in page.text
    other = client.application.test_client()
    typed = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    answer = other.submit("/ar/resume", {"code": typed})
    assert answer.location == "/ar/form/help/needs"
    assert 'value="Amal"' in other.get("/ar/form/help/about_you").text
    assert "Amal" not in client.get("/de/form/help").text, "the first device has it no more"


@pytest.mark.parametrize(
    "code", ["", "0000-0000-0000-0000", "x" * 5000, "\u0660\u0661", "<script>"]
)
def test_a_wrong_code_is_said_and_stays_in_the_field(client: PageClient, code: str) -> None:
    answer = client.submit("/de/resume", {"code": code})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "<script>" not in answer.text


def test_codes_cannot_be_guessed_without_end(client: PageClient, clock: Clock) -> None:
    steps(Walker(client), "/de/form/help", 2)
    other = client.application.test_client()
    statuses = [other.submit("/de/resume", {"code": f"{n}"}).status_code for n in range(21)]
    assert statuses == [422] * 20 + [429]
    assert other.submit("/de/resume", {"code": Draft.get().code}).status_code == 429
    clock.forward(minutes=16)
    assert other.submit("/de/resume", {"code": Draft.get().code}).status_code == 303


def test_a_draft_lives_as_long_as_somebody_works_on_it(client: PageClient, clock: Clock) -> None:
    walker = Walker(client)
    page = steps(walker, "/de/form/help", 1)
    clock.forward(days=5)
    page = walker.press(page, "next", walker.fill(page))
    assert Draft.get().expires_at - clock() == timedelta(days=7)


def test_a_first_page_that_was_open_while_the_form_was_published_anew_is_taken(client, clock):
    first = publish("moving", group("start", question("text", "name")), at=clock())
    page = Walker(client).open("/en/form/moving")
    publish("moving", group("other", question("text", "city")), at=clock())
    after = Walker(client).press(page, "next", [("name", "Amal")])
    assert after.status == 200
    draft = Draft.get()
    assert draft.version == first
    assert draft.answers["answers"]["name"] == "Amal"


@pytest.mark.parametrize("named", ["", "x", "0" * 32, "../../etc"])
def test_a_forged_version_is_passed_over(client, clock, named):
    latest = publish("moving", group("start", question("text", "name")), at=clock())
    page = Walker(client).open("/en/form/moving")
    field = next(e for e in page.form.iter("input") if e.get("name") == "~version")
    field.set("value", named)
    assert Walker(client).press(page, "next", [("name", "Amal")]).status == 200
    assert Draft.get().version == latest
