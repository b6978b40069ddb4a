"""The sums behind the heat map: one row a household and one a cell, as each reader may see them.

Each household with a live case is summed up once as a whole (`organization` is null: what the
coordinator sees) and once for each organisation that works with it. The organisation's sums hold
the needs of its own cases and every supporter, those of other cases only as a number. So no query
can mix the two up. `casework/insight/balance/counting.py` writes them with each change.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from peewee import BooleanField, DateField, ForeignKeyField, IntegerField, ModelSelect

from casework.core.access import Actor
from casework.core.db import Base, UtcField
from casework.life_areas import LifeArea
from casework.people import Care, Household
from casework.providers import Organization
from casework.sites import Site

FLAGS = ("under", "double", "over", "alone")


class Balance(Base):
    """A household: how many help, where something is amiss, and its place in the list.

    `place` is lowest for what should be looked at first. On `recount_on` the sums change by
    themselves, because something ends, begins, or was long enough ago.
    """

    household = ForeignKeyField(Household, backref="balances", on_delete="CASCADE")
    organization = ForeignKeyField(Organization, null=True, on_delete="CASCADE")
    site = ForeignKeyField(Site, null=True, on_delete="SET NULL")
    place = IntegerField()
    supporters = IntegerField(default=0)
    needs = IntegerField(default=0)
    over = IntegerField(default=0)
    doubled = IntegerField(default=0)
    under = IntegerField(default=0)
    alone = BooleanField(default=False)
    doubled_since = UtcField(null=True)
    counted_at = UtcField()
    recount_on = DateField(null=True)

    class Meta:
        table_name = "balances"
        indexes = (
            (("organization", "place", "household"), False),
            (("organization", "site", "place", "household"), False),
            (("recount_on",), False),
        )

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """The whole sums for who sees all, one's organisation's own for an integration manager."""
        return _as_seen(cls, staff)

    @classmethod
    def flagged(cls, name: str) -> object:
        """The condition under which a household carries the flag `name`. Raises KeyError."""
        return {
            "under": cls.under > 0, "double": cls.doubled > 0, "over": cls.over > 0,
            "alone": cls.alone,
        }[name]  # fmt: skip

    @classmethod
    def waiting(cls, today: date) -> ModelSelect:
        """Sums that are to be counted anew by the worker."""
        return cls.select().where(cls.recount_on <= today)

    @property
    def flags(self) -> list[str]:
        """The flags of the household, the gravest first."""
        carried = {"alone": self.alone, "under": self.under, "double": self.doubled,
                   "over": self.over}  # fmt: skip
        return [name for name, count in carried.items() if count]


class BalanceCell(Base):
    """A household in one area of life: open needs against distinct active supporters.

    `others` are supporters in cases of other organisations; only an organisation's own sums
    have any.
    """

    household = ForeignKeyField(Household, backref="balance_cells", on_delete="CASCADE")
    organization = ForeignKeyField(Organization, null=True, on_delete="CASCADE")
    site = ForeignKeyField(Site, null=True, on_delete="SET NULL")
    life_area = ForeignKeyField(LifeArea, on_delete="CASCADE")
    place = IntegerField()
    needs = IntegerField(default=0)
    provider = IntegerField(default=0)
    staff = IntegerField(default=0)
    volunteer = IntegerField(default=0)
    named = IntegerField(default=0)
    others = IntegerField(default=0)
    over = BooleanField(default=False)
    doubled = IntegerField(default=0)
    under = BooleanField(default=False)

    class Meta:
        table_name = "balance_cells"
        indexes = (
            (("organization", "life_area", "place", "household"), False),
            (("organization", "life_area", "site", "place", "household"), False),
        )

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """The whole sums for who sees all, one's organisation's own for an integration manager."""
        return _as_seen(cls, staff)

    @classmethod
    def flagged(cls, name: str) -> object:
        """The condition under which a cell carries the flag `name`. Raises KeyError."""
        return {"under": cls.under, "double": cls.doubled > 0, "over": cls.over}[name]

    @property
    def supporters(self) -> int:
        """How many help, whoever they are."""
        counts = (self.provider, self.staff, self.volunteer, self.named, self.others)
        return sum(counts)

    @property
    def flags(self) -> list[str]:
        """The flags of the cell, the gravest first."""
        carried = {"under": self.under, "double": self.doubled, "over": self.over}
        return [name for name, count in carried.items() if count]


# Where nobody helps: asked need by need, and few among all cells.
BalanceCell.add_index(
    BalanceCell.index(
        BalanceCell.household, BalanceCell.life_area, name="cell_under",
        where=BalanceCell.under & BalanceCell.organization.is_null(),
    )
)  # fmt: skip


def _as_seen(model: Any, staff: Actor) -> ModelSelect:
    rows: ModelSelect = model.select()
    if staff.sees_all:
        return rows.where(model.organization.is_null())
    if staff.organization_id is None or not staff.may("balance:read"):
        return rows.where(model.id.is_null())
    return rows.where(
        (model.organization == staff.organization_id)
        & (model.household << Care.households_of(staff))
    )
