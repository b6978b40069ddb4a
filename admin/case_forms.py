"""The small forms of the case page, one for each thing that can be added or changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from flask import g
from flask_wtf.file import FileField
from markupsafe import Markup
from wtforms import DateField, HiddenField, SelectField, validators, widgets
from wtforms.fields import Choice

from admin.auth import current_actor
from admin.base import CodesField, DeskForm, RowField
from admin.base.fields import WordsField
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.person_fields import (
    INTERPRETER,
    NEEDED,
    READ_IN,
    BirthField,
    MailField,
    PhoneField,
    codes,
    line,
    prose,
    words,
)
from admin.words import today
from casework.cases import CLOSING_REASONS, STATES, URGENCIES
from casework.consent import CHANNELS, SHAREABLE, USUAL
from casework.core.access import Actor, Role
from casework.life_areas import LifeArea, NeedCategory
from casework.messages import MAX_LENGTH
from casework.people import GENDERS, HOUSING
from casework.providers import Organization
from casework.sites import Site
from casework.staff import Staff

FIRST_YEAR, LAST_YEAR = 2000, 2200
WORKING_ON_CASES = (Role.COORDINATOR.value, Role.INTEGRATION_MANAGER.value)


def active_organizations(actor: Actor) -> Any:
    """Organisations that work can be given to, by name."""
    return Organization.scope(actor).where(Organization.active).order_by(Organization.name)


def active_sites(actor: Actor) -> Any:
    """Sites in use, by name."""
    return Site.scope(actor).where(Site.active).order_by(Site.name)


def caseworkers(actor: Actor) -> Any:
    """Colleagues who work on cases, by name."""
    return (
        Staff.scope(actor)
        .where(Staff.active & (Staff.role << WORKING_ON_CASES))
        .order_by(Staff.name, Staff.email)
    )


class _AreaSelect(widgets.Select):
    """A select whose first option stands outside the groups."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        whole = super().__call__(field, **kwargs)
        opening, rest = whole.split(">", 1)
        blank = self.render_option(Choice("", "–", field.data is None, {}))
        return Markup("{}>{}{}").format(Markup(opening), blank, Markup(rest))  # noqa: S704


class CategoryField(SelectField):
    """One need category, grouped by life area; `data` is the category or None."""

    widget = _AreaSelect()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=[], validate_choice=False, **kwargs)

    def has_groups(self) -> bool:
        return True

    def iter_groups(self) -> Iterator[tuple[str, Any]]:
        tag = reading_language()
        for area, categories in categories_by_area():
            yield (
                area.label(tag),
                [Choice(each.code, each.label(tag), self._is(each), {}) for each in categories],
            )

    def _is(self, category: NeedCategory) -> bool:
        return self.data is not None and self.data.id == category.id

    def process_data(self, value: Any) -> None:
        self.data = value if isinstance(value, NeedCategory) else None

    def process_formdata(self, valuelist: list[str]) -> None:
        code = valuelist[0] if valuelist else ""
        self.data = NeedCategory.get_or_none((NeedCategory.code == code) & NeedCategory.active)

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            raise validators.StopValidation(_("Please choose one of the entries in the list."))


def categories_by_area() -> list[tuple[LifeArea, list[NeedCategory]]]:
    """The active life areas with their active categories, in the order of the desk."""
    if "categories_by_area" not in g:
        g.categories_by_area = _categories_by_area()
    return g.categories_by_area


def areas_in_order() -> list[LifeArea]:
    """The active life areas in the order of the desk, read once a request."""
    if "areas_in_order" not in g:
        g.areas_in_order = list(LifeArea.in_order())
    return g.areas_in_order


def _categories_by_area() -> list[tuple[LifeArea, list[NeedCategory]]]:
    rows = NeedCategory.select().where(NeedCategory.active)
    by_area: dict[Any, list[NeedCategory]] = {}
    for each in rows.order_by(NeedCategory.position, NeedCategory.code):
        by_area.setdefault(each.__data__["life_area"], []).append(each)
    return [(area, by_area[area.id]) for area in areas_in_order() if area.id in by_area]


def near_day(form: Any, field: Any) -> None:
    """A day that somebody can mean."""
    if field.data is not None and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        raise validators.ValidationError(_("Please enter a date between 2000 and 2200."))


class NeedsField(CodesField):
    """Need categories as check boxes, grouped by life area; `data` are their codes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        tag = reading_language()
        known = [each for _area, found in categories_by_area() for each in found]
        choices = [(each.code, each.label(tag)) for each in known]
        super().__init__(*args, choices=choices, **kwargs)

    def areas(self) -> list[tuple[Any, list[Any], int]]:
        """Life area, its options and how many of them are ticked."""
        options = {option.data: option for option in self}
        found = []
        for area, categories in categories_by_area():
            mine = [options[each.code] for each in categories]
            found.append((area, mine, sum(option.checked for option in mine)))
        return found


def in_a_week() -> date:
    """The day that a new follow-up proposes."""
    return today() + timedelta(days=7)


class NeedForm(DeskForm):
    """A new need."""

    category = CategoryField(_l("Need"))
    person = SelectField(_l("Who"), choices=[], default="")
    urgency = words(_l("How urgent"), URGENCIES, blank=True)
    description = prose(_l("In their own words"), 8000)


class FollowUpForm(DeskForm):
    """Something to look at again."""

    what = line(_l("What is to be done"), 1000, NEEDED())
    due_on = DateField(
        _l("On"), [NEEDED(), near_day], format=["%Y-%m-%d", "%d.%m.%Y"], default=in_a_week
    )
    assigned_to = RowField(_l("Who does it"), model=Staff, rows=caseworkers, allow_blank=True)


class MessageForm(DeskForm):
    """A message to the person."""

    body = prose(_l("Message"), MAX_LENGTH, NEEDED(), rows=5)
    language = WordsField(_l("Written in"), choices=READ_IN)


class ReleaseForm(DeskForm):
    """An agreement that was given on paper or in person."""

    organization = RowField(
        _l("For"), model=Organization, rows=active_organizations, allow_blank=True,
        description=_l("Without a name: for whichever organisation the centre chooses."),
    )  # fmt: skip
    channel = words(_l("Given"), {k: v for k, v in CHANNELS.items() if k != "portal"})
    language = WordsField(_l("Wording read in"), choices=READ_IN)
    covers = codes(_l("What may be passed on"), SHAREABLE, default=list(USUAL))

    def validate_covers(self, field: Any) -> None:
        """An agreement to nothing is none."""
        if not field.data:
            raise validators.ValidationError(_("Please choose at least one."))


class DocumentForm(DeskForm):
    """A file."""

    title = line(_l("What it is"), 200, NEEDED())
    file = FileField(_l("File"), description=_l("PDF, JPEG, PNG or WebP, at most 8 MB."))

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        """Files reach the one field that takes them."""
        super().process(formdata, *args, **kwargs)
        if formdata is not None and hasattr(formdata, "getlist"):
            self.file.process_formdata(formdata.getlist(self.file.name))

    def validate_file(self, field: Any) -> None:
        """There is a file, and it has content."""
        if not field.data:
            raise validators.ValidationError(_("Please choose a file."))


class StateForm(DeskForm):
    """The next state of a case, with a reason where it is closed."""

    state = words(_l("Next state"), STATES.names)
    reason = words(
        _l("Reason for closing"), CLOSING_REASONS, blank=True,
        description=_l("Only where the case is closed."),
    )  # fmt: skip


class InChargeForm(DeskForm):
    """Who works on a case; only who sees all chooses the organisation."""

    organization = RowField(
        _l("Organisation in charge"), model=Organization, rows=active_organizations,
        allow_blank=True,
    )  # fmt: skip
    assigned_to = RowField(_l("Assigned to"), model=Staff, rows=caseworkers, allow_blank=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not current_actor().sees_all:
            del self.organization

    def validate_assigned_to(self, field: Any) -> None:
        """Who works on a case can see it."""
        if "organization" in self:
            check_belongs(field, self.organization.data)


class AssignForm(InChargeForm):
    """The same for a case that is there; `revision` tells whether somebody else was faster."""

    revision = HiddenField()


class OpenCaseForm(InChargeForm):
    """A new case of a household, and in which language its people read us."""

    language = WordsField(_l("Language of the person"), choices=READ_IN)
    urgency = words(_l("How urgent"), URGENCIES, blank=True)


class NewCaseForm(InChargeForm):
    """Somebody who came in person: who they are, what they need, who works on it."""

    given_name = line(_l("Given name"), 200)
    family_name = line(_l("Family name"), 200)
    birth_date = BirthField(
        _l("Date of birth"), [validators.Optional()],
        description=_l("17.05.1990, or only the year."),
    )  # fmt: skip
    gender = words(_l("Gender"), GENDERS, blank=True)
    phone = PhoneField(_l("Phone"), [validators.Optional()])
    email = MailField(_l("E-mail"), [validators.Optional()])
    language = WordsField(_l("Language"), choices=READ_IN)
    interpreter = words(_l("Interpreter"), INTERPRETER, blank=True)
    site = RowField(_l("Site"), model=Site, rows=active_sites, allow_blank=True)
    housing = words(_l("Housing"), HOUSING, blank=True)
    place = line(_l("Place"), 300)
    urgency = words(_l("How urgent"), URGENCIES, blank=True)
    needs = NeedsField(_l("Needs"))
    description = prose(_l("In their own words"), 8000)


def check_belongs(field: Any, organization: Any) -> None:
    """Refuse a colleague of another organisation than the one in charge."""
    staff = field.data
    if staff is None or staff.role == Role.COORDINATOR.value:
        return
    if organization is None or staff.__data__["organization"] != organization.id:
        raise validators.ValidationError(
            _("%(name)s works for another organisation and would not see the case.",
              name=str(staff))
        )  # fmt: skip
