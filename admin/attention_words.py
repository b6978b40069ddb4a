"""What entries of the attention queue are called, and what can be done about each.

A table of subjects that is not named in `ROWS` is called by its rule alone. A new one needs a
line there and one in `called`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for

from admin.auth import current_actor
from admin.base import show_date
from admin.base.shown import show_moment, site_zone
from admin.case_page import called, with_people
from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.words import ago, today, turn
from casework.appointments import Appointment
from casework.cases import Case
from casework.core.clock import local_date
from casework.core.i18n import N_
from casework.deadlines import Deadline
from casework.insight.attention.decisions import cause
from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.registry import RULES
from casework.life_areas import LifeArea, NeedCategory
from casework.needs import Need
from casework.network.contacts import NetworkContact
from casework.network.meetings import Decision
from casework.plans.models import Plan, Step
from casework.referrals import WAITING, Referral

Rows = dict[uuid.UUID, Any]
ROWS: dict[str, Callable[[list[uuid.UUID]], Iterable[Any]]] = {
    "steps": lambda ids: Step.select().where(Step.id << ids).with_related(Step.goal),
    "needs": lambda ids: _needs(ids),
    "plans": lambda ids: Plan.select().where(Plan.id << ids).with_related(Plan.person),
    "referrals": lambda ids: Referral.select().where(Referral.id << ids).with_related(
        Referral.service, Referral.organization
    ),
    "deadlines": lambda ids: Deadline.select().where(Deadline.id << ids).with_related(
        Deadline.kind
    ),
    "network_contacts": lambda ids: NetworkContact.select().where(NetworkContact.id << ids),
    "network_decisions": lambda ids: Decision.select().where(Decision.id << ids),
}  # fmt: skip
NAMED: dict[str, Callable[[Any], str]] = {
    "steps": lambda row: row.text(reading_language())[0],
    "needs": lambda row: need_name(row),
    "plans": lambda row: (
        _("Plan for %(name)s", name=row.person.name) if row.person else _("Plan of the household")
    ),
    "referrals": lambda row: row.service.name,
    "deadlines": lambda row: f"{row.kind.label(reading_language())}, {show_date(row.due_on)}",
    "network_contacts": str,
    "network_decisions": lambda row: row.what,
}
LINKS = {
    "offer_other": N_("Offer another service"),
    "appointment": N_("Book an appointment"),
    "plan": N_("To the plan"),
    "message": N_("Write a message"),
    "handover": N_("Hand over to regular services"),
    "close": N_("Close the case"),
    "support": N_("See who helps with what"),
}
# What the button to the thing itself is called.
OPENS = {
    "referrals": N_("To the referral"),
    "accounts": N_("Read what they wrote"),
    "deadlines": N_("To the deadline"),
    "network_contacts": N_("To the contact"),
    "network_decisions": N_("To the meeting"),
}
ELSE = "_other"
LOOKS = N_("Look at it")
# Before its day and after it: what a rule says in one sentence reads better as one of two.
BOTH_WAYS = {
    "deadline_near": (N_("A deadline is near."), N_("A deadline is past.")),
}
# What became of an appointment after which the entry stands again.
BECAME = {
    "planned": N_("The appointment on %(day)s is over, and nobody has noted how it went."),
    "kept": N_("Talked about on %(day)s, and nothing has changed since."),
    "missed": N_("The appointment on %(day)s was missed."),
    "excused": N_("The person could not come to the appointment on %(day)s."),
    "cancelled": N_("The appointment on %(day)s was cancelled."),
}
FINDS = N_("Find a service")


@dataclass(frozen=True)
class Action:
    """A next step: a link, or with `posts` a button."""

    label: str
    address: str
    posts: bool = False


@dataclass(frozen=True)
class Line:
    """One entry as it is read: who it is about, why now, since when, whose turn, what to do."""

    entry: AttentionEntry
    name: str
    why: str
    about: str
    since: str
    turn: str
    asked: str
    resting: str
    booked: str
    actions: list[Action]
    address: str

    @property
    def urgent(self) -> bool:
        """Whether it cannot wait."""
        return self.entry.rank == 0

    @property
    def is_quiet(self) -> bool:
        """Whether somebody has it in hand: put to rest, known, or an appointment is booked."""
        until = self.entry.booked_until
        return bool(self.resting) or (until is not None and until > today())

    @property
    def cause(self) -> str:
        """What a form carries, so that nobody decides about another cause than they saw."""
        return cause(self.entry)


def lines(entries: Iterable[AttentionEntry]) -> list[Line]:
    """The entries in words: a statement for each kind of thing that they are about."""
    found = list(entries)
    cases = _cases({each.__data__["case"] for each in found})
    rows, talks = _rows(found), _talks(found)
    return [
        _line(each, cases.get(each.__data__["case"]), rows.get(each.subject_id),
              talks.get(each.booked_id))
        for each in found
    ]  # fmt: skip


def _cases(ids: set[Any]) -> Rows:
    rows: Any = Case.scope(current_actor()).where(Case.id << [each for each in ids if each])
    return {row.id: row for row in rows.with_related(with_people(Case.household))}


def _rows(entries: list[AttentionEntry]) -> Rows:
    found: Rows = {}
    for table, load in ROWS.items():
        ids = [each.subject_id for each in entries if each.subject_table == table]
        if ids:
            found |= {row.id: row for row in load(ids)}
    return found


def _talks(entries: list[AttentionEntry]) -> Rows:
    """The appointments that were booked for entries."""
    ids = [each.booked_id for each in entries if each.booked_id]
    mine = Appointment.scope(current_actor())
    return {row.id: row for row in mine.where(Appointment.id << ids)} if ids else {}


def _line(entry: AttentionEntry, case: Case | None, row: Any, talk: Any) -> Line:
    about = NAMED[entry.subject_table](row) if row is not None else ""
    return Line(
        entry=entry, name=called(case) if case else about, why=why(entry),
        about=about if case else "", since=_since(entry), turn=turn(entry.turn),
        asked=_asked(entry), resting=_resting(entry),
        booked=booked(entry, talk), actions=actions(entry, row, case, talk),
        address=address(entry, row),
    )  # fmt: skip


def _needs(ids: list[uuid.UUID]) -> Iterable[Need]:
    """Needs with what they are called, in one statement."""
    rows: Any = Need.select(Need, NeedCategory, LifeArea).join_from(Need, NeedCategory)
    return rows.join_from(Need, LifeArea).where(Need.id << ids)


def need_name(row: Any) -> str:
    """What a need is called; "something else" says in which area of life."""
    name = row.category.label(reading_language())
    if not row.category.code.endswith(ELSE):
        return name
    return f"{name} ({row.life_area.label(reading_language())})"


def why(entry: AttentionEntry) -> str:
    """The rule's sentence, with its numbers; the code of a rule that is not there any more."""
    rule = RULES.get(entry.rule)
    if rule and entry.rule in BOTH_WAYS:
        is_past = local_date(entry.since, site_zone()) < today()
        return _(BOTH_WAYS[entry.rule][is_past])
    return _(rule.sentence, **entry.details) if rule else entry.rule


def _since(entry: AttentionEntry) -> str:
    """Since when, or on which day that is still to come."""
    day = local_date(entry.since, site_zone())
    if day > today():
        return _("on %(day)s", day=show_date(day))
    known = f"{show_date(day)} ({ago(day)})" if 0 < (today() - day).days <= 60 else ago(day)
    return _("since %(day)s", day=known)


def _asked(entry: AttentionEntry) -> str:
    """How far the reminder is, in a sentence."""
    if entry.asking == "due" and entry.is_shown(today()):
        return _("Not reminded: they wrote themselves, or were reminded of something else.")
    if entry.asking == "due":
        return _("A reminder goes out on the next working hours; you will be asked after it.")
    if entry.asking == "unreachable":
        return _("Nobody could be reminded by mail.")
    if entry.asked_at is None:
        return ""
    day = show_date(local_date(entry.asked_at, site_zone()))
    if entry.quiet_until and entry.quiet_until > today():
        return _("Reminded on %(day)s, quiet until %(until)s.", day=day,
                 until=show_date(entry.quiet_until))  # fmt: skip
    return _("Reminded on %(day)s, no answer since.", day=day)


def _resting(entry: AttentionEntry) -> str:
    """Who let it rest, and why."""
    if entry.state == "known":
        return _("Known, says %(name)s: %(reason)s", name=entry.decided_by, reason=entry.reason)
    if entry.snoozed_until and entry.snoozed_until > today():
        return _("Rests until %(day)s, says %(name)s: %(reason)s",
                 day=show_date(entry.snoozed_until), name=entry.decided_by,
                 reason=entry.reason)  # fmt: skip
    return ""


def booked(entry: AttentionEntry, talk: Appointment | None) -> str:
    """What has become of the appointment that was booked for it, in a sentence."""
    if talk is None:
        return ""
    moment, later = show_moment(talk.starts_at), entry.booked_until
    day = show_date(local_date(talk.starts_at, site_zone()))
    if talk.state == "planned" and later is None:
        return _("The appointment on %(day)s comes too late for it.", day=day)
    if talk.state == "planned" and later is not None and later > today():
        return _("An appointment is booked: %(moment)s.", moment=moment)
    if talk.state == "kept" and later is not None and later > today():
        return _("Talked about on %(day)s; calls again on %(next)s if nothing has changed.",
                 day=day, next=show_date(later))  # fmt: skip
    return _(BECAME.get(talk.state, ""), day=day) if talk.state in BECAME else ""


def actions(
    entry: AttentionEntry, row: Any, case: Case | None, talk: Appointment | None = None
) -> list[Action]:
    """What the rule offers to do next and what is possible here, the likeliest first. Where an
    appointment is planned for it, the way to it stands in place of booking one."""
    rule = RULES.get(entry.rule)
    planned = talk if talk is not None and talk.state == "planned" else None
    found = (_action(name, entry, row, case, planned) for name in (rule.actions if rule else ()))
    return [each for each in found if each is not None]


def _action(
    name: str, entry: AttentionEntry, row: Any, case: Case | None, talk: Appointment | None
) -> Action | None:
    if name == "remind_provider":
        label = _("Remind the provider")
        asks = _has_provider(entry, row)
        return Action(label, url_for("attention.remind", row=entry.id), True) if asks else None
    if name == "ask_person":
        asks = entry.turn == "person" and entry.asking != "unreachable"
        label = _("Ask the person")
        return Action(label, url_for("attention.ask", row=entry.id), True) if asks else None
    if name == "open":
        return Action(_(OPENS.get(entry.subject_table, LOOKS)), address(entry, row))
    if case is None:
        return None
    if name == "appointment" and talk is not None:
        return Action(_("To the appointment"), url_for("appointment.show", id=talk.id))
    pages: dict[str, Callable[[], str | None]] = {
        "offer_other": lambda: _finder(entry, row),
        "appointment": lambda: _booking(entry, case),
        "plan": lambda: _plan(entry, row),
        "message": lambda: url_for("case.show", id=case.id, _anchor="messages"),
        "handover": lambda: url_for("case.handover", id=case.id),
        "close": lambda: url_for("case.closing", id=case.id),
        "support": lambda: url_for("balance.show", id=case.__data__["household"]),
    }
    found = pages[name]()
    label = FINDS if name == "offer_other" and entry.subject_table == "needs" else LINKS[name]
    return Action(_(label), found) if found else None


def _booking(entry: AttentionEntry, case: Case) -> str | None:
    """The form for an appointment, begun for this entry."""
    if not current_actor().may("appointment:create"):
        return None
    return url_for("case.show", id=case.id, book=entry.id, _anchor="plan-appointment")


def _plan(entry: AttentionEntry, row: Any) -> str:
    """The very plan that an entry is about; that of a person is another than the household's."""
    which = None
    if entry.subject_table == "plans":
        which = entry.subject_id.hex
    elif row is not None and entry.subject_table == "steps":
        which = row.goal.__data__["plan"].hex
    return url_for("case.plan", id=entry.__data__["case"], which=which)


def _has_provider(entry: AttentionEntry, row: Any) -> bool:
    """Whether a provider has something before them that they could be reminded of by mail."""
    if row is None or entry.asking == "unreachable":
        return False
    if entry.subject_table == "referrals":
        return row.state in WAITING and bool(row.service.email or row.organization.email)
    return entry.turn == "provider" and bool(row.__data__.get("service"))


def _finder(entry: AttentionEntry, row: Any) -> str | None:
    """Where another service is found for the need that an entry is about."""
    if not current_actor().may("referral:create") or row is None:
        return None
    need = row.id if entry.subject_table == "needs" else row.__data__.get("need")
    case = entry.__data__["case"]
    return url_for("referral.new", need=need) if need else url_for(
        "case.show", id=case, _anchor="needs"
    )  # fmt: skip


# Where the subject itself is shown, for what has no case or a page of its own.
ADDRESSES: dict[str, Callable[[AttentionEntry, Any], str]] = {
    "referrals": lambda entry, row: url_for("referral.show", id=entry.subject_id),
    "plans": lambda entry, row: url_for(
        "case.plan", id=entry.__data__["case"], which=entry.subject_id.hex
    ),
    "accounts": lambda entry, row: url_for(
        "case.participation", id=entry.__data__["case"], _anchor=f"a-{entry.subject_id.hex}"
    ),
    "needs": lambda entry, row: url_for(
        "case.show", id=entry.__data__["case"], _anchor="needs"
    ),
    "deadlines": lambda entry, row: url_for(
        "case.show", id=entry.__data__["case"], _anchor=f"d-{entry.subject_id.hex}"
    ),
    "network_contacts": lambda entry, row: url_for("network.details_view", id=entry.subject_id),
    "network_decisions": lambda entry, row: url_for(
        "meeting.details_view", id=row.__data__["meeting"]
    ) if row is not None else url_for("decision.index_view"),
}  # fmt: skip


def address(entry: AttentionEntry, row: Any) -> str:
    """The page on which the subject stands, by default that of the case."""
    known = ADDRESSES.get(entry.subject_table)
    if known is not None:
        return known(entry, row)
    case = entry.__data__["case"]
    return url_for("case.show", id=case) if case else url_for("attention.index_view")
