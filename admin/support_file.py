"""Who helps a household, by area of life, as far as the reader may see it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from admin.case_forms import areas_in_order
from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.words import word
from casework.core.access import Actor
from casework.core.i18n import N_
from casework.engagements import END_REASONS, REASON_NAMES, Engagement
from casework.engagements import STATES as ENGAGEMENT_STATES
from casework.insight.balance.counting import rules
from casework.insight.balance.models import BalanceCell
from casework.insight.balance.summing import doubles
from casework.life_areas import LifeArea
from casework.named_supports import KINDS as NAMED_KINDS
from casework.named_supports import NamedSupport
from casework.plans.models import Step
from casework.plans.states import STEP_STATES
from casework.providers import Service
from casework.referral_states import STATES as REFERRAL_STATES
from casework.supporters import (
    ENGAGEMENT,
    NAMED,
    REFERRAL,
    STEP,
    Span,
    Supporter,
    names_of,
    running,
    spans,
)

KIND_NAMES = {
    "provider": N_("organisation"),
    "staff": N_("colleague"),
    "volunteer": N_("volunteer"),
    "named": N_("named by the household"),
}
FLAG_NAMES = {
    "under": N_("nobody helps"),
    "double": N_("double"),
    "over": N_("many at once"),
    "alone": N_("alone"),
}
FLAG_SENTENCES = {
    "under": N_("A need is open and nobody helps."),
    "double": N_("The same service or step is there twice, now or recently."),
    "over": N_("Many help at once."),
    "alone": N_("Nobody helps this household in any area."),
}
FLAG_SIGNS = {"under": "!", "double": "=", "over": "▲", "alone": "○"}
STATE_NAMES = {
    REFERRAL: REFERRAL_STATES.names,
    STEP: STEP_STATES.names,
    ENGAGEMENT: ENGAGEMENT_STATES.names,
    NAMED: NAMED_KINDS,
}


@dataclass(frozen=True)
class Line:
    """One thing that somebody does, or did not long ago and is there twice.

    Without `name` it is somebody else: a supporter in a case that the reader does not see, of
    whom nothing is known but the area.
    """

    span: Span
    name: str
    what: str
    is_running: bool
    is_double: bool

    @property
    def is_known(self) -> bool:
        """Whether the reader may see who it is."""
        return bool(self.name)

    @property
    def state(self) -> str:
        """The state of it in words."""
        return word(STATE_NAMES[self.span.source], self.span.state)

    @property
    def can_end(self) -> bool:
        """Whether it can be handed over: what the household has by itself is not ours to end."""
        return self.is_known and self.is_running and self.span.source != NAMED


@dataclass
class Part:
    """One area: its sums, and who helps there."""

    area: LifeArea
    cell: BalanceCell | None = None
    lines: list[Line] = field(default_factory=list)
    others: int = 0

    @property
    def flags(self) -> list[str]:
        """The flags of the area, the gravest first."""
        return self.cell.flags if self.cell else []

    def takers(self, line: Line) -> list[tuple[str, str]]:
        """Who else helps here, as pairs of value and name: to them it can be handed over."""
        found = {
            value_of(each.span.supporter): each.name
            for each in self.lines
            if each.is_known and each.is_running and each.span.supporter != line.span.supporter
        }
        return list(found.items())


class SupportFile:
    """Who helps one household, that the reader may see; `at` is now."""

    def __init__(self, household: uuid.UUID, actor: Actor, *, at: datetime) -> None:
        self.household, self.actor, self.at = household, actor, at

    @cached_property
    def parts(self) -> list[Part]:
        """The areas in which somebody helps or something is needed, in the order of the desk."""
        found = {area.id: Part(area) for area in areas_in_order()}
        for cell in BalanceCell.scope(self.actor).where(BalanceCell.household == self.household):
            if cell.__data__["life_area"] in found:
                found[cell.__data__["life_area"]].cell = cell
        for span in self._shown:
            part = found.get(span.area)
            if part is not None:
                part.lines.append(self._line(span))
        for part in found.values():
            part.others = part.cell.others if part.cell else 0
        return [part for part in found.values() if part.cell or part.lines]

    @cached_property
    def supporters(self) -> dict[str, str]:
        """Everybody known who helps anywhere: value and name."""
        known = (line for part in self.parts for line in part.lines if line.is_running)
        return {value_of(each.span.supporter): each.name for each in known if each.is_known}

    @property
    def count(self) -> int:
        """How many help, whoever they are."""
        return len({span.supporter for span in self._running})

    @property
    def others(self) -> int:
        """How many help in cases that the reader does not see."""
        known = {span.supporter for span in self._running if self._is_own(span)}
        return len({span.supporter for span in self._running} - known)

    @cached_property
    def _spans(self) -> list[Span]:
        since = self.at - timedelta(days=self._rules.recent_days)
        return spans([self.household], ended_after=since)

    @cached_property
    def _rules(self) -> Any:
        return rules()

    @cached_property
    def _running(self) -> list[Span]:
        return running(self._spans, self.at)

    @cached_property
    def _doubles(self) -> set[uuid.UUID]:
        groups = doubles(self._spans, self._rules, at=self.at)
        own = [group for group in groups if any(self._is_own(span) for span in group)]
        return {span.id for group in own for span in group}

    @cached_property
    def _shown(self) -> list[Span]:
        """What runs, and what ended but is there twice; only what the reader sees."""
        now = {span.id for span in self._running}
        shown = [
            span for span in self._spans
            if self._is_own(span) and (span.id in now or span.id in self._doubles)
        ]  # fmt: skip
        return sorted(shown, key=lambda span: (span.id not in now, span.since, span.id))

    def _is_own(self, span: Span) -> bool:
        return self.actor.sees_all or span.organization == self.actor.organization_id

    @cached_property
    def _names(self) -> dict[Supporter, str]:
        return names_of({span.supporter for span in self._shown})

    @cached_property
    def _words(self) -> dict[uuid.UUID, str]:
        """What steps and services are called, by id."""
        tag = reading_language()
        steps = _ids(span.id for span in self._shown if span.source == STEP)
        services = _ids(span.service for span in self._shown)
        found: dict[uuid.UUID, str] = {}
        if steps:
            rows: Any = Step.select(Step.id, Step.texts).where(Step.id << steps)
            found |= {row.id: row.text(tag)[0] for row in rows}
        if services:
            rows = Service.select(Service.id, Service.name).where(Service.id << services)
            found |= {row.id: row.name for row in rows}
        return found

    def _line(self, span: Span) -> Line:
        name = self._names.get(span.supporter) or _("a volunteer named in the plan")
        if span.source == REFERRAL and span.service is not None:
            what = self._words.get(span.service, "")
        elif span.source == STEP:
            what = self._words.get(span.id, "")
        else:
            what = ""
        return Line(span, name, what, span.id in {each.id for each in self._running},
                    span.id in self._doubles)  # fmt: skip


class CaseSupport(SupportFile):
    """The same on the page of a case, with what can be changed there."""

    def __init__(self, case: Any, actor: Actor, *, at: datetime) -> None:
        super().__init__(case.__data__["household"], actor, at=at)
        self.case = case

    @cached_property
    def named(self) -> dict[uuid.UUID, NamedSupport]:
        """The supports that the household named in this case, by id."""
        rows = NamedSupport.scope(self.actor).where(NamedSupport.case == self.case)
        return {row.id: row for row in rows}

    @cached_property
    def engagements(self) -> list[Engagement]:
        """The engagements of this case, those that stand first."""
        rows: Any = Engagement.scope(self.actor).where(Engagement.case == self.case)
        newest = rows.order_by(Engagement.state == "ended", Engagement.created_at.desc())
        return list(newest.limit(20).with_related(Engagement.volunteer, Engagement.life_area))


SUPPORT_WORDS = {
    "kind_names": KIND_NAMES,
    "flag_names": FLAG_NAMES,
    "flag_sentences": FLAG_SENTENCES,
    "flag_signs": FLAG_SIGNS,
    "named_kinds": NAMED_KINDS,
    "engagement_states": ENGAGEMENT_STATES.names,
    "end_reasons": END_REASONS,
    "reason_names": REASON_NAMES,
}


def value_of(supporter: Supporter) -> str:
    """A supporter as the value of a choice."""
    return f"{supporter.kind}:{supporter.id}"


def supporter_of(value: str) -> Supporter | None:
    """The supporter that a value names; None for anything else."""
    kind, _colon, text = value.partition(":")
    try:
        return Supporter(kind, uuid.UUID(text)) if kind in KIND_NAMES else None
    except ValueError:
        return None


def _ids(found: Iterable[uuid.UUID | None]) -> list[uuid.UUID]:
    return list({each for each in found if each is not None})
