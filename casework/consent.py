"""Releases (Einwilligung, Schweigepflichtentbindung): who may learn what, for what, until when.

A release without a recipient is the person's general agreement that the centre may
choose the organisation that helps with a need. Before anything leaves, it is turned
into one for that very organisation, which the person sees and can withdraw.

A release that the centre asks for (`casework/release_questions.py`) is one in the state
"asked" until the person answers: nothing may leave under it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from peewee import CharField, DateField, ForeignKeyField, JSONField, ModelSelect

from casework.cases import Case, case_of
from casework.core.access import PUBLIC, SYSTEM, Actor
from casework.core.audit import on, recorded
from casework.core.db import Base, UtcField
from casework.core.i18n import N_
from casework.core.refusals import Refusal, Term
from casework.core.settings import setting, site_day
from casework.core.states import Machine
from casework.people import Care, Household
from casework.providers import Organization
from casework.submissions import Submission
from casework.texts import Text, text

STATES = Machine(
    {
        "asked": N_("asked, no answer yet"),
        "given": N_("given"),
        "declined": N_("not given"),
        "withdrawn": N_("withdrawn"),
        "expired": N_("expired"),
    },
    {
        "asked": ("given", "declined", "withdrawn", "expired"),
        "given": ("withdrawn", "expired"),
    },
)
# The texts that are agreed to: with the form or on paper, and on the status page.
WORDING, WORDING_ASKED = "release.provider", "release.request"
CHANNELS = {
    "portal": N_("in the portal"),
    "paper": N_("signed on paper"),
    "oral": N_("told to us in person"),
}
PURPOSES = {"referral": N_("help with a need")}
# What a release can cover, in the order in which a person reads it.
SHAREABLE = {
    "name": N_("name"),
    "phone": N_("phone number"),
    "email": N_("e-mail address"),
    "language": N_("language"),
    "interpreter": N_("whether an interpreter is needed"),
    "need": N_("the need, without further details"),
    "note": N_("the note of the welcome centre"),
}
USUAL = ("name", "phone", "language", "interpreter", "need")


class ReleaseMissing(Refusal):
    """Nothing leaves without a release."""

    msgid = N_(
        "The person has not agreed that “%(organization)s” may get their details. "
        "Please ask for a release first."
    )


class ReleaseTooNarrow(Refusal):
    """More was to leave than the release covers."""

    msgid = N_("The release does not cover: %(fields)s. Please leave it out or ask again.")


class QuestionOver(Refusal):
    """Answered, taken back, or its time is over."""

    msgid = N_("This question is no longer open. You do not need to do anything.")


class WordingChanged(Refusal):
    """What somebody agrees to is what they have read."""

    msgid = N_("The text has changed since you opened this page. Please read it again.")


class Release(Base):
    """One agreement, with the wording and the language in which it was shown.

    While it is only asked for, or was declined, `given_at` is the time of asking. `expires_on`
    is fixed when it is asked for, so that the day which the person reads is the day that counts.
    """

    submission = ForeignKeyField(Submission, null=True, backref="releases", on_delete="SET NULL")
    household = ForeignKeyField(Household, null=True, backref="releases", on_delete="CASCADE")
    case = ForeignKeyField(Case, null=True, backref="releases", on_delete="CASCADE")
    organization = ForeignKeyField(Organization, null=True, on_delete="RESTRICT")
    basis = ForeignKeyField("self", null=True, backref="derived", on_delete="SET NULL")
    purpose = CharField(max_length=32, default="referral")
    fields = JSONField(default=list)
    state = CharField(max_length=16, default="given")
    state_since = UtcField()
    text_version = CharField(max_length=64)
    language = CharField(max_length=16)
    channel = CharField(max_length=16)
    given_at = UtcField()
    expires_on = DateField()
    withdrawn_at = UtcField(null=True)
    asked_at = UtcField(null=True)
    answer_by = DateField(null=True)
    answered_at = UtcField(null=True)
    answered_by = CharField(max_length=16, null=True)
    noted_at = UtcField(null=True)

    class Meta:
        table_name = "releases"
        indexes = (
            (("household", "organization", "state"), False),
            (("state", "expires_on"), False),
        )

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Those of the households that `staff` may see."""
        rows = cls.select()
        if staff.sees_all:
            return rows
        return rows.where(cls.household << Care.households_of(staff))

    @property
    def was_answered(self) -> bool:
        """Whether the person has said yes or no, however it ended later."""
        return self.asked_at is None or self.answered_at is not None

    def is_valid(self, today: date) -> bool:
        """Given, not withdrawn and not over."""
        return self.state == "given" and self.expires_on >= today

    def refuses_since(self, moment: datetime) -> bool:
        """Whether the person has said no with it, before or after a yes, since `moment`."""
        no = self.state == "declined" or (self.state == "withdrawn" and self.was_answered)
        return no and self.state_since >= moment


# Answers that nobody has noted yet: few among all that were ever given.
Release.add_index(
    Release.index(
        Release.state, Release.answered_at, name="release_answer_unseen",
        where=Release.answered_at.is_null(False) & Release.noted_at.is_null(),
    )
)  # fmt: skip


@recorded("release:given", needs="release:create", open_to=("system", "public", "person"))
def give_release(
    *,
    submission: Submission | None = None,
    case: Case | None = None,
    organization: Organization | None = None,
    fields: tuple[str, ...] = USUAL,
    text_version: str,
    language: str,
    channel: str,
    by: Actor,
    at: datetime,
) -> Release:
    """Record an agreement; without `organization` it is the general one."""
    return Release.create(
        submission=submission,
        case=case,
        household=case.household if case else None,
        organization=organization,
        fields=[name for name in SHAREABLE if name in fields],
        text_version=text_version,
        language=language,
        channel=channel,
        given_at=at,
        state_since=at,
        expires_on=site_day(at) + timedelta(days=setting("release_days")),
    )


@recorded("release:withdrawn", needs="release:edit", open_to=("system", "person"))
def withdraw_release(release: Release, *, by: Actor, at: datetime) -> Release:
    """End an agreement and what was derived from it; listeners close the links at once."""
    STATES.move(release, "withdrawn", at=at, withdrawn_at=at)
    for derived in Release.select().where((Release.basis == release) & (Release.state == "given")):
        withdraw_release(derived, by=by, at=at)
    return release


def release_for(case: Case, organization: Organization, *, today: date) -> Release | None:
    """The valid agreement that covers this organisation: its own, else the general one.

    A general one does not bring back what the person has since declined to, or withdrawn
    from, this organisation.
    """
    known = Release.select().where(
        (Release.household == case.household)
        & ((Release.organization == organization) | Release.organization.is_null())
    )
    return best_of(known, organization.id, today=today)


def best_of(releases: Iterable[Release], organization: uuid.UUID, *, today: date) -> Release | None:
    """What `release_for` finds, among `releases` of one household that are at hand."""
    newest = sorted(releases, key=lambda each: (each.given_at, each.id), reverse=True)
    own = [each for each in newest if each.__data__["organization"] == organization]
    best = next((each for each in own if each.is_valid(today)), None)
    if best is not None:
        return best
    return next(
        (
            each
            for each in newest
            if each.__data__["organization"] is None
            and each.is_valid(today)
            and not any(no.refuses_since(each.given_at) for no in own)
        ),
        None,
    )


def require_release(
    case: Case, organization: Organization, fields: tuple[str, ...], *, by: Actor, at: datetime
) -> Release:
    """The release under which `fields` may go to `organization`, made specific if need be.

    Raises `ReleaseMissing`, `ReleaseTooNarrow`.
    """
    release = release_for(case, organization, today=site_day(at))
    if release is None:
        raise ReleaseMissing(organization=organization.name)
    missing = [name for name in fields if name not in release.fields]
    if missing:
        raise ReleaseTooNarrow(fields=[Term(SHAREABLE[name]) for name in missing])
    if release.organization is not None:
        if release.answered_at and not release.noted_at:
            release.noted_at = at
            release.save()
        return release
    specific = give_release(
        submission=release.submission, case=case, organization=organization,
        fields=tuple(release.fields), text_version=release.text_version,
        language=release.language, channel=release.channel, by=SYSTEM, at=at,
    )  # fmt: skip
    specific.basis = release
    specific.expires_on = release.expires_on
    specific.save()
    return specific


def expire_releases(*, at: datetime) -> int:
    """Mark agreements whose time is over, and questions nobody answered; returns how many."""
    over = Release.select().where(
        ((Release.state == "given") & (Release.expires_on < site_day(at)))
        | ((Release.state == "asked") & (Release.answer_by < site_day(at)))
    )
    rows = list(over)
    for release in rows:
        expire_release(release, by=SYSTEM, at=at)
    return len(rows)


@recorded("release:expired", needs="release:edit")
def expire_release(release: Release, *, by: Actor, at: datetime) -> Release:
    """The time of an agreement, or of the question for it, is over."""
    STATES.move(release, "expired", at=at)
    return release


def version_shown(key: str, tag: str) -> str:
    """Which wording of `key` is shown in `tag`, as `version_of` puts it."""
    return version_of(text(key, tag))


def version_of(wording: Text | None) -> str:
    """The language and the version of a wording, such as `ar-1f2e3d4c`; `-` for none."""
    return f"{wording.language}-{wording.version}" if wording else "-"


@on("submission:received")
def keep_release(submission: Submission, *, by: Actor, at: datetime) -> None:
    """The agreement that stands among the answers becomes a release."""
    if submission.mapped.get("release.provider") != "yes":
        return
    give_release(
        submission=submission, text_version=version_shown(WORDING, submission.language),
        language=submission.language, channel="portal", by=PUBLIC, at=at,
    )  # fmt: skip


@on("submission:accepted")
@on("submission:linked")
def attach_releases(submission: Submission, *, by: Actor, at: datetime) -> None:
    """What was agreed to with the request holds for its case from now on."""
    case = case_of(submission)
    if case is not None:
        Release.update(case=case, household=case.household).where(
            Release.submission == submission
        ).execute()


@on("submission:withdrawn")
def withdraw_releases(submission: Submission, *, by: Actor, at: datetime) -> None:
    """Taking the request back ends every agreement and question that came with it."""
    live = ("asked", "given")
    for release in list(
        Release.select().where((Release.submission == submission) & (Release.state << live))
    ):
        if release.refresh().state in live:
            withdraw_release(release, by=by, at=at)
