"""Taking part in the demo town: missed appointments, what people say about them, a second rung."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from casework.appointments import Appointment, plan_appointment, settle_appointment
from casework.cases import Case
from casework.core.access import Actor
from casework.interpretations import keep_interpretation
from casework.participation.accounts import accept_account, agree_step, note_account, tell_account
from casework.participation.facts import fact_of, note_fact
from casework.participation.ladder import decide_rung, revision_of, taken_rungs
from casework.participation.models import TakenRung
from casework.release_questions import asked_through

if TYPE_CHECKING:
    from casework.demo.town import Town

MOST = 6
# In Arabic, with the German reading beside it.
WRITTEN = (
    "كانت ابنتي مريضة ولم يكن رصيد في هاتفي لأتصل بكم.",
    "Meine Tochter war krank, und ich hatte kein Guthaben, um anzurufen.",
)
SAID = "Der Bus kam nicht. Beim nächsten Mal möchte ich lieber nachmittags kommen."
AGREED = "Der nächste Termin ist nachmittags. Wir erinnern am Tag vorher mit einer Nachricht."


def tell_participation(town: Town) -> None:
    """Some people missed appointments; with each it stands further along."""
    cases = [case for case in Case.live() if town.at - case.opened_at > timedelta(days=3)]
    # Who has a status page comes first: there the letters are read.
    cases.sort(key=lambda case: (not _reads(case), case.language != "ar", case.reference))
    for number, case in enumerate(cases[:MOST]):
        story = _Story(town, case)
        story.miss()
        if number % 2 == 0:
            note_fact(
                case, "no_answer", story.at(0.4).date(), note="Zweimal angerufen, niemand nahm ab.",
                by=story.by, at=story.at(0.4),
            )  # fmt: skip
        if number == 0:
            story.climb_twice()
        elif number == 1:
            story.excuse()
        elif number == 2:
            story.decide("reminder", "Zum ersten Mal nicht gekommen.", 0.6)


def _reads(case: Case) -> bool:
    request = asked_through(case)
    return request is not None and not request.by_helper


class _Story:
    """What happened in one case during the past weeks, told by shares of that time."""

    def __init__(self, town: Town, case: Case) -> None:
        self.case, self.now = case, town.at
        self.begun = max(case.opened_at, town.at - timedelta(days=40))
        self.by: Actor = case.assigned_to.actor if case.assigned_to else town.coordinator

    def at(self, share: float) -> datetime:
        """A moment in office hours between the beginning (0) and now (1)."""
        moment = self.begun + (self.now - self.begun) * share
        return min(moment.replace(hour=10, minute=15), self.now)

    def miss(self) -> None:
        """An appointment to which nobody came."""
        starts = self.at(0.3).replace(minute=0, second=0, microsecond=0)
        row = plan_appointment(
            self.case, "Gespräch über den Integrationsplan", starts, minutes=45,
            place="Welcome-Center, Zimmer 3", by=self.by, at=self.at(0.1),
        )  # fmt: skip
        settle_appointment(row, "missed", by=self.by, at=self.at(0.35))

    def climb_twice(self) -> None:
        """A reminder, then the letter that asks what stands in the way, and the answer to it."""
        self.decide("reminder", "Termin versäumt, am Telefon niemand erreicht.", 0.5)
        taken = self.decide("letter", "Auch nach der Erinnerung kein Lebenszeichen.", 0.7)
        request, at = asked_through(self.case), self.at(0.9)
        if request is not None and _reads(self.case):
            person = Actor("person", id=request.id, name=request.reference)
            account = tell_account(
                self.case, WRITTEN[0], language="ar", submission=request, rung=taken, by=person,
                at=at,
            )  # fmt: skip
        else:
            account = note_account(
                self.case, WRITTEN[0], language="ar", told_on=at.date(), rung=taken, by=self.by,
                at=at,
            )  # fmt: skip
        keep_interpretation(account, "body", "de", WRITTEN[1], source="staff", by=self.by, at=at)

    def excuse(self) -> None:
        """The person said why; the reason counts, and something is agreed."""
        at = self.at(0.8)
        missed = self.case.appointments.where(Appointment.state == "missed").first()
        fact = fact_of(self.case, f"appointments.{missed.id.hex}", at=at)
        account = note_account(
            self.case, SAID, language="de", told_on=at.date(), fact=fact, by=self.by, at=at
        )
        accept_account(account, by=self.by, at=at)
        agree_step(
            self.case, AGREED, language="de", agreed_on=at.date(),
            due_on=(self.now + timedelta(days=10)).date(), by=self.by, at=at,
        )  # fmt: skip

    def decide(self, code: str, reason: str, share: float) -> TakenRung:
        """Somebody decides on a rung."""
        at = self.at(share)
        seen = revision_of(taken_rungs(self.case, at=at))
        return decide_rung(self.case, code, reason, seen=seen, by=self.by, at=at)
