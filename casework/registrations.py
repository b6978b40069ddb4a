"""Organisations that register themselves: what they sent, and the entry it becomes.

Nothing of a registration is in the directory before somebody here has accepted it. What
comes of it counts as never checked until somebody confirms the entry.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import ModelSelect

from casework.core.access import SYSTEM, Actor
from casework.core.audit import on, recorded
from casework.core.db import Base
from casework.core.i18n import DEFAULT, N_, pick
from casework.core.lookups import email_keys, fold, name_keys, phone_keys, remember
from casework.core.refusals import Refusal
from casework.needs import category_of
from casework.providers import (
    Address,
    Contact,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    SpokenLanguage,
    place_service,
    save_organization,
    save_service,
    set_categories,
    set_languages,
)
from casework.questionnaires.forms import ROW_KEY
from casework.submissions import STATES as SUBMISSION_STATES
from casework.submissions import Submission

SOURCE = "registration"
MOST_PLACES = 9999
WEB = re.compile(r"https?://[^\s<>\"'/?#]+\.[^\s<>\"']+", re.IGNORECASE)
UNNAMED_LANGUAGE = "other"
CONFIRM_BY = {
    "phone": N_("by phone"),
    "email": N_("by e-mail"),
    "visit": N_("in person"),
}
TEXTS = (
    "name", "description", "website", "email", "phone", "street", "postal_code", "city",
    "contact_name", "contact_role",
)  # fmt: skip


class NoRegistration(Refusal):
    """The form names no organisation."""

    msgid = N_("This form names no organisation, so it cannot become an entry of the directory.")


class NothingToAdd(Refusal):
    """Into an organisation that is known come only services."""

    msgid = N_("Please keep at least one service, or decline the registration.")


@dataclass(frozen=True)
class RegisteredService:
    """One service as the organisation described it; `row` names it within the form."""

    row: str
    name: str
    categories: tuple[str, ...] = ()
    eligibility: str = ""
    languages: tuple[str, ...] = ()
    fees: str = ""
    times: str = ""
    free: int | None = None


@dataclass(frozen=True)
class Registration:
    """What an organisation says of itself; texts are empty where nothing was said.

    `website` is an address that a browser can open, `confirm_by` one of `CONFIRM_BY` or empty.
    Address and contact person are confidential unless somebody said that they are not.
    """

    name: str
    description: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    contact_name: str = ""
    contact_role: str = ""
    confirm_by: str = ""
    publish: bool = False
    address_public: bool = False
    contact_public: bool = False
    services: tuple[RegisteredService, ...] = ()


def registration_of(submission: Submission) -> Registration | None:
    """What an organisation registered with this form; None where the form is about others."""
    if submission.purpose != "other":
        return None
    mapped = submission.mapped
    said = {name: _text(mapped.get(f"organization.{name}")) for name in TEXTS}
    if not said["name"]:
        return None
    return Registration(
        **{**said, "website": _web_address(said["website"])},
        confirm_by=_text(mapped.get("organization.confirm_by")),
        publish=bool(mapped.get("organization.publish")),
        address_public=mapped.get("organization.address_public") == "yes",
        contact_public=mapped.get("organization.contact_public") == "yes",
        services=tuple(_services(mapped)),
    )


def organization_of(submission: Submission) -> Organization | None:
    """What the registration became: its own organisation, or the one its services went to."""
    own = _own_organization(submission)
    if own is not None:
        return own
    service = _services_of(submission).first()
    return service.organization if service else None


@recorded("submission:registered", needs="organization:create")
def accept_registration(
    submission: Submission,
    *,
    into: Organization | None = None,
    rows: Collection[str] | None = None,
    by: Actor,
    at: datetime,
) -> Submission:
    """Make an entry of the directory of a registration, and return the submission.

    With `into` its services go to an organisation that is known. `rows` names the services to
    keep, by default all. Raises `NoRegistration`, `NothingToAdd`, `InvalidTransition`, and
    `NotFound` for an unknown category.
    """
    registration = registration_of(submission)
    if registration is None:
        raise NoRegistration()
    kept = [each for each in registration.services if rows is None or each.row in rows]
    if into is not None and not kept:
        raise NothingToAdd()
    SUBMISSION_STATES.move(submission, "accepted", at=at)
    organization = into or _new_organization(submission, registration, by=by, at=at)
    _add_reach(organization, registration)
    location = _location(organization, registration)
    for each in kept:
        service = _new_service(submission, organization, registration, each, by=by, at=at)
        if location is not None:
            place_service(service, [location], by=by, at=at)
    return submission


@on("submission:received")
def call_by_organization(submission: Submission, *, by: Actor, at: datetime) -> None:
    """A registration stands in the inbox under the organisation's name, and is found by it."""
    registration = registration_of(submission)
    if registration is None:
        return
    submission.sender = registration.name[:200]
    submission.save()
    keys = (
        *name_keys(registration.name, registration.contact_name),
        *phone_keys(registration.phone),
        *email_keys(registration.email),
    )
    remember(submission, keys)


@on("submission:withdrawn")
def hide_registered(submission: Submission, *, by: Actor, at: datetime) -> None:
    """Who takes the registration back takes back the consent to be listed.

    An organisation that was known before stays; only the services that came with this go.
    """
    for service in _services_of(submission):
        service.status = "inactive"
        save_service(service, by=SYSTEM, at=at)
    own = _own_organization(submission)
    if own is not None:
        own.active = False
        save_organization(own, by=SYSTEM, at=at)


def _services(mapped: dict[str, Any]) -> Iterator[RegisteredService]:
    """The services of a repeat, and one that was asked about outside of it."""
    single = {
        name.removeprefix("service."): value
        for name, value in mapped.items()
        if name.startswith("service.")
    }
    for each in (*mapped.get("service", ()), single):
        if _text(each.get("name")):
            yield RegisteredService(
                row=each.get(ROW_KEY, ""),
                name=_text(each["name"]),
                categories=_names(each.get("category")),
                eligibility=_text(each.get("eligibility")),
                languages=_names(each.get("languages")),
                fees=_text(each.get("fees")),
                times=_text(each.get("times")),
                free=_places(each.get("free")),
            )


def _new_organization(
    submission: Submission, registration: Registration, *, by: Actor, at: datetime
) -> Organization:
    row = Organization(
        source=SOURCE,
        source_id=submission.reference,
        description=registration.description,
        active=registration.publish,
        **_fitting(
            Organization,
            name=registration.name,
            website=registration.website,
            email=registration.email,
        ),
    )
    return save_organization(row, by=by, at=at)


def _new_service(
    submission: Submission,
    organization: Organization,
    registration: Registration,
    said: RegisteredService,
    *,
    by: Actor,
    at: datetime,
) -> Service:
    """A service as it was described; nobody has checked it yet."""
    service = Service(
        organization=organization,
        source=SOURCE,
        source_id=f"{submission.reference}/{said.row}",
        status="active" if registration.publish else "inactive",
        eligibility_description=said.eligibility,
        fees_description=said.fees,
        capacity_free=said.free,
        capacity_at=submission.received_at if said.free is not None else None,
        **_fitting(Service, name=said.name),
    )
    save_service(service, by=by, at=at)
    set_categories(service, [category_of(code) for code in said.categories], by=by, at=at)
    set_languages(service, _spoken(submission, said.languages), by=by, at=at)
    if said.times:
        Schedule.create(service=service, description=said.times)
    return service


def _add_reach(organization: Organization, registration: Registration) -> None:
    """Phone and contact person, unless the organisation has them already."""
    ending = phone_keys(registration.phone)
    if registration.phone and not any(
        phone_keys(each.number) == ending for each in organization.phone_set
    ):
        Phone.create(organization=organization, **_fitting(Phone, number=registration.phone))
    if not (registration.contact_public and registration.contact_name):
        return
    name = fold(registration.contact_name)
    if not any(fold(each.name) == name for each in organization.contact_set):
        Contact.create(
            organization=organization,
            **_fitting(Contact, name=registration.contact_name, title=registration.contact_role),
        )


def _location(organization: Organization, registration: Registration) -> Location | None:
    """Where the services are given: a place of the organisation with this address, or a new one."""
    if not (registration.street or registration.city):
        return None
    wanted = fold(f"{registration.street} {registration.postal_code}")
    for known in organization.locations:
        for address in known.address_set:
            if fold(f"{address.address_1} {address.postal_code}") == wanted:
                return known
    location = Location.create(
        organization=organization,
        confidential=not registration.address_public,
        **_fitting(Location, name=registration.city or organization.name),
    )
    Address.create(
        location=location,
        **_fitting(
            Address,
            address_1=registration.street,
            city=registration.city,
            postal_code=registration.postal_code,
        ),
    )
    return location


def _spoken(submission: Submission, codes: tuple[str, ...]) -> Iterator[SpokenLanguage]:
    """The languages by the words of the form; “another one” has no name to store."""
    form = submission.version.form
    words = {
        choice.name: pick(choice.label, DEFAULT)[0]
        for spec in form.specs
        if getattr(spec.item, "save_to", "") == "service.languages"
        for choice in spec.choices
    }
    for code in codes:
        if code != UNNAMED_LANGUAGE:
            name = words.get(code) or code
            yield SpokenLanguage(**_fitting(SpokenLanguage, name=name, code=code))


def _own_organization(submission: Submission) -> Organization | None:
    return Organization.get_or_none(
        (Organization.source == SOURCE) & (Organization.source_id == submission.reference)
    )


def _services_of(submission: Submission) -> ModelSelect:
    """The services that came with the registration."""
    return Service.select().where(
        (Service.source == SOURCE) & Service.source_id.startswith(f"{submission.reference}/")
    )


def _fitting(model: type[Base], **columns: str) -> dict[str, str]:
    """The texts as long as their columns; the whole stands in what was sent."""
    return {name: text[: getattr(model, name).max_length] for name, text in columns.items()}


def _text(answer: Any) -> str:
    return answer if isinstance(answer, str) else ""


def _names(answer: Any) -> tuple[str, ...]:
    return tuple(answer) if isinstance(answer, list) else tuple(filter(None, [_text(answer)]))


def _places(answer: Any) -> int | None:
    """A number of places that a service can have; anything else is not known."""
    digits = _text(answer)
    return min(int(digits), MOST_PLACES) if digits.isdecimal() else None


def _web_address(typed: str) -> str:
    """An address that a browser opens as a page; people leave the scheme out."""
    address = typed if "://" in typed else f"https://{typed}"
    return address if WEB.fullmatch(address) else ""
