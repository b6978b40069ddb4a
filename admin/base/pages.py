"""The rules that hold on every page of the desk, with or without a table behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_security import current_user

from admin.auth import current_actor, safe_target, to_sign_in
from admin.i18n import reading_language
from casework.core.refusals import Forbidden, NotFound, Refusal


class DeskRules:
    """Permission, scope and refusals of one screen.

    `resource` names what the screen is about; each exposed method needs
    `<resource>:<action>`, where the action comes from `permissions` or, for a method that
    is not named there, is `read` for GET and `edit` for everything else. A whole
    permission (`"offer:edit"`) may stand in place of an action.
    """

    resource: str = ""
    permissions: ClassVar[dict[str, str]] = {}

    def permission_for(self, method: str, verb: str = "GET") -> str:
        """The permission that calling the exposed `method` with the HTTP `verb` needs."""
        action = self.permissions.get(method) or ("read" if verb in ("GET", "HEAD") else "edit")
        return action if ":" in action else f"{self.resource}:{action}"

    def may(self, action: str) -> bool:
        """Whether the reader's role grants `<resource>:<action>`."""
        return current_actor().may(f"{self.resource}:{action}")

    def is_accessible(self) -> bool:
        """Whether the screen stands in the reader's menu."""
        needed = self.permission_for(self._default_view)  # type: ignore[attr-defined]
        return current_user.is_authenticated and current_actor().may(needed)

    def _handle_view(self, name: str, **kwargs: Any) -> ResponseReturnValue | None:
        if not current_user.is_authenticated:
            return to_sign_in()
        try:
            current_actor().require(self.permission_for(name, request.method))
        except Forbidden:
            abort(404)
        return None

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a method of the screen; what a verb refuses becomes a sentence on the page before."""
        try:
            return fn(self, *args, **kwargs)
        except (NotFound, Forbidden):
            abort(404)
        except Refusal as refusal:
            if request.method == "GET":
                raise
            flash(refusal.text(reading_language()), "error")
            return redirect(self.page_before(), 303)

    def page_before(self) -> str:
        """Where a form was sent from, if that is known and ours; else the screen itself."""
        wanted = request.form.get("url") or request.args.get("url")
        return safe_target(wanted) or self.get_url(".index_view")  # type: ignore[attr-defined]


class DeskPage(DeskRules, BaseView):
    """A screen of its own, declared by class attributes: `title`, `path`, `resource`.

    Expose its pages as usual; the one at `/` is called `index_view`.
    """

    title: ClassVar[Any] = ""
    path: ClassVar[str] = ""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("endpoint", self.path or None)
        super().__init__(name=kwargs.pop("name", self.title), **kwargs)


def safe_url(fallback: str) -> str:
    """The address that the request asks to return to if it is inside the desk, or `fallback`."""
    wanted = request.form.get("url") or request.args.get("url")
    return safe_target(wanted) or fallback
