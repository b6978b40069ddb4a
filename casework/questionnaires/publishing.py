"""What happens to questionnaires as a whole: imported, published, retired, rolled back."""

from __future__ import annotations

import hashlib
from datetime import datetime

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.questionnaires.checking import check
from casework.questionnaires.definitions import Definition, to_json
from casework.questionnaires.findings import BrokenDefinition, has_errors
from casework.questionnaires.models import (
    STATES,
    Questionnaire,
    QuestionnaireVersion,
    is_slug,
    latest_version,
)


class SlugRefused(Refusal):
    """Not usable in an address."""

    msgid = N_(
        "“%(slug)s” cannot stand in an address. Please use small letters, digits and hyphens, "
        "at most 40."
    )


class VersionOfAnother(Refusal):
    """The version belongs to another questionnaire."""

    msgid = N_("This version belongs to another questionnaire. Please load the page again.")


@recorded("questionnaire:imported", needs="questionnaire:create")
def import_definition(
    slug: str, definition: Definition, *, purpose: str | None = None, by: Actor, at: datetime
) -> QuestionnaireVersion:
    """A new version of the questionnaire `slug`, which comes into being if need be.

    The same definition as the latest version gives that version back. Raises `SlugRefused`.
    """
    if not is_slug(slug):
        raise SlugRefused(slug=slug[:60])
    questionnaire = Questionnaire.get_or_none(Questionnaire.slug == slug)
    if questionnaire is None:
        questionnaire = Questionnaire.create(
            slug=slug, purpose=purpose or "other", title=definition.title, created_at=at,
            state_since=at,
        )  # fmt: skip
    text = to_json(definition)
    digest = hashlib.sha256(text.encode()).hexdigest()
    latest = latest_version(questionnaire)
    if latest is not None and latest.digest == digest:
        return latest
    return QuestionnaireVersion.create(
        questionnaire=questionnaire, number=(latest.number if latest else 0) + 1,
        definition=text, digest=digest, created_at=at, created_by=by.name[:200],
    )  # fmt: skip


@recorded("questionnaire:published", needs="questionnaire:publish")
def publish(
    questionnaire: Questionnaire, version: QuestionnaireVersion, *, by: Actor, at: datetime
) -> Questionnaire:
    """Make `version` the one that new answers are given to; drafts keep theirs.

    Raises `VersionOfAnother`, and `BrokenDefinition` for a version with errors.
    """
    if version.__data__["questionnaire"] != questionnaire.id:
        raise VersionOfAnother()
    findings = check(version.parsed)
    if has_errors(findings):
        raise BrokenDefinition(findings)
    if questionnaire.state != "published":
        STATES.move(questionnaire, "published", at=at)
    questionnaire.live_version_id = version.id.hex
    questionnaire.title = version.parsed.title
    questionnaire.save()
    version.published_at = version.published_at or at
    version.save()
    return questionnaire


@recorded("questionnaire:retired", needs="questionnaire:publish")
def retire(questionnaire: Questionnaire, *, by: Actor, at: datetime) -> Questionnaire:
    """Take new answers no more; drafts that were begun can be finished."""
    STATES.move(questionnaire, "retired", at=at)
    return questionnaire
