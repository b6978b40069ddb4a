"""The attention queue: what needs somebody now and why; a case on track stands nowhere in it.

Importing this package registers every rule; a file of rules is named here.
"""

from casework.insight.attention import (  # noqa: F401  rules register themselves
    accounts,
    days,
    doubled,
    rules,
    waiting,
)
