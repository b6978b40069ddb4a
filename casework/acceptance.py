"""From a request to a case: what a coordinator makes of a submission."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casework.cases import URGENCIES, Case, CaseSubmission, open_case
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.needs import add_need, category_of
from casework.people import GENDERS, HOUSING, ROLES_AT_HOME, add_person, create_household
from casework.providers import Organization
from casework.sites import Site
from casework.staff import Staff
from casework.strength_answers import take_in
from casework.submissions import STATES as SUBMISSION_STATES
from casework.submissions import Submission


class NothingToAccept(Refusal):
    """A request is accepted into at least one person."""

    msgid = N_("Please keep at least one person with a name.")


@dataclass
class Intake:
    """What a coordinator makes of a request: prepared from the answers, edited, then accepted.

    `people` are dicts with the columns of `Person`, the contact person first; `needs` are
    category codes.
    """

    people: list[dict[str, Any]]
    needs: list[str] = field(default_factory=list)
    description: str = ""
    urgency: str = ""
    housing: str = ""
    place: str = ""
    site: Site | None = None
    organization: Organization | None = None
    assigned_to: Staff | None = None


def prepare_intake(submission: Submission) -> Intake:
    """What the answers of `submission` would become, for the coordinator to look at."""
    mapped = submission.mapped
    contact = {
        "given_name": mapped.get("person.given_name") or None,
        "family_name": mapped.get("person.family_name") or None,
        "birth_date": mapped.get("person.birth_date") or None,
        "gender": _choice(mapped.get("person.gender"), GENDERS),
        "phone": mapped.get("person.phone") or None,
        "email": mapped.get("person.email") or None,
        "language": submission.language,
        "languages": mapped.get("person.languages") or [],
        "interpreter": str(mapped.get("person.interpreter") or "")[:16],
        "channels": mapped.get("contact.channel") or [],
        "times": mapped.get("contact.times") or [],
        "role_at_home": "self",
        "is_contact": True,
    }
    return Intake(
        people=[contact, *(_member(each, contact) for each in mapped.get("member") or [])],
        needs=list(mapped.get("need.category") or []),
        description=mapped.get("need.description") or "",
        urgency=_choice(mapped.get("need.urgency"), URGENCIES),
        housing=_choice(mapped.get("household.housing"), HOUSING),
        place=", ".join(
            filter(None, (mapped.get("contact.address"), mapped.get("household.place")))
        ),
    )


def _member(mapped: dict[str, Any], contact: dict[str, Any]) -> dict[str, Any]:
    """One more person of the household; without a family name it is the contact person's."""
    return {
        "given_name": mapped.get("given_name") or None,
        "family_name": mapped.get("family_name") or contact["family_name"],
        "birth_date": mapped.get("birth_date") or None,
        "gender": _choice(mapped.get("gender"), GENDERS),
        "role_at_home": _choice(mapped.get("relation"), ROLES_AT_HOME) or "other",
    }


def _choice(answer: Any, known: dict[str, str]) -> str:
    """The answer if a column takes it: a form may offer choices that no column knows."""
    return answer if isinstance(answer, str) and answer in known else ""


@recorded("submission:accepted", needs="submission:edit")
def accept_submission(
    submission: Submission, intake: Intake, *, by: Actor, at: datetime
) -> Submission:
    """Make household, people, case and needs of a request, in one transaction.

    The case is `case_of(submission)` afterwards. Raises `NothingToAccept`,
    `NotFound` for an unknown category, `InvalidTransition`.
    """
    people = [each for each in intake.people if each.get("given_name") or each.get("family_name")]
    if not people:
        raise NothingToAccept()
    SUBMISSION_STATES.move(submission, "accepted", at=at)
    household = create_household(
        name=people[0].get("family_name") or people[0].get("given_name") or "",
        site=intake.site, housing=intake.housing, place=intake.place, by=by, at=at,
    )  # fmt: skip
    members = [add_person(household, by=by, at=at, **each) for each in people]
    take_in(members[0], submission.mapped, language=submission.language, by=by, at=at)
    case = open_case(
        household, organization=intake.organization, assigned_to=intake.assigned_to,
        language=submission.language, urgency=intake.urgency, by=by, at=at,
    )  # fmt: skip
    _link(case, submission, at)
    for code in dict.fromkeys(intake.needs):
        add_need(
            case, category_of(code), person=members[0], urgency=intake.urgency,
            description=intake.description, language=submission.language, by=by, at=at,
        )  # fmt: skip
    return submission


@recorded("submission:linked", needs="submission:edit")
def link_submission(
    submission: Submission, case: Case, *, needs: tuple[str, ...] = (), by: Actor, at: datetime
) -> Submission:
    """Add a request to a case that exists, with the needs that are new in it."""
    SUBMISSION_STATES.move(submission, "linked", at=at)
    _link(case, submission, at)
    known = {need.category.code for need in case.needs if need.state in ("open", "covered")}
    mapped = submission.mapped
    for code in dict.fromkeys(needs):
        if code not in known:
            add_need(
                case, category_of(code), person=None, urgency=mapped.get("need.urgency") or "",
                description=mapped.get("need.description") or "", language=submission.language,
                by=by, at=at,
            )  # fmt: skip
    return submission


def _link(case: Case, submission: Submission, at: datetime) -> None:
    CaseSubmission.create(case=case, submission=submission, at=at)
