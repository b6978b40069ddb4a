"""What a list would become: who is new, who is known, who lives together, what is undecided."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from casework.arrival_lists.columns import FIELDS, guess_columns
from casework.arrival_lists.entries import ERROR, Entry, Finding, read_entries
from casework.arrival_lists.known import likely_known
from casework.arrival_lists.sheets import Sheet
from casework.core.access import Actor
from casework.core.clock import local_date
from casework.core.i18n import N_
from casework.core.lookups import fold
from casework.core.settings import setting
from casework.sites import Site

NEW, OUT, UNDECIDED = "new", "out", ""
GROUPINGS = {
    "number": N_("by the household number of the list"),
    "above": N_("by the household number; an empty cell means the number above it"),
    "name": N_("the same family name, one row below the other"),
    "alone": N_("everybody alone"),
}


@dataclass
class Choices:
    """What somebody decided about a list; ids as text, so that it can be kept as JSON.

    `rows` says for a line `new`, `out` or the id of the known person.
    """

    mapping: list[str] = field(default_factory=list)
    grouping: str = ""
    site: str = ""
    organization: str = ""
    assigned_to: str = ""
    arrival: str = ""
    rows: dict[str, str] = field(default_factory=dict)
    leave_errors_out: bool = False

    def checked(self, columns: int) -> Choices:
        """The same with a mapping that fits `columns` columns and names each field once."""
        seen: set[str] = set()
        mapping = []
        for name in [*self.mapping[:columns], *[""] * (columns - len(self.mapping))]:
            usable = name in FIELDS and name not in seen
            mapping.append(name if usable else "")
            seen.add(name)
        self.mapping = mapping
        if self.grouping not in GROUPINGS:
            self.grouping = "number" if "household" in mapping else "name"
        return self


def first_choices(sheet: Sheet) -> Choices:
    """What a list looks like before anybody has decided anything."""
    return Choices(mapping=guess_columns(sheet.header)).checked(len(sheet.header))


@dataclass
class Group:
    """People who live together."""

    entries: list[Entry]

    @property
    def name(self) -> str:
        """What the household is called: the family name of its contact person."""
        person = self.contact.person
        return person["family_name"] or person["given_name"] or ""

    @property
    def contact(self) -> Entry:
        """Who answers for the household: who says so, else the oldest grown-up, else the first."""
        said = [entry for entry in self.entries if entry.relation == "self"]
        dated = [e for e in self.entries if e.person["birth_date"] and e.relation != "child"]
        oldest = min(dated, key=lambda e: (e.person["birth_date"][:4], e.line), default=None)
        first = next((e for e in self.entries if e.relation != "child"), self.entries[0])
        return said[0] if said else (oldest if oldest and not _is_child(oldest) else first)


class ListPlan:
    """A list, what was decided about it, and what would become of it. Changes nothing."""

    def __init__(self, sheet: Sheet, choices: Choices, staff: Actor, *, at: datetime) -> None:
        self.sheet, self.staff, self.at = sheet, staff, at
        self.choices = choices.checked(len(sheet.header))
        self.sites = {site.name: site for site in Site.select()}
        self.entries, self.findings = read_entries(
            sheet, self.choices.mapping, self.sites,
            today=local_date(at, setting("site_zone")),
        )  # fmt: skip
        self.wrong = {each.line for each in self.findings if each.level == ERROR}
        sound = [
            e for e in self.entries if e.line not in self.wrong and not e.twin_of and not e.is_sum
        ]
        self.matches = likely_known(sound, staff)

    def decision(self, entry: Entry) -> str | uuid.UUID:
        """`new`, `out`, the id of the known person, or `UNDECIDED`.

        Without a word about it: errors are undecided unless all of them are left out, the
        second of two equal rows is left out and so is a sum, who is certainly known is the same,
        who may be known or resembles another row is undecided, and everybody else is new.
        """
        if entry.line in self.wrong:
            left_out = self.choices.leave_errors_out or self._said(entry) == OUT
            return OUT if left_out else UNDECIDED
        said, matches = self._said(entry), self.matches.get(entry.line, [])
        if said in (NEW, OUT):
            return said
        for match in matches:
            if said == str(match.person.id):
                return match.person.id
        if entry.twin_of or entry.is_sum:
            return OUT
        if not matches:
            return UNDECIDED if entry.like else NEW
        certain = [match for match in matches if match.certain]
        return certain[0].person.id if len(certain) == 1 else UNDECIDED

    @cached_property
    def decisions(self) -> dict[int, str | uuid.UUID]:
        """The decision of each line."""
        return {entry.line: self.decision(entry) for entry in self.entries}

    @cached_property
    def groups(self) -> list[Group]:
        """The households of those who are taken in, in the order of the list."""
        grouped: dict[str, list[Entry]] = {}
        for key, entry in self._keyed():
            grouped.setdefault(key, []).append(entry)
        return [Group(entries) for entries in grouped.values()]

    def site_of(self, entry: Entry) -> Site | None:
        """Where somebody moves in: what the row says, else what was chosen for the list."""
        return self.sites.get(entry.site) or self.chosen_site

    @cached_property
    def chosen_site(self) -> Site | None:
        """The site chosen for the whole list."""
        return next((s for s in self.sites.values() if str(s.id) == self.choices.site), None)

    def lines(self, wanted: str) -> list[Entry]:
        """The entries with a decision: `new`, `out`, `known` or `undecided`."""
        return [e for e in self.entries if _kind(self.decisions[e.line]) == wanted]

    @property
    def counts(self) -> dict[str, int]:
        """How many people are new, known, left out and undecided, and how many households."""
        kinds = {kind: len(self.lines(kind)) for kind in ("new", "known", "out", "undecided")}
        return kinds | {"households": len(self.groups)}

    @cached_property
    def findings_by_line(self) -> Mapping[int, list[Finding]]:
        """What was found, by line."""
        found: dict[int, list[Finding]] = {}
        for each in self.findings:
            found.setdefault(each.line, []).append(each)
        return found

    def _said(self, entry: Entry) -> str:
        return self.choices.rows.get(str(entry.line), "")

    def _keyed(self) -> Iterator[tuple[str, Entry]]:
        """Everybody who is taken in, with what the household is told apart by."""
        grouping, last, number, above = self.choices.grouping, "", 0, ""
        for entry in self.entries:
            above = entry.household or above
            if self.decisions[entry.line] in (OUT, UNDECIDED):
                continue
            family = fold(entry.person["family_name"] or "")
            if grouping == "name":
                number += not family or family != last
                last = family
                yield f"name {number}", entry
            elif grouping == "number" and entry.household:
                yield f"number {entry.household}", entry
            elif grouping == "above" and above:
                yield f"number {above}", entry
            else:
                yield f"line {entry.line}", entry


def role_at_home(entry: Entry, group: Group, *, today: Any) -> str:
    """What somebody is in the household: as the list says, else by age and name."""
    if entry is group.contact:
        return "self"
    if entry.relation and entry.relation != "self":
        return entry.relation
    if entry.relation == "self":
        return "partner"
    born = entry.person["birth_date"]
    if born and today.year - int(born[:4]) < 18:
        return "child"
    same = fold(entry.person["family_name"] or "") == fold(
        group.contact.person["family_name"] or ""
    )
    return "relative" if same else "other"


def _is_child(entry: Entry) -> bool:
    return entry.relation == "child"


def _kind(decision: str | uuid.UUID) -> str:
    if isinstance(decision, uuid.UUID):
        return "known"
    return decision or "undecided"
