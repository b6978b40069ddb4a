"""Types of questions on the page: typed right, wrong and hostile, mostly in German."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from casework.core.access import SYSTEM
from casework.drafts import Draft
from casework.questionnaires.definitions import Choice, Definition
from casework.questionnaires.media import attach_file
from casework.questionnaires.publishing import import_definition
from casework.questionnaires.publishing import publish as publish_version
from casework.questionnaires.question_types import QUESTION_TYPES
from portal.seeking import MOST_SHOWN
from tests.pages import hidden_fields
from tests.portal.questionnaires import YES_NO, group, publish, question, repeat
from tests.properties import SHARING
from tests.world import World

PAGE = "/de/form/small/all"
TOWNS = "name,label\n" + "".join(f"t{n},Town {n:04}\n" for n in range(3000)) + "k,Köln am Rhein\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def send(client, path: str = PAGE, action: str = "next", **fields: Any):
    page = client.get(path, follow_redirects=True)
    data = {**hidden_fields(page.text), "action": action}
    data |= {name.replace("__", "."): value for name, value in fields.items()}
    return client.post(page.request.path, data=data)


def answers() -> dict[str, Any]:
    return Draft.get().answers["answers"]


def form(world: World, *items: Any, **more: Any) -> None:
    publish("small", group("all", *items), question("note", "end"), at=world.at, **more)


def with_files(world: World, *items: Any, files: dict[str, bytes]) -> None:
    definition = Definition(
        form_id="small", title={"en": "A form"}, default_language="en", languages=("en",),
        items=(group("all", *items), question("note", "end")), choices=YES_NO,
    )  # fmt: skip
    for name, data in files.items():
        definition = attach_file(definition, name, data, by=SYSTEM, at=world.at)
    version = import_definition("small", definition, purpose="other", by=SYSTEM, at=world.at)
    publish_version(version.questionnaire, version, by=SYSTEM, at=world.at)


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("time", {"q": "14:30"}, "14:30"),
        ("time", {"q": "14.30"}, "14:30"),
        ("time", {"q": "2:05 pm"}, "14:05"),
        ("time", {"q": "۱۴:۳۰"}, "14:30"),
        ("datetime", {"q.day": "1", "q.month": "2", "q.year": "2026", "q.time": "08:05"},
         "2026-02-01T08:05"),
        ("datetime", {"q.day": "1.2.2026", "q.month": "", "q.year": "", "q.time": "8:05"},
         "2026-02-01T08:05"),
        ("datetime", {"q": "2026-02-01T08:05"}, "2026-02-01T08:05"),
        ("date", {"q.day": "2026-02-01", "q.month": "", "q.year": ""}, "2026-02-01"),
        ("date", dict.fromkeys(("q.day", "q.month", "q.year"), "1.2.2026"), "2026-02-01"),
        ("date", {"q": "2026-02-01", "q.day": "", "q.month": "", "q.year": ""}, "2026-02-01"),
        ("geopoint", {"q": "48,1 9,2"}, "48.1 9.2"),
        ("geopoint", {"q": "48°7'30\"N 9°15'E"}, "48.125 9.25"),
        ("barcode", {"q": "40 0638"}, "40 0638"),
    ],
)  # fmt: skip
def test_an_answer_is_read_as_people_write_it(client, world, kind, typed, stored) -> None:
    form(world, question(kind, "q"))
    assert send(client, **typed).status_code == 303
    assert answers()["q"] == stored
    assert send(client, **typed).status_code == 303


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("time", {"q": "25:00"}),
        ("time", {"q": "13 pm"}),
        ("time", {"q": "bald"}),
        ("datetime", {"q.day": "31", "q.month": "2", "q.year": "2026", "q.time": "08:05"}),
        ("datetime", {"q.day": "1", "q.month": "2", "q.year": "2026", "q.time": ""}),
        ("datetime", {"q.day": "", "q.month": "", "q.year": "", "q.time": "08:05"}),
        ("geopoint", {"q": "148 9"}),
        ("geopoint", {"q": "hier"}),
        ("range", {"q": "2.55"}),
        ("range", {"q": "11"}),
    ],
)
def test_a_wrong_answer_is_said_and_kept_as_typed(client, world, kind, typed) -> None:
    form(world, question(kind, "q"))
    response = send(client, **typed)
    assert response.status_code == 422
    assert re.search(r'<html lang="de" dir="ltr">', response.text)
    assert 'class="error"' in response.text
    for text in filter(None, typed.values()):
        if kind != "range":
            assert f'value="{text.lstrip("0")}"' in response.text or text in response.text


def test_a_name_that_stands_twice_is_still_the_name_of_its_question(client, world) -> None:
    form(world, group("one", question("text", "name")), group("two", question("text", "name")))
    page = client.get(PAGE, follow_redirects=True).text
    assert re.findall('data-question="([^"]+)"', page) == ["name", "name"]


def test_a_mistake_is_reached_also_where_nothing_can_be_chosen_any_more(client, world) -> None:
    kept = question("select_one", "b", list_name="yes_no", choice_filter="${a} = 'x'")
    form(world, question("text", "a"), kept)
    assert send(client, a="x", b="yes").status_code == 303
    response = send(client, a="y", b="yes")
    assert response.status_code == 422
    assert 'href="#f-b"' in response.text
    assert 'id="f-b"' in response.text


@pytest.mark.parametrize(
    "name",
    ["action", "csrf_token", "discard", "language", "new", "revision", "shown", "website",
     "born.day", "born.year", "born.calendar", "data", "errors", "meta", "check", "name"],
)  # fmt: skip
def test_a_question_may_be_called_like_anything_that_a_page_sends(client, world, name) -> None:
    form(world, question("date", "born"), question("text", name))
    page = client.get(PAGE, follow_redirects=True).text
    box = page.partition(f'data-question="{name}"')[2]
    sent = re.search(r'<input type="text" id="([^"]+)" name="([^"]+)"', box)
    assert sent is not None
    typed = {"born.day": "1", "born.month": "2", "born.year": "2020", sent[2]: "my answer"}
    fields = {**hidden_fields(page), "action": "next", **typed}
    assert client.post(PAGE, data=fields).status_code == 303
    assert answers() == {"born": "2020-02-01", name: "my answer"}
    assert Draft.get().answers["marks"] == []
    shown = client.get(PAGE).text
    assert f'name="{sent[2]}" value="my answer"' in shown


def test_a_file_may_be_called_like_a_button(client, world) -> None:
    form(world, question("file", "action"))
    page = client.get(PAGE, follow_redirects=True).text
    fields = {**hidden_fields(page), "action": "next", "action~": (io.BytesIO(PNG), "a.png")}
    answer = client.post(PAGE, data=fields, content_type="multipart/form-data")
    assert answer.status_code in (303, 422)
    assert 'name="action~"' in page


def test_only_the_parts_that_a_form_wants_are_asked_of_a_date(client, world) -> None:
    form(world, question("date", "q", appearance=("month-year",)))
    page = client.get(PAGE, follow_redirects=True).text
    assert 'name="q.month"' in page
    assert 'name="q.day"' not in page
    assert send(client, q__month="3", q__year="2020").status_code == 303
    assert answers()["q"] == "2020-03-01"


def test_a_scale_has_buttons_a_list_or_a_box_and_takes_steps(client, world) -> None:
    def scale(name: str, end: str, step: str, *appearance: str):
        parameters = {"start": "0", "end": end, "step": step}
        return question("range", name, parameters=parameters, appearance=appearance)

    form(world, scale("few", "1", "0.5"), scale("some", "10", "0.5"), scale("lots", "9999", "1"))
    page = client.get(PAGE, follow_redirects=True).text
    assert re.findall(r'type="radio" name="few" value="([^"]*)"', page) == ["0", "0.5", "1"]
    assert '<select id="f-some"' in page
    assert re.search(r'<input type="text" id="f-lots"', page)
    assert send(client, few="0.5", some="9.5", lots="1234").status_code == 303
    assert (answers()["few"], answers()["some"], answers()["lots"]) == ("0.5", "9.5", "1234")


@pytest.mark.parametrize("typed", [["yes", "yes"], ["yes"], ["yes", ""]])
def test_each_entry_has_a_place_of_its_own(client, world, typed) -> None:
    form(world, question("rank", "q", list_name="yes_no"))
    response = send(client, q=typed)
    assert response.status_code == 422
    assert send(client, q=["no", "yes"]).status_code == 303
    assert answers()["q"] == ["no", "yes"]


def test_a_guidance_is_folded_and_marked_with_its_language(client, world) -> None:
    form(world, question("text", "q", guidance={"en": "Why we ask"}))
    page = client.get(PAGE, follow_redirects=True).text
    found = re.search(r"<details>.*?</details>", page, re.DOTALL)
    assert found
    assert '<span lang="en" dir="ltr">Why we ask</span>' in found[0]


def test_what_cannot_be_changed_is_shown_as_text(client, world) -> None:
    form(world, question("select_one", "q", list_name="yes_no", default="yes", read_only=True))
    page = client.get(PAGE, follow_redirects=True).text
    assert re.search(r'data-question="q" data-type="select_one"><dt>.*?<bdi>Yes</bdi>', page)
    assert 'name="q"' not in page
    send(client, q="no")
    assert answers()["q"] == "yes"


def test_a_long_list_is_searched_and_its_page_is_small(client, world) -> None:
    with_files(
        world, question("select_one_from_file", "town", list_name="towns.csv"),
        files={"towns.csv": TOWNS.encode()},
    )  # fmt: skip
    page = client.get(PAGE, follow_redirects=True)
    assert len(page.data) < 20_000
    assert 'name="town.search"' in page.text
    several = send(client, town__search="town 12")
    assert several.status_code == 422
    assert several.text.count('type="radio" name="town"') == MOST_SHOWN
    assert 'value="town 12"' in several.text
    nothing = send(client, town__search="Atlantis")
    assert nothing.status_code == 422
    assert send(client, town__search="koln AM").status_code == 303
    assert answers()["town"] == "k"
    assert re.search(r'value="k" [^>]*checked', client.get(PAGE).text)
    assert send(client, town="t7").status_code == 303
    assert answers()["town"] == "t7"
    assert send(client, town="nowhere").status_code == 422


def test_several_entries_of_a_long_list_add_up(client, world) -> None:
    with_files(
        world, question("select_multiple_from_file", "towns", list_name="towns.csv"),
        files={"towns.csv": TOWNS.encode()},
    )  # fmt: skip
    assert send(client, towns__search="Town 0001").status_code == 303
    assert send(client, towns="t1", towns__search="Town 0002").status_code == 303
    assert answers()["towns"] == ["t1", "t2"]


def test_pictures_of_questions_and_choices_come_from_the_version(client, world) -> None:
    with_files(
        world,
        question("select_one", "q", list_name="yes_no",
                 media={"image": {"en": "a.png"}, "audio": {"en": "missing.mp3"}}),
        files={"a.png": PNG, "list.csv": b"name\nx\n"},
    )  # fmt: skip
    page = client.get(PAGE, follow_redirects=True).text
    [address] = re.findall(r'<img class="medium" src="([^"]+)"', page)
    assert "<audio" not in page
    got = client.get(address)
    assert (got.data, got.mimetype) == (PNG, "image/png")
    assert "immutable" in got.headers["Cache-Control"]
    assert client.get("/media/" + "0" * 64 + ".png").status_code == 404
    from casework.questionnaires.media import MediaFile

    table = MediaFile.get(MediaFile.content_type == "text/plain")
    assert client.get(f"/media/{table.digest}.csv").status_code == 404


def test_rows_within_rows_are_added_changed_and_removed(client, world) -> None:
    publish(
        "small",
        repeat("home", question("text", "street", required=True),
               repeat("person", question("text", "name", required=True))),
        at=world.at,
    )  # fmt: skip
    homes = "/de/form/small/home"

    def add(list_page: str, name: str) -> str:
        return send(client, list_page, action=f"add:{name}").headers["Location"]

    row = add(homes, "home")
    inner = send(client, row, street="Am Hang").headers["Location"]
    for name in ("Amal", "Noor"):
        done = send(client, add(inner, "person"), name=name)
        assert done.headers["Location"] == inner
    assert [each["name"] for each in answers()["home"][0]["person"]] == ["Amal", "Noor"]
    assert send(client, inner, action="remove:person:1").status_code == 303
    assert [each["name"] for each in answers()["home"][0]["person"]] == ["Noor"]
    assert send(client, inner).headers["Location"].endswith(homes)
    checked = send(client, homes)
    page = client.get(checked.headers["Location"]).text
    assert "Am Hang" in page
    assert "Noor" in page
    assert send(client, homes, action="remove:home:1").status_code == 303
    assert not answers().get("home")


FILLABLE = tuple(name for name, kind in QUESTION_TYPES.items() if kind.fillable)
TEXT = st.text(max_size=40) | st.sampled_from(
    ["", "-1", "1e999", "٣", "48,1 9,2", "2026-02-31", "99:99", "yes", "\x00", "\ufeff", "%ff"]
)
SUFFIXES = ("", ".day", ".month", ".year", ".time", ".calendar", ".search", ".remove")


@settings(max_examples=40, deadline=None, suppress_health_check=SHARING)
@given(data=st.data())
def test_no_input_to_any_type_breaks_the_page(client, world, data) -> None:
    if Draft.select().count() == 0 and not _known():
        with_files(
            world,
            *(question(kind, f"q_{kind}", list_name=_list_of(kind)) for kind in FILLABLE),
            files={"towns.csv": b"name,label\nyes,Yes\nno,No\n"},
        )  # fmt: skip
    fields: MultiDict[str, Any] = MultiDict()
    page = client.get(PAGE, follow_redirects=True)
    for name, value in hidden_fields(page.text).items():
        fields.add(name, value)
    fields.add("action", data.draw(st.sampled_from(["next", "back", "next"])))
    for kind in data.draw(st.lists(st.sampled_from(FILLABLE), max_size=8)):
        name = f"q_{kind}" + data.draw(st.sampled_from(SUFFIXES))
        for _ in range(data.draw(st.integers(1, 3))):
            fields.add(name, data.draw(TEXT))
        if data.draw(st.booleans()):
            content = data.draw(st.binary(max_size=60) | st.sampled_from([PNG, b"%PDF-1.7\n"]))
            fields.add(name, (io.BytesIO(content), data.draw(st.text(max_size=10)) or "x"))
    response = client.post(page.request.path, data=fields, content_type="multipart/form-data")
    assert response.status_code in (303, 400, 422)
    again = client.get(PAGE, follow_redirects=True)
    assert again.status_code == 200


def _known() -> bool:
    from casework.questionnaires.models import Questionnaire

    return Questionnaire.select().where(Questionnaire.slug == "small").exists()


def _list_of(kind: str) -> str:
    if kind.endswith("_from_file"):
        return "towns.csv"
    return "yes_no" if QUESTION_TYPES[kind].needs_list else ""


def test_choices_without_a_text_show_their_name(client, world) -> None:
    form(
        world, question("select_one", "q", list_name="bare"),
        choices={"bare": (Choice(name="alpha"),)},
    )  # fmt: skip
    assert ">alpha</span>" in client.get(PAGE, follow_redirects=True).text
