"""Questionnaires without mistakes, whatever else they are: every type, nested, with logic."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from casework.questionnaires.definitions import Choice, Definition, Group, Item, Question, Repeat
from casework.questionnaires.question_types import QUESTION_TYPES

CHOICES = {
    "l": tuple(Choice(name=name, label={"en": name.upper()}, extra={"of": "x"}) for name in "xyz"),
    "bare": (Choice(name="x"), Choice(name="x1", label={"ar": "س"})),
}
# `{0}` is the name of an earlier question.
CONDITIONS = (
    "", "", "${{{0}}} != ''", "selected(${{{0}}}, 'x')", "count(${{{0}}}) > 1", "true()",
    "string-length(${{{0}}}) < 3", "regex(${{{0}}}, '\\bx.*(?!y)')", "not(${{{0}}} = 1)",
    "//{0} = 'x' or false()", "position(..) > 1", "today() > date('2020-01-01')",
)  # fmt: skip
CONSTRAINTS = (
    "", "", ". != 'x'", "regex(., '[a-z]+')", ". > 0 and . < 100", "selected(., 'x') or . = ''",
    "count-selected(.) < 2", ". != ${{{0}}}", "regex(., '(.)\\1')", "string-length(.) div 0 > 1",
)  # fmt: skip
CALCULATIONS = (
    "concat(${{{0}}}, 'x')", "${{{0}}} + 1", "once(random())", "sum(${{{0}}})", "count(${{{0}}})",
    "if(${{{0}}} = '', 'a', ${{{0}}})", "jr:choice-name(${{{0}}}, '${{{0}}}')", "uuid()", "now()",
    "join(' ', ${{{0}}})", "1 div 0", "add-date(today(), 99999)", "substr(${{{0}}}, 1, 3)",
    "pulldata('l', 'of', 'name', ${{{0}}})",
)  # fmt: skip
FILTERS = ("", "", "of = ${{{0}}}", "name != 'x'", "position(.) > 1", "regex(name, ${{{0}}})")
DEFAULTS = ("", "", "x", "x y", "2024-02-30", "2024-02-29", "today()", "5", "${{{0}}}", "random()")
COUNTS = ("", "", "2", "${{{0}}}", "count(${{{0}}}) + 1", "0 - 1", "1 div 0")
LABELS = st.sampled_from(
    [{"en": "A question"}, {"en": "With ${{{0}}}?", "ar": "سؤال"}, {"ar": "سؤال"}, {"en": "<b>&"}]
)
APPEARANCES = st.sampled_from(
    [(), (), ("multiline",), ("minimal",), ("birth-date",), ("field-list",), ("numbers",),
     ("month-year",), ("likert",), ("name",), ("w4", "unheard-of")]
)  # fmt: skip


class _Growing:
    """Grows items; conditions look at what stands above, so that nothing turns in a circle."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.names: list[str] = []
        self.in_repeats: list[str] = []

    def items(self, depth: int, *, in_repeat: bool) -> tuple[Item, ...]:
        count = self.draw(st.integers(1, 4 if depth == 0 else 3))
        return tuple(self._item(depth, in_repeat) for _ in range(count))

    def _item(self, depth: int, in_repeat: bool) -> Item:
        kinds = ["question", "question", "question"] + ["group", "repeat"] * (depth < 3)
        kind = self.draw(st.sampled_from(kinds))
        if kind == "question":
            return self._question(in_repeat)
        columns = self._columns()
        if kind == "repeat":
            columns["repeat_count"] = self._logic(COUNTS)
        name = f"g{len(self.names)}_{depth}_{self.draw(st.integers(0, 10**9))}"
        inside = self.items(depth + 1, in_repeat=in_repeat or kind == "repeat")
        return (Repeat if kind == "repeat" else Group)(name=name, items=inside, **columns)

    def _question(self, in_repeat: bool) -> Question:
        columns = self._columns()
        type_name = self.draw(st.sampled_from(sorted(QUESTION_TYPES)))
        kind = QUESTION_TYPES[type_name]
        if kind.needs_list:
            sources = [f"${{{name}}}" for name in self.in_repeats]
            columns["list_name"] = self.draw(st.sampled_from(["l", "bare", *sources]))
            columns["choice_filter"] = self._logic(FILTERS)
            columns["or_other"] = type_name != "rank" and self.draw(st.booleans())
        if kind.from_file:
            columns["list_name"] = "absent.csv"
        if type_name == "calculate" or self.draw(st.integers(0, 9)) == 0:
            columns["calculation"] = self._logic(CALCULATIONS)
        if type_name == "range":
            columns["parameters"] = self.draw(
                st.sampled_from([{}, {"start": "0", "end": "9", "step": "0"}, {"end": "x"}])
            )
        columns["constraint"] = self._logic(CONSTRAINTS)
        columns["default"] = self._logic(DEFAULTS)
        name = f"q{len(self.names)}"
        self.names.append(name)
        if in_repeat and kind.answer != "none" and not kind.is_file:
            self.in_repeats.append(name)
        return Question(type=type_name, name=name, **columns)

    def _columns(self) -> dict[str, Any]:
        label = self.draw(LABELS)
        return {
            "label": {tag: self._named(text) for tag, text in label.items()},
            "relevant": self._logic(CONDITIONS), "appearance": self.draw(APPEARANCES),
            "required": self.draw(st.booleans()) or self._logic(CONDITIONS),
            "read_only": self.draw(st.integers(0, 9)) == 0,
        }  # fmt: skip

    def _logic(self, texts: tuple[str, ...]) -> str:
        return self._named(self.draw(st.sampled_from(texts)))

    def _named(self, text: str) -> str:
        if "{0}" not in text:
            return text
        return text.format(self.draw(st.sampled_from(self.names))) if self.names else ""


@st.composite
def sound_definitions(draw: Any) -> Definition:
    """A definition that can be published, but for rare mistakes that `check` tells."""
    return Definition(
        form_id="any", title={"en": "Any form"}, default_language="en", languages=("en", "ar"),
        items=_Growing(draw).items(0, in_repeat=False), choices=CHOICES,
    )  # fmt: skip
