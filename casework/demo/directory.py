"""Where the demo town's services are, which languages are spoken there, and what was checked."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle
from typing import TYPE_CHECKING

from casework.core.access import SYSTEM
from casework.core.db import transaction
from casework.demo.places import PROVIDERS
from casework.providers import (
    Address,
    Location,
    Organization,
    Service,
    SpokenLanguage,
    confirm_entry,
    place_service,
    set_languages,
)

if TYPE_CHECKING:
    from casework.demo.town import Town

# A house for each of PROVIDERS, in their order; the town and its streets are invented.
HOUSES = (
    ("Haus der Bildung", "Am Alten Markt 4"), ("Stadtbücherei, Erdgeschoss", "Brunnengasse 11"),
    ("Behördenhaus Nord", "Nordring 2"), ("Handwerkerhof", "Gerberstraße 18"),
    ("Rathaus, Nebengebäude", "Rathausplatz 1"), ("Kinderhaus Lindenweg", "Lindenweg 7"),
    ("Bürgerbüro Wohnen", "Rathausplatz 3"), ("Praxishaus am Park", "Parkallee 22"),
    ("Gesundheitsamt", "Spitalstraße 9"), ("Beratungshaus Mühlbach", "Am Mühlbach 5"),
    ("Beratungshaus Mühlbach, 2. Stock", "Am Mühlbach 5"), ("Familienzentrum", "Gartenweg 14"),
    ("Welcome-Center", "Bahnhofstraße 6"), ("Sporthalle Ost", "Turnerweg 1"),
)  # fmt: skip
SPOKEN = (
    (("de", "Deutsch"), ("en", "Englisch")),
    (("de", "Deutsch"), ("ar", "Arabisch"), ("en", "Englisch")),
    (("de", "Deutsch"), ("uk", "Ukrainisch"), ("ru", "Russisch")),
    (("de", "Deutsch"),),
    (("de", "Deutsch"), ("tr", "Türkisch"), ("ku", "Kurmandschi")),
    (("de", "Deutsch"), ("fa", "Persisch"), ("fr", "Französisch")),
)
# Days ago that somebody last looked whether an entry is true; nobody has looked at some.
CHECKED = (12, 45, None, 90, 200, 400, 30)
# Where this is, stays between the desk and the provider.
CONFIDENTIAL = "Frauencafé"


def tell_directory(town: Town) -> None:
    """Give each service a place, its languages and the day of its last check."""
    ways = zip(cycle(SPOKEN), cycle(CHECKED), strict=False)
    for (name, _services), (house, street) in zip(PROVIDERS, HOUSES, strict=True):
        provider = Organization.get(Organization.name == name)
        with transaction():
            location = _house(provider, house, street)
            for service in provider.services.order_by(Service.name):
                spoken, days = next(ways)
                where = location if service.name != CONFIDENTIAL else _hidden(provider)
                place_service(service, [where], by=SYSTEM, at=town.at)
                rows = [SpokenLanguage(name=name, code=code) for code, name in spoken]
                set_languages(service, rows, by=SYSTEM, at=town.at)
                if days is not None:
                    confirm_entry(service, by=SYSTEM, at=town.at - timedelta(days=days))


def _house(provider: Organization, name: str, street: str) -> Location:
    location = Location.create(organization=provider, name=name)
    Address.create(location=location, address_1=street, city="Musterstadt", country="DE")
    return location


def _hidden(provider: Organization) -> Location:
    return Location.create(organization=provider, name="Treff für Frauen", confidential=True)
