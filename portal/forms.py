"""A page of a questionnaire as a WTForms form: one field for each question that stands on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import Field
from wtforms.form import BaseForm

from casework.core.i18n import N_
from casework.questionnaires.answers import MAX_RAW, limit_of
from casework.questionnaires.calendars import CALENDARS
from casework.questionnaires.expressions import Node
from casework.questionnaires.filling import Filling
from casework.questionnaires.places import Place, questions
from casework.questionnaires.problems import NOT_ENOUGH_READ, TOO_LONG, Problem
from casework.uploads import Upload
from portal.asking import DATE_PARTS, KINDS, Asked, Option, Words, options_of, put, stored_parts
from portal.seeking import SEARCH, candidates, sought

UNREADABLE = N_("This text has characters that we cannot read. Please type it again.")
NO_FILE = N_("A file arrived here, but this question needs words. Please type your answer.")
# What no keyboard types: control characters, and what is left of broken UTF-8.
DAMAGED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
BIRTHDAY = {"bday": ("bday-day", "bday-month", "bday-year")}
ENCODED = re.compile("(?:%[89A-Fa-f][0-9A-Fa-f])+")
# What else a page sends, and what one question sends beside its own name. A question that is
# called so gets a `~`, which no name has.
TAKEN = re.compile(
    r"action|csrf_token|discard|language|new|revision|shown|website"
    r"|.*\.(?:calendar|day|month|remove|search|time|year)"
)
LAST_PART = {"date": "calendar", "moment": "time"}

Raw = dict[str, list[str]]


class AnswerField(Field):
    """One question: how it is asked, and what was typed, letter by letter."""

    def __init__(self, asked: Asked, path: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asked = asked
        self.path = path
        self.key = path[-1]
        self.id = "f-" + self.name.replace("/", "-")
        self.problems: list[Words] = []
        self.sought = ""
        self.upload: Upload | None = None

    def process(self, formdata: Any, data: Any = (), extra_filters: Any = None) -> None:
        """Take what was typed, or else `data`, which is what is stored, as texts."""
        if formdata is None:
            self.parts = list(data or ())
        else:
            self.parts = raw_of(formdata, self.name, self.asked.kind)

    def part(self, place: int) -> str:
        """One of several inputs: day, month, year, and calendar or time."""
        return self.parts[place] if place < len(self.parts) else ""

    @property
    def offered(self) -> list[Option]:
        """The choices that a page shows of a list that is searched: found ones and chosen ones."""
        return candidates(self.asked.options, self.sought, self.parts)

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
    """All texts that arrived for a question; of a date day, month, year and what follows."""
    if kind not in LAST_PART:
        return formdata.getlist(name)
    parts = [formdata.get(each, "") for each in names_of(name, kind)[1:]]
    asked = parts[:3] if kind == "date" else parts
    if not any(part.strip() for part in asked):
        return formdata.getlist(name)
    if kind == "date":
        parts[3] = parts[3] or "gregorian"
    return parts


def input_name(key: str) -> str:
    """What the input of a question is called: as the question, unless that is taken."""
    return f"{key}~" if TAKEN.fullmatch(key) else key


def names_of(key: str, kind: str) -> list[str]:
    """The names of a question's inputs, `key` being that of the first."""
    if kind not in LAST_PART:
        return [key]
    return [key, *(f"{key}.{part}" for part in (*DATE_PARTS, LAST_PART[kind]))]


def page_form(
    filling: Filling, place: Place, tag: str, *, for_somebody_else: bool,
    typed: Raw | None = None, uploads: Mapping[str, Upload] | None = None,
) -> BaseForm:  # fmt: skip
    """The form of a page, filled with what is stored or, where there is any, with `typed`."""
    fields, stored = {}, {}
    for node in questions(filling, place):
        key, name = node.spec.key, input_name(node.spec.key)
        asked = put(filling, node, tag, for_somebody_else)
        fields[name] = AnswerField(asked, node.path)
        stored[name] = (typed or {}).get(key) or stored_parts(filling, node)
    form = BaseForm(fields)
    form.process(data=stored)
    for field in form:
        field.sought = next(iter((typed or {}).get(field.key + SEARCH, ())), "")
        field.upload = (uploads or {}).get(field.part(0))
    return form


def read_page(
    filling: Filling, place: Place, form: MultiDict[str, str],
    files: MultiDict[str, FileStorage], tag: str,
) -> tuple[Raw, list[Problem]]:  # fmt: skip
    """What arrived for the questions of a page, and what arrived as no page of ours sends it.

    Files are read by `portal.files`, which knows what is kept already.
    """
    raw: Raw = {}
    found: list[Problem] = []
    for node in questions(filling, place):
        key, kind = node.spec.key, KINDS.get(node.spec.question.type, "text")
        if kind == "file":
            continue
        names = names_of(input_name(key), kind)
        parts = raw_of(form, names[0], kind)
        problem = misfit(node, parts, [form.getlist(name) for name in names])
        if any(name in files for name in names):
            problem = Problem(NO_FILE)
        words = form.get(names[0] + SEARCH, "").strip()
        if words and node.spec.type is not None and node.spec.type.has_choices and not problem:
            parts, problem = sought(options_of(filling, node, tag), words, parts, node)
            if problem:
                raw[key + SEARCH] = [plain(words)[:100]]
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


def show_problems(form: BaseForm, found: Iterable[Problem], tag: str, form_tag: str) -> None:
    """Put each problem beside its question: our sentence in `tag`, the form's in `form_tag`."""
    fields = {each.path: each for each in form}
    for problem in found:
        if problem.path in fields:
            words = Words(*problem.message(form_tag if problem.own else tag))
            fields[problem.path].problems.append(words)


def calendars() -> Mapping[str, str]:
    """The calendars of a birth date, in the reader's language."""
    return {name: _(title) for name, title in CALENDARS.items()}
