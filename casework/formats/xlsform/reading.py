"""An XLSForm file to a definition, with every problem reported at once."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from casework.core.i18n import N_, gettext_in
from casework.formats.xlsform.cells import first_row, read_cells, used_places
from casework.formats.xlsform.columns import (
    CHOICE_FIELDS,
    CHOICE_TEXTS,
    SETTINGS_FIELDS,
    SURVEY_FIELDS,
    SURVEY_TEXTS,
    Headings,
    Naming,
    naming,
    plain_heading,
)
from casework.formats.xlsform.formulas import empty_formulas
from casework.formats.xlsform.languages import language_of
from casework.formats.xlsform.survey import SurveyReader
from casework.formats.xlsform.workbooks import Rows, open_sheets
from casework.questionnaires.checking import check
from casework.questionnaires.definitions import UNDETERMINED, Choice, Definition, Texts
from casework.questionnaires.findings import ERROR, NOTICE, WARNING, Finding, has_errors
from casework.questionnaires.support import Lack, lacks
from casework.questionnaires.tidying import without_invisible

KNOWN_SHEETS = ("survey", "choices", "settings", "entities", "external_choices", "osm")
SHEET_NAMES = {"choices and columns": "choices", "columns": "choices", "setting": "settings"}
KEPT_SHEETS = ("external_choices", "osm")
TITLES = ("form_title", "title", "label")

NO_SURVEY = N_("The file has no sheet named “survey”.")
NAME_SURVEY = N_("Please name the sheet with the questions “survey”.")
LOOKS_LIKE = N_("The sheet “%(sheet)s” is not read; did you mean “%(guess)s”?")
RENAME_SHEET = N_("Please rename the sheet if it belongs to the form.")
ONLY_SHEET = N_("The only sheet, “%(sheet)s”, was read as the sheet “survey”.")
SHEET_LEFT = N_("The sheet “%(sheet)s” is not part of a form and is not kept.")
NOTHING_TO_DO = N_("Nothing has to be done.")
MORE_SETTINGS = N_("Only the first row of the settings is read.")
REMOVE_ROWS = N_("Please remove the other rows.")
NO_LIST_NAME = N_("This choice has no list name; it is not read.")
ADD_LIST_NAME = N_("Please write the name of the list into the first column.")
NO_COLUMN = N_("The sheet “%(sheet)s” has no column “%(column)s”.")
ADD_COLUMN = N_("Please add the column with this heading.")
NO_FORM_ID = N_("The settings name no form_id; “%(form_id)s” is taken.")
ADD_FORM_ID = N_("Please add a column form_id to the sheet “settings”.")
WHOLLY = N_("Everything that this form uses is supported.")
MISTAKES = N_("Everything that this form uses is supported; mistakes to correct first: %(count)s.")
NOT_WHOLLY = N_("Not supported: %(names)s.")
NO_DEFAULT = N_("The form does not say in which language its texts without a language are.")
ADD_DEFAULT = N_("Please fill in default_language in the settings, such as English (en).")


@dataclass
class Reading:
    """What reading a file gave: the definition as far as it could be read, and the findings.

    `definition` is None only when there is nothing to read; `is_usable` says whether it can
    be filled in.
    """

    definition: Definition | None
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_usable(self) -> bool:
        """Whether there is a definition without errors."""
        return self.definition is not None and not has_errors(self.findings)

    @functools.cached_property
    def lacks(self) -> tuple[Lack, ...]:
        """The types and functions that the file uses and that are not supported, by name."""
        return () if self.definition is None else lacks(self.definition)

    @property
    def is_wholly_supported(self) -> bool:
        """Whether the questionnaire can be filled in as its author meant it."""
        return self.is_usable and not self.lacks

    def measure(self, tag: str) -> str:
        """One sentence in the language `tag`: whether all is supported, or what is not, by name."""
        errors = sum(finding.severity == ERROR for finding in self.findings)
        if self.lacks:
            names = "; ".join(lack.named() for lack in self.lacks)
            return gettext_in(tag, NOT_WHOLLY) % {"names": names}
        if errors:
            return gettext_in(tag, MISTAKES) % {"count": errors}
        return gettext_in(tag, WHOLLY)


def read_xlsform(data: bytes, *, name: str = "form") -> Reading:
    """Read an .xlsx or .xls file; its kind is seen from its content.

    `name` stands in for a missing form_id. Raises `WorkbookRefused` for what is no workbook,
    or not a harmless one; everything else is in the findings.
    """
    sheets = open_sheets(data)
    reading = _Reader(sheets, name).read()
    reading.findings.extend(empty_formulas(data))
    return reading


def _is_survey(rows: Rows) -> bool:
    """Whether the headings are those of questions."""
    at = first_row(rows)
    headings = (
        {SURVEY_FIELDS.get(plain_heading(each)) for each in rows[at]} if at is not None else ()
    )
    return {"type", "name"} <= set(headings)


class _Reader:
    def __init__(self, sheets: dict[str, Rows], name: str) -> None:
        self.name = name
        self.findings: list[Finding] = []
        self.sheets = self._known(sheets)
        self.default = UNDETERMINED
        self.names: Texts = {}

    def read(self) -> Reading:
        settings = self._settings()
        given = settings.pop("default_language", "")
        if given:
            heading = language_of(given)
            self.default = heading.tag
            self.names[heading.tag] = heading.name
        else:
            self.default = self._default_language()
        if "survey" not in self.sheets:
            self.findings.append(Finding(ERROR, NO_SURVEY, NAME_SURVEY))
            return Reading(None, self.findings)
        survey = SurveyReader(self.default, self.findings)
        items = survey.read(self.sheets["survey"])
        choices, choice_languages = self._choices()
        found = survey.languages | choice_languages
        title = self._title(settings)
        languages = list(dict.fromkeys([*found, *title]))
        if self.default not in languages:
            languages.insert(0, self.default)
        definition = Definition(
            form_id=self._form_id(settings),
            version=settings.pop("version", ""),
            title=title,
            default_language=self.default,
            languages=tuple(languages),
            language_names={t: n for t, n in {**found, **self.names}.items() if n},
            items=items,
            choices=choices,
            settings=settings,
            entities=self._entities(),
            sheets={n: tuple(map(tuple, self.sheets[n])) for n in KEPT_SHEETS if n in self.sheets},
        )
        findings = check(definition) + self.findings
        weight = {ERROR: 0, WARNING: 1, NOTICE: 2}
        return Reading(definition, sorted(findings, key=lambda f: (weight[f.severity], f.row)))

    def _known(self, sheets: dict[str, Rows]) -> dict[str, Rows]:
        found: dict[str, Rows] = {}
        filled = [title for title, rows in sheets.items() if any(map(any, rows))]
        if len(filled) == 1 and _is_survey(sheets[filled[0]]):
            if without_invisible(filled[0]).lower() != "survey":
                params = {"sheet": filled[0]}
                self.findings.append(Finding(WARNING, ONLY_SHEET, NAME_SURVEY, params, filled[0]))
            return {"survey": sheets[filled[0]]}
        for title, rows in sheets.items():
            plain = without_invisible(title).lower()
            plain = SHEET_NAMES.get(plain, plain)
            if plain in KNOWN_SHEETS:
                found.setdefault(plain, rows)
            elif any(any(row) for row in rows):
                missing = [name for name in KNOWN_SHEETS[:3] if name not in map(str.lower, sheets)]
                guess = difflib.get_close_matches(plain, missing, 1)
                msgid, advice = (LOOKS_LIKE, RENAME_SHEET) if guess else (SHEET_LEFT, NOTHING_TO_DO)
                params = {"sheet": title, "guess": guess[0] if guess else ""}
                severity = WARNING if guess else NOTICE
                self.findings.append(Finding(severity, msgid, advice, params, title))
        return found

    def _settings(self) -> Texts:
        rows = self.sheets.get("settings", [])
        at = first_row(rows)
        if at is None:
            return {}
        filled = [row for row in rows[at + 1 :] if any(row)]
        if len(filled) > 1:
            row = at + 3
            self.findings.append(Finding(WARNING, MORE_SETTINGS, REMOVE_ROWS, {}, "settings", row))
        settings: Texts = {}
        for heading, text in zip(rows[at], filled[0] if filled else [], strict=False):
            plain = plain_heading(heading)
            if heading and text:
                settings.setdefault(SETTINGS_FIELDS.get(plain, heading), text)
        return settings

    def _title(self, settings: Texts) -> Texts:
        title: Texts = {}
        for heading in list(settings):
            base, _, language = heading.partition("::")
            if base.strip().lower() in TITLES and language:
                found = language_of(language)
                title[found.tag] = settings.pop(heading)
                self.names.setdefault(found.tag, found.name)
        plain = settings.pop("form_title", "")
        return {self.default: plain, **title} if plain else title

    def _form_id(self, settings: Texts) -> str:
        form_id = settings.pop("form_id", "")
        if not form_id:
            form_id = re.sub(r"[^\w.-]+", "_", self.name)[:100] or "form"
            params = {"form_id": form_id}
            finding = Finding(WARNING, NO_FORM_ID, ADD_FORM_ID, params, "settings", 1, "form_id")
            self.findings.append(finding)
        return form_id

    def _default_language(self) -> str:
        """What texts without a language are in, where the settings do not say.

        The first language, unless some text stands both with and without one: then the
        bare ones are in a language of their own that nobody named.
        """
        names = [self._naming("survey", SURVEY_FIELDS, SURVEY_TEXTS)]
        names.append(self._naming("choices", CHOICE_FIELDS, CHOICE_TEXTS))
        found = [tag for name in names for tag in name.languages]
        if any(name.has_bare for name in names):
            column = "default_language"
            finding = Finding(WARNING, NO_DEFAULT, ADD_DEFAULT, {}, "settings", 1, column)
            self.findings.append(finding)
        if not found or any(name.is_mixed for name in names):
            return UNDETERMINED
        return found[0]

    def _naming(self, sheet: str, fields: Mapping[str, str], texts: Mapping[str, str]) -> Naming:
        rows = self.sheets.get(sheet, [])
        at = first_row(rows)
        if at is None:
            return Naming({}, has_bare=False, is_mixed=False)
        return naming(rows[at], used_places(rows[at + 1 :]), fields, texts)

    def _choices(self) -> tuple[dict[str, tuple[Choice, ...]], Texts]:
        rows = self.sheets.get("choices", [])
        at = first_row(rows)
        if at is None:
            return {}, {}
        headings = Headings("choices", CHOICE_FIELDS, CHOICE_TEXTS, self.default, self.findings)
        columns = headings.read(rows[at], used_places(rows[at + 1 :]))
        fields = {column.name for column in columns if column.kind == "field"}
        for missing in sorted({"list_name", "name"} - fields):
            params = {"sheet": "choices", "column": missing}
            self.findings.append(Finding(ERROR, NO_COLUMN, ADD_COLUMN, params, "choices", at + 1))
        lists: dict[str, list[Choice]] = {}
        for number, row in enumerate(rows[at + 1 :], at + 2):
            cells = read_cells(columns, row)
            if not cells:
                continue
            list_name = cells.pop("list_name", "")
            if list_name:
                lists.setdefault(list_name, []).append(Choice(**{"name": "", **cells}, row=number))
            elif cells.get("name"):
                finding = Finding(WARNING, NO_LIST_NAME, ADD_LIST_NAME, {}, "choices", number)
                self.findings.append(finding)
        return {name: tuple(found) for name, found in lists.items()}, headings.languages

    def _entities(self) -> tuple[Texts, ...]:
        rows = self.sheets.get("entities", [])
        at = first_row(rows)
        if at is None:
            return ()
        return tuple(
            {
                heading: text
                for heading, text in zip(rows[at], row, strict=False)
                if heading and text
            }
            for row in rows[at + 1 :]
            if any(row)
        )
