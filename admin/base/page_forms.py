"""The page of a row on which several forms stand side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from admin.base.refusals import refusals_in
from casework.core.refusals import StaleEdit


class PageForms:
    """For a `CaseworkView` whose `details_values(row, given)` takes forms as they were sent."""

    details_template: str
    details_values: Callable[..., dict[str, Any]]
    get_one: Callable[..., Any]
    get_url: Callable[..., Any]
    render: Callable[..., str]

    def take(
        self, row: Any, name: str, form: Any, do: Callable[[], Any], said: str
    ) -> ResponseReturnValue:
        """Check the form `name` of the page and do what it asks; a wrong one comes back as typed.

        Who was overtaken by another editor sees the row as it is now.
        """
        if form.validate():
            with refusals_in(form):
                do()
                return self.done(row, said)
            if isinstance(form.refusal, StaleEdit):
                row = self.get_one(row.id)
        return self.render(self.details_template, **self.details_values(row, {name: form})), 422

    def done(self, row: Any, text: str) -> ResponseReturnValue:
        """Back to the page, which says what was done."""
        flash(text, "success")
        return redirect(self.get_url(".details_view", id=row.id), 303)
