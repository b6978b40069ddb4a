"""A rule about households that are helped twice with the same."""

from __future__ import annotations

from typing import Any

from peewee import ModelSelect

from casework.cases import Case
from casework.core.i18n import N_
from casework.insight.attention.registry import Context, rule
from casework.insight.balance.models import Balance


@rule(
    "support_doubled",
    N_("The same service or step is there twice."),
    title=N_("Doubled support"),
    actions=("support", "plan", "message"),
)
def support_doubled(context: Context) -> ModelSelect:
    """Cases of households with a double in the support balance, as their organisation sees it.

    What is double, and for how long an ending counts, stands in `casework/insight/balance`. The
    cause is the latest double: another one calls anew. A case that belongs to no organisation is
    looked at whole.
    """
    rows: Any = context.candidates(
        Case, case=Case.id, since=Balance.doubled_since, turn="us", days=0
    )
    same = Balance.household == Case.household
    own = (Balance.organization == Case.organization) | (
        Balance.organization.is_null() & Case.organization.is_null()
    )
    return rows.join(Balance, on=same & own).where(Balance.doubled > 0)
