"""Answers as files: every answer is there, once, under the name that ODK would give it."""

from __future__ import annotations

import csv
import functools
import gc
import json
import re
import tracemalloc
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from casework.core.access import PUBLIC, SYSTEM, Actor, Role
from casework.core.audit import AuditEntry
from casework.core.db import new_id
from casework.core.refusals import Forbidden
from casework.drafts import token_digest
from casework.formats.answers import Options, export_answers, forms_of, languages_of, sheets_of
from casework.formats.answers.columns import ABOUT, ABOUT_ROW
from casework.formats.answers.exporting import CHUNK
from casework.formats.answers.rows import Numbering, as_object, cells_of, table_rows
from casework.questionnaires.compiling import compile_form
from casework.questionnaires.definitions import Choice, Definition
from casework.questionnaires.models import Questionnaire, live
from casework.questionnaires.places import places, questions, row_places
from casework.questionnaires.publishing import import_definition, publish
from casework.questionnaires.steps import accept, add_row, begin
from casework.submissions import Submission
from tests.casework.questionnaires.samples import (
    HOUSEHOLD,
    NOW,
    choices,
    definition,
    group,
    question,
    repeat,
)
from tests.databases import statements

EVERY_TYPE = definition(
    group(
        "one",
        question("text", "said"),
        question("integer", "whole"),
        question("decimal", "parts"),
        question("range", "scale", parameters={"start": "0", "end": "10"}),
        question("select_one", "single", list_name="few"),
        group("two", question("select_multiple", "many", list_name="few", or_other=True)),
        question("rank", "order", list_name="few"),
    ),
    question("date", "day"),
    question("time", "clock"),
    question("datetime", "moment"),
    question("email", "mail"),
    question("tel", "phone"),
    question("acknowledge", "agreed"),
    question("geopoint", "home"),
    question("geotrace", "way"),
    question("barcode", "code"),
    question("note", "nothing"),
    question("calculate", "twice", calculation="${whole} * 2"),
    group(
        "home_group",
        repeat(
            "member",
            question("text", "name"),
            question("select_multiple", "speaks", list_name="few"),
            repeat("pet", question("text", "animal")),
        ),
    ),
    choices={"few": choices("a", "b", "c")},
)
NESTED = definition(
    group("g", question("text", "x")),
    group("h", question("text", "x"), question("integer", "n", relevant="${y} = 'b'")),
    question("select_one", "y", list_name="few"),
    choices={"few": choices("a", "b")},
)
DEFINITIONS = {"every type": EVERY_TYPE, "household": HOUSEHOLD, "nested": NESTED}
MEMBER = "home_group/member"


@functools.cache
def form_of(name: str):
    return compile_form(DEFINITIONS[name])


def sent(form, answers, number: int = 1, reference: str = "L1234567"):
    """What a stored submission offers to who writes it down."""
    return SimpleNamespace(
        id=new_id(), version=SimpleNamespace(form=form, number=number), answers=answers,
        reference=reference, received_at=NOW, state="received", language="en", by_helper=False,
    )  # fmt: skip


def tables(form, answers, **options):
    rows: dict[str, list] = {}
    for path, cells in table_rows(sent(form, answers), Options(**options), Numbering()):
        rows.setdefault(path, []).append(cells)
    return rows


# What is typed comes back

LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
TYPED = {
    "integer": st.integers(-999_999, 999_999).map(str),
    "decimal": st.decimals("-9999", "9999", places=3).map(str),
    "range": st.integers(0, 10).map(str),
    "date": st.dates().map(str),
    "time": st.times().map(lambda each: f"{each:%H:%M}"),
    "datetime": st.datetimes().map(lambda each: f"{each:%Y-%m-%dT%H:%M}"),
    "email": st.sampled_from(["amal@example.org", "+x@example.org"]),
    "tel": st.integers(100_000, 9_999_999).map(lambda each: f"+4976{each}"),
    "acknowledge": st.just("OK"),
    "geopoint": st.tuples(st.integers(-90, 90), st.integers(-180, 180)).map(
        lambda each: f"{each[0]}.5 {each[1]}.25" if abs(each[0]) < 90 else "1 2 3 4"
    ),
    "geotrace": st.just("-1.5 2; -3 4.25"),
}


def answer_to(data, spec):
    """Something that a person could send for this question, possibly nothing."""
    if not data.draw(st.booleans()):
        return []
    if spec.choices:
        names = st.sampled_from([each.name for each in spec.choices])
        most = 1 if spec.question.type == "select_one" else 3
        return data.draw(st.lists(names, min_size=1, max_size=most, unique=True))
    return [data.draw(TYPED.get(spec.question.type, LETTERS | st.sampled_from(["=1+1", "-3"])))]


def fill_page(data, filling, place):
    raw = {node.spec.key: answer_to(data, node.spec) for node in questions(filling, place)}
    return accept(filling, place, raw).filling


def filled_in(data, form):
    """A whole filling through all pages, with up to two rows in each repeat."""
    filling = begin(form, now=NOW, language="en")
    for _ in range(2):
        for place in places(filling):
            if not place.page.is_repeat:
                filling = fill_page(data, filling, place)
            elif data.draw(st.booleans()):
                filling, row = add_row(filling, place)
                for inner in row_places(filling, place, row):
                    if not inner.page.is_repeat:
                        filling = fill_page(data, filling, inner)
    return filling


def expected(form, scope, answers):
    """The answers as they must come back, worked out from the definition alone."""
    found = {}
    for spec in form.members(scope):
        value = answers.get(spec.key)
        if not value:
            continue
        if spec.kind == "repeat":
            found[spec.path] = [expected(form, spec, row) for row in value]
        else:
            found[spec.path] = " ".join(value) if isinstance(value, list) else value
    return found


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_answer_typed_comes_back_equal_in_json(name, data):
    form = form_of(name)
    answers = filled_in(data, form).final()
    written = json.loads(json.dumps(as_object(sent(form, answers), Options(split=False))))
    given_back = {key: value for key, value in written.items() if not key.startswith("_")}
    assert given_back == expected(form, form.root, answers)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_answer_stands_in_a_column_of_its_table(data):
    form = form_of("every type")
    answers = filled_in(data, form).final()
    sheets = sheets_of([form], Options())
    for path, rows in tables(form, answers).items():
        for row in rows:
            assert set(row) <= set(sheets[path].columns)
    assert len(tables(form, answers).get(MEMBER, [])) == len(answers.get("member", []))


# Names

CHOSEN = {"many": ["a", "c"], "home": "-48.5 9.25", "whole": "-5", "member": [
    {"_row": "r1", "name": "Ali", "speaks": ["b"], "pet": [{"_row": "r1", "animal": "cat"}]},
    {"_row": "r3", "name": "Bea", "pet": [{"_row": "r1", "animal": "dog"}]},
]}  # fmt: skip


def test_groups_are_joined_by_slashes_and_each_choice_has_a_column():
    (row,) = tables(form_of("every type"), CHOSEN)[""]
    assert row["one/two/many"] == "a c"
    assert [row[f"one/two/many/{name}"] for name in ("a", "b", "c", "other")] == [1, 0, 1, 0]
    assert row["one/whole"] == "-5"
    assert "one/order/a" not in sheets_of([form_of("every type")], Options())[""].columns


def test_choices_are_not_split_where_nobody_wants_it():
    (row,) = tables(form_of("every type"), CHOSEN, split=False)[""]
    assert "one/two/many/a" not in row
    columns = sheets_of([form_of("every type")], Options(split=False))[""].columns
    assert "one/two/many" in columns
    assert "one/two/many/a" not in columns


def test_a_question_without_an_answer_says_nothing_about_its_choices():
    (row,) = tables(form_of("every type"), {"whole": "1"})[""]
    assert "one/two/many/a" not in row


def test_a_place_is_divided_into_its_parts():
    (row,) = tables(form_of("every type"), CHOSEN)[""]
    assert (row["home"], row["_home_latitude"], row["_home_longitude"]) == (
        "-48.5 9.25", "-48.5", "9.25",
    )  # fmt: skip
    assert "_home_altitude" not in row


def test_rows_of_repeats_point_to_the_row_above():
    rows = tables(form_of("every type"), CHOSEN)
    assert [(row["_index"], row["_parent_index"], row["_parent_table_name"])
            for row in rows[MEMBER]] == [(1, 1, "submissions"), (2, 1, "submissions")]  # fmt: skip
    assert [(row["_parent_index"], row["_parent_table_name"], row[f"{MEMBER}/pet/animal"])
            for row in rows[f"{MEMBER}/pet"]] == [
        (1, "home_group.member", "cat"), (2, "home_group.member", "dog"),
    ]  # fmt: skip
    assert rows[MEMBER][0]["_submission__id"] == "L1234567"


def test_the_same_name_in_two_groups_stays_apart():
    (row,) = tables(form_of("nested"), {"g/x": "1", "h/x": "2"})[""]
    assert (row["g/x"], row["h/x"]) == ("1", "2")


# Labels

GERMAN = definition(
    group(
        "who",
        question("select_multiple", "needs", list_name="needs",
                 label={"en": "What?", "de": "Was?"}),
        question("text", "first", label={"en": "Name", "de": "Name"}),
        question("text", "second", label={"en": "Name", "de": "Name"}),
    ),
    choices={"needs": (
        Choice(name="w", label={"en": "Work", "de": "Arbeit"}), Choice(name="h", label={}),
    )},
    languages=("en", "de"),
)  # fmt: skip


def test_labels_stand_in_the_language_that_was_asked_for():
    form = compile_form(GERMAN)
    heads = sheets_of([form], Options(labels=True, language="de"))[""].heads()
    assert heads[-5:] == [
        "who/Was?", "who/Was?/Arbeit", "who/Was?/h",
        "who/Name (who/first)", "who/Name (who/second)",
    ]  # fmt: skip
    (row,) = tables(form, {"needs": ["w", "h"]}, labels=True, language="de")[""]
    assert row["who/needs"] == "Arbeit, h"


def test_a_choice_that_the_form_no_longer_has_keeps_its_name():
    (row,) = tables(compile_form(GERMAN), {"needs": ["gone"]}, labels=True)[""]
    assert row["who/needs"] == "gone"


def test_the_documentation_names_each_of_our_columns():
    text = (Path(__file__).parents[3] / "docs/questionnaires.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"`(_\w+)`", text[text.index("## Answers") :]))
    assert listed == {*ABOUT, *ABOUT_ROW}


# Several versions, files


def publish_form(made: Definition, at, slug: str = "sample") -> Questionnaire:
    version = import_definition(slug, made, purpose="request", by=SYSTEM, at=at)
    return publish(version.questionnaire, version, by=SYSTEM, at=at)


def store(world, answers, slug: str = "sample", count: int = 1) -> None:
    Submission.insert_rows(submissions_of(answers, at=world.at, slug=slug, count=count))


def submissions_of(answers, *, at, slug: str, count: int) -> list[Submission]:
    version = live(slug)
    return [
        Submission(
            version=version,
            purpose="request",
            reference=f"L{new_id().hex[-11:]}",
            pin_hash="",
            draft_digest=token_digest(new_id().hex),
            language="en",
            state_since=at,
            received_at=at,
            answers=answers,
        )
        for _ in range(count)
    ]


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_removed_question_keeps_its_answers_behind_the_newer_columns(world, clock, tmp_path):
    made = publish_form(definition(question("text", "old"), question("text", "kept")), world.at)
    store(world, {"old": "before", "kept": "1"})
    clock.forward(days=1)
    publish_form(definition(question("text", "kept"), question("text", "added")), world.at)
    store(world, {"kept": "2", "added": "after"})
    export_answers(made, tmp_path / "x.csv", by=SYSTEM, at=world.at)
    rows = read_table(tmp_path / "x.csv")
    assert list(rows[0])[-3:] == ["kept", "added", "old"]
    assert [(row["kept"], row["added"], row["old"]) for row in rows] == [
        ("1", "", "before"), ("2", "after", ""),
    ]  # fmt: skip
    assert [row["__version__"] for row in rows] == ["1", "2"]


def test_a_version_that_nobody_could_answer_adds_no_column(world, tmp_path):
    made = publish_form(definition(question("text", "kept")), world.at)
    import_definition("sample", definition(question("text", "draft")), by=SYSTEM, at=world.at)
    export_answers(made, tmp_path / "x.csv", by=SYSTEM, at=world.at)
    assert "draft" not in (tmp_path / "x.csv").read_text()


def test_a_workbook_holds_numbers_as_numbers_and_everything_else_as_text(world, tmp_path):
    made = publish_form(EVERY_TYPE, world.at)
    store(world, CHOSEN | {"parts": "0.125", "said": "007", "phone": "+497621415000"})
    store(world, {"said": "=1+1", "parts": "123456789012.12345"})
    export_answers(made, tmp_path / "x.xlsx", by=SYSTEM, at=world.at)
    book = load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["submissions", "home_group.member", "home_group.member.pet"]
    heads, first, second = book["submissions"].values
    row = dict(zip(heads, first, strict=True))
    assert (row["one/whole"], row["one/parts"], row["one/said"]) == (-5, 0.125, "007")
    assert row["phone"] == "+497621415000"
    assert row["one/two/many/a"] == 1
    row = dict(zip(heads, second, strict=True))
    assert (row["one/said"], row["one/parts"]) == ("'=1+1", "123456789012.12345")


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "-2+3", "+cmd|' /C calc'!A0", "\t=1", "'=1"])
def test_nothing_that_a_person_types_becomes_a_formula(world, tmp_path, text):
    made = publish_form(definition(question("text", "said"), question("integer", "n")), world.at)
    store(world, {"said": text, "n": "-7"})
    export_answers(made, tmp_path / "x.csv", by=SYSTEM, at=world.at)
    (row,) = read_table(tmp_path / "x.csv")
    assert row["said"] == f"'{text}"
    assert row["n"] == "-7"
    export_answers(made, tmp_path / "x.xlsx", by=SYSTEM, at=world.at)
    cells = [cell for line in load_workbook(tmp_path / "x.xlsx").active for cell in line]
    assert not [cell.value for cell in cells if cell.data_type == "f"]


def test_an_archive_holds_a_table_for_each_repeat(world, tmp_path):
    made = publish_form(EVERY_TYPE, world.at)
    store(world, CHOSEN)
    done = export_answers(made, tmp_path / "x.zip", by=SYSTEM, at=world.at)
    assert (done.files, done.number) == ((tmp_path / "x.zip",), 1)
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert archive.namelist() == [
            "sample.csv", "sample.home_group.member.csv", "sample.home_group.member.pet.csv",
        ]  # fmt: skip
        assert b"Ali" in archive.read("sample.home_group.member.csv")


def test_sheets_with_long_names_have_names_of_their_own(world, tmp_path):
    inner = [repeat(f"a_very_long_name_of_a_repeat_number_{n}", question("text", f"q{n}"))
             for n in (1, 2)]  # fmt: skip
    made = publish_form(definition(*inner), world.at)
    export_answers(made, tmp_path / "x.xlsx", by=SYSTEM, at=world.at)
    names = load_workbook(tmp_path / "x.xlsx").sheetnames
    assert len(set(names)) == 3
    assert max(map(len, names)) <= 31


def test_the_languages_of_all_versions_can_be_chosen(world):
    made = publish_form(definition(question("text", "a"), languages=("en", "uk")), world.at)
    publish_form(definition(question("text", "b"), languages=("en", "de")), world.at)
    assert languages_of(made) == ["en", "de", "uk"]
    assert [form.definition.languages for form in forms_of(made)] == [("en", "de"), ("en", "uk")]


# Who may, and how much it costs


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_only_the_coordinator_takes_answers_away(world, tmp_path, role):
    made = publish_form(NESTED, world.at)
    with pytest.raises(Forbidden):
        export_answers(made, tmp_path / "x.csv", by=Actor("staff", role=role), at=world.at)
    with pytest.raises(Forbidden):
        export_answers(made, tmp_path / "x.csv", by=PUBLIC, at=world.at)
    assert list(tmp_path.iterdir()) == []


def test_an_export_is_recorded_with_its_size_and_files_are_private(world, tmp_path):
    made = publish_form(NESTED, world.at)
    store(world, {"y": "a"}, count=3)
    coordinator = world.coordinator()
    export_answers(made, tmp_path / "x.json", by=coordinator.actor, at=world.at)
    entry = AuditEntry.get(AuditEntry.event == "submission:exported")
    assert (entry.actor_id, entry.subject_id, entry.details) == (
        coordinator.id, made.id, {"number": 3},
    )  # fmt: skip
    assert (tmp_path / "x.json").stat().st_mode & 0o777 == 0o600
    assert len(json.loads((tmp_path / "x.json").read_text())) == 3


def test_what_cannot_be_written_leaves_nothing_behind(world, tmp_path):
    made = publish_form(EVERY_TYPE, world.at)
    (tmp_path / "x.home_group.member.csv").mkdir()
    with pytest.raises(OSError):
        export_answers(made, tmp_path / "x.csv", by=SYSTEM, at=world.at)
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []
    assert AuditEntry.select().where(AuditEntry.event == "submission:exported").count() == 0


def test_statements_grow_by_one_for_each_chunk(world, tmp_path):
    made = publish_form(NESTED, world.at)

    def cost() -> int:
        with statements() as seen:
            export_answers(made, tmp_path / "x.csv", by=SYSTEM, at=world.at)
        return sum(each.lstrip().upper().startswith("SELECT") for each in seen)

    store(world, {"y": "a"}, count=10)
    few = cost()
    store(world, {"y": "a"}, count=5 * CHUNK)
    assert cost() <= few + 5


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["csv", "json", "xlsx"])
def test_memory_does_not_grow_with_the_number_of_submissions(world, tmp_path, suffix):
    made = publish_form(NESTED, world.at)

    def most() -> int:
        gc.collect()
        tracemalloc.start()
        export_answers(made, tmp_path / f"x.{suffix}", by=SYSTEM, at=world.at)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    store(world, {"g/x": "word " * 40, "y": "a"}, count=3 * CHUNK)
    most()
    few = most()
    store(world, {"g/x": "word " * 40, "y": "a"}, count=6 * CHUNK)
    assert most() < few * 1.5


def test_a_choice_among_earlier_answers_has_the_words_of_those():
    towns = (Choice(name="u", label={"en": "Ulm", "ar": "أولم"}), Choice(name="b", label={}))
    form = compile_form(definition(
        repeat("stay", question("select_one", "town", list_name="towns"),
               question("select_multiple", "seen", list_name="towns")),
        question("select_one", "best", list_name="${town}"),
        question("select_multiple", "again", list_name="${seen}"),
        choices={"towns": towns}, languages=("en", "ar"),
    ))  # fmt: skip
    answers = {"best": "u", "again": ["u", "b"]}
    named = cells_of(form, form.root, answers, Options(labels=True, language="ar", split=False))
    assert named == {"best": "أولم", "again": "أولم, b"}
    split = cells_of(form, form.root, answers, Options())
    assert split == {"best": "u", "again": "u b", "again/u": 1, "again/b": 1}
