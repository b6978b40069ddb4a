"""The forms of an appointment: planning, changing, how it ended, who interprets."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, validators

from admin.base import DeskForm, MomentField, RowField
from admin.base.fields import WordsField
from admin.case_forms import caseworkers
from admin.i18n import lazy_gettext as _l
from admin.person_fields import NEEDED, READ_IN, line, prose, words
from casework.appointment_rules import KINDS, LEAST_MINUTES, MOST_MINUTES, REASONS
from casework.appointment_states import CANCELLERS
from casework.staff import Staff

MOST_NOTE = 1000


class AppointmentForm(DeskForm):
    """A meeting. `anyway` is offered once a colleague turned out to be busy."""

    subject = line(_l("What about"), 300, NEEDED())
    kind = words(_l("Kind"), KINDS, default="other")
    starts_at = MomentField(_l("Begins"), [validators.InputRequired()])
    minutes = IntegerField(
        _l("Minutes"),
        [NEEDED(), validators.NumberRange(
            min=LEAST_MINUTES, max=MOST_MINUTES,
            message=_l("An appointment takes 5 minutes to 12 hours (720 minutes)."),
        )],
        default=30,
    )  # fmt: skip
    place = line(_l("Where"), 300)
    staff = RowField(_l("Who of us has it"), model=Staff, rows=caseworkers, allow_blank=True)
    with_whom = line(
        _l("With whom"), 200,
        description=_l("An authority or a person outside. The person reads it on the status page."),
    )  # fmt: skip
    person = SelectField(_l("Who comes"), choices=[], default="")
    interpreter_language = WordsField(
        _l("Interpreter for"), choices=[("", _l("no interpreter")), *READ_IN], default=""
    )
    anyway = BooleanField(_l("It is meant: plan it although the times overlap"))
    overlaps = False

    def shown(self) -> list[Any]:
        """The fields that stand on the page."""
        return [field for field in self if field.short_name != "anyway" or self.overlaps]


class ChangeForm(AppointmentForm):
    """The same for an appointment that is there; `revision` tells whether somebody was faster."""

    person = None
    wished_by = words(
        _l("Who wishes another time"), CANCELLERS, default="us",
        description=_l("Only counts where day, time or place change; the person is told then."),
    )  # fmt: skip
    revision = HiddenField()


def _note() -> Any:
    return prose(_l("Note"), MOST_NOTE, rows=2)


class MissedForm(DeskForm):
    """The person did not come."""

    reason = words(_l("Why"), REASONS["missed"], default="no_show")
    note = _note()


class ExcusedForm(DeskForm):
    """The person could not come, for a reason that anybody can have."""

    reason = words(_l("Why"), REASONS["excused"])
    note = _note()


class CancelledForm(DeskForm):
    """It does not take place."""

    by = words(_l("Cancelled"), CANCELLERS)
    reason = words(_l("Why"), REASONS["cancelled"])
    note = _note()


class InterpreterForm(DeskForm):
    """Who was asked to interpret."""

    whom = line(
        _l("Who interprets"), 200,
        description=_l("A name or a service. The person does not read it."),
    )  # fmt: skip


# What is asked where an appointment did not take place, by state.
ENDS: dict[str, Any] = {
    "missed": MissedForm,
    "excused": ExcusedForm,
    "cancelled": CancelledForm,
}
