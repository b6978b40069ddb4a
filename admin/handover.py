"""The counselling clock and the handover of a case, and the page on which it is closed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.auth import current_actor, now
from admin.base.refusals import in_words, refusals_in, refusals_told
from admin.case_deadlines import CaseDeadlines
from admin.case_page import CaseFile
from admin.handover_forms import (
    ClockForm,
    CloseForm,
    ExtensionForm,
    NewPointForm,
    PointForm,
    recipient_of,
    recipients,
)
from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.plan_page import PLAN_WORDS
from admin.words import PAGE_WORDS, left_words
from casework.cases import CLOSING_REASONS
from casework.closings import Closing, LeftOpen, close_case, left_open
from casework.core.access import Actor
from casework.core.audit import record_read
from casework.core.refusals import NotFound, Refusal, StaleEdit
from casework.core.settings import site_day
from casework.counselling import (
    CounsellingExtension,
    extend_counselling,
    extensions_of,
    last_day,
    set_counselling_start,
)
from casework.handovers import (
    POINT_STATES,
    Handover,
    HandoverEnded,
    HandoverPoint,
    add_point,
    begin_handover,
    call_off_handover,
    settle_point,
)
from casework.plans.states import PROGRESS
from casework.referrals import STATES as REFERRAL_STATES

Given = dict[tuple[str, Any], Any]


HANDOVER_WORDS = {
    "point_states": POINT_STATES.names,
    "closing_reasons": CLOSING_REASONS,
    "referral_states": REFERRAL_STATES.names,
    "left_words": left_words,
}


class HandoverPage:
    """A case's clock, its checklist and how it was closed; `given` holds forms that came back."""

    def __init__(self, case: Any, actor: Actor, given: Given) -> None:
        self.case, self.actor, self.given = case, actor, given

    @cached_property
    def handovers(self) -> list[Handover]:
        """All handovers, the latest first."""
        rows: Any = Handover.scope(self.actor).where(Handover.case == self.case)
        return list(rows.order_by(Handover.begun_at.desc(), Handover.id.desc()))

    @property
    def running(self) -> Handover | None:
        """The one that goes on."""
        return next((each for each in self.handovers if each.ended_at is None), None)

    @cached_property
    def points(self) -> dict[uuid.UUID, list[HandoverPoint]]:
        """The lines of every handover, in their order."""
        rows: Any = HandoverPoint.scope(self.actor).where(HandoverPoint.case == self.case)
        ordered = rows.order_by(HandoverPoint.position, HandoverPoint.id)
        found: dict[uuid.UUID, list[HandoverPoint]] = {}
        for each in ordered.with_related(HandoverPoint.life_area, HandoverPoint.organization):
            found.setdefault(each.__data__["handover"], []).append(each)
        return found

    def settled(self, handover: Handover) -> int:
        """How many lines of a handover are settled."""
        return sum(each.state != "open" for each in self.points.get(handover.id, ()))

    @cached_property
    def extensions(self) -> list[CounsellingExtension]:
        """When and why counselling was extended."""
        return list(extensions_of(self.case))

    @property
    def last_day(self) -> date:
        """How far an extension can go."""
        return last_day(self.case.counselling_from or site_day(self.case.opened_at))

    @cached_property
    def closings(self) -> list[Closing]:
        """How the case was closed each time."""
        return list(Closing.of(self.case))

    @cached_property
    def left(self) -> LeftOpen:
        """What stays open."""
        return left_open(self.case)

    @cached_property
    def recipients(self) -> list[str]:
        """Organisations to choose from."""
        return recipients(self.actor)

    def is_given(self, name: str, row: Any = None) -> bool:
        """Whether this form came back with what was typed."""
        return (name, row and row.id) in self.given

    def form(self, name: str, row: Any = None) -> Any:
        """The form `name`, as it was typed or empty."""
        found = self.given.get((name, row and row.id))
        return found if found is not None else _form(name, self.case, row, None)


class CaseHandovers(CaseDeadlines):
    """The part of the case screen that deals with the clock, the handover and the closing.

    A form that is wrong, or that a verb refuses, comes back with what was typed (422); a
    button that comes too late says so (409). Rows of other cases are 404.
    """

    permissions: ClassVar[dict[str, str]] = CaseDeadlines.permissions | {
        "handover": "handover:read",
        "begin_handover": "handover:create",
        "add_point": "handover:edit",
        "settle_point": "handover:edit",
        "call_off_handover": "handover:edit",
        "start_clock": "counselling:edit",
        "extend_clock": "counselling:extend",
        "closing": "case:edit",
        "close": "case:edit",
    }

    render: Callable[..., str]
    get_url: Callable[..., str]

    @expose("/<uuid:id>/handover")
    def handover(self, id: uuid.UUID) -> ResponseReturnValue:
        """The clock, the checklist, and handovers from before."""
        case = self.case_or_404(id)
        record_read("handover:read", case, by=current_actor(), at=now())
        return self.handover_page(case, {})

    @expose("/<uuid:id>/handover", methods=("POST",))
    def begin_handover(self, id: uuid.UUID) -> ResponseReturnValue:
        """Begin to hand the case over."""

        def do(case: Any) -> None:
            begin_handover(case, by=current_actor(), at=now())

        return self._change(id, do, _("The handover was begun."))

    @expose("/<uuid:id>/handover/end", methods=("POST",))
    def call_off_handover(self, id: uuid.UUID) -> ResponseReturnValue:
        """The case stays with us."""

        def do(case: Any) -> None:
            running = Handover.running(case)
            if running is None:
                raise NotFound()
            call_off_handover(running, by=current_actor(), at=now())

        return self._change(id, do, _("The handover was called off."))

    @expose("/<uuid:id>/handover/point", methods=("POST",))
    def add_point(self, id: uuid.UUID) -> ResponseReturnValue:
        """A further line."""

        def do(case: Any, form: Any) -> None:
            running = Handover.running(case)
            if running is None:
                raise NotFound()
            add_point(
                running, form.text.data, language=reading_language(), area=form.life_area(),
                by=current_actor(), at=now(),
            )  # fmt: skip

        return self._fill(id, ("add_point", None), None, do, _("The line was added."))

    @expose("/<uuid:id>/point/<uuid:row>", methods=("POST",))
    def settle_point(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A line is handed over, not needed, or open again."""
        case = self.case_or_404(id)
        point, state = self._part(HandoverPoint, case, row), request.form.get("state", "")
        if state not in POINT_STATES.states:
            abort(404)

        def do(case: Any, form: Any) -> None:
            organization, words = recipient_of(form.recipient.data or "", current_actor())
            settle_point(
                point, state, organization=organization, recipient=words,
                reason=form.reason.data or "", by=current_actor(), at=now(),
            )  # fmt: skip

        said = _("Saved.")
        return self._fill(id, ("point", row), point, do, said, f"h-{point.id.hex}")

    @expose("/<uuid:id>/clock", methods=("POST",))
    def start_clock(self, id: uuid.UUID) -> ResponseReturnValue:
        """Counselling began on another day."""

        def do(case: Any, form: Any) -> None:
            set_counselling_start(
                case, form.day.data, seen=form.seen_day, by=current_actor(), at=now()
            )

        return self._fill(id, ("clock", None), None, do, _("Saved."))

    @expose("/<uuid:id>/clock/extend", methods=("POST",))
    def extend_clock(self, id: uuid.UUID) -> ResponseReturnValue:
        """Counselling goes on longer than usual."""

        def do(case: Any, form: Any) -> None:
            extend_counselling(
                case, form.until.data, reason=form.reason.data or "", seen=form.seen_day,
                by=current_actor(), at=now(),
            )  # fmt: skip

        return self._fill(id, ("extension", None), None, do, _("Counselling was extended."))

    @expose("/<uuid:id>/close")
    def closing(self, id: uuid.UUID) -> ResponseReturnValue:
        """What to look at before the case is closed."""
        case = self.case_or_404(id)
        record_read("case:read", case, by=current_actor(), at=now())
        return self.closing_page(case, CloseForm(None), {})

    @expose("/<uuid:id>/close", methods=("POST",))
    def close(self, id: uuid.UUID) -> ResponseReturnValue:
        """Close the case with a last look."""
        case, form = self.case_or_404(id), CloseForm(request.form)
        marks = _marks()
        if form.validate():
            goals = {goal.id.hex: goal for goal in left_open(case).goals}
            with refusals_in(form, _told):
                close_case(
                    case, form.reason.data or "",
                    {goals[key]: how for key, how in marks.items() if key in goals},
                    remark=form.remark.data or "", seen=form.seen.data or "",
                    by=current_actor(), at=now(),
                )  # fmt: skip
                return self.done(case, _("The case was closed."), "content")
            case = self.case_or_404(id)
        return self.closing_page(case, form, marks), 422

    def handover_page(self, case: Any, given: Given) -> str:
        """The page of the handover, with the forms in `given` as they were sent."""
        return self.render(
            "desk/handover.html", case=case, page=HandoverPage(case, current_actor(), given),
            **HANDOVER_WORDS, **PLAN_WORDS, **PAGE_WORDS,
        )  # fmt: skip

    def closing_page(self, case: Any, form: Any, marks: dict[str, str]) -> str:
        """The page on which a case is closed, with what was typed."""
        page = HandoverPage(case, current_actor(), {})
        form.seen.data = page.left.version
        return self.render(
            "desk/closing.html", case=case, page=page, form=form, marks=marks,
            file=CaseFile(case, current_actor()), **HANDOVER_WORDS, **PLAN_WORDS, **PAGE_WORDS,
        )  # fmt: skip

    def _fill(
        self, id: uuid.UUID, name: tuple[str, Any], row: Any, do: Callable[[Any, Any], Any],
        said: str, anchor: str = "content",
    ) -> ResponseReturnValue:  # fmt: skip
        """Check a form, do what it asks, and go back to the page of the handover."""
        case = self.case_or_404(id)
        form = _form(name[0], case, row, request.form)
        if form.validate():
            with refusals_in(form):
                do(case, form)
                return self._return(case, said, anchor)
            if isinstance(form.refusal, HandoverEnded):
                flash(in_words(form.refusal), "error")
                return self.handover_page(self.case_or_404(id), {}), 409
            if isinstance(form.refusal, StaleEdit) and "seen" in form:
                case = self.case_or_404(id)
                form.seen.data = _day_text(case.counselling_until)
        return self.handover_page(case, {name: form}), 422

    def _change(self, id: uuid.UUID, do: Callable[[Any], Any], said: str) -> ResponseReturnValue:
        """Do what a button asks; one that comes too late is told so."""
        case = self.case_or_404(id)
        with refusals_told():
            do(case)
            return self._return(case, said, "content")
        return self.handover_page(self.case_or_404(id), {}), 409

    def _return(self, case: Any, text: str, anchor: str) -> ResponseReturnValue:
        flash(text, "success")
        return redirect(f"{self.get_url('.handover', id=case.id)}#{anchor}", 303)


def _form(name: str, case: Any, row: Any, posted: Any) -> Any:
    """One of the forms of the page, empty or with what was sent."""
    seen = {"seen": _day_text(case.counselling_until)}
    if name == "clock":
        return ClockForm(posted, prefix="clock-", data=seen | {"day": case.counselling_from})
    if name == "extension":
        return ExtensionForm(posted, prefix="extension-", data=seen)
    if name == "point":
        return PointForm(posted, prefix=f"point-{row.id.hex}-")
    return NewPointForm(posted, prefix="new-")


def _day_text(day: date | None) -> str:
    return day.isoformat() if day else ""


def _told(refusal: Refusal) -> str:
    if isinstance(refusal, StaleEdit):
        return _("Something changed on this case in the meantime. Please look at the list again; "
                 "what you typed is kept.")  # fmt: skip
    return refusal.text(reading_language())


def _marks() -> dict[str, str]:
    """How each goal stands, by the key of the goal, as far as the form says so."""
    found = {key.removeprefix("progress-"): how for key, how in request.form.items()
             if key.startswith("progress-")}  # fmt: skip
    return {key: how for key, how in found.items() if how in PROGRESS}
