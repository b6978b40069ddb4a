"""Addresses, forms and services for tests of the referral screens."""

from __future__ import annotations

import re
from datetime import timedelta

from casework.core.access import SYSTEM
from casework.needs import Need, category_of
from casework.providers import Service, set_categories
from casework.referrals import Referral
from tests.world import World


def offering(world: World, name: str, category: str = "integration_course", **columns) -> Service:
    service = world.service(name=name, email=f"{len(name)}@provider.example", **columns)
    set_categories(service, [category_of(category)], by=SYSTEM, at=world.at)
    return service


def new_address(need: Need, service: Service | None = None, **more: str) -> str:
    query = {"need": str(need.id), **({"service": str(service.id)} if service else {}), **more}
    return "/admin/referral/new?" + "&".join(f"{k}={v}" for k, v in query.items())


def details(world: World, **changed) -> dict:
    fields = {
        "step": "check", "shared": ["name", "phone", "language", "need"],
        "follow_up_on": (world.at.date() + timedelta(days=10)).isoformat(),
    }  # fmt: skip
    return fields | changed


def page_of(referral: Referral, verb: str = "") -> str:
    return f"/admin/referral/{referral.id}" + (f"/{verb}" if verb else "")


def seen_on(text: str) -> dict[str, str]:
    """Labels and values of the details on a page, as a person reads them."""
    plain = re.sub(r"\s+", " ", text)
    pairs = re.findall(r"<dt>([^<]*)</dt><dd dir=\"\w+\">(.*?)</dd>", plain)
    return {label: re.sub(r"<[^>]+>", "", value).strip() for label, value in pairs}
