"""Forms by link: what a link opens, for whom, and what stands on the way."""

from __future__ import annotations

import re

import pytest

from casework.cases import assign_case, case_of, move_case
from casework.core.access import SYSTEM, Actor
from casework.core.audit import AuditEntry
from casework.drafts import Draft
from casework.invitations import Invitation, resume_form, revoke_invitation
from casework.questionnaires.publishing import retire
from casework.submissions import Submission, withdraw_submission
from tests.admin.pressing import desk_of, text_of, token_of
from tests.invited import answered, check_up, first_talk, invited, opened
from tests.pages import csrf_token
from tests.portal.visits import HELPED, page, rows, sign_in

PERSON = Actor("person", name="link")


@pytest.fixture
def talk(world):
    return first_talk(world.at).questionnaire


@pytest.fixture
def check(world):
    return check_up(world.at).questionnaire


@pytest.fixture
def staff(world):
    return world.coordinator()


@pytest.fixture
def case(world):
    return world.case()


@pytest.fixture
def link(world, case, staff, check):
    """A link that the contact person of a case has got."""
    return invited(world, case, staff.actor, check)


@pytest.fixture
def filling(world, case, staff, talk):
    """A form that a member of staff has just opened on a case."""
    return opened(world, case, staff.actor, talk)


def address(invitation, tag="en"):
    return f"/{tag}/invite/{invitation.token}"


def begin(client, invitation, tag="en"):
    """Press the button of a link's page; the address that it leads to."""
    response = client.submit(address(invitation, tag), {})
    assert response.status_code == 303, text_of(response)[:300]
    return response.headers["Location"]


def go_on(client, at, **typed):
    """Send a page with what was typed on it; the address of the next one."""
    response = client.submit(at, {"action": "next", **typed})
    assert response.status_code == 303, text_of(response)[-3000:]
    return response.headers["Location"]


def fill_in(client, at, **typed):
    """Go through all pages to the one on which answers are checked."""
    while not is_checking(at):
        page = text_of(client.get(at))
        asked = {name: typed[name] for name in typed if f'data-question="{name}"' in page}
        at = go_on(client, at, **asked)
    return at


def is_checking(at):
    return at.partition("?")[0].endswith("/check")


def send(client, at):
    response = client.submit(at, {"action": "submit"})
    assert response.status_code == 303, text_of(response)[:300]
    return response.headers["Location"]


# A person with a link


def test_a_link_says_what_the_form_is_and_how_long_it_takes(client, link):
    page = text_of(client.get(address(link)))
    assert "How are you?" in page
    assert "Questions: 3" in page
    assert "Time: about 1 min" in page
    assert "16.11.2026" in page


def test_looking_at_a_link_changes_nothing(client, link):
    before = rows()
    for _ in range(3):
        assert client.get(address(link)).status_code == 200
    assert rows() == before


def test_nobody_else_learns_the_address_of_a_link(client, link):
    response = client.get(address(link))
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Cache-Control"] == "no-store"


def test_a_link_needs_a_press_that_comes_from_its_own_page(client, link):
    assert client.post(address(link)).status_code == 400
    assert not Draft.select().exists()


def test_a_person_answers_by_link_and_reads_what_happens_next(client, link):
    at = begin(client, link)
    assert at.startswith("/en/form/check-up/")
    at = fill_in(client, at, first="Amina", wish="A course")
    receipt = text_of(client.get(send(client, at)))
    assert "We have your answers" in receipt
    assert "What happens next" in receipt
    assert 'id="pin"' not in receipt
    assert link.refresh().submission.answers == {"first": "Amina", "wish": "A course"}


def test_the_form_of_a_link_shows_nothing_that_the_record_knows(client, link):
    at = begin(client, link)
    seen = ""
    while not is_checking(at):
        seen += text_of(client.get(at))
        at = go_on(client, at)
    assert "Amal" not in seen
    assert "415000" not in seen
    assert link.case.reference not in seen


def test_a_link_goes_on_where_it_stopped_also_on_another_device(app, client, link):
    at = begin(client, link)
    at = go_on(client, at, first="Amina")
    assert "Go on where you stopped" in text_of(client.get(address(link)))
    other = app.test_client()
    assert begin(other, link) == at
    assert Draft.select().count() == 1
    gone = client.get(at)
    assert gone.status_code == 410
    assert "open your link again" in text_of(gone)


def test_beginning_twice_in_one_browser_keeps_the_draft(client, link):
    first = begin(client, link)
    go_on(client, first, first="Amina")
    begin(client, link)
    assert "Amina" in text_of(client.get(first))


def test_the_language_can_change_on_the_way(client, link):
    at = begin(client, link)
    response = client.submit(at, {"language": "ar", "first": "Amina"})
    assert response.headers["Location"].startswith("/ar/form/check-up/")
    assert "Amina" in text_of(client.get(response.headers["Location"]))


def test_sending_twice_gives_one_answer_and_the_same_page(client, link):
    at = fill_in(client, begin(client, link), wish="one")
    token = csrf_token(text_of(client.get(at)))
    answers = [client.post(at, data={"csrf_token": token, "action": "submit"}) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert Submission.select().count() == 1


def test_a_used_link_says_so_and_shows_nothing(client, link, app):
    send(client, fill_in(client, begin(client, link), wish="Quiet words"))
    for browser in (client, app.test_client()):
        response = browser.get(address(link))
        assert response.status_code == 409
        assert "sent already" in text_of(response)
        assert "Quiet words" not in text_of(response)


def test_of_two_devices_the_second_is_told_that_it_was_sent(app, client, link):
    there = begin(client, link)
    other = app.test_client()
    send(other, fill_in(other, begin(other, link)))
    response = client.get(there)
    assert response.status_code == 409
    assert "sent already" in text_of(response)


def test_an_expired_link_is_closed_with_what_to_do(client, link, clock):
    clock.forward(days=14)
    response = client.get(address(link))
    assert response.status_code == 410
    assert "ask the welcome centre for a new one" in text_of(response)


def test_a_link_that_was_taken_back_closes_its_open_pages(client, link, staff, world):
    at = begin(client, link)
    token = csrf_token(text_of(client.get(at)))
    revoke_invitation(link, by=staff.actor, at=world.at)
    assert client.get(at).status_code == 410
    late = client.post(at, data={"csrf_token": token, "action": "next", "first": "Amina"})
    assert late.status_code == 410
    assert not Draft.select().exists()


def test_a_link_whose_case_was_closed_is_closed(client, link, world):
    at = begin(client, link)
    move_case(link.case, "closed", reason="other", by=SYSTEM, at=world.at)
    assert client.get(at).status_code == 410
    assert client.get(address(link)).status_code == 410


def test_a_link_whose_form_was_retired_is_closed_but_what_was_begun_is_finished(
    app, client, link, check, world
):
    at = begin(client, link)
    retire(check, by=SYSTEM, at=world.at)
    assert app.test_client().get(address(link)).status_code == 410
    send(client, fill_in(client, at, wish="done"))
    assert link.refresh().submission.answers == {"wish": "done"}


@pytest.mark.parametrize("spoil", [lambda t: t[:-2], lambda t: t + "AA", lambda t: "nothing"])
def test_a_token_that_is_none_of_ours_is_no_page(client, link, spoil):
    assert client.get(f"/en/invite/{spoil(link.token)}").status_code == 404


def test_a_form_that_is_only_sent_by_link_is_no_page_by_itself(client, talk, check):
    for slug in ("talk", "check-up"):
        for end in ("", "/check", "/receipt", "/discard", "/first"):
            response = client.get(f"/en/form/{slug}{end}")
            assert response.status_code == 404 or end == "/receipt", end


def test_the_key_in_an_address_opens_nothing_by_itself(app, client, link):
    at = begin(client, link)
    stranger = app.test_client()
    assert stranger.get(at).status_code == 410
    for end in ("/check", "/discard"):
        there = re.sub(r"/[^/?]+\?", f"{end}?", at)
        assert stranger.get(there).status_code == 410
    assert stranger.get(re.sub(r"/[^/?]+\?", "/receipt?", at)).status_code == 404


@pytest.mark.parametrize("key", ["x", "0" * 31, "G" * 32, "0" * 32, "' OR 1=1"])
def test_a_key_that_is_none_of_ours_is_no_page(client, link, key):
    begin(client, link)
    assert client.get("/en/form/check-up", query_string={"for": key}).status_code == 404


def test_the_key_of_one_form_opens_no_other_form(client, link):
    at = begin(client, link)
    key = at.partition("for=")[2]
    assert client.get(f"/en/form/help?for={key}").status_code == 404
    assert client.get("/en/form/help").status_code == 200


def test_a_secret_of_a_link_does_not_make_an_ordinary_request_of_it(client, link):
    at = begin(client, link)
    secret = client.get_cookie(f"form-{link.id.hex}").value
    client.set_cookie("draft-check-up", secret)
    assert client.get(at.partition("?")[0]).status_code == 404


def test_a_written_code_goes_on_with_the_form_of_a_link(app, client, link):
    at = go_on(client, begin(client, link), first="Amina")
    other = app.test_client()
    response = other.submit("/en/resume", {"code": Draft.get().code})
    assert response.headers["Location"] == at
    assert other.get(at).status_code == 200


def test_who_stops_and_deletes_can_begin_again_by_the_link(client, link):
    at = go_on(client, begin(client, link), first="Amina")
    there = re.sub(r"/[^/?]+\?", "/discard?", at)
    assert client.submit(there, {}).status_code == 303
    assert not Draft.select().exists()
    assert "Amina" not in text_of(client.get(begin(client, link)))


# Staff on a case


def test_staff_read_for_which_case_they_fill_in_and_find_back(app, staff, filling, case):
    desk = desk_of(app, staff)
    at = begin(desk, filling)
    assert at.startswith("/en/form/talk/")
    page = text_of(desk.get(at))
    assert f"You fill this in for the case {case.reference}." in page
    assert f"/admin/case/{case.id}" in page
    assert 'value="Amal"' in page
    assert "enter this code" not in page
    done = text_of(desk.get(send(desk, fill_in(desk, at, first="Amal", wish="x"))))
    assert "The answers are with the case now" in done
    assert f"/admin/case/{case.id}" in done
    assert 'id="pin"' not in done


def test_the_audit_trail_names_who_filled_in(app, staff, filling):
    desk = desk_of(app, staff)
    send(desk, fill_in(desk, begin(desk, filling)))
    row = AuditEntry.select().where(AuditEntry.event == "invitation:answered").get()
    assert (row.actor_kind, row.actor_id, row.case_id) == ("staff", staff.id, filling.case.id)


def test_a_link_for_staff_asks_everybody_else_to_sign_in(client, filling):
    response = client.get(address(filling))
    assert response.status_code == 403
    page = text_of(response)
    assert "sign in" in page
    assert filling.case.reference not in page


def test_a_colleague_cannot_use_the_link_of_another(app, world, filling):
    desk = desk_of(app, world.coordinator())
    response = desk.get(address(filling))
    assert response.status_code == 404
    assert filling.case.reference not in text_of(response)


def test_pages_of_staff_close_with_their_session(app, staff, filling, clock):
    desk = desk_of(app, staff)
    at = begin(desk, filling)
    clock.forward(minutes=31)
    response = desk.get(at)
    assert response.status_code == 403
    assert "Amal" not in text_of(response)
    assert filling.case.reference not in text_of(response)


def test_filling_in_counts_as_being_there(app, staff, filling, clock):
    desk = desk_of(app, staff)
    at = begin(desk, filling)
    for _ in range(3):
        clock.forward(minutes=20)
        assert desk.get(at).status_code == 200


def test_staff_who_lost_the_case_lose_what_they_began(app, world, talk):
    organization = world.organization()
    manager = world.manager(organization)
    case = world.case(organization)
    desk = desk_of(app, manager)
    at = begin(desk, opened(world, case, manager.actor, talk))
    assign_case(case, organization=world.organization(), assigned_to=None, by=SYSTEM, at=world.at)
    response = desk.get(at)
    assert response.status_code == 404
    assert case.reference not in text_of(response)


def test_the_link_of_staff_begins_once_also_in_two_tabs(app, staff, filling):
    desk = desk_of(app, staff)
    at = begin(desk, filling)
    again = desk.get(address(filling))
    assert again.status_code == 409
    assert "open the form from the case again" in text_of(again)
    assert desk.get(at).status_code == 200


def test_the_same_form_for_two_cases_in_two_tabs_never_mixes(app, world, staff, talk):
    desk = desk_of(app, staff)
    one, two = (
        opened(world, world.case(given_name=name), staff.actor, talk) for name in ("Uno", "Dos")
    )
    first, second = begin(desk, one), begin(desk, two)
    for at, name in ((first, "Uno"), (second, "Dos")):
        assert f'value="{name}"' in text_of(desk.get(at))
    send(desk, fill_in(desk, first, first="Uno", wish="for one"))
    send(desk, fill_in(desk, second, first="Dos", wish="for two"))
    assert one.refresh().submission.answers["wish"] == "for one"
    assert two.refresh().submission.answers["wish"] == "for two"


def test_a_case_that_was_closed_meanwhile_takes_nothing_and_loses_nothing(
    app, world, staff, filling
):
    desk = desk_of(app, staff)
    at = fill_in(desk, begin(desk, filling), wish="kept")
    token = token_of(desk)
    move_case(filling.case, "closed", reason="other", by=SYSTEM, at=world.at)
    response = desk.post(at, data={"csrf_token": token, "action": "submit"})
    assert response.status_code == 409
    assert "This case is closed" in text_of(response)
    move_case(filling.case.refresh(), "reopened", by=SYSTEM, at=world.at)
    send(desk, at)
    assert filling.refresh().submission.answers["wish"] == "kept"


def test_what_staff_began_goes_on_from_the_case(app, world, staff, filling):
    desk = desk_of(app, staff)
    at = go_on(desk, begin(desk, filling), first="Amal")
    other = desk_of(app, staff)
    assert other.get(at).status_code == 410
    again = resume_form(filling.refresh(), by=staff.actor, at=world.at)
    assert begin(other, again) == at


def test_a_form_that_is_open_to_all_can_be_filled_in_on_a_case(app, world, staff, case):
    from casework.questionnaires.models import Questionnaire

    form = Questionnaire.get(Questionnaire.slug == "help")
    filling = opened(world, case, staff.actor, form)
    desk = desk_of(app, staff)
    begin(desk, filling)
    assert text_of(desk.get("/en/form/help")).count(case.reference) == 0
    done = answered(world, opened(world, case, staff.actor, form), staff.actor, {"given_name": "A"})
    assert list(Submission.inbox(staff.actor)) == []
    assert done.submission.state == "linked"


def test_leaving_the_first_page_leads_back_to_the_case(app, staff, filling, case):
    desk = desk_of(app, staff)
    at = begin(desk, filling)
    response = desk.submit(at, {"action": "back"})
    assert response.headers["Location"].startswith(f"/admin/case/{case.id}")


def test_no_page_of_a_link_leads_to_the_back_office(client, link):
    at = begin(client, link)
    seen = text_of(client.get(address(link))) + text_of(client.get(at))
    seen += text_of(client.get(send(client, fill_in(client, at))))
    assert "/admin" not in seen


def test_nothing_is_left_of_a_link_that_only_a_scanner_saw(client, link):
    client.get(address(link))
    assert Invitation.get().begun_at is None


# The status page


def test_the_status_page_leads_the_contact_person_to_the_form(
    client, accepted, check, world, staff
):
    submission = accepted()
    case = case_of(submission)
    waiting = invited(world, case, staff.actor, check)
    other = invited(
        world, case, staff.actor, check, person=world.person(case.household, given_name="Sami")
    )
    done = answered(world, invited(world, case, staff.actor, check), PERSON)
    sign_in(client, submission.reference)
    seen = page(client)
    assert f"/en/invite/{waiting.token}" in seen
    assert other.token not in seen
    assert done.token not in seen
    revoke_invitation(waiting, by=staff.actor, at=world.at)
    assert "/invite/" not in page(client)


def test_a_helper_sees_no_form_that_the_person_got(client, accepted, check, world, staff):
    submission = accepted(answers=HELPED)
    link = invited(world, case_of(submission), staff.actor, check)
    sign_in(client, submission.reference)
    assert link.token not in page(client)


def test_who_has_taken_the_request_back_is_asked_nothing(client, accepted, check, world, staff):
    submission = accepted()
    link = invited(world, case_of(submission), staff.actor, check)
    withdraw_submission(submission, by=SYSTEM, at=world.at)
    sign_in(client, submission.reference)
    assert link.token not in page(client)
