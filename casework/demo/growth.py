"""Who is announced for the demo town's new sites, and a list of people who came some time ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from casework.arrival_lists.importing import import_list
from casework.arrival_lists.plans import ListPlan, first_choices
from casework.arrival_lists.sheets import read_sheet
from casework.sites import announce_arrival, move_arrival

if TYPE_CHECKING:
    from casework.demo.town import Town

# Site of `places.SITES`, people, days from now.
ANNOUNCED = ((4, 150, 45), (5, 50, 100), (0, 6, 20), (1, 12, None))
SMALLEST = 50
LIST = """Familienname;Vorname;Geburtsdatum;Geschlecht;Staatsangehörigkeit;Sprache;Haushalt;Zimmer
Yohannes;Selam;12.03.1991;w;Eritrea;Tigrinya;1;204
Yohannes;Dawit;01.01.1988;m;Eritrea;Tigrinya;1;204
Yohannes;Ruta;07.11.2016;w;Eritrea;Tigrinya;1;204
Kovalenko;Iryna;23.08.1979;w;Ukraine;Ukrainisch;2;205
Kovalenko;Maksym;15.01.2010;m;Ukraine;Ukrainisch;2;205
Karimi;Reza;30.09.1996;m;Afghanistan;Dari;3;206
"""


def listed_people(size: int) -> int:
    """How many of the people of a town of `size` came with the list; none of a very small one."""
    return LIST.count("\n") - 1 if size >= SMALLEST else 0


def tell_growth(town: Town) -> None:
    """150 and 50 people are announced; of the first six somebody took the list over."""
    by = town.coordinator
    for place, people, days in ANNOUNCED:
        day = (town.at + timedelta(days=days)).date() if days is not None else None
        announce_arrival(town.sites[place], people, day, by=by, at=town.ago(5, 30))
    came = town.at - timedelta(days=40)
    called_off = announce_arrival(town.sites[3], 20, came.date(), by=by, at=came)
    move_arrival(called_off, "cancelled", revision=0, by=by, at=came + timedelta(days=9))
    if listed_people(town.size):
        _tell_list(town, came)


def _tell_list(town: Town, came: datetime) -> None:
    by, site = town.coordinator, town.sites[0]
    told = announce_arrival(site, 6, came.date(), by=by, at=came - timedelta(days=30))
    sheet = read_sheet(LIST.encode(), "zuweisung.csv")
    choices = first_choices(sheet)
    choices.site, choices.arrival = str(site.id), str(told.id)
    choices.organization = str(town.partners[0].id)
    choices.assigned_to = str(town.managers[0].id)
    import_list(ListPlan(sheet, choices, by, at=came), by=by, at=came)
