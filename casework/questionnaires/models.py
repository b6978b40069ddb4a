"""Questionnaires and their versions. A version that was published is never altered."""

from __future__ import annotations

import functools
import re
import unicodedata
import uuid

from peewee import CharField, ForeignKeyField, IntegerField, JSONField, ModelSelect, TextField, fn

from casework.core.access import Actor
from casework.core.db import Base, UtcField
from casework.core.i18n import N_, pick
from casework.core.refusals import NotFound
from casework.core.states import Machine
from casework.questionnaires.compiling import compile_form
from casework.questionnaires.definitions import Definition, from_json
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
MAX_SLUG = 80


class Questionnaire(Base):
    """A form that people or staff fill in, through all its versions."""

    slug = CharField(max_length=MAX_SLUG, unique=True)
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
    translated_from = JSONField(null=True)  # see `translating.Sources`

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
        """The definition as data, also where its errors keep it from being a form."""
        return _parsed(self.id)

    def __str__(self) -> str:
        return f"{self.questionnaire.slug} {self.number}"


def live(slug: str) -> QuestionnaireVersion:
    """The published version of `slug`. Raises `NotFound`."""
    if not is_slug(slug):
        raise NotFound()
    questionnaire = Questionnaire.get_or_none(
        (Questionnaire.slug == slug) & (Questionnaire.state == "published")
    )
    if questionnaire is None or questionnaire.live_version_id is None:
        raise NotFound()
    version = (
        without_text()
        .where(QuestionnaireVersion.id == uuid.UUID(questionnaire.live_version_id))
        .get()
    )
    version.questionnaire = questionnaire
    return version


def without_text() -> ModelSelect:
    """Versions without the text of their definition, which is long; `form` reads it when needed."""
    fields = [
        field
        for field in QuestionnaireVersion._meta.sorted_fields
        if field is not QuestionnaireVersion.definition
    ]
    return QuestionnaireVersion.select(*fields)


def version_of(questionnaire: Questionnaire, version_id: str | uuid.UUID) -> QuestionnaireVersion:
    """A version of this questionnaire by its id. Raises `NotFound`."""
    try:
        wanted = version_id if isinstance(version_id, uuid.UUID) else uuid.UUID(version_id)
    except ValueError as error:
        raise NotFound() from error
    version = QuestionnaireVersion.get_or_none(
        (QuestionnaireVersion.id == wanted) & (QuestionnaireVersion.questionnaire == questionnaire)
    )
    if version is None:
        raise NotFound()
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


def slug_from(form_id: str) -> str:
    """What a form is called in addresses by default: its form_id, as far as one can hold it."""
    plain = unicodedata.normalize("NFKD", form_id).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain)[:MAX_SLUG].strip("-") or "form"


def is_slug(text: str) -> bool:
    """Whether `text` can stand in an address."""
    plain = text.replace("-", "")
    return (
        0 < len(text) <= MAX_SLUG
        and plain.isascii()
        and plain.isalnum()
        and plain == plain.lower()
        and not text.startswith("-")
    )


@functools.lru_cache(maxsize=CACHED_VERSIONS)
def _compiled(version_id: uuid.UUID) -> Form:
    return compile_form(_parsed(version_id))


@functools.lru_cache(maxsize=CACHED_VERSIONS)
def _parsed(version_id: uuid.UUID) -> Definition:
    return from_json(QuestionnaireVersion.get_by_id(version_id).definition)
