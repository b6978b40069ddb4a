"""What the form editor calls things: types of questions, columns, where answers go."""

from __future__ import annotations

from dataclasses import dataclass

from admin.i18n import gettext as _
from admin.words import language_name
from casework.core.i18n import N_
from casework.questionnaires.definitions import (
    Choice,
    Definition,
    Group,
    Item,
    Question,
    Repeat,
)
from casework.questionnaires.mapping import SAVE_TO
from casework.questionnaires.question_types import QUESTION_TYPES


@dataclass(frozen=True)
class Kind:
    """A type of question: its word, a small sign beside it, and the drawer it lies in."""

    word: str
    sign: str
    drawer: str


WRITING, CHOOSING, WHEN = N_("Writing"), N_("Choosing"), N_("Date and time")
SENDING, SHOWING, PLACING = N_("Files"), N_("Showing and working out"), N_("Places")
STRUCTURE, OTHER = N_("Structure"), N_("Filled in by devices, empty here")
KINDS: dict[str, Kind] = {
    "text": Kind(N_("text"), "Aa", WRITING),
    "integer": Kind(N_("whole number"), "12", WRITING),
    "decimal": Kind(N_("decimal number"), "1,5", WRITING),
    "email": Kind(N_("e-mail address"), "@", WRITING),
    "tel": Kind(N_("phone number"), "+49", WRITING),
    "barcode": Kind(N_("number of a barcode"), "||", WRITING),
    "select_one": Kind(N_("one of several choices"), "◉", CHOOSING),
    "select_multiple": Kind(N_("several choices"), "☑", CHOOSING),
    "rank": Kind(N_("choices put in order"), "1–3", CHOOSING),
    "acknowledge": Kind(N_("box to agree"), "✓", CHOOSING),
    "range": Kind(N_("number on a scale"), "↔", CHOOSING),
    "select_one_from_file": Kind(N_("one choice from a list file"), "◉", CHOOSING),
    "select_multiple_from_file": Kind(N_("several choices from a list file"), "☑", CHOOSING),
    "select_one_external": Kind(N_("one choice from an external list"), "◉", CHOOSING),
    "date": Kind(N_("date"), "31.", WHEN),
    "time": Kind(N_("time"), "9:00", WHEN),
    "datetime": Kind(N_("date and time"), "31.", WHEN),
    "image": Kind(N_("photo or picture"), "▣", SENDING),
    "file": Kind(N_("file"), "▤", SENDING),
    "audio": Kind(N_("sound"), "♪", SENDING),
    "video": Kind(N_("film"), "▶", SENDING),
    "note": Kind(N_("text to read"), "i", SHOWING),
    "calculate": Kind(N_("worked out, not shown"), "=", SHOWING),
    "hidden": Kind(N_("fixed value, not shown"), "–", SHOWING),
    "today": Kind(N_("day of filling in"), "31.", SHOWING),
    "start": Kind(N_("time of beginning"), "9:00", SHOWING),
    "end": Kind(N_("time of sending"), "9:00", SHOWING),
    "geopoint": Kind(N_("place on a map"), "⌖", PLACING),
    "geotrace": Kind(N_("line on a map"), "⌖", PLACING),
    "geoshape": Kind(N_("area on a map"), "⌖", PLACING),
    "group": Kind(N_("page or group"), "▸", STRUCTURE),
    "repeat": Kind(N_("list, asked once for each entry"), "↻", STRUCTURE),
}

LEVEL_OF = "strength.level_"
DESTINATIONS: dict[str, str] = {
    "person.given_name": N_("Person: given name"),
    "person.family_name": N_("Person: family name"),
    "person.birth_date": N_("Person: date of birth"),
    "person.gender": N_("Person: gender"),
    "person.languages": N_("Person: languages"),
    "person.phone": N_("Person: phone number"),
    "person.email": N_("Person: e-mail address"),
    "person.interpreter": N_("Person: needs an interpreter"),
    "strength.wish": N_("Strengths: what the person looks for"),
    "strength.field": N_("Strengths: fields of work"),
    "strength.skill": N_("Strengths: skills"),
    "strength.licence": N_("Strengths: driving licences"),
    "strength.mother_tongue": N_("Strengths: mother tongue"),
    "strength.schooling": N_("Strengths: school and degree"),
    "strength.recognition": N_("Strengths: recognition of the degree"),
    "strength.literacy": N_("Strengths: reading and writing"),
    "strength.hours": N_("Strengths: hours a week"),
    "strength.experience": N_("Strengths: experience, in own words"),
    "strength.education": N_("Strengths: school and training, in own words"),
    "strength.hopes": N_("Strengths: wishes, in own words"),
    "household.size": N_("Household: number of people"),
    "household.postal_code": N_("Household: postal code"),
    "household.place": N_("Household: place"),
    "household.site": N_("Household: site"),
    "household.housing": N_("Household: how it lives"),
    "member.given_name": N_("Member of the household: given name"),
    "member.family_name": N_("Member of the household: family name"),
    "member.birth_date": N_("Member of the household: date of birth"),
    "member.relation": N_("Member of the household: relation"),
    "member.gender": N_("Member of the household: gender"),
    "need.category": N_("Need: category"),
    "need.description": N_("Need: in own words"),
    "need.urgency": N_("Need: how urgent"),
    "contact.channel": N_("Contact: by which way"),
    "contact.times": N_("Contact: at which times"),
    "contact.address": N_("Contact: postal address"),
    "helper.name": N_("Helper who fills in: name"),
    "helper.relation": N_("Helper who fills in: relation"),
    "helper.phone": N_("Helper who fills in: phone number"),
    "helper.consent": N_("Helper who fills in: consent of the person"),
    "release.provider": N_("Release to organisations that can help"),
    "offer.category": N_("Volunteer's offer: category"),
    "offer.description": N_("Volunteer's offer: in own words"),
    "offer.languages": N_("Volunteer's offer: languages"),
    "offer.availability": N_("Volunteer's offer: when"),
    "offer.places": N_("Volunteer's offer: for how many"),
    "organization.name": N_("Organisation: name"),
    "organization.description": N_("Organisation: what it does"),
    "organization.website": N_("Organisation: web page"),
    "organization.email": N_("Organisation: e-mail"),
    "organization.phone": N_("Organisation: phone"),
    "organization.street": N_("Organisation: street"),
    "organization.postal_code": N_("Organisation: postal code"),
    "organization.city": N_("Organisation: town"),
    "organization.address_public": N_("Organisation: address may be public"),
    "organization.contact_name": N_("Organisation: contact person"),
    "organization.contact_role": N_("Organisation: contact person's role"),
    "organization.contact_public": N_("Organisation: contact person may be named"),
    "organization.publish": N_("Organisation: may be listed"),
    "organization.confirm_by": N_("Organisation: how to check the entry"),
    "service.name": N_("Service: name"),
    "service.category": N_("Service: needs it helps with"),
    "service.eligibility": N_("Service: for whom"),
    "service.languages": N_("Service: languages"),
    "service.fees": N_("Service: fees"),
    "service.times": N_("Service: opening times"),
    "service.free": N_("Service: free places"),
}


SHORT = 70


def words_of(definition: Definition, item: Item | Choice, most: int = SHORT) -> str:
    """What an item is called in the form's main language, shortened; else its name."""
    text = " ".join(definition.text(item.label, definition.default_language)[0].split())
    return (text if len(text) <= most else text[: most - 1] + "…") or item.name


def kind_of(item: Item) -> str:
    """The key of an item's kind: its type, `group` or `repeat`."""
    if isinstance(item, Question):
        return item.type
    return "repeat" if isinstance(item, Repeat) else "group"


def kind(name: str) -> Kind:
    """The kind called `name`; one that has no word of ours keeps its name."""
    return KINDS.get(name) or Kind(name, "·", OTHER)


def drawers(*, questions_only: bool = False) -> dict[str, list[tuple[str, str]]]:
    """All kinds by drawer, as pairs of key and word, for a choice."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in dict.fromkeys((*KINDS, *QUESTION_TYPES)):
        if questions_only and name not in QUESTION_TYPES:
            continue
        each = kind(name)
        found.setdefault(each.drawer, []).append((name, each.word))
    return found


def destinations(present: str) -> list[tuple[str, str]]:
    """Where an answer can go, as pairs of name and words; an unknown present one stays."""
    known = [(name, _destination(name)) for name in SAVE_TO]
    return known if not present or present in SAVE_TO else [(present, present), *known]


def _destination(name: str) -> str:
    """Where a name of `save_to` leads, in words; one for each language that somebody speaks."""
    if name.startswith(LEVEL_OF):
        tag = name.removeprefix(LEVEL_OF)
        return _("Strengths: level of %(language)s", language=language_name(tag))
    return DESTINATIONS.get(name, name)


def is_group(item: Item) -> bool:
    """Whether other items stand inside it."""
    return isinstance(item, Group)
