"""What plans are made of and changes without code: obstacles of steps."""

from __future__ import annotations

from admin.i18n import lazy_gettext as _l
from admin.settings import Coded
from admin.words import TURNS
from casework.plans.blockers import Blocker


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
