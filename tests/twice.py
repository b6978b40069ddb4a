"""What is tested twice: on PostgreSQL only what touches a database; the rest cannot differ."""

from __future__ import annotations

import os

import pytest

ON_POSTGRESQL = bool(os.environ.get("LOTSE_TEST_DATABASE"))


def examples(count: int) -> int:
    """How many examples a property over the database gets: the second database shows a third."""
    return count // 3 if ON_POSTGRESQL else count


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what asks for no database, where the whole suite is run for the second time."""
    if not ON_POSTGRESQL:
        return
    left = [item for item in items if "store" not in getattr(item, "fixturenames", ("store",))]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in set(left)]
