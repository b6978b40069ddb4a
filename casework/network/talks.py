"""What was spoken with a contact: when, by whom, what about, what was agreed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from peewee import CharField, DateField, ForeignKeyField, ModelSelect

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.clock import local_date
from casework.core.crypto import SealedField
from casework.core.db import LineField, UtcField, clean
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal
from casework.core.settings import setting
from casework.network.contacts import ContactRow, NetworkContact, next_due
from casework.staff import Staff

CHANNELS = {
    "call": N_("by phone"),
    "visit": N_("in person"),
    "mail": N_("by mail"),
    "meeting": N_("at a meeting"),
}
FARTHEST_BACK = timedelta(days=3 * 366)
FARTHEST_AHEAD = timedelta(days=2 * 366)
MOST_TEXT = 2000


class TalkMissing(Refusal):
    """A note says something."""

    msgid = N_("Please write in a few words what you spoke about.")


class TalkDayRefused(Refusal):
    """What was spoken was spoken already."""

    msgid = N_("The talk must have been today or before, within the last three years.")


class NextDayRefused(Refusal):
    """What comes next lies ahead."""

    msgid = N_("The next contact must be after today, within two years.")


class Talk(ContactRow):
    """One note in the log of a contact."""

    contact = ForeignKeyField(NetworkContact, backref="talks", on_delete="CASCADE")
    staff = ForeignKeyField(Staff, null=True, on_delete="SET NULL")
    author = LineField(max_length=200, default="")
    on_day = DateField()
    channel = CharField(max_length=16, default="call")
    about = SealedField(max_length=MOST_TEXT)
    agreed = SealedField(max_length=MOST_TEXT, null=True)
    created_at = UtcField()

    class Meta:
        table_name = "network_talks"
        indexes = ((("contact", "on_day"), False),)

    @classmethod
    def of(cls, contact: NetworkContact) -> ModelSelect:
        """The log of a contact, the latest first."""
        rows = cls.select().where(cls.contact == contact)
        return rows.order_by(cls.on_day.desc(), cls.id.desc())


@recorded("network:talked", needs="network:log")
def note_talk(
    contact: NetworkContact,
    about: str,
    *,
    channel: str = "call",
    on_day: date | None = None,
    agreed: str = "",
    next_on: date | None = None,
    by: Actor,
    at: datetime,
) -> Talk:
    """Note that somebody spoke with a contact, by default today.

    The next contact is due on `next_on`, by default after the contact's own rhythm; an older
    note than the latest moves nothing. Raises `TalkMissing`, `TalkDayRefused`,
    `NextDayRefused`, `NotFound` for a channel that is not known.
    """
    today = local_date(at, setting("site_zone"))
    day, words = on_day or today, clean(about).strip()
    if channel not in CHANNELS:
        raise NotFound()
    if not words:
        raise TalkMissing()
    if not today - FARTHEST_BACK <= day <= today:
        raise TalkDayRefused()
    if next_on is not None and not today < next_on <= today + FARTHEST_AHEAD:
        raise NextDayRefused()
    note_touch(contact, day, next_on)
    return Talk.create(
        contact=contact, staff=by.id if by.kind == "staff" else None, author=by.name[:200],
        on_day=day, channel=channel, about=words, agreed=clean(agreed).strip() or None,
        created_at=at,
    )  # fmt: skip


def note_touch(contact: NetworkContact, day: date, next_on: date | None = None) -> None:
    """Remember the last contact and when the next is due; part of the verbs that are one."""
    latest = contact.last_contact_on is None or day >= contact.last_contact_on
    if latest:
        contact.last_contact_on = day
    if next_on is not None or latest:
        contact.next_due_on = next_on or next_due(contact, day)
    contact.save()
