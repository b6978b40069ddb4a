"""The working copy of a questionnaire: what editors change before it is published.

There is one for each questionnaire. Every store names the revision that it was made from, so
that the second of two editors is told and overwrites nothing; the states before it are kept
for undo.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import datetime

from peewee import (
    CharField,
    ForeignKeyField,
    IntegerField,
    IntegrityError,
    JSONField,
    ModelSelect,
    TextField,
)

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.db import Base, UtcField, transaction
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal, StaleEdit
from casework.questionnaires.definitions import Definition, from_json, to_json
from casework.questionnaires.editing.trees import normal
from casework.questionnaires.models import (
    Questionnaire,
    QuestionnaireVersion,
    is_slug,
    latest_version,
    version_of,
)
from casework.questionnaires.placing import Placed, findings_of
from casework.questionnaires.publishing import (
    SlugRefused,
    VersionOfAnother,
    import_definition,
    publish,
)
from casework.questionnaires.translating import carried

KEPT_STATES = 30
PARSED = 32


class ChangedMeanwhile(StaleEdit):
    """Somebody stored since this editor's page was made: `by_name`, `at` (UTC) and `copy`, the
    row as it is now. Nothing of either change is lost."""

    msgid = N_(
        "%(by)s changed this form in the meantime. Your change was not stored yet; please "
        "compare both and store it again."
    )

    def __init__(self, copy: WorkingCopy) -> None:
        self.copy = copy
        self.by_name = copy.changed_by
        self.at = copy.changed_at
        super().__init__(by=copy.changed_by)


class SlugTaken(Refusal):
    """Another questionnaire has this address."""

    msgid = N_("The address “%(slug)s” belongs to another form. Please choose another one.")


class NothingToUndo(Refusal):
    """No earlier state is kept."""

    msgid = N_("There is no earlier state to go back to.")


class NothingToEdit(Refusal):
    """The questionnaire has neither version nor working copy."""

    msgid = N_("This form has no version to begin with. Please import one.")


class WorkingCopy(Base):
    """The definition as its editors have it now."""

    questionnaire = ForeignKeyField(
        Questionnaire, unique=True, backref="working_copies", on_delete="CASCADE"
    )
    base_version = ForeignKeyField(
        QuestionnaireVersion, null=True, backref="working_copies", on_delete="SET NULL"
    )
    definition = TextField()
    translated_from = JSONField(null=True)
    revision = IntegerField(default=1)
    begun_at = UtcField()
    begun_by = CharField(max_length=200, default="")
    changed_at = UtcField()
    changed_by = CharField(max_length=200, default="")

    class Meta:
        table_name = "questionnaire_working_copies"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All for who edits forms."""
        rows = cls.select()
        return rows if staff.may("questionnaire:edit") else rows.where(cls.id.is_null())

    @property
    def parsed(self) -> Definition:
        """The definition as data."""
        return _parsed(self.definition)

    @property
    def findings(self) -> list[Placed]:
        """Whatever is wrong or odd about it, errors first, each with its place."""
        return list(_findings(self.definition))

    @property
    def can_undo(self) -> bool:
        """Whether an earlier state is kept."""
        return self.states.exists()

    def __str__(self) -> str:
        return f"{self.questionnaire.slug} ({self.revision})"


class WorkingCopyState(Base):
    """What a working copy was before a change; the newest is what undo brings back."""

    working_copy = ForeignKeyField(WorkingCopy, backref="states", on_delete="CASCADE")
    revision = IntegerField()
    definition = TextField()
    translated_from = JSONField(null=True)
    changed_at = UtcField()
    changed_by = CharField(max_length=200, default="")

    class Meta:
        table_name = "questionnaire_working_copy_states"
        indexes = ((("working_copy", "revision"), True),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All for who edits forms."""
        rows = cls.select()
        return rows if staff.may("questionnaire:edit") else rows.where(cls.id.is_null())


def working_copy_of(questionnaire: Questionnaire) -> WorkingCopy | None:
    """The working copy of a questionnaire, where somebody has begun one."""
    return WorkingCopy.get_or_none(WorkingCopy.questionnaire == questionnaire)


@recorded("questionnaire:created", needs="questionnaire:create")
def create_questionnaire(
    slug: str, definition: Definition, *, purpose: str = "other", by: Actor, at: datetime
) -> WorkingCopy:
    """A questionnaire that has only a working copy yet.

    Raises `SlugRefused`, `SlugTaken`.
    """
    if not is_slug(slug):
        raise SlugRefused(slug=slug[:60])
    if Questionnaire.select().where(Questionnaire.slug == slug).exists():
        raise SlugTaken(slug=slug)
    questionnaire = Questionnaire.create(
        slug=slug, purpose=purpose, title=definition.title, created_at=at, state_since=at
    )
    return _begin(questionnaire, normal(definition), None, by=by, at=at)


@recorded("questionnaire:opened")
def begin_working_copy(
    questionnaire: Questionnaire,
    *,
    version: QuestionnaireVersion | None = None,
    by: Actor,
    at: datetime,
) -> WorkingCopy:
    """The working copy there is; else a new one of `version`, by default the live or latest.

    Raises `NothingToEdit`, `VersionOfAnother`.
    """
    if version is not None and version.__data__["questionnaire"] != questionnaire.id:
        raise VersionOfAnother()
    if (existing := working_copy_of(questionnaire)) is not None:
        return existing
    version = version or _newest(questionnaire)
    if version is None:
        raise NothingToEdit()
    try:
        with transaction():
            return _begin(questionnaire, normal(version.parsed), version, by=by, at=at)
    except IntegrityError:  # somebody else began it in the same moment
        existing = working_copy_of(questionnaire)
        if existing is None:
            raise
        return existing


@recorded("questionnaire:edited")
def store(
    copy: WorkingCopy,
    definition: Definition,
    *,
    revision: int,
    confirmed: Iterable[tuple[str, str]] = (),
    by: Actor,
    at: datetime,
) -> WorkingCopy:
    """The working copy with this definition, one revision further; the same one changes nothing.

    `revision` is the one that the change was made from. `confirmed` names translations that
    still fit although their source changed, as (key, language). Raises `ChangedMeanwhile`,
    `NotFound` when the copy is gone.
    """
    current = _checked(copy, revision)
    tidy = normal(definition)
    before = current.parsed
    sources = carried(before, current.translated_from, tidy, confirmed)
    if tidy == before and sources == (current.translated_from or {}):
        return current
    WorkingCopyState.create(
        working_copy=current, revision=current.revision, definition=current.definition,
        translated_from=current.translated_from, changed_at=current.changed_at,
        changed_by=current.changed_by,
    )  # fmt: skip
    old = WorkingCopyState.select(WorkingCopyState.id).where(
        (WorkingCopyState.working_copy == current)
        & (WorkingCopyState.revision <= current.revision - KEPT_STATES)
    )
    WorkingCopyState.delete().where(WorkingCopyState.id << old).execute()
    return _write(current, to_json(tidy), sources, by=by, at=at)


@recorded("questionnaire:undone")
def undo(copy: WorkingCopy, *, revision: int, by: Actor, at: datetime) -> WorkingCopy:
    """The working copy as it was before its last change; again for the one before that.

    Raises `NothingToUndo`, `ChangedMeanwhile`, `NotFound`.
    """
    current = _checked(copy, revision)
    last = current.states.order_by(WorkingCopyState.revision.desc()).first()
    if last is None:
        raise NothingToUndo()
    last.delete_instance()
    return _write(current, last.definition, last.translated_from, by=by, at=at)


@recorded("questionnaire:discarded")
def discard(copy: WorkingCopy, *, by: Actor, at: datetime) -> Questionnaire | None:
    """Throw the working copy away; the versions stay. A questionnaire that has none goes too.

    Returns the questionnaire, or None where it is gone.
    """
    questionnaire = copy.questionnaire
    copy.delete_instance()
    if questionnaire.versions.exists():
        return questionnaire
    questionnaire.delete_instance()
    return None


@recorded("questionnaire:released", needs="questionnaire:publish")
def publish_working_copy(
    copy: WorkingCopy, *, revision: int, by: Actor, at: datetime
) -> QuestionnaireVersion:
    """Make a version of the working copy and publish it; the copy is gone in the same transaction.

    Raises `BrokenDefinition` with all errors, `ChangedMeanwhile`, `NotFound`.
    """
    current = _checked(copy, revision)
    questionnaire = current.questionnaire
    version = import_definition(
        questionnaire.slug, current.parsed, translated_from=current.translated_from or {},
        by=by, at=at,
    )  # fmt: skip
    version.questionnaire = publish(questionnaire, version, by=by, at=at)
    current.delete_instance()
    return version


def _newest(questionnaire: Questionnaire) -> QuestionnaireVersion | None:
    current = questionnaire.refresh()
    if current.live_version_id is not None:
        return version_of(current, current.live_version_id)
    return latest_version(questionnaire)


def _begin(
    questionnaire: Questionnaire,
    definition: Definition,
    version: QuestionnaireVersion | None,
    *,
    by: Actor,
    at: datetime,
) -> WorkingCopy:
    return WorkingCopy.create(
        questionnaire=questionnaire,
        base_version=version,
        definition=to_json(definition),
        translated_from=version.translated_from if version else None,
        begun_at=at,
        begun_by=by.name[:200],
        changed_at=at,
        changed_by=by.name[:200],
    )


def _checked(copy: WorkingCopy, revision: int) -> WorkingCopy:
    """The row as it is now. Raises `ChangedMeanwhile` unless it has `revision`, `NotFound`."""
    current = WorkingCopy.get_or_none(WorkingCopy.id == copy.id)
    if current is None:
        raise NotFound()
    if current.revision != revision:
        raise ChangedMeanwhile(current)
    return current


def _write(
    copy: WorkingCopy, definition: str, sources: dict[str, dict[str, str]] | None, *,
    by: Actor, at: datetime,
) -> WorkingCopy:  # fmt: skip
    """The database compares the revision once more, so that of two only one wins."""
    written = (
        WorkingCopy.update(
            definition=definition,
            translated_from=sources or None,
            revision=copy.revision + 1,
            changed_at=at,
            changed_by=by.name[:200],
        )
        .where((WorkingCopy.id == copy.id) & (WorkingCopy.revision == copy.revision))
        .execute()
    )
    current = WorkingCopy.get_by_id(copy.id)
    if not written:
        raise ChangedMeanwhile(current)
    return current


@functools.lru_cache(maxsize=PARSED)
def _parsed(text: str) -> Definition:
    return from_json(text)


@functools.lru_cache(maxsize=PARSED)
def _findings(text: str) -> tuple[Placed, ...]:
    """A page is shown far more often than the form changes."""
    return tuple(findings_of(_parsed(text)))
