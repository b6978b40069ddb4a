"""Plan templates without code: their names, their goals and steps, and every text by language."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import HiddenField, IntegerField, validators

from admin.auth import current_actor, now
from admin.base import DeskForm
from admin.base.fields import LabelsField, WordsField
from admin.base.refusals import refusals_in, refusals_told
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.person_fields import words
from admin.plan_forms import DOER_NAMES, areas, step_types
from admin.settings import CODE, LABELS, Coded
from admin.words import PAGE_WORDS
from casework.core.i18n import LANGUAGES, pick
from casework.core.refusals import NotFound, StaleEdit
from casework.life_areas import LifeArea
from casework.plans.models import MOST_TEXT
from casework.plans.template_writing import (
    MOST_DAYS,
    Content,
    change_template,
    moved_up,
    put_goal,
    put_step,
    without,
)
from casework.plans.templates import PlanTemplate

Path = tuple[int | None, int | None]


class GoalTexts(DeskForm):
    """A goal of a template."""

    area = WordsField(_l("Life area"), choices=areas)
    texts = LabelsField(_l("What is to be reached"), needed=("de",), longest=MOST_TEXT)
    revision = HiddenField()


class StepTexts(DeskForm):
    """A step of a template."""

    texts = LabelsField(_l("What is done"), needed=("de",), longest=MOST_TEXT)
    doer = words(_l("Who does it"), DOER_NAMES)
    days = IntegerField(
        _l("Days after the plan begins"), [validators.NumberRange(min=0, max=MOST_DAYS)]
    )
    type = WordsField(
        _l("Type of step"), choices=step_types, blank=True,
        description=_l("It says how long the step may stay as it is."),
    )  # fmt: skip
    revision = HiddenField()


class PlanTemplates(Coded):
    """The usual plan for a situation: its name, its place in the list, what stands in it."""

    model = PlanTemplate
    resource = "plan_template"
    title = _l("Plan templates")
    new_title = _l("New plan template")
    intro = _l(
        "The usual plans, by situation. Staff read their names, so German is enough; people read "
        "the goals and steps in their own language."
    )
    permissions: ClassVar[dict[str, str]] = Coded.permissions | {
        "content": "edit", "change_content": "edit",
    }  # fmt: skip
    column_list = ("labels", "code", "position", "active")
    column_default_order = "position"
    form_columns = ("code", "labels", "position", "active")
    form_args = {"code": CODE, "labels": LABELS}

    def row_links(self, row: Any) -> list[tuple[Any, str]]:
        """The goals and steps."""
        return [(_("Goals and steps"), self.get_url(".content", id=row.id))]

    @expose("/<uuid:id>/content")
    def content(self, id: uuid.UUID) -> ResponseReturnValue:
        """All goals and steps, each with its folded form."""
        return self._content_page(self._template(id), {})

    @expose("/<uuid:id>/content", methods=("POST",))
    def change_content(self, id: uuid.UUID) -> ResponseReturnValue:
        """One goal or step is written, moved up or removed."""
        template = self._template(id)
        verb, path = request.form.get("verb", ""), _path()
        if verb in ("up", "remove"):
            return self._press(template, verb, path)
        make = {"goal": _goal_form, "step": _step_form}.get(verb) or abort(404)
        form = make(template.content, path, request.form)
        if form.validate():
            with refusals_in(form):
                self._store(template, lambda content: _written(content, verb, path, form), form)
                return self._saved(template)
            if isinstance(form.refusal, StaleEdit):
                form.revision.data = str(template.refresh().revision)
        return self._content_page(template.refresh(), {(verb, *path): form}), 422

    def _press(self, template: Any, verb: str, path: Path) -> ResponseReturnValue:
        goal, step = path
        change = moved_up if verb == "up" else without
        with refusals_told():
            self._store(template, lambda content: change(content, _number(goal), step), None)
            return self._saved(template)
        return self._content_page(template.refresh(), {}), 409

    def _store(self, template: Any, change: Callable[[Content], Content], form: Any) -> None:
        given = form.revision.data if form else request.form.get("revision", "")
        revision = int(given) if str(given or "").isdecimal() else -1
        if revision != template.revision:
            raise StaleEdit()
        change_template(
            template, change(template.content), revision=revision, by=current_actor(), at=now()
        )

    def _saved(self, template: Any) -> ResponseReturnValue:
        flash(_("Saved."), "success")
        return redirect(self.get_url(".content", id=template.id), 303)

    def _template(self, id: uuid.UUID) -> Any:
        return self.get_query().where(PlanTemplate.id == id).first() or abort(404)

    def _content_page(self, template: Any, given: dict[Any, Any]) -> str:
        def form_for(verb: str, *path: int | None) -> Any:
            make = _goal_form if verb == "goal" else _step_form
            return given.get((verb, *path)) or make(template.content, path, None, template.revision)

        tag = reading_language()
        return self.render(
            "desk/plan_template.html", row=template, form_for=form_for, given=given, pick=pick,
            languages_count=len(LANGUAGES), doer_names=DOER_NAMES, type_names=dict(step_types()),
            area_names={row.code: row.label(tag) for row in LifeArea.select()}, **PAGE_WORDS,
        )  # fmt: skip


def _path() -> Path:
    """Which goal and which step is meant; None for a new one."""
    found = [request.form.get(name, "") for name in ("goal", "step")]
    if any(text and not (text.isdecimal() and len(text) < 4) for text in found):
        abort(404)
    goal, step = (int(text) if text else None for text in found)
    return goal, step


def _number(number: int | None) -> int:
    if number is None:
        raise NotFound()
    return number


def _prefix(kind: str, path: Any) -> str:
    return "-".join([kind, *("new" if part is None else str(part) for part in path), ""])


def _goal_form(content: Content, path: Any, posted: Any, revision: int = 0) -> Any:
    goal = path[0]
    start: dict[str, Any] = {"revision": str(revision)}
    if goal is not None and goal < len(content):
        start |= {"area": content[goal]["area"], "texts": content[goal]["texts"]}
    return GoalTexts(posted, prefix=_prefix("t", path), data=start)


def _step_form(content: Content, path: Any, posted: Any, revision: int = 0) -> Any:
    goal, step = path
    start: dict[str, Any] = {"revision": str(revision), "days": 30}
    if goal is not None and step is not None and goal < len(content):
        steps = content[goal]["steps"]
        start |= steps[step] if step < len(steps) else {}
    return StepTexts(posted, prefix=_prefix("s", path), data=start)


def _written(content: Content, verb: str, path: Path, form: Any) -> Content:
    goal, step = path
    if verb == "goal":
        return put_goal(content, goal, form.texts.data, form.area.data)
    return put_step(
        content, _number(goal), step, form.texts.data, form.doer.data, form.days.data,
        form.type.data or "",
    )  # fmt: skip
