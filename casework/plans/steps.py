"""A step goes on, waits or ends. While it waits it says for what, and whose turn it is."""

from __future__ import annotations

from datetime import datetime

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.db import is_sqlite
from casework.core.i18n import N_
from casework.core.refusals import Refusal, StaleEdit
from casework.plans.blockers import Blocker
from casework.plans.models import Hold, Step
from casework.plans.states import CANCELLERS, STEP_STATES, TURNS
from casework.plans.writing import PlanEnded


class BlockerMissing(Refusal):
    """A step waits for something, and for somebody."""

    msgid = N_("A step on hold needs what it waits for and whose turn it is. Please choose both.")


class CancellerMissing(Refusal):
    """A step is cancelled by somebody."""

    msgid = N_("Please say by whom the step was cancelled: the person, the provider or us.")


@recorded("step:moved", needs="plan:edit")
def move_step(
    step: Step, state: str, *, seen: str = "", cancelled_by: str = "", by: Actor, at: datetime
) -> Step:
    """Bring a step into another state, except on hold: that is `hold_step`.

    `seen` is the state in which the reader saw it; `StaleEdit` where it is another one by now.
    Raises `CancellerMissing`, `BlockerMissing`, `InvalidTransition`, `PlanEnded`.
    """
    _check(step, seen)
    if state == "on_hold":
        raise BlockerMissing()
    if state == "cancelled" and cancelled_by not in CANCELLERS:
        raise CancellerMissing()
    STEP_STATES.move(step, state, at=at, cancelled_by=cancelled_by if state == "cancelled" else "")
    _end_hold(step, at=at)
    return step


@recorded("step:held", needs="plan:edit")
def hold_step(
    step: Step, blocker: Blocker | None, turn: str, *, seen: str = "", by: Actor, at: datetime
) -> Step:
    """A step waits for something; where it waits already, for something or somebody else now.

    `seen` is the state in which the reader saw it, after a colon the key of the hold that they
    saw (`seen_as`). Raises `BlockerMissing`, `StaleEdit`, `InvalidTransition`, `PlanEnded`.
    """
    _wait_for_others(step)
    _check(step, seen)
    if blocker is None or turn not in TURNS:
        raise BlockerMissing()
    since = step.state_since if step.state == "on_hold" else at
    STEP_STATES.move(step, "on_hold", at=at, cancelled_by="", state_since=since)
    _end_hold(step, at=at)
    Hold.create(case=step.case, step=step, blocker=blocker, turn=turn, since=at)
    return step


def seen_as(step: Step, hold: Hold | None) -> str:
    """What a form carries, so that nobody moves a step that waits for something else by now."""
    return f"{step.state}:{hold.id.hex}" if hold else step.state


def _check(step: Step, seen: str) -> None:
    if step.goal.plan.ended_at is not None:
        raise PlanEnded()
    state, _colon, hold = seen.partition(":")
    if state and state != step.state:
        raise StaleEdit()
    if hold and hold not in {each.id.hex for each in _open_holds(step)}:
        raise StaleEdit()


def _open_holds(step: Step) -> list[Hold]:
    return list(Hold.select(Hold.id).where((Hold.step == step) & Hold.ended_at.is_null()))


def _wait_for_others(step: Step) -> None:
    """Two who hold a step at once take their turns; SQLite has one writer at a time anyway."""
    if not is_sqlite():
        Step.select(Step.id).where(Step.id == step.id).for_update().get()


def _end_hold(step: Step, *, at: datetime) -> None:
    Hold.update(ended_at=at).where((Hold.step == step) & Hold.ended_at.is_null()).execute()
