"""The form of an opportunity: what it is, who gives it, what it asks for."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, DateField, DecimalField, IntegerField, SelectField, validators

from admin.auth import current_actor
from admin.base import CodesField, DeskForm
from admin.base.fields import WordsField
from admin.case_forms import near_day
from admin.directory_fields import mail_address
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.person_fields import NEEDED, SPOKEN, line, prose, words
from admin.strength_words import level_choices, skill_choices
from casework.core.access import Actor
from casework.core.i18n import N_
from casework.opportunities.kinds import KINDS
from casework.opportunities.models import Opportunity, Requirement
from casework.opportunities.writing import (
    FREE_SOURCE,
    MOST_DESCRIPTION,
    MOST_PLACES,
    Details,
)
from casework.providers import Service
from casework.skills import FIELD as OF_FIELD
from casework.skills import SKILL as OF_SKILL
from casework.strengths import LANGUAGE, LICENCE, LICENCES, SKILL

DAYS = ["%Y-%m-%d", "%d.%m.%Y"]
LANGUAGES_ASKED = 3
MOST_NAMES = 1000
HOW = {"must": N_("needed"), "welcome": N_("good to have")}
ANY_LEVEL = N_("any level")


def number(label: Any, least: int, most: int) -> IntegerField:
    """A whole number, or nothing."""
    checks = [validators.Optional(), validators.NumberRange(min=least, max=most)]
    return IntegerField(label, checks)


def called(service: Service) -> str:
    """A service as the form proposes it; a provider outside the directory by name alone."""
    if service.source == FREE_SOURCE:
        return service.organization.name
    return f"{service.name}, {service.organization.name}"


def providers(actor: Actor) -> list[str]:
    """The services of the directory to choose from, by name."""
    rows = Service.offered().where(Service.id << Service.scope(actor).select(Service.id))
    return list(dict.fromkeys(called(each) for each in rows.limit(MOST_NAMES)))


def service_called(name: str, actor: Actor) -> Service | None:
    """The service of the directory that `called` gives this name."""
    parts = name.split(", ")
    heads = [", ".join(parts[:count]) for count in range(1, len(parts))]
    if not heads:
        return None
    rows = Service.offered().where(
        (Service.name << heads) & (Service.id << Service.scope(actor).select(Service.id))
    )
    return next((each for each in rows if called(each) == name), None)


class OpportunityForm(DeskForm):
    """One opportunity; what its kind cannot ask for is not stored."""

    kind = words(_l("What it is"), KINDS)
    title = line(_l("In a few words"), 200, NEEDED())
    provider = line(
        _l("Who gives it"), 600, NEEDED(),
        description=_l("A service of the directory, or anybody else: then tick the box below."),
    )  # fmt: skip
    not_listed = BooleanField(_l("Is not in the directory and is not to be published there"))
    email = line(
        _l("E-mail for the question"), 254, validators.Optional(), mail_address,
        description=_l("Only for somebody who is not in the directory."),
    )  # fmt: skip
    description = prose(_l("More about it"), MOST_DESCRIPTION)
    places = IntegerField(
        _l("Places"), [NEEDED(), validators.NumberRange(min=1, max=MOST_PLACES)], default=1
    )
    deadline = DateField(_l("Offer until"), [validators.Optional(), near_day], format=DAYS)
    starts_on = DateField(_l("Begins"), [validators.Optional(), near_day], format=DAYS)
    place = line(_l("Where"), 200)
    hours = number(_l("Hours a week"), 1, 60)
    occupation = SelectField(_l("Field of work"), choices=[], default="")
    needed = CodesField(_l("Must be able to"))
    welcome = CodesField(_l("Good to have"))
    licence = words(_l("Driving licence"), LICENCES, blank=True)
    licence_how = words(_l("How much"), HOW, default="must")
    min_age = number(_l("Age from"), 0, 120)
    max_age = number(_l("Age to"), 0, 120)
    rooms = DecimalField(
        _l("Rooms"), [validators.Optional(), validators.NumberRange(min=0.5, max=30)], places=1
    )
    min_people = number(_l("People from"), 1, 30)
    max_people = number(_l("People to"), 1, 30)
    service: Service | None = None

    def __init__(self, formdata: Any = None, obj: Opportunity | None = None, **kwargs: Any) -> None:
        super().__init__(formdata, obj=obj, data=_start(obj) if obj else {}, **kwargs)
        present = {each.code for each in obj.asks} | {obj.occupation} if obj else set()
        fields_of_work = [(e.value, e.label) for e in skill_choices(OF_FIELD, present)]
        self.occupation.choices = [("", "–"), *fields_of_work]
        self.needed.choices = skill_choices(OF_SKILL, present)
        self.welcome.choices = skill_choices(OF_SKILL, present)
        self.provider.render_kw = {**self.provider.render_kw, "list": "providers",
                                   "autocomplete": "off"}  # fmt: skip

    def asked(self) -> list[tuple[Any, Any, Any]]:
        """The fields for languages, row by row: which, how well, how much."""
        return [
            (self[f"language_{n}"], self[f"level_{n}"], self[f"how_{n}"])
            for n in range(1, LANGUAGES_ASKED + 1)
        ]

    def validate_provider(self, field: Any) -> None:
        """A service of the directory, unless it is said to be none."""
        self.service = service_called(field.data or "", current_actor())
        if self.service is None and not self.not_listed.data:
            raise validators.ValidationError(
                _("This is not in the directory. Please choose an entry from the list, or tick "
                  "that it is not to be there.")
            )  # fmt: skip

    def validate_language_1(self, field: Any) -> None:
        """Each language once."""
        chosen = [row[0].data for row in self.asked() if row[0].data]
        if len(set(chosen)) < len(chosen):
            raise validators.ValidationError(_("Please choose each language once."))

    def validate_welcome(self, field: Any) -> None:
        """Needed or good to have, not both."""
        if set(field.data or ()) & set(self.needed.data or ()):
            raise validators.ValidationError(
                _("Please choose a skill in one of the two lists only.")
            )

    def requirements(self) -> tuple[Requirement, ...]:
        """What is asked of a person."""
        languages = [
            Requirement(LANGUAGE, tag.data, int(level.data), how.data == "must")
            for tag, level, how in self.asked() if tag.data
        ]  # fmt: skip
        needed = [Requirement(SKILL, code, must=True) for code in self.needed.data or ()]
        welcome = [Requirement(SKILL, code) for code in self.welcome.data or ()]
        licence = [Requirement(LICENCE, self.licence.data, must=self.licence_how.data == "must")]
        return (*languages, *needed, *welcome, *(licence if self.licence.data else ()))

    def details(self) -> Details:
        """What was entered, as the verbs take it."""
        plain = ("kind", "places", "deadline", "starts_on", "hours", "min_age", "max_age",
                 "min_people", "max_people")  # fmt: skip
        texts = ("title", "description", "place", "occupation")
        columns: dict[str, Any] = {name: self[name].data for name in plain}
        columns |= {name: self[name].data or "" for name in texts}
        rooms = None if self.rooms.data is None else float(self.rooms.data)
        return Details(**columns, rooms=rooms, requirements=self.requirements())


for _number in range(1, LANGUAGES_ASKED + 1):
    _spoken = [each for each in SPOKEN if each[0] != "other"]
    setattr(
        OpportunityForm, f"language_{_number}",
        WordsField(_l("Language"), choices=_spoken, blank=True),
    )  # fmt: skip
    setattr(
        OpportunityForm, f"level_{_number}",
        WordsField(_l("At least"), choices=level_choices(ANY_LEVEL), default="0"),
    )  # fmt: skip
    setattr(OpportunityForm, f"how_{_number}", words(_l("How much"), HOW, default="must"))


def _start(row: Opportunity) -> dict[str, Any]:
    """What the form of a stored opportunity begins with, beyond its columns."""
    free = row.service.source == FREE_SOURCE
    start: dict[str, Any] = {
        "provider": called(row.service), "not_listed": free,
        "email": row.service.organization.email if free else "",
        "needed": [each.code for each in row.asks if each.kind == SKILL and each.must],
        "welcome": [each.code for each in row.asks if each.kind == SKILL and not each.must],
    }  # fmt: skip
    tongues = [each for each in row.asks if each.kind == LANGUAGE]
    for n, each in enumerate(tongues[:LANGUAGES_ASKED], 1):
        how = "must" if each.must else "welcome"
        start |= {f"language_{n}": each.code, f"level_{n}": str(each.level), f"how_{n}": how}
    for each in row.asks:
        if each.kind == LICENCE:
            start |= {"licence": each.code, "licence_how": "must" if each.must else "welcome"}
    return start
