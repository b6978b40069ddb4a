"""What the record knows under the names of `save_to`, and where answers say something else.

Nothing is taken over by itself: somebody looks at each difference and decides.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casework.cases import Case
from casework.core.access import Actor
from casework.core.i18n import N_
from casework.core.refusals import Refusal, StaleEdit
from casework.people import (
    GENDERS,
    HOUSING,
    ROLES_AT_HOME,
    Household,
    Person,
    change_household,
    change_person,
)
from casework.questionnaires.forms import ROW_KEY, Form, Spec
from casework.questionnaires.mapping import mapping
from casework.strength_answers import NAMES as STRENGTHS
from casework.strength_answers import known_answers, take_in, with_answer
from casework.strengths import strengths_of

PERSON_COLUMNS = {
    "person.given_name": "given_name",
    "person.family_name": "family_name",
    "person.birth_date": "birth_date",
    "person.gender": "gender",
    "person.languages": "languages",
    "person.phone": "phone",
    "person.email": "email",
    "person.interpreter": "interpreter",
    "contact.channel": "channels",
    "contact.times": "times",
}
HOUSEHOLD_COLUMNS = {"household.housing": "housing", "household.place": "place"}
MEMBER_COLUMNS = {
    "given_name": "given_name",
    "family_name": "family_name",
    "birth_date": "birth_date",
    "gender": "gender",
    "relation": "role_at_home",
}
# Columns that take a choice of their own only, and how long the others may be.
CHOICES = {"gender": GENDERS, "role_at_home": ROLES_AT_HOME, "housing": HOUSING}
LISTS = ("languages", "channels", "times")
LENGTHS = {"given_name": 200, "family_name": 200, "birth_date": 10, "phone": 40, "email": 254,
           "interpreter": 16, "place": 300}  # fmt: skip


class NothingDiffers(Refusal):
    """The record says by now what the answer says."""

    msgid = N_("The record says the same as this answer by now. Nothing was changed.")


@dataclass(frozen=True)
class Difference:
    """An answer that the record contradicts, or does not have yet.

    `path` leads to the answer; `row` is the person or the household whose `column` holds
    `recorded`; for strengths of the person the column is the name of `save_to`. `key` names the
    difference in a page, `seen` what was recorded.
    """

    path: tuple[str, ...]
    row: Person | Household
    column: str
    answered: Any
    recorded: Any

    @property
    def key(self) -> str:
        """The path as one text."""
        return "/".join(self.path)

    @property
    def seen(self) -> str:
        """What names this very state of the record, so that nobody overwrites another one."""
        text = json.dumps([str(self.row.id), self.column, self.recorded])
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def subject_of(case: Case, person: Person | None) -> Person | None:
    """Whom `person.…` means: the one who was chosen, or else the one to speak to."""
    if person is not None:
        return person
    people = Person.select().where(Person.household == case.__data__["household"])
    return people.order_by(Person.is_contact.desc(), Person.created_at, Person.id).first()


def facts(case: Case, person: Person | None) -> dict[str, Any]:
    """What is known of a case's household by `save_to` names, in the shape of `mapping`.

    The rows of `member` are everybody but `person` (by default the contact person); each
    has the person's key as its id.
    """
    subject = subject_of(case, person)
    found: dict[str, Any] = {"household.size": str(case.household.people.count())}
    if subject is not None:
        found |= {name: getattr(subject, col) for name, col in PERSON_COLUMNS.items()}
        found |= known_answers(strengths_of([subject])[subject.id])
    found |= {name: getattr(case.household, col) for name, col in HOUSEHOLD_COLUMNS.items()}
    found["member"] = [
        {ROW_KEY: each.id.hex} | {name: getattr(each, col) for name, col in MEMBER_COLUMNS.items()}
        for each in _others(case, subject)
    ]
    return found


def _others(case: Case, subject: Person | None) -> list[Person]:
    people = case.household.people.order_by(Person.created_at, Person.id)
    return [each for each in people if each != subject]


def differences(
    case: Case, person: Person | None, form: Form, answers: dict[str, Any]
) -> list[Difference]:
    """Where the answers to a form say what the record does not, in the order of the form."""
    subject = subject_of(case, person)
    mapped = mapping(form, answers)
    found: list[Difference] = []
    for spec in form.members(form.root):
        if spec.kind == "repeat":
            found.extend(_in_rows(form, spec, answers, _others(case, subject)))
            continue
        name = spec.question.save_to
        if name in STRENGTHS and subject is not None and answers.get(spec.key):
            found.extend(_new_strength(spec.key, subject, name, answers[spec.key]))
        row: Any = case.household if name in HOUSEHOLD_COLUMNS else subject
        column = PERSON_COLUMNS.get(name) or HOUSEHOLD_COLUMNS.get(name)
        if row is not None and column and answers.get(spec.key):
            found.extend(_compared((spec.key,), row, column, mapped[name]))
    return found


def _new_strength(key: str, person: Person, name: str, answered: Any) -> Iterator[Difference]:
    """An answer about strengths differs where it says more than is known."""
    has = strengths_of([person])[person.id]
    if with_answer(has, name, answered, language="") != has:
        yield Difference((key,), person, name, answered, known_answers(has).get(name, ""))


def _in_rows(
    form: Form, repeat: Spec, answers: dict[str, Any], people: list[Person]
) -> Iterator[Difference]:
    """Only rows that began with a person of the household can differ from somebody."""
    known = {each.id.hex: each for each in people}
    for data in answers.get(repeat.key) or ():
        row_id = str(data.get(ROW_KEY, ""))
        for spec in form.members(repeat):
            name = spec.question.save_to if spec.kind == "question" else ""
            thing, _, attribute = name.partition(".")
            column = MEMBER_COLUMNS.get(attribute) if thing == "member" else None
            if column and row_id in known and data.get(spec.key):
                path = (repeat.key, row_id, spec.key)
                yield from _compared(path, known[row_id], column, data[spec.key])


def _compared(
    path: tuple[str, ...], row: Person | Household, column: str, answered: Any
) -> Iterator[Difference]:
    recorded = getattr(row, column)
    if column in LISTS:
        fits, same = isinstance(answered, list), set(answered) == set(recorded or [])
    else:
        fits, same = _fits(column, answered), answered == (recorded or "")
    if fits and not same:
        yield Difference(path, row, column, answered, recorded)


def _fits(column: str, answered: Any) -> bool:
    if not isinstance(answered, str):
        return False
    return answered in CHOICES[column] if column in CHOICES else len(answered) <= LENGTHS[column]


def take_over(
    found: list[Difference], key: str, seen: str, *, language: str, by: Actor, at: datetime
) -> Person | Household:
    """Bring one of the differences into the record; returns the changed row.

    `language` is the one that was answered in: texts about strengths stay as they were written.

    Raises `NothingDiffers` where there is no such difference (any more), `StaleEdit` where
    the record changed since it was shown as `seen`.
    """
    wanted = next((each for each in found if each.key == key), None)
    if wanted is None:
        raise NothingDiffers()
    if wanted.seen != seen:
        raise StaleEdit()
    if wanted.column in STRENGTHS and isinstance(wanted.row, Person):
        answer = {wanted.column: wanted.answered}
        take_in(wanted.row, answer, language=language, by=by, at=at)
        return wanted.row
    columns = {wanted.column: wanted.answered}
    if isinstance(wanted.row, Person):
        return change_person(wanted.row, by=by, at=at, **columns)
    return change_household(wanted.row, by=by, at=at, **columns)
