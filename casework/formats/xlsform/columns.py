"""What the heading of a column means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from casework.core.i18n import N_
from casework.formats.xlsform.languages import Heading, language_of
from casework.questionnaires.findings import NOTICE, WARNING, Finding
from casework.questionnaires.tidying import without_invisible

# Heading → field of an item; headings are compared in lower case with _ for blanks.
SURVEY_FIELDS = {
    name: name
    for name in (
        "type", "name", "required", "read_only", "relevant", "constraint", "calculation",
        "choice_filter", "default", "repeat_count", "trigger", "save_to", "appearance",
        "parameters", "disabled",
    )
} | {
    "command": "type", "tag": "name", "value": "name", "relevance": "relevant",
    "calculate": "calculation", "readonly": "read_only", "count": "repeat_count",
    "jr:count": "repeat_count", "lotse_save_to": "save_to",
    "bind::relevant": "relevant", "bind::constraint": "constraint",
    "bind::calculate": "calculation", "bind::required": "required",
    "bind::readonly": "read_only", "bind::saveto": "save_to", "control::appearance": "appearance",
    "body::appearance": "appearance",
}  # fmt: skip
SURVEY_TEXTS = {
    "label": "label", "caption": "label", "hint": "hint", "guidance_hint": "guidance",
    "required_message": "required_message", "requiredmsg": "required_message",
    "constraint_message": "constraint_message", "constraining_message": "constraint_message",
    "bind::jr:requiredmsg": "required_message", "bind::jr:constraintmsg": "constraint_message",
    "jr:requiredmsg": "required_message", "jr:constraintmsg": "constraint_message",
}  # fmt: skip
CHOICE_FIELDS = {
    "list_name": "list_name", "listname": "list_name", "list": "list_name", "name": "name",
    "value": "name",
}  # fmt: skip
CHOICE_TEXTS = {"label": "label", "caption": "label"}
SETTINGS_FIELDS = {
    "form_id": "form_id", "id_string": "form_id", "set_form_id": "form_id",
    "formid": "form_id", "form_title": "form_title", "title": "form_title",
    "set_form_title": "form_title", "formtitle": "form_title",
    "version": "version", "default_language": "default_language",
}  # fmt: skip
# Columns of our own that the portal uses.
USED_EXTRAS = ("autocomplete", "icon")
BARE = ""
MEDIA = ("image", "audio", "video", "big-image")

NO_HEADING = N_("A column has content but no heading; it is not read.")
ADD_HEADING = N_("Please write a heading into the first row of this column.")
TWICE = N_("The column “%(heading)s” stands twice; where both have something, the first counts.")
REMOVE_ONE = N_("Please remove one of them.")
KEPT = N_("Columns that the portal does not use, kept for export: %(headings)s.")
NOTHING_TO_DO = N_("Nothing has to be done.")
NO_LANGUAGE = N_("The heading “%(heading)s” names no language; the default language is taken.")
ADD_LANGUAGE = N_("Please write the language behind the colons, such as label::English (en).")
UNKNOWN_LANGUAGE = N_("The language “%(language)s” has no code that we know.")
ADD_CODE = N_("Please write the code in brackets behind the name, such as English (en).")
CORRECTED = N_("“%(language)s” contradicts itself; it was read as “%(tag)s”.")
CORRECT_CODE = N_("Please write the right code in brackets.")


@dataclass(frozen=True)
class Column:
    """A column: `kind` is `field`, `text`, `media` or `extra`; `name` the field, kind of media
    or the heading itself; `tag` the language of texts and media."""

    place: int
    kind: str
    name: str
    heading: str
    tag: str = ""


@dataclass(frozen=True)
class Naming:
    """How a sheet names its languages: which it has, and whether a text stands in both ways."""

    languages: dict[str, str]
    has_bare: bool
    is_mixed: bool


def naming(
    headings: list[str], used: set[int], fields: Mapping[str, str], texts: Mapping[str, str]
) -> Naming:
    """How a sheet with these headings names its languages; `used` are places with content."""
    reader = Headings("", fields, texts, BARE, [])
    columns = [each for each in reader.read(headings, used) if each.kind in ("text", "media")]
    bare = {each.name for each in columns if each.tag == BARE and each.place in used}
    tagged = {each.name for each in columns if each.tag != BARE}
    return Naming(reader.languages, bool(bare), bool(bare & tagged))


class Headings:
    """Reads the first row of a sheet; collects findings and the languages in their order."""

    def __init__(
        self,
        sheet: str,
        fields: Mapping[str, str],
        texts: Mapping[str, str],
        default: str,
        findings: list[Finding],
    ) -> None:
        self.sheet = sheet
        self.fields = fields
        self.texts = texts
        self.default = default
        self.findings = findings
        self.languages: dict[str, str] = {}

    def read(self, headings: list[str], used: set[int]) -> list[Column]:
        """The columns that have a heading. `used` are the places with any content below."""
        columns = []
        for place, heading in enumerate(headings):
            if heading:
                columns.append(self._column(place, heading))
            elif place in used:
                self._report(WARNING, NO_HEADING, ADD_HEADING, _letter(place))
        self._report_twice(columns)
        extra = [
            each.heading
            for each in columns
            if each.kind == "extra" and each.place in used and each.name not in USED_EXTRAS
        ]
        if extra:
            headings_text = ", ".join(extra)[:500]
            self._report(NOTICE, KEPT, NOTHING_TO_DO, "", headings=headings_text)
        return columns

    def _report(self, severity: str, msgid: str, advice: str, column: str, **params: str) -> None:
        self.findings.append(Finding(severity, msgid, advice, params, self.sheet, 1, column))

    def _report_twice(self, columns: list[Column]) -> None:
        seen: set[tuple[str, str, str]] = set()
        for column in columns:
            meaning = (column.kind, column.name, column.tag)
            if meaning in seen:
                self._report(WARNING, TWICE, REMOVE_ONE, column.heading, heading=column.heading)
            seen.add(meaning)

    def _column(self, place: int, heading: str) -> Column:
        plain = plain_heading(heading)
        field = self.fields.get(plain) or self.fields.get(re.sub("::?", "::", plain))
        if field:
            return Column(place, "field", field, heading)
        base, language = _parted(heading)
        if base.startswith("media_") or base in MEDIA:
            kind = base.removeprefix("media_")
            if kind in MEDIA:
                return Column(place, "media", kind, heading, self._tag(heading, language))
        if base in self.texts:
            return Column(place, "text", self.texts[base], heading, self._tag(heading, language))
        return Column(place, "extra", heading, heading)

    def _tag(self, heading: str, language: str | None) -> str:
        if language is None:
            return self.default
        if not language:
            self._report(WARNING, NO_LANGUAGE, ADD_LANGUAGE, heading, heading=heading)
            return self.default
        found = language_of(language)
        if found.tag not in self.languages:
            self._report_language(heading, language, found)
            self.languages[found.tag] = found.name
        return found.tag

    def _report_language(self, heading: str, language: str, found: Heading) -> None:
        if not found.is_sure:
            self._report(WARNING, UNKNOWN_LANGUAGE, ADD_CODE, heading, language=language)
        if found.corrected:
            params = {"language": language, "tag": found.tag}
            self._report(WARNING, CORRECTED, CORRECT_CODE, heading, **params)


def plain_heading(heading: str) -> str:
    """The heading as it is compared: lower case, `_` for blanks, nothing invisible."""
    return re.sub(r"[\s_]+", "_", without_invisible(heading).lower())


def _parted(heading: str) -> tuple[str, str | None]:
    """The heading without its language, and the language: None where none is asked for."""
    parts = re.split(r"\s*::?\s*", without_invisible(heading))
    if parts[0].lower() == "jr" and len(parts) > 1:
        parts = [f"jr:{parts[1]}", *parts[2:]]
    if parts[0].lower() == "bind" and len(parts) > 2:
        base = f"bind::{parts[1]}:{parts[2]}".lower()
        return base, "::".join(parts[3:]) if len(parts) > 3 else None
    if parts[0].lower() == "media" and len(parts) > 1:
        parts = ["media_" + parts[1].lower(), *parts[2:]]
    base = re.sub(r"[\s_]+", "_", parts[0].lower())
    return base, ":".join(parts[1:]) if len(parts) > 1 else None


def _letter(place: int) -> str:
    """The spreadsheet's letter for a column."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
