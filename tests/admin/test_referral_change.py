"""Changing a draft: two people at once, another service, wrong input, and what is sent then."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest

from casework.core.access import SYSTEM
from casework.messages import OutboxMail
from casework.needs import Need
from casework.referral_drafts import change_draft
from casework.referrals import Referral, send_referral
from tests.admin.pressing import desk_of, send, text_of
from tests.admin.referring import offering, page_of, seen_on
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def draft(world: World) -> Referral:
    return world.referral(sent=False, service=world.service(name="Morning course"))


def _typed(draft: Referral, **changed) -> dict:
    day = draft.created_at.date() + timedelta(days=5)
    fields = {"shared": ["name", "note"], "note": "Evenings only", "seen": draft.revision,
              "follow_up_on": day.isoformat()}  # fmt: skip
    return fields | changed


def _meanwhile(draft: Referral, world: World, note: str) -> None:
    change_draft(
        draft, service=draft.service, fields=("name", "note"), note=note,
        follow_up_on=draft.follow_up_on, seen=draft.revision, by=SYSTEM, at=world.at,
    )  # fmt: skip


def test_a_draft_can_be_changed_and_shows_what_would_leave_now(desk, draft) -> None:
    assert page_of(draft, "change") in text_of(desk.get(page_of(draft)))
    response = send(desk, page_of(draft, "change"), _typed(draft))
    assert (response.status_code, response.location) == (303, page_of(draft))
    shown = seen_on(text_of(desk.get(page_of(draft))))
    assert shown == {"Name": "Amal Beispiel", "Note of the welcome centre": "Evenings only"}
    fresh = draft.refresh()
    assert (fresh.state, fresh.follow_up_on.day) == ("draft", 7)
    assert OutboxMail.select().count() == 0


def test_the_form_starts_with_what_the_draft_has(desk, world, draft) -> None:
    _meanwhile(draft, world, "<b>Mornings</b>")
    page = text_of(desk.get(page_of(draft, "change")))
    assert "&lt;b&gt;Mornings&lt;/b&gt;" in page
    ticked = re.findall(r'name="shared" value="(\w+)" checked', page)
    assert ticked == ["name", "note"]
    assert "Morning course" in page


def test_a_second_editor_is_told_keeps_what_was_typed_and_sees_what_is_stored(
    desk, world, draft
) -> None:
    _meanwhile(draft, world, "From the first")
    response = send(desk, page_of(draft, "change"), _typed(draft, note="From the second"))
    page = text_of(response)
    assert response.status_code == 409
    assert "Someone else changed this" in page
    assert "From the second</textarea>" in page
    assert "Now stored: From the first" in page
    assert draft.refresh().note == "From the first"


def test_after_being_told_saving_again_is_a_decision_that_counts(desk, world, draft) -> None:
    _meanwhile(draft, world, "From the first")
    page = text_of(send(desk, page_of(draft, "change"), _typed(draft, note="From the second")))
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', page)[1]
    again = _typed(draft, note="From both", seen=seen)
    assert send(desk, page_of(draft, "change"), again).status_code == 303
    assert draft.refresh().note == "From both"


def test_what_somebody_else_sent_meanwhile_is_not_changed_and_what_was_typed_stays(
    desk, world, draft
) -> None:
    world.release(draft.case)
    typed = _typed(draft)
    send_referral(draft, by=SYSTEM, at=world.at)
    response = send(desk, page_of(draft, "change"), typed)
    assert response.status_code == 409
    assert "no longer a draft but “sent”" in text_of(response)
    assert "Evenings only</textarea>" in text_of(response)
    assert draft.refresh().note is None
    for verb in ("change", "service"):
        late = desk.get(page_of(draft, verb))
        assert late.status_code == 409
        assert "no longer a draft" in text_of(late)


def test_a_page_that_is_out_of_date_does_not_send_what_it_did_not_show(desk, world, draft) -> None:
    world.release(draft.case, fields=("name", "phone", "language", "interpreter", "need", "note"))
    page = text_of(desk.get(page_of(draft)))
    shown = {"seen": re.search(r'name="seen" value="(\w+)"', page)[1]}
    _meanwhile(draft, world, "More than was seen")
    response = send(desk, page_of(draft, "send"), shown)
    assert response.status_code == 409
    assert "Someone else changed this" in text_of(response)
    assert (draft.refresh().state, OutboxMail.select().count()) == ("draft", 0)
    assert send(desk, page_of(draft, "send"), {"seen": draft.refresh().revision}).status_code == 303
    assert draft.refresh().shared["note"] == "More than was seen"


def test_another_service_is_chosen_from_the_same_list_and_kept_with_the_rest(
    desk, world, draft
) -> None:
    other = offering(world, "Evening course")
    page = text_of(desk.get(page_of(draft, "service")))
    address = f"{page_of(draft, 'change')}?service={other.id}"
    assert address in page
    assert "The draft is for Morning course so far" in page
    assert "Evening course" in text_of(desk.get(address))
    assert draft.refresh().service.name == "Morning course"
    assert send(desk, address, _typed(draft)).status_code == 303
    fresh = draft.refresh()
    assert (fresh.service, fresh.organization) == (other, other.organization)


def test_the_search_for_another_service_stays_with_the_draft(desk, world, draft) -> None:
    other = offering(world, "Credit talks", "debt")
    page = text_of(desk.get(page_of(draft, "service") + "?search=credit"))
    assert f"{page_of(draft, 'change')}?service={other.id}" in page
    assert f'action="{page_of(draft, "service")}"' in page


def test_a_service_that_was_asked_about_this_need_already_is_refused(desk, world, draft) -> None:
    taken = offering(world, "Taken")
    world.referral(draft.need, taken)
    response = send(desk, f"{page_of(draft, 'change')}?service={taken.id}", _typed(draft))
    assert response.status_code == 409
    assert "There is a referral of this need to “Taken” already: sent" in text_of(response)
    assert draft.refresh().service.name == "Morning course"


@pytest.mark.parametrize(
    "wrong",
    [
        {"follow_up_on": "yesterday"},
        {"follow_up_on": "2020-01-01"},
        {"follow_up_on": ""},
        {"shared": []},
        {"shared": ["name", "religion"]},
        {"shared": ["name"]},
        {"note": "x" * 20_000},
        {"note": (io.BytesIO(b"a file"), "note.txt"), "shared": (io.BytesIO(b"x"), "x.txt")},
    ],
)
def test_wrong_input_is_named_and_changes_nothing(desk, draft, wrong) -> None:
    response = send(desk, page_of(draft, "change"), _typed(draft, **wrong))
    assert response.status_code == 422
    assert "Nothing was saved yet" in text_of(response)
    assert draft.refresh().revision == draft.revision


@pytest.mark.parametrize("seen", ["", "forged", "\x00", "0" * 20_000])
def test_a_forged_revision_changes_nothing(desk, draft, seen) -> None:
    assert send(desk, page_of(draft, "change"), _typed(draft, seen=seen)).status_code == 409
    assert draft.refresh().revision == draft.revision


def test_unknown_services_and_drafts_of_others_are_not_found(app, desk, world, draft) -> None:
    closed = offering(world, "Closed door", status="defunct")
    for service in (closed.id, draft.id, "%00", "x"):
        assert desk.get(f"{page_of(draft, 'change')}?service={service}").status_code == 404
    foreign = desk_of(app, world.manager())
    for verb in ("change", "service"):
        assert foreign.get(page_of(draft, verb)).status_code == 404
    assert send(foreign, page_of(draft, "change"), _typed(draft)).status_code == 404
    assert desk.post(page_of(draft, "change"), data=_typed(draft)).status_code == 400
    assert Need.select().count() == 1
