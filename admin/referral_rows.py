"""The rows that the referral screens work on, each within the reader's scope."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort
from peewee import Load

from admin.auth import current_actor
from admin.base.ajax import parse_id
from admin.case_page import with_people
from casework.cases import Case
from casework.needs import Need
from casework.providers import Service
from casework.referral_drafts import asked_before
from casework.referrals import Referral

# What a referral is called by: the household and its people, the need, the provider.
LOADS = (
    Load(Referral.case).then(with_people(Case.household)),
    Load(Referral.need).then(Need.category, Need.life_area, Need.person),
    Referral.service, Referral.organization,
)  # fmt: skip


def referral_or_404(id: uuid.UUID) -> Referral:
    """The referral with what its page calls it by, within the reader's scope."""
    query = Referral.scope(current_actor()).where(Referral.id == id)
    rows = list(query.with_related(*LOADS))
    return rows[0] if rows else abort(404)


def need_or_404(key: Any) -> Need:
    """The need with this id within the reader's scope."""
    return _row(Need, key, Need.case, Need.category, Need.life_area, Need.person)


def service_or_404(key: Any) -> Service:
    """A service that is offered now."""
    service = _row(Service, key, Service.organization)
    return service if service.status == "active" and service.organization.active else abort(404)


def earlier_at(need: Need, service: Service) -> Referral | None:
    """The household's last referral to `service` before, if there was one."""
    found = asked_before(need.case, [service], staff=current_actor())
    return next(iter(found.get(service.id, [])), None)


def _row(model: Any, key: Any, *loads: Any) -> Any:
    wanted = model.scope(current_actor()).where(model.id == parse_id(key)) if parse_id(key) else ()
    rows = list(wanted.with_related(*loads)) if wanted else []
    return rows[0] if rows else abort(404)


def waiting_for(need: Need) -> list[Referral]:
    """Referrals of the same need that are on their way: two at once would be one too many."""
    rows = Referral.waiting(current_actor()).where(Referral.need == need)
    return list(rows.with_related(Referral.service))
