"""The release that a referral needs: the wording that is read out, and what was agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from admin.auth import current_actor, now
from admin.base import show_date
from admin.i18n import reading_language
from admin.referral_forms import PaperReleaseForm
from admin.words import today
from casework.cases import Case
from casework.consent import Release, give_release
from casework.core.settings import setting
from casework.notices import fill
from casework.providers import Organization
from casework.texts import Text, text

CONSENT = "release.provider"


@dataclass(frozen=True)
class Wording:
    """The consent text as it is read to the person, and as the desk reads it."""

    read: Text | None
    body: str
    own: str


def wording_for(organization: Organization, tag: str) -> Wording:
    """The text of a release for `organization` in the language `tag`."""
    read, own = text(CONSENT, tag), text(CONSENT, reading_language())
    values = {
        "centre": setting("centre_name"), "recipient": organization.name,
        "expires": show_date(today() + timedelta(days=setting("release_days"))),
    }  # fmt: skip
    bodies = (fill(each.body if each else "", values) for each in (read, own))
    return Wording(read, *bodies)


def keep_release(case: Case, organization: Organization, form: PaperReleaseForm) -> Release:
    """Store what a paper or a talk gave, with the version of the wording that was shown."""
    wording = text(CONSENT, form.language.data)
    return give_release(
        case=case, organization=organization, fields=tuple(form.covers.data),
        text_version=f"{wording.language}-{wording.version}" if wording else "-",
        language=form.language.data, channel=form.channel.data, by=current_actor(), at=now(),
    )  # fmt: skip
