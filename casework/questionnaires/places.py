"""Where somebody is in a questionnaire: the pages that are asked now, and what stands on them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from casework.questionnaires.expressions import Node
from casework.questionnaires.filling import Filling
from casework.questionnaires.forms import Form
from casework.questionnaires.pages import Layout, Page
from casework.questionnaires.problems import Path


@dataclass(frozen=True)
class Place:
    """A page, in the row that `rows` leads to: `("member", "r2")`, or `()` outside repeats."""

    page: Page
    rows: Path = ()

    @property
    def path(self) -> Path:
        """Where the rows of a repeat page lie: `("member",)`."""
        return (*self.rows, self.page.about.key)

    @property
    def is_counted(self) -> bool:
        """Whether a calculation says how many rows there are, so that none are added by hand."""
        return "repeat_count" in self.page.about.expressions


@functools.lru_cache(maxsize=64)
def layout(form: Form) -> Layout:
    """The pages of a form."""
    return Layout(form)


def places(filling: Filling) -> list[Place]:
    """The pages that are asked now, in order, without those of single rows."""
    every = [Place(page) for page in layout(filling.form).pages]
    return [place for place in every if _is_asked(filling, place)]


def row_places(filling: Filling, repeat: Place, row_id: str) -> list[Place]:
    """The pages of one row of a repeat page; none where there is no such row."""
    rows = (*repeat.path, row_id)
    if rows not in filling.by_path:
        return []
    every = [Place(page, rows) for page in repeat.page.row_pages]
    return [place for place in every if _is_asked(filling, place)]


def find_place(filling: Filling, page_id: str, rows: Path = ()) -> Place | None:
    """The page with this id in this row, or None where it is not asked now."""
    page = layout(filling.form).by_id.get(page_id)
    scope = filling.by_path.get(rows) if rows else filling.root
    if page is None or scope is None or scope.spec is not page.scope:
        return None
    place = Place(page, rows)
    return place if _is_asked(filling, place) else None


def rows(filling: Filling, repeat: Place) -> list[Node]:
    """The rows of a repeat page, as nodes; `node.path[-1]` is the row's id."""
    found = filling.under(_scope(filling, repeat), repeat.page.about)
    return [node for node in found if node.counts]


def entries(filling: Filling, place: Place) -> list[Node]:
    """What stands on a page now, in order: groups (for headings), questions and notes."""
    scope = _scope(filling, place)
    tops = [node for spec in place.page.specs for node in filling.under(scope, spec)]
    return [each for node in tops if node.counts for each in _shown(filling, node)]


def questions(filling: Filling, place: Place) -> list[Node]:
    """The questions of a page that take an answer now."""
    return [
        node
        for node in entries(filling, place)
        if node.spec.kind == "question"
        and node.spec.type.fillable
        and not filling.is_read_only(node)
    ]


def _scope(filling: Filling, place: Place) -> Node:
    return filling.by_path[place.rows] if place.rows else filling.root


def _is_asked(filling: Filling, place: Place) -> bool:
    if place.page.is_repeat:
        return _repeat_is_asked(filling, place)
    return any(node.spec.kind == "question" for node in entries(filling, place))


def _repeat_is_asked(filling: Filling, place: Place) -> bool:
    """Whether rows may exist: the repeat's own condition, looked at from where a row would be."""
    repeat = place.page.about
    parent = _scope(filling, place)
    for spec in repeat.chain[len(place.page.scope.chain) : -1]:
        parent = parent.children[spec.name][0]
    if not parent.counts:
        return False
    if "relevant" not in repeat.expressions:
        return True
    probe = Node(repeat.name, spec=repeat, path=place.path)
    probe.parent = parent
    return filling.meets_condition(probe, "relevant") is not False


def _shown(filling: Filling, node: Node) -> Iterator[Node]:
    """The node and what it contains, as far as a page shows it; empty groups are left out, and
    questions that have nothing to choose from before another one is answered."""
    if not node.relevant or node.spec.kind == "repeat":
        return
    if node.spec.kind == "question":
        if node.spec.is_shown and not filling.offers_nothing(node):
            yield node
        return
    inside = [
        each
        for child in node.spec.children
        for found in node.children.get(child.name, ())
        for each in _shown(filling, found)
    ]
    if inside:
        yield node
        yield from inside
