"""Facts typed by hand, accounts, agreed next steps, and the rungs that were decided.

Everything is seen by who sees the case and by nobody else; what people or staff wrote is sealed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from peewee import (
    CharField,
    DateField,
    ForeignKeyField,
    ModelSelect,
    UUIDField,
)

from casework.cases import Case, CaseModel
from casework.core.access import Actor
from casework.core.crypto import SealedField
from casework.core.db import LineField, UtcField
from casework.core.i18n import N_
from casework.core.settings import setting
from casework.core.states import Machine
from casework.core.vocabularies import Vocabulary
from casework.people import Person
from casework.submissions import Submission

KINDS = {
    "missed": N_("did not come"),
    "excused": N_("could not come and told us"),
    "no_answer": N_("no answer"),
}
PORTAL, ORAL = "portal", "oral"
STEP_STATES = Machine(
    {"open": N_("open"), "done": N_("done"), "dropped": N_("dropped")},
    {"open": ("done", "dropped"), "done": ("open",), "dropped": ("open",)},
)
RUNG_STATES = Machine(
    {"standing": N_("standing"), "taken_back": N_("taken back")}, {"standing": ("taken_back",)}
)
MOST_NOTE = 2000


class Rung(Vocabulary):
    """One rung of the ladder; what the person reads is the page text `rung.<code>`."""

    code = CharField(max_length=32, unique=True)

    class Meta:
        table_name = "rungs"

    @property
    def text_key(self) -> str:
        """The key of what the person reads."""
        return f"rung.{self.code}"


class NotedFact(CaseModel):
    """A fact that staff typed, with a note that only staff read."""

    case = ForeignKeyField(Case, backref="noted_facts", on_delete="CASCADE")
    person = ForeignKeyField(Person, null=True, on_delete="SET NULL")
    kind = CharField(max_length=16)
    on = DateField(index=True)
    note = SealedField(max_length=MOST_NOTE, null=True)
    noted_by = LineField(max_length=200, default="")
    noted_at = UtcField()

    class Meta:
        table_name = "noted_facts"


class TakenRung(CaseModel):
    """A rung that somebody decided on, for a reason, with the words that the person reads."""

    case = ForeignKeyField(Case, backref="taken_rungs", on_delete="CASCADE")
    rung = ForeignKeyField(Rung, backref="taken", on_delete="RESTRICT")
    reason = SealedField(max_length=MOST_NOTE)
    subject = SealedField(max_length=300)
    body = SealedField(max_length=8000)
    language = CharField(max_length=16)
    taken_by = LineField(max_length=200, default="")
    taken_at = UtcField(index=True)
    state = CharField(max_length=16, default="standing")
    state_since = UtcField()
    back_by = LineField(max_length=200, default="")
    back_reason = SealedField(max_length=MOST_NOTE, null=True)
    seen_at = UtcField(null=True)

    class Meta:
        table_name = "taken_rungs"


class Account(CaseModel):
    """What the person says about it, in their own words, kept as written.

    It stands beside one fact (`fact_table`, `fact_id`), or beside a rung, or beside all of it.
    """

    case = ForeignKeyField(Case, backref="accounts", on_delete="CASCADE")
    submission = ForeignKeyField(Submission, null=True, on_delete="SET NULL")
    fact_table = CharField(max_length=32, default="")
    fact_id = UUIDField(null=True)
    rung = ForeignKeyField(TakenRung, null=True, backref="accounts", on_delete="CASCADE")
    body = SealedField(max_length=4000)
    language = CharField(max_length=16)
    channel = CharField(max_length=16)
    told_on = DateField()
    at = UtcField(index=True)
    noted_by = LineField(max_length=200, default="")
    read_at = UtcField(null=True)
    accepted_at = UtcField(null=True)
    accepted_by = LineField(max_length=200, default="")

    class Meta:
        table_name = "accounts"

    @classmethod
    def unread(cls, staff: Actor) -> ModelSelect:
        """What people wrote and nobody here has noted yet, the oldest first."""
        mine = cls.read_at.is_null() & (cls.channel == PORTAL)
        return cls.scope(staff).where(mine).order_by(cls.at)


class AgreedStep(CaseModel):
    """What the person and we agreed to do next."""

    case = ForeignKeyField(Case, backref="agreed_steps", on_delete="CASCADE")
    what = SealedField(max_length=1000)
    language = CharField(max_length=16)
    due_on = DateField(null=True)
    agreed_on = DateField()
    noted_by = LineField(max_length=200, default="")
    created_at = UtcField()
    state = CharField(max_length=16, default="open")
    state_since = UtcField()

    class Meta:
        table_name = "agreed_steps"


def shown_since(at: datetime) -> datetime:
    """From when on facts, accounts and rungs are still shown; what is older counts no longer."""
    return at - timedelta(days=setting("fact_days"))
