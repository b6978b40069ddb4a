"""Who is told what: listeners that put a mail into the outbox when something has happened.

They run in the transaction of the change. No mail carries anything about a person but
the reference that the person already has: what happened is read behind the link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

from casework.appointments import Appointment, remind_of
from casework.cases import Case, CaseSubmission, case_of
from casework.conferences import Conference
from casework.consent import Release
from casework.core.access import SYSTEM, Actor
from casework.core.audit import on
from casework.core.clock import from_local, in_zone
from casework.core.db import transaction
from casework.core.i18n import gettext_in
from casework.core.refusals import StaleEdit
from casework.core.settings import setting
from casework.engagements import Engagement
from casework.invitations import Invitation
from casework.messages import Message, OutboxMail, queue_mail
from casework.participation.models import TakenRung
from casework.plans.agreements import PlanAgreement
from casework.referrals import Referral, contact_person
from casework.reply_links import current_link
from casework.staff import Staff
from casework.submissions import Submission
from casework.texts import text
from casework.venues import VENUES
from casework.volunteers import Offer

# Reminders leave from eight in the morning until eight in the evening, at the site.
REMIND_HOURS = (8, 20)
MOST_REMINDERS = 500


@dataclass(frozen=True)
class Reader:
    """A person who wants to hear by e-mail, and the request that they know us by."""

    email: str
    language: str
    reference: str


@on("referral:sent")
def ask_provider(referral: Referral, *, by: Actor, at: datetime) -> None:
    """The provider gets the link on which the request can be answered."""
    _mail_provider("mail.referral", referral, at=at)


@on("referral:link_renewed")
def send_new_link(referral: Referral, *, by: Actor, at: datetime) -> None:
    """The provider gets the new link by mail, as the first one."""
    _mail_provider("mail.referral", referral, at=at)


@on("referral:reminded")
def remind_provider(referral: Referral, *, by: Actor, at: datetime) -> None:
    """The provider gets the new link with a kind word."""
    _mail_provider("mail.referral_reminder", referral, at=at)


@on("referral:replied")
def ask_provider_again(referral: Referral, *, by: Actor, at: datetime) -> None:
    """A link acts once: after an answer that is not the last, the next link follows."""
    if not referral.is_final:
        _mail_provider("mail.referral_next", referral, at=at)


@on("referral:answered")
@on("referral:revoked")
@on("referral:expired")
def tell_of_referral(referral: Referral, *, by: Actor, at: datetime) -> None:
    """The person hears that there is news about a referral, unless it was their own doing.

    A draft that is put away is no news: nobody was asked.
    """
    if by.kind != "person" and referral.sent_at is not None:
        _tell("mail.status_changed", reader_of_case(referral.case), at=at)


@on("submission:accepted")
@on("submission:linked")
@on("submission:declined")
@on("submission:registered")
def tell_of_request(submission: Submission, *, by: Actor, at: datetime) -> None:
    """The person hears that there is news about the request.

    A question back is not among it: it goes out as a message, which is told of itself.
    """
    _tell("mail.status_changed", reader_of(submission), at=at)


@on("message:sent")
def tell_of_message(message: Message, *, by: Actor, at: datetime) -> None:
    """The person hears that the centre has written."""
    reader = reader_of_case(message.case) if message.case else None
    if reader is None and message.submission:
        reader = reader_of(message.submission)
    _tell("mail.message_received", reader, at=at)


@on("release:asked")
@on("plan:shown")
def tell_of_question(question: Release | PlanAgreement, *, by: Actor, at: datetime) -> None:
    """The person hears that the centre asks something, on the page of that very request."""
    reader = reader_of_case(question.case)
    if reader is not None and question.submission is not None:
        asked = replace(reader, reference=question.submission.reference)
        _tell("mail.message_received", asked, at=at)


@on("rung:decided")
def tell_of_letter(taken: TakenRung, *, by: Actor, at: datetime) -> None:
    """The person hears that the centre has written; the letter stands on the status page."""
    _tell("mail.message_received", reader_of_case(taken.case), at=at)


@on("invitation:sent")
def tell_of_form(invitation: Invitation, *, by: Actor, at: datetime) -> None:
    """The person gets the link to a form, where they wish to hear by e-mail."""
    person = invitation.person
    if person is None or not person.email or "email" not in (person.channels or []):
        return
    expires = in_zone(invitation.expires_at, setting("site_zone"))
    values = {
        "link": f"{setting('base_url')}/{invitation.language}/invite/{invitation.token}",
        "expires": f"{expires:%d.%m.%Y}",
    }
    _queue("mail.form", person.email, invitation.language, values, at=at)


@on("appointment:planned")
@on("appointment:shifted")
@on("appointment:moved")
def tell_of_appointment(appointment: Appointment, *, by: Actor, at: datetime) -> None:
    """The person hears of a new appointment, of another time or place, and of one that
    somebody else cancelled."""
    if appointment.state in ("planned", "cancelled") and by.kind != "person":
        _tell("mail.appointment", reader_of_case(appointment.case), at=at)


def remind_of_appointments(*, at: datetime) -> int:
    """One kind mail before each appointment; returns how many were queued.

    It leaves by day, so many days before as the settings say, and not where the person heard of
    that very day and time within the last day. Who wants no mail is not reminded by one.
    """
    zone, days = setting("site_zone"), setting("remind_mail_days")
    local = in_zone(at, zone)
    if not days or not REMIND_HOURS[0] <= local.hour < REMIND_HOURS[1]:
        return 0
    last = datetime.combine(local.date() + timedelta(days=days + 1), time.min)
    rows: list[Appointment] = list(
        Appointment.unreminded(at, from_local(last, zone)).limit(MOST_REMINDERS)
    )
    return sum(_remind(each, at=at) for each in rows)


def _remind(appointment: Appointment, *, at: datetime) -> bool:
    """Whether the person gets a mail; one that another worker was faster with is its own."""
    reader = reader_of_case(appointment.case)
    if reader is None:
        return False
    try:
        with transaction():
            remind_of(appointment, by=SYSTEM, at=at)
            _tell("mail.reminder", reader, at=at)
    except StaleEdit:
        return False
    return True


@on("caseload:told")
def tell_of_cases(person: Staff, *, by: Actor, at: datetime) -> None:
    """A colleague hears that cases came or went, in one mail however many they are."""
    values = {"link": f"{setting('base_url')}/admin/workload/"}
    _queue("mail.caseload", person.email, person.language, values, at=at)


@on("offer:received")
def thank_volunteer(offer: Offer, *, by: Actor, at: datetime) -> None:
    """A volunteer hears that the offer has arrived."""
    _tell("mail.offer_received", volunteer_of(offer), at=at)


@on("offer:moved")
def tell_volunteer(offer: Offer, *, by: Actor, at: datetime) -> None:
    """A volunteer hears when the offer is approved and when it is ended."""
    if offer.state in ("approved", "ended") and by.kind != "person":
        _tell("mail.status_changed", volunteer_of(offer), at=at)


@on("engagement:asked")
def tell_of_proposal(engagement: Engagement, *, by: Actor, at: datetime) -> None:
    """A volunteer hears that the centre asks something; what, stands on the status page."""
    _tell("mail.message_received", volunteer_of(engagement.offer), at=at)


@on("conference:called")
@on("conference:moved")
@on("conference:cancelled")
def tell_of_conference(conference: Conference, *, by: Actor, at: datetime) -> None:
    """Whoever hears of a case conference by mail reads that the centre invites, and no more."""
    key = "mail.conference" if conference.moved_at is None else "mail.conference_moved"
    if conference.state == "cancelled":
        key = "mail.conference_cancelled"
    local = in_zone(conference.starts_at, setting("site_zone"))
    for seat in conference.seats:
        guest = seat.volunteer or seat.staff or seat.organization
        if seat.told != "mail" or guest is None or not guest.email:
            continue
        tongue = "de" if seat.organization is not None else guest.language
        values = {
            "day": f"{local:%d.%m.%Y}", "time": f"{local:%H:%M}",
            "venue": gettext_in(tongue, VENUES[conference.venue]),
        }  # fmt: skip
        _queue(key, guest.email, tongue, values, at=at)


def reader_of(submission: Submission) -> Reader | None:
    """Who is to be told of a request; None without an address or without the wish.

    Nothing goes out for what looks like spam: the address may be anybody's.
    """
    if submission.suspicious or submission.state == "withdrawn":
        return None
    case = case_of(submission)
    if case is not None:
        return reader_of_case(case)
    mapped = submission.mapped
    if email := mapped.get("organization.email"):  # an organisation needs no wish: it is public
        return Reader(email, submission.language, submission.reference)
    return _reader(
        mapped.get("person.email"), mapped.get("contact.channel"), submission.language, submission
    )


def reader_of_case(case: Case) -> Reader | None:
    """Who is to be told of a case: its contact person, by the latest request that still stands."""
    origin = (
        CaseSubmission.select(CaseSubmission, Submission)
        .join(Submission)
        .where((CaseSubmission.case == case) & (Submission.state != "withdrawn"))
        .order_by(CaseSubmission.at.desc(), CaseSubmission.id.desc())
        .first()
    )
    person = contact_person(case)
    if origin is None or person is None:
        return None
    return _reader(
        person.email, person.channels, person.language or case.language, origin.submission
    )


def volunteer_of(offer: Offer) -> Reader | None:
    """Who is to be told of an offer; None where it did not come through the portal."""
    submission = offer.submission
    if submission is None or submission.suspicious or not offer.volunteer.email:
        return None
    return Reader(offer.volunteer.email, offer.volunteer.language, submission.reference)


def fill(wording: str, values: dict[str, str]) -> str:
    """`wording` with its `%(name)s` replaced; what is unknown stays as it stands."""
    return re.sub(r"%\((\w+)\)s", lambda found: values.get(found[1], found[0]), wording)


def _reader(
    email: str | None, channels: list[str] | None, language: str, submission: Submission
) -> Reader | None:
    if not email or "email" not in (channels or []):
        return None
    return Reader(email, language, submission.reference)


def _tell(key: str, reader: Reader | None, *, at: datetime) -> None:
    if reader is None:
        return
    values = {
        "link": f"{setting('base_url')}/{reader.language}/status",
        "reference": reader.reference,
    }
    _queue(key, reader.email, reader.language, values, at=at)


def _mail_provider(key: str, referral: Referral, *, at: datetime) -> None:
    address, link = referral.service.mail_address, current_link(referral)
    if not address or link is None:
        return
    expires = in_zone(link.expires_at, setting("site_zone"))
    values = {
        "link": f"{setting('base_url')}/reply/{link.token}",
        "expires": f"{expires:%d.%m.%Y}",
    }
    _queue(key, address, "de", values, at=at)


def _queue(
    key: str, recipient: str, language: str, values: dict[str, str], *, at: datetime
) -> OutboxMail:
    """One mail with the text of `key`; where nobody wrote that text, the link must do."""
    centre = setting("centre_name")
    wording = text(key, language)
    subject, body, found = (
        (wording.subject, wording.body, wording.language)
        if wording
        else ("%(centre)s", "%(link)s", language)
    )
    values = {"centre": centre, **values}
    return queue_mail(
        key.removeprefix("mail."), recipient, fill(subject, values) or centre, fill(body, values),
        language=found, host=urlsplit(setting("base_url")).hostname or "localhost",
        by=SYSTEM, at=at,
    )  # fmt: skip
