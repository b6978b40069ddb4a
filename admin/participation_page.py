"""What the page about taking part shows, its part of the case page, and its small forms."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from wtforms import DateField, HiddenField, SelectField, validators

from admin.base import DeskForm, show_date
from admin.base.fields import WordsField
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.person_fields import NEEDED, READ_IN, line, prose, words
from admin.words import today
from casework.core.access import Actor
from casework.core.i18n import N_, pick
from casework.core.settings import setting
from casework.interpretations import Translations, of_rows
from casework.participation.accounts import steps_of
from casework.participation.facts import Fact, accounts_of, facts_of
from casework.participation.ladder import RUNG_STATES, offered_rungs, revision_of, taken_rungs
from casework.participation.models import (
    KINDS,
    MOST_NOTE,
    STEP_STATES,
    Account,
    AgreedStep,
    Rung,
    TakenRung,
)
from casework.texts import Text

DAYS = ["%Y-%m-%d", "%d.%m.%Y"]
TABLES = {
    "appointments": N_("Appointment"),
    "steps": N_("Step of the plan"),
    "messages": N_("Message that nobody has opened"),
    "noted_facts": N_("Noted here"),
}
STEP_VERBS = {"open": N_("Open again"), "done": N_("Done"), "dropped": N_("Drop")}
PARTICIPATION_WORDS = {
    "fact_kinds": KINDS,
    "fact_tables": TABLES,
    "rung_states": RUNG_STATES.names,
    "agreed_states": STEP_STATES.names,
    "agreed_verbs": STEP_VERBS,
    "agreed_moves": STEP_STATES.transitions,
}
Given = dict[tuple[str, Any], Any]


class FactForm(DeskForm):
    """A fact that no appointment and no step tells."""

    kind = words(_l("What happened"), KINDS)
    on = DateField(_l("On"), [NEEDED()], format=DAYS, default=today)
    person = SelectField(_l("Who"), choices=[], default="")
    note = prose(
        _l("Note"), MOST_NOTE, rows=2,
        description=_l("Only staff read this. Please write what happened, and no judgement."),
    )  # fmt: skip


class AccountForm(DeskForm):
    """What the person said, noted by staff."""

    fact = SelectField(_l("It is about"), choices=[], default="")
    body = prose(_l("What the person says, in their words"), 4000, NEEDED(), rows=3)
    language = WordsField(_l("Written in"), choices=READ_IN)
    told_on = DateField(_l("Told on"), [NEEDED()], format=DAYS, default=today)


class AgreedStepForm(DeskForm):
    """What the person and we do next."""

    what = prose(
        _l("What was agreed"), 1000, NEEDED(), rows=2,
        description=_l("The person reads this on the status page."),
    )  # fmt: skip
    language = WordsField(_l("Written in"), choices=READ_IN)
    agreed_on = DateField(_l("Agreed on"), [NEEDED()], format=DAYS, default=today)
    due_on = DateField(_l("Until"), [validators.Optional()], format=DAYS)


class RungForm(DeskForm):
    """A decision and its reason."""

    rung = SelectField(_l("Rung"), choices=[])
    reason = prose(
        _l("Why"), MOST_NOTE, NEEDED(), rows=2,
        description=_l("Only staff read this. It stays with the decision."),
    )  # fmt: skip
    seen = HiddenField()


class BackForm(DeskForm):
    """Why a rung is taken back."""

    reason = line(_l("Why it is taken back"), 500, NEEDED())


class ParticipationFile:
    """Facts, accounts, agreed steps and rungs of a case, as far as they are still shown."""

    def __init__(self, case: Any, at: datetime) -> None:
        self.case, self.at = case, at

    @cached_property
    def facts(self) -> list[Fact]:
        """The facts, the latest first."""
        return facts_of(self.case, at=self.at)

    @property
    def open_facts(self) -> list[Fact]:
        """The facts that are not excused."""
        return [fact for fact in self.facts if not fact.is_excused]

    @cached_property
    def taken(self) -> list[TakenRung]:
        """The rungs that were decided on, the latest first."""
        return taken_rungs(self.case, at=self.at)

    @property
    def standing(self) -> TakenRung | None:
        """The rung that was decided on last and was not taken back."""
        return next((each for each in self.taken if each.state == "standing"), None)

    @cached_property
    def steps(self) -> list[AgreedStep]:
        """What was agreed, what is open first."""
        return steps_of(self.case)

    @property
    def next_step(self) -> AgreedStep | None:
        """The agreed step that is open."""
        return next((each for each in self.steps if each.state == "open"), None)

    @cached_property
    def accounts(self) -> list[Account]:
        """All that the person said, the latest first."""
        return accounts_of(self.case, at=self.at)

    @property
    def unread(self) -> list[Account]:
        """What nobody here has noted yet."""
        return [each for each in self.accounts if each.read_at is None]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show: the usual case."""
        return not (self.facts or self.taken or self.steps or self.accounts)


class ParticipationPage(ParticipationFile):
    """The whole page with its forms; `given` holds those that came back."""

    def __init__(self, case: Any, actor: Actor, at: datetime, given: Given) -> None:
        super().__init__(case, at)
        self.actor, self.given = actor, given

    @cached_property
    def translations(self) -> Translations:
        """Translations of what the person wrote."""
        return of_rows(self.accounts)

    @property
    def apart(self) -> list[Account]:
        """Accounts that stand beside no fact that is shown."""
        beside = {account.id for fact in self.facts for account in fact.accounts}
        return [each for each in self.accounts if each.id not in beside]

    @cached_property
    def offered(self) -> list[Rung]:
        """The rungs that may be decided on."""
        return offered_rungs(self.taken)

    @cached_property
    def texts(self) -> dict[str, dict[str, Text]]:
        """What the person will read, by rung and language: theirs and the reader's."""
        keys = {rung.text_key: rung.code for rung in self.offered}
        found: dict[str, dict[str, Text]] = {}
        for row in Text.select().where(Text.key << list(keys)):
            found.setdefault(keys[row.key], {})[row.language] = row
        return found

    @cached_property
    def span(self) -> timedelta:
        """For how long facts are shown."""
        return timedelta(days=setting("fact_days"))

    def read_in(self, rung: Rung) -> list[Text]:
        """The text of a rung in the person's language, then in the reader's own."""
        texts = self.texts.get(rung.code, {})
        bodies = {tag: text.body for tag, text in texts.items()}
        tags = [pick(bodies, tag)[1] for tag in (self.case.language, reading_language())]
        return [texts[tag] for tag in dict.fromkeys(tags) if tag in texts]

    def shown_until(self, fact: Fact) -> Any:
        """The last day on which a fact is shown."""
        return fact.on + self.span

    def is_given(self, name: str, row: Any = None) -> bool:
        """Whether this form came back with what was typed."""
        return (name, row and row.id) in self.given

    def form(self, name: str, row: Any = None) -> Any:
        """A form as it was sent, or a new one."""
        return self.given.get((name, row and row.id)) or form_of(name, self, None, row)


def form_of(name: str, page: ParticipationPage, posted: Any, row: Any = None) -> Any:
    """The form `name` of the page, empty or with what was sent."""
    case = page.case
    if name == "fact":
        form: Any = FactForm(posted, prefix="fact-")
        people = [(str(person.id), person.name) for person in case.household.people]
        form.person.choices = [("", str(case.household)), *people]
    elif name == "account":
        form = AccountForm(posted, prefix="account-", data={"language": reading_language()})
        facts = [(fact.key, f"{show_date(fact.on)}: {_(KINDS[fact.kind])}") for fact in page.facts]
        form.fact.choices = [("", _("all of it")), *facts]
    elif name == "agreed":
        form = AgreedStepForm(posted, prefix="agreed-", data={"language": case.language})
    elif name == "rung":
        offered = page.offered
        start = {"seen": revision_of(page.taken), "rung": offered[-1].code if offered else ""}
        form = RungForm(posted, prefix="rung-", data=start)
        form.rung.choices = [(each.code, each.label(reading_language())) for each in offered]
    else:
        form = BackForm(posted, prefix=f"back-{row.id.hex}-")
    return form
