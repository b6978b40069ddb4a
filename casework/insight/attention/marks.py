"""Every event leaves a mark in its own transaction; marked cases are judged anew.

Marks are only ever added, and taken away one by one after they were worked off: whoever writes
while somebody else computes leaves a mark that the computation has not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from peewee import ModelSelect

from casework.cases import CaseSubmission
from casework.core.access import Actor
from casework.core.audit import on_everything
from casework.core.db import Base
from casework.insight.attention.entries import AttentionMark
from casework.insight.attention.registry import RULES

Finder = Callable[[Any], ModelSelect]
_finders: dict[str, list[Finder]] = {}


def wakes(table: str) -> Callable[[Finder], Finder]:
    """Let an event about a row of `table` wake the cases that the function selects: a query of
    one column, the ids of cases."""

    def register(finder: Finder) -> Finder:
        _finders.setdefault(table, []).append(finder)
        return finder

    return register


@on_everything
def mark(subject: Base | None, *, by: Actor, at: datetime) -> None:
    """Note what the event was about; part of its transaction."""
    if subject is not None:
        rows = list(_marks_of(subject))
        if rows:
            AttentionMark.insert_rows(rows)


def _marks_of(subject: Base) -> Iterator[AttentionMark]:
    table, columns = subject._meta.table_name, subject.__data__
    if table == "cases":
        yield AttentionMark(case_id=subject.id)
    elif columns.get("case"):
        yield AttentionMark(case_id=columns["case"])
    elif table == "households" or columns.get("household"):
        yield AttentionMark(household_id=columns.get("household") or subject.id)
    elif request := (subject.id if table == "submissions" else columns.get("submission")):
        link = CaseSubmission.get_or_none(CaseSubmission.submission == request)
        if link is not None:
            yield AttentionMark(case_id=link.__data__["case"])
    for finder in _finders.get(table, ()):
        for (case,) in finder(subject).distinct().tuples():
            yield AttentionMark(case_id=case)
    for each in RULES.values():
        if table in each.wakes:
            yield AttentionMark(rule=each.name)
