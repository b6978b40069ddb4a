"""Which questions stand on which page.

A question at the top level is a page, a group at the top level is a page, a repeat is a page
that lists its rows, and each row has pages of its own. A group that contains a repeat or a
group with the appearance `field-list` is divided: such a part becomes a page of its own, what
stands around it shares a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from casework.questionnaires.forms import OTHER, Form, Spec

FIELD_LIST = "field-list"


@dataclass(eq=False)
class Page:
    """One page. `about` gives its heading; `specs` stand on it, groups with all they contain.

    `id` is unique in the form. `is_repeat` pages list rows, and `row_pages` are the pages of
    one row. `scope` is the repeat that the page belongs to a row of, or the root.
    """

    id: str
    about: Spec
    specs: tuple[Spec, ...]
    scope: Spec
    is_repeat: bool = False
    row_pages: tuple[Page, ...] = field(default_factory=tuple)


class Layout:
    """The pages of a form, and each page by its id."""

    def __init__(self, form: Form) -> None:
        self.by_id: dict[str, Page] = {}
        self.pages = tuple(self._pages(form.root, form.root))

    def _pages(self, container: Spec, scope: Spec) -> Iterator[Page]:
        loose: list[Spec] = []
        for child in container.children:
            if container.kind == "root" and not _follows_up(child, loose):
                yield from self._page(container, loose, scope)
            if not any(spec.is_shown for spec in child.walk()):
                continue
            if child.kind == "repeat":
                yield from self._page(container, loose, scope)
                yield self._repeat(child, scope)
            elif child.kind == "group" and _is_divided(child):
                yield from self._page(container, loose, scope)
                yield from self._pages(child, scope)
            elif child.kind == "group" and (container.kind == "root" or _is_field_list(child)):
                yield from self._page(container, loose, scope)
                yield from self._page(child, [child], scope)
            else:
                loose.append(child)
        yield from self._page(container, loose, scope)

    def _page(self, about: Spec, specs: list[Spec], scope: Spec) -> Iterator[Page]:
        if specs:
            about = specs[0] if about.kind == "root" else about
            yield self._keep(Page(about.name, about, tuple(specs), scope))
            specs.clear()

    def _repeat(self, repeat: Spec, scope: Spec) -> Page:
        page = self._keep(Page(repeat.name, repeat, (repeat,), scope, is_repeat=True))
        page.row_pages = tuple(self._pages(repeat, repeat))
        return page

    def _keep(self, page: Page) -> Page:
        name, count = page.id, 1
        while page.id in self.by_id:
            count += 1
            page.id = f"{name}-{count}"
        self.by_id[page.id] = page
        return page


def _follows_up(spec: Spec, before: list[Spec]) -> bool:
    """Whether a question is the text that belongs to the “other” of the question before it."""
    if len(before) != 1 or before[0].kind != "question":
        return False
    return before[0].question.or_other and spec.name == f"{before[0].name}_{OTHER}"


def _is_field_list(spec: Spec) -> bool:
    return (
        spec.kind == "group"
        and spec.item is not None
        and FIELD_LIST in [token.lower() for token in spec.item.appearance]
    )


def _is_divided(group: Spec) -> bool:
    """Whether the group holds something that must be a page of its own."""
    inside = [spec for spec in group.walk() if spec is not group]
    has_repeat = any(spec.kind == "repeat" for spec in inside)
    return has_repeat or (not _is_field_list(group) and any(map(_is_field_list, inside)))
