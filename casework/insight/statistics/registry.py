"""What a report is, and the registry that `@report` fills."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from casework.core.clock import from_local
from casework.core.i18n import N_

AREA, SITE, LANGUAGE = DIMENSIONS = ("area", "site", "language")


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a year by its first day, in the site's zone."""

    first: date
    zone: str = field(compare=False)

    @property
    def number(self) -> int:
        """1 to 4."""
        return (self.first.month + 2) // 3

    @property
    def start(self) -> datetime:
        """When it begins."""
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """When it is over: the beginning of the next one."""
        return self.after.start

    @property
    def after(self) -> Quarter:
        """The next one."""
        return quarter_of(self.first + timedelta(days=100), self.zone)

    @property
    def before(self) -> Quarter:
        """The one before."""
        return quarter_of(self.first - timedelta(days=1), self.zone)

    def __str__(self) -> str:
        return f"{self.first.year}-{self.number}"


def quarter_of(day: date, zone: str) -> Quarter:
    """The quarter that `day` lies in."""
    return Quarter(date(day.year, (day.month - 1) // 3 * 3 + 1, 1), zone)


def _midnight(day: date, zone: str) -> datetime:
    return from_local(datetime(day.year, day.month, day.day), zone)


class Row(NamedTuple):
    """One fact of a report: `unit` (a household or a request) belongs to `kind`.

    A unit may have many rows. `marked` says that it is what the report looks at closely, `days`
    how long it has lasted, `people` how many the unit stands for. `area` is the life area, if
    the report can be seen by it; site and language of a household are looked up.
    """

    unit: UUID
    kind: str
    marked: bool = False
    days: float | None = None
    area: UUID | None = None
    people: int = 0


Find = Callable[[Quarter], Iterable[Row]]


@dataclass(frozen=True)
class Report:
    """One report: words, what its rows are divided by, and where they come from.

    `kinds` are the words of the kinds, or the dimension whose values the kinds are. `by` are
    the dimensions by each of which, alone, the report can be seen. `marked` names what
    `Row.marked` means, `days_about` from when to when days are counted, if they are. Of
    `sentences` the first one is said whose figures can all be shown.
    """

    name: str
    title: str
    about: str
    sentences: tuple[str, ...]
    kinds: Mapping[str, str] | str
    find: Find
    by: tuple[str, ...] = ()
    marked: str = ""
    heading: str = ""
    unit: str = N_("Households")
    days_about: str = ""
    has_people: bool = False
    measure: Callable[[Mapping[str, int]], float | None] | None = None

    @property
    def has_days(self) -> bool:
        """Whether the report counts days."""
        return bool(self.days_about)


REPORTS: dict[str, Report] = {}


def report(name: str, **columns: object) -> Callable[[Find], Find]:
    """Make a function a report: it returns the rows of a quarter, everything else follows.

    Counting, hiding, fixing, the page, the workbook and the yearly report take it from here.
    Raises `ValueError` for a name that is taken or a dimension that there is not.
    """

    def enter(find: Find) -> Find:
        made = Report(name=name, find=find, **columns)  # type: ignore[arg-type]
        if name in REPORTS or not set(made.by) <= set(DIMENSIONS):
            raise ValueError(f"The report {name} is there already or has an unknown dimension.")
        REPORTS[name] = made
        return find

    return enter
