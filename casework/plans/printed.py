"""A plan as the person reads it, in any language: what is said, in which language it really is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from casework.core.i18n import N_, gettext_in
from casework.life_areas import LifeArea
from casework.plans.models import Goal, Hold, Step
from casework.plans.states import PERSON, PROVIDER, STAFF, STEP_STATES
from casework.plans.whole import WholePlan

DOERS = {
    "person": N_("you"),
    "staff": N_("the welcome centre"),
    "provider": N_("an organisation that we are looking for together"),
    "volunteer": N_("a volunteer"),
}
TURNS = {
    "person": N_("It is your turn."),
    "us": N_("It is our turn."),
    "provider": N_("We wait for somebody else."),
    "system": N_("At the moment there is no free place."),
}
TITLE = N_("Your integration plan")
WISH = N_("In your own words:")
TARGET = N_("This is how we see that it is reached:")
WHO = N_("Who does it:")
UNTIL = N_("Until:")
REVIEW = N_("We look at the plan together again on:")
SIGNED = N_("I agree to this plan. Place, date, signature:")
FREE = N_("You decide freely. You can talk about the plan with us at any time.")


@dataclass(frozen=True)
class Said:
    """A text and the tag of the language that it is really in."""

    text: str
    tag: str


@dataclass(frozen=True)
class SaidStep:
    """One step in words."""

    what: Said
    who: str
    until: date | None
    state: str
    state_name: str
    waits: str
    turn: str


@dataclass(frozen=True)
class SaidGoal:
    """One goal in words, with its steps."""

    area: LifeArea
    area_name: str
    state: str
    what: Said
    wish: Said | None
    target: str
    steps: list[SaidStep]


def said(tag: str, msgid: str) -> str:
    """A sentence of the plan in the language `tag`."""
    return gettext_in(tag, msgid)


def said_in(whole: WholePlan, tag: str) -> list[SaidGoal]:
    """The goals and steps that stand in a plan, in the language `tag` as far as texts exist."""
    return [_goal(goal, steps, whole, tag) for goal, steps in whole.standing]


def _goal(goal: Goal, steps: list[Step], whole: WholePlan, tag: str) -> SaidGoal:
    wish = Said(goal.wish, goal.wish_language or tag) if goal.wish else None
    return SaidGoal(
        area=goal.life_area, area_name=goal.life_area.label(tag), state=goal.state,
        what=Said(*goal.text(tag)), wish=wish, target=goal.target or "",
        steps=[_step(step, whole.holds.get(step.id), tag) for step in steps],
    )  # fmt: skip


def _step(step: Step, hold: Hold | None, tag: str) -> SaidStep:
    waits = turn = ""
    if hold is not None:
        waits, turn = hold.blocker.label(tag), gettext_in(tag, TURNS[hold.turn])
    return SaidStep(
        what=Said(*step.text(tag)), who=_who(step, tag), until=step.due_on, state=step.state,
        state_name=gettext_in(tag, STEP_STATES.names[step.state]), waits=waits, turn=turn,
    )  # fmt: skip


def _who(step: Step, tag: str) -> str:
    """A name where one is known; what they are where none is."""
    if step.doer in (STAFF, PROVIDER) and step.doer_name:
        return step.doer_name
    if step.doer != PERSON and step.name:
        return step.name
    return gettext_in(tag, DOERS[step.doer])
