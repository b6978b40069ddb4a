"""How somebody and an opportunity fit: what is needed decides, the rest gives points."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.insight.fitting import (
    FITS,
    MISSING,
    OPEN,
    SENTENCES,
    Fit,
    Seeker,
    ages_of,
    fit,
)
from casework.opportunities.kinds import KINDS
from casework.opportunities.models import Opportunity, Requirement, stored
from casework.strengths import Strengths

TODAY = date(2026, 11, 2)
GERMAN = Requirement("language", "de", 3, must=True)


def _opportunity(kind: str = "job", asks: tuple[Requirement, ...] = (), **columns: Any):
    return Opportunity(kind=kind, title="x", requirements=stored(asks), **columns)


def _seeker(**given: Any) -> Seeker:
    strengths = {key: given.pop(key) for key in tuple(given) if key in Strengths.__annotations__}
    return Seeker(Strengths(**({"wishes": frozenset({"job"})} | strengths)), **given)


def _said(found: Fit | None) -> set[tuple[str, str]]:
    assert found is not None
    return {(each.what, each.sign) for each in found.reasons}


def test_who_does_not_look_for_it_does_not_fit() -> None:
    assert fit(_opportunity(), _seeker(wishes=frozenset({"course"}))) is None
    assert fit(_opportunity("flat"), _seeker()) is None


def test_a_wish_or_an_open_need_is_enough_and_both_are_more() -> None:
    wish = fit(_opportunity(), _seeker())
    need = fit(_opportunity(), _seeker(wishes=frozenset(), needs={"job": TODAY}))
    both = fit(_opportunity(), _seeker(needs={"job": TODAY}))
    assert (wish.points, wish.most) == (need.points, need.most) == (2, 4)
    assert (both.points, both.score) == (4, 100)


def test_a_flat_is_needed_and_that_is_all_there_is_to_reach() -> None:
    assert fit(_opportunity("flat"), Seeker(needs={"flat": TODAY})).score == 100


@pytest.mark.parametrize(("level", "fits"), [(2, False), (3, True), (7, True), (0, False)])
def test_a_language_that_is_needed_is_spoken_as_well_as_asked(level: int, fits: bool) -> None:
    found = fit(_opportunity(asks=(GERMAN,)), _seeker(languages={"de": level}))
    assert (found is not None) == fits


def test_what_is_only_welcome_is_said_to_be_missing() -> None:
    asks = (Requirement("licence", "b"), Requirement("skill", "cooking"))
    found = fit(_opportunity(asks=asks), _seeker(skills=frozenset({"cooking"})))
    assert _said(found) == {("wish", FITS), ("skill", FITS), ("licence", MISSING)}
    assert found.of(MISSING)[0].params == {"licence": "b"}


@pytest.mark.parametrize(("born", "fits"), [
    ("2023-11-02", True), ("2023-11-03", False), ("2020-11-03", True), ("2019-11-02", False),
    ("2023", True), ("2019", True), ("2024", False), (None, True), ("", True),
])  # fmt: skip
def test_an_age_fits_from_birthday_to_birthday(born: str | None, fits: bool) -> None:
    seeker = Seeker(needs={"childcare": TODAY}, ages=ages_of(born, TODAY))
    found = fit(_opportunity("childcare", min_age=3, max_age=6), seeker)
    assert (found is not None) == fits
    if found and not born:
        assert ("age", OPEN) in _said(found)


@pytest.mark.parametrize(("people", "fits"), [(1, False), (2, True), (4, True), (5, False)])
def test_a_flat_is_for_a_household_of_its_size(people: int, fits: bool) -> None:
    seeker = Seeker(needs={"flat": TODAY}, people=people)
    found = fit(_opportunity("flat", min_people=2, max_people=4), seeker)
    assert (found is not None) == fits


def test_hours_and_begin_are_welcome_late_or_unknown_they_are_said() -> None:
    job = _opportunity(hours=30, starts_on=date(2027, 1, 1), occupation="kitchen")
    late = fit(job, _seeker(hours=20, available_from=date(2027, 8, 1)))
    unknown = fit(job, _seeker())
    good = fit(job, _seeker(hours=30, available_from=date(2027, 1, 1),
                            fields=frozenset({"kitchen"})))  # fmt: skip
    assert {("hours", MISSING), ("start", MISSING), ("field", MISSING)} <= _said(late)
    assert {("hours", OPEN), ("start", OPEN)} <= _said(unknown)
    assert {("hours", FITS), ("start", FITS), ("field", FITS)} <= _said(good)
    assert late.points == unknown.points < good.points


def test_a_date_that_is_none_is_no_age() -> None:
    for born in ("x", "19", None, ""):
        assert ages_of(born, TODAY) is None or born == "19"


# Properties

CODES = st.sampled_from(["a", "b", "c", "d"])
KINDS_ASKED = st.sampled_from(["language", "skill", "licence"])
REQUIREMENTS = st.builds(Requirement, KINDS_ASKED, CODES, st.just(0), st.booleans()) | st.builds(
    Requirement, st.just("language"), CODES, st.integers(0, 7), st.booleans()
)
COLUMNS = st.sampled_from(["fields", "skills", "licences", "languages"])
OPPORTUNITIES = st.builds(
    _opportunity, st.sampled_from(list(KINDS)),
    st.lists(REQUIREMENTS, max_size=6, unique_by=lambda each: (each.kind, each.code)).map(tuple),
    hours=st.none() | st.integers(1, 60), occupation=st.just("") | CODES,
    starts_on=st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    min_age=st.none() | st.integers(0, 60), max_age=st.none() | st.integers(0, 90),
)  # fmt: skip
SETS = st.frozensets(CODES)
STRENGTHS = st.builds(
    Strengths, wishes=st.frozensets(st.sampled_from(list(KINDS))), fields=SETS, skills=SETS,
    licences=SETS, languages=st.dictionaries(CODES, st.integers(0, 7)),
    hours=st.none() | st.integers(1, 60),
    available_from=st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)),
)  # fmt: skip
SEEKERS = st.builds(
    Seeker, STRENGTHS,
    st.dictionaries(st.sampled_from(list(KINDS)), st.just(TODAY)),
    st.none() | st.integers(0, 90).map(lambda age: (age, age)), st.integers(1, 8),
)  # fmt: skip


def _more(known: Strengths, kind: str, code: str) -> Strengths:
    if kind == "languages":
        level = min(7, known.languages.get(code, -1) + 1)
        return replace(known, languages={**known.languages, code: level})
    return replace(known, **{kind: getattr(known, kind) | {code}})


@given(
    OPPORTUNITIES, SEEKERS, st.sampled_from(["fields", "skills", "licences", "languages"]), CODES
)
def test_another_strength_never_lowers_a_score(opportunity, seeker, kind, code) -> None:
    before = fit(opportunity, seeker)
    after = fit(opportunity, replace(seeker, strengths=_more(seeker.strengths, kind, code)))
    if before is not None:
        assert after is not None
        assert (after.score, after.points) >= (before.score, before.points)
        assert after.most == before.most


@given(OPPORTUNITIES, SEEKERS)
def test_who_lacks_what_is_needed_never_fits(opportunity, seeker) -> None:
    found, has = fit(opportunity, seeker), seeker.strengths
    for each in opportunity.asks:
        held = {"skill": has.skills, "licence": has.licences}.get(each.kind, frozenset())
        met = each.code in held or (
            each.kind == "language" and has.languages.get(each.code, -1) >= each.level
        )
        if each.must and not met:
            assert found is None


@given(OPPORTUNITIES, SEEKERS)
def test_points_stay_within_what_can_be_reached_and_every_reason_has_its_sentence(
    opportunity, seeker
) -> None:
    found = fit(opportunity, seeker)
    if found is not None:
        assert 0 < found.points <= found.most
        assert 0 < found.score <= 100
        assert all((each.what, each.sign) in SENTENCES for each in found.reasons)
        assert found == fit(opportunity, seeker)
