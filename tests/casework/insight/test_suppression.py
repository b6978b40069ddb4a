"""What is hidden stays hidden: from who subtracts, who knows the rule, and who compares tables."""

from __future__ import annotations

import itertools
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.insight.suppression import LEAST, Table, hidden_cells, suppress

COUNTS = st.lists(st.integers(0, 30) | st.integers(0, 6), min_size=1, max_size=9)


def published(counts):
    """What a reader sees: the shown cells, and the total unless even that is hidden."""
    hidden = hidden_cells(counts)
    if hidden is None:
        return (None,) * len(counts), None
    cells = tuple(None if place in hidden else count for place, count in enumerate(counts))
    return cells, sum(counts)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([10, 20], set()),
        ([0, 20], set()),
        ([0, 0], set()),
        ([3, 20, 30], {0, 1}),
        ([3, 0, 20, 30], {0, 1, 2}),
        ([3, 4, 20], {0, 1}),
        ([4, 4, 20, 20], {0, 1, 2, 3}),
        ([1, 1, 1, 1, 1], {0, 1, 2, 3, 4}),
        ([7, 3], {0, 1}),
        ([2, 2], None),
        ([4], None),
        ([5], set()),
    ],
)
def test_small_counts_are_hidden_with_as_many_others_as_it_takes(counts, hidden):
    found = hidden_cells(counts)
    assert found == (None if hidden is None else frozenset(hidden))


@given(COUNTS)
def test_no_count_of_one_to_four_is_ever_shown(counts):
    cells, total = published(counts)
    assert not [cell for cell in (*cells, total) if cell is not None and 0 < cell < LEAST]


@given(COUNTS)
def test_what_is_hidden_adds_up_to_five_or_more_and_is_never_alone(counts):
    hidden = hidden_cells(counts)
    if hidden:
        assert len(hidden) > 1
        assert sum(counts[place] for place in hidden) >= LEAST


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_nobody_who_knows_the_rule_can_compute_a_hidden_count(length):
    """All tables of this size: each hidden cell could hold at least two different values."""
    most = 12 if length < 4 else 8
    possible = defaultdict(list)
    for counts in itertools.product(range(most + 1), repeat=length):
        possible[published(counts)].append(counts)
    for (cells, total), tables in possible.items():
        largest = total if total is not None else LEAST - 1
        if largest > most:  # tables with larger cells would look the same
            continue
        for place, cell in enumerate(cells):
            if cell is None:
                assert len({counts[place] for counts in tables}) > 1, (cells, total)


@given(COUNTS, st.data())
def test_the_order_of_the_cells_plays_no_part(counts, data):
    order = data.draw(st.permutations(range(len(counts))))
    hidden = hidden_cells(counts)
    turned = hidden_cells([counts[place] for place in order])
    if hidden is None:
        assert turned is None
    else:
        assert {order[place] for place in turned} == hidden


@given(COUNTS, st.data())
def test_cells_that_must_be_hidden_are_and_never_alone(counts, data):
    also = data.draw(st.sets(st.integers(0, len(counts) - 1), min_size=1))
    hidden = hidden_cells(counts, also)
    if sum(counts) and hidden is not None:
        assert also <= hidden
        assert len(hidden) > 1


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=2, max_size=5), st.data())
def test_a_later_look_does_not_give_away_what_was_hidden_before(counts, data):
    """Counts only grow. From both looks each hidden count has at least two possible values.

    A cell that is shown as empty was empty before; zeros are no secret by themselves.
    """
    more = data.draw(st.lists(st.integers(0, 6), min_size=len(counts), max_size=len(counts)))
    later = [count + grown for count, grown in zip(counts, more, strict=True)]
    before, after = hidden_cells(counts), hidden_cells(later)
    if not before or after is None:
        return
    fits = defaultdict(set)
    places = sorted(before)
    top = [later[place] if place not in after else sum(later) for place in places]
    known = sum(counts[place] for place in places)
    for values in itertools.product(*(range(min(high, known) + 1) for high in top)):
        if sum(values) == known:
            for place, value in zip(places, values, strict=True):
                fits[place].add(value)
    assert all(len(fits[place]) > 1 for place in places if place in after or later[place])


# Across tables


def of(*cells: set[int]) -> list[int]:
    return [sum(1 << person for person in cell) for cell in cells]


PEOPLE = set(range(53))
YES, NO, MAYBE = set(range(3)), set(range(3, 13)), set(range(13, 53))


def test_a_question_asked_after_one_answer_does_not_tell_how_often_it_was_given():
    parent = Table(of(YES, NO, MAYBE))
    child = Table(of(NO, set(), PEOPLE - NO))
    suppress([parent, child], (1 << 53) - 1)
    assert parent.hidden == {0, 1}
    assert child.shown(0) is None
    assert child.shown(2) is None


def test_a_question_asked_after_the_hidden_answers_together_tells_nothing_new():
    parent = Table(of(YES, NO, MAYBE))
    child = Table(of(YES | NO, set(), MAYBE))
    suppress([parent, child], (1 << 53) - 1)
    assert child.hidden == frozenset()


def test_a_table_within_a_hidden_cell_shows_nothing():
    presence = Table(of(YES, NO, MAYBE))
    inner = Table(of({0}, {1, 2}), within=(presence, 0))
    big = Table(of(set(range(13, 30)), set(range(30, 53))), within=(presence, 2))
    suppress([presence, inner, big], (1 << 53) - 1)
    assert inner.shown(0) is None
    assert big.shown(0) == 17


MEMBERS = st.lists(st.integers(0, 3), min_size=6, max_size=24)


def unions(tables, everybody):
    """All sets of people whose number a reader knows from one table: shown cells put together."""
    known = {0, everybody}
    for table in tables:
        shown = [cell for place, cell in enumerate(table.cells) if table.shows(place)]
        if table.hidden is None:
            continue
        cells = [*shown, everybody & ~table.total]
        for size in range(1, len(cells) + 1):
            for group in itertools.combinations(cells, size):
                known.add(sum(group))
    return known


@settings(max_examples=150, deadline=None)
@given(MEMBERS, st.sets(st.integers(0, 3)), st.data())
def test_no_hidden_cell_is_a_shown_union_of_another_table(answers, asked_after, data):
    """A question with four choices, and a second one that some of these answers lead to."""
    everybody = (1 << len(answers)) - 1
    cells = [sum(1 << n for n, each in enumerate(answers) if each == choice) for choice in range(4)]
    asked = sum(cells[choice] for choice in asked_after)
    replies = data.draw(st.integers(0, everybody)) & asked
    first = Table(cells)
    second = Table([replies, asked & ~replies, everybody & ~asked])
    suppress([first, second], everybody)
    known = unions([first, second], everybody)
    assert all(table.hidden is not None for table in (first, second))
    for table in (first, second):
        for place, cell in enumerate(table.cells):
            if cell and not table.shows(place):
                assert cell not in known
                assert everybody & ~cell not in known
