"""Taking part on the desk: noted, answered, decided and taken back, and nothing typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from casework.acceptance import link_submission
from casework.core.access import SYSTEM, Actor, Role
from casework.core.audit import AuditEntry
from casework.interpretations import Interpretation
from casework.life_areas import LifeArea
from casework.participation.accounts import tell_account
from casework.participation.facts import note_fact
from casework.participation.ladder import decide_rung, revision_of, taken_rungs
from casework.participation.models import Account, AgreedStep, NotedFact, Rung, TakenRung
from casework.plans.writing import add_goal
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def case(world: World):
    return world.case()


def _at(case: Any, *parts: Any) -> str:
    return "/".join(["/admin/case", str(case.id), *map(str, parts)])


def _fact(world: World, case: Any, kind: str = "missed", note: str = "") -> NotedFact:
    return note_fact(case, kind, world.at.date(), note=note, by=SYSTEM, at=world.at)


def _rung(world: World, case: Any, code: str = "reminder") -> TakenRung:
    seen = revision_of(taken_rungs(case, at=world.at))
    return decide_rung(case, code, "so", seen=seen, by=SYSTEM, at=world.at)


def _told(world: World, case: Any, body: str = "Kein Bus") -> Account:
    submission = world.submission()
    link_submission(submission, case, by=SYSTEM, at=world.at)
    person = Actor("person", id=submission.id)
    return tell_account(case, body, language="fa-AF", submission=submission, by=person, at=world.at)


def test_a_case_in_which_all_goes_well_says_so_quietly(desk, case) -> None:
    page = text_of(desk.get(_at(case)))
    section = page[page.index('<section id="participation"') :].partition("</section>")[0]
    assert "Nothing: no missed appointment" in section
    assert "Rung" not in section
    page = text_of(desk.get(_at(case, "participation")))
    assert "There is no open fact, so there is no reason for a rung." in page


def test_facts_accounts_steps_and_rungs_are_noted_on_one_page(desk, world: World, case) -> None:
    fields = {"fact-kind": "missed", "fact-on": world.at.date().isoformat(), "fact-person": "",
              "fact-note": "waited half an hour"}  # fmt: skip
    assert send(desk, _at(case, "noted-fact"), fields).status_code == 303
    fact = NotedFact.get()
    fields = {"account-fact": f"noted_facts.{fact.id.hex}", "account-body": "Das Kind war krank",
              "account-language": "de", "account-told_on": world.at.date().isoformat()}  # fmt: skip
    assert send(desk, _at(case, "account"), fields).status_code == 303
    fields = {"agreed-what": "Wir rufen vorher an", "agreed-language": "de",
              "agreed-agreed_on": world.at.date().isoformat(), "agreed-due_on": ""}  # fmt: skip
    assert send(desk, _at(case, "agreed-step"), fields).status_code == 303
    page = text_of(desk.get(_at(case, "participation")))
    for text in ("waited half an hour", "Das Kind war krank", "Wir rufen vorher an"):
        assert text in page
    fields = {"rung-rung": "reminder", "rung-reason": "zweimal nicht da", "rung-seen": ""}
    assert send(desk, _at(case, "taken-rung"), fields).status_code == 303
    taken = TakenRung.get()
    assert (taken.language, taken.state) == ("ar", "standing")
    page = text_of(desk.get(_at(case, "participation")))
    assert "zweimal nicht da" in page
    assert taken.subject in page
    short = text_of(desk.get(_at(case)))
    assert "Kind reminder" in short
    for told in ("Fact about taking part noted", "Rung of the ladder decided on"):
        assert told in short


def test_a_reason_that_counts_excuses_and_can_be_taken_back(desk, world: World, case) -> None:
    fact = _fact(world, case)
    fields = {"account-fact": f"noted_facts.{fact.id.hex}", "account-body": "krank",
              "account-language": "de", "account-told_on": world.at.date().isoformat()}  # fmt: skip
    send(desk, _at(case, "account"), fields)
    account = Account.get()
    send(desk, _at(case, "account", account.id), {"verb": "accept"})
    assert account.refresh().accepted_at is not None
    assert "no reason for a rung" in text_of(desk.get(_at(case, "participation")))
    send(desk, _at(case, "account", account.id), {"verb": "reopen"})
    assert account.refresh().accepted_at is None
    assert send(desk, _at(case, "account", account.id), {"verb": "burn"}).status_code == 404


def test_what_the_person_wrote_is_new_until_it_is_noted_and_gets_a_translation(
    desk, world: World, case
) -> None:
    account = _told(world, case)
    assert "The person has written what was in the way" in text_of(desk.get(_at(case)))
    send(desk, _at(case, "account", account.id), {"verb": "read"})
    assert "The person has written what was in the way" not in text_of(desk.get(_at(case)))
    page = text_of(desk.get(_at(case, "participation")))
    assert 'lang="fa-AF" dir="auto">Kein Bus' in page
    fields = {"table": "accounts", "row": str(account.id), "field": "body", "body": "No bus",
              "url": _at(case, "participation")}  # fmt: skip
    assert send(desk, "/admin/translation/", fields).status_code == 303
    assert Interpretation.get().body == "No bus"
    assert "No bus" in text_of(desk.get(_at(case, "participation")))


def test_a_wish_gets_a_translation_beside_it(desk, world: World) -> None:
    plan = world.plan()
    goal = add_goal(plan, LifeArea.get(), "Work", language="en", wish="کار",
                    wish_language="fa-AF", by=SYSTEM, at=world.at)  # fmt: skip
    address = f"/admin/case/{plan.case.id}/plan"
    fields = {"table": "goals", "row": str(goal.id), "field": "wish", "body": "Work, please",
              "url": address}  # fmt: skip
    assert send(desk, "/admin/translation/", fields).status_code == 303
    page = text_of(desk.get(address))
    assert page.index("کار") < page.index("Work, please")


def test_of_two_who_decide_at_once_the_second_is_told_and_keeps_the_words(
    desk, world: World, case
) -> None:
    _fact(world, case)
    _rung(world, case)
    fields = {"rung-rung": "reminder", "rung-reason": "meine Worte", "rung-seen": ""}
    response = send(desk, _at(case, "taken-rung"), fields)
    assert response.status_code == 422
    page = text_of(response)
    assert "Someone else changed this" in page
    assert "meine Worte" in page
    fields["rung-seen"] = re.search(r'name="rung-seen"[^>]*value="([^"]*)"', page)[1]
    assert send(desk, _at(case, "taken-rung"), fields).status_code == 303


@pytest.mark.parametrize(("name", "fields"), [
    ("noted-fact", {"fact-kind": "missed", "fact-on": "2026-02-31", "fact-note": "Wort"}),
    ("noted-fact", {"fact-kind": "missed", "fact-on": "2031-01-01", "fact-note": "Wort"}),
    ("noted-fact", {"fact-kind": "lazy", "fact-on": "2026-11-01", "fact-note": "Wort"}),
    ("account", {"account-body": "Wort", "account-fact": "noted_facts.00",
                 "account-language": "de", "account-told_on": "2026-11-01"}),
    ("account", {"account-body": "Wort" * 5000, "account-language": "de",
                 "account-told_on": "2026-11-01"}),
    ("agreed-step", {"agreed-what": "Wort", "agreed-language": "de",
                     "agreed-agreed_on": "2026-11-01", "agreed-due_on": "9999-01-01"}),
    ("agreed-step", {"agreed-what": "\x00", "agreed-language": "de",
                     "agreed-agreed_on": "2026-11-01"}),
    ("taken-rung", {"rung-rung": "pause", "rung-reason": "Wort"}),
    ("taken-rung", {"rung-rung": "reminder", "rung-reason": " "}),
])  # fmt: skip
def test_what_is_wrong_comes_back_with_what_was_typed(desk, case, name, fields) -> None:
    response = send(desk, _at(case, name), fields)
    assert response.status_code == 422
    assert 'role="alert"' in text_of(response)
    assert "Wort" in text_of(response) or "Wort" not in str(fields)
    rows = (NotedFact, Account, AgreedStep, TakenRung)
    assert [model.select().count() for model in rows] == [0, 0, 0, 0]


def test_buttons_settle_what_was_agreed_and_take_back_what_was_decided(
    desk, world: World, case
) -> None:
    fact, taken = _fact(world, case), None
    taken = _rung(world, case)
    back = f"back-{taken.id.hex}-reason"
    assert send(desk, _at(case, "taken-rung", taken.id, "back"), {back: ""}).status_code == 422
    response = send(desk, _at(case, "taken-rung", taken.id, "back"), {back: "falsche Familie"})
    assert response.status_code == 303
    assert taken.refresh().state == "taken_back"
    response = send(desk, _at(case, "taken-rung", taken.id, "back"), {back: "noch einmal"})
    assert response.status_code == 422
    send(desk, _at(case, "noted-fact", fact.id, "remove"))
    assert NotedFact.select().count() == 0
    fields = {"agreed-what": "x", "agreed-language": "de",
              "agreed-agreed_on": world.at.date().isoformat()}  # fmt: skip
    send(desk, _at(case, "agreed-step"), fields)
    step = AgreedStep.get()
    send(desk, _at(case, "agreed-step", step.id), {"state": "done"})
    assert send(desk, _at(case, "agreed-step", step.id), {"state": "done"}).status_code == 409
    assert send(desk, _at(case, "agreed-step", step.id), {"state": "burnt"}).status_code == 404
    assert step.refresh().state == "done"


@pytest.mark.parametrize("role", [
    Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR, Role.ADMINISTRATOR,
])  # fmt: skip
def test_who_works_on_no_case_sees_nothing_of_it(app, world: World, case, role) -> None:
    desk = desk_of(app, world.staff(role))
    assert desk.get(_at(case, "participation")).status_code == 404
    assert send(desk, _at(case, "taken-rung"), {"rung-rung": "reminder"}).status_code == 404


def test_a_manager_sees_the_own_organisation_only(app, world: World) -> None:
    manager = world.manager()
    mine, other = world.case(manager.organization), world.case(world.organization())
    fact = _fact(world, other, note="Fremdwort")
    desk = desk_of(app, manager)
    assert desk.get(_at(mine, "participation")).status_code == 200
    assert desk.get(_at(other, "participation")).status_code == 404
    assert send(desk, _at(mine, "noted-fact", fact.id, "remove")).status_code == 404
    assert NotedFact.select().count() == 1


def test_reading_the_page_is_recorded(desk, case) -> None:
    desk.get(_at(case, "participation"))
    assert AuditEntry.get(AuditEntry.event == "participation:read").subject_id == case.id


def test_the_page_takes_as_many_statements_for_many_facts(desk, world: World, case) -> None:
    _fact(world, case)
    _rung(world, case)
    _told(world, case)
    with statements() as few:
        desk.get(_at(case, "participation"))
    for number in range(10):
        _fact(world, case)
        world.clock.forward(minutes=1)
        _rung(world, case)
        send(desk, _at(case, "account"), {
            "account-body": str(number), "account-language": "de", "account-fact": "",
            "account-told_on": world.at.date().isoformat(),
        })  # fmt: skip
    assert Account.select().count() == 11
    with statements() as many:
        desk.get(_at(case, "participation"))
    assert len(many) <= len(few) <= 30, (len(few), len(many))


def test_the_ladder_changes_without_code(desk, world: World, case) -> None:
    row = Rung.get(Rung.code == "talk")
    assert desk.get("/admin/rungs/").status_code == 200
    address = f"/admin/rungs/edit/?id={row.id}"
    response = desk.submit(address, {"labels-de": "Hausbesuch", "position": "3"})
    assert response.status_code == 303
    assert (row.refresh().label("de"), row.refresh().active) == ("Hausbesuch", False)
    _fact(world, case)
    for code in ("reminder", "letter", "support"):
        world.clock.forward(minutes=1)
        _rung(world, case, code)


def test_facts_older_than_the_span_are_gone_from_the_page(desk, world: World, case) -> None:
    _fact(world, case, note="Altes Wort")
    world.clock.moment += timedelta(days=181)
    desk = desk_of(desk.application, world.coordinator())
    assert "Altes Wort" not in text_of(desk.get(_at(case, "participation")))
