"""The small forms about support: who helps, an engagement, a hand-over, a case conference."""

from __future__ import annotations

from typing import Any

from flask import g
from wtforms import BooleanField, DateField, HiddenField, SelectField, validators

from admin.base import CodesField, DeskForm, MomentField
from admin.base.fields import WordsField
from admin.case_forms import areas_in_order, near_day
from admin.engagement_words import room_words
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.person_fields import NEEDED, line, words
from admin.words import today
from casework.engagements import END_REASONS, households_of, open_offers
from casework.life_areas import LifeArea
from casework.named_supports import KINDS
from casework.venues import VENUES
from casework.volunteers import Offer

DAYS = ["%Y-%m-%d", "%d.%m.%Y"]
MOST_OFFERS = 200


def areas() -> list[tuple[str, str]]:
    """The life areas in use as pairs of code and name."""
    return [(area.code, area.label(reading_language())) for area in areas_in_order()]


def area_of(code: str) -> LifeArea | None:
    """The life area in use with this code."""
    return next((area for area in areas_in_order() if area.code == code), None)


def offers() -> list[Offer]:
    """Approved offers with their volunteers, read once a request."""
    if "open_offers" not in g:
        rows: Any = open_offers().limit(MOST_OFFERS)
        g.open_offers = list(rows.with_related(Offer.volunteer))
    return g.open_offers


class NamedSupportForm(DeskForm):
    """Who helps the household without us."""

    area = WordsField(_l("Life area"), choices=areas)
    who = line(_l("Who helps"), 200, NEEDED())
    kind = words(_l("What they are to the household"), KINDS)
    since = DateField(_l("Since"), [validators.Optional(), near_day], format=DAYS)


class ChangeSupportForm(NamedSupportForm):
    """The same for what was noted; its life area stays."""

    until = DateField(_l("Until"), [validators.Optional(), near_day], format=DAYS)
    revision = HiddenField(default="0")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.area


class EngagementForm(DeskForm):
    """A volunteer for the household."""

    offer = SelectField(_l("Volunteer"), choices=[], validate_choice=False)
    area = WordsField(_l("Life area"), choices=areas)
    note = line(_l("What it is about"), 1000)
    beyond = BooleanField(_l("The volunteer wants to be there for more than they offered"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = households_of(offers())
        self.offer.choices = [
            (
                str(each.id),
                f"{each.volunteer.name}: {room_words(each.places - len(taken[each.id]))}",
            )
            for each in offers()
        ]

    @property
    def chosen(self) -> Offer | None:
        """The offer that was chosen, if it is still open."""
        return next((each for each in offers() if str(each.id) == self.offer.data), None)

    def validate_offer(self, field: Any) -> None:
        """One of the approved offers."""
        if self.chosen is None:
            raise validators.ValidationError(_l("Please choose one of the entries in the list."))


class EndEngagementForm(DeskForm):
    """Why an engagement ends."""

    reason = words(_l("Reason"), END_REASONS)


class BeginForm(DeskForm):
    """Since when the two know each other."""

    since = DateField(_l("Since"), [NEEDED(), near_day], format=DAYS)


class HeardForm(DeskForm):
    """When somebody last heard how it goes."""

    heard_on = DateField(_l("Heard on"), [NEEDED(), near_day], format=DAYS)


class HandOverForm(DeskForm):
    """What is ended, in favour of whom."""

    to = SelectField(_l("Who goes on"), choices=[])
    note = line(_l("Why"), 1000)
    seen = HiddenField()


class ConferenceForm(DeskForm):
    """When and where everybody who helps comes together, and who."""

    starts_at = MomentField(_l("Begins"), [NEEDED()])
    venue = words(_l("Where"), VENUES)
    place = line(
        _l("Place, for those who see the case"), 300,
        description=_l("It stands on the case page and the status page, and in no mail."),
    )  # fmt: skip
    invited = CodesField(_l("Who is to come"), choices=[])
    with_others = BooleanField(_l("Others who help; the welcome centre invites them"))
    with_person = BooleanField(_l("The person themselves"), default=True)
    seen = HiddenField()

    def validate_starts_at(self, field: Any) -> None:
        """A moment that is still to come."""
        _refuse_past(field)


class MoveConferenceForm(DeskForm):
    """Another time or place for everybody who was invited."""

    starts_at = MomentField(_l("Begins"), [NEEDED()])
    venue = words(_l("Where"), VENUES)
    place = line(
        _l("Place, for those who see the case"), 300,
        description=_l("Whoever was invited hears of the change the same way as of the "
                       "invitation."),
    )  # fmt: skip
    revision = HiddenField()

    def validate_starts_at(self, field: Any) -> None:
        """A moment that is still to come."""
        _refuse_past(field)


def _refuse_past(field: Any) -> None:
    if field.data is not None and field.data.date() < today():
        raise validators.ValidationError(_l("Please choose a day that is still to come."))
