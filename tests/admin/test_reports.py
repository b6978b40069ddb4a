"""The reports: in one sentence, with table and chart, for who plans, and never about anybody."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from casework.core.access import SYSTEM, Role
from casework.insight.statistics.counting import Count, Counts
from casework.insight.statistics.fixing import count_next, fix_figures
from casework.insight.statistics.registry import REPORTS, Quarter, quarter_of
from casework.life_areas import LifeArea
from tests.admin.pressing import desk_of, text_of
from tests.databases import statements
from tests.world import World

QUARTER = "2026-4"


class Reader:
    """A commissioner who signs in for each look: quarters pass in between."""

    def __init__(self, app, world) -> None:
        self.app, self.staff = app, world.staff(Role.INTEGRATION_COMMISSIONER)

    def get(self, address: str, **query):
        return desk_of(self.app, self.staff).get(address, **query)


@pytest.fixture
def commissioner(app, world):
    return Reader(app, world)


def end_quarter(world: World) -> Quarter:
    quarter = quarter_of(world.at.date(), "Europe/Berlin")
    world.clock.forward(days=(quarter.end - world.at) / timedelta(days=1) + 0.2)
    return quarter


def town(world: World, cases: int = 7) -> list:
    """Cases with something in every report, and their quarter is over and counted."""
    made = []
    for _ in range(cases):
        case = world.case(given_name="Amalia", family_name="Unverwechselbar")
        world.answer(world.referral(world.need(case)), "waitlisted")
        world.plan(case)
        world.submission(language="uk")
        made.append(case)
    end_quarter(world)
    while count_next(at=world.at):
        pass
    return made


def test_before_the_first_quarter_is_over_the_page_says_when_figures_come(commissioner):
    assert "counted on the day after" in text_of(commissioner.get("/admin/reports/"))
    for address in ("report/places", "workbook", "year/2026"):
        assert commissioner.get(f"/admin/reports/{address}").status_code == 404


def test_each_report_is_said_in_a_sentence_with_its_table_and_chart(commissioner, world):
    town(world)
    page = text_of(commissioner.get("/admin/reports/"))
    assert "7 households wait for a place; most of them in the life area" in page
    assert "7 of 7 households (100%) have a plan that is used." not in page  # nothing was moved
    assert page.count('class="columns"') >= len(REPORTS) - 2
    for name in REPORTS:
        assert f'id="r-{name}"' in page


def test_what_is_small_is_a_dash_and_a_word(commissioner, world):
    town(world, cases=3)
    page = text_of(commissioner.get("/admin/reports/"))
    assert "Fewer than five, so nothing is shown." in page
    assert '<span class="unseen">hidden</span>' in page


def test_the_change_is_said_only_where_both_figures_are_shown(commissioner, world):
    report, first = REPORTS["needs"], end_quarter(world)
    second = first.after
    world.clock.forward(days=100)
    fix_figures(report, first, Counts(Count(9, 5)), by=SYSTEM, at=world.at)
    fix_figures(report, second, Counts(Count(13, 5)), by=SYSTEM, at=world.at)
    page = text_of(commissioner.get("/admin/reports/"))
    assert "4 more than in the quarter before." in page
    before = text_of(commissioner.get(f"/admin/reports/?quarter={first}"))
    assert "quarter before" not in before


@pytest.mark.parametrize("quarter", ["2026-9", "never", "\x00", "2026-4" * 4000, "../../etc"])
def test_an_unknown_quarter_shows_the_newest_one(commissioner, world, quarter):
    town(world, cases=1)
    page = commissioner.get("/admin/reports/", query_string={"quarter": quarter})
    assert page.status_code == 200
    assert f'<option value="{QUARTER}" selected>' in text_of(page)


def test_one_report_is_shown_by_each_of_its_dimensions_alone(commissioner, world):
    town(world)
    page = text_of(commissioner.get("/admin/reports/report/places"))
    for words in ("By Site", "By Language", "Arabic", "Over time"):
        assert words in page
    assert commissioner.get("/admin/reports/report/people").status_code == 404
    assert commissioner.get("/admin/reports/year/1999").status_code == 404


def test_the_curve_stands_beside_the_distribution(commissioner, world):
    town(world)
    assert "Lorenz curve" in text_of(commissioner.get("/admin/reports/report/support"))


def test_the_workbook_has_a_sheet_for_each_report_and_says_what_is_hidden(commissioner, world):
    town(world, cases=6)
    answer = commissioner.get("/admin/reports/workbook")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    book = load_workbook(io.BytesIO(answer.data))
    assert len(book.sheetnames) == len(REPORTS) + 1
    about = " ".join(str(row[0].value) for row in book.worksheets[0].rows)
    assert "Counts of one to four are hidden" in about
    rows = [[cell.value for cell in row] for row in book["Where places are missing"].rows]
    assert rows[0] == ["Quarter", "By", "Value", "Households", "for more than 90 days",
                       "Days (middle)"]  # fmt: skip
    assert rows[1][:4] == [QUARTER, "All together", None, 6]


def test_the_yearly_report_has_words_and_tables_for_each_quarter(commissioner, world):
    town(world)
    page = text_of(commissioner.get("/admin/reports/year/2026"))
    assert "Yearly report 2026" in page
    assert "Quarter 4 of 2026.</strong> 7 households wait for a place" in page


def test_no_page_names_anybody_or_leads_to_a_case(commissioner, world):
    made = town(world)
    pages = [text_of(commissioner.get(f"/admin/reports/{address}")) for address in (
        "", "year/2026", *(f"report/{name}" for name in REPORTS)
    )]  # fmt: skip
    book = load_workbook(io.BytesIO(commissioner.get("/admin/reports/workbook").data))
    pages.append(" ".join(str(cell.value) for sheet in book for row in sheet.rows for cell in row))
    areas = {str(row.id) for row in LifeArea.select()}
    for page in pages:
        assert "Unverwechselbar" not in page
        assert "Amalia" not in page
        assert not re.search(r"/admin/(case|person|household|request)s?/", page)
        for case in made:
            assert case.reference not in page
            assert str(case.id) not in page
            assert str(case.household_id) not in page
        assert not any(area in page for area in areas)


@pytest.mark.parametrize("role", list(Role))
def test_only_coordinator_and_commissioner_may_see_them(app, world, role):
    town(world, cases=1)
    desk = desk_of(app, world.staff(role, organization=world.organization()))
    allowed = role in (Role.COORDINATOR, Role.INTEGRATION_COMMISSIONER)
    for address in ("", "workbook", "year/2026", "report/places"):
        answer = desk.get(f"/admin/reports/{address}")
        assert (answer.status_code == 200) is allowed


def test_the_pages_ask_as_much_of_a_large_town_as_of_a_small_one(commissioner, world):
    town(world, cases=1)
    sent = []
    for cases in (7, 0):
        desk = desk_of(commissioner.app, commissioner.staff)
        with statements() as listened:
            assert desk.get("/admin/reports/").status_code == 200
            assert desk.get("/admin/reports/report/places").status_code == 200
        sent.append(len(listened))
        town(world, cases=cases)
    assert sent[0] == sent[1]
