"""A page of a questionnaire as a WTForms form: one field for each question that stands on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import Field
from wtforms.form import BaseForm

from casework.core.i18n import N_
from casework.questionnaires.answers import MAX_RAW, is_birth_date, limit_of, range_of
from casework.questionnaires.calendars import CALENDARS
from casework.questionnaires.expressions import Node
from casework.questionnaires.filling import Filling
from casework.questionnaires.places import Place, questions
from casework.questionnaires.problems import NOT_ENOUGH_READ, TOO_LONG, Problem

UNREADABLE = N_("This text has characters that we cannot read. Please type it again.")
NO_FILE = N_("A file arrived here, but this question needs words. Please type your answer.")
MANY = 12
# What no keyboard types: control characters, and what is left of broken UTF-8.
DAMAGED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
KINDS = {
    "select_one": "radios", "select_multiple": "boxes", "rank": "rank", "date": "date",
    "acknowledge": "acknowledge", "tel": "tel", "email": "email", "integer": "number",
    "decimal": "number", "range": "range", "geotrace": "prose", "geoshape": "prose",
}  # fmt: skip
BIRTHDAY = {"bday": ("bday-day", "bday-month", "bday-year")}
DATE_PARTS = ("day", "month", "year")
ENCODED = re.compile("(?:%[89A-Fa-f][0-9A-Fa-f])+")

Raw = dict[str, list[str]]


@dataclass
class Words:
    """A text and the language that it is really in."""

    text: str = ""
    tag: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass
class Option:
    """One choice as a person sees it."""

    value: str
    label: Words
    icon: str = ""


@dataclass
class Asked:
    """How a question is put: everything that does not depend on what was typed."""

    kind: str
    type: str
    label: Words
    hint: Words
    optional: bool = False
    options: list[Option] = field(default_factory=list)
    tiles: bool = False
    autocomplete: str = ""
    birth: bool = False
    wording: str = ""


class AnswerField(Field):
    """One question: how it is asked, and what was typed, letter by letter."""

    def __init__(self, asked: Asked, path: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asked = asked
        self.path = path
        self.id = "f-" + self.name.replace("/", "-")
        self.problems: list[Words] = []

    def process(self, formdata: Any, data: Any = (), extra_filters: Any = None) -> None:
        """Take what was typed, or else `data`, which is what is stored, as texts."""
        if formdata is None:
            self.parts = list(data or ())
        else:
            self.parts = raw_of(formdata, self.name, self.asked.kind)

    def part(self, place: int) -> str:
        """One of several inputs: day, month, year, calendar."""
        return self.parts[place] if place < len(self.parts) else ""

    @property
    def described_by(self) -> str:
        """The ids of hint and error."""
        there = (("h", self.asked.hint), ("e", self.problems))
        return " ".join(f"{mark}{self.id[1:]}" for mark, words in there if words)

    @property
    def tokens(self) -> Sequence[str]:
        """`autocomplete` for day, month and year."""
        return BIRTHDAY.get(self.asked.autocomplete, ("", "", ""))


def raw_of(formdata: MultiDict[str, str], name: str, kind: str) -> list[str]:
    """All texts that arrived for a question; of a date day, month, year and calendar."""
    if kind != "date":
        return formdata.getlist(name)
    names = [f"{name}.{part}" for part in (*DATE_PARTS, "calendar")]
    if not any(each in formdata for each in names):
        return formdata.getlist(name)
    parts = [formdata.get(each, "") for each in names]
    parts[3] = parts[3] or "gregorian"
    return parts if any(part.strip() for part in parts[:3]) else []


def page_form(
    filling: Filling, place: Place, tag: str, *, for_somebody_else: bool, typed: Raw | None = None
) -> BaseForm:
    """The form of a page, filled with what is stored or, where there is any, with `typed`."""
    fields, stored = {}, {}
    for node in questions(filling, place):
        key = node.spec.key
        asked = put(filling, node, tag, for_somebody_else)
        fields[key] = AnswerField(asked, node.path)
        stored[key] = (typed or {}).get(key) or stored_parts(filling, node)
    form = BaseForm(fields)
    form.process(data=stored)
    return form


def put(filling: Filling, node: Node, tag: str, for_somebody_else: bool) -> Asked:
    """How the question of `node` is put to a reader of `tag`."""
    question = node.spec.question
    kind = KINDS.get(question.type, "text")
    options = options_of(filling, node, tag)
    if kind == "radios" and (len(options) > MANY or "minimal" in question.appearance):
        kind = "select"
    autocomplete = question.extra.get("autocomplete", "")
    if kind == "text" and ("multiline" in question.appearance or autocomplete == "street-address"):
        kind = "prose"
    own = question.save_to.startswith("helper.")
    return Asked(
        kind=kind,
        type=question.type,
        label=Words(*filling.text(question.label, tag, node)),
        hint=Words(*filling.text(question.hint, tag, node)),
        optional=not question.required,
        options=options,
        tiles="tiles" in question.appearance,
        autocomplete=autocomplete if own or not for_somebody_else else "off",
        birth=is_birth_date(question),
        wording=question.save_to,
    )


def options_of(filling: Filling, node: Node, tag: str) -> list[Option]:
    """The choices, or the steps of a range."""
    question = node.spec.question
    if question.type == "range":
        start, end, step = range_of(question)
        count = int(abs(end - start) / step) + 1 if step else 0
        sign = 1 if end >= start else -1
        steps = [start + sign * step * n for n in range(count)] if count <= 101 else []
        return [Option(f"{each:f}", Words(f"{each:f}", tag)) for each in steps]
    return [
        Option(each.name, Words(*filling.text(each.label, tag, node)), each.extra.get("icon", ""))
        for each in filling.choices(node)
    ]


def stored_parts(filling: Filling, node: Node) -> list[str]:
    """A stored answer as its inputs show it."""
    answer = filling.answer(node)
    if not answer:
        return []
    if isinstance(answer, list):
        return answer
    if node.spec.question.type == "date":
        year, month, day = (*answer.split("-"), "", "")[:3]
        return [day.lstrip("0"), month.lstrip("0"), year, "gregorian"]
    return [answer]


def read_page(
    filling: Filling, place: Place, form: MultiDict[str, str], files: MultiDict[str, FileStorage]
) -> tuple[Raw, list[Problem]]:
    """What arrived for the questions of a page, and what arrived as no page of ours sends it."""
    raw: Raw = {}
    found: list[Problem] = []
    for node in questions(filling, place):
        key, kind = node.spec.key, KINDS.get(node.spec.question.type, "text")
        if kind == "date":
            names = [key, *(f"{key}.{part}" for part in (*DATE_PARTS, "calendar"))]
        else:
            names = [key]
        parts = raw_of(form, key, kind)
        problem = misfit(node, parts, [form.getlist(name) for name in names])
        if any(name in files for name in names):
            problem = Problem(NO_FILE)
        if problem is not None:
            found.append(problem.at(node.path))
        if parts:
            raw[key] = [plain(part) for part in parts]
    return raw, found


def misfit(node: Node, parts: list[str], arrived: Iterable[list[str]]) -> Problem | None:
    """What is wrong with the way in which an answer was sent."""
    is_list = node.spec.type is not None and node.spec.type.answer == "list"
    if not is_list and any(len(each) > 1 for each in arrived):
        return Problem(NOT_ENOUGH_READ)
    if any(map(is_damaged, parts)):
        return Problem(UNREADABLE)
    longest = max(map(len, parts), default=0)
    if longest > MAX_RAW:
        return Problem(TOO_LONG, {"length": longest, "limit": limit_of(node.spec.question)})
    return None


def is_damaged(text: str) -> bool:
    """Whether no browser would have sent this.

    Bytes of an urlencoded body that are no UTF-8 arrive percent-encoded; a pasted address
    has such sequences too, but sound ones.
    """
    if DAMAGED.search(text):
        return True
    for found in ENCODED.findall(text):
        try:
            unquote_to_bytes(found).decode()
        except UnicodeDecodeError:
            return True
    return False


def plain(text: str) -> str:
    """The text as far as a page can show it again."""
    return DAMAGED.sub("", text)


def show_problems(form: BaseForm, found: Iterable[Problem], tag: str) -> None:
    """Put each problem beside its question."""
    fields = {each.path: each for each in form}
    for problem in found:
        if problem.path in fields:
            fields[problem.path].problems.append(Words(*problem.message(tag)))


def calendars() -> Mapping[str, str]:
    """The calendars of a birth date, in the reader's language."""
    return {name: _(title) for name, title in CALENDARS.items()}
