"""Lists of people as offices send them, and what became of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from casework.arrival_lists.plans import ListPlan, first_choices
from casework.arrival_lists.sheets import Sheet, read_sheet
from casework.core.access import SYSTEM, Actor

HEADER = "Familienname;Vorname;Geburtsdatum;Geschlecht;Staatsangehörigkeit;Sprache;Haushalt"
FAMILY = ("Beispiel;Amal;17.05.1990;w;Syrien;Arabisch;1", "Beispiel;Sami;03.02.2015;m;Syrien;;1")
SINGLE = "Muster;Olena;04.11.1985;weiblich;Ukraine;Ukrainisch;2"


def sheet_of(*rows: str, header: str = HEADER, name: str = "liste.csv") -> Sheet:
    """A list as a CSV file with these rows."""
    return read_sheet("\n".join([header, *rows]).encode(), name)


def plan_of(sheet: Sheet, at: datetime, staff: Actor = SYSTEM, **choices: Any) -> ListPlan:
    """What the list would become, with these choices over the first ones."""
    return ListPlan(sheet, replace(first_choices(sheet), **choices), staff, at=at)


def told(plan: ListPlan) -> list[tuple[int, str, str]]:
    """What was found: line, heading and how bad."""
    return [(each.line, each.column, each.level) for each in plan.findings]
