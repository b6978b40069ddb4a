"""Questionnaires and their versions. A version that was published is never altered."""

from __future__ import annotations

import functools
import hashlib
import uuid
from datetime import datetime

from peewee import CharField, ForeignKeyField, IntegerField, JSONField, ModelSelect, TextField, fn

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.db import Base, UtcField
from casework.core.i18n import N_, pick
from casework.core.refusals import NotFound, Refusal
from casework.core.states import Machine
from casework.questionnaires.checking import check
from casework.questionnaires.compiling import compile_form
from casework.questionnaires.definitions import Definition, from_json, to_json
from casework.questionnaires.findings import BrokenDefinition, has_errors
from casework.questionnaires.forms import Form

PURPOSES = {
    "request": N_("a person asks for help"),
    "offer": N_("a volunteer offers help"),
    "assessment": N_("staff fill it in on a case"),
    "follow_up": N_("a person gets it as a link"),
    "other": N_("other"),
}
STATES = Machine(
    {"draft": N_("draft"), "published": N_("published"), "retired": N_("retired")},
    {"draft": ("published",), "published": ("retired",), "retired": ("published",)},
)
CACHED_VERSIONS = 64


class SlugRefused(Refusal):
    """Not usable in an address."""

    msgid = N_(
        "“%(slug)s” cannot stand in an address. Please use small letters, digits and hyphens, "
        "at most 40."
    )


class VersionOfAnother(Refusal):
    """The version belongs to another questionnaire."""

    msgid = N_("This version belongs to another questionnaire. Please load the page again.")


class Questionnaire(Base):
    """A form that people or staff fill in, through all its versions."""

    slug = CharField(max_length=40, unique=True)
    purpose = CharField(max_length=16, default="other", choices=list(PURPOSES.items()))
    state = CharField(max_length=16, default="draft", index=True)
    state_since = UtcField()
    title = JSONField(default=dict)
    live_version_id = CharField(
        max_length=32, null=True
    )  # no foreign key: two tables that need each other
    created_at = UtcField()

    class Meta:
        table_name = "questionnaires"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All for who edits forms."""
        rows = cls.select()
        return rows if staff.may("questionnaire:read") else rows.where(cls.id.is_null())

    @classmethod
    def public(cls) -> ModelSelect:
        """The published ones that anybody may fill in, by slug."""
        return (
            cls.select()
            .where((cls.state == "published") & (cls.purpose << ("request", "offer", "other")))
            .order_by(cls.slug)
        )

    def label(self, tag: str) -> str:
        """The title in the language `tag`, or in the nearest one there is."""
        return pick(self.title, tag)[0] or self.slug

    def __str__(self) -> str:
        return self.label("de")


class QuestionnaireVersion(Base):
    """One state of a questionnaire's definition; submissions are pinned to it."""

    questionnaire = ForeignKeyField(Questionnaire, backref="versions", on_delete="CASCADE")
    number = IntegerField()
    definition = TextField()
    digest = CharField(max_length=64)
    created_at = UtcField()
    created_by = CharField(max_length=200, default="")
    published_at = UtcField(null=True)

    class Meta:
        table_name = "questionnaire_versions"
        indexes = ((("questionnaire", "number"), True),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All for who edits forms."""
        rows = cls.select()
        return rows if staff.may("questionnaire:read") else rows.where(cls.id.is_null())

    @property
    def form(self) -> Form:
        """The definition, compiled; kept for the versions that are in use."""
        return _compiled(self.id)

    @property
    def parsed(self) -> Definition:
        """The definition as data."""
        return self.form.definition

    def __str__(self) -> str:
        return f"{self.questionnaire.slug} {self.number}"


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


def live(slug: str) -> QuestionnaireVersion:
    """The published version of `slug`. Raises `NotFound`."""
    if not is_slug(slug):
        raise NotFound()
    questionnaire = Questionnaire.get_or_none(
        (Questionnaire.slug == slug) & (Questionnaire.state == "published")
    )
    if questionnaire is None or questionnaire.live_version_id is None:
        raise NotFound()
    version = QuestionnaireVersion.get_by_id(uuid.UUID(questionnaire.live_version_id))
    version.questionnaire = questionnaire
    return version


def latest_version(questionnaire: Questionnaire) -> QuestionnaireVersion | None:
    """The version with the highest number."""
    newest = QuestionnaireVersion.select(fn.MAX(QuestionnaireVersion.number)).where(
        QuestionnaireVersion.questionnaire == questionnaire
    )
    return QuestionnaireVersion.get_or_none(
        (QuestionnaireVersion.questionnaire == questionnaire)
        & (QuestionnaireVersion.number == newest)
    )


def is_slug(text: str) -> bool:
    """Whether `text` can stand in an address."""
    plain = text.replace("-", "")
    return (
        0 < len(text) <= 40
        and plain.isascii()
        and plain.isalnum()
        and plain == plain.lower()
        and not text.startswith("-")
    )


@functools.lru_cache(maxsize=CACHED_VERSIONS)
def _compiled(version_id: uuid.UUID) -> Form:
    row = QuestionnaireVersion.get_by_id(version_id)
    return compile_form(from_json(row.definition))
