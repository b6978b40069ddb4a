"""Any page of a list at about the same price, however far down it lies.

Rows are chosen by key first and loaded afterwards, so that what a far page costs is paid once
and not again for each related table. A far page is walked to from the nearer end of the list,
and equal values are put in order only where the page begins.
"""

from __future__ import annotations

from typing import Any

from peewee import Field, ModelSelect, Ordering

FAR = 1_000


def rows_at(query: ModelSelect, offset: int, size: int, related: tuple[Any, ...]) -> list[Any]:
    """Up to `size` rows of `query` from `offset` on, in its order, with what is `related`."""
    model: Any = query.model
    keys = keys_at(query, offset, size)
    if not keys:
        return []
    # By key alone: with the conditions of `query` beside it a database may walk another index.
    wanted = model.select().where(model.id << keys)
    found = {row.id: row for row in (wanted.with_related(*related) if related else wanted)}
    return [found[key] for key in keys if key in found]


def keys_at(query: ModelSelect, offset: int, size: int) -> list[Any]:
    """The keys of these rows."""
    model: Any = query.model
    keys = query.select(model.id)
    if offset < FAR:
        return _taken(keys, offset, size)
    total = query.order_by().count()
    size = min(size, total - offset)
    if size <= 0:
        return []
    from_end = total - offset - size
    if from_end < offset:
        return _taken(*_nearer(_turned(keys), from_end), size)[::-1]
    return _taken(*_nearer(keys, offset), size)


def _taken(keys: ModelSelect, offset: int, size: int) -> list[Any]:
    return [key for (key,) in keys.limit(size).offset(offset).tuples()]


def _turned(keys: ModelSelect) -> ModelSelect:
    """The same rows from the end: NULL, too, changes sides in each database."""
    return keys.order_by(
        *(
            each.node.asc() if each.direction == "DESC" else each.node.desc()
            for each in _order(keys)
        )
    )


def _nearer(keys: ModelSelect, offset: int) -> tuple[ModelSelect, int]:
    """`keys` without the rows that stand before the first value of the page, and what remains.

    The offset of a value does not depend on the order among equals, so that an index on the
    column is enough; sorting them by key as well would touch every row on the way.
    """
    first = _order(keys)[0]
    column = first.node
    may_be_null = not isinstance(column, Field) or column.null or column.model is not keys.model
    if offset < FAR or may_be_null:
        return keys, offset
    value = keys.select(column).order_by(first).limit(1).offset(offset).scalar()
    before, on = (column > value, column <= value) if first.direction == "DESC" else (
        column < value, column >= value)  # fmt: skip
    return keys.where(on), offset - keys.where(before).order_by().count()


def _order(keys: ModelSelect) -> list[Ordering]:
    return list(keys._order_by)
