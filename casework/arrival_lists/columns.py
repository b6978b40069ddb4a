"""Which column of a list holds what: recognised by its heading, in German and English."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from casework.core.i18n import N_
from casework.core.lookups import fold

FIELDS = {
    "family_name": N_("Family name"),
    "given_name": N_("Given name"),
    "full_name": N_("Whole name"),
    "birth_date": N_("Date of birth"),
    "gender": N_("Gender"),
    "nationality": N_("Nationality"),
    "language": N_("Language"),
    "household": N_("Household number"),
    "relation": N_("In the household"),
    "site": N_("Site"),
    "room": N_("Room"),
    "phone": N_("Phone"),
    "email": N_("E-mail"),
}
HEADINGS = {
    "family_name": "Familienname Nachname Name Zuname Surname Lastname Last|name Family|name",
    "given_name": "Vorname Vornamen Rufname Given|name Given|names First|name Firstname Forename",
    "full_name": "Name|Vorname Nachname|Vorname Vorname|Nachname Familienname|Vorname "
                 "Vollständiger|Name Full|name Whole|name",
    "birth_date": "Geburtsdatum Geburtstag Geb|Datum Geb GebDat geboren geboren|am Geburtsjahr "
                  "Date|of|birth Birth|date Birthdate Birthday DOB Year|of|birth "
                  "Geb|am D|o|B Day|of|birth",
    "gender": "Geschlecht Geschl Anrede m|w m|w|d Gender Sex",
    "nationality": "Herkunftsland Staatsangehörigkeit Staatsangeh Staatsang Heimatland Nat "
                   "Nationalität Herkunft Land StA Staat "
                   "Country|of|origin Country Nationality Citizenship",
    "language": "Sprache Sprachen Muttersprache Erstsprache Language Mother|tongue First|language",
    "household": "Haushalt Haushaltsnummer Haushaltnummer Haushalts|Nr Haushalt|Nr Haushalts|ID "
                 "HH|Nr Familiennummer Familien|Nr Familien|ID Fam|ID Familie "
                 "Bedarfsgemeinschaft BG Fam|Nr Household Household|number Household|id Family "
                 "Family|number Family|id",
    "relation": "Stellung|im|Haushalt Verwandtschaft Verwandtschaftsverhältnis Beziehung Rolle "
                "In|the|household Relation Relationship Role",
    "site": "Unterkunft Standort Wohnheim Einrichtung Objekt Haus Site Accommodation Building",
    "room": "Zimmer Zimmernummer Zi|Nr Zimmer|Nr Raum Wohnung Whg WE Room Room|number Flat "
            "Apartment",
    "phone": "Telefon Telefonnummer Tel Tel|Nr Handy Handynummer Mobil Mobilnummer Mobiltelefon "
             "Phone Phone|number Phone|no Tel|no Mobile Telephone Mobile|number",
    "email": "E|Mail Email E|Mail|Adresse Mail E|mail|address",
}  # fmt: skip
# Never taken in, not even to look at: numbers of other registers, status, faith, health.
NEVER = (
    "AZR AZR|Nummer AZR|Nr Ausländerzentralregister Ausländerzentralregisternummer PIK "
    "D|Nummer BAMF BAMF|Nummer Aktenzeichen Az Pass Passnummer Pass|Nr Reisepass Ausweis "
    "Ausweisnummer Steuer|ID Sozialversicherungsnummer SV|Nummer IBAN Aufenthaltsstatus "
    "Aufenthaltstitel Status Religion Konfession Ethnie Volkszugehörigkeit Diagnose Krankheit "
    "Gesundheit Impfstatus Passport Passport|number Residence|status Religion Ethnicity Health"
)
# However the heading goes on: “Religionszugehörigkeit”, “Art des Aufenthaltstitels”.
NEVER_WITHIN = (
    "azr auslanderzentral religion konfession aufenthaltsst aufenthaltst ausweisn passn ethni "
    "volkszugeh diagnos krankhe erkrank gesundheit impf behinder schwanger schwerbeh iban "
    "steuerid steueriden sozialversicherung passport residencest healthcon disab pregnan"
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
IGNORED, SECRET = "", "never"


def guess_columns(header: Sequence[str]) -> list[str]:
    """For each column its field of `FIELDS`, `IGNORED` or `SECRET`; each field at most once.

    Headings are compared without case, accents, blanks, punctuation and what stands in brackets.
    """
    taken, found = set(), []
    for heading in header:
        name = _meaning(heading)
        if name in taken:
            name = IGNORED
        if name in FIELDS:
            taken.add(name)
        found.append(name)
    if "given_name" not in taken and "full_name" not in taken:
        # “Name” alone is the whole name; beside “Vorname” it is the family's.
        found = [
            "full_name" if name == "family_name" and _plain(heading) == "name" else name
            for name, heading in zip(found, header, strict=True)
        ]
    if "full_name" in taken and {"family_name", "given_name"} & taken:
        found = [IGNORED if name == "full_name" else name for name in found]
    return found


def _meaning(heading: str) -> str:
    known = _headings()
    whole, plain = _plain(heading), _plain(_BRACKETS.sub("", heading))
    if any(word in whole for word in NEVER_WITHIN.split()):
        return SECRET
    return known.get(whole) or known.get(plain, IGNORED)


@functools.cache
def _headings() -> dict[str, str]:
    known = {
        _plain(heading.replace("|", " ")): name
        for name, headings in HEADINGS.items()
        for heading in headings.split()
    }
    return known | {_plain(heading.replace("|", " ")): SECRET for heading in NEVER.split()}


def _plain(heading: str) -> str:
    return fold(heading).replace(" ", "").replace("_", "")
