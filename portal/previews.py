"""A working copy as people would see it: every question stands there, nothing is taken.

The desk shows these pages in a frame beside the editor, through a signed address.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace

from flask import Blueprint, abort, g, render_template, request
from werkzeug.wrappers import Response

from casework.core.i18n import tongue
from casework.core.refusals import NotFound
from casework.questionnaires.compiling import build
from casework.questionnaires.definitions import Definition, Group, Item
from casework.questionnaires.filling import Filling
from casework.questionnaires.forms import Form
from casework.questionnaires.places import Place, entries, places, row_places
from casework.questionnaires.previews import PreviewExpired, preview_of
from casework.questionnaires.steps import add_row, begin
from portal.asking import Words
from portal.centre import local, now
from portal.files import file_words
from portal.forms import calendars, page_form
from portal.showing import blocks, heading, hint


def register(door: Blueprint) -> None:
    """Put the preview onto the door."""
    door.add_url_rule("/preview/<token>", "preview", preview)


def preview(token: str) -> Response:
    """One page of the form: the one with the question `at`, or the one with the number `page`."""
    g.is_framed = True
    try:
        found = preview_of(token, at=now())
    except NotFound:
        abort(404)
    except PreviewExpired as refusal:
        body = render_template(
            "portal/preview.html", tongue=tongue(g.language), title=Words(),
            over=refusal.text(g.language),
        )  # fmt: skip
        return Response(body, 410, mimetype="text/html")
    g.language = found.language
    filling = begin(unconditional(found.form), now=local(now()), language=found.language)
    filling, every = pages_of(filling)
    number = page_number(filling, every)
    body = render_template(
        "portal/preview.html", tongue=tongue(found.language), over="", number=number,
        count=len(every), token=token, title=form_title(filling.form),
        **(page_values(filling, every[number - 1]) if every else {"blocks": []}),
    )  # fmt: skip
    return Response(body, mimetype="text/html")


def page_values(filling: Filling, place: Place) -> dict[str, object]:
    """What stands on one page."""
    form = page_form(filling, place, g.language, for_somebody_else=False)
    about = place.page.about
    return {
        "blocks": blocks(filling, place, form, {}),
        "heading": heading(filling, about),
        "hint": hint(filling, about),
        "calendars": calendars(),
        "file_words": file_words,
    }


def pages_of(filling: Filling) -> tuple[Filling, list[Place]]:
    """All pages from first to last; a list shows those of one row."""
    found: list[Place] = []
    for place in places(filling):
        filling, inside = with_row(filling, place)
        found += inside
    return filling, found


def with_row(filling: Filling, place: Place) -> tuple[Filling, list[Place]]:
    """The page itself; of a list the pages of a row that is added to it, and of lists inside."""
    if not place.page.is_repeat:
        return filling, [place]
    filling, row_id = add_row(filling, place)
    found: list[Place] = []
    for each in row_places(filling, place, row_id):
        filling, inside = with_row(filling, each)
        found += inside
    return filling, found


def page_number(filling: Filling, every: list[Place]) -> int:
    """Which page to show, counted from 1; the first one where none is asked for."""
    wanted = request.args.get("at", "")
    if wanted:
        for number, place in enumerate(every, 1):
            if wanted in names_on(filling, place):
                return number
    text = request.args.get("page", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(number, 1), max(len(every), 1))


def names_on(filling: Filling, place: Place) -> Iterator[str]:
    """The names of what stands on a page, and of the groups around it."""
    yield from (spec.name for spec in place.page.about.chain)
    for node in entries(filling, place):
        yield node.spec.name


def form_title(form: Form) -> Words:
    """What the form is called."""
    return Words(*form.definition.text(form.definition.title, g.language))


@functools.lru_cache(maxsize=16)
def unconditional(form: Form) -> Form:
    """The same form with every question asked, every choice offered and lists of any length."""
    return build(_open(form.definition))[0]


def _open(definition: Definition) -> Definition:
    return replace(definition, items=tuple(map(_always, definition.items)))


def _always(item: Item) -> Item:
    item = replace(item, relevant="", choice_filter="", repeat_count="")
    if isinstance(item, Group):
        return replace(item, items=tuple(map(_always, item.items)))
    return item
