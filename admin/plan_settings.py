"""What plans are made of and changes without code: obstacles of steps, and templates."""

from __future__ import annotations

from typing import Any

from admin.i18n import lazy_gettext as _l
from admin.settings import LABELS, Coded
from admin.words import TURNS
from casework.plans.blockers import Blocker
from casework.plans.templates import PlanTemplate


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


class PlanTemplates(Coded):
    """The usual plan for a situation: its name, its place in the list, whether it is offered."""

    model = PlanTemplate
    resource = "plan_template"
    title = _l("Plan templates")
    intro = _l("The usual plans, by situation. Staff read their names, so German is enough.")
    can_create = False
    column_list = ("labels", "code", "position", "active")
    column_default_order = "position"
    form_columns = ("labels", "position", "active")
    form_args = {"labels": LABELS}

    def edit_form(self, obj: Any = None) -> Any:
        """The form; it has no code to take away."""
        return super(Coded, self).edit_form(obj)
