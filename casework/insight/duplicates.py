"""People who may be the same: hints beside a request, with the reason for each.

Exact keys only (name words, phone, e-mail, full birth date; see `core.lookups`). A hint
needs a phone, an e-mail, or two agreeing things; a shared word of a name alone is none.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from casework.cases import Case
from casework.core.access import Actor
from casework.core.i18n import N_
from casework.core.lookups import find
from casework.people import Household, Person
from casework.submissions import Submission, submission_keys

WEIGHTS = {"phone": 4, "email": 4, "birth": 3, "name": 2}
ENOUGH = 4
REASONS = {
    "phone": N_("the same phone number"),
    "email": N_("the same e-mail address"),
    "birth": N_("the same date of birth"),
    "name": N_("the same name"),
}
MOST = 8


@dataclass(frozen=True)
class Hint:
    """A row that may mean the same person; `reasons` are keys of `REASONS`, weightiest first."""

    row: Any
    reasons: tuple[str, ...]
    cases: tuple[Case, ...] = ()


def likely_people(submission: Submission, staff: Actor) -> list[Hint]:
    """People within the scope of `staff` who may be the sender, the likeliest first."""
    keys = submission_keys(submission.mapped)
    ranked = _ranked(find("people", keys))
    rows = {
        person.id: person
        for person in Person.scope(staff)
        .where(Person.id << [row_id for row_id, _ in ranked])
        .with_related(Person.household)
    }
    cases = _cases_of([person.household for person in rows.values()], staff)
    return [
        Hint(rows[row_id], reasons, tuple(cases.get(rows[row_id].household.id, ())))
        for row_id, reasons in ranked
        if row_id in rows
    ][:MOST]


def likely_submissions(submission: Submission, staff: Actor) -> list[Hint]:
    """Other requests that may come from the same person, the likeliest first."""
    keys = submission_keys(submission.mapped)
    ranked = _ranked(find("submissions", keys))
    rows = {
        row.id: row
        for row in Submission.scope(staff).where(
            (Submission.id << [row_id for row_id, _ in ranked]) & (Submission.id != submission.id)
        )
    }
    return [Hint(rows[row_id], reasons) for row_id, reasons in ranked if row_id in rows][:MOST]


def _ranked(found: dict[uuid.UUID, set[str]]) -> list[tuple[uuid.UUID, tuple[str, ...]]]:
    scored = []
    for row_id, kinds in found.items():
        score = sum(WEIGHTS[kind] for kind in kinds)
        if score >= ENOUGH:
            reasons = tuple(sorted(kinds, key=lambda kind: -WEIGHTS[kind]))
            scored.append((-score, str(row_id), row_id, reasons))
    return [(row_id, reasons) for _, _, row_id, reasons in sorted(scored)[: MOST * 3]]


def _cases_of(households: list[Household], staff: Actor) -> dict[uuid.UUID, list[Case]]:
    rows = Case.scope(staff).where(Case.household << [household.id for household in households])
    found: dict[uuid.UUID, list[Case]] = {}
    for case in rows.order_by(Case.opened_at.desc()):
        found.setdefault(case.__data__["household"], []).append(case)
    return found
