"""A definition made ready: expressions parsed, names resolved, an order to evaluate in."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from casework.core.i18n import N_
from casework.questionnaires.definitions import Choice, Definition, Item, Question
from casework.questionnaires.expressions import Expression, Node
from casework.questionnaires.question_types import QuestionType

ROW_KEY = "_row"
OTHER = "other"
# What people read where a question takes a choice of their own.
OTHER_CHOICE = N_("Other")
OTHER_QUESTION = N_("Please say what")
PIPED = re.compile(r"\$\{\s*([^\s{}]+)\s*\}")


@dataclass(eq=False)
class Spec:
    """One question, group or repeat of a form, with its expressions parsed.

    `key` is its name in the answers of its scope; `scope` is the repeat whose rows hold
    its answers, or the root; `source` the question in a repeat whose answers are its choices.
    Specs are compared by identity.
    """

    name: str
    kind: str
    item: Item | None = None
    parent: Spec | None = None
    index: int = 0
    key: str = ""
    type: QuestionType | None = None
    children: list[Spec] = field(default_factory=list)
    chain: tuple[Spec, ...] = ()
    expressions: dict[str, Expression] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    choice_nodes: tuple[Node, ...] = ()
    source: Spec | None = None
    filter_index: dict[str, dict[str, list[tuple[int, Node]]]] = field(default_factory=dict)

    @property
    def scope(self) -> Spec:
        """The nearest repeat above, or the root."""
        above = [spec for spec in self.chain[:-1] if spec.kind == "repeat"]
        return above[-1] if above else self.chain[0]

    @property
    def question(self) -> Question:
        """The question of a spec of that kind."""
        if not isinstance(self.item, Question):
            raise TypeError(f"{self.name} is no question.")
        return self.item

    @property
    def path(self) -> str:
        """Names from the top, joined by slashes."""
        return "/".join(spec.name for spec in self.chain[1:])

    @property
    def is_shown(self) -> bool:
        """Whether a page has a place for it: a fillable question or a note."""
        return (
            self.type is not None
            and self.type.shown
            and (self.type.fillable or self.type.answer == "none")
        )

    @property
    def is_file(self) -> bool:
        """Whether it is answered with a file, whose stored name tells a reader nothing."""
        return self.type is not None and self.type.is_file

    @property
    def source_name(self) -> str:
        """The question that `select_one ${name}` takes its choices from; empty for a list."""
        if self.type is None or not self.type.needs_list:
            return ""
        found = PIPED.fullmatch(self.question.list_name)
        return found[1] if found else ""

    @property
    def is_computed(self) -> bool:
        """Whether the answer always comes from the calculation, not from the person."""
        return "calculation" in self.expressions and not self.question.trigger

    def walk(self) -> Iterator[Spec]:
        """The spec and everything inside it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(eq=False)
class Form:
    """A compiled questionnaire. `order` lists what must be evaluated, dependencies first."""

    definition: Definition
    root: Spec
    specs: tuple[Spec, ...]
    by_name: dict[str, tuple[Spec, ...]]
    order: tuple[Spec, ...] = ()
    lists: dict[str, tuple[Node, ...]] = field(default_factory=dict)

    @functools.cached_property
    def repeats(self) -> tuple[Spec, ...]:
        """All repeats, outer ones first."""
        return tuple(spec for spec in self.specs if spec.kind == "repeat")

    @functools.cached_property
    def instances(self) -> dict[str, Node]:
        """Each list of choices as a secondary instance: `instance('list')/root/item`."""
        return {name: _instance(nodes) for name, nodes in self.lists.items()}

    @functools.cached_property
    def names_by_letters(self) -> dict[str, list[str]]:
        """All names, by their small letters."""
        return _grouped(self.by_name, str.lower)

    @functools.cached_property
    def names_by_length(self) -> dict[int, list[str]]:
        """All names, by how many letters they have."""
        return _grouped(self.by_name, len)

    def named(self, name: str, near: Spec | None = None) -> Spec | None:
        """The spec that `${name}` means; of several, the one nearest to `near`."""
        found = self.by_name.get(name, ())
        if len(found) < 2 or near is None:
            return found[0] if found else None
        return max(found, key=lambda spec: len(_shared(spec.chain, near.chain)))

    def spec(self, *keys: str) -> Spec:
        """The spec with these keys, such as `spec("member", "age")`. Raises `KeyError`."""
        scope = self.root
        for key in keys:
            scope = self._keyed[scope.index, key]
        return scope

    @functools.cached_property
    def _keyed(self) -> dict[tuple[int, str], Spec]:
        return {(s.scope.index, s.key): s for s in self.specs if s.kind in ("question", "repeat")}

    def members(self, scope: Spec) -> tuple[Spec, ...]:
        """The questions and repeats whose answers lie directly in `scope`."""
        return self._members[scope.index]

    @functools.cached_property
    def _members(self) -> dict[int, tuple[Spec, ...]]:
        found: dict[int, list[Spec]] = {spec.index: [] for spec in (self.root, *self.repeats)}
        for spec in self.specs:
            if spec.kind in ("question", "repeat"):
                found[spec.scope.index].append(spec)
        return {index: tuple(specs) for index, specs in found.items()}


def _grouped(names: Iterable[str], key: Callable[[str], Any]) -> dict[Any, list[str]]:
    groups: dict[Any, list[str]] = {}
    for name in names:
        groups.setdefault(key(name), []).append(name)
    return groups


def _shared(one: tuple[Spec, ...], other: tuple[Spec, ...]) -> list[Spec]:
    return [left for left, right in zip(one, other, strict=False) if left is right]


def _instance(nodes: tuple[Node, ...]) -> Node:
    document = Node("")
    root = Node("root", document)
    root.children["item"] = list(nodes)
    return document


def piped_names(text: str) -> list[str]:
    """The questions whose answers stand in a label as `${name}`."""
    return PIPED.findall(text)
