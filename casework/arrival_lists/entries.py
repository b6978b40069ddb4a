"""Rows of a list as people: every cell read, and everything that is doubtful about it said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from casework.arrival_lists.birthdays import plain_birthday
from casework.arrival_lists.columns import FIELDS
from casework.arrival_lists.sheets import Sheet, fold_cell
from casework.core.countries import country_code
from casework.core.i18n import N_, gettext_in
from casework.core.lookups import fold
from casework.core.tongues import language_tag
from casework.questionnaires.answers import BIRTH_DATE, read_value
from casework.questionnaires.definitions import Question

ERROR, REMARK = "error", "remark"
LONGEST_NAME = 200
OLDEST = 115

NO_NAME = N_("There is no name. Please enter one, or leave the row out.")
NAME_TOO_LONG = N_("This name has more than %(most)s characters. Please shorten it.")
FIRST_OF_JANUARY = N_(
    "1 January stands in many papers where nobody knows the day. It is kept, "
    "and nobody is compared by it."
)
VERY_OLD = N_("This person would be %(years)s years old. Please check the year.")
UNKNOWN_GENDER = N_("“%(text)s” is no gender that we know; “m”, “w” or “d” is. It stays empty.")
UNKNOWN_COUNTRY = N_("“%(text)s” is no country that we know. It stays empty.")
UNKNOWN_LANGUAGE = N_("“%(text)s” is no language that we know. It stays empty.")
UNKNOWN_SITE = N_("There is no site “%(text)s” here. The site chosen for the list is taken.")
UNKNOWN_RELATION = N_("“%(text)s” is not understood. It is told by age instead.")
DOUBLED = N_("This is the same person as in row %(line)s. The row is left out.")
RESEMBLES = N_(
    "This may be the same person as in row %(line)s, with a name written in another way. "
    "Please look at both rows."
)
SUM_ROW = N_("This looks like a sum and not like a person. The row is left out.")
BROKEN_CELL = N_(
    "The spreadsheet shows an error here instead of a value. It stays empty; please check the file."
)
NO_NUMBER = N_(
    "There is no household number in this row. Counted by number, this person lives alone; "
    "where an empty cell means the number above it, please choose that for the list."
)

GENDERS = {
    "female": "w weiblich weibl wbl frau f female woman fem mädchen girl",
    "male": "m männlich männl mnl mann herr male man masc junge boy",
    "diverse": "d divers diverse div x",
}
RELATIONS = {
    "self": "selbst haushaltsvorstand hv antragsteller antragstellerin hauptperson "
            "kontaktperson vater mutter father mother head self applicant",
    "partner": "partner partnerin ehefrau ehemann ehepartner frau mann gatte gattin wife husband "
               "spouse lebensgefährte lebensgefährtin",
    "child": "kind sohn tochter child son daughter stiefkind pflegekind baby",
    "parent": "elternteil schwiegermutter schwiegervater eltern grossmutter grossvater oma opa "
              "parent grandmother grandfather",
    "sibling": "bruder schwester geschwister brother sister sibling",
    "relative": "verwandt verwandter verwandte onkel tante cousin cousine neffe nichte relative "
                "uncle aunt nephew niece enkel enkelin",
    "other": "mitbewohner mitbewohnerin sonstige other housemate",
}  # fmt: skip
_GENDERS = {fold(word): code for code, words in GENDERS.items() for word in words.split()}
_RELATIONS = {fold(word): code for code, words in RELATIONS.items() for word in words.split()}
# What stands in a cell where nothing is known.
NOTHING = (
    "-|--|–|—|?|??|/|.|n/a|k.a.|k. a.|unb.|unbek.|unbekannt|unknown|nicht bekannt|keine angabe|"
    "not known|00.00.0000|0000-00-00"
)
SUMS = "summe gesamt gesamtsumme gesamtzahl insgesamt anzahl total sum"
_NOTHING, _SUMS = frozenset(NOTHING.split("|")), frozenset(SUMS.split())
_BROKEN = re.compile(
    r"#(?:REF|BEZUG|VALUE|WERT|NAME|DIV/0|ZAHL|NUM|NULL|N/A|NV)[!?]?\Z", re.IGNORECASE
)
# Spellings of one name that German offices mix: ae and ä, double letters, y and i.
_SPELLINGS = ((r"([aou])e", r"\1"), ("ou", "u"), ("ee|y|j", "i"), (r"([^\W\d_])\1+", r"\1"))
_NOBODY: dict[str, Any] = {
    "given_name": None, "family_name": None, "birth_date": None, "gender": "",
    "nationality": None, "language": "", "phone": None, "email": None,
}  # fmt: skip
_QUESTIONS = {
    "birth_date": Question(type="date", name="birth_date", appearance=(BIRTH_DATE,)),
    "phone": Question(type="tel", name="phone"),
    "email": Question(type="email", name="email"),
}


@dataclass(frozen=True)
class Finding:
    """One thing to look at: the line in the file, the heading of the column, what and how bad."""

    line: int
    column: str
    level: str
    msgid: str
    params: dict[str, Any] = field(default_factory=dict)

    def text(self, tag: str) -> str:
        """The sentence in the language `tag`."""
        sentence = gettext_in(tag, self.msgid)
        return sentence % self.params if self.params else sentence


@dataclass
class Entry:
    """One person of the list: columns of `Person`, and where and with whom they live.

    `twin_of` and `like` are lines above with the same person, or perhaps the same.
    """

    line: int
    person: dict[str, Any]
    household: str = ""
    site: str = ""
    room: str = ""
    relation: str = ""
    twin_of: int = 0
    like: int = 0
    is_sum: bool = False

    @property
    def name(self) -> str:
        """Given name and family name, as far as there are any."""
        given, family = self.person.get("given_name"), self.person.get("family_name")
        return " ".join(part for part in (given, family) if part) or "–"


def read_entries(
    sheet: Sheet, mapping: Sequence[str], sites: Iterable[str], *, today: date
) -> tuple[list[Entry], list[Finding]]:
    """The people of a list and everything doubtful about it, in the order of the file.

    `mapping` names a field of `FIELDS` (or "") for each column, `sites` the names of the
    sites that there are. An entry with an error is among the people nevertheless.
    """
    places = {name: place for place, name in enumerate(mapping) if name in FIELDS}
    reader = _Reader(sheet.header, places, {fold_cell(name): name for name in sites}, today)
    entries = [reader.entry(line, cells) for line, cells in sheet.rows]
    _find_twins(entries, reader)
    _find_without_number(entries, reader)
    reader.findings.sort(key=lambda each: each.line)
    return entries, reader.findings


class _Reader:
    """Reads row by row and gathers what it found."""

    def __init__(
        self, header: Sequence[str], places: dict[str, int], sites: dict[str, str], today: date
    ) -> None:
        self.header, self.places, self.sites, self.today = header, places, sites, today
        self.findings: list[Finding] = []
        self.line = 0
        self.cells: Sequence[str] = ()

    def entry(self, line: int, cells: Sequence[str]) -> Entry:
        self.line, self.cells = line, cells
        if self._is_sum():
            self.say("family_name", REMARK, SUM_ROW)
            name = self._cell("family_name") or self._cell("full_name") or self._cell("given_name")
            return Entry(line, _NOBODY | {"family_name": name[:LONGEST_NAME]}, is_sum=True)
        self._find_broken()
        given, family = self._names()
        person = {
            "given_name": given or None,
            "family_name": family or None,
            "birth_date": self._birth(),
            "gender": self._known("gender", _gender, UNKNOWN_GENDER) or "",
            "nationality": self._known("nationality", country_code, UNKNOWN_COUNTRY),
            "language": self._known("language", _first_language, UNKNOWN_LANGUAGE) or "",
            "phone": self._read("phone", REMARK),
            "email": self._read("email", REMARK),
        }
        site = self._known("site", lambda text: self.sites.get(fold_cell(text)), UNKNOWN_SITE)
        return Entry(
            line, person, fold_cell(self._cell("household")), site or "", self._cell("room"),
            self._known("relation", _relation, UNKNOWN_RELATION) or "",
        )  # fmt: skip

    def say(self, name: str, level: str, msgid: str, **params: Any) -> None:
        column = self.header[self.places[name]] if name in self.places else ""
        self.findings.append(Finding(self.line, column, level, msgid, params))

    def _cell(self, name: str) -> str:
        text = self._raw(name)
        return "" if text.casefold() in _NOTHING or _BROKEN.match(text) else text

    def _raw(self, name: str) -> str:
        place = self.places.get(name)
        return self.cells[place] if place is not None and place < len(self.cells) else ""

    def _is_sum(self) -> bool:
        """Whether the row only counts the others: “Summe” for a name, and no date of birth."""
        names = (self._cell(name) for name in ("family_name", "given_name", "full_name"))
        words = [word for name in names for word in fold(name).split()]
        letters = [word for word in words if not word.isdecimal()]
        return bool(letters) and letters[0] in _SUMS and not self._cell("birth_date")

    def _find_broken(self) -> None:
        for name in self.places:
            if _BROKEN.match(self._raw(name)):
                self.say(name, REMARK, BROKEN_CELL)

    def _names(self) -> tuple[str, str]:
        given, family = self._cell("given_name"), self._cell("family_name")
        whole, where = self._cell("full_name"), "family_name"
        if whole and not (given or family):
            given, family = _split_name(whole)
            where = "full_name"
        if not (given or family):
            self.say(where if where in self.places else "given_name", ERROR, NO_NAME)
        elif len(given) > LONGEST_NAME or len(family) > LONGEST_NAME:
            self.say(where, ERROR, NAME_TOO_LONG, most=LONGEST_NAME)
        return given, family

    def _birth(self) -> str | None:
        text, remark = plain_birthday(self._cell("birth_date"), self.today)
        if remark is not None:
            self.say("birth_date", REMARK, remark[0], **remark[1])
        born = self._read("birth_date", ERROR, text)
        if born and born[5:] == "01-01":
            self.say("birth_date", REMARK, FIRST_OF_JANUARY)
        if born and (years := self.today.year - int(born[:4])) > OLDEST:
            self.say("birth_date", REMARK, VERY_OLD, years=years)
        return born

    def _read(self, name: str, level: str, text: str | None = None) -> str | None:
        """A cell as the forms of the portal read it; what does not fit is said and left out."""
        raw = self._cell(name) if text is None else text
        found, problem = read_value(_QUESTIONS[name], [raw], today=self.today)
        if problem is not None:
            self.say(name, level, problem.msgid, **problem.params)
            return None
        return str(found) if found else None

    def _known(self, name: str, look_up: Any, unknown: str) -> str | None:
        text = self._cell(name)
        found: str | None = look_up(text) if text else None
        if text and found is None:
            self.say(name, REMARK, unknown, text=text[:60])
        return found


def _find_twins(entries: list[Entry], reader: _Reader) -> None:
    """Mark the second of two rows with the same name and the same date of birth.

    Without a date they are the same only within one household that the list numbers. A name
    that is only spelled differently is asked about.
    """
    seen: dict[tuple[str, ...], int] = {}
    alike: dict[tuple[str, ...], int] = {}
    for entry in entries:
        born = entry.person["birth_date"] or ""
        if entry.is_sum or entry.name == "–" or not (born or entry.household):
            continue
        reader.line = entry.line
        where = (born, "" if born else entry.household)
        first = seen.setdefault((*sorted(fold(entry.name).split()), *where), entry.line)
        near = alike.setdefault((*_spelling(entry.name), *where), entry.line)
        if first != entry.line:
            entry.twin_of = first
            reader.say("family_name", REMARK, DOUBLED, line=first)
        elif near != entry.line:
            entry.like = near
            reader.say("family_name", REMARK, RESEMBLES, line=near)


def _find_without_number(entries: list[Entry], reader: _Reader) -> None:
    """Say which rows have no household number where others have one."""
    if not any(entry.household for entry in entries):
        return
    for entry in entries:
        if not (entry.household or entry.is_sum):
            reader.line = entry.line
            reader.say("household", REMARK, NO_NUMBER)


def _spelling(name: str) -> list[str]:
    """The words of a name without what offices spell now one way, now another."""
    words = []
    for word in fold(name).split():
        for pattern, plain in _SPELLINGS:
            word = re.sub(pattern, plain, word)
        words.append(word)
    return sorted(words)


def _split_name(whole: str) -> tuple[str, str]:
    """Given and family name: “Family, Given” or “Given Family”."""
    family, comma, given = whole.partition(",")
    if comma:
        return given.strip(), family.strip()
    given, _blank, family = whole.rpartition(" ")
    return given, family


def _gender(text: str) -> str | None:
    return _GENDERS.get(fold(text).replace(" ", ""))


def _relation(text: str) -> str | None:
    return _RELATIONS.get(fold(text).replace(" ", ""))


def _first_language(text: str) -> str | None:
    """The first language of “Arabisch, Kurmandschi”."""
    return language_tag(text) or language_tag(re.split(r"[,;/+]", text)[0])
