"""Properties are tried with the same examples in each run, however busy the machine is.

`--hypothesis-profile searching` tries others each time, to look for what has not been found yet.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

# For properties whose examples share one database, which each of them leaves as it was.
SHARING = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]

settings.register_profile(
    "steady", derandomize=True, deadline=None, database=None, print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
settings.register_profile("searching", settings.get_profile("steady"), derandomize=False)
settings.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    """Draw no constants out of our modules: which are there depends on what ran before."""
    if settings.get_current_profile_name() == "steady":
        providers._get_local_constants = lambda: providers._local_constants
