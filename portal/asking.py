"""How each question is put: what kind of input, in which words, with which choices."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import url_for

from casework.core.file_types import ENDINGS
from casework.questionnaires.answers import (
    is_birth_date,
    missing_parts,
    plain_number,
    range_of,
)
from casework.questionnaires.definitions import Texts
from casework.questionnaires.expressions import Node
from casework.questionnaires.filling import Filling
from casework.questionnaires.lists import ending_of
from casework.questionnaires.media import HEARD, SEEN, SHOWN
from casework.questionnaires.shuffling import ordered_choices
from casework.uploads import KINDS as FILE_KINDS

MANY = 12
STEPS = 100
# From here on a list is searched: a page shall arrive quickly on a slow network.
SEARCHED = 1000
KINDS = {
    "select_one": "radios", "select_multiple": "boxes", "rank": "rank", "date": "date",
    "acknowledge": "acknowledge", "tel": "tel", "email": "email", "integer": "number",
    "decimal": "number", "range": "number", "geotrace": "prose", "geoshape": "prose",
    "time": "time", "datetime": "moment", "image": "file", "audio": "file", "video": "file",
    "file": "file", "select_one_from_file": "radios", "select_one_external": "radios",
    "select_multiple_from_file": "boxes",
}  # fmt: skip
DATE_PARTS = ("day", "month", "year")
SIDE_BY_SIDE = ("likert", "horizontal", "horizontal-compact", "columns", "columns-pack")


@dataclass
class Words:
    """A text and the language that it is really in."""

    text: str = ""
    tag: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass
class Shown:
    """A picture, a sound or a film that belongs to a question or a choice."""

    kind: str
    address: str


@dataclass
class Option:
    """One choice as a person sees it."""

    value: str
    label: Words
    icon: str = ""
    media: list[Shown] = field(default_factory=list)


@dataclass
class Asked:
    """How a question is put: everything that does not depend on what was typed."""

    kind: str
    name: str
    type: str
    label: Words
    hint: Words
    guidance: Words
    optional: bool = False
    options: list[Option] = field(default_factory=list)
    media: list[Shown] = field(default_factory=list)
    tiles: bool = False
    beside: bool = False
    autocomplete: str = ""
    birth: bool = False
    wording: str = ""
    several: bool = False
    digits: bool = False
    accept: str = ""
    capture: str = ""
    parts: tuple[str, ...] = DATE_PARTS


def put(filling: Filling, node: Node, tag: str, for_somebody_else: bool) -> Asked:
    """How the question of `node` is put to a reader of `tag`."""
    question = node.spec.question
    options = options_of(filling, node, tag)
    autocomplete = question.extra.get("autocomplete", "")
    own = question.save_to.startswith("helper.")
    return Asked(
        kind=kind_of(node, len(options), autocomplete),
        name=question.name,
        type=question.type,
        label=Words(*filling.text(question.label, tag, node)),
        hint=Words(*filling.text(question.hint, tag, node)),
        guidance=Words(*filling.text(question.guidance, tag, node)),
        optional=not question.required,
        options=options,
        media=media_of(filling, question.media, tag),
        tiles="tiles" in question.appearance,
        beside=any(token in SIDE_BY_SIDE for token in question.appearance),
        autocomplete=autocomplete if own or not for_somebody_else else "off",
        birth=is_birth_date(question),
        wording=question.save_to,
        several=node.spec.type is not None and node.spec.type.answer == "list",
        digits="numbers" in question.appearance,
        accept=accepted(question.type),
        capture=captured(question.appearance),
        parts=DATE_PARTS[missing_parts(question) :],
    )


def kind_of(node: Node, count: int, autocomplete: str = "") -> str:
    """Which kind of input a question gets, with `count` choices."""
    question = node.spec.question
    kind = KINDS.get(question.type, "text")
    if kind in ("radios", "boxes") and count > SEARCHED:
        return "search"
    if question.type == "range" and count:
        return "radios" if count <= MANY and "minimal" not in question.appearance else "select"
    if kind == "radios" and (count > MANY or "minimal" in question.appearance):
        return "select"
    if kind == "text" and ("multiline" in question.appearance or autocomplete == "street-address"):
        return "prose"
    return kind


def options_of(filling: Filling, node: Node, tag: str) -> list[Option]:
    """The choices, or the steps of a range."""
    question = node.spec.question
    if question.type == "range":
        start, end, step = range_of(question)
        count = int(abs(end - start) / step) + 1 if step else 0
        sign = 1 if end >= start else -1
        steps = [start + sign * step * n for n in range(count)] if count <= STEPS + 1 else []
        return [Option(each, Words(each, tag)) for each in map(plain_number, steps)]
    return [
        Option(
            each.name,
            Words(*filling.text(each.label, tag, node)) or Words(each.name, tag),
            each.extra.get("icon", ""),
            media_of(filling, each.media, tag) if each.media else [],
        )
        for each in ordered_choices(filling, node)
    ]


def media_of(filling: Filling, media: dict[str, Texts], tag: str) -> list[Shown]:
    """The pictures and sounds of a label, as far as the form brings them."""
    found = []
    definition = filling.form.definition
    for texts in media.values():
        name, _ = definition.text(texts, tag)
        digest = definition.files.get(name)
        kind = next((kind for kind, endings in BY_ENDING.items() if ending_of(name) in endings), "")
        if digest and kind:
            address = url_for("portal.media", digest=digest, ending=ending_of(name)[1:])
            found.append(Shown(kind, address))
    return list({each.address: each for each in found}.values())


BY_ENDING = {
    "image": {ENDINGS[each] for each in SHOWN} | {".jpeg"},
    "audio": {ENDINGS[each] for each in HEARD} | {".oga"},
    "video": {ENDINGS[each] for each in SEEN},
}


def accepted(type_name: str) -> str:
    """What a file dialogue offers: types for cameras and recorders, endings for the others."""
    if type_name not in FILE_KINDS:
        return ""
    types = FILE_KINDS[type_name].types
    return ",".join([*types, *(ENDINGS[each] for each in types if type_name == "file")])


def captured(appearance: tuple[str, ...]) -> str:
    """Which camera opens at once where the form wants a new picture."""
    tokens = set(appearance)
    if {"new-front", "selfie"} & tokens:
        return "user"
    return "environment" if "new" in tokens else ""


def stored_parts(filling: Filling, node: Node) -> list[str]:
    """A stored answer as its inputs show it."""
    answer = filling.answer(node)
    if not answer:
        return []
    if isinstance(answer, list):
        return answer
    question = node.spec.question
    if question.type in ("date", "datetime"):
        iso, _, time = answer.partition("T")
        year, month, day = (*iso.split("-"), "", "")[:3]
        last = "gregorian" if question.type == "date" else time[:5]
        return [day.lstrip("0"), month.lstrip("0"), year, last]
    return [answer]
