"""Long lists: every page from either end, with ties and NULL, shows each row once and in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from admin.base import lists, paging
from casework.core.db import database, transaction
from tests.admin.desk import Book, Books, Shelf, Shelves, make_desk, sign_in
from tests.admin.pressing import desk_of
from tests.databases import statements
from tests.query_plans import asked, sorted_steps

ROWS = 230
SIZE = 20
AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ORDERS = {
    "unique": (Shelf.name, False),
    "many equal": (Shelf.kind, False),
    "many equal, from the end": (Shelf.kind, True),
    "NULL": (Shelf.built_at, False),
    "NULL, from the end": (Shelf.built_at, True),
    "yes, no and not known": (Shelf.lit, True),
}


@pytest.fixture(autouse=True)
def shelves(db, monkeypatch):
    """Many rows, and pages that count as far from the second on."""
    monkeypatch.setattr(paging, "FAR", SIZE)
    database.create_tables([Shelf, Book])
    Shelf.insert_rows(
        [
            Shelf(
                name=f"Shelf {number:03d}",
                kind="wide" if number % 3 else "tall",
                lit=(True, False, None)[number % 5 % 3],
                built_at=AT + timedelta(days=number % 11) if number % 4 else None,
            )
            for number in range(ROWS)
        ]
    )


def names(query, page, size=SIZE):
    return [row.name for row in lists.fetch(query, page=page, size=size).rows]


@pytest.mark.parametrize(("column", "descending"), ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("kind", [None, "wide"])
def test_all_pages_together_are_the_list_without_a_gap_or_a_double(column, descending, kind):
    every = Shelf.select() if kind is None else Shelf.select().where(Shelf.kind == kind)
    query = lists.ordered(every, column, descending, [])
    whole = [row.name for row in query]
    assert len(whole) == len(set(whole)) > 5 * SIZE
    pages = [names(query, page) for page in range(-(-len(whole) // SIZE))]
    assert [name for page in pages for name in page] == whole
    backwards = [names(query, page) for page in reversed(range(len(pages)))]
    assert backwards == pages[::-1]


def test_an_order_by_two_columns_is_kept_on_far_pages():
    query = lists.ordered(Shelf.select(), None, False, [Shelf.kind.desc(), Shelf.built_at.asc()])
    whole = [row.name for row in query]
    assert [name for page in range(12) for name in names(query, page)] == whole


def test_an_order_by_a_related_column_is_kept_on_far_pages():
    Book.insert_rows([Book(shelf=row, title=f"Book {row.name}") for row in Shelf.select()])
    joined = Book.select().ensure_join(Book, Shelf)
    query = lists.ordered(joined, Shelf.kind, True, [])
    whole = [row.title for row in query]
    found = [lists.fetch(query, page=page, size=SIZE, related=(Book.shelf,)) for page in range(12)]
    assert [row.title for page in found for row in page.rows] == whole
    with statements() as seen:
        assert all(row.shelf.name in row.title for page in found for row in page.rows)
    assert seen == []


@pytest.mark.parametrize("rows", [0, 1, SIZE, SIZE + 1, 2 * SIZE, 2 * SIZE + 1])
def test_only_the_last_page_says_that_there_is_none_after_it(rows):
    few = [row.id for row in Shelf.select().limit(rows)] if rows else []
    query = lists.ordered(Shelf.select().where(Shelf.id << few), Shelf.name, False, [])
    found = [lists.fetch(query, page=page, size=SIZE) for page in range(4)]
    last = max(0, -(-rows // SIZE) - 1)
    assert [page.has_next for page in found] == [number < last for number in range(4)]
    assert sum(len(page.rows) for page in found) == rows


def test_a_page_beyond_the_end_is_empty():
    query = lists.ordered(Shelf.select(), Shelf.name, False, [])
    beyond = lists.fetch(query, page=lists.LAST_PAGE, size=SIZE)
    assert beyond.rows == []
    assert not beyond.has_next
    assert beyond.count == ROWS


@pytest.mark.parametrize("page", [0, 5, 11])
def test_no_page_passes_by_more_rows_than_half_of_the_list(page):
    """The statements of the last page skip hardly anything, however long the list is."""
    query = lists.ordered(Shelf.select(), Shelf.name, False, [])
    skipped = []
    real, run = database.obj, database.obj.execute_sql

    def listening(sql, params=None, *args, **kwargs):
        if "OFFSET" in sql:
            skipped.append(params[-1])
        return run(sql, params, *args, **kwargs)

    real.execute_sql = listening
    try:
        lists.fetch(query, page=page, size=SIZE)
    finally:
        del real.execute_sql
    assert max(skipped, default=0) <= (ROWS // 2 if page == 5 else SIZE)


@pytest.fixture
def desk(db, config, clock, monkeypatch, world):
    client = make_desk(config, clock, [Shelves, Books], monkeypatch).test_client()
    sign_in(client, world.coordinator())
    return client


def test_a_far_page_takes_a_bounded_number_of_statements(desk, monkeypatch):
    monkeypatch.setattr(Shelves, "page_size", SIZE)
    taken = {}
    for page in (0, 5, 11):
        with statements() as seen:
            assert desk.get(f"/admin/shelves/?page={page}").status_code == 200
        taken[page] = len(seen)
    assert max(taken.values()) <= Shelves.statement_budget
    assert max(taken.values()) - taken[0] <= 3


GROWING = (
    "/admin/case/?", "/admin/case/?sort=link&", "/admin/case/?sort=state&desc=1&",
    "/admin/case/?sort=opened_at&", "/admin/case/?sort=last_contact_at&",
    "/admin/case/?sort=last_contact_at&desc=1&", "/admin/person/?", "/admin/household/?",
    "/admin/referral/?", "/admin/counselling/?", "/admin/counselling/?sort=counselling_from&",
)  # fmt: skip


def test_lists_that_grow_are_walked_along_an_index_and_never_sorted(app, world):
    with transaction():
        for _ in range(51):
            world.referral(world.need(world.case()))
    desk = desk_of(app, world.coordinator())
    for address in (f"{each}page={page}" for each in GROWING for page in (0, 1)):
        with asked() as seen:
            assert desk.get(address).status_code == 200
        walks = [(sql, params) for sql, params in seen if "ORDER BY" in sql and "OFFSET" in sql]
        listed = [each for each in walks if each[0].startswith('SELECT "t1"."id" FROM')]
        assert listed, address
        assert [steps for each in listed for steps in sorted_steps(*each)] == [], address


def test_an_organisation_walks_its_own_cases(app, world):
    manager = world.manager()
    world.case(manager.organization)
    desk = desk_of(app, manager)
    with asked() as seen:
        assert desk.get("/admin/case/").status_code == 200
    listed = [each for each in seen if "OFFSET" in each[0] and '"opened_at" DESC' in each[0]]
    assert listed
    assert [steps for each in listed for steps in sorted_steps(*each)] == []
