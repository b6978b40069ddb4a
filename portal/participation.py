"""Taking part, as the person reads it: kind letters, dated facts, and room for their own words.

Nothing that staff typed for themselves stands here: no notes, no reasons of decisions. And
nothing of anybody else in the household than the contact person, whose page this is.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import TooManyRequests

from casework.cases import Case
from casework.core.db import clean
from casework.core.i18n import N_
from casework.core.refusals import NotFound
from casework.core.throttles import allow, retry_after
from casework.messages import checked
from casework.participation.accounts import steps_of, tell_account
from casework.participation.facts import Fact, accounts_of, facts_of
from casework.participation.ladder import mark_seen, taken_rungs
from casework.participation.models import Account, AgreedStep, TakenRung
from casework.people import Person
from casework.submissions import Submission
from portal.centre import now, settings, text_values
from portal.prose import prose

ACCOUNTS_AN_HOUR = 20
SAME_ACCOUNT = timedelta(minutes=2)
MOST_KEY = 80
KINDS = {
    "missed": N_("We missed you on this day."),
    "excused": N_("You told us that you could not come."),
    "no_answer": N_("We got no answer from you."),
}
STEP = N_("This step of your plan did not work out.")
STATES = {"open": N_("open"), "done": N_("done"), "dropped": N_("dropped")}


class ShownParticipation:
    """What the holder of a request reads about taking part."""

    def __init__(self, case: Case, submission: Submission, at: datetime) -> None:
        self.case, self.submission, self.at = case, submission, at

    @cached_property
    def facts(self) -> list[Fact]:
        """The facts about the contact person or the whole household, the latest first."""
        found = facts_of(self.case, at=self.at)
        named = {fact.person for fact in found if fact.person}
        others: set[uuid.UUID] = set()
        if named:
            rows = Person.select(Person.id).where((Person.id << named) & ~Person.is_contact)
            others = {row.id for row in rows}
        return [fact for fact in found if fact.person not in others]

    @cached_property
    def rungs(self) -> list[TakenRung]:
        """The letters, the latest first; one that was taken back only where it was read."""
        taken = taken_rungs(self.case, at=self.at)
        return [each for each in taken if each.state == "standing" or each.seen_at]

    @property
    def letter(self) -> TakenRung | None:
        """The letter that an answer without a date belongs to."""
        return next((each for each in self.rungs if each.state == "standing"), None)

    @cached_property
    def steps(self) -> list[AgreedStep]:
        """What was agreed, what is open first."""
        return steps_of(self.case)

    @cached_property
    def accounts(self) -> list[Account]:
        """The person's own words with this very request, and what they said in talks."""
        mine = (None, self.submission.id)
        hidden = {fact.key for fact in facts_of(self.case, at=self.at)} - {
            fact.key for fact in self.facts
        }
        return [
            row for row in accounts_of(self.case, at=self.at)
            if row.__data__["submission"] in mine and _key_of(row) not in hidden
        ]  # fmt: skip

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read: the usual case."""
        return not (self.facts or self.rungs or self.steps)

    @property
    def days(self) -> timedelta:
        """For how long facts are shown."""
        return timedelta(days=settings()["fact_days"])

    def shown_until(self, fact: Fact) -> date:
        """The last day on which a fact is shown."""
        return fact.on + self.days

    def fact(self, wanted: str) -> Fact:
        """A fact on this page. Raises `NotFound`."""
        return _found(each for each in self.facts if each.key == wanted)

    def rung(self, wanted: str) -> TakenRung:
        """A letter on this page. Raises `NotFound`."""
        return _found(each for each in self.rungs if each.id.hex == wanted)


def sentence(fact: Fact) -> str:
    """What happened, in kind words."""
    msgid = STEP if fact.table == "steps" else KINDS[fact.kind]
    return _(msgid)


def state_name(step: AgreedStep) -> str:
    """What the state of an agreed step is called."""
    return _(STATES[step.state])


def letter_body(taken: TakenRung) -> Markup:
    """The words of a rung as HTML."""
    return prose(taken.body, text_values())


def _tell(standing: Any, target: str) -> str:
    """The person says what was in the way; a second click is no second account."""
    shown: ShownParticipation = standing.participation
    body = checked(clean(request.form.get("account", "")))
    about = clean(request.form.get("about", ""))[:MOST_KEY]
    fact = shown.fact(about) if about else None
    if shown.is_empty:
        raise NotFound()
    if not _just_told(shown, body):
        submission, at = standing.submission, now()
        hour = timedelta(hours=1)
        if not allow("account", submission.id.hex, limit=ACCOUNTS_AN_HOUR, window=hour, at=at):
            raise TooManyRequests(retry_after=retry_after("account", submission.id.hex, at=at))
        tell_account(
            standing.case, body, language=g.language, submission=submission, fact=fact,
            rung=None if fact else shown.letter, by=standing.person, at=at,
        )  # fmt: skip
    return _("Thank you. We have your words and get in touch with you.")


def _seen(standing: Any, target: str) -> str:
    """The person has read a letter."""
    mark_seen(standing.participation.rung(target), by=standing.person, at=now())
    return _("Thank you.")


# The buttons of the page: each gives the sentence that says what was done.
ACTIONS: dict[str, Callable[[Any, str], str]] = {"account": _tell, "rung_seen": _seen}


def _just_told(shown: ShownParticipation, body: str) -> bool:
    last = shown.accounts[0] if shown.accounts else None
    return last is not None and last.body == body and now() - last.at < SAME_ACCOUNT


def _key_of(row: Account) -> str:
    return f"{row.fact_table}.{row.fact_id.hex}" if row.fact_id else ""


def _found(rows: Any) -> Any:
    row = next(iter(rows), None)
    if row is None:
        raise NotFound()
    return row
