"""The pages of a questionnaire as somebody sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as field_of
from datetime import timedelta

from flask import g, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms.form import BaseForm

from casework.core.refusals import Refusal
from casework.questionnaires.calendars import from_iso
from casework.questionnaires.expressions import Node
from casework.questionnaires.filling import Filling
from casework.questionnaires.forms import Spec
from casework.questionnaires.mapping import mapping
from casework.questionnaires.places import Place, entries, places, row_places, rows
from casework.questionnaires.problems import Problem
from casework.texts import text
from casework.uploads import Upload
from portal.asking import Asked, Shown, Words, media_of
from portal.centre import now, settings, text_values, today
from portal.files import file_words, most_bytes, size_words
from portal.forms import AnswerField, Raw, calendars, page_form, show_problems
from portal.journeys import Journey, page_problems
from portal.language import form_language
from portal.prose import prose
from portal.suspicion import stamp

# From here on the small script has something to do with a list.
LONG_LIST = 20
# What is agreed to by answering: the wording that the text in the back office has.
WORDINGS = {"release.provider": "release.provider", "helper.consent": "release.helper"}


@dataclass
class Block:
    """What stands on a page under one another: a heading, a note, a fact or a question."""

    kind: str
    name: str = ""
    words: Words = field_of(default_factory=Words)
    shown: str = ""
    field: AnswerField | None = None
    wording: str = ""
    type: str = "note"
    hint: Words = field_of(default_factory=Words)
    guidance: Words = field_of(default_factory=Words)
    media: list[Shown] = field_of(default_factory=list)


@dataclass
class Row:
    """One row of a list: what it is called, where it is changed, what is still open."""

    title: str
    address: str
    open: bool


@dataclass
class Section:
    """A page's answers for checking."""

    title: Words
    address: str
    answers: list[tuple[Words, str]]
    parts: list[Section] = field_of(default_factory=list)


def page(
    journey: Journey,
    place: Place,
    *,
    filling: Filling | None = None,
    typed: Raw | None = None,
    found: Sequence[Problem] = (),
    refusal: Refusal | None = None,
) -> Response:
    """A page with its questions, or a list with its rows; 422 with what to correct."""
    filling = filling or journey.filling
    every = places(filling)
    top = journey.top(place)
    common = {
        "journey": journey,
        "place": place,
        "title": heading(filling, place.page.about) or title(journey),
        "hint": hint(filling, place.page.about),
        "form_title": title(journey),
        "number": every.index(top) + 1 if top in every else len(every),
        "count": len(every) + 1,
        "failed": bool(found or refusal),
        "refusal": refusal.text(g.language) if refusal else "",
        "going_on": going_on(journey, place),
        "way": {"to": "check"} if request.args.get("to") == "check" else {},
        "stamp": stamp(now()) if journey.draft is None else "",
    }  # fmt: skip
    if place.page.is_repeat:
        more = {"rows": row_list(journey, place), "of_people": is_of_people(place.page.about)}
        body = render_template("portal/list.html", **common, **more)
    else:
        form = page_form(
            filling, place, form_language(),
            typed=typed if typed is not None else journey.typed(place),
            for_somebody_else=bool(mapping(filling.form, filling.answers).get("helper.name")),
            uploads=journey.uploads,
        )  # fmt: skip
        show_problems(form, found, g.language, form_language())
        asked = [each.asked for each in form]
        more = {
            "form": form, "blocks": blocks(filling, place, form, journey.uploads),
            "calendars": calendars(), "has_files": any(each.kind == "file" for each in asked),
            "most_bytes": most_bytes(), "size_words": size_words, "file_words": file_words,
            "helped": any(map(is_helped, asked)),
        }  # fmt: skip
        body = render_template("portal/page.html", **common, **more)
    return Response(body, 422 if found or refusal else 200, mimetype="text/html")


def check(journey: Journey) -> Response:
    """All answers, page by page."""
    body = render_template(
        "portal/check.html", journey=journey, form_title=title(journey), failed=False,
        sections=[section(journey, place) for place in places(journey.filling)],
    )  # fmt: skip
    return Response(body, mimetype="text/html")


def is_helped(asked: Asked) -> bool:
    """Whether the small script makes this question smoother."""
    return asked.kind == "file" or (
        asked.kind in ("select", "boxes") and len(asked.options) > LONG_LIST
    )


def blocks(
    filling: Filling, place: Place, form: BaseForm, uploads: Mapping[str, Upload]
) -> list[Block]:
    """What stands on the page, in order."""
    fields = {each.path: each for each in form}
    found = []
    for node in entries(filling, place):
        spec = node.spec
        if spec is place.page.about and spec.kind != "question":
            continue
        if node.path in fields and spec.kind == "question":
            asked = fields[node.path].asked
            found.append(Block("field", field=fields[node.path], wording=wording(asked.wording)))
        elif spec.kind == "group":
            found.append(Block("heading", words=heading(filling, spec)))
        elif spec.question.type == "note":
            media = media_of(filling, spec.question.media, form_language())
            guidance = Words(*filling.text(spec.question.guidance, form_language(), node))
            hint = Words(*filling.text(spec.question.hint, form_language(), node))
            found.append(
                Block("note", spec.name, label(filling, node), hint=hint, guidance=guidance,
                      media=media)
            )  # fmt: skip
        else:
            answer = shown(filling, node, uploads)
            type_name = spec.question.type
            found.append(Block("fact", spec.name, label(filling, node), answer, type=type_name))
    return [each for each in found if each.kind == "field" or each.words or each.media]


def wording(name: str) -> Markup:
    """The full text that somebody agrees to with this question, if there is one."""
    found = text(WORDINGS[name], g.language) if name in WORDINGS else None
    if found is None:
        return Markup()
    until = today() + timedelta(days=settings()["release_days"])
    values = text_values() | {
        "recipient": _("the organisation that can help you with it"),
        "expires": f"{until:%d.%m.%Y}",
    }
    return prose(found.body, values)


def row_list(journey: Journey, place: Place) -> list[Row]:
    """The rows of a list as far as they are entered."""
    found = []
    for number, node in enumerate(rows(journey.filling, place), 1):
        inside = row_places(journey.filling, place, node.path[-1])
        if inside:
            is_open = any(page_problems(journey.filling, each) for each in inside)
            name = row_title(journey.filling, inside, number)
            found.append(Row(name, journey.address(inside[0]), is_open))
    return found


def row_title(filling: Filling, inside: list[Place], number: int) -> str:
    """What a row is called: its first two texts, which are names in most forms."""
    texts = [
        filling.shown(node, form_language())
        for place in inside
        for node in entries(filling, place)
        if node.spec.kind == "question" and node.spec.question.type == "text"
    ]
    return " ".join(each for each in texts[:2] if each) or _("Entry %(number)s", number=number)


def section(journey: Journey, place: Place) -> Section:
    """The answers of a page, and of the rows of a list."""
    filling = journey.filling
    name = heading(filling, place.page.about) or title(journey)
    address = journey.address(place, to="check")
    if not place.page.is_repeat:
        return Section(name, address, answers(journey, place))
    return Section(name, address, [], list(row_sections(journey, place)))


def row_sections(journey: Journey, place: Place) -> Iterator[Section]:
    """The answers of each row of a list; the rows of a list inside it come after it."""
    filling = journey.filling
    for number, node in enumerate(rows(filling, place), 1):
        inside = row_places(filling, place, node.path[-1])
        own = [page for page in inside if not page.page.is_repeat]
        found = [each for page in own for each in answers(journey, page)]
        name = row_title(filling, own, number)
        yield Section(Words(name, g.language), "", found)
        for page in inside:
            if page.page.is_repeat:
                above = f"{name}: {heading(filling, page.page.about).text}".rstrip(": ")
                for part in row_sections(journey, page):
                    words = Words(f"{above}: {part.title.text}", g.language)
                    yield Section(words, "", part.answers)


def answers(journey: Journey, place: Place) -> list[tuple[Words, str]]:
    """Each question of a page that has an answer, with the answer."""
    found = []
    for node in entries(journey.filling, place):
        if node.spec.kind == "question" and node.spec.question.type != "note":
            answer = shown(journey.filling, node, journey.uploads)
            if answer:
                found.append((label(journey.filling, node), answer))
    return found


def shown(filling: Filling, node: Node, uploads: Mapping[str, Upload]) -> str:
    """An answer as people write it."""
    answer = filling.shown(node, form_language())
    if answer and node.spec.type is not None and node.spec.type.is_file:
        return file_words(uploads.get(answer))
    if answer and node.spec.question.type == "datetime":
        iso, _sign, time = answer.partition("T")
        day, month, year = from_iso(iso)
        return f"{day:02d}.{month:02d}.{year} {time[:5]}"
    if answer and node.spec.question.type == "acknowledge":
        return _("Yes")
    if answer and node.spec.question.type == "date" and len(answer) == 10:
        day, month, year = from_iso(answer)
        return f"{day:02d}.{month:02d}.{year}"
    return answer


def label(filling: Filling, node: Node) -> Words:
    """The words of a question or a note."""
    return Words(*filling.text(node.spec.question.label, form_language(), node))


def heading(filling: Filling, spec: Spec) -> Words:
    """The label of a group or a list."""
    if spec.item is None or spec.kind == "question":
        return Words()
    return Words(*filling.text(spec.item.label, form_language()))


def hint(filling: Filling, spec: Spec) -> Words:
    """The hint of a group or a list."""
    if spec.item is None or spec.kind == "question":
        return Words()
    return Words(*filling.text(spec.item.hint, form_language()))


def title(journey: Journey) -> Words:
    """What the questionnaire is called."""
    definition = journey.form.definition
    words = Words(*definition.text(definition.title, form_language()))
    return words or Words(journey.slug, form_language())


def going_on(journey: Journey, place: Place) -> str:
    """Where somebody stopped who opens the beginning again."""
    if journey.draft is None or request.endpoint != "portal.form":
        return ""
    reached = journey.first_open()
    return "" if reached == place else journey.address(reached)


def is_of_people(repeat: Spec) -> bool:
    """Whether the rows of a list are people of a household."""
    return any(spec.item and spec.item.save_to.startswith("member.") for spec in repeat.walk())


def other_calendars(raw: Raw, filling: Filling, place: Place) -> Raw:
    """Dates that were typed in another calendar: shown again as they were typed."""
    dates = {
        node.spec.key
        for node in entries(filling, place)
        if node.spec.kind == "question" and node.spec.question.type == "date"
    }
    return {
        key: parts
        for key, parts in raw.items()
        if key in dates and len(parts) > 3 and parts[3] not in ("", "gregorian")
    }
