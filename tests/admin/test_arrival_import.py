from __future__ import annotations

import io

import pytest

from casework.arrival_lists.importing import ArrivalDraft, ArrivalList
from casework.cases import Case
from casework.core.access import SYSTEM
from casework.people import Person
from casework.sites import Arrival, announce_arrival
from tests.admin.desk import sign_in
from tests.pages import csrf_token

HEADER = "Familienname;Vorname;Geburtsdatum;Haushalt;AZR-Nummer"
GOOD = f"{HEADER}\nBeispiel;Amal;17.05.1990;1;123456\nBeispiel;Sami;2015;1;\n"
WRONG = GOOD + "Muster;Olena;31.02.1985;2;\n"
START, LOOK = "/admin/arrival_list/", "/admin/arrival_list/look"


def body(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def coordinator(client, world):
    sign_in(client, world.coordinator())
    return client


def upload(client, content: str | bytes, name: str = "liste.csv"):
    data = content.encode() if isinstance(content, str) else content
    token = csrf_token(body(client.get(START)))
    return client.post(START, data={"csrf_token": token, "file": (io.BytesIO(data), name)})


def decide(client, **data: str):
    page = body(client.get(LOOK))
    revision = page.partition('name="revision"')[2].partition('value="')[2].partition('"')[0]
    usual = {"csrf_token": csrf_token(page), "revision": revision, "grouping": "number"}
    return client.post(LOOK, data=usual | data)


def test_a_list_is_looked_at_and_then_taken_over_whole(coordinator, world):
    site = world.site("Lindenweg")
    arrival = announce_arrival(site, 2, by=SYSTEM, at=world.at)
    assert upload(coordinator, GOOD).status_code == 303
    assert not Person.select().exists()
    page = body(coordinator.get(LOOK))
    assert "Amal Beispiel" in page
    assert "123456" not in page
    done = decide(coordinator, action="import", site=str(site.id), arrival=str(arrival.id))
    assert done.status_code == 303
    assert sorted(person.given_name for person in Person.select()) == ["Amal", "Sami"]
    assert Case.get().site == site
    assert Arrival.get().state == "arrived"
    assert not ArrivalDraft.select().exists()


def test_a_doubled_click_takes_it_over_once(coordinator):
    upload(coordinator, GOOD)
    page = body(coordinator.get(LOOK))
    data = {"csrf_token": csrf_token(page), "revision": "0", "grouping": "number",
            "action": "import"}  # fmt: skip
    for _ in range(2):
        assert coordinator.post(LOOK, data=data).status_code == 303
    assert (Person.select().count(), ArrivalList.select().count()) == (2, 1)


def test_the_same_file_again_is_known(coordinator):
    upload(coordinator, GOOD)
    decide(coordinator, action="import")
    assert upload(coordinator, GOOD).headers["Location"].endswith(START)
    assert not ArrivalDraft.select().exists()


def test_an_error_stops_the_list_until_somebody_leaves_the_row_out(coordinator):
    upload(coordinator, WRONG)
    refused = decide(coordinator, action="import")
    assert refused.status_code == 422
    assert not Person.select().exists()
    assert decide(coordinator, action="import", leave_errors_out="y").status_code == 303
    assert Person.select().count() == 2


def test_columns_are_corrected_on_the_page(coordinator):
    upload(coordinator, "Familienname;Vorname\nAmal;Beispiel\n")
    decide(coordinator, action="look", **{"column-0": "given_name", "column-1": "family_name"})
    decide(coordinator, action="import", **{"column-0": "given_name", "column-1": "family_name"})
    assert Person.get().family_name == "Beispiel"


def test_who_may_be_known_is_asked_about_and_chosen(coordinator, world):
    known = world.person(given_name="Olena", family_name="Muster", birth_date="1985-11-04")
    upload(coordinator, "Familienname;Vorname\nMuster;Olena\n")
    assert str(known.id) in body(coordinator.get(LOOK))
    assert decide(coordinator, action="import").status_code == 422
    assert decide(coordinator, action="import", **{"row-2": str(known.id)}).status_code == 303
    assert Person.select().count() == 1
    assert Case.get().household == known.household


def test_a_page_from_another_window_overwrites_nothing(coordinator):
    upload(coordinator, GOOD)
    decide(coordinator, action="look")
    stale = decide(coordinator, action="import", revision="0")
    assert stale.status_code == 303
    assert not Person.select().exists()


def test_a_list_that_is_forgotten_leaves_nothing(coordinator):
    upload(coordinator, GOOD)
    token = csrf_token(body(coordinator.get(LOOK)))
    coordinator.post("/admin/arrival_list/discard", data={"csrf_token": token})
    assert not ArrivalDraft.select().exists()
    assert coordinator.get(LOOK).status_code == 303


@pytest.mark.parametrize(
    "content",
    ["", "Artikel;Menge\n1;2\n", HEADER, b"\x00\x01\x02", b"PK\x03\x04 nothing",
     HEADER + "\nMuster;Olena;;;" * 6_000],
    ids=["empty", "columns", "nobody", "bytes", "archive", "thousands"],
)  # fmt: skip
def test_what_is_no_list_is_refused_with_one_sentence(coordinator, content):
    answer = upload(coordinator, content)
    assert answer.status_code == 422
    assert 'role="alert"' in body(answer)
    assert not ArrivalDraft.select().exists()


def test_no_file_is_said(coordinator):
    token = csrf_token(body(coordinator.get(START)))
    assert coordinator.post(START, data={"csrf_token": token}).status_code == 422


@pytest.mark.parametrize(
    "odd",
    [{"row-2": "nonsense"}, {"row-99999": "out"}, {"column-0": "admin"}, {"site": "x"},
     {"grouping": "x"}, {"revision": "x"}, {"row-2": "x" * 20_000}],
)  # fmt: skip
def test_odd_decisions_break_nothing(coordinator, odd):
    upload(coordinator, GOOD)
    assert decide(coordinator, action="look", **odd).status_code in (303, 422)
    assert not Person.select().exists()


def test_the_template_is_read_back(coordinator):
    book = coordinator.get("/admin/arrival_list/template").data
    assert upload(coordinator, book, "vorlage.xlsx").status_code == 303
    assert "Beispiel" in body(coordinator.get(LOOK)) or "Example" in body(coordinator.get(LOOK))


def test_the_list_of_another_coordinator_is_not_shown(coordinator, world, app):
    upload(coordinator, GOOD)
    other = app.test_client()
    sign_in(other, world.coordinator())
    assert other.get(LOOK).status_code == 303
    assert "Amal" not in body(other.get(START))
