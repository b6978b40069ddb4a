"""Nobody is found by subtraction: who solves everything that is shown finds no hidden count."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.insight.statistics.disclosure import certain, hidden_keys
from casework.insight.suppression import LEAST


def cells_of(*counts: int) -> list[int]:
    """Sets of units beside each other, of these sizes."""
    found, start = [], 0
    for count in counts:
        found.append(((1 << count) - 1) << start)
        start += count
    return found


def row_of(*counts: int) -> tuple[dict[object, int], list[tuple[object, list[object]]]]:
    cells = dict(enumerate(cells_of(*counts)))
    whole = 0
    for cell in cells.values():
        whole |= cell
    return {**cells, "all": whole}, [("all", list(range(len(counts))))]


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ((5, 6, 7), set()),
        ((0, 6, 7), set()),
        ((3, 6, 7), {0, 1}),
        ((3, 3, 7), {0, 1, 2}),
        ((2, 4, 9), {0, 1}),
        ((3, 0, 20), {0, 2}),
        ((1, 2), {0, 1, "all"}),
    ],
)
def test_a_small_count_takes_the_next_larger_one_with_it(
    counts: tuple[int, ...], hidden: set[object]
) -> None:
    assert hidden_keys(*row_of(*counts)) == hidden


def test_two_names_of_the_same_households_are_shown_or_hidden_together() -> None:
    cells, lines = row_of(3, 6, 30)
    cells["the same as 1"] = cells[1]
    assert hidden_keys(cells, lines) == {0, 1, "the same as 1"}


def test_a_part_that_overlaps_is_hidden_with_another_one_when_its_least_size_follows() -> None:
    cells = {"a": 0b0011111111, "b": 0b1110000001, "all": 0b1111111111}
    hidden = hidden_keys(cells, [("all", ["a", "b"])])
    assert hidden == {"a", "b"}


def test_a_count_that_several_lines_determine_together_is_known() -> None:
    # x + y = 7 and y = 4 in another line.
    assert certain([{0: 1, 1: 1}, {1: 1}], [3, 4]) == {0, 1}
    assert certain([{0: 1, 1: 1}], [3, 4]) == set()
    assert certain([{0: 1, 1: 1}], [1, 1]) == {0, 1}


tables = st.integers(2, 3).flatmap(
    lambda wide: st.lists(
        st.lists(st.integers(0, 9), min_size=wide, max_size=wide), min_size=2, max_size=3
    )
)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_who_solves_a_table_with_all_its_margins_finds_no_hidden_count(
    table: list[list[int]],
) -> None:
    cells, lines = crossed(table)
    hidden = hidden_keys(cells, lines)
    sizes = {key: cell.bit_count() for key, cell in cells.items()}
    assert {key for key, size in sizes.items() if 0 < size < LEAST} <= hidden
    assert not any(sizes[key] == 0 for key in hidden)
    inner = [key for key in hidden if isinstance(key, tuple) and "" not in key]
    seen: dict[object, set[int]] = {key: set() for key in hidden}
    most = max(sizes.values()) if any(isinstance(k, tuple) and "" in k for k in hidden) else None
    for solution in solutions(lines, sizes, hidden, inner, most):
        for key in hidden:
            seen[key].add(solution[key])
    assert all(len(values) > 1 for values in seen.values()), (table, hidden)


def crossed(table: list[list[int]]):
    flat = iter(cells_of(*(count for row in table for count in row)))
    cells = {(r, c): next(flat) for r, row in enumerate(table) for c in range(len(row))}
    rows, columns = range(len(table)), range(len(table[0]))
    for r in rows:
        cells[r, ""] = sum(cells[r, c] for c in columns)
    for c in columns:
        cells["", c] = sum(cells[r, c] for r in rows)
    cells["", ""] = sum(cells[r, ""] for r in rows)
    lines = [((r, ""), [(r, c) for c in columns]) for r in rows]
    lines += [(("", c), [(r, c) for r in rows]) for c in columns]
    lines += [(("", ""), [(r, "") for r in rows]), (("", ""), [("", c) for c in columns])]
    return cells, lines


def solutions(lines, sizes, hidden, inner, most):
    """Tables near the true one that fit what is shown; enough of them to tell values apart.

    An attacker who knows everything that is shown cannot rule any of them out.
    """
    ranges = [[v for v in range(max(1, sizes[key] - 2), sizes[key] + 3) if v >= 1] for key in inner]
    if len(inner) > 6:
        ranges = [[v for v in (sizes[k] - 1, sizes[k], sizes[k] + 1) if v >= 1] for k in inner]
    for values in product(*ranges):
        trial = dict(sizes) | dict(zip(inner, values, strict=True))
        for total, parts in lines:
            if total in hidden:
                trial[total] = sum(trial[part] for part in parts)
        if all(trial[total] == sum(trial[p] for p in parts) for total, parts in lines):
            yield trial
