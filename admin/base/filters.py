"""Filters of lists: one plain control a column, made from the column's own type."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask_admin.model.filters import BaseFilter
from peewee import (
    JOIN,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    Field,
    ForeignKeyField,
    IntegerField,
    ModelSelect,
    TextField,
)

from admin.auth import current_actor
from admin.base.shown import name_of, site_zone
from admin.i18n import gettext as _
from casework.core.clock import from_local
from casework.core.crypto import SealedField
from casework.core.i18n import N_

MOST_CHOICES = 300
Choices = Callable[[], Iterable[tuple[str, str]]]


class DeskFilter(BaseFilter):
    """One condition, asked for by `flt_<key>` in the address.

    `control` is `select`, `text` or `date`; a value that `clean` refuses is ignored.
    """

    control = "text"

    column: Any

    def __init__(self, column: Field, name: Any, key: str) -> None:
        super().__init__(name)
        self.column = column
        self.key = key

    def operation(self) -> str:
        """What Flask-Admin would call the comparison; our form shows the name alone."""
        return ""

    def choices(self) -> list[tuple[str, str]]:
        """Values and words of a `select`."""
        return []

    def validate(self, value: str) -> bool:
        """Whether `clean` takes the value."""
        try:
            self.clean(value)
        except (ValueError, OverflowError):
            return False
        return True

    def joined(self, query: ModelSelect) -> ModelSelect:
        """`query` with the table of this column, joined once."""
        if self.column.model is query.model:
            return query
        return query.ensure_join(query.model, self.column.model, join_type=JOIN.LEFT_OUTER)


class ContainsFilter(DeskFilter):
    """A part of a text, as typed: `%` and `_` mean themselves."""

    def clean(self, value: str) -> str:
        if "\0" in value or len(value) > 200:
            raise ValueError(value)
        return value.strip()

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        return self.joined(query).where(self.column.contains(value))


class ChoiceFilter(DeskFilter):
    """One of several values; `offered` gives pairs of value and word when it is shown."""

    control = "select"

    def __init__(self, column: Field, name: Any, key: str, offered: Choices) -> None:
        super().__init__(column, name, key)
        self.offered = offered

    def choices(self) -> list[tuple[str, str]]:
        return [(str(value), _(str(word))) for value, word in self.offered()]

    def clean(self, value: str) -> str:
        if value not in {str(each) for each, _word in self.offered()}:
            raise ValueError(value)
        return value

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        return self.joined(query).where(self.column == value)


class YesNoFilter(ChoiceFilter):
    """A column that is true or false."""

    def __init__(self, column: Field, name: Any, key: str) -> None:
        super().__init__(column, name, key, lambda: [("1", N_("yes")), ("0", N_("no"))])

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        return self.joined(query).where(self.column == (value == "1"))


class RowFilter(DeskFilter):
    """Rows that name one row of another table, within the reader's scope."""

    control = "select"

    def choices(self) -> list[tuple[str, str]]:
        rows = self.column.rel_model.scope(current_actor()).limit(MOST_CHOICES)
        return sorted(((str(row.id), name_of(row)) for row in rows), key=lambda each: each[1])

    def clean(self, value: str) -> uuid.UUID:
        return uuid.UUID(value)

    def apply(self, query: ModelSelect, value: uuid.UUID) -> ModelSelect:
        remote = self.column.rel_model
        own = remote.scope(current_actor()).where(remote.id == value).select(remote.id)
        return self.joined(query).where(self.column << own)


class NumberFilter(DeskFilter):
    """One whole number."""

    def clean(self, value: str) -> int:
        number = int(value)
        if abs(number) >= 2**31:
            raise ValueError(value)
        return number

    def apply(self, query: ModelSelect, value: int) -> ModelSelect:
        return self.joined(query).where(self.column == value)


class Between(DeskFilter):
    """From or until a day, that day included; days begin at the site's midnight."""

    control = "date"

    def __init__(self, column: Field, name: Any, key: str, *, until: bool) -> None:
        super().__init__(column, name, key)
        self.until = until

    def clean(self, value: str) -> date:
        day = date.fromisoformat(value)
        if not 1900 <= day.year <= 2200:
            raise ValueError(value)
        return day

    def apply(self, query: ModelSelect, value: date) -> ModelSelect:
        query = self.joined(query)
        if not isinstance(self.column, DateTimeField):
            kept = self.column <= value if self.until else self.column >= value
        elif self.until:
            kept = self.column < _midnight(value + timedelta(days=1))
        else:
            kept = self.column >= _midnight(value)
        return query.where(kept)


def filters_for(column: Field, name: Any, key: str, words: Any = None) -> list[DeskFilter]:
    """The filters that fit a column's type, or a choice of `words` (pairs of code and word).

    Raises ValueError for a column that cannot be searched.
    """
    if isinstance(column, SealedField):
        raise ValueError(f"{key} is sealed: it can be shown, not filtered.")
    if isinstance(column, ForeignKeyField):
        return [RowFilter(column, name, key)]
    choices = words or column.choices
    if choices:
        return [ChoiceFilter(column, name, key, lambda: choices)]
    if isinstance(column, BooleanField):
        return [YesNoFilter(column, name, key)]
    if isinstance(column, DateTimeField | DateField):
        return [
            Between(column, name, f"{key}_from", until=False),
            Between(column, name, f"{key}_until", until=True),
        ]
    if isinstance(column, IntegerField):
        return [NumberFilter(column, name, key)]
    if isinstance(column, CharField | TextField):
        return [ContainsFilter(column, name, key)]
    raise ValueError(f"{key} cannot be filtered.")


def _midnight(day: date) -> datetime:
    return from_local(datetime.combine(day, time()), site_zone()).astimezone(UTC)
