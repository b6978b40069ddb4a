"""Short lists of words that change without code: blockers, kinds of deadlines, skills and so on."""

from __future__ import annotations

from peewee import BooleanField, IntegerField, JSONField, ModelSelect

from casework.core.access import Actor
from casework.core.db import Base
from casework.core.i18n import pick


class Vocabulary(Base):
    """A word of such a list, its code and its names in the languages of the site."""

    position = IntegerField(default=0)
    labels = JSONField(default=dict)
    active = BooleanField(default=True)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """No secrets here: every member of staff sees them."""
        return cls.select()

    @classmethod
    def in_order(cls) -> ModelSelect:
        """The active ones, in the order of the desk."""
        return cls.select().where(cls.active).order_by(cls.position, cls.code)

    def label(self, tag: str) -> str:
        """The name in the language `tag`, or in the nearest one there is."""
        return pick(self.labels, tag)[0] or self.code

    def __str__(self) -> str:
        return self.label("de")
