"""What belongs to an entry of the directory: needs, people, places; shown and stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import Load, ModelSelect

from admin.auth import current_actor
from admin.case_forms import categories_by_area
from casework.core.access import Actor
from casework.life_areas import NeedCategory
from casework.providers import (
    Contact,
    Location,
    Service,
    ServiceAtLocation,
    ServiceCategory,
    place_service,
    set_categories,
)

MOST_SHOWN = 200


def areas_of(row: Service) -> list[tuple[Any, list[NeedCategory]]]:
    """The need categories of a service by life area, in the order of the desk."""
    chosen = {each.__data__["category"] for each in row.categories}
    found = [
        (area, [each for each in categories if each.id in chosen])
        for area, categories in categories_by_area()
    ]
    return [(area, categories) for area, categories in found if categories]


def contacts_of(row: Any) -> list[Contact]:
    """The people to speak to at an organisation or a service, with their phones."""
    return list(row.contact_set.limit(MOST_SHOWN).with_related(Load(Contact.phones)))


def places_of(row: Service) -> list[Location]:
    """Where a service is given, with addresses and phones."""
    given = ServiceAtLocation.select(ServiceAtLocation.location)
    rows = Location.scope(current_actor()).where(
        Location.id << given.where(ServiceAtLocation.service == row)
    )
    return with_reach(rows)


def with_reach(places: ModelSelect) -> list[Location]:
    """Places by name, with their addresses and phones."""
    known: Any = Location
    loads = (Load(known.address_set), Load(known.phone_set))
    return list(places.order_by(Location.name).limit(MOST_SHOWN).with_related(*loads))


def store_categories(row: Service, wanted: list[NeedCategory], *, by: Actor, at: datetime) -> None:
    """Say which needs a service helps with; categories that are out of use stay as they were."""
    known = {each.category for each in row.categories.with_related(ServiceCategory.category)}
    kept = {each for each in known if not each.active}
    if kept | set(wanted) != known:
        set_categories(row, [*kept, *wanted], by=by, at=at)


def store_places(row: Service, wanted: list[Location], *, by: Actor, at: datetime) -> None:
    """Say where a service is given, if that is different now."""
    if {each.__data__["location"] for each in row.places} != {each.id for each in wanted}:
        place_service(row, wanted, by=by, at=at)
