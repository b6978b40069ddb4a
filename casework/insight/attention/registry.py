"""What a rule is: one sentence, a few thresholds, and one query of whatever calls for somebody.

A rule is a function decorated with `@rule`. It gets a `Context` and returns the query that
`context.candidates` begins. Nothing else is needed: storing, order, screens and settings follow.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from peewee import JOIN, ModelSelect, Value

from casework.cases import LIVE_STATES, Case
from casework.core.access import Actor
from casework.core.clock import from_local, local_date
from casework.core.i18n import N_
from casework.core.working_days import after_working_days

RANKS = {0: N_("cannot wait"), 1: N_("soon"), 2: N_("when there is time")}
TURNS = ("person", "provider", "us", "system")
ACTIONS = (
    "remind_provider", "ask_person", "offer_other", "appointment", "plan", "message", "open",
    "handover", "close", "support",
)  # fmt: skip
# The columns that each query begins with; what a rule adds follows them as details.
COLUMNS = ("case", "subject", "since", "turn", "rank", "days")


@dataclass(frozen=True)
class Threshold:
    """A number of a rule that the back office changes; `why` gives the reason of the default.

    Days are calendar days, or with `working` days on which offices work.
    """

    name: str
    default: int
    label: str
    why: str
    least: int = 0
    most: int = 730
    working: bool = False


@dataclass(frozen=True)
class Rule:
    """One reason to look at something now."""

    name: str
    title: str
    sentence: str
    query: Callable[[Context], ModelSelect]
    rank: int
    thresholds: tuple[Threshold, ...]
    actions: tuple[str, ...]
    asks: bool
    of_case: bool
    wakes: tuple[str, ...]
    permission: str
    table: str
    own: Callable[[Actor], ModelSelect] | None = None
    talks: str = ""

    @property
    def defaults(self) -> dict[str, int]:
        """The thresholds as the program brings them."""
        return {each.name: each.default for each in self.thresholds}

    def due_on(self, day: date, days: int, state: str = "") -> date:
        """The day that is `days` after `day`, as the rule counts its days in a federal state."""
        if any(each.name == "days" and each.working for each in self.thresholds):
            return after_working_days(day, days, state)
        return day + timedelta(days=days)


RULES: dict[str, Rule] = {}


@dataclass(frozen=True)
class Candidate:
    """One row of a rule's answer; `due_on` is the day on which it became an entry, `days` the
    threshold that counted."""

    rule: str
    case: uuid.UUID | None
    table: str
    subject: uuid.UUID
    since: datetime
    turn: str
    rank: int
    due_on: date
    days: int = 0
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """What a rule may know: the day, its thresholds, and the cases it is narrowed to (None: all).

    `at` is aware UTC; `today` is the calendar day at the site in `zone`. `federal_state` says
    which public holidays are no working days.
    """

    rule: Rule
    at: datetime
    today: date
    zone: str
    values: Mapping[str, int]
    cases: Sequence[uuid.UUID] | None = None
    federal_state: str = ""

    def days(self, name: str = "days") -> int:
        """A threshold."""
        return self.values[name]

    def before(self, days: int) -> datetime:
        """The moment such that what lies before it is at least `days` old, as the rule counts."""
        day = self.today - timedelta(days=days)
        while self.rule.due_on(day, days, self.federal_state) > self.today:
            day -= timedelta(days=1)
        return from_local(datetime.combine(day + timedelta(days=1), time.min), self.zone)

    def candidates(
        self,
        model: Any,
        *,
        since: Any,
        turn: Any,
        rank: Any = None,
        days: Any = None,
        case: Any = None,
        subject: Any = None,
        via: tuple[Any, Any] | None = None,
        **details: Any,
    ) -> ModelSelect:
        """The begin of the rule's query: rows of `model`, joined to their live cases.

        `case` is the column with the case where it is not `model.case`; `subject` what the entry
        is about where it is not the row. `via` names a model and the condition on which it is
        joined first, for rows that know their case only through it. `days` is the threshold that
        counts for the row, by default the one called so. `details` are codes and numbers, never
        anything personal.
        """
        column = (getattr(model, "case", None) if case is None else case) or Value(None)
        days = self.values.get("days", 0) if days is None else days
        columns = (
            column, subject or model.id, since, _plain(turn),
            _plain(self.rule.rank if rank is None else rank), _plain(days), *details.values(),
        )  # fmt: skip
        named = zip(columns, (*COLUMNS, *details), strict=True)
        rows = model.select(*(each.alias(f"a_{name}") for each, name in named))
        if via is not None:
            rows = rows.join_from(model, via[0], JOIN.LEFT_OUTER, on=via[1])
        if not self.rule.of_case:
            return rows
        if model is not Case:
            rows = rows.join_from(model, Case, on=(column == Case.id))
        rows = rows.where(Case.state << LIVE_STATES)
        return rows if self.cases is None else rows.where(Case.id << list(self.cases))


def rule(
    name: str,
    sentence: str,
    *,
    title: str,
    rank: int = 1,
    thresholds: tuple[Threshold, ...] = (),
    actions: tuple[str, ...] = (),
    asks: bool = False,
    of_case: bool = True,
    wakes: tuple[str, ...] = (),
    permission: str = "case:read",
    table: str = "",
    own: Callable[[Actor], ModelSelect] | None = None,
    talks: str = "",
) -> Callable[[Callable[[Context], ModelSelect]], Rule]:
    """Make a function a rule of the queue; `table` names what its subjects are, by default the
    table that its query selects from.

    With `asks`, whoever's turn it is gets one kind reminder before the coordinator sees it. A
    rule that is not `of_case` is asked anew as a whole when an event is about a table in `wakes`,
    and its entries are seen by who has `permission`; `own` gives the keys of the subjects that
    are somebody's own, whose entries they see without it. `talks` says which appointments of the
    case count although nobody booked them for the entry: `new` those made since the cause, `any`
    all that begin after it.
    """
    if name in RULES or set(actions) - set(ACTIONS) or rank not in RANKS:
        raise ValueError(f"the rule {name} is there already, or asks for something unknown")

    def register(query: Callable[[Context], ModelSelect]) -> Rule:
        made = Rule(name, title, sentence, query, rank, thresholds, actions, asks, of_case,
                    wakes, permission, table, own, talks)  # fmt: skip
        RULES[name] = made
        return made

    return register


def answers(each: Rule, context: Context) -> list[Candidate]:
    """What a rule finds in `context`: one statement."""
    query = each.query(context)
    names = [getattr(column, "_alias", "")[2:] for column in query._returning[len(COLUMNS) :]]
    table = each.table or query.model._meta.table_name
    return [_candidate(each.name, table, row, names, context) for row in query.tuples().iterator()]


def _candidate(name: str, table: str, row: tuple, names: list[str], context: Context) -> Candidate:
    case, subject, since, turn, rank, days = row[: len(COLUMNS)]
    moment = _moment(since, context.zone)
    day = local_date(moment, context.zone)
    return Candidate(
        rule=name, case=_key(case) if case else None, table=table, subject=_key(subject),
        since=moment, turn=turn, rank=int(rank),
        due_on=RULES[name].due_on(day, int(days), context.federal_state), days=int(days),
        details=dict(zip(names, row[len(COLUMNS) :], strict=True)),
    )  # fmt: skip


def _plain(value: Any) -> Any:
    return Value(value) if isinstance(value, str | int) else value


def _key(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))


def _moment(value: Any, zone: str) -> datetime:
    """What a database gives for a moment or a day, as an aware moment; a day begins at midnight."""
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return from_local(datetime.combine(value, time.min), zone)
    return value if value.tzinfo else value.replace(tzinfo=UTC)
