"""Visits at the counter without an appointment (Vorsprachen): who, what about, how it ended.

A visit is a fact to count, not a file: it has no free text. Of somebody unknown nothing is
kept but language, life area and outcome; what is worth telling is told in a case.
"""

from __future__ import annotations

import re
import uuid
from datetime import datetime

from peewee import CharField, ForeignKeyField, ModelSelect, UUIDField

from casework.cases import Case, CaseSubmission, note_contact
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.db import Base, UtcField, new_id
from casework.core.i18n import N_
from casework.core.lookups import birth_keys, email_keys, find_all, name_keys, phone_keys
from casework.core.refusals import Refusal
from casework.life_areas import LifeArea
from casework.people import Person
from casework.staff import Staff
from casework.submissions import Submission

OUTCOMES = {
    "answered": N_("answered at once"),
    "appointment": N_("appointment made"),
    "request": N_("new request"),
    "sent_on": N_("sent on to somebody else"),
    "again": N_("has to come again"),
}
CASE_REFERENCE = re.compile(r"F-?(\d{4})-?(\d{1,6})", re.IGNORECASE)
REQUEST_REFERENCE = re.compile(r"L[0-9A-Z]{7}", re.IGNORECASE)
BIRTH_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d{2})-(\d{2})")
MOST_FOUND = 20


class OutcomeRefused(Refusal):
    """An outcome that is not in the list."""

    msgid = N_("Please choose how the visit ended.")


class Visit(Base):
    """Somebody came to the counter. `key` comes from the form, so that a double click is one."""

    key = UUIDField(unique=True, default=new_id)
    at = UtcField(index=True)
    case = ForeignKeyField(Case, null=True, backref="visits", on_delete="SET NULL")
    organization_id = UUIDField(null=True)
    staff = ForeignKeyField(Staff, null=True, on_delete="SET NULL")
    language = CharField(max_length=16, default="")
    life_area = ForeignKeyField(LifeArea, null=True, on_delete="SET NULL")
    outcome = CharField(max_length=16)

    class Meta:
        table_name = "visits"
        indexes = ((("organization_id", "at"), False),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All for the coordinator; for an integration manager those in the organisation's own
        cases, and those of unknown people that the organisation noted itself."""
        rows = cls.select()
        if staff.sees_all:
            return rows
        if staff.organization_id is None or not staff.may("visit:read"):
            return rows.where(cls.id.is_null())
        own_unknown = cls.case.is_null() & (cls.organization_id == staff.organization_id)
        return rows.where((cls.case << Case.ids(staff)) | own_unknown)

    @classmethod
    def between(cls, staff: Actor, start: datetime, end: datetime) -> ModelSelect:
        """Those from `start` until before `end`, the latest first."""
        return (
            cls.scope(staff)
            .where((cls.at >= start) & (cls.at < end))
            .order_by(cls.at.desc(), cls.id.desc())
        )


@recorded("visit:noted", needs="visit:create")
def note_visit(
    case: Case | None,
    *,
    outcome: str,
    life_area: LifeArea | None = None,
    language: str = "",
    key: uuid.UUID | None = None,
    by: Actor,
    at: datetime,
) -> Visit:
    """Somebody was at the counter; `case` is None for somebody unknown.

    Without a language it is that of the case. The same `key` a second time gives the row that is
    there. Raises `OutcomeRefused`.
    """
    if outcome not in OUTCOMES:
        raise OutcomeRefused()
    key = key or new_id()
    noted = Visit.insert(
        key=key, at=at, case=case, organization_id=by.organization_id,
        staff=by.id if by.kind == "staff" else None,
        language=language or (case.language if case else ""),
        life_area=life_area, outcome=outcome,
    ).on_conflict_ignore().as_rowcount().execute()  # fmt: skip
    if noted and case is not None:
        note_contact(case, at=at)
    return Visit.get(Visit.key == key)


@recorded("visit:removed", needs="visit:delete")
def remove_visit(visit: Visit, *, by: Actor, at: datetime) -> Visit:
    """Take a visit out that was entered by mistake; returns what was there."""
    visit.delete_instance()
    return visit


def cases_of(staff: Actor, words: str) -> ModelSelect:
    """Cases within scope that somebody at the counter can mean, open ones first.

    `words` are a case or request reference, a full date of birth, a phone number, an e-mail
    address, or words of a name; a name word counts as a whole.
    """
    words = words.strip()
    cases = Case.scope(staff).order_by(Case.closed_at.is_null(False), Case.opened_at.desc())
    if found := CASE_REFERENCE.fullmatch(words):
        return cases.where(Case.reference == f"F-{found[1]}-{int(found[2]):04d}")
    people = Person.scope(staff).where(Person.id << list(find_all("people", _keys(words))))
    of_people = Case.household << people.select(Person.household)
    if REQUEST_REFERENCE.fullmatch(words):
        linked = (
            CaseSubmission.select(CaseSubmission.case)
            .join(Submission)
            .where(Submission.reference == words.upper())
        )
        return cases.where((Case.id << linked) | of_people).limit(MOST_FOUND)
    return cases.where(of_people).limit(MOST_FOUND)


def _keys(words: str) -> list[tuple[str, str]]:
    """What `words` are looked up by."""
    if day := BIRTH_DATE.search(words):
        rest = f"{words[: day.start()]} {words[day.end() :]}"
        year, month, number = (day[3], day[2], day[1]) if day[3] else (day[4], day[5], day[6])
        born = birth_keys(f"{year}-{int(month):02}-{int(number):02}")
        return [*born, *name_keys(rest)]
    digits = re.sub(r"\D", "", words)
    if "@" in words:
        return email_keys(words)
    if len(digits) >= 8 and not re.search(r"[^\W\d_]", words):
        return phone_keys(words)
    return name_keys(words)
