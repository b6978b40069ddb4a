"""Working days: Monday to Friday without the public holidays of the federal state."""

from __future__ import annotations

import functools
from datetime import date, timedelta

from holidays import country_holidays

COUNTRY = "DE"
# ISO 3166-2:DE without the country; names as the states write them.
FEDERAL_STATES = {
    "BW": "Baden-Württemberg", "BY": "Bayern", "BE": "Berlin", "BB": "Brandenburg",
    "HB": "Bremen", "HH": "Hamburg", "HE": "Hessen", "MV": "Mecklenburg-Vorpommern",
    "NI": "Niedersachsen", "NW": "Nordrhein-Westfalen", "RP": "Rheinland-Pfalz",
    "SL": "Saarland", "SN": "Sachsen", "ST": "Sachsen-Anhalt", "SH": "Schleswig-Holstein",
    "TH": "Thüringen",
}  # fmt: skip


def is_working_day(day: date, state: str = "") -> bool:
    """Whether offices work on `day` in the federal state; without one, in all of Germany."""
    return day.weekday() < 5 and day not in _holidays(state, day.year)


def after_working_days(day: date, days: int, state: str = "") -> date:
    """The day that is `days` working days after `day`; what comes on a day off counts from the
    next working day on."""
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day, state)
    return day


@functools.cache
def _holidays(state: str, year: int) -> frozenset[date]:
    """The public holidays of a year; those of the whole country for a state that is not known."""
    subdivision = state if state in FEDERAL_STATES else None
    return frozenset(country_holidays(COUNTRY, subdiv=subdivision, years=year))
