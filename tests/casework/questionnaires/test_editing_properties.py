"""Whatever is edited in whatever order: storable, exportable, undoable, and told as it was."""

from __future__ import annotations

import re
from itertools import count, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.core.access import SYSTEM
from casework.core.refusals import Refusal
from casework.formats.xlsform import read_xlsform, write_xlsform
from casework.questionnaires import editing
from casework.questionnaires.comparing import differences
from casework.questionnaires.definitions import Definition, from_json, to_json
from casework.questionnaires.editing import normal, outline
from casework.questionnaires.placing import findings_of
from casework.questionnaires.references import UNKNOWN_NAME
from casework.questionnaires.translating import carried, progress, table
from casework.questionnaires.working_copies import create_questionnaire, store, undo
from tests.casework.questionnaires.samples import HOUSEHOLD
from tests.properties import SHARING

NAMES = st.sampled_from(["a", "b", "c", "born", "size", "member", "two words", "Größe", ""])
KINDS = st.sampled_from(
    ["text", "integer", "select_one", "select_multiple", "note", "date", "tel", "email", "rank",
     "calculate", "group", "repeat", "device_email", "bad type"]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=20), st.sampled_from(["Age of ${given}", "=1+1", " x\u00a0", "a\r\nb", "'+1"])
)
LOGIC = st.sampled_from(
    ["", "${size} > 1", "../born != ''", "“x” = ${given}", "${born} AND true", "(", "yes",
     "selected(${needs}, 'work')", "count(instance('needs')/root/item)", " today() "]
)  # fmt: skip
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "name": NAMES, "type": KINDS, "list_name": st.sampled_from(["needs", "x", ""]),
        "label::en": TEXTS, "label::de": TEXTS, "hint::de": TEXTS, "media::image::en": TEXTS,
        "relevant": LOGIC, "calculation": LOGIC, "required": LOGIC, "default": LOGIC,
        "choice_filter": LOGIC, "appearance": st.sampled_from(["", "tel", "w1  multiline"]),
        "parameters": st.sampled_from(["", "start=1;end=5", "a b=2", "="]),
        "or_other": st.sampled_from(["yes", ""]), "autocomplete": TEXTS,
        "save_to": st.sampled_from(["", "person.given_name", "x"]),
    },
)  # fmt: skip
PLACE = st.integers(0, 30)
NUMBERS = count(1)
STEPS = st.one_of(
    st.tuples(st.just("add"), PLACE, KINDS, CELLS),
    st.tuples(st.just("change"), PLACE, CELLS),
    st.tuples(st.just("rename"), PLACE, NAMES),
    st.tuples(st.sampled_from(["move_up", "move_down", "move_out", "duplicate", "delete"]), PLACE),
    st.tuples(st.just("move_into"), PLACE, PLACE),
    st.tuples(st.just("add_choice"), st.fixed_dictionaries(
        {}, optional={"name": NAMES, "label::de": TEXTS, "icon": TEXTS, "own": TEXTS})),
    st.tuples(st.sampled_from(["move_choice"]), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("remove_choice"), st.integers(0, 2)),
    st.tuples(st.sampled_from(["add_language", "remove_language", "set_default_language"]),
              st.sampled_from(["ar", "de", "en", "nope"])),
    st.tuples(st.sampled_from(["rename_list", "add_list"]), st.sampled_from(["needs", "more"])),
)  # fmt: skip


def done(definition: Definition, step: tuple) -> Definition:
    """The definition after one step; a refused one changes nothing."""
    verb, *given = step
    lines = outline(definition)
    where = [line.place for line in lines]
    if verb in ("add_choice", "move_choice", "remove_choice", "rename_list"):
        given = [next(iter(definition.choices)), *given]
    elif verb == "add":
        groups = ["", *(line.place for line in lines if hasattr(line.item, "items"))]
        place, kind, cells = given
        return editing.add(
            definition, kind, parent=groups[place % len(groups)], cells=cells
        ).definition
    elif verb == "move_into":
        given = [where[given[0] % len(where)], where[given[1] % len(where)]]
    elif verb not in ("add_language", "remove_language", "set_default_language", "add_list"):
        given = [where[given[0] % len(where)], *given[1:]]
    edited = getattr(editing, verb)(definition, *given)
    return edited if isinstance(edited, Definition) else edited.definition


def states_after(steps: list[tuple]) -> list[Definition]:
    states = [normal(HOUSEHOLD)]
    for step in steps:
        try:
            states.append(done(states[-1], step))
        except Refusal as refusal:
            refusal.text("de")  # raises where a sentence wants a parameter that is not there
    return states


def unknown_names(definition: Definition) -> set[str]:
    return {
        placed.finding.params["name"]
        for placed in findings_of(definition)
        if placed.finding.msgid == UNKNOWN_NAME
    }


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=8))
def test_every_state_is_stored_and_read_back_from_its_own_export(steps):
    for state in states_after(steps):
        assert normal(state) == state
        assert to_json(normal(state)) == to_json(state)
        assert to_json(from_json(to_json(state))) == to_json(state)
    assert read_xlsform(write_xlsform(state)).definition == state


@settings(max_examples=120, deadline=None)
@given(st.lists(STEPS, max_size=8))
def test_differences_are_told_if_and_only_if_something_changed(steps):
    states = states_after(steps)
    for old, new in [*pairwise(states), (states[0], states[-1])]:
        found = differences(old, new)
        assert bool(found) == (to_json(old) != to_json(new))
        assert all(each.sentence("de") and "%(" not in each.sentence("en") for each in found)
        assert differences(new, new) == []


@settings(max_examples=80, deadline=None)
@given(PLACE, st.sampled_from(["fresh", "a", "Größe"]), st.lists(STEPS, max_size=4))
def test_renaming_leaves_no_reference_behind(place, name, steps):
    before = states_after(steps)[-1]
    line = outline(before)[place % len(outline(before))]
    try:
        after = editing.rename(before, line.place, name).definition
    except Refusal:
        return
    assert len(unknown_names(after)) == len(unknown_names(before) - {name})
    back = editing.rename(after, line.place, line.item.name)
    tidy = re.sub(r"\$\{\s*(\S+?)\s*\}", r"${\1}", to_json(before))
    assert to_json(back.definition) == tidy


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=6))
def test_marks_of_outdated_translations_name_texts_that_there_are(steps):
    states = states_after(steps)
    sources: dict[str, dict[str, str]] = {}
    for old, new in pairwise(states):
        sources = carried(old, sources, new)
    last = states[-1]
    for tag, found in progress(last, sources).items():
        rows = table(last, sources, tag)
        marked = {row.key for row in rows if row.state == "outdated"}
        assert marked == {key for key, texts in sources.items() if tag in texts}
        assert found.present + found.missing + found.outdated == len(rows)


@settings(max_examples=12, deadline=None, suppress_health_check=SHARING)
@given(st.lists(STEPS, min_size=1, max_size=6))
def test_undoing_every_step_gives_back_the_beginning(db, clock, steps):
    at = clock()
    states = states_after(steps)
    copy = create_questionnaire(f"form-{next(NUMBERS)}", states[0], by=SYSTEM, at=at)
    for state in states[1:]:
        copy = store(copy, state, revision=copy.revision, by=SYSTEM, at=at)
    while copy.can_undo:
        copy = undo(copy, revision=copy.revision, by=SYSTEM, at=at)
    assert to_json(copy.parsed) == to_json(states[0])
