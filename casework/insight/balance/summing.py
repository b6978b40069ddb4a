"""What is over, double, under and alone: sums of what is known about households, and no query.

- **over**: at least as many distinct supporters in one area as the setting `support_over` says.
  Three by default: a colleague who goes along and the provider where they go are usual.
- **double**: the same service for the same person in the same area, or a step of the same words
  for the same person, twice: one runs now, the other runs too or ended within the last
  `support_recent_days` (half a year by default). An ending counts where the service had its say
  or the step was done; what we, the person or silence ended does not, since then nothing was
  done, and since taking one of two back is how a double ends.
- **under**: an open need in an area where nobody helps.
- **alone**: a live case of a household that nobody helps in any area.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from casework.core.clock import local_date
from casework.core.crypto import keyring
from casework.core.lookups import fold
from casework.referral_states import ANSWERS
from casework.supporters import REFERRAL, STEP, Span, Supporter, running


class OpenNeed(NamedTuple):
    """An open need in a live case, and the organisation that works on the case."""

    household: uuid.UUID
    organization: uuid.UUID | None
    area: uuid.UUID


@dataclass(frozen=True)
class Rules:
    """From how many supporters on it is over, and for how many days an ending is recent."""

    over: int
    recent_days: int


@dataclass
class CellSum:
    """One area of a household: open needs, distinct supporters by kind, those of others."""

    needs: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    others: int = 0
    doubled: int = 0

    @property
    def supporters(self) -> int:
        """How many help, whoever they are."""
        return self.kinds.total() + self.others

    @property
    def under(self) -> bool:
        """Whether a need is open and nobody helps."""
        return self.needs > 0 and self.supporters == 0

    def over(self, rules: Rules) -> bool:
        """Whether many help at once."""
        return self.supporters >= rules.over

    def place(self, rules: Rules) -> int:
        """Lowest for what is looked at first: under, then double, then over, then the rest."""
        return 7 - 4 * self.under - 2 * bool(self.doubled) - self.over(rules)


@dataclass
class HouseholdSum:
    """A household: its cells by area, how many help it in all, and when the last double began."""

    cells: dict[uuid.UUID, CellSum]
    supporters: int
    doubled_since: datetime | None = None

    @property
    def alone(self) -> bool:
        """Whether nobody helps anywhere."""
        return self.supporters == 0

    def place(self, rules: Rules) -> int:
        """Lowest for who is looked at first: alone with a need, then under, double, over, alone."""
        cells = self.cells.values()
        needy = self.alone and any(cell.needs for cell in cells)
        under = any(cell.under for cell in cells)
        doubled = any(cell.doubled for cell in cells)
        slight = self.alone or any(cell.over(rules) for cell in cells)
        return 15 - 8 * needy - 4 * under - 2 * doubled - slight


def household_sum(
    found: Iterable[Span],
    needs: Iterable[OpenNeed],
    rules: Rules,
    *,
    at: datetime,
    viewer: uuid.UUID | None = None,
) -> HouseholdSum:
    """The sums of one household at `at` from its spans and open needs.

    For the organisation `viewer` only its own cases' needs count, supporters of other cases only
    as a number, and doubles only where one of the two is its own: that somebody else does the
    same is what it should know, who that is it does not learn.
    """
    found = list(found)
    cells: dict[uuid.UUID, CellSum] = defaultdict(CellSum)
    own: dict[uuid.UUID, set[Supporter]] = defaultdict(set)
    foreign: dict[uuid.UUID, set[Supporter]] = defaultdict(set)
    for span in running(found, at):
        is_own = viewer is None or span.organization == viewer
        (own if is_own else foreign)[span.area].add(span.supporter)
    for need in needs:
        if viewer is None or need.organization == viewer:
            cells[need.area].needs += 1
    for area, helpers in own.items():
        cells[area].kinds.update(helper.kind for helper in helpers)
    for area, helpers in foreign.items():
        cells[area].others = len(helpers - own[area])
    since = None
    for group in doubles(found, rules, at=at):
        if viewer is None or any(span.organization == viewer for span in group):
            cells[group[0].area].doubled += 1
            since = max(filter(None, (since, group[0].since)))
    everybody = {each for helpers in (*own.values(), *foreign.values()) for each in helpers}
    return HouseholdSum(dict(cells), len(everybody), since)


def doubles(found: Iterable[Span], rules: Rules, *, at: datetime) -> list[list[Span]]:
    """The groups of spans of one household that are the same thing, the newest span first.

    Each has one that runs at `at` and another that runs or ended recently.
    """
    recent = at - timedelta(days=rules.recent_days)
    groups: dict[tuple[object, ...], list[Span]] = defaultdict(list)
    for span in found:
        if span.runs(at) or _counts_still(span, at, recent):
            for key in _sameness(span):
                groups[key].append(span)
    same = [
        sorted(group, key=lambda span: (span.since, span.id), reverse=True)
        for group in groups.values()
        if len(group) > 1 and any(span.runs(at) for span in group)
    ]
    # A step has words in several languages: what agrees in more than one is still one group.
    unique = {frozenset(span.id for span in group): group for group in same}
    return [unique[key] for key in unique if not any(key < other for other in unique)]


def changes_on(found: Iterable[Span], rules: Rules, *, at: datetime, zone: str) -> date | None:
    """The day at the site on which the sums change next although nobody does anything, or None.

    Something ends or begins on a day that is known, or an ending stops being recent.
    """
    recent = timedelta(days=rules.recent_days)
    moments = []
    for span in found:
        moments += [each for each in (span.since, span.until) if each is not None and each > at]
        if span.until is not None and at - recent < span.until <= at:
            moments.append(span.until + recent)
    first = min(moments, default=None)
    # What happens during a day shows on the next one, so that a day is summed up once.
    last = local_date(first - timedelta.resolution, zone) if first else None
    return last + timedelta(days=1) if last else None


def _counts_still(span: Span, at: datetime, recent: datetime) -> bool:
    """Whether something that is over had its effect, and not long ago."""
    if span.until is None or not recent < span.until <= at:
        return False
    if span.source == REFERRAL:
        return span.state in ANSWERS
    return span.source == STEP and span.state == "done"


def _sameness(span: Span) -> list[tuple[object, ...]]:
    """What two spans share if they are the same thing."""
    if span.source == REFERRAL:
        return [(REFERRAL, span.area, span.service, span.person)]
    if span.source == STEP and span.texts is not None:
        return [(STEP, span.area, span.person, words) for words in _words(span)]
    return []


def _words(span: Span) -> set[str]:
    sealed = span.texts
    assert sealed is not None  # noqa: S101 - asked just before
    texts: Mapping[str, str] = json.loads(keyring().open(sealed.data, f"steps/{span.id}/texts"))
    return {fold(text) for text in texts.values()} - {""}
