"""Deadlines on the page of a case: enter, extend, tick off."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import DateField, HiddenField, SelectField, validators

from admin.auth import current_actor, now
from admin.base import DeskForm
from admin.base.fields import WordsField
from admin.base.refusals import refusals_in
from admin.case_forms import near_day
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.person_fields import line
from admin.plans import CasePlans
from casework.core.refusals import StaleEdit
from casework.deadlines import (
    DEADLINE_STATES,
    Deadline,
    DeadlineKind,
    add_deadline,
    extend_deadline,
    kind_of,
    move_deadline,
)

DAYS = ["%Y-%m-%d", "%d.%m.%Y"]
# Not `NEEDED`: that would call a day that does not exist a missing one.
TYPED = validators.InputRequired


def kinds() -> list[tuple[str, str]]:
    """The kinds in use as pairs of code and name."""
    return [(row.code, row.label(reading_language())) for row in DeadlineKind.in_order()]


class DeadlineForm(DeskForm):
    """A new deadline."""

    kind = WordsField(_l("Kind"), choices=kinds)
    due_on = DateField(_l("On"), [TYPED(), near_day], format=DAYS)
    person = SelectField(_l("Whom it concerns"), choices=[], default="")
    note = line(_l("Note"), 1000)


class ExtendForm(DeskForm):
    """A later day for a deadline; `row` and `revision` say which, as it was read."""

    due_on = DateField(_l("New day"), [TYPED(), near_day], format=DAYS)
    reason = line(_l("Why"), 1000)
    row = HiddenField()
    revision = HiddenField()


def extend_form(deadline: Deadline, posted: Any = None, given: Any = None) -> Any:
    """The form of one deadline; `given` is one that came back, for whichever it was sent."""
    if given is not None and given.row.data == deadline.id.hex:
        return given
    start = {"row": deadline.id.hex, "revision": str(deadline.revision)}
    return ExtendForm(posted, prefix=f"extend-{deadline.id.hex}-", data=start)


class CaseDeadlines(CasePlans):
    """The part of the case screen that deals with deadlines."""

    FORMS: ClassVar[dict[str, type]] = CasePlans.FORMS | {
        "deadline": DeadlineForm, "extend": ExtendForm,
    }  # fmt: skip
    permissions: ClassVar[dict[str, str]] = CasePlans.permissions | {
        "add_deadline": "deadline:create",
        "extend_deadline": "deadline:edit",
        "move_deadline": "deadline:edit",
    }

    @expose("/<uuid:id>/deadline", methods=("POST",))
    def add_deadline(self, id: uuid.UUID) -> ResponseReturnValue:
        """A new deadline."""

        def do(case: Any, form: Any) -> None:
            people = {str(person.id): person for person in case.household.people}
            add_deadline(
                case, kind_of(form.kind.data), form.due_on.data, note=form.note.data or "",
                person=people.get(form.person.data), by=current_actor(), at=now(),
            )  # fmt: skip

        said = _("The deadline was entered.")
        return self._sent(id, "deadline", do, said, "deadlines")

    @expose("/<uuid:id>/deadline/<uuid:row>/extend", methods=("POST",))
    def extend_deadline(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A later day."""
        case = self.case_or_404(id)
        deadline = self._part(Deadline, case, row)
        form = extend_form(deadline, request.form)
        form.row.data = deadline.id.hex
        if form.validate():
            with refusals_in(form):
                extend_deadline(
                    deadline, form.due_on.data, reason=form.reason.data or "",
                    revision=_number(form.revision.data), by=current_actor(), at=now(),
                )  # fmt: skip
                return self.done(case, _("The deadline was extended."), "deadlines")
            if isinstance(form.refusal, StaleEdit):
                form.revision.data = str(deadline.refresh().revision)
        return self.page(case, {"extend": form}), 422

    @expose("/<uuid:id>/deadline/<uuid:row>", methods=("POST",))
    def move_deadline(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A deadline is done, no longer needed, or open again."""
        state = request.form.get("state", "")
        if state not in DEADLINE_STATES.states:
            abort(404)

        def do(case: Any) -> None:
            move_deadline(self._part(Deadline, case, row), state, by=current_actor(), at=now())

        return self._pressed(id, do, _("Saved."), "deadlines")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else -1
