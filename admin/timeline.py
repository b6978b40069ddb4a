"""What happened in a case, in human words: from the audit trail and the referrals' steps."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import Load

from admin.auth import current_actor
from admin.i18n import gettext as _
from admin.referral_words import state_name
from admin.words import word
from casework.appointment_states import STATES as APPOINTMENT_STATES
from casework.cases import STATES as CASE_STATES
from casework.cases import Case
from casework.consent import STATES as RELEASE_STATES
from casework.core.audit import AuditEntry
from casework.core.i18n import N_
from casework.deadlines import DEADLINE_STATES
from casework.handovers import POINT_STATES
from casework.needs import NEED_STATES
from casework.plans.asking import STATES as AGREEMENT_STATES
from casework.plans.states import GOAL_STATES, STEP_STATES
from casework.referrals import Referral, ReferralStep

PAGE = 25
LAST_PAGE = 40
EVENTS = {
    "case:opened": N_("Case opened"),
    "case:assigned": N_("Assigned anew"),
    "case:moved": N_("State of the case changed"),
    "case:reminded": N_("Person reminded of what waits"),
    "need:added": N_("Need added"),
    "need:moved": N_("State of a need changed"),
    "follow_up:created": N_("Follow-up planned"),
    "follow_up:done": N_("Follow-up done"),
    "plan:begun": N_("Integration plan begun"),
    "plan:ended": N_("Integration plan ended"),
    "plan:reviewed": N_("Integration plan reviewed"),
    "plan:shown": N_("Plan put on the status page"),
    "plan:answered": N_("Question about the plan answered"),
    "plan:agreed": N_("Agreement to the plan noted"),
    "plan:taken_back": N_("Question about the plan taken back"),
    "plan:noted": N_("Answer about the plan noted"),
    "goal:added": N_("Goal added"),
    "goal:changed": N_("Goal changed"),
    "goal:moved": N_("State of a goal changed"),
    "step:added": N_("Step added"),
    "step:changed": N_("Step changed"),
    "step:moved": N_("State of a step changed"),
    "step:held": N_("Step put on hold"),
    "deadline:added": N_("Deadline entered"),
    "deadline:extended": N_("Deadline extended"),
    "deadline:moved": N_("State of a deadline changed"),
    "counselling:started": N_("Start of counselling changed"),
    "counselling:extended": N_("Counselling extended"),
    "handover:begun": N_("Handover begun"),
    "handover:extended": N_("Line added to the handover"),
    "handover:settled": N_("Line of the handover changed"),
    "handover:called_off": N_("Handover called off"),
    "case:ended": N_("Last look at the goals"),
    "strength:saved": N_("Strengths of a person entered"),
    "strength:added": N_("Strength of a person added"),
    "opportunity:offered": N_("Opportunity offered: referral drafted"),
    "referral:reminded": N_("Provider reminded"),
    "attention:asked": N_("Reminded of what waits"),
    "attention:snoozed": N_("Entry of the queue put to rest"),
    "attention:known": N_("Entry of the queue marked as known"),
    "attention:woken": N_("Entry of the queue calls again"),
    "engagement:proposed": N_("Volunteer proposed"),
    "engagement:agreed": N_("Engagement of a volunteer agreed"),
    "engagement:begun": N_("Engagement of a volunteer begun"),
    "engagement:ended": N_("Engagement of a volunteer ended"),
    "engagement:asked": N_("Volunteer asked"),
    "engagement:answered": N_("Volunteer answered"),
    "engagement:heard": N_("Heard how an engagement goes"),
    "support:named": N_("Noted who else helps"),
    "support:changed": N_("Note about who else helps changed"),
    "support:ended": N_("Noted that somebody does not help any more"),
    "support:handed_over": N_("Help handed over to somebody else"),
    "conference:called": N_("Invited to a case conference"),
    "conference:moved": N_("Case conference moved"),
    "conference:held": N_("Case conference took place"),
    "conference:cancelled": N_("Case conference called off"),
    "message:sent": N_("Message written"),
    "message:received": N_("Message from the person"),
    "message:read": N_("Message read"),
    "appointment:planned": N_("Appointment planned"),
    "appointment:tied": N_("What called is to be settled at the appointment"),
    "appointment:moved": N_("Appointment noted as kept, missed or cancelled"),
    "appointment:shifted": N_("Appointment put at another time or place"),
    "appointment:changed": N_("Appointment changed"),
    "appointment:interpreter_ordered": N_("Interpreter ordered"),
    "appointment:reminded": N_("Person reminded of an appointment"),
    "appointment:arrived": N_("Arrived for an appointment"),
    "appointment:served": N_("Was taken in for an appointment"),
    "appointment:expected": N_("Arrival for an appointment taken back"),
    "appointment:left": N_("Appointment kept"),
    "visit:noted": N_("Was at the counter without an appointment"),
    "release:asked": N_("Release asked for"),
    "release:answered": N_("Question about a release answered"),
    "release:noted": N_("Answer about a release noted"),
    "release:taken_back": N_("Question about a release taken back"),
    "release:given": N_("Release given"),
    "release:withdrawn": N_("Release withdrawn"),
    "release:expired": N_("Release expired"),
    "fact:noted": N_("Fact about taking part noted"),
    "fact:removed": N_("Fact about taking part removed"),
    "account:told": N_("The person wrote what was in the way"),
    "account:noted": N_("The person's account noted"),
    "account:read": N_("The person's account read"),
    "account:accepted": N_("The person's reason counts"),
    "account:reopened": N_("The person's reason does not count after all"),
    "agreed_step:noted": N_("Next step agreed"),
    "agreed_step:moved": N_("State of an agreed step changed"),
    "rung:decided": N_("Rung of the ladder decided on"),
    "rung:taken_back": N_("Rung of the ladder taken back"),
    "rung:seen": N_("Rung of the ladder read by the person"),
    "document:added": N_("Document added"),
    "document:removed": N_("Document removed"),
    "invitation:opened": N_("Form opened"),
    "invitation:sent": N_("Form sent as a link"),
    "invitation:answered": N_("Form answered"),
    "invitation:revoked": N_("Form taken back"),
    "invitation:noted": N_("Answers looked at"),
    "invitation:taken_over": N_("Answer taken over into the record"),
    "person:created": N_("Person added"),
    "person:changed": N_("Details of a person changed"),
    "household:created": N_("Household entered"),
    "household:changed": N_("Details of the household changed"),
}
# Moves that say from where to where: the sentence, and what the states are called.
MOVES = {
    "case:moved": (N_("Case: %(old)s → %(new)s"), CASE_STATES.names),
    "need:moved": (N_("Need “%(name)s”: %(old)s → %(new)s"), NEED_STATES.names),
    "appointment:moved": (
        N_("Appointment “%(name)s”: %(old)s → %(new)s"), APPOINTMENT_STATES.names,
    ),
    "appointment:left": (
        N_("Appointment “%(name)s”: %(old)s → %(new)s"), APPOINTMENT_STATES.names,
    ),
    "goal:moved": (N_("Goal “%(name)s”: %(old)s → %(new)s"), GOAL_STATES.names),
    "step:moved": (N_("Step “%(name)s”: %(old)s → %(new)s"), STEP_STATES.names),
    "deadline:moved": (N_("Deadline “%(name)s”: %(old)s → %(new)s"), DEADLINE_STATES.names),
    "handover:settled": (N_("Handover “%(name)s”: %(old)s → %(new)s"), POINT_STATES.names),
    "plan:answered": (N_("Plan: %(old)s → %(new)s"), AGREEMENT_STATES.names),
    "release:answered": (N_("Release for “%(name)s”: %(old)s → %(new)s"), RELEASE_STATES.names),
}  # fmt: skip
ACTORS = {
    "person": N_("the person"),
    "provider": N_("the provider"),
    "public": N_("through the portal"),
    "system": N_("Lotse"),
}


@dataclass(frozen=True)
class Happening:
    """One line of the timeline."""

    at: datetime
    what: str
    about: str
    who: str
    note: str = ""


@dataclass(frozen=True)
class Timeline:
    """The newest lines first; `older` is the number of the next page, or None."""

    lines: list[Happening]
    page: int
    older: int | None


def timeline(case: Case, page: int, names: Mapping[uuid.UUID | None, str]) -> Timeline:
    """Page `page` (from 0) of what happened in `case`; `names` says what rows are called."""
    page = min(max(page, 0), LAST_PAGE)
    wanted = (page + 1) * PAGE + 1
    lines = [*_from_audit(case, wanted, names), *_from_steps(case, wanted)]
    lines.sort(key=lambda each: each.at, reverse=True)
    more = len(lines) >= wanted and page < LAST_PAGE
    return Timeline(lines[page * PAGE : wanted - 1], page, page + 1 if more else None)


def _from_audit(case: Any, most: int, names: Mapping[uuid.UUID | None, str]) -> list[Happening]:
    """Changes to what belongs to the case; for who sees everything, also to its household."""
    mine = AuditEntry.case_id == case.id
    if current_actor().sees_all:
        household = [case.household.id, *(person.id for person in case.household.people)]
        mine |= AuditEntry.subject_id << household
    rows = (
        AuditEntry.select()
        .where(mine & (AuditEntry.event << list(EVENTS)))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(most)
    )
    return [_happening(row, names.get(row.subject_id, "")) for row in rows]


def _happening(row: AuditEntry, name: str) -> Happening:
    """One row of the audit trail in words; old rows, and what has no states, tell no move."""
    who = _who(row.actor_kind, row.actor_name)
    if row.event not in MOVES or not {"from", "to"} <= row.details.keys():
        return Happening(row.at, _(EVENTS[row.event]), name, who)
    sentence, states = MOVES[row.event]
    old, new = word(states, row.details["from"]), word(states, row.details["to"])
    if not name and "%(name)s" in sentence:
        return Happening(row.at, _(EVENTS[row.event]), f"{old} → {new}", who)
    return Happening(row.at, _(sentence, name=name, old=old, new=new), "", who)


def _from_steps(case: Case, most: int) -> list[Happening]:
    """The steps of the case's referrals, with what was said."""
    rows = (
        ReferralStep.select()
        .where(ReferralStep.case == case)
        .order_by(ReferralStep.at.desc(), ReferralStep.id.desc())
        .limit(most)
        .with_related(Load(ReferralStep.referral).then(Referral.service))
    )
    return [
        Happening(
            at=row.at,
            what=_("Referral: %(state)s", state=state_name(row.state)),
            about=row.referral.service.name,
            who=_who(row.actor_kind, row.actor_name),
            note=row.note or "",
        )
        for row in rows
    ]


def _who(kind: str, name: str) -> str:
    """Staff by name, everybody else by what they are."""
    return name if kind == "staff" else _(ACTORS.get(kind, kind))
