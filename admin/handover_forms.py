"""The small forms of the clock, the handover and the closing."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import DateField, HiddenField, validators

from admin.base import DeskForm
from admin.base.fields import WordsField
from admin.case_forms import active_organizations, areas_in_order, near_day
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.person_fields import NEEDED, line, prose, words
from casework.cases import CLOSING_REASONS
from casework.core.access import Actor
from casework.life_areas import LifeArea
from casework.providers import Organization

DAYS = ["%Y-%m-%d", "%d.%m.%Y"]
# Not `NEEDED`: that would call a day that does not exist a missing one.
TYPED = validators.InputRequired
MOST_NAMES = 500


def areas() -> list[tuple[str, str]]:
    """The life areas in use as pairs of code and name."""
    return [(area.code, area.label(reading_language())) for area in areas_in_order()]


class _SeenForm(DeskForm):
    """A form about the clock; `seen` is the end that the reader knew of."""

    seen = HiddenField()

    @property
    def seen_day(self) -> date | None:
        """The day in `seen`; an impossible one is none, and then the verb finds another."""
        try:
            return date.fromisoformat(self.seen.data or "")
        except ValueError:
            return None


class ClockForm(_SeenForm):
    """When counselling began."""

    day = DateField(_l("Counselling began on"), [TYPED(), near_day], format=DAYS)


class ExtensionForm(_SeenForm):
    """How long counselling goes on, and why."""

    until = DateField(_l("Counselling until"), [TYPED(), near_day], format=DAYS)
    reason = prose(_l("Why it is needed"), 2000, NEEDED(), rows=3)


class PointForm(DeskForm):
    """To whom a line goes, or why it is not needed."""

    recipient = line(_l("To whom"), 300)
    reason = line(_l("Note, or why it is not needed"), 1000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = self.recipient.render_kw
        self.recipient.render_kw = {**shown, "list": "recipients", "autocomplete": "off"}


class NewPointForm(DeskForm):
    """A further line of the checklist."""

    text = line(_l("What is to be handed over"), 1000, NEEDED())
    area = WordsField(_l("Life area"), choices=areas, blank=True)

    def life_area(self) -> LifeArea | None:
        """The area that was chosen, if any."""
        return next((area for area in areas_in_order() if area.code == self.area.data), None)


class CloseForm(DeskForm):
    """Why the case is closed; `seen` is the version of what stays open."""

    reason = words(_l("Reason for closing"), CLOSING_REASONS, blank=True)
    remark = prose(_l("What was said, and what comes next"), 4000, rows=3)
    seen = HiddenField()


def recipients(actor: Actor) -> list[str]:
    """The names of organisations to choose from."""
    return [row.name for row in active_organizations(actor).limit(MOST_NAMES)]


def recipient_of(words: str, actor: Actor) -> tuple[Organization | None, str]:
    """The organisation that is meant by a whole name, or else the words as they stand."""
    found = active_organizations(actor).where(Organization.name == words).first() if words else None
    return (found, "") if found else (None, words)
