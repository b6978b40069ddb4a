"""The survey sheet: rows to a tree of groups, repeats and questions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from casework.core.i18n import N_
from casework.formats.xlsform.cells import first_row, read_cells, used_places
from casework.formats.xlsform.columns import SURVEY_FIELDS, SURVEY_TEXTS, Headings
from casework.formats.xlsform.workbooks import Rows
from casework.questionnaires.compiling import is_dynamic
from casework.questionnaires.definitions import Group, Item, Question, Repeat, Texts
from casework.questionnaires.findings import ERROR, NOTICE, WARNING, Finding
from casework.questionnaires.question_types import FROM_FILE, QUESTION_TYPES, TYPE_ALIASES
from casework.questionnaires.tidying import (
    YES,
    read_parameters,
    settled_type,
    tidy_expression,
    truth_of,
)

BOUNDARY = re.compile(r"(begin|end)[\s_]*(group|repeat|lgroup|looped[\s_]+group)\b", re.IGNORECASE)
OR_OTHER = re.compile(r"\s+or[\s_]+(?:specify[\s_]+)?other$", re.IGNORECASE)
# In Community Health Toolkit forms: a record that the program lets somebody choose.
RECORD = re.compile(r"db:([\w-]+)", re.IGNORECASE)
EXPRESSIONS = ("relevant", "constraint", "calculation", "choice_filter", "repeat_count")
LISTED = (
    *(name for name, kind in QUESTION_TYPES.items() if kind.needs_list),
    *FROM_FILE,
    "osm",
)
# “Yes” as forms of other countries have it, in columns that say yes or no.
FOREIGN_YES = ("ja", "oui", "si", "sí", "sì", "sim", "evet", "да", "так", "نعم", "بله")
MAX_OPEN = 50  # far more than a form may have, far less than would exhaust anything
# Spellings of older XLSForm programs; what stands around the type itself is left out.
AROUND_TYPE = re.compile(r"^(?:(?:q|add|get)\s+|uri:\s*)|\s+prompt(?=$|\s)|(?<=one|ple)\s+using$")
OLD_NAMES = {"picture": "image", "select": "select_multiple", "percentage": "integer",
             "get phone number": "phonenumber", "string": "text", "phone": "tel"}  # fmt: skip
OLD_NAMES |= {
    f"number of days in last {span}": "integer" for span in ("month", "six months", "year")
}
BY_WORDS = {name.replace("_", " ").replace("-", " "): name for name in QUESTION_TYPES}

NO_COLUMN = N_("The sheet “%(sheet)s” has no column “%(column)s”.")
ADD_COLUMN = N_("Please add the column with this heading.")
NO_TYPE = N_("The row “%(name)s” has no type; it is not read.")
ADD_TYPE = N_("Please write the type of the question into the column “type”.")
DISABLED = N_("The row “%(name)s” is switched off and is not read.")
NOTHING_TO_DO = N_("Nothing has to be done.")
NOT_OPEN = N_("Here ends a %(kind)s that did not begin.")
REMOVE_END = N_("Please remove the row, or add the row where it begins.")
NOT_CLOSED = N_("The %(kind)s “%(name)s” does not end.")
ADD_END = N_("Please add a row “end %(kind)s”.")
CROSSED = N_("Here ends a %(kind)s, but the %(open_kind)s “%(name)s” is open.")
ORDER_ENDS = N_("Please bring the rows that end groups and repeats into order.")
TOO_DEEP = N_("Groups stand inside each other more than %(limit)s deep.")
FLATTEN = N_("Please write them one after the other.")
NAMED_FOR_YOU = N_("The row had no name; it is called “%(name)s”.")
GIVE_NAME = N_("Please give it a name of its own.")
RECORD_AS_TEXT = N_("“%(type)s” chooses a record of another program; here it is asked as text.")
CHOOSE_TYPE = N_("Please choose another type if the question is to be asked here.")
CORRECTED = N_("The expression was read as: %(expression)s")
CHECK_IT = N_("Please check that this is what was meant, and correct the cell.")


@dataclass
class _Open:
    """A group or repeat that has not ended yet; the outermost one is the form."""

    kind: str
    name: str
    row: int
    cells: dict[str, Any]
    items: list[Item] = field(default_factory=list)


class SurveyReader:
    """Reads the rows; afterwards `languages` holds the languages of the headings."""

    def __init__(self, default: str, findings: list[Finding]) -> None:
        self.default = default
        self.findings = findings
        self.languages: Texts = {}
        self._open: list[_Open] = [_Open("form", "", 0, {})]
        self._flattened = 0

    def read(self, rows: Rows) -> tuple[Item, ...]:
        """The items of the form."""
        at = first_row(rows)
        if at is None:
            return ()
        headings = Headings("survey", SURVEY_FIELDS, SURVEY_TEXTS, self.default, self.findings)
        columns = headings.read(rows[at], used_places(rows[at + 1 :]))
        self.languages = headings.languages
        fields = {column.name for column in columns if column.kind == "field"}
        for missing in sorted({"type", "name"} - fields):
            params = {"sheet": "survey", "column": missing}
            self.findings.append(Finding(ERROR, NO_COLUMN, ADD_COLUMN, params, "survey", at + 1))
        for number, row in enumerate(rows[at + 1 :], at + 2):
            cells = read_cells(columns, row)
            if cells:
                self._row(cells, number)
        while len(self._open) > 1:
            unclosed = self._open[-1]
            params = {"kind": unclosed.kind, "name": unclosed.name}
            self._report(ERROR, NOT_CLOSED, ADD_END, unclosed.row, "type", **params)
            self._close()
        return tuple(self._open[0].items)

    def _report(
        self, severity: str, msgid: str, advice: str, row: int, column: str, **params: str
    ) -> None:
        self.findings.append(Finding(severity, msgid, advice, params, "survey", row, column))

    def _row(self, cells: dict[str, Any], row: int) -> None:
        written = " ".join(cells.pop("type", "").split())
        name = cells.pop("name", "")
        if cells.pop("disabled", "").lower() in YES:
            self._report(NOTICE, DISABLED, NOTHING_TO_DO, row, "disabled", name=name or written)
            return
        boundary = BOUNDARY.match(written)
        if not written:
            if name or "label" in cells:
                texts = list(cells.get("label", {}).values())
                told = name or texts[0][:60]
                self._report(ERROR, NO_TYPE, ADD_TYPE, row, "type", name=told)
            return
        if boundary is None:
            self._question(written, name, cells, row)
        elif boundary[1].lower() == "begin" and len(self._open) > MAX_OPEN:
            self._flattened += 1
            if self._flattened == 1:
                self._report(ERROR, TOO_DEEP, FLATTEN, row, "type", limit=str(MAX_OPEN))
        elif boundary[1].lower() == "begin":
            kind = "group" if boundary[2].lower() == "group" else "repeat"
            name = name or self._made_up_name(kind, row)
            self._open.append(_Open(kind, name, row, self._cleaned(cells, row)))
        else:
            self._end("group" if boundary[2].lower() == "group" else "repeat", row)

    def _end(self, kind: str, row: int) -> None:
        if self._flattened:
            self._flattened -= 1
            return
        if len(self._open) == 1:
            self._report(ERROR, NOT_OPEN, REMOVE_END, row, "type", kind=kind)
            return
        open_one = self._open[-1]
        if open_one.kind != kind:
            params = {"kind": kind, "open_kind": open_one.kind, "name": open_one.name}
            self._report(ERROR, CROSSED, ORDER_ENDS, row, "type", **params)
        self._close()

    def _close(self) -> None:
        done = self._open.pop()
        shape = Repeat if done.kind == "repeat" else Group
        item = shape(name=done.name, items=tuple(done.items), row=done.row, **done.cells)
        self._open[-1].items.append(item)

    def _made_up_name(self, kind: str, row: int) -> str:
        name = f"{kind}_{row}"
        self._report(WARNING, NAMED_FOR_YOU, GIVE_NAME, row, "name", name=name)
        return name

    def _question(self, written: str, name: str, cells: dict[str, Any], row: int) -> None:
        kind, list_name, or_other = read_type(written)
        if found := RECORD.fullmatch(kind):
            self._report(WARNING, RECORD_AS_TEXT, CHOOSE_TYPE, row, "type", type=kind)
            kind = "text"
            tokens = (cells.get("appearance", ""), "select-contact", f"type-{found[1].lower()}")
            cells["appearance"] = " ".join(tokens)
        if not name and kind == "note":
            name = self._made_up_name(kind, row)
        if kind == "audit":
            name = name or kind  # the one name that it may have
        question = Question(
            name=name,
            type=kind,
            list_name=list_name,
            or_other=or_other,
            row=row,
            **self._cleaned(cells, row),
        )
        self._open[-1].items.append(settled_type(question))

    def _cleaned(self, cells: dict[str, Any], row: int) -> dict[str, Any]:
        """The cells as an item wants them: expressions tidied, truths and lists told apart."""
        for column in EXPRESSIONS:
            if column in cells:
                cells[column] = self._tidied(cells[column], row, column)
        for column in ("required", "read_only"):
            if column in cells:
                cells[column] = self._truth(cells[column], row, column)
        if "default" in cells and is_dynamic(tidy_expression(cells["default"])):
            cells["default"] = self._tidied(cells["default"], row, "default")
        if "appearance" in cells:
            cells["appearance"] = tuple(cells["appearance"].split())
        if "parameters" in cells:
            cells["parameters"] = read_parameters(cells["parameters"])
        return cells

    def _truth(self, text: str, row: int, column: str) -> bool | str:
        if text.strip().lower() in FOREIGN_YES:
            self._report(WARNING, CORRECTED, CHECK_IT, row, column, expression="true()")
            return True
        known = truth_of(text)
        return self._tidied(text, row, column) if known is None else known

    def _tidied(self, text: str, row: int, column: str) -> str:
        tidy = tidy_expression(text)
        if tidy != text.strip() and tidy.lower().removesuffix("()") != text.strip().lower():
            self._report(WARNING, CORRECTED, CHECK_IT, row, column, expression=tidy)
        return tidy


def read_type(written: str) -> tuple[str, str, bool]:
    """Type, list (or file) and whether `or_other` is asked for; an unknown type as written."""
    alone = _known(written)
    if alone in QUESTION_TYPES and alone not in LISTED:
        return alone, "", False
    words = written.split(" ")
    for count in range(len(words), 0, -1):
        kind = _known(" ".join(words[:count]))
        if kind in LISTED:
            rest = " ".join(words[count:]).removeprefix("using ")
            list_name = OR_OTHER.sub("", f" {rest}").strip()
            return kind, list_name, list_name != rest
    return written, "", False


def _known(written: str) -> str:
    """The type that a name means, in any case, with `_` or blanks; else in lower case."""
    plain = re.sub(r"[\s_-]+", " ", written.lower()).strip()
    if plain in OLD_NAMES:
        return OLD_NAMES[plain]
    for name in (plain, AROUND_TYPE.sub("", plain)):
        if found := TYPE_ALIASES.get(name) or BY_WORDS.get(name):
            return found
    return OLD_NAMES.get(AROUND_TYPE.sub("", plain), written.lower())
