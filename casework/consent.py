"""Releases (Einwilligung, Schweigepflichtentbindung): who may learn what, for what, until when.

A release without a recipient is the person's general agreement that the centre may
choose the organisation that helps with a need. Before anything leaves, it is turned
into one for that very organisation, which the person sees and can withdraw.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from peewee import CharField, DateField, ForeignKeyField, JSONField, ModelSelect

from casework.cases import Case, case_of
from casework.core.access import PUBLIC, SYSTEM, Actor
from casework.core.audit import on, recorded
from casework.core.db import Base, UtcField
from casework.core.i18n import N_
from casework.core.refusals import Refusal, Term
from casework.core.settings import setting
from casework.core.states import Machine
from casework.people import Care, Household
from casework.providers import Organization
from casework.submissions import Submission
from casework.texts import text

STATES = Machine(
    {"given": N_("given"), "withdrawn": N_("withdrawn"), "expired": N_("expired")},
    {"given": ("withdrawn", "expired")},
)
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


class Release(Base):
    """One agreement, with the wording and the language in which it was shown."""

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

    @classmethod
    def valid(cls, today: date) -> ModelSelect:
        """Given, not withdrawn and not over."""
        return cls.select().where((cls.state == "given") & (cls.expires_on >= today))


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
        expires_on=at.date() + timedelta(days=setting("release_days")),
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

    A general one does not bring back what the person has since withdrawn from this
    organisation.
    """
    found = (
        Release.valid(today)
        .where(
            (Release.household == case.household)
            & ((Release.organization == organization) | Release.organization.is_null())
        )
        .order_by(Release.organization.is_null(), Release.given_at.desc())
    )
    best: Release | None = found.first()
    if best and best.organization is None and _withdrawn_since(best, case, organization):
        return None
    return best


def _withdrawn_since(general: Release, case: Case, organization: Organization) -> bool:
    return (
        Release.select()
        .where(
            (Release.household == case.household)
            & (Release.organization == organization)
            & (Release.state == "withdrawn")
            & (Release.withdrawn_at >= general.given_at)
        )
        .exists()
    )


def require_release(
    case: Case, organization: Organization, fields: tuple[str, ...], *, by: Actor, at: datetime
) -> Release:
    """The release under which `fields` may go to `organization`, made specific if need be.

    Raises `ReleaseMissing`, `ReleaseTooNarrow`.
    """
    release = release_for(case, organization, today=at.date())
    if release is None:
        raise ReleaseMissing(organization=organization.name)
    missing = [name for name in fields if name not in release.fields]
    if missing:
        raise ReleaseTooNarrow(fields=[Term(SHAREABLE[name]) for name in missing])
    if release.organization is not None:
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
    """Mark agreements whose time is over; returns how many."""
    over = Release.select().where((Release.state == "given") & (Release.expires_on < at.date()))
    rows = list(over)
    for release in rows:
        expire_release(release, by=SYSTEM, at=at)
    return len(rows)


@recorded("release:expired", needs="release:edit")
def expire_release(release: Release, *, by: Actor, at: datetime) -> Release:
    """The time of an agreement is over."""
    STATES.move(release, "expired", at=at)
    return release


@on("submission:received")
def keep_release(submission: Submission, *, by: Actor, at: datetime) -> None:
    """The agreement that stands among the answers becomes a release."""
    if submission.mapped.get("release.provider") != "yes":
        return
    wording = text("release.provider", submission.language)
    give_release(
        submission=submission,
        text_version=f"{wording.language}-{wording.version}" if wording else "-",
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
    """Taking the request back ends every agreement that came with it."""
    current = Release.select().where(
        (Release.submission == submission) & (Release.state == "given")
    )
    for release in list(current):
        if release.refresh().state == "given":
            withdraw_release(release, by=by, at=at)
