"""The answers of a request as they were given: in the order of the form, in two languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from admin.base.shown import site_zone
from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.person_fields import show_birth
from casework.core.clock import in_zone
from casework.questionnaires.expressions import Node
from casework.questionnaires.filling import Filling, fill
from casework.submissions import Submission
from casework.uploads import Upload, uploads_of

LONGEST_FIELD = 120
# What identifies or reaches a person is copied, never translated.
COPIED = ("person.", "member.", "helper.", "household.", "contact.", "organization.")


@dataclass(frozen=True)
class Wording:
    """A text and the language that it is really in."""

    text: str
    language: str


@dataclass(frozen=True)
class Answer:
    """One question with its answer.

    `question` and `shown` are in the staff's language, `asked` and `given` in the person's;
    `key` names a free text for its translations and is empty for everything else; `upload`
    is the file that the question was answered with; `path` leads to the answer.
    """

    question: Wording
    asked: Wording
    shown: str
    given: str
    key: str = ""
    upload: Upload | None = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """Answers under one heading; `number` counts the rows of a repeat from 1."""

    title: Wording
    answers: tuple[Answer, ...]
    number: int = 0


def parts_of(submission: Submission, *, at: datetime) -> list[Part]:
    """The answers of `submission` by heading, in the order of the form it was made with."""
    filling = fill(
        submission.version.form,
        submission.answers,
        now=in_zone(at, site_zone()),
        language=submission.language,
        seed=submission.id.hex,
    )
    takes_files = any(spec.type is not None and spec.type.is_file for spec in filling.form.specs)
    uploads = uploads_of(submission) if takes_files else {}
    reader = _Reader(filling, reading_language(), submission.language, uploads)
    return [part for part in reader.parts(filling.root, filling.root) if part.answers]


def texts_of(parts: list[Part]) -> dict[str, str]:
    """The free texts among the answers by their keys."""
    return {each.key: each.given for part in parts for each in part.answers if each.key}


class _Reader:
    """Reads one filled form aloud in two languages."""

    def __init__(
        self, filling: Filling, staff: str, person: str, uploads: dict[str, Upload]
    ) -> None:
        self.filling, self.staff, self.person, self.uploads = filling, staff, person, uploads

    def parts(self, node: Node, heading: Node, number: int = 0) -> Iterator[Part]:
        """The part of `node` itself, then those of the groups and rows inside it."""
        inner: list[Part] = []
        own: list[Answer] = []
        for spec in node.spec.children:
            for position, child in enumerate(node.children.get(spec.name, ()), 1):
                if spec.kind == "question":
                    own.extend(self.answer(child))
                else:
                    row = position if spec.kind == "repeat" else 0
                    inner.extend(self.parts(child, child, row))
        yield Part(self.title(heading), tuple(own), number)
        yield from inner

    def title(self, node: Node) -> Wording:
        """The label of a group in the staff's language."""
        if node.spec.item is None:
            return Wording(_("Further answers"), self.staff)
        return Wording(*self.filling.text(node.spec.item.label, self.staff, node))

    def answer(self, node: Node) -> Iterator[Answer]:
        """The question and what was answered; nothing where nothing was."""
        spec, value = node.spec, self.filling.answer(node)
        if not value or spec.type is None or not spec.type.shown:
            return
        question = spec.question
        is_free = question.type == "text" and not question.save_to.startswith(COPIED)
        yield Answer(
            question=Wording(*self.filling.text(question.label, self.staff, node)),
            asked=Wording(*self.filling.text(question.label, self.person, node)),
            shown=self.shown(node, self.staff),
            given=self.shown(node, self.person),
            key=_key(node) if is_free else "",
            upload=self.uploads.get(value) if isinstance(value, str) else None,
            path=node.path,
        )

    def shown(self, node: Node, tag: str) -> str:
        """An answer in words, dates as they are written here."""
        if node.spec.question.type == "acknowledge":
            return _("yes")
        text = self.filling.shown(node, tag)
        if node.spec.type is not None and node.spec.type.is_file:
            return _file_words(self.uploads.get(text))
        return show_birth(text) if node.spec.question.type == "date" else text


def _key(node: Node) -> str:
    return ("answers/" + "/".join(node.path))[:LONGEST_FIELD]


def _file_words(upload: Upload | None) -> str:
    """A file by the name that it had, and its size."""
    if upload is None:
        return _("The file is not there any more.")
    return f"{upload.name} ({max(1, round(upload.size / 1024))} kB)"
