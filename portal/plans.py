"""The plan on the page of its person: read in their language, agreed to or talked about first."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from flask import g, request
from flask_babel import gettext as _

from casework.cases import Case
from casework.core.db import clean
from casework.people import Person
from casework.plans.agreements import (
    PlanAgreement,
    answer_agreement,
    frozen,
    has_changed,
    version_of,
)
from casework.plans.models import Plan
from casework.plans.printed import SaidGoal, said_in
from casework.plans.whole import WholePlan
from portal.centre import now

MOST_VERSION = 32


class ShownPlan:
    """A running plan that was put before the person, with what they said about it."""

    def __init__(self, plan: Plan, agreements: list[PlanAgreement]) -> None:
        self.plan, self.agreements = plan, agreements

    @cached_property
    def whole(self) -> WholePlan:
        """The plan as it is now."""
        return WholePlan(self.plan)

    @property
    def question(self) -> PlanAgreement | None:
        """What waits for an answer."""
        return self._latest("asked")

    @property
    def agreed(self) -> PlanAgreement | None:
        """What the person agreed to last."""
        return self._latest("agreed")

    @property
    def wants_talk(self) -> bool:
        """Whether the person's last word is that they want to talk."""
        said = [each for each in self.agreements if each.state != "asked"]
        return bool(said) and said[0].state == "wants_talk"

    @property
    def has_changed(self) -> bool:
        """Whether the plan is another one than the person agreed to."""
        return self.agreed is not None and has_changed(self.agreed, self.whole)

    @property
    def version(self) -> str:
        """What names the plan as the page shows it."""
        return version_of(frozen(self.whole))

    def goals(self, tag: str) -> list[SaidGoal]:
        """The goals and steps in words, in the language `tag` as far as texts exist."""
        return said_in(self.whole, tag)

    def _latest(self, state: str) -> PlanAgreement | None:
        return next((each for each in self.agreements if each.state == state), None)


def shown_plans(case: Case) -> list[ShownPlan]:
    """The running plans of a case that were put before the person.

    A plan of somebody else in the household than the contact person stays between them and
    the centre.
    """
    rows = (
        PlanAgreement.select(PlanAgreement, Plan, Person)
        .join(Plan)
        .left_outer_join(Person)
        .where(
            (PlanAgreement.case == case)
            & (PlanAgreement.state != "taken_back")
            & Plan.ended_at.is_null()
            & (Plan.person.is_null() | Person.is_contact)
        )
        .order_by(PlanAgreement.state_since.desc(), PlanAgreement.id.desc())
    )
    found: dict[Any, ShownPlan] = {}
    for row in rows:
        found.setdefault(row.plan.id, ShownPlan(row.plan, [])).agreements.append(row)
    return sorted(found.values(), key=lambda each: each.plan.started_at)


def _agree(standing: Any, target: str) -> str:
    """The person agrees to the plan that the page showed."""
    _answer(standing, target, "agreed")
    return _("Thank you. You have agreed to the plan.")


def _talk(standing: Any, target: str) -> str:
    """The person wants to talk first, and nothing else changes for them."""
    _answer(standing, target, "wants_talk")
    return _("Thank you. We talk about the plan with you first.")


def _answer(standing: Any, target: str, answer: str) -> None:
    """Keep the answer to the very version that was read; a second click is no other one."""
    question = standing.plan_question(target)
    if question.state != answer:
        read = clean(request.form.get("version", ""))[:MOST_VERSION]
        answer_agreement(
            question, answer, version=read, language=g.language, by=standing.person, at=now()
        )


# The buttons of the page: each gives the sentence that says what was done.
ANSWERS: dict[str, Callable[[Any, str], str]] = {"plan_agree": _agree, "plan_talk": _talk}
