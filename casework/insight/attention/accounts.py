"""What people wrote about taking part: somebody here reads it."""

from __future__ import annotations

from peewee import ModelSelect

from casework.core.i18n import N_
from casework.insight.attention.registry import Context, rule
from casework.participation.models import PORTAL, Account


@rule(
    "account_unread",
    N_("The person wrote what was in the way."),
    title=N_("Own account unread"),
    rank=0,
    actions=("open", "appointment", "message"),
)
def account_unread(context: Context) -> ModelSelect:
    """Accounts from the status page that nobody has noted yet, from the day they came.

    Who answers a kind letter and hears nothing will not answer the next one.
    """
    rows = context.candidates(Account, since=Account.at, turn="us", days=0)
    return rows.where(Account.read_at.is_null() & (Account.channel == PORTAL))
