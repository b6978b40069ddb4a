"""The start page: what needs somebody today and why; what runs well stays quiet."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from flask_admin import expose

from admin.appointments import interpreter_of
from admin.attention_words import lines
from admin.auth import current_actor, now
from admin.base import DeskPage, show_date, show_moment
from admin.case_page import called, with_people
from admin.engagement_words import waits_for
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.intake import SUSPICIONS
from admin.words import ago, language_name, overdue, today, turn, word
from casework.cases import URGENCIES, Case
from casework.core.access import Actor
from casework.core.i18n import N_
from casework.insight.attention.queue import MOST_COUNTED, counted, queue, running_well
from casework.insight.attention.upkeep import catch_up
from casework.insight.desk import Shelf, shelves
from casework.referrals import STATES as REFERRAL_STATES
from casework.submissions import Submission

MOST = 3
MOST_CALLING = 5


@dataclass(frozen=True)
class Entry:
    """One thing that waits: who it is about, why now, since when, whose turn, and where to go."""

    name: str
    why: str
    since: str
    turn: str
    address: str
    urgent: bool = False


@dataclass(frozen=True)
class Card:
    """One shelf as it stands on the page."""

    name: str
    title: str
    icon: str
    count: int
    entries: list[Entry]
    address: str
    calls: bool


class Names:
    """What cases and requests are called, a few statements for all of a page."""

    def __init__(self, rows: Iterable[Any]) -> None:
        rows = list(rows)
        self.cases = _by_id(_cases(_ids(rows, "case")))
        self.requests = _by_id(Submission.select().where(
            Submission.id << _ids(rows, "submission")
        ))  # fmt: skip

    def of(self, row: Any) -> str:
        """The person that a row is about."""
        case = self.cases.get(row.__data__.get("case"))
        if case is not None:
            return called(case)
        request = self.requests.get(row.__data__.get("submission"))
        return (request.sender or request.reference) if request else ""


def _ids(rows: list[Any], column: str) -> list[uuid.UUID]:
    found = {row.__data__.get(column) for row in rows if column in row._meta.fields}
    return [each for each in found if each is not None]


def _by_id(rows: Iterable[Any]) -> dict[uuid.UUID, Any]:
    return {row.id: row for row in rows}


def _cases(ids: list[uuid.UUID]) -> Iterable[Case]:
    rows: Any = Case.scope(current_actor()).where(Case.id << ids)
    return rows.with_related(with_people(Case.household))


def _request(row: Any, names: Names) -> Entry:
    urgency = word(URGENCIES, row.urgency)
    why = _("New request") if row.state == "received" else _("Waits for an answer to a question")
    parts = [why, language_name(row.language), urgency]
    return Entry(
        row.sender or row.reference, " · ".join(filter(None, parts)), ago(row.state_since),
        turn("us" if row.state == "received" else "person"),
        url_for("submission.show", id=row.id),
        urgent=row.urgency == "today" and row.state == "received",
    )  # fmt: skip


def _suspicious(row: Any, names: Names) -> Entry:
    why = " ".join(word(SUSPICIONS, reason) for reason in row.suspicion)
    return Entry(
        row.sender or row.reference, why, ago(row.received_at), turn("us"),
        url_for("submission.show", id=row.id),
    )  # fmt: skip


def _message(row: Any, names: Names) -> Entry:
    case, request = row.__data__["case"], row.__data__["submission"]
    why = _("wrote in %(language)s", language=language_name(row.language))
    if case:
        page = url_for("case.show", id=case)
    elif names.requests[request].purpose == "offer":
        page = url_for("offer.of_request", id=request)
    else:
        page = url_for("submission.show", id=request)
    return Entry(names.of(row), why, ago(row.at), turn("us"), f"{page}#messages")


def _follow_up(row: Any, names: Names) -> Entry:
    return Entry(
        names.of(row), row.what, overdue(row.due_on), turn("us"),
        f"{_case_page(row)}#follow-ups", urgent=row.due_on < today(),
    )  # fmt: skip


def _referral(row: Any, names: Names) -> Entry:
    state = _(REFERRAL_STATES.names[row.state])
    why = f"{row.service.name}: {state}"
    page = url_for("referral.show", id=row.id)
    return Entry(names.of(row), why, ago(row.state_since), turn(row.turn), page)


def _overdue_referral(row: Any, names: Names) -> Entry:
    entry = _referral(row, names)
    return replace(entry, since=overdue(row.follow_up_on), urgent=row.follow_up_on < today())


def _answer(row: Any, names: Names) -> Entry:
    return replace(_referral(row, names), since=ago(row.answered_at), turn=turn("us"))


def _untold(row: Any, names: Names) -> Entry:
    return replace(_referral(row, names), turn=turn("us"))


def _release_answer(row: Any, names: Names) -> Entry:
    said = _("agrees: the release is there") if row.state == "given" else _("does not agree")
    why = f"{row.organization.name}: {said}"
    page = f"{_case_page(row)}#releases"
    return Entry(names.of(row), why, ago(row.answered_at), turn("us"), page)


def _plan_answer(row: Any, names: Names) -> Entry:
    why = _("agrees to the plan") if row.state == "agreed" else _("wants to talk about the plan")
    page = url_for("case.plan", id=row.__data__["case"], which=row.__data__["plan"].hex)
    return Entry(names.of(row), why, ago(row.state_since), turn("us"), page)


def _form_answer(row: Any, names: Names) -> Entry:
    page = url_for("case.show_invitation", id=row.__data__["case"], row=row.id)
    why = row.questionnaire.label(reading_language())
    return Entry(names.of(row), why, ago(row.used_at), turn("us"), page)


def _appointment(row: Any, names: Names) -> Entry:
    tongue = interpreter_of(row)
    interpreter = _("interpreter: %(language)s", language=tongue) if tongue else ""
    why = " · ".join(filter(None, (row.subject, row.place, interpreter)))
    page = f"{_case_page(row)}#appointments"
    lacks = row.lacks_interpreter
    return Entry(names.of(row), why, show_moment(row.starts_at), "", page, urgent=lacks)


def _offer(row: Any, names: Names) -> Entry:
    page = url_for("offer.details_view", id=row.id)
    return Entry(row.volunteer.name, _("New offer"), ago(row.created_at), turn("us"), page)


def _engagement(row: Any, names: Names) -> Entry:
    page = url_for("engagement.show", id=row.id)
    since = row.heard_on if row.state == "running" else row.answered_at or row.state_since
    return Entry(row.volunteer.name, waits_for(row), ago(since), turn("us"), page)


def _case_page(row: Any) -> str:
    return url_for("case.show", id=row.__data__["case"])


@dataclass(frozen=True)
class Kind:
    """How a shelf of the domain is shown; `calls` marks those that are overdue by nature.

    `selection` is what the list behind it is narrowed to.
    """

    title: str
    empty: str
    icon: str
    endpoint: str
    entry: Callable[[Any, Names], Entry]
    calls: bool = False
    selection: str | None = None


KINDS = {
    "inbox": Kind(
        N_("New requests"), N_("No new requests."), "letter", "submission.index_view", _request
    ),
    "suspicious": Kind(
        N_("To review"), N_("Nothing to review."), "search", "review.index_view", _suspicious
    ),
    "messages": Kind(
        N_("Unread messages"), N_("No unread messages."), "speech", "message.index_view", _message
    ),
    "follow_ups": Kind(
        N_("Follow-ups due"), N_("No follow-up is due."), "check", "follow_up.index_view",
        _follow_up, calls=True,
    ),
    "overdue_referrals": Kind(
        N_("Referrals to follow up"), N_("No referral has to be followed up."), "clock",
        "referral.index_view", _overdue_referral, calls=True, selection="overdue",
    ),
    "answers": Kind(
        N_("Answers of providers"), N_("No new answers of providers."), "reply",
        "referral.index_view", _answer, selection="answered",
    ),
    "untold": Kind(
        N_("Outcomes that the person does not know"), N_("Everybody knows how it ended."), "speech",
        "referral.index_view", _untold, selection="untold",
    ),
    "release_answers": Kind(
        N_("Answers about releases"), N_("No new answers about releases."), "seal",
        "case.index_view", _release_answer,
    ),
    "plan_answers": Kind(
        N_("Answers about plans"), N_("No new answers about plans."), "check", "case.index_view",
        _plan_answer,
    ),
    "form_answers": Kind(
        N_("Answered forms"), N_("No new answers to forms."), "sheet", "case.index_view",
        _form_answer,
    ),
    "referrals": Kind(
        N_("Referrals on their way"), N_("No referral is on its way."), "arrow",
        "referral.index_view", _referral, selection="waiting",
    ),
    "appointments": Kind(
        N_("Appointments until tomorrow"), N_("No appointments until tomorrow."), "calendar",
        "appointment.index_view", _appointment,
    ),
    "engagements": Kind(
        N_("Engagements to ask about"), N_("No engagement has to be asked about."), "family",
        "engagement.index_view", _engagement, selection="calling",
    ),
    "offers": Kind(
        N_("New offers of volunteers"), N_("No new offers of volunteers."), "gift",
        "offer.index_view", _offer,
    ),
}  # fmt: skip


# What runs by itself: one quiet line instead of a card.
LINES = ("referrals",)


class Today(DeskPage):
    """What needs the reader today."""

    title = _l("Today")
    resource = "home"

    @expose("/")
    def index_view(self) -> str:
        """The shelves with something in them as cards, the others in one line."""
        actor = current_actor()
        found = shelves(actor, at=now(), today=today())
        names = Names(row for shelf in found for row in shelf.rows)
        cards = [_card(shelf, names) for shelf in found if shelf.name not in LINES]
        return self.render(
            "desk/home.html",
            cards=[card for card in cards if card.count],
            under_way=[_line_of(each) for each in found if _is_line(each)],
            quiet=[_(KINDS[shelf.name].empty) for shelf in found if not shelf.count],
            has_shelves=bool(found), day=show_date(today()), **_calling(actor),
        )  # fmt: skip


def _calling(actor: Actor) -> dict[str, Any]:
    """The first entries of the attention queue, how many there are, how many cases run well."""
    if not actor.may("attention:read"):
        return {"calling": [], "calling_count": 0, "running_well": None}
    catch_up(at=now(), wait=False)
    rows = queue(actor, today())
    first = lines(rows.limit(MOST_CALLING))
    return {
        "calling": first, "calling_count": counted(rows) if first else 0,
        "running_well": running_well(actor), "most_counted": MOST_COUNTED,
    }  # fmt: skip


def _is_line(shelf: Shelf) -> bool:
    return shelf.name in LINES and shelf.count > 0


def _line_of(shelf: Shelf) -> tuple[str, str]:
    """What runs by itself, as one line: how much of it, and where it stands."""
    kind = KINDS[shelf.name]
    return f"{_(kind.title)}: {shelf.count}", url_for(kind.endpoint, flt_show=kind.selection)


def _card(shelf: Shelf, names: Names) -> Card:
    kind = KINDS[shelf.name]
    return Card(
        name=shelf.name, title=_(kind.title), icon=kind.icon, count=shelf.count,
        entries=[kind.entry(row, names) for row in shelf.rows[:MOST]],
        address=url_for(kind.endpoint, flt_show=kind.selection), calls=kind.calls,
    )  # fmt: skip
