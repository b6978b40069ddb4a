"""The form editor without a script: fields, choices, conditions, moves, undo, two editors."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from casework.core.access import Role
from casework.questionnaires.definitions import Definition
from casework.questionnaires.editing import cells_of, change, delete, item_at, place_of
from casework.questionnaires.models import Questionnaire
from casework.questionnaires.working_copies import WorkingCopy, begin_working_copy, store
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.world import World

EDITOR = "/admin/form-editor/help/"


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def copy(world: World) -> WorkingCopy:
    row = Questionnaire.get(Questionnaire.slug == "help")
    return begin_working_copy(row, by=world.coordinator().actor, at=world.at)


def _now(copy: WorkingCopy) -> WorkingCopy:
    return WorkingCopy.get_by_id(copy.id)


def _parsed(copy: WorkingCopy) -> Definition:
    return _now(copy).parsed


def _shown(desk: Any, place: str) -> dict[str, str]:
    """The form of the page as a browser would send it, without a button."""
    page = text_of(desk.get(f"{EDITOR}?at={place}"))
    form = page[page.index('id="fields"') : page.index('class="part"') if not place else None]
    form = form[: form.index("</form>")]
    return _fields_in(form)


def _fields_in(form: str) -> dict[str, str]:
    found = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name = re.search(r' name="([^"]*)"', tag)
        ticked = 'type="radio"' not in tag and 'type="checkbox"' not in tag
        if not name or not (ticked or " checked" in tag):
            continue
        value = re.search(r' value="([^"]*)"', tag)
        found[name[1]] = unescape(value[1]) if value else ""
    for name, text in re.findall(
        r'<textarea [^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form, re.S
    ):
        found[name] = unescape(text)
    for name, inside in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        options = re.findall(r'<option value="([^"]*)"( selected)?', inside)
        chosen = [value for value, selected in options if selected] or [options[0][0]]
        found[name] = unescape(chosen[0])
    return found


def _send(desk: Any, fields: dict[str, str], do: str = "save") -> Any:
    return send(desk, f"{EDITOR}change", fields | {"do": do})


def test_saving_without_a_change_changes_nothing(desk, copy) -> None:
    before = _now(copy)
    for line in ("", "0/0", "1/0", "4", "4/3", "5/0", "6/0", "6/11", "7/1", "8/0"):
        answer = _send(desk, _shown(desk, line))
        assert answer.status_code == 303, (line, text_of(answer)[:3000])
    after = _now(copy)
    assert (after.revision, after.definition) == (before.revision, before.definition)


def test_a_new_text_is_stored_as_a_new_revision_and_can_be_taken_back(desk, copy) -> None:
    fields = _shown(desk, "1/0")
    answer = _send(desk, fields | {"c:label::de": "Wie heißen Sie?"})
    assert answer.status_code == 303
    assert cells_of(_parsed(copy), "1/0")["label::de"] == "Wie heißen Sie?"
    assert _now(copy).revision == copy.revision + 1
    send(desk, f"{EDITOR}undo", {"revision": copy.revision + 1, "name": "helper_name"})
    assert cells_of(_parsed(copy), "1/0") == cells_of(copy.parsed, "1/0")


def test_a_question_is_added_below_the_chosen_one_with_what_was_typed(desk, copy) -> None:
    fields = _shown(desk, "2/0") | {"c:hint::de": "Wie im Pass", "kind": "integer"}
    answer = _send(desk, fields, "add")
    assert answer.location.endswith("?at=2/1")
    definition = _parsed(copy)
    assert cells_of(definition, "2/0")["hint::de"] == "Wie im Pass"
    assert item_at(definition, "2/1").type == "integer"


def test_a_new_question_is_called_after_its_first_text(desk, copy) -> None:
    _send(desk, _shown(desk, "2/0") | {"kind": "text"}, "add")
    _send(desk, _shown(desk, "2/1") | {"c:label::de": "Straße und Nr.?"})
    assert item_at(_parsed(copy), "2/1").name == "strasse_und_nr"
    _send(desk, _shown(desk, "2/1") | {"c:label::de": "Anschrift"})
    assert item_at(_parsed(copy), "2/1").name == "strasse_und_nr", "a name is given once"
    _send(desk, _shown(desk, "2/1") | {"kind": "text"}, "add")
    own = {"c:label::de": "Phone", "c:name": "my_own"}
    _send(desk, _shown(desk, "2/2") | own)
    assert item_at(_parsed(copy), "2/2").name == "my_own"


@pytest.mark.parametrize(("where", "place"), [("inside", "2/6"), ("below", "3")])
def test_beside_a_group_one_says_where_the_new_question_goes(desk, copy, where, place) -> None:
    answer = _send(desk, _shown(desk, "2") | {"kind": "note", "where": where}, "add")
    assert answer.location.endswith(f"?at={place}")


def test_a_question_with_choices_gets_a_list_of_its_own(desk, copy) -> None:
    _send(desk, _shown(desk, "2/0") | {"kind": "select_one"}, "add")
    fields = _shown(desk, "2/1") | {"c:label::de": "Kinder?", "k:0:label::de": "ja",
                                    "k:0:name": "yes", "k:new0:label::de": "nein"}  # fmt: skip
    assert _send(desk, fields).status_code == 303
    item = item_at(_parsed(copy), "2/1")
    choices = _parsed(copy).choices[item.list_name]
    assert [(each.name, each.label["de"]) for each in choices] == [("yes", "ja"), ("nein", "nein")]


def test_a_type_with_choices_brings_a_list_along(desk, copy) -> None:
    _send(desk, _shown(desk, "2/0") | {"c:type": "select_multiple"})
    item = item_at(_parsed(copy), "2/0")
    assert (item.type, len(_parsed(copy).choices[item.list_name])) == ("select_multiple", 1)


def test_choices_move_and_go(desk, copy) -> None:
    item = item_at(copy.parsed, "1/1")
    names = [each.name for each in copy.parsed.choices[item.list_name]]
    _send(desk, _shown(desk, "1/1"), "choice-down:0")
    _send(desk, _shown(desk, "1/1"), "choice-remove:2")
    left = [each.name for each in _parsed(copy).choices[item.list_name]]
    assert left == [names[1], names[0], *names[3:]]


def test_a_choice_that_a_condition_names_goes_only_when_told_twice(desk, copy) -> None:
    answer = _send(desk, _shown(desk, "0/0"), "choice-remove:1")
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Remove it all the same" in page
    assert "${filled_by} = &#39;other&#39;" in page
    assert _now(copy).revision == copy.revision
    assert _send(desk, _shown(desk, "0/0"), "choice-remove-anyway:1").status_code == 303
    assert len(_parsed(copy).choices[item_at(copy.parsed, "0/0").list_name]) == 1


def test_shared_choices_can_become_the_questions_own(desk, copy) -> None:
    _send(desk, _shown(desk, "1/1") | {"c:list_name": item_at(copy.parsed, "0/0").list_name})
    page = text_of(desk.get(f"{EDITOR}?at=1/1"))
    assert "shared with: filled_by" in page
    _send(desk, _shown(desk, "1/1"), "own-list")
    assert item_at(_parsed(copy), "1/1").list_name == "helper_relation_2"


CONDITIONS = [
    (("filled_by", "is", "other"), "${filled_by} = 'other'"),
    (("filled_by", "is_not", "self"), "${filled_by} != 'self'"),
    (("need_areas", "is", "work"), "selected(${need_areas}, 'work')"),
    (("need_areas", "is_not", "work"), "not(selected(${need_areas}, 'work'))"),
    (("place", "contains", "Frei"), "contains(${place}, 'Frei')"),
    (("place", "answered", ""), "${place} != ''"),
    (("place", "empty", "ignored"), "${place} = ''"),
    (("birth_date", "less", "2008-01-01"), "${birth_date} < date('2008-01-01')"),
    (("place", "least", "79,5"), "${place} >= 79.5"),
    (("place", "is", "d'Arc"), '${place} = "d\'Arc"'),
]


@pytest.mark.parametrize(("row", "expression"), CONDITIONS)
def test_a_condition_needs_no_formula(desk, copy, row, expression) -> None:
    rows = dict(zip(("w:0:question", "w:0:sign", "w:0:value"), row, strict=True))
    answer = _send(desk, _shown(desk, "7/4") | {"w:mode": "simple", **rows})
    assert answer.status_code == 303
    assert item_at(_parsed(copy), "7/4").relevant == expression
    shown = _shown(desk, "7/4")
    assert shown["w:mode"] == "simple"
    assert shown["w:0:sign"] == row[1]
    assert _send(desk, shown).status_code == 303
    assert item_at(_parsed(copy), "7/4").relevant == expression


def test_two_conditions_are_joined_as_chosen(desk, copy) -> None:
    rows = {"w:mode": "simple", "w:join": "or", "w:0:question": "place", "w:0:sign": "empty",
            "w:1:question": "alone", "w:1:sign": "is", "w:1:value": "no"}  # fmt: skip
    _send(desk, _shown(desk, "7/4") | rows)
    assert item_at(_parsed(copy), "7/4").relevant == "${place} = '' or ${alone} = 'no'"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("alone", "is", ""), "Please choose or enter the answer"),
        (("place", "more", "viel"), "neither a number nor a date"),
        (("place", "is", "'\""), "one of the two kinds of quotes"),
    ],
)
def test_a_condition_that_cannot_be_keeps_what_was_typed(desk, copy, row, words) -> None:
    rows = dict(zip(("w:0:question", "w:0:sign", "w:0:value"), row, strict=True))
    typed = {"w:mode": "simple", "c:hint::de": "Neuer Hinweis", **rows}
    answer = _send(desk, _shown(desk, "7/4") | typed)
    page = text_of(answer)
    assert answer.status_code == 422
    assert words in page
    assert "Neuer Hinweis" in page
    assert _now(copy).revision == copy.revision


def test_an_expression_that_says_more_stays_a_formula(desk, copy) -> None:
    formula = "count-selected(${need_areas}) > 2 and not(${alone} = 'no')"
    _send(desk, _shown(desk, "7/4") | {"w:mode": "formula", "c:relevant": formula})
    shown = _shown(desk, "7/4")
    assert (shown["w:mode"], shown["c:relevant"]) == ("formula", formula)
    _send(desk, shown | {"w:mode": "always"})
    assert item_at(_parsed(copy), "7/4").relevant == ""


def test_errors_stand_beside_their_field_and_in_the_outline(desk, copy) -> None:
    _send(desk, _shown(desk, "7/4") | {"w:mode": "formula", "c:relevant": "${nobody} = 1"})
    page = text_of(desk.get(f"{EDITOR}?at=7/4"))
    assert 'id="c-relevant-error"' in page
    assert "has an error" in page
    assert "1 error" in page


def test_a_question_that_others_name_is_deleted_only_when_told_twice(desk, copy) -> None:
    answer = _send(desk, _shown(desk, "0/0"), "delete")
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Delete it all the same" in page
    assert place_of(_parsed(copy), "filled_by") == "0/0"
    assert _send(desk, _shown(desk, "0/0"), "delete:anyway").location.endswith("?at=0")
    assert place_of(_parsed(copy), "filled_by") is None


def test_items_move_and_are_copied(desk, copy) -> None:
    assert _send(desk, _shown(desk, "2/1"), "up").location.endswith("?at=2/0")
    assert _send(desk, _shown(desk, "2/0"), "out").location.endswith("?at=3")
    moved = _send(desk, _shown(desk, "3") | {"target": "8"}, "to")
    assert place_of(_parsed(copy), "family_name") == moved.location.partition("?at=")[2]
    back = _send(desk, _shown(desk, place_of(_parsed(copy), "family_name")) | {"target": ""}, "to")
    assert back.location.endswith(f"?at={len(_parsed(copy).items) - 1}")
    _send(desk, _shown(desk, "2/0"), "duplicate")
    assert place_of(_parsed(copy), "given_name_2") == "2/1"


@pytest.mark.parametrize(
    ("cell", "text"),
    [("c:name", "2 falsch"), ("c:name", "family_name"), ("c:label::de", "x" * 10_001),
     ("c:type", "magic"), ("k:0:name", "zwei Wörter")],
)  # fmt: skip
def test_what_cannot_be_stored_is_said_beside_it(desk, copy, cell, text) -> None:
    answer = _send(desk, _shown(desk, "1/1") | {cell: text, "c:hint::de": "bleibt stehen"})
    assert answer.status_code == 422
    assert "bleibt stehen" in text_of(answer)
    assert _now(copy).revision == copy.revision


def test_the_second_editor_is_told_sees_both_texts_and_loses_nothing(desk, copy, world) -> None:
    mine = _shown(desk, "1/0") | {"c:label::de": "Mein Text", "c:hint::de": "Mein Hinweis"}
    other = world.coordinator()
    theirs = change(copy.parsed, "1/0", {"label::de": "Anderer Text", "required": ""})
    theirs = change(theirs.definition, "2/0", {"label::de": "Vorname?"})
    store(_now(copy), theirs.definition, revision=1, by=other.actor, at=world.at)
    answer = _send(desk, mine)
    page = text_of(answer)
    assert answer.status_code == 409
    for words in (other.name, "Mein Text", "Anderer Text", "Mein Hinweis"):
        assert words in page, words
    assert _now(copy).revision == 2
    again = _fields_in(page[page.index('id="fields"') :])
    assert again["c:required"] == "", "what only the other one changed stays changed"
    assert _send(desk, again).status_code == 303
    cells = cells_of(_parsed(copy), "1/0")
    assert (cells["label::de"], cells["hint::de"]) == ("Mein Text", "Mein Hinweis")
    assert cells_of(_parsed(copy), "2/0")["label::de"] == "Vorname?"


def test_text_typed_for_a_question_that_is_gone_is_shown(desk, copy, world) -> None:
    mine = _shown(desk, "1/0") | {"c:label::de": "Mein langer Text"}
    gone = delete(copy.parsed, "1/0", even_if_mentioned=True)
    store(_now(copy), gone, revision=1, by=world.coordinator().actor, at=world.at)
    answer = _send(desk, mine)
    assert answer.status_code == 409
    assert "Mein langer Text" in text_of(answer)
    assert _now(copy).revision == 2


def test_languages_come_and_go(desk, copy) -> None:
    send(desk, f"{EDITOR}languages", {"do": "add", "tag": "pl", "revision": 1})
    assert "pl" in _parsed(copy).languages
    assert "Polish" in text_of(desk.get(EDITOR))
    send(desk, f"{EDITOR}languages", {"do": "remove", "tag": "pl", "revision": 2})
    assert "pl" not in _parsed(copy).languages
    for do, tag in (("add", "xx-klingon"), ("remove", "de"), ("main", "pl")):
        send(desk, f"{EDITOR}languages", {"do": do, "tag": tag, "revision": 3})
    assert _now(copy).revision == 3


def test_a_formula_is_checked_without_being_stored(desk, copy) -> None:
    def asked(**values: Any) -> Any:
        return send(desk, f"{EDITOR}check", {"place": "7/4", "column": "relevant", **values})

    assert asked(text="${alone} = 'no'").json == []
    assert "nobody" in asked(text="${nobody} = 1").json[0]
    assert len(asked(text="if(").json) == 1
    assert asked(text="x", column="label").status_code == 400
    assert asked(text="x", place="99").status_code == 404
    assert _now(copy).revision == copy.revision


@pytest.mark.parametrize(
    "fields",
    [
        {"place": "0/0", "revision": "1", "do": "choice-up:99"},
        {"place": "0/0", "revision": "1", "do": "choice-remove:-1", "list": "x"},
        {"place": "0/0", "revision": "1", "do": "to", "target": "0"},
        {"place": "0", "revision": "1", "do": "to", "target": "0"},
        {"place": "0/0/0", "revision": "1", "do": "delete"},
        {"place": "x", "revision": "1", "do": "up"},
        {"place": "", "revision": "1", "do": "delete"},
        {"place": "", "revision": "1", "do": "add", "kind": "magic"},
        {"place": "0", "revision": "1", "do": "nonsense", "w:mode": "simple", "w:0:question": "}"},
        {"place": "0/0", "revision": "1", "c:unheard": "x", "do": "save"},
        {"place": "0/0", "revision": "-1", "do": "save"},
    ],
)
def test_forged_forms_are_refused_in_words(desk, copy, fields) -> None:
    answer = send(desk, f"{EDITOR}change", fields)
    assert answer.status_code in (303, 404, 409, 422)


def test_without_a_working_copy_there_is_nothing_to_edit(desk, world) -> None:
    assert "/admin/questionnaire/details/" in desk.get(EDITOR).location
    assert send(desk, f"{EDITOR}change", {"place": ""}).status_code == 404
    assert desk.get("/admin/form-editor/nothing/").status_code == 404
    answer = send(desk, f"{EDITOR}begin")
    assert answer.location.endswith(EDITOR)
    assert WorkingCopy.select().count() == 1
    send(desk, f"{EDITOR}discard")
    assert WorkingCopy.select().count() == 0


def test_the_editor_costs_few_statements(desk, copy) -> None:
    desk.get(f"{EDITOR}?at=0/0")
    with statements() as seen:
        assert desk.get(f"{EDITOR}?at=0/0").status_code == 200
    assert len(seen) <= 14, seen


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.COORDINATOR])
def test_only_the_coordinator_edits_forms(app, world, copy, role) -> None:
    needs = role is Role.INTEGRATION_MANAGER
    organization = world.organization() if needs else None
    desk = desk_of(app, world.staff(role, organization=organization))
    for path in ("", "publish"):
        assert desk.get(f"{EDITOR}{path}").status_code == 404, path
    for path in ("begin", "change", "languages", "undo", "discard", "check", "publish"):
        assert send(desk, f"{EDITOR}{path}").status_code == 404, path
    assert _now(copy).revision == 1


def test_publishing_says_what_changes_and_who_is_under_way(desk, copy, world, client) -> None:
    version = Questionnaire.get(Questionnaire.slug == "help").live_version_id
    _send(desk, _shown(desk, "1/0") | {"c:label::de": "Wie heißen Sie?", "c:save_to": ""})
    page = text_of(desk.get(f"{EDITOR}publish"))
    for words in ("Wie heißen Sie?", ">data<", "Nobody is filling in", "1 source changed"):
        assert words in page, words
    answer = send(desk, f"{EDITOR}publish", {"revision": _now(copy).revision})
    assert "/admin/questionnaire/details/" in answer.location
    row = Questionnaire.get(Questionnaire.slug == "help")
    assert row.live_version_id != version
    assert WorkingCopy.select().count() == 0


def test_a_form_with_errors_is_not_published(desk, copy) -> None:
    _send(desk, _shown(desk, "7/4") | {"w:mode": "formula", "c:relevant": "${nobody} = 1"})
    page = text_of(desk.get(f"{EDITOR}publish"))
    assert "cannot be published yet" in page
    assert "Publish now" not in page
    answer = send(desk, f"{EDITOR}publish", {"revision": 2})
    assert answer.status_code == 303
    assert Questionnaire.get(Questionnaire.slug == "help").versions.count() == 1


def test_what_was_changed_after_the_page_was_made_is_not_published_unseen(desk, copy) -> None:
    _send(desk, _shown(desk, "1/0") | {"c:label::de": "Wie heißen Sie?"})
    answer = send(desk, f"{EDITOR}publish", {"revision": 1})
    assert answer.location.endswith("/publish")
    assert _now(copy).revision == 2
    assert Questionnaire.get(Questionnaire.slug == "help").versions.count() == 1
