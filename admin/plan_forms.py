"""The small forms of a plan: begin it, a goal, a step, a review, an agreement."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import g
from wtforms import DateField, HiddenField, SelectField, validators

from admin.auth import current_actor
from admin.base import DeskForm
from admin.base.fields import WordsField
from admin.case_forms import areas_in_order, caseworkers, near_day
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.person_fields import NEEDED, READ_IN, line, prose, words
from admin.words import today
from casework.core.access import Actor
from casework.core.i18n import N_
from casework.life_areas import LifeArea
from casework.plans.models import MOST_TEXT
from casework.plans.states import PERSON, PROVIDER, STAFF
from casework.plans.step_types import StepType
from casework.plans.templates import PlanTemplate
from casework.plans.writing import REVIEW_DAYS, Doer
from casework.providers import Organization, Service

DAYS = ["%Y-%m-%d", "%d.%m.%Y"]
MOST_NAMES = 500
DOER_NAMES = {
    "person": N_("The person"),
    "staff": N_("We"),
    "provider": N_("An organisation"),
    "volunteer": N_("A volunteer"),
}
AGREED_BY = {"paper": N_("on paper, signed"), "in_person": N_("in a talk")}


def templates() -> list[tuple[str, str]]:
    """The templates in use as pairs of code and name."""
    tag = reading_language()
    return [(row.code, row.label(tag)) for row in PlanTemplate.in_order()]


def areas() -> list[tuple[str, str]]:
    """The life areas in use as pairs of code and name."""
    return [(area.code, area.label(reading_language())) for area in areas_in_order()]


def step_types() -> list[tuple[str, str]]:
    """The types of steps as pairs of code and name, read once a request."""
    if "step_types" not in g:
        rows = StepType.select().order_by(StepType.position, StepType.code)
        g.step_types = [(row.code, row.label(reading_language())) for row in rows]
    return g.step_types


class BeginForm(DeskForm):
    """A plan, in one step."""

    template = WordsField(_l("Template"), choices=templates, blank=True)
    person = SelectField(_l("For"), choices=[], default="")
    review_on = DateField(
        _l("Look at it again on"), [validators.Optional(), near_day], format=DAYS,
        default=lambda: today() + timedelta(days=REVIEW_DAYS),
    )  # fmt: skip


class GoalForm(DeskForm):
    """What is to be reached."""

    area = WordsField(_l("Life area"), choices=areas)
    text = line(_l("What is to be reached"), MOST_TEXT, NEEDED())
    wish = prose(_l("What the person wants, in their own words"), 4000, rows=2)
    wish_language = WordsField(_l("Written in"), choices=READ_IN)
    baseline = prose(_l("How it is now"), MOST_TEXT, rows=2)
    target = prose(_l("How we see that it is reached"), MOST_TEXT, rows=2)
    revision = HiddenField(default="0")

    def columns(self) -> dict[str, Any]:
        """What the verbs take, without the life area and the revision."""
        names = ("text", "wish", "wish_language", "baseline", "target")
        return {name: self[name].data or "" for name in names}

    def life_area(self) -> LifeArea:
        """The area that was chosen."""
        return next(area for area in areas_in_order() if area.code == self.area.data)


class StepForm(DeskForm):
    """Who does what until when."""

    text = line(_l("What is done"), MOST_TEXT, NEEDED())
    doer = words(_l("Who does it"), DOER_NAMES)
    name = line(
        _l("Name"), 600,
        description=_l("A colleague, an organisation or a service from the list, or a volunteer."),
    )  # fmt: skip
    due_on = DateField(_l("Until"), [validators.Optional(), near_day], format=DAYS)
    type = WordsField(
        _l("Type of step"), choices=step_types, blank=True,
        description=_l("It says how long the step may stay as it is."),
    )  # fmt: skip
    revision = HiddenField(default="0")
    chosen: Doer | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name.render_kw = {**self.name.render_kw, "list": "doers", "autocomplete": "off"}

    def validate_name(self, field: Any) -> None:
        """A name that stands in the list; a volunteer's as it is written."""
        self.chosen = doer_of(self.doer.data, field.data or "", current_actor())
        if self.chosen is None:
            raise validators.ValidationError(
                _("Nobody of this kind has this name. Please choose one from the list.")
            )

    @property
    def who(self) -> Doer:
        """Who was chosen; without a name somebody of that kind."""
        return self.chosen or Doer(self.doer.data)


class ReviewForm(DeskForm):
    """How the goals go, and when to look again."""

    next_on = DateField(
        _l("Look at it again on"), [NEEDED(), near_day], format=DAYS,
        default=lambda: today() + timedelta(days=REVIEW_DAYS),
    )  # fmt: skip
    remark = prose(_l("What was said"), 4000, rows=3)
    seen = HiddenField()


class AgreedForm(DeskForm):
    """An agreement that was not given on the status page."""

    channel = words(_l("Agreed"), AGREED_BY)
    language = WordsField(_l("Explained in"), choices=READ_IN)


def doer_of(kind: str, name: str, actor: Actor) -> Doer | None:
    """Who is meant by a kind and a name, within what `actor` sees; None for nobody there."""
    if kind == PERSON or not name:
        return Doer(kind)
    if kind == STAFF:
        found = next((each for each in caseworkers(actor) if str(each) == name), None)
        return Doer(kind, staff=found) if found else None
    if kind == PROVIDER:
        return _provider(name, actor)
    return Doer(kind, name=name)


def _provider(name: str, actor: Actor) -> Doer | None:
    own = Organization.scope(actor).where(Organization.name == name).first()
    if own is not None:
        return Doer(PROVIDER, organization=own)
    parts = name.split(", ")
    heads = [", ".join(parts[:count]) for count in range(1, len(parts))]
    for service in Service.offered().where(Service.name << heads) if heads else ():
        if f"{service.name}, {service.organization.name}" == name:
            return Doer(PROVIDER, service=service, organization=service.organization)
    return None


def doers(actor: Actor) -> list[str]:
    """The names to choose from: colleagues, organisations, services."""
    colleagues = [str(each) for each in caseworkers(actor).limit(MOST_NAMES)]
    active = Organization.scope(actor).where(Organization.active).order_by(Organization.name)
    organizations = [each.name for each in active.limit(MOST_NAMES)]
    services = [
        f"{each.name}, {each.organization.name}" for each in Service.offered().limit(MOST_NAMES)
    ]
    return list(dict.fromkeys((*colleagues, *organizations, *services)))
