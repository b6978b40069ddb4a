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
    PURPOSES,
    STATES,
    Questionnaire,
    QuestionnaireVersion,
    is_slug,
    latest_version,
    version_of,
)
from casework.questionnaires.translating import Sources, carried


class SlugRefused(Refusal):
    """Not usable in an address."""

    msgid = N_(
        "“%(slug)s” cannot stand in an address. Please use small letters, digits and hyphens, "
        "at most 80."
    )


class VersionOfAnother(Refusal):
    """The version belongs to another questionnaire."""

    msgid = N_("This version belongs to another questionnaire. Please load the page again.")


class NeverPublished(Refusal):
    """Nobody has filled in this version yet, so there is nothing to go back to."""

    msgid = N_("This version was never published. Please open it for editing instead.")


class UnknownPurpose(Refusal):
    """No such purpose."""

    msgid = N_("“%(purpose)s” is not a purpose. Please choose one from the list.")


@recorded("questionnaire:imported", needs="questionnaire:create")
def import_definition(
    slug: str,
    definition: Definition,
    *,
    purpose: str | None = None,
    translated_from: Sources | None = None,
    by: Actor,
    at: datetime,
) -> QuestionnaireVersion:
    """A new version of the questionnaire `slug`, which comes into being if need be.

    The same definition as the latest version gives that version back. `translated_from` says
    what outdated translations were made from; by default the latest version tells.
    Raises `SlugRefused`.
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
    if translated_from is None and latest is not None:
        translated_from = carried(latest.parsed, latest.translated_from, definition)
    if latest is not None and _is_same(latest, digest, definition, translated_from):
        return latest
    return QuestionnaireVersion.create(
        questionnaire=questionnaire, number=(latest.number if latest else 0) + 1,
        definition=text, digest=digest, created_at=at, created_by=by.name[:200],
        translated_from=translated_from or None,
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


@recorded("questionnaire:rolled_back", needs="questionnaire:publish")
def roll_back(
    questionnaire: Questionnaire, version: QuestionnaireVersion, *, by: Actor, at: datetime
) -> Questionnaire:
    """Publish an earlier version again; the later ones stay in the history.

    Raises `VersionOfAnother`, `NeverPublished`, `BrokenDefinition`.
    """
    if version.published_at is None:
        raise NeverPublished()
    return publish(questionnaire, version, by=by, at=at)


@recorded("questionnaire:republished", needs="questionnaire:publish")
def republish(questionnaire: Questionnaire, *, by: Actor, at: datetime) -> Questionnaire:
    """Take new answers again after retiring, with the version that was live before.

    Raises `InvalidTransition`, `NotFound` where there never was one.
    """
    version = version_of(questionnaire, questionnaire.live_version_id or "")
    STATES.move(questionnaire, "published", at=at)
    return publish(questionnaire, version, by=by, at=at)


@recorded("questionnaire:repurposed", needs="questionnaire:publish")
def change_purpose(
    questionnaire: Questionnaire, purpose: str, *, by: Actor, at: datetime
) -> Questionnaire:
    """Say what the form is for: one of `PURPOSES`. Raises `UnknownPurpose`."""
    if purpose not in PURPOSES:
        raise UnknownPurpose(purpose=purpose[:40])
    questionnaire.purpose = purpose
    questionnaire.save()
    return questionnaire


@recorded("questionnaire:retired", needs="questionnaire:publish")
def retire(questionnaire: Questionnaire, *, by: Actor, at: datetime) -> Questionnaire:
    """Take new answers no more; drafts that were begun can be finished."""
    STATES.move(questionnaire, "retired", at=at)
    return questionnaire


def _is_same(
    version: QuestionnaireVersion, digest: str, definition: Definition, sources: Sources | None
) -> bool:
    """Whether a version says just this; row numbers and the order of columns do not count."""
    same = version.digest == digest or version.parsed == definition
    return same and (version.translated_from or {}) == (sources or {})
