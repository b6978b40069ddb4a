"""Referrals (Vermittlungen): a need is put before a provider, who answers by a signed link.

The loop is closed when both the sender and the person have been shown a final outcome.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import CharField, DateField, ForeignKeyField, JSONField, ModelSelect

from casework.cases import Case, CaseModel, case_of, is_origin
from casework.consent import Release, require_release
from casework.core.access import SYSTEM, Actor
from casework.core.audit import on, recorded
from casework.core.clock import in_zone
from casework.core.crypto import SealedField, SealedJSONField, keyring
from casework.core.db import UtcField, is_sqlite
from casework.core.refusals import NotFound, StaleEdit
from casework.core.settings import setting
from casework.needs import NEED_STATES, Need, move_need
from casework.people import Person
from casework.providers import Organization, Service
from casework.referral_states import ANSWERS, FINAL, STATES, TURNS, UNDER_WAY, WAITING
from casework.submissions import Submission


class Referral(CaseModel):
    """One need, put before one service."""

    case = ForeignKeyField(Case, backref="referrals", on_delete="CASCADE")
    need = ForeignKeyField(Need, backref="referrals", on_delete="CASCADE")
    service = ForeignKeyField(Service, backref="referrals", on_delete="RESTRICT")
    organization = ForeignKeyField(Organization, backref="referrals", on_delete="RESTRICT")
    release = ForeignKeyField(Release, null=True, backref="referrals", on_delete="SET NULL")
    state = CharField(max_length=24, default="draft", index=True)
    state_since = UtcField()
    fields = JSONField(default=list)
    shared = SealedJSONField(null=True)
    note = SealedField(max_length=2000, null=True)
    created_by = CharField(max_length=200, default="")
    created_at = UtcField()
    sent_at = UtcField(null=True)
    answered_at = UtcField(null=True)
    follow_up_on = DateField(null=True)
    shown_to_sender_at = UtcField(null=True)
    shown_to_person_at = UtcField(null=True)

    class Meta:
        table_name = "referrals"
        indexes = (
            (("state", "follow_up_on"), False),
            (("service", "created_at"), False),
            (("state_since", "id"), False),
            (("case", "state"), False),
        )

    @classmethod
    def waiting(cls, staff: Actor) -> ModelSelect:
        """Referrals that are on their way, the longest waiting first."""
        return cls.scope(staff).where(cls.state << WAITING).order_by(cls.state_since)

    @property
    def is_final(self) -> bool:
        """Whether the outcome stands."""
        return self.state in FINAL

    @property
    def is_closed(self) -> bool:
        """Whether the sender and the person have both been shown a final outcome.

        Of a draft that was put away nobody needs to hear.
        """
        shown = self.sent_at is None or (self.shown_to_sender_at and self.shown_to_person_at)
        return self.is_final and bool(shown)

    @property
    def revision(self) -> str:
        """A digest of what a draft would ask: another one after every change of that."""
        asked = (self.__data__["service"], sorted(self.fields), self.note, self.follow_up_on)
        return keyring().code("referral", repr((self.state, *map(str, asked)))).hex()

    @property
    def turn(self) -> str | None:
        """Whose turn it is: person, provider, us, system; None when it is over."""
        return TURNS.get(self.state)


class ReferralStep(CaseModel):
    """One change of a referral's state with what was said, or how the person was told."""

    case = ForeignKeyField(Case, on_delete="CASCADE")
    referral = ForeignKeyField(Referral, backref="steps", on_delete="CASCADE")
    at = UtcField()
    state = CharField(max_length=24)
    actor_kind = CharField(max_length=16)
    actor_name = CharField(max_length=200, default="")
    note = SealedField(max_length=2000, null=True)

    class Meta:
        table_name = "referral_steps"
        indexes = ((("referral", "at"), False),)


@recorded("referral:sent", needs="referral:edit")
def send_referral(referral: Referral, *, seen: str = "", by: Actor, at: datetime) -> Referral:
    """Put the referral before the provider: only the released fields leave.

    `seen` is the `revision` that the sender had before them, by default that of `referral`.
    Raises `ReleaseMissing`, `ReleaseTooNarrow`, `InvalidTransition`, and `StaleEdit` where
    somebody else changed the draft since.
    """
    seen, current = seen or referral.revision, locked(referral)
    if current.state == "draft" and current.revision != seen:
        raise StaleEdit()
    fields = tuple(referral.fields)
    release = require_release(referral.case, referral.organization, fields, by=by, at=at)
    STATES.move(
        referral, "sent", at=at, sent_at=at, release=release, shared=shared_details(referral)
    )
    note_step(referral, referral.state, by=by, at=at)
    if referral.need.state == "open":
        move_need(referral.need, "covered", by=by, at=at)
    return referral


def shared_details(referral: Referral) -> dict[str, Any]:
    """Exactly what the provider gets to see, by the names in `SHAREABLE`."""
    person = referral.need.person or contact_person(referral.case)
    contact = contact_person(referral.case)
    known: dict[str, Any] = {
        "name": person.name if person else None,
        "phone": (person and person.phone) or (contact and contact.phone),
        "email": (person and person.email) or (contact and contact.email),
        "language": referral.case.language,
        "interpreter": contact.interpreter if contact else None,
        "need": referral.need.category.code,
        "note": referral.note,
    }
    return {name: known[name] for name in referral.fields if known[name]}


def contact_person(case: Case) -> Person | None:
    """The one to speak to in a household: marked so, or else the first who was entered."""
    people = Person.select().where(Person.household == case.__data__["household"])
    return people.order_by(Person.is_contact.desc(), Person.created_at, Person.id).first()


@recorded("referral:answered", open_to=("system", "provider"))
def answer_referral(
    referral: Referral, answer: str, *, note: str = "", by: Actor, at: datetime
) -> Referral:
    """The provider's answer, by link or told to staff. Raises `NotFound`, `InvalidTransition`."""
    if answer not in ANSWERS:
        raise NotFound()
    known = _known_to(by, at) if answer in FINAL else {}
    STATES.move(referral, answer, at=at, answered_at=at, **known)
    note_step(referral, referral.state, note=note, by=by, at=at)
    _settle_need(referral, at=at)
    return referral


@recorded("referral:acknowledged", open_to=("system", "provider"))
def acknowledge_referral(referral: Referral, *, by: Actor, at: datetime) -> Referral:
    """The provider has seen it and will answer later."""
    STATES.move(referral, "acknowledged", at=at)
    note_step(referral, referral.state, by=by, at=at)
    return referral


@recorded("referral:revoked", open_to=("system", "person"))
def revoke_referral(referral: Referral, *, note: str = "", by: Actor, at: datetime) -> Referral:
    """Take a referral back: its links close at once."""
    STATES.move(referral, "revoked", at=at, **_known_to(by, at))
    note_step(referral, referral.state, note=note, by=by, at=at)
    _settle_need(referral, at=at)
    return referral


@recorded("referral:declined", open_to=("system", "person"))
def decline_referral(referral: Referral, *, by: Actor, at: datetime) -> Referral:
    """The person does not want it."""
    known = _known_to(by, at) | {"shown_to_person_at": at}
    STATES.move(referral, "declined_by_client", at=at, **known)
    note_step(referral, referral.state, by=by, at=at)
    _settle_need(referral, at=at)
    return referral


@recorded("referral:expired")
def expire_referral(referral: Referral, *, by: Actor, at: datetime) -> Referral:
    """Nobody answered in time."""
    STATES.move(referral, "expired", at=at)
    note_step(referral, referral.state, by=by, at=at)
    _settle_need(referral, at=at)
    return referral


@recorded("referral:shown", open_to=("system", "person"))
def mark_shown(referral: Referral, *, by: Actor, at: datetime) -> Referral:
    """A final outcome was seen by the sender (staff) or the person; both close the loop."""
    column = "shown_to_person_at" if by.kind == "person" else "shown_to_sender_at"
    if referral.is_final and getattr(referral, column) is None:
        setattr(referral, column, at)
        referral.save()
    return referral


@on("release:withdrawn")
@on("release:expired")
def revoke_with_release(release: Release, *, by: Actor, at: datetime) -> None:
    """Without the release the provider's link closes at once, and the referral with it."""
    for referral in list(
        Referral.select().where((Referral.release == release) & (Referral.state << WAITING))
    ):
        revoke_referral(referral, by=by if by.kind == "person" else SYSTEM, at=at)


@on("submission:withdrawn")
def revoke_with_submission(submission: Submission, *, by: Actor, at: datetime) -> None:
    """A request that is taken back takes the referrals of the case that was made from it back.

    One that was only added to a case ends what its own releases covered and nothing else.
    """
    case = case_of(submission)
    if case is None or not is_origin(submission, case):
        return
    for referral in list(
        Referral.select().where((Referral.case == case) & (Referral.state << UNDER_WAY))
    ):
        revoke_referral(referral, by=by, at=at)


def _known_to(by: Actor, at: datetime) -> dict[str, datetime]:
    """Who brings an outcome about need not be shown it."""
    columns = {"staff": "shown_to_sender_at", "person": "shown_to_person_at"}
    return {columns[by.kind]: at} if by.kind in columns else {}


def _settle_need(referral: Referral, *, at: datetime) -> None:
    """A need that was helped is met; one that nobody works on any more is open again."""
    need = referral.need.refresh()
    if referral.state == "got_help" and NEED_STATES.allows(need.state, "met"):
        move_need(need, "met", by=SYSTEM, at=at)
    elif referral.is_final and need.state == "covered" and not _has_waiting(need):
        move_need(need, "open", by=SYSTEM, at=at)


def _has_waiting(need: Need) -> bool:
    return Referral.select().where((Referral.need == need) & (Referral.state << WAITING)).exists()


def locked(referral: Referral) -> Referral:
    """The row as it is now, read anew; nobody else changes it before this transaction ends."""
    row = Referral.select().where(Referral.id == referral.id)
    return (row if is_sqlite() else row.for_update()).get()


def local_day(moment: datetime) -> str:
    """The day of `moment` at the site as refusals name it: `02.11.2026`."""
    return f"{in_zone(moment, setting('site_zone')):%d.%m.%Y}"


def note_step(referral: Referral, what: str, *, note: str = "", by: Actor, at: datetime) -> None:
    """Keep what became of a referral (a state, or one of `TELLINGS`), with what was said."""
    ReferralStep.create(
        case=referral.__data__["case"],
        referral=referral,
        at=at,
        state=what,
        actor_kind=by.kind,
        actor_name=by.name[:200],
        note=note or None,
    )
