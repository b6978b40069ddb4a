"""The sums of a household against a slow and plain way to count the same."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.core.crypto import Sealed, keyring
from casework.insight.balance.summing import (
    HouseholdSum,
    OpenNeed,
    Rules,
    changes_on,
    doubles,
    household_sum,
)
from casework.referral_states import ANSWERS
from casework.supporters import Span, Supporter

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
HOME = uuid.UUID(int=1)
AREAS = [uuid.UUID(int=10 + n) for n in range(3)]
OURS, THEIRS = uuid.UUID(int=20), uuid.UUID(int=21)
WORDS = ("Register for the course", "register  for the Course!", "Go to the doctor")
RULES = Rules(over=3, recent_days=180)
DAYS = st.integers(-400, 30)


def sealed(words: str, id: uuid.UUID) -> Sealed:
    return Sealed(keyring().seal(f'{{"en": "{words}"}}'.encode(), f"steps/{id}/texts"))


@st.composite
def a_span(draw) -> Span:
    source = draw(st.sampled_from(("referral", "step", "engagement", "named")))
    kinds = {"referral": ("provider",), "step": ("provider", "staff", "volunteer"),
             "engagement": ("volunteer",), "named": ("named",)}  # fmt: skip
    id, since = draw(st.uuids(version=4)), AT + timedelta(days=draw(DAYS))
    until = draw(st.none() | DAYS.map(lambda days: AT + timedelta(days=days)))
    states = {"referral": ("got_help", "no_capacity", "revoked", "expired"),
              "step": ("done", "cancelled")}  # fmt: skip
    who = HOME if source == "step" else uuid.UUID(int=draw(st.integers(30, 33)))
    kind = draw(st.sampled_from(kinds[source]))
    if kind != "volunteer":
        who = uuid.UUID(int=draw(st.integers(30, 33)))
    return Span(
        HOME, HOME, draw(st.sampled_from((OURS, THEIRS, None))), draw(st.sampled_from(AREAS)),
        Supporter(kind, who), source, id, since,
        None if until is None else max(since, until),
        draw(st.sampled_from(states.get(source, ("running",)))),
        service=uuid.UUID(int=draw(st.integers(40, 41))) if source == "referral" else None,
        person=draw(st.sampled_from((None, HOME))) if source in states else None,
        texts=sealed(draw(st.sampled_from(WORDS)), id) if source == "step" else None,
    )  # fmt: skip


SPANS = st.lists(a_span(), max_size=14)
NEEDS = st.lists(
    st.builds(OpenNeed, st.just(HOME), st.sampled_from((OURS, THEIRS)), st.sampled_from(AREAS)),
    max_size=4,
)


def _runs(span: Span) -> bool:
    return span.since <= AT and not (span.until is not None and span.until <= AT)


def _helps(span: Span, found: list[Span]) -> bool:
    named_in_plan = span.source == "step" and span.supporter.kind == "volunteer"
    beside = [e for e in found if e.source == "engagement" and e.area == span.area and _runs(e)]
    return _runs(span) and not (named_in_plan and beside)


def _counts(span: Span) -> bool:
    if _runs(span):
        return True
    if span.until is None or not AT - timedelta(days=180) < span.until <= AT:
        return False
    return (span.source == "referral" and span.state in ANSWERS) or (
        span.source == "step" and span.state == "done"
    )


def _plain(span: Span) -> str:
    assert span.texts is not None
    text = keyring().open(span.texts.data, f"steps/{span.id}/texts").decode()
    return " ".join(text.lower().replace("!", "").split())


def _same(a: Span, b: Span) -> bool:
    if (a.source, a.area, a.person) != (b.source, b.area, b.person):
        return False
    if a.source == "referral":
        return a.service == b.service
    return a.source == "step" and _plain(a) == _plain(b)


def _groups(found: list[Span]) -> set[frozenset[uuid.UUID]]:
    """Whatever is the same as a running span, found by comparing each with each."""
    kept = [span for span in found if _counts(span)]
    return {
        frozenset(each.id for each in kept if each is a or _same(a, each))
        for a, b in combinations(kept, 2)
        if _same(a, b)
        and any(_runs(each) for each in kept if each is a or _same(a, each))
    }  # fmt: skip


@given(SPANS, NEEDS, st.sampled_from((None, OURS, THEIRS)), st.integers(2, 5))
def test_the_sums_are_those_of_counting_one_by_one(
    found: list[Span], needs: list[OpenNeed], viewer: uuid.UUID | None, most: int
) -> None:
    rules = Rules(over=most, recent_days=180)
    summed = household_sum(found, needs, rules, at=AT, viewer=viewer)
    groups = _groups(found)
    by_id = {span.id: span for span in found}
    for area in AREAS:
        helping = [span for span in found if span.area == area and _helps(span, found)]
        own = {s.supporter for s in helping if viewer is None or s.organization == viewer}
        everyone = {s.supporter for s in helping}
        asked = [n for n in needs if n.area == area and viewer in (None, n.organization)]
        doubled = [
            group for group in groups
            if all(by_id[id].area == area for id in group)
            and (viewer is None or any(by_id[id].organization == viewer for id in group))
        ]  # fmt: skip
        cell = summed.cells.get(area)
        if cell is None:
            assert (asked, everyone, doubled) == ([], set(), [])
            continue
        assert cell.needs == len(asked)
        assert (cell.kinds.total(), cell.others) == (len(own), len(everyone - own))
        assert cell.under == bool(asked and not everyone)
        assert cell.over(rules) == (len(everyone) >= most)
        assert cell.doubled == len(doubled)
    helpers = {span.supporter for span in found if _helps(span, found)}
    assert (summed.supporters, summed.alone) == (len(helpers), not helpers)


@given(SPANS, NEEDS)
def test_the_order_of_what_is_known_does_not_matter(
    found: list[Span], needs: list[OpenNeed]
) -> None:
    there = household_sum(found, needs, RULES, at=AT)
    back = household_sum(found[::-1], needs[::-1], RULES, at=AT)
    assert (there.cells, there.supporters) == (back.cells, back.supporters)
    assert there.place(RULES) == back.place(RULES)


@given(SPANS, NEEDS)
def test_nothing_changes_before_the_day_that_was_foretold(
    found: list[Span], needs: list[OpenNeed]
) -> None:
    day = changes_on(found, RULES, at=AT, zone="Europe/Berlin")
    if day is not None:
        assert day > AT.date()
    last = (day - AT.date()).days - 1 if day else 600
    before = household_sum(found, needs, RULES, at=AT)
    for days in {last // 2, last - 1} if last > 1 else ():
        later = household_sum(found, needs, RULES, at=AT + timedelta(days=days))
        assert (later.cells, later.supporters) == (before.cells, before.supporters)


def test_who_comes_first_is_alone_with_a_need_then_under_double_over() -> None:
    def step(area: int, who: int, words: str = "") -> Span:
        id = uuid.uuid4()
        return Span(HOME, HOME, OURS, AREAS[area], Supporter("staff", uuid.UUID(int=who)), "step",
                    id, AT - timedelta(days=1), None, "planned", texts=sealed(words or id.hex, id)
                    )  # fmt: skip

    need = [OpenNeed(HOME, OURS, AREAS[0])]
    cases = [
        ([], need),
        ([step(1, 1)], need),
        ([step(1, 1, "x"), step(1, 1, "x")], []),
        ([step(1, who) for who in (1, 2, 3)], []),
        ([step(0, 1)], need),
    ]
    places = [household_sum(*case, RULES, at=AT).place(RULES) for case in cases]
    assert places == sorted(places)
    assert len(set(places)) == len(places)
    alone = household_sum([], [], RULES, at=AT)
    assert isinstance(alone, HouseholdSum)
    assert alone.alone
    assert places[0] < alone.place(RULES) < places[-1]


def test_a_double_tells_the_newest_first_and_how_the_other_ended() -> None:
    old = Span(HOME, HOME, OURS, AREAS[0], Supporter("provider", OURS), "referral", uuid.uuid4(),
               AT - timedelta(days=90), AT - timedelta(days=60), "no_capacity", HOME)  # fmt: skip
    new = old._replace(id=uuid.uuid4(), since=AT - timedelta(days=2), until=None, state="sent")
    (group,) = doubles([old, new], RULES, at=AT)
    assert [span.state for span in group] == ["sent", "no_capacity"]
    assert doubles([old._replace(state="revoked"), new], RULES, at=AT) == []
    assert doubles([old, new._replace(until=AT, state="got_help")], RULES, at=AT) == []
    later = AT + timedelta(days=121)
    assert doubles([old, new], RULES, at=later) == []


@pytest.mark.parametrize(
    ("hours", "day"), [(13, date(2026, 11, 3)), (14, date(2026, 11, 3)), (15, date(2026, 11, 4))]
)
def test_what_ends_during_a_day_at_the_site_shows_on_the_next(hours: int, day: date) -> None:
    """Tuesday begins in Berlin fourteen hours after nine o'clock in UTC."""
    span = Span(HOME, HOME, OURS, AREAS[0], Supporter("staff", OURS), "named", uuid.uuid4(),
                AT - timedelta(days=1), AT + timedelta(hours=hours), "family")  # fmt: skip
    assert changes_on([span], RULES, at=AT, zone="Europe/Berlin") == day
