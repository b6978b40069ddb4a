"""Where people give up: counted when a draft ends by itself, by page and month, never a person."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from peewee import CharField, ForeignKeyField, IntegerField, ModelSelect

from casework.core.access import Actor
from casework.core.clock import in_zone, local_date
from casework.core.db import Base, transaction
from casework.core.refusals import NotFound
from casework.core.settings import setting
from casework.drafts import Draft, purge_drafts
from casework.insight.suppression import hidden_cells
from casework.questionnaires.filling import fill
from casework.questionnaires.forms import Form
from casework.questionnaires.models import Questionnaire, QuestionnaireVersion, without_text
from casework.questionnaires.places import layout, places

STANDS_STILL = timedelta(days=2)
CHUNK = 200
CHECK = ""  # every page was finished, only sending was left
ELSEWHERE = "…"  # pages that the newest version does not have
LONGEST_PAGE = 200


class GivenUp(Base):
    """How many drafts of one version ended on one page, by the month of their last change."""

    version = ForeignKeyField(QuestionnaireVersion, on_delete="CASCADE")
    page = CharField(max_length=LONGEST_PAGE)
    month = CharField(max_length=7)
    number = IntegerField(default=0)

    class Meta:
        table_name = "given_up"
        indexes = ((("version", "page", "month"), True),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Figures for who may see statistics."""
        rows = cls.select()
        return rows if staff.may("statistics:read") else rows.where(cls.id.is_null())


@dataclass(frozen=True)
class Stop:
    """A page, and how many people got no further; None where the count is hidden.

    `label` is empty for the page on which answers are checked before they are sent.
    """

    label: str
    count: int | None


@dataclass(frozen=True)
class Stops:
    """The pages of the newest version in order; `total` is None where it is hidden."""

    pages: tuple[Stop, ...]
    total: int | None


def end_drafts(*, at: datetime) -> int:
    """Count where the drafts stopped whose time is over, and delete them; returns how many."""
    with transaction():
        over = Draft.select().where(Draft.expires_at <= at)
        for (version, page, month), number in Counter(_stopped(over)).items():
            _count(version, page, month, number)
        return purge_drafts(at=at)


def stops(questionnaire: Questionnaire, language: str, *, by: Actor, at: datetime) -> Stops:
    """Where people gave up, or have not gone on for two days. Raises `NotFound`.

    A draft counts once: as long as it stands still, and in the table after its end.
    """
    if not by.may("statistics:read"):
        raise NotFound()
    versions = list(
        without_text()
        .where(QuestionnaireVersion.questionnaire == questionnaire)
        .order_by(QuestionnaireVersion.number.desc())
    )
    counts: Counter[str] = Counter()
    for row in GivenUp.scope(by).where(GivenUp.version.in_(versions)):
        counts[row.page] += row.number
    resting = Draft.select().where(
        Draft.version.in_(versions) & (Draft.changed_at <= at - STANDS_STILL)
    )
    counts.update(page for _, page, _ in _stopped(resting))
    form = next((each.form for each in versions if each.published_at is not None), None)
    return _suppressed(form, counts, language)


def _count(version: uuid.UUID, page: str, month: str, number: int) -> None:
    key = {"version": version, "page": page, "month": month}
    target = [GivenUp.version, GivenUp.page, GivenUp.month]
    GivenUp.insert(**key, number=0).on_conflict(
        conflict_target=target, preserve=[GivenUp.page]
    ).execute()
    GivenUp.update(number=GivenUp.number + number).where(
        (GivenUp.version == version) & (GivenUp.page == page) & (GivenUp.month == month)
    ).execute()


def _stopped(drafts: ModelSelect) -> Iterator[tuple[uuid.UUID, str, str]]:
    """Version, page and month of each draft. Of its content only the pages that are done count."""
    zone = setting("site_zone")
    ids = [row[0] for row in drafts.select(Draft.id).tuples()]
    for start in range(0, len(ids), CHUNK):
        chunk = Draft.select(Draft, QuestionnaireVersion.id).join(QuestionnaireVersion)
        for draft in chunk.where(Draft.id.in_(ids[start : start + CHUNK])):
            page = _reached(draft, in_zone(draft.changed_at, zone))
            month = f"{local_date(draft.changed_at, zone):%Y-%m}"
            yield draft.version.id, page[:LONGEST_PAGE], month


def _reached(draft: Draft, moment: datetime) -> str:
    """The first page that was not finished, as the portal keeps it with a draft."""
    kept: dict[str, Any] = draft.answers
    filling = fill(draft.version.form, kept.get("answers") or {}, now=moment, seed=draft.id.hex)
    done = set(kept.get("done") or ())
    return next((each.page.id for each in places(filling) if each.page.id not in done), CHECK)


def _suppressed(form: Form | None, counts: Counter[str], language: str) -> Stops:
    """The pages of `form` and the last check; what stopped elsewhere counts on one more line."""
    if form is None:
        return Stops((), 0)
    text = form.definition.text
    labels = {
        page.id: text(page.about.item.label if page.about.item else {}, language)[0] or page.id
        for page in layout(form).pages
    }
    labels[CHECK] = ""
    numbers = [counts.pop(page, 0) for page in labels]
    names = list(labels.values())
    if counts:
        numbers.append(counts.total())
        names.append(ELSEWHERE)
    hidden = hidden_cells(numbers)
    if hidden is None:
        return Stops(tuple(Stop(name, None) for name in names), None)
    shown = (
        Stop(name, None if place in hidden else numbers[place]) for place, name in enumerate(names)
    )
    return Stops(tuple(shown), sum(numbers))
