"""Builds the town with the program's own verbs, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any

from casework.cases import Case
from casework.core.access import SYSTEM, Actor, Role
from casework.core.db import transaction
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.core.settings import change_setting, setting
from casework.demo.attention import fill_queue
from casework.demo.chances import tell_chances
from casework.demo.counter import tell_counter
from casework.demo.directory import tell_directory
from casework.demo.figures import tell_figures
from casework.demo.forms import tell_form_change, tell_forms
from casework.demo.growth import listed_people, tell_growth
from casework.demo.names import REGIONS, Region
from casework.demo.network import tell_handovers, tell_network
from casework.demo.participation import tell_participation
from casework.demo.places import OPENING_TIMES, PARTNERS, PROVIDERS, SITES
from casework.demo.plans import tell_plans
from casework.demo.requests import (
    ACCEPTED,
    tell_accepted,
    tell_inbox,
    tell_offers,
    tell_registrations,
)
from casework.demo.stories import tell_case
from casework.demo.support import tell_support
from casework.life_areas import NeedCategory
from casework.messages import OutboxMail
from casework.opening_times import OpeningTime, set_opening_times
from casework.people import Household, Person, add_person, create_household
from casework.providers import (
    Organization,
    Service,
    report_capacity,
    save_organization,
    save_service,
    set_categories,
)
from casework.sites import Site
from casework.staff import Staff, add_staff
from casework.submissions import Submission
from casework.volunteers import Offer

PEOPLE_PER_HOUSEHOLD = 2.5
SIZES = (1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 6)
ACCOUNTS = (
    ("koordination", Role.COORDINATOR, None),
    ("caritas", Role.INTEGRATION_MANAGER, PARTNERS[0]),
    ("diakonie", Role.INTEGRATION_MANAGER, PARTNERS[1]),
    ("beauftragte", Role.INTEGRATION_COMMISSIONER, None),
    ("ehrenamt", Role.VOLUNTEER_COORDINATOR, None),
    ("verwaltung", Role.ADMINISTRATOR, None),
)
UMLAUTS = str.maketrans("äöüß", "aous")
DEMO_HOST = "demo.example"
DEMO_PASSWORD = "lotse-demo-town"  # noqa: S105 - printed, and only for a town of invented people


class DemoRefused(Refusal):
    """The town is built in an empty database only, once."""

    msgid = N_(
        "The demo town needs an empty database; this one holds data already. "
        "Please name a new INSTANCE_DIR or DATABASE_URL."
    )


class SizeRefused(Refusal):
    """Too few or too many people."""

    msgid = N_("The demo town can have 10 to 20,000 people. Please choose a number in between.")


@dataclass
class Summary:
    """What was built: counts by kind, and the accounts as (e-mail, password, role)."""

    counts: dict[str, int] = field(default_factory=dict)
    accounts: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Town:
    """What the builders hand to each other."""

    random: Random
    at: datetime
    size: int
    sites: list[Site] = field(default_factory=list)
    partners: list[Organization] = field(default_factory=list)
    managers: list[Staff] = field(default_factory=list)
    coordinator: Actor = SYSTEM
    services: dict[str, list[Service]] = field(default_factory=dict)
    categories: list[NeedCategory] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)

    def ago(self, least: float, most: float) -> datetime:
        """A moment in office hours between so many days ago."""
        day = self.at - timedelta(days=self.random.uniform(least, most))
        return min(
            day.replace(
                hour=self.random.randint(8, 15), minute=self.random.choice((0, 15, 30, 45))
            ),
            self.at,
        )


def load_demo(people: int = 550, seed: int = 1, *, at: datetime) -> Summary:
    """Fill an empty database with a fictional town of about `people` people.

    From then on the database counts as a demo and says so on every page. Raises
    `DemoRefused` where there is anything already, `SizeRefused`.
    """
    if not 10 <= people <= 20_000:
        raise SizeRefused()
    with transaction():
        _require_empty()
        change_setting("instance_kind", "demo", by=SYSTEM, at=at)
        change_setting("federal_state", "BW", by=SYSTEM, at=at)
        change_setting("centre_name", "Welcome-Center Musterstadt", by=SYSTEM, at=at)
        change_setting("centre_phone", "+49 7000 000000", by=SYSTEM, at=at)
        change_setting("centre_email", f"willkommen@{DEMO_HOST}", by=SYSTEM, at=at)
        town = Town(Random(seed), at, people)  # noqa: S311 - a reproducible town, no secret
        _build_places(town)
        accounts = _build_staff(town)
        _build_people(town, people - len(ACCEPTED) - listed_people(people))
        for tell in (
            tell_inbox, tell_offers, tell_accepted, tell_registrations, tell_forms,
            tell_form_change, tell_growth, tell_plans, tell_chances, tell_network,
            tell_handovers,
            tell_counter, tell_participation, tell_support, tell_figures, tell_directory,
        ):  # fmt: skip
            tell(town)
        fill_queue(at=at)
        # What was told in an invented past leaves no mail today.
        OutboxMail.update(state="sent", sent_at=at).execute()
        return Summary(_counts(), accounts)


def _require_empty() -> None:
    models: tuple[Any, ...] = (Person, Household, Case, Submission, Offer, Organization)
    if setting("instance_kind") != "new" or any(model.select().exists() for model in models):
        raise DemoRefused()


def _build_places(town: Town) -> None:
    for name, kind, capacity in SITES:
        site = Site.create(name=name, kind=kind, capacity=capacity)
        town.sites.append(site)
    for name in PARTNERS:
        row = Organization(name=name, email=_address(name))
        town.partners.append(save_organization(row, by=SYSTEM, at=town.at))
    town.categories = list(NeedCategory.select().order_by(NeedCategory.code))
    by_code = {category.code: category for category in town.categories}
    for name, services in PROVIDERS:
        organization = save_organization(
            Organization(
                name=name, email=_address(name), checked_at=town.ago(5, 300), checked_by="Demo"
            ),
            by=SYSTEM, at=town.at,
        )  # fmt: skip
        for title, codes, places in services:
            service = _build_service(town, organization, title, places)
            set_categories(service, [by_code[code] for code in codes], by=SYSTEM, at=town.at)
            for code in codes:
                town.services.setdefault(code, []).append(service)
    _open_services(town)


def _build_service(town: Town, organization: Organization, title: str, places: int) -> Service:
    row = Service(organization=organization, name=title)
    service = save_service(row, by=SYSTEM, at=town.at)
    free = town.random.choice((0, 0, 1, 2, places // 3))
    report_capacity(
        service, places=places, free=free,
        waiting=0 if free else town.random.randint(0, 30), by=SYSTEM, at=town.ago(0, 60),
    )  # fmt: skip
    return service


def _open_services(town: Town) -> None:
    """Opening times, dealt out in turn; of some services nobody knows any."""
    every = {service.id: service for found in town.services.values() for service in found}
    for service, rows in zip(every.values(), cycle(OPENING_TIMES), strict=False):
        times = [OpeningTime(*row) for row in rows]
        if times:
            set_opening_times(service, times, by=SYSTEM, at=town.at)


def _address(name: str) -> str:
    plain = name.casefold().translate(UMLAUTS)
    return f"{'-'.join(''.join(c if c.isalnum() else ' ' for c in plain).split())}@{DEMO_HOST}"


def _build_staff(town: Town) -> list[tuple[str, str, str]]:
    partners = {partner.name: partner for partner in town.partners}
    accounts = []
    for local, role, partner in ACCOUNTS:
        email = f"{local}@{DEMO_HOST}"
        staff = add_staff(
            email, role, DEMO_PASSWORD, name=local.capitalize(),
            organization=partners.get(partner or ""), by=SYSTEM, at=town.at,
        )  # fmt: skip
        accounts.append((email, DEMO_PASSWORD, role.value))
        if role is Role.INTEGRATION_MANAGER:
            town.managers.append(staff)
        elif role is Role.COORDINATOR:
            town.coordinator = staff.actor
    return accounts


def _build_people(town: Town, people: int) -> None:
    """Households of every size until there are `people` people; most of them have a case."""
    left, households = people, []
    while left > 0:
        size = min(town.random.choice(SIZES), left)
        households.append(_build_household(town, size))
        left -= size
    town.random.shuffle(households)
    supported = households[: max(1, round(len(households) * 0.93))]
    days = sorted(town.ago(10, 800) for _ in supported)
    for household, opened in zip(supported, days, strict=True):
        tell_case(town, household, opened)


def _build_household(town: Town, size: int) -> Household:
    random = town.random
    region = random.choices(REGIONS, [each.share for each in REGIONS])[0]
    family, since = random.choice(region.family), town.ago(20, 900)
    site = random.choices(town.sites[:4], (4, 3, 3, 2))[0]
    household = create_household(
        name=family, site=site, housing="shared" if site.kind == "shared_housing" else "flat",
        by=SYSTEM, at=since,
    )  # fmt: skip
    for number in range(size):
        add_person(household, by=SYSTEM, at=since, **_person(town, region, family, number, size))
    return household


def _person(town: Town, region: Region, family: str, number: int, size: int) -> dict[str, Any]:
    random = town.random
    gender = random.choice(("female", "male"))
    grown = number == 0 or (number == 1 and size != 2)
    age = random.randint(19, 64) if grown else random.randint(0, 17)
    birth = date(town.at.year - age, random.randint(1, 12), random.randint(1, 28))
    columns: dict[str, Any] = {
        "given_name": random.choice(region.female if gender == "female" else region.male),
        "family_name": family,
        "birth_date": birth.replace(month=1, day=1).isoformat()
        if random.random() < 0.15
        else birth.isoformat(),
        "gender": gender,
        "language": region.language,
        "languages": list(region.spoken),
        "role_at_home": ("self" if number == 0 else "partner" if grown else "child"),
    }
    if number == 0:
        columns |= {
            "is_contact": True,
            "phone": f"+4915{random.randint(10_000_000, 99_999_999)}0",
            "interpreter": random.choice(("yes", "sometimes", "no")),
            "channels": random.choice((["phone"], ["phone", "sms"], ["status_page"])),
        }
    return columns


def _counts() -> dict[str, int]:
    models: tuple[Any, ...] = (Person, Household, Case, Submission, Offer, Organization, Service)
    return {model._meta.table_name: model.select().count() for model in models}
