"""State machines: a table of transitions, and a move that only one of two rivals can win."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from casework.core.db import Base
from casework.core.refusals import InvalidTransition, Term


class Machine:
    """The states of one model, with what may follow what and how a person reads them."""

    def __init__(
        self, names: Mapping[str, str], transitions: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.names = dict(names)
        self.transitions = dict(transitions)

    @property
    def states(self) -> tuple[str, ...]:
        """All states, in the order in which they are usually passed."""
        return tuple(self.names)

    def allows(self, current: str, wanted: str) -> bool:
        """Whether `wanted` may follow `current`."""
        return wanted in self.transitions.get(current, ())

    def is_final(self, state: str) -> bool:
        """Whether nothing follows."""
        return not self.transitions.get(state)

    def move(self, row: Any, wanted: str, *, at: datetime, **columns: Any) -> None:
        """Bring `row` into `wanted` and set `columns` with it.

        The database compares the state again while writing, so that of two people who
        act at once one wins. Raises `InvalidTransition`, which names both states.
        """
        if not self.allows(row.state, wanted):
            raise self._refusal(row.state, wanted)
        model: type[Base] = type(row)
        seen = row.state
        row.state = wanted
        if "state_since" in row._meta.fields:
            row.state_since = at
        for name, value in columns.items():
            setattr(row, name, value)
        changed = {field.name: row.__data__[field.name] for field in row.dirty_fields}
        written = (
            model.update(**changed).where((model.id == row.id) & (model.state == seen)).execute()
        )
        if not written:
            current = model.get_by_id(row.id).state
            row.state = current
            raise self._refusal(current, wanted)
        row._dirty.clear()

    def _refusal(self, current: str, wanted: str) -> InvalidTransition:
        return InvalidTransition(
            current=Term(self.names.get(current, current)),
            wanted=Term(self.names.get(wanted, wanted)),
        )
