"""What plans are made of and changes without code: obstacles of steps."""

from __future__ import annotations

from typing import Any

from wtforms import validators

from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.settings import Coded
from admin.words import TURNS
from casework.core.access import Actor
from casework.core.db import Base
from casework.insight.attention.entries import AttentionMark
from casework.plans.blockers import Blocker
from casework.plans.step_types import StepType


class Blockers(Coded):
    """What a step can wait for, and whose turn it usually is then."""

    model = Blocker
    resource = "blocker"
    title = _l("Obstacles")
    intro = _l("What a step of a plan can wait for, and whose turn it usually is then.")
    new_title = _l("New obstacle")
    column_list = ("labels", "turn", "code", "position", "active")
    column_labels = Coded.column_labels | {"turn": _l("Whose turn")}
    column_choices = {"turn": [(key, _l(name)) for key, name in TURNS.items()]}
    column_default_order = "position"
    form_columns = ("code", "labels", "turn", "position", "active")
    form_args = Coded.form_args | {"turn": {"choices": column_choices["turn"]}}


class StepTypes(Coded):
    """Types of steps, each with the days after which a step without a change counts as stalled."""

    model = StepType
    resource = "step_type"
    title = _l("Types of steps")
    intro = _l("How long a step of a plan may stay as it is before it calls for somebody.")
    new_title = _l("New type of step")
    column_list = ("labels", "days", "code", "position", "active")
    column_labels = Coded.column_labels | {"days": _l("Days without a change")}
    column_formatters = {
        "days": lambda _view, _context, row, _name: _("never") if row.days is None else row.days
    }
    column_default_order = "position"
    form_columns = ("code", "labels", "days", "position", "active")
    form_args = Coded.form_args | {
        "days": {
            "validators": [validators.Optional(), validators.NumberRange(min=1, max=730)],
            "description": _l("Empty means never: such steps do not count as stalled."),
        }
    }

    def store(self, form: Any, row: Any, created: bool, *, by: Actor, at: Any) -> Base | None:
        """Other intervals are other entries: the rule is asked anew."""
        stored = super().store(form, row, created, by=by, at=at)
        AttentionMark.create(rule="step_stalled")
        return stored
