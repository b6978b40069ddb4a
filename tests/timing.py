"""How long something takes, so that a busy machine does not change the answer."""

from __future__ import annotations

import time
from collections.abc import Callable

# Not how fast something is, but that it comes to an end: far more than a busy machine needs.
SOON = 30.0


def least_seconds(work: Callable[[], object], runs: int = 3) -> float:
    """CPU seconds of this process, the least of a few runs: what others add to one is left out."""
    return min(_seconds(work) for _ in range(runs))


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
