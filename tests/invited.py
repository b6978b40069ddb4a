"""Forms on a case for tests: small questionnaires, and ways to open and send them."""

from __future__ import annotations

from typing import Any

from casework.cases import Case
from casework.core.access import Actor
from casework.invitations import Invitation, invite, open_form
from casework.invited_forms import begin_form, send_form
from casework.people import Person
from casework.questionnaires.definitions import Choice
from casework.questionnaires.models import Questionnaire, QuestionnaireVersion
from tests.portal.questionnaires import publish, question, repeat
from tests.world import World

CHOICES = {
    "genders": (
        Choice(name="female", label={"en": "A woman", "de": "Eine Frau"}),
        Choice(name="male", label={"en": "A man", "de": "Ein Mann"}),
    ),
}
ANSWERS = {"first": "Amina", "number": "+497621415111", "wish": "A course in the evening"}


def first_talk(at: Any, slug: str = "talk", purpose: str = "assessment") -> QuestionnaireVersion:
    """A first talk: what the record knows, whom somebody lives with, and a free text."""
    return publish(
        slug,
        question("text", "first", save_to="person.given_name"),
        question("tel", "number", save_to="person.phone"),
        question("select_one", "gender", save_to="person.gender", list_name="genders"),
        repeat("family", question("text", "called", save_to="member.given_name")),
        question("text", "wish"),
        at=at, choices=CHOICES, purpose=purpose, title="First talk",
    )  # fmt: skip


def check_up(at: Any, slug: str = "check-up") -> QuestionnaireVersion:
    """What a person is asked after some months."""
    return publish(
        slug,
        question("text", "first", save_to="person.given_name"),
        question("tel", "number", save_to="person.phone"),
        question("text", "wish"),
        at=at, purpose="follow_up", title="How are you?",
    )  # fmt: skip


def opened(
    world: World, case: Case, by: Actor, questionnaire: Questionnaire, person: Person | None = None
) -> Invitation:
    """A form that `by` has opened on a case."""
    return open_form(case, questionnaire, person=person, language="en", by=by, at=world.at)


def invited(
    world: World, case: Case, by: Actor, questionnaire: Questionnaire, *, days: int = 14,
    person: Person | None = None, language: str = "en",
) -> Invitation:  # fmt: skip
    """A link that the contact person of a case has got."""
    person = person or case.household.people.get()
    return invite(case, questionnaire, person, language=language, days=days, by=by, at=world.at)


def answered(
    world: World, invitation: Invitation, by: Actor, answers: dict[str, Any] | None = None
) -> Invitation:
    """The invitation with its answers sent."""
    draft, token = begin_form(invitation, by=by, at=world.at)
    send_form(
        invitation, draft.version, dict(ANSWERS) if answers is None else answers, token=token,
        language=invitation.language, by=by, at=world.at,
    )  # fmt: skip
    return invitation.refresh()
