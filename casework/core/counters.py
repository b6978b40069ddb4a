"""Running numbers without gaps or doubles, also with several writers."""

from __future__ import annotations

from peewee import CharField, IntegerField, ModelSelect

from casework.core.access import Actor
from casework.core.db import Base


class Counter(Base):
    """The last number that was given out under a name."""

    name = CharField(max_length=64, unique=True)
    value = IntegerField(default=0)

    class Meta:
        table_name = "counters"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Nobody looks at counters."""
        return cls.select().where(cls.id.is_null())


def next_number(name: str) -> int:
    """The next number under `name`, from 1; inside the caller's transaction.

    The row is locked until then, so that two writers never get the same one.
    """
    Counter.insert(name=name, value=0).on_conflict(
        conflict_target=[Counter.name], preserve=[Counter.name]
    ).execute()
    Counter.update(value=Counter.value + 1).where(Counter.name == name).execute()
    return int(Counter.get(Counter.name == name).value)
