"""How the lists of the directory are narrowed: by need, language, room, and what was looked at."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from peewee import ModelSelect

from admin.base import Between, ChoiceFilter
from admin.base.filters import YesNoFilter
from admin.base.shown import site_zone
from admin.case_forms import categories_by_area
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.words import language_name
from casework.core.clock import from_local
from casework.life_areas import NeedCategory
from casework.providers import Service, ServiceCategory, SpokenLanguage

NO_NEED = "-"


class CategoryFilter(ChoiceFilter):
    """Services that help with one need category, or that do not say with which."""

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        if value == NO_NEED:
            named = ServiceCategory.select(ServiceCategory.service)
            return query.where(Service.id.not_in(named))
        helping = ServiceCategory.select(ServiceCategory.service).join(NeedCategory)
        return query.where(Service.id << helping.where(NeedCategory.code == value))


class LanguageFilter(ChoiceFilter):
    """Services at which a language is spoken."""

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        speaking = SpokenLanguage.select(SpokenLanguage.service)
        return query.where(Service.id << speaking.where(SpokenLanguage.code == value))


class RoomFilter(YesNoFilter):
    """Services with a free place, or without one that we know of."""

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        free = Service.capacity_free
        return query.where(free > 0 if value == "1" else free.is_null() | (free <= 0))


class NotCheckedSince(Between):
    """Entries that nobody has found true since a day; those never looked at are among them."""

    def __init__(self, model: Any) -> None:
        super().__init__(model.checked_at, _l("Not checked since"), "unchecked", until=True)
        del self.until

    def apply(self, query: ModelSelect, value: date) -> ModelSelect:
        day = from_local(datetime.combine(value, time()), site_zone())
        return query.where((self.column < day) | self.column.is_null())


def category_choices() -> list[tuple[str, str]]:
    """Need categories by life area, as pairs of code and name."""
    tag = reading_language()
    return [
        (NO_NEED, _("no need named")),
        *(
            (each.code, f"{area.label(tag)}: {each.label(tag)}")
            for area, categories in categories_by_area()
            for each in categories
        ),
    ]


def language_codes() -> list[tuple[str, str]]:
    """Languages that are spoken anywhere in the directory."""
    rows = SpokenLanguage.select(SpokenLanguage.code).where(SpokenLanguage.code != "").distinct()
    return sorted(((row.code, language_name(row.code)) for row in rows), key=lambda each: each[1])
