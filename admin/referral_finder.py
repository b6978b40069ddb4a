"""Which services could help with a need: fitting, nearby, by name; each with what was tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import Case as When
from peewee import Load, ModelSelect

from casework.core.access import Actor
from casework.life_areas import NeedCategory
from casework.needs import Need
from casework.providers import Organization, Service, ServiceCategory
from casework.referral_drafts import asked_before
from casework.referrals import Referral

MOST_OFFERED = 12


@dataclass(frozen=True)
class Candidate:
    """A service that could help, with what speaks for it and what was tried before."""

    service: Service
    speaks: bool
    earlier: list[Referral]


class Finder:
    """Services for one need, each with its places, its languages and what was tried before."""

    def __init__(self, need: Need, actor: Actor) -> None:
        self.need, self.actor = need, actor

    def fitting(self) -> list[Candidate]:
        """Services that help with exactly this need."""
        return self._candidates(self._helping(ServiceCategory.category == self.need.category))

    def nearby(self) -> list[Candidate]:
        """Services in the same life area that do not name this need."""
        same_area = NeedCategory.select(NeedCategory.id).where(
            NeedCategory.life_area == self.need.life_area
        )
        exact = ServiceCategory.select(ServiceCategory.service).where(
            ServiceCategory.category == self.need.category
        )
        rows = self._helping(ServiceCategory.category << same_area)
        return self._candidates(rows.where(Service.id.not_in(exact)))

    def named(self, words: str) -> list[Candidate]:
        """Services whose name, or that of their organisation, has all the words."""
        rows = self._offered()
        for word in words.split()[:8]:
            rows = rows.where(Service.name.contains(word) | Organization.name.contains(word))
        return self._candidates(rows) if words.strip() else []

    def _offered(self) -> ModelSelect:
        return Service.offered().where(Service.id << Service.scope(self.actor).select(Service.id))

    def _helping(self, condition: Any) -> ModelSelect:
        helping = ServiceCategory.select(ServiceCategory.service).where(condition)
        return self._offered().where(Service.id << helping)

    def _candidates(self, rows: ModelSelect) -> list[Candidate]:
        """Those with a free place first, then those that have not told, the full ones last."""
        room = When(None, [(Service.capacity_free > 0, 0), (Service.capacity_free.is_null(), 1)], 2)
        wanted = rows.order_by(room, Service.name, Service.id).limit(MOST_OFFERED)
        services = list(wanted.with_related(Load(Service.spokenlanguage_set)))
        case = self.need.case
        earlier = asked_before(case, services, staff=self.actor)
        return [
            Candidate(
                service, any(each.code == case.language for each in service.spokenlanguage_set),
                earlier.get(service.id, []),
            )
            for service in services
        ]  # fmt: skip
