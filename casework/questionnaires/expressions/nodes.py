"""The tree that expressions look at: one node per question, group or row that exists now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Answer = str | list[str] | None


class Node:
    """An element with its answer; `spec`, `data` and `path` are for the owner of the tree."""

    __slots__ = (
        "children",
        "data",
        "is_number",
        "name",
        "parent",
        "path",
        "relevant",
        "spec",
        "value",
    )

    def __init__(
        self,
        name: str,
        parent: Node | None = None,
        value: Answer = None,
        *,
        spec: Any = None,
        data: dict[str, Any] | None = None,
        path: tuple[str, ...] = (),
        is_number: bool = False,
    ) -> None:
        self.name = name
        self.parent = parent
        self.children: dict[str, list[Node]] = {}
        self.value = value
        self.relevant = True
        self.spec = spec
        self.data: dict[str, Any] = {} if data is None else data
        self.path = path
        self.is_number = is_number
        if parent is not None:
            parent.children.setdefault(name, []).append(self)

    @property
    def counts(self) -> bool:
        """Whether the node and everything above it is relevant."""
        node: Node | None = self
        while node is not None:
            if not node.relevant:
                return False
            node = node.parent
        return True

    @property
    def text(self) -> str:
        """The answer as XPath sees it: several choices joined by blanks, a group's texts joined."""
        if self.children:
            return "".join(child.text for child in self.offspring() if child.counts)
        if isinstance(self.value, list):
            return " ".join(self.value)
        return self.value or ""

    def offspring(self) -> Iterator[Node]:
        """The children, in document order."""
        for same_named in self.children.values():
            yield from same_named

    def descendants(self) -> Iterator[Node]:
        """Everything below, in document order."""
        for child in self.offspring():
            yield child
            yield from child.descendants()

    def siblings(self) -> list[Node]:
        """The nodes of the same name beside this one, itself included."""
        return self.parent.children[self.name] if self.parent is not None else [self]

    def root(self) -> Node:
        """The top of the tree."""
        node = self
        while node.parent is not None:
            node = node.parent
        return node
