"""Look-ups of rows for a form: bounded, and never outside the reader's scope."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from flask_admin.model.ajax import AjaxModelLoader
from peewee import Field, ModelSelect

from admin.auth import current_actor
from admin.base.shown import name_of
from casework.core.access import Actor
from casework.core.crypto import SealedField
from casework.core.db import Base

MOST = 20
Finder = Callable[[Actor, str], ModelSelect]


class ScopedLoader(AjaxModelLoader):
    """Finds rows of `model` by the words in `fields`, or by `find(actor, words)`.

    `find` starts from the model's scope itself, as `Person.named` does.
    """

    def __init__(
        self,
        name: str,
        model: type[Base],
        *,
        fields: Iterable[Field | str] = (),
        find: Finder | None = None,
    ) -> None:
        super().__init__(name, {})
        self.model = model
        self.fields = [getattr(model, f) if isinstance(f, str) else f for f in fields]
        self.find = find
        if not (self.fields or find):
            raise ValueError(f"The look-up {name} needs fields or find.")
        if any(isinstance(field, SealedField) for field in self.fields):
            raise ValueError(f"The look-up {name} cannot search in sealed columns.")

    def format(self, model: Any) -> tuple[str, str] | None:
        """Id and name of a row."""
        return None if model is None else (str(model.id), name_of(model))

    def get_one(self, pk: Any) -> Base | None:
        """The row with this id within the reader's scope, or None."""
        key = parse_id(pk)
        if key is None:
            return None
        return self.model.scope(current_actor()).where(self.model.id == key).first()

    def get_list(self, query: str, offset: int = 0, limit: int = MOST) -> list[Any]:
        """At most 20 rows within the reader's scope that have every word."""
        words = (query or "").strip()[:100]
        if "\0" in words:
            return []
        rows = self.find(current_actor(), words) if self.find else self._containing(words)
        skipped = min(max(offset or 0, 0), 1000)
        return list(rows.limit(min(max(limit or MOST, 1), MOST)).offset(skipped))

    def _containing(self, words: str) -> ModelSelect:
        rows = self.model.scope(current_actor())
        for word in words.split():
            hit = self.fields[0].contains(word)
            for field in self.fields[1:]:
                hit |= field.contains(word)
            rows = rows.where(hit)
        return rows.order_by(self.fields[0])


def parse_id(value: Any) -> uuid.UUID | None:
    """A row's id from an address or a form, or None for anything else."""
    if isinstance(value, uuid.UUID):
        return value
    try:
        return uuid.UUID(str(value)) if value else None
    except ValueError:
        return None
