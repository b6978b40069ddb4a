"""Each row's values mended or dropped, column by column, with a remark for what was touched."""

from __future__ import annotations

import re
from collections.abc import Callable

from casework.core.i18n import N_
from casework.formats.hsds.folding import CAPACITY
from casework.formats.hsds.mapping import OWNERS, kind_of, present, room_of
from casework.formats.hsds.report import DOUBTFUL, LEFT_OUT, MENDED
from casework.formats.hsds.specification import TABLES, Column
from casework.formats.hsds.values import (
    NO_CHOICE,
    READERS,
    coordinate,
    is_markup,
    moment,
    one_line,
    plain,
    tidy,
)
from casework.providers import DirectoryModel, Organization

NO_NAME = N_("It has no name. Please give it one, or delete the row.")
NO_PHONE = N_("It has no number. Please give it one, or delete the row.")
NO_STREET = N_("It has neither street nor town. Please complete it, or delete the row.")
NO_TIMES = N_("It names a day but no times, so nothing was noted for that day.")
EMPTY = N_("It says nothing. Please complete it, or delete the row.")
MANY_NUMBERS = N_("There seems to be more than one number. Please give each a row of its own.")
LONG_ID = N_("Its id is longer than 255 characters. Please give it a shorter one.")

Values = dict[str, str]
Note = Callable[..., None]

DEFAULTS = {"status": "active", "location_type": "physical", "address_type": "physical"}

_SCHEDULED = {
    "opens_at", "closes_at", "description", "notes", "schedule_link", "closed", "valid_from",
    "valid_to", "dtstart", "bymonthday", "byyearday", "byweekno",
}  # fmt: skip
_EXTENSION = re.compile(r"(?i)(.*\d.*?)[\s,;]*(?:\bx|\bext(?:ension)?\b)[.:\s]*(\d{1,10})")
_QUOTED = re.compile(r'"(.*)"', re.DOTALL)


def clean_row(kind: str, values: Values, note: Note, *, markup: bool = True) -> Values:
    """The non-empty values of a row in the form that HSDS asks for.

    `note(fate, msgid, **params)` is called for each value that was changed or left out.
    With `markup=False` the texts are taken to be plain already.
    """
    columns = TABLES[kind].columns
    cleaned = {}
    for name, cell in values.items():
        name = one_line(name) or "?"
        column = columns.get(name)
        text = _text(kind, name, cell, note, markup)
        if text and column is not None:
            text = _checked(column, text, note)
        elif text and name in CAPACITY:
            text = _capacity(name, text)
        if text:
            cleaned[name] = text
    if kind == "phone":
        _mend_phone(cleaned, note)
    elif kind == "location":
        _mend_coordinates(cleaned, note)
    elif kind == "schedule":
        _doubt_schedule(cleaned, note)
    elif kind == "address":
        _doubt_address(cleaned, note)
    return _with_defaults(kind, _fitting(kind, cleaned, note), note)


def _text(kind: str, name: str, cell: str, note: Note, markup: bool) -> str:
    text = tidy(cell)
    if markup and is_markup(text):
        text, said = plain(text)
        if said:
            note(MENDED, said)
    return one_line(text) if room_of(kind, name) else text


def _checked(column: Column, text: str, note: Note) -> str:
    if column.type == "choice":
        return _chosen(column, text, note)
    reader = READERS.get(column.type)
    if reader is None:
        return text
    value, said = reader(text)
    if said:
        note(MENDED if value else LEFT_OUT, said, value=text, result=value)
    return value


def _capacity(name: str, text: str) -> str:
    """Places come from an export of ours; what is not a count or a moment is no capacity."""
    if name == "capacity_at":
        return moment(text)[0]
    return text if re.fullmatch(r"\d{1,7}", text) else ""


def _chosen(column: Column, text: str, note: Note) -> str:
    for allowed in column.allowed:
        if text.lower() == allowed.lower():
            return allowed
    note(MENDED, NO_CHOICE, value=text)
    return "inactive" if column.name == "status" else ""


def _mend_phone(values: Values, note: Note) -> None:
    """Take quotation marks and the extension out of the number."""
    number = values.get("number", "")
    quoted = _QUOTED.fullmatch(number)
    if quoted:
        number = quoted[1].strip()
        note(MENDED, N_("Quotation marks around the number were removed."))
    found = _EXTENSION.fullmatch(number)
    if found and "extension" not in values:
        number, values["extension"] = found[1].strip(), found[2]
        note(MENDED, N_("The extension was moved from the number into its own column."))
    if sum(c.isdigit() for c in number) > 15:
        note(DOUBTFUL, MANY_NUMBERS)
    if number:
        values["number"] = number
    else:
        values.pop("number", None)


def _mend_coordinates(values: Values, note: Note) -> None:
    """Keep coordinates only as a pair that lies on the earth."""
    good = True
    for name, limit in (("latitude", 90), ("longitude", 180)):
        found, said = coordinate(values.get(name, ""), limit) if name in values else ("", "")
        if said:
            note(LEFT_OUT, said, value=values[name])
        good = good and bool(found)
    if good and float(values["latitude"]) == 0 == float(values["longitude"]):
        note(LEFT_OUT, N_("The coordinates 0, 0 lie in the sea and were left out."))
        good = False
    if not good:
        values.pop("latitude", None)
        values.pop("longitude", None)


def _doubt_schedule(values: Values, note: Note) -> None:
    opens, closes = values.get("opens_at", "")[:5], values.get("closes_at", "")[:5]
    if opens and closes and closes <= opens:
        note(DOUBTFUL, N_("It closes before it opens; the times were kept as they stand."))


def _doubt_address(values: Values, note: Note) -> None:
    if "address_1" in values and "city" not in values:
        note(DOUBTFUL, N_("There is no town; the whole address seems to stand in the street."))


def _fitting(kind: str, values: Values, note: Note) -> Values:
    """Cut what is longer than its field; the whole text is kept beside it."""
    kept = {}
    for name, text in values.items():
        room = room_of(kind, name)
        if room and len(text) > room:
            note(MENDED, N_("“%(value)s” is longer than %(most)s characters and was cut."),
                 value=text, most=room)  # fmt: skip
            kept[f"{name} (full)"] = text
            text = f"{text[: room - 1]}…"
        kept[name] = text
    return kept


def _with_defaults(kind: str, values: Values, note: Note) -> Values:
    for name, default in DEFAULTS.items():
        if name in TABLES[kind].columns and name not in values:
            values[name] = default
            if name == "status" and "name" in values:
                note(MENDED, N_("There is no status; the service is taken to be active."))
    return values


def exported(row: DirectoryModel, inactive: set[str]) -> Values:
    """A stored row as an export says it, before `folding.fold`.

    `inactive` holds the ids of hidden organisations: their services are not active.
    """
    kind = kind_of(row)
    values = clean_row(kind, present(row), _silently, markup=False)
    values.pop("active", None)
    if kind == "service" and values.get("organization_id") in inactive:
        values["status"] = "inactive" if values["status"] == "active" else values["status"]
    return values


def inactive_organizations() -> set[str]:
    """The ids of organisations that are hidden."""
    return {str(row.id) for row in Organization.select().where(~Organization.active)}


def _silently(fate: str, msgid: str, **params: object) -> None:
    """What is mended on the way out needs no remark: the entry itself stays as it is."""


def flaw(kind: str, values: Values) -> str:
    """Why a cleaned row says too little to be kept, empty where it says enough."""
    if len(values.get("id", "")) > 255:
        return LONG_ID
    if kind in ("organization", "service"):
        return "" if values.get("name") else NO_NAME
    if kind == "phone":
        return "" if values.get("number") else NO_PHONE
    if kind == "address":
        said = {"address_1", "address_2", "city", "postal_code"} & values.keys()
        return "" if said else NO_STREET
    if kind == "schedule":
        return "" if values.keys() & _SCHEDULED else NO_TIMES
    if kind in ("location", "service_at_location"):
        return ""
    keys = {"id", *(f"{owner}_id" for owner in OWNERS), *TABLES[kind].references}
    return "" if values.keys() - keys else EMPTY
