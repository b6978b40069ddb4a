"""The verbs of the other rooms, for histories in which the queue must follow every change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from casework.appointments import Appointment
from casework.attendance import note_arrival, note_leaving
from casework.cases import Case
from casework.core.access import SYSTEM, Actor
from casework.counselling import extend_counselling, set_counselling_start
from casework.deadlines import (
    Deadline,
    DeadlineKind,
    add_deadline,
    extend_deadline,
    move_deadline,
)
from casework.engagements import (
    Engagement,
    agree_engagement,
    begin_engagement,
    end_engagement,
    propose_engagement,
)
from casework.handovers import Handover, begin_handover, call_off_handover
from casework.life_areas import LifeArea
from casework.named_supports import NamedSupport, end_support, name_support
from casework.network.contacts import NetworkContact, retire_contact
from casework.opportunities.offering import offer_opportunity
from casework.participation.accounts import note_read, tell_account
from casework.participation.models import Account
from casework.visits import note_visit


def _who(town: Any) -> dict[str, Any]:
    return {"by": SYSTEM, "at": town.world.at}


def _engage(town: Any, a: int, b: int) -> None:
    propose_engagement(town.any(Case, a), town.offer, town.any(LifeArea, b), **_who(town))


def _move_engagement(town: Any, a: int, b: int) -> None:
    row = town.any(Engagement, a)
    if b % 3 == 0:
        end_engagement(row, "no_time", **_who(town))
    else:
        (agree_engagement if row.state == "proposed" else begin_engagement)(row, **_who(town))


def _name_support(town: Any, a: int, b: int) -> None:
    name_support(town.any(Case, a), town.any(LifeArea, b), "an aunt", **_who(town))


def _end_support(town: Any, a: int, b: int) -> None:
    end_support(town.any(NamedSupport, a), **_who(town))


def _deadline(town: Any, a: int, b: int) -> None:
    kind = town.any(DeadlineKind, b)
    day = town.world.at.date() + timedelta(days=b * 12 - 20)
    add_deadline(town.any(Case, a), kind, day, **_who(town))


def _move_deadline(town: Any, a: int, b: int) -> None:
    row = town.any(Deadline, a)
    if b % 2:
        extend_deadline(row, row.due_on + timedelta(days=b * 9), revision=row.revision,
                        **_who(town))  # fmt: skip
    else:
        move_deadline(row, ("done", "open", "dropped")[b % 3], **_who(town))


def _clock(town: Any, a: int, b: int) -> None:
    case = town.any(Case, a)
    begun = town.world.at.date() - timedelta(days=900 + b * 17)
    set_counselling_start(case, begun, seen=case.counselling_until, **_who(town))


def _extend_clock(town: Any, a: int, b: int) -> None:
    case = town.any(Case, a)
    until = town.world.at.date() + timedelta(days=b * 20)
    extend_counselling(case, until, reason="Ill for long", seen=case.counselling_until,
                       **_who(town))  # fmt: skip


def _hand_over(town: Any, a: int, b: int) -> None:
    if b % 3:
        begin_handover(town.any(Case, a), **_who(town))
    else:
        call_off_handover(town.any(Handover, a), **_who(town))


def _tell_account(town: Any, a: int, b: int) -> None:
    tell_account(town.cases[0].refresh(), "…", language="ar", submission=town.request,
                 by=Actor("person", id=town.request.id), at=town.world.at)  # fmt: skip


def _read_account(town: Any, a: int, b: int) -> None:
    note_read(town.any(Account, a), **_who(town))


def _visit(town: Any, a: int, b: int) -> None:
    note_visit(town.any(Case, a), outcome="answered", **_who(town))


def _arrive(town: Any, a: int, b: int) -> None:
    row = town.any(Appointment, a)
    (note_leaving if b % 2 else note_arrival)(row, **_who(town))


def _offer_chance(town: Any, a: int, b: int) -> None:
    case = town.any(Case, a)
    person = case.household.people.first()
    offer_opportunity(town.chance.refresh(), case, person, **_who(town))


def _network(town: Any, a: int, b: int) -> None:
    if b % 3 == 0:
        town.world.contact(interval_days=b)
    else:
        retire_contact(town.any(NetworkContact, a), active=b % 3 == 1, **_who(town))


OTHER_MOVES = (
    _engage, _move_engagement, _name_support, _end_support, _deadline, _move_deadline, _clock,
    _extend_clock, _hand_over, _tell_account, _read_account, _visit, _arrive, _offer_chance,
    _network,
)  # fmt: skip
