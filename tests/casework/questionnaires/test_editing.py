"""Editing a definition: add, change, move, copy, delete, rename; choices, languages, settings."""

import pytest

from casework.core.refusals import Refusal
from casework.formats.xlsform import read_xlsform, write_xlsform
from casework.questionnaires import editing
from casework.questionnaires.checking import check
from casework.questionnaires.definitions import Choice, Definition, Group, Repeat
from casework.questionnaires.editing import (
    BadName,
    CannotMove,
    CellsRefused,
    DefaultLanguageStays,
    LanguageKnown,
    LastChoice,
    ListInUse,
    NameTaken,
    NoSuchList,
    NoSuchPlace,
    StillMentioned,
    UnknownLanguage,
    UnknownType,
    add,
    add_choice,
    add_language,
    add_list,
    blank,
    can_move,
    cells_of,
    change,
    change_choice,
    change_settings,
    choice_cells_of,
    copy_list,
    delete,
    duplicate,
    item_at,
    lists_in_use,
    mentions,
    move_choice,
    move_down,
    move_into,
    move_out,
    move_to,
    move_up,
    normal,
    outline,
    place_of,
    remove_choice,
    remove_language,
    remove_list,
    rename,
    rename_list,
    set_default_language,
    settings_cells,
)
from casework.questionnaires.findings import has_errors
from casework.questionnaires.placing import check_expression, findings_of
from tests.casework.questionnaires.samples import (
    HOUSEHOLD,
    choices,
    definition,
    group,
    question,
    repeat,
)


def names(found: Definition) -> list[str]:
    return [f"{line.place} {line.item.name}" for line in outline(found)]


def place(found: Definition, name: str) -> str:
    where = place_of(found, name)
    assert where is not None, name
    return where


def problems(refused: pytest.ExceptionInfo[CellsRefused]) -> dict[str, type[Refusal]]:
    return {cell: type(problem) for cell, problem in refused.value.problems.items()}


def reread(found: Definition) -> Definition:
    again = read_xlsform(write_xlsform(found)).definition
    assert again is not None
    return again


SMALL = definition(
    question("text", "a"),
    group("g", question("text", "b"), repeat("r", question("integer", "c"))),
    question("select_one", "d", list_name="colours"),
    choices={"colours": choices("red", "blue")},
    languages=("en", "de"),
)


class TestAdding:
    def test_a_question_comes_last_unless_a_position_is_named(self):
        edited = add(SMALL, "text", cells={"name": "z"})
        assert (edited.place, names(edited.definition)[-1]) == ("3", "3 z")
        edited = add(SMALL, "group", parent="1", index=0, cells={"name": "inner"})
        assert (edited.place, type(item_at(edited.definition, "1/0"))) == ("1/0", Group)
        edited = add(edited.definition, "repeat", parent="1/0")
        assert type(item_at(edited.definition, edited.place)) is Repeat

    def test_without_a_name_it_gets_one_made_of_its_text(self):
        cells = {"label::en": "Où habitez-vous, ${a}?"}
        first = add(SMALL, "text", cells=cells)
        second = add(first.definition, "text", cells=cells)
        arabic = add(SMALL, "note", cells={"label::en": "مرحبا"})
        got = [item_at(each.definition, each.place).name for each in (first, second, arabic)]
        assert got == ["ou_habitez_vous", "ou_habitez_vous_2", "note"]

    @pytest.mark.parametrize(
        ("cells", "cell", "problem"),
        [
            ({"name": "two words"}, "name", BadName),
            ({"name": "1st"}, "name", BadName),
            ({"name": "_row"}, "name", BadName),
            ({"name": "x" * 101}, "name", BadName),
            ({"name": "b"}, "name", NameTaken),
            ({"label::en": "x" * 20_000}, "label::en", editing.cells.TextTooLong),
            ({"label::xx": "Bonjour"}, "label::xx", editing.UnknownCell),
            ({"label": "Hello"}, "label", editing.UnknownCell),
            ({"invented": "x"}, "invented", editing.UnknownCell),
            ({"parameters": "=3"}, "parameters", editing.cells.ParametersRefused),
        ],
    )
    def test_bad_cells_are_refused_by_cell(self, cells, cell, problem):
        with pytest.raises(CellsRefused) as refused:
            add(SMALL, "text", cells=cells)
        assert problems(refused) == {cell: problem}
        assert refused.value.problems[cell].text("de")

    def test_every_problem_is_told_at_once(self):
        with pytest.raises(CellsRefused) as refused:
            add(SMALL, "rank", cells={"name": "b", "list_name": "no", "label::xx": "x"})
        assert set(refused.value.problems) == {"name", "list_name", "label::xx"}

    def test_an_unknown_type_or_place_is_refused(self):
        with pytest.raises(UnknownType):
            add(SMALL, "textt")
        for nowhere in ("9", "0", "1/0", "x", "-1", "1//0"):
            with pytest.raises(NoSuchPlace):
                add(SMALL, "text", parent=nowhere)


class TestChanging:
    def test_cells_are_read_as_people_type_them(self):
        cells = {
            "label::en": "  Your name\r\nplease\x00 ", "required": "yes", "read_only": "",
            "relevant": "${a} = ‘x’ AND true", "appearance": " multiline  w1 ",
            "parameters": "start=1;end=10", "default": "today()", "constraint": ". > 3",
        }  # fmt: skip
        item = item_at(change(SMALL, "0", cells).definition, "0")
        assert item.label == {"en": "Your name\nplease"}
        assert (item.required, item.read_only) == (True, False)
        assert item.relevant == "${a} = 'x' and true"
        assert item.appearance == ("multiline", "w1")
        assert item.parameters == {"start": "1", "end": "10"}
        assert cells_of(normal(SMALL), "0")["label::de"] == ""

    def test_what_cells_of_gives_changes_nothing(self):
        found = normal(HOUSEHOLD)
        for line in outline(found):
            assert change(found, line.place, cells_of(found, line.place)).definition == found

    def test_an_empty_cell_takes_the_text_away(self):
        found = change(SMALL, "0", {"label::en": ""}).definition
        assert item_at(found, "0").label == {}

    def test_another_type_leaves_what_belongs_to_the_old_one(self):
        found = change(SMALL, "2", {"or_other": "yes"}).definition
        assert item_at(found, "2").or_other is True
        kept = change(found, "2", {"type": "select_multiple"}).definition
        assert (item_at(kept, "2").list_name, item_at(kept, "2").or_other) == ("colours", True)
        ranked = change(found, "2", {"type": "rank"}).definition
        assert (item_at(ranked, "2").list_name, item_at(ranked, "2").or_other) == ("colours", False)
        text = change(found, "2", {"type": "text"}).definition
        assert (item_at(text, "2").list_name, item_at(text, "2").or_other) == ("", False)

    def test_a_question_without_choices_keeps_no_list(self):
        found = change(SMALL, "0", {"list_name": "colours"}).definition
        assert found == normal(SMALL)
        assert reread(found) == found

    def test_a_group_has_no_type(self):
        with pytest.raises(CellsRefused):
            change(SMALL, "1", {"type": "text"})

    def test_unknown_columns_survive_and_can_be_changed(self):
        found = definition(question("text", "a", extra={"body::kb": "1"}), question("text", "b"))
        found = change(found, "1", {"label::en": "New", "body::kb": "2"}).definition
        assert [item.extra for item in found.items] == [{"body::kb": "1"}, {"body::kb": "2"}]


class TestRenaming:
    def test_every_reference_follows(self):
        found = definition(
            question("text", "old", relevant="${old} != ''"),
            question(
                "text", "q", label={"en": "Hello ${old}, ${older}"}, constraint="../old = .",
                choice_filter="x = ${old}", default="concat(${old}, 'old')", trigger="${old}",
                required="/data/old = 'old'", parameters={"seed": "${old}"}, extra={"x": "${old}"},
            ),
            question("text", "older", calculation="current()/../old"),
            repeat("r", question("integer", "n"), repeat_count="${old}"),
            choices={"l": (Choice(name="old", label={"en": "${old}"}),)},
            settings={"instance_name": "${old}"}, entities=({"label": "${old}"},),
        )  # fmt: skip
        edited = rename(found, "0", "new")
        new = edited.definition
        first, q, older, rep = new.items
        assert (first.name, first.relevant) == ("new", "${new} != ''")
        assert q.label == {"en": "Hello ${new}, ${older}"}
        assert (q.constraint, q.choice_filter) == ("../new = .", "x = ${new}")
        assert (q.default, q.trigger) == ("concat(${new}, 'old')", "${new}")
        assert (q.required, q.parameters) == ("/data/new = 'old'", {"seed": "${new}"})
        assert (older.name, older.calculation) == ("older", "current()/../new")
        assert (q.extra, rep.repeat_count) == ({"x": "${new}"}, "${new}")
        assert new.choices["l"][0] == Choice(name="old", label={"en": "${new}"})
        assert (new.settings, new.entities) == (
            {"instance_name": "${new}"},
            ({"label": "${new}"},),
        )
        assert rename(new, "0", "old").definition == normal(found)

    def test_of_two_items_of_one_name_only_its_own_references_follow(self):
        inner = ("age", "text")
        found = definition(
            group("one", question("integer", "age"), question("text", "x", relevant="${age} > 1")),
            group("two", question("integer", "age"), question("text", "y", relevant="${age} > 2")),
        )
        new = rename(found, "1/0", "years").definition
        assert item_at(new, "0/1").relevant == "${age} > 1", inner
        assert item_at(new, "1/1").relevant == "${years} > 2"

    def test_the_text_question_of_or_other_follows(self):
        found = definition(
            question("select_one", "job", list_name="l", or_other=True),
            question("text", "x", relevant="${job_other} != ''"),
            choices={"l": choices("a")},
        )
        assert item_at(rename(found, "0", "work").definition, "1").relevant == "${work_other} != ''"
        taken = add(found, "text", cells={"name": "work_other"}).definition
        with pytest.raises(NameTaken):
            rename(taken, "0", "work")

    @pytest.mark.parametrize("name", ["", "b b", "1", "${a}", "a" * 101, "b", "g", "../a"])
    def test_a_name_must_be_usable_and_free(self, name):
        with pytest.raises(Refusal):
            rename(SMALL, "0", name)


class TestMoving:
    def test_up_down_in_and_out(self):
        assert names(move_down(SMALL, "0").definition)[:2] == ["0 g", "0/0 b"]
        assert move_up(SMALL, "2").place == "1"
        assert move_out(SMALL, "1/1/0").place == "1/2"
        edited = move_into(SMALL, "0", "1")
        assert edited.place == "0/2"
        assert names(edited.definition) == ["0 g", "0/0 b", "0/1 r", "0/1/0 c", "0/2 a", "1 d"]
        assert move_to(SMALL, "2", "1/1", 0).place == "1/1/0"

    def test_what_is_possible_is_told_beforehand(self):
        assert can_move(SMALL, "0") == {"down"}
        assert can_move(SMALL, "2") == {"up", "in"}
        assert can_move(SMALL, "1/1") == {"up", "out"}
        for line in outline(SMALL):
            for way, move in (("up", move_up), ("down", move_down), ("out", move_out)):
                if way in can_move(SMALL, line.place):
                    edited = move(SMALL, line.place)
                    assert item_at(edited.definition, edited.place).name == line.item.name
                else:
                    with pytest.raises(CannotMove):
                        move(SMALL, line.place)

    def test_a_group_does_not_move_into_itself(self):
        for target in ("1", "1/1"):
            with pytest.raises(CannotMove):
                move_into(SMALL, "1", target)
        with pytest.raises(CannotMove):
            move_into(SMALL, "0", "2")
        with pytest.raises(CannotMove):
            move_to(SMALL, "0", "", 7)

    def test_two_of_one_name_do_not_meet_in_one_group(self):
        found = definition(question("text", "a"), group("g", question("text", "a")))
        with pytest.raises(NameTaken):
            move_into(found, "0", "1")


class TestCopyingAndDeleting:
    def test_a_copy_has_names_of_its_own_and_refers_to_itself(self):
        found = definition(
            question("text", "out"),
            group(
                "g", question("text", "x"),
                question("text", "y", relevant="${x} = ${out} and ../x != ''"),
            ),
        )  # fmt: skip
        edited = duplicate(found, "1")
        assert names(edited.definition)[-3:] == ["2 g_2", "2/0 x_2", "2/1 y_2"]
        assert item_at(edited.definition, "2/1").relevant == "${x_2} = ${out} and ../x_2 != ''"
        assert item_at(edited.definition, "1/1") == item_at(normal(found), "1/1")
        assert names(duplicate(edited.definition, "2").definition)[-3:] == [
            "3 g_3", "3/0 x_3", "3/1 y_3",
        ]  # fmt: skip

    def test_deleting_names_who_still_mentions_it(self):
        found = normal(HOUSEHOLD)
        where = place(found, "born")
        with pytest.raises(StillMentioned) as refused:
            delete(found, where)
        assert [(each.name, each.column) for each in refused.value.mentions] == [
            ("age", "calculation")
        ]
        without = delete(found, where, even_if_mentioned=True)
        assert place_of(without, "born") is None
        assert has_errors(check(without))

    def test_a_group_goes_with_everything_and_its_own_references_do_not_count(self):
        found = normal(HOUSEHOLD)
        about = mentions(found, place(found, "house"))
        assert about == []
        assert place_of(delete(found, place(found, "house")), "size") is None
        labels = {(each.name, each.column) for each in mentions(found, place(found, "you"))}
        assert labels == {("size", "constraint_message::en"), ("size", "constraint_message::de")}

    def test_choices_and_settings_can_mention_it_too(self):
        found = definition(
            question("text", "a"), choices={"l": (Choice(name="x", label={"en": "As ${a}"}),)},
            settings={"instance_name": "concat(${a}, '!')"},
        )  # fmt: skip
        assert [(each.sheet, each.name) for each in mentions(found, "0")] == [
            ("choices", "l/x"), ("settings", ""),
        ]  # fmt: skip

    def test_an_item_that_is_gone_is_refused(self):
        with pytest.raises(NoSuchPlace):
            delete(SMALL, "7")
        with pytest.raises(NoSuchPlace):
            duplicate(SMALL, "0/0")


class TestChoices:
    def test_a_list_tells_which_questions_share_it(self):
        found = add(SMALL, "rank", cells={"name": "e", "list_name": "colours"}).definition
        assert lists_in_use(found) == {"colours": ("d", "e")}
        with pytest.raises(ListInUse) as refused:
            remove_list(found, "colours")
        assert "d, e" in refused.value.text("en")

    def test_a_copy_of_a_list_belongs_to_one_question(self):
        found = add(SMALL, "rank", cells={"name": "e", "list_name": "colours"}).definition
        found = copy_list(found, "colours", "shades", "3")
        assert lists_in_use(found) == {"colours": ("d",), "shades": ("e",)}
        assert found.choices["shades"] == found.choices["colours"]

    def test_a_new_list_has_a_choice_and_a_renamed_one_its_questions(self):
        found = add_list(SMALL, "sizes", [{"en": "Small"}, {"en": "Big one"}])
        assert [choice.name for choice in found.choices["sizes"]] == ["small", "big_one"]
        assert len(add_list(SMALL, "sizes").choices["sizes"]) == 1
        looked = change(
            SMALL, "0", {"calculation": "count(instance('colours')/root/item)"}
        ).definition
        looked = rename_list(looked, "colours", "shades")
        assert item_at(looked, "0").calculation == "count(instance('shades')/root/item)"
        assert lists_in_use(looked) == {"shades": ("d",)}
        for name in ("", "two words", "or_other", "x" * 101):
            with pytest.raises(BadName):
                add_list(SMALL, name)
        with pytest.raises(NameTaken):
            add_list(SMALL, "colours")

    def test_choices_are_added_changed_moved_and_removed(self):
        found = add_choice(SMALL, "colours", {"label::en": "Green", "icon": "leaf", "warm": "no"})
        found = change_choice(found, "colours", 0, {"label::de": "Rot", "warm": "yes"})
        found = move_choice(found, "colours", 2, 0)
        found = remove_choice(found, "colours", 2)
        assert [choice.name for choice in found.choices["colours"]] == ["green", "red"]
        assert choice_cells_of(found, "colours", 1) == {
            "name": "red", "label::en": "Red", "label::de": "Rot", "icon": "", "warm": "yes",
            **{f"media::{kind}::{tag}": "" for tag in ("en", "de")
               for kind in ("image", "audio", "video", "big-image")},
        }  # fmt: skip
        with pytest.raises(LastChoice):
            remove_choice(remove_choice(found, "colours", 0), "colours", 0)

    @pytest.mark.parametrize("name", ["two words", "red", "x" * 101])
    def test_the_name_of_a_choice_has_no_space_and_stands_once(self, name):
        with pytest.raises(CellsRefused):
            add_choice(SMALL, "colours", {"name": name})
        with pytest.raises(CellsRefused):
            change_choice(SMALL, "colours", 1, {"name": name})

    @pytest.mark.parametrize("heading", ["list_name", "label", "media_image", "with space", "a::b"])
    def test_a_column_of_ones_own_is_not_called_like_a_known_one(self, heading):
        with pytest.raises(CellsRefused):
            add_choice(SMALL, "colours", {"name": "x", heading: "1"})

    def test_a_choice_that_conditions_compare_with_is_not_removed_unseen(self):
        found = change(SMALL, "0", {"relevant": "selected(${d}, 'red')"}).definition
        with pytest.raises(StillMentioned):
            remove_choice(found, "colours", 0)
        with pytest.raises(StillMentioned):
            change_choice(found, "colours", 0, {"name": "scarlet"})
        assert change_choice(found, "colours", 0, {"label::en": "Scarlet"})
        assert (
            len(remove_choice(found, "colours", 0, even_if_mentioned=True).choices["colours"]) == 1
        )
        assert remove_choice(found, "colours", 1)

    def test_a_list_or_choice_that_is_gone_is_refused(self):
        for call in (
            lambda: add_choice(SMALL, "none"), lambda: remove_choice(SMALL, "colours", 2),
            lambda: move_choice(SMALL, "colours", -1, 0), lambda: rename_list(SMALL, "none", "x"),
        ):  # fmt: skip
            with pytest.raises(NoSuchList):
                call()


class TestLanguagesAndSettings:
    def test_a_language_comes_without_texts_and_goes_with_them(self):
        found = add_language(SMALL, "ar")
        found = change(found, "0", {"label::ar": "سؤال"}).definition
        assert found.languages == ("en", "de", "ar")
        assert reread(found) == found
        assert remove_language(found, "ar") == normal(SMALL)
        with pytest.raises(LanguageKnown):
            add_language(SMALL, "de")
        with pytest.raises(DefaultLanguageStays):
            remove_language(SMALL, "en")
        for tag in ("xx-nonsense", "", "und"):
            with pytest.raises(UnknownLanguage):
                add_language(SMALL, tag)
            with pytest.raises(UnknownLanguage):
                remove_language(SMALL, tag)

    def test_texts_without_a_language_become_texts_of_the_main_one(self):
        und = definition(
            question("text", "a", label={"und": "Name"}), default_language="und", languages=("und",)
        )
        found = set_default_language(und, "de")
        assert (found.languages, item_at(found, "0").label) == (("de",), {"de": "Name"})
        assert reread(found) == found
        assert set_default_language(SMALL, "de").default_language == "de"
        with pytest.raises(UnknownLanguage):
            set_default_language(SMALL, "fr")

    def test_settings_are_changed_and_bad_ones_refused(self):
        found = change_settings(
            SMALL,
            {"form_title::de": "Besuch", "form_id": "visit", "version": "3", "style": "pages"},
        )
        assert (found.title, found.form_id, found.version) == ({"de": "Besuch"}, "visit", "3")
        assert settings_cells(found)["style"] == "pages"
        assert reread(found) == found
        with pytest.raises(CellsRefused) as refused:
            change_settings(SMALL, {"form_id": "a b", "form_title::xx": "x", "other": "y"})
        assert set(refused.value.problems) == {"form_id", "form_title::xx", "other"}

    def test_a_form_from_nothing_is_sound_but_asks_nothing(self):
        found = blank("visit", "Besuch", "de")
        assert reread(found) == found
        assert [placed.place for placed in findings_of(found)] == [None]
        with pytest.raises(UnknownLanguage):
            blank("visit", "Besuch", "nope")


class TestChecksWhileTyping:
    def test_findings_stand_at_their_place_and_column(self):
        found = definition(
            group("g", question("text", "a", relevant="${b} = ")), question("text", "a b"),
            question("select_multiple", "s", list_name="l"),
            choices={"l": (Choice(name="x y", label={"en": "X"}),)}, languages=("en", "de"),
        )  # fmt: skip
        placed = {(p.place, p.list_name, p.index, p.column, p.language) for p in findings_of(found)}
        assert ("0/0", "", None, "relevant", "") in placed
        assert ("1", "", None, "name", "") in placed
        assert (None, "l", 0, "name", "") in placed
        assert (None, "", None, "label", "de") in placed

    def test_an_expression_is_checked_alone_with_what_it_breaks_elsewhere(self):
        found = definition(
            question("calculate", "a", calculation="${b} + 1"),
            question("calculate", "b", calculation="1"), question("text", "c", relevant="("),
        )  # fmt: skip
        assert check_expression(found, "1", "calculation", "2") == []
        said = [f.message("en") for f in check_expression(found, "1", "calculation", "${z}")]
        assert len(said) == 1
        assert "${z}" in said[0]
        assert "circle" in check_expression(found, "1", "calculation", "${a}")[0].message("en")
        assert len(check_expression(found, "2", "relevant", "1 +")) == 1
        assert "${z}" in check_expression(found, "2", "label::en", "Hi ${z}")[0].message("en")


@pytest.mark.parametrize(
    ("typed", "tag", "name"),
    [("sr-Latn", "sr-Latn", "Serbian (Latin)"), ("SR_latn", "sr-Latn", "Serbian (Latin)"),
     ("zh-Hant", "zh-Hant", "Chinese (Traditional)"), ("ckb", "ckb", "Central Kurdish"),
     ("pt-BR", "pt-BR", "Portuguese (Brazil)"), ("kmr", "ku", "Kurmancî"),
     ("zh-hant-tw", "zh-Hant-TW", "Chinese (Traditional, Taiwan)")],
)  # fmt: skip
def test_any_language_with_a_code_of_its_own_can_be_added(typed, tag, name):
    with_it = add_language(definition(question("text", "said")), typed)
    assert with_it.languages[-1] == tag
    assert with_it.language_names[tag] == name
    again = read_xlsform(write_xlsform(with_it), name="again").definition
    assert again == with_it


@pytest.mark.parametrize(
    "tag", ["", "x", "xx", "zz-Latn", "de-", "sr-Xxxx", "pt-ZZZ", "en-x-mine", "de-1996", "\x00",
            "a" * 5000, "de;DROP", "und", "mul"],
)  # fmt: skip
def test_what_is_no_code_of_a_language_is_refused(tag):
    with pytest.raises(UnknownLanguage):
        add_language(definition(question("text", "said")), tag)
