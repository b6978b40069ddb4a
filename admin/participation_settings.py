"""The ladder without code: what its rungs are called, in which order, and whether they are used."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.settings import LABELS, Coded
from casework.participation.models import Rung


def _text_link(view: Any, _context: Any, row: Rung, _name: str) -> Markup:
    return Markup('<a href="{}#{}">{}</a>').format(
        view.get_url("texts.index_view"), row.text_key, _("what the person reads")
    )


class Rungs(Coded):
    """The rungs of the ladder, the kindest first."""

    model = Rung
    resource = "rung"
    title = _l("Ladder")
    intro = _l(
        "What we do when somebody does not take part, step by step. Staff read the names here; "
        "what the person reads stands under Texts, in every language."
    )
    can_create = False
    column_list = ("labels", "text", "position", "active")
    column_labels = Coded.column_labels | {"text": _l("Text")}
    column_formatters = {"text": _text_link}
    column_default_order = "position"
    form_columns = ("labels", "position", "active")
    form_args = {"labels": LABELS}

    def edit_form(self, obj: Any = None) -> Any:
        """The form; it has no code to take away."""
        return super(Coded, self).edit_form(obj)
