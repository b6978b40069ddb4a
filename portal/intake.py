"""Filling in: page by page, a household person by person, checking, sending."""

from __future__ import annotations

import re

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework.core.access import PUBLIC
from casework.core.i18n import LANGUAGES
from casework.drafts import discard_draft
from casework.questionnaires.places import Place, places, rows
from casework.questionnaires.problems import Problem
from casework.questionnaires.steps import Outcome, TooManyRows, accept, remove_row
from casework.submissions import submit
from casework.uploads import delete_files, file_answers
from portal import invitations, showing
from portal.centre import now
from portal.files import take_files
from portal.forms import Raw, read_page
from portal.journeys import CHECK, DISCARD, Journey, files_folder, page_problems
from portal.language import form_language, keep_language
from portal.suspicion import reasons

HOUR = 3600
REMOVE = re.compile(r"remove:(?P<name>[^:]+):(?P<number>[0-9]{1,3})")


def register(door: Blueprint) -> None:
    """Put the questionnaires onto the door."""
    one = "/<lang>/form/<slug>"
    both = ("GET", "POST")
    door.add_url_rule(one, "form", form)
    door.add_url_rule(f"{one}/<page_name>", "page", page, methods=both)
    door.add_url_rule(f"{one}/<page_name>/<row_ids>", "page", page, methods=both)
    door.add_url_rule(f"{one}/{CHECK}", "check", check, methods=both)
    door.add_url_rule(f"{one}/{DISCARD}", "discard", discard, methods=both)


def form(slug: str) -> Response:
    """The first page. Nothing is stored before something is sent."""
    journey = Journey(slug)
    every = places(journey.filling) or abort(404)
    return showing.page(journey, every[0])


def page(slug: str, page_name: str, row_ids: str = "") -> Response:
    """One page of the questionnaire, as far as those before it are complete."""
    journey = Journey(slug)
    place = journey.find(page_name, row_ids)
    if place is None or not journey.reaches(place):
        return lead_back(journey)
    if request.method == "POST":
        return take_list(journey, place) if place.page.is_repeat else take_page(journey, place)
    return showing.page(journey, place)


def check(slug: str) -> Response:
    """All answers once more, and the button that sends them."""
    journey = Journey(slug, sent=True)
    if journey.draft is None or journey.first_open() is not None:
        return lead_back(journey)
    if request.method == "GET":
        return showing.check(journey)
    name, value = wish(journey, "submit", "back")
    journey.notice_trap()
    if (name, value) == ("action", "submit"):
        return send(journey)
    return leave(journey, None, name, value)


def discard(slug: str) -> Response:
    """Ask whether everything typed shall be deleted, and do it."""
    journey = Journey(slug)
    if journey.draft is None:
        return lead_back(journey)
    if request.method == "GET":
        page = render_template("portal/discard.html", journey=journey)
        return Response(page, mimetype="text/html")
    files = list(journey.uploads.values())
    discard_draft(journey.draft)
    delete_files(files, folder=files_folder())
    invited = g.get("invitation")
    return journey.forget_cookie(
        away(invitations.way_out() if invited else url_for("portal.start", gone="1"))
    )


def take_page(journey: Journey, place: Place) -> Response:
    """Take what was typed on a page, and go where its button leads."""
    name, value = wish(journey, "next", "back")
    journey.notice_trap()
    raw, misfits = read_page(journey.filling, place, request.form, request.files, form_language())
    misfits += take_files(journey, place, raw)
    if "new" in request.form:
        try:
            place = journey.row_of_its_own(place, raw)
        except TooManyRows as refusal:
            return showing.page(journey, journey.list_of(place), refusal=refusal)
    outcome = accept(journey.filling, place, raw)
    odd = {problem.path for problem in misfits}
    found = misfits + [problem for problem in outcome.problems if problem.path not in odd]
    if (name, value) == ("action", "next"):
        return go_on(journey, place, raw, outcome, found)
    if journey.draft is not None or any(map(any, raw.values())):
        is_unfinished = found or journey.new_row
        journey.keep(journey.stored if is_unfinished else outcome.filling, place, raw)
    return leave(journey, place, name, value)


def go_on(
    journey: Journey, place: Place, raw: Raw, outcome: Outcome, found: list[Problem]
) -> Response:
    """Store a page without mistakes and show the next one; else the same page, nothing lost."""
    if found:
        return show_again(journey, place, raw, outcome, found)
    if not outcome.appeared:
        journey.finish(place)
    journey.keep(outcome.filling, place, showing.other_calendars(raw, outcome.filling, place))
    if outcome.appeared:
        return journey.set_cookie(away(journey.address(place, more="1", **way())))
    target = journey.first_open() if way() and not place.rows else journey.after(place)
    return journey.set_cookie(away(journey.address(target, **(way() if target else {}))))


def show_again(
    journey: Journey, place: Place, raw: Raw, outcome: Outcome, found: list[Problem]
) -> Response:
    """The same page with what to correct. Files that arrived are kept: nobody sends them twice."""
    has_files = journey.takes_files and journey.draft is not None
    if has_files:
        journey.keep(journey.stored, place, raw)
    shown = showing.page(journey, place, filling=outcome.filling, typed=raw, found=found)
    return journey.set_cookie(shown) if has_files else shown


def take_list(journey: Journey, place: Place) -> Response:
    """Add, change or remove rows, or go on."""
    name, value = wish(journey, "next", "back", "add:", "remove:")
    journey.notice_trap()
    if name != "action" or value == "back":
        return leave(journey, place, name, value)
    if value == "next":
        return leave_list(journey, place)
    if value == f"add:{place.page.about.name}":
        return open_row(journey, place)
    return drop_row(journey, place, value)


def leave_list(journey: Journey, place: Place) -> Response:
    """Go on when every row is complete; into the first that nobody has filled in yet."""
    entry = journey.open_entry(place)
    if entry is not None:
        return away(journey.address(entry, **way()))
    found = page_problems(journey.filling, place)
    if found:
        return showing.page(journey, place, found=found)
    journey.finish(place)
    journey.keep(journey.filling)
    target = journey.first_open() if way() else journey.after(place)
    return journey.set_cookie(away(journey.address(target, **(way() if target else {}))))


def open_row(journey: Journey, place: Place) -> Response:
    """Show the page of a new row; the row comes into being when that page is complete."""
    try:
        path = journey.next_row(place)
    except TooManyRows as refusal:
        return showing.page(journey, place, refusal=refusal)
    return away(journey.address(Place(place.page.row_pages[0], path), **way()))


def drop_row(journey: Journey, place: Place, value: str) -> Response:
    """Remove the row that stood at that number when the list was shown."""
    wanted = REMOVE.fullmatch(value)
    known = rows(journey.filling, place)
    if not wanted or wanted["name"] != place.page.about.name:
        abort(400)
    position = int(wanted["number"]) - 1
    if not 0 <= position < len(known) or journey.draft is None:
        abort(400)
    seen = request.form.get("revision", str(journey.draft.revision))
    if seen == str(journey.draft.revision):
        path = known[position].path
        journey.forget_row(path)
        journey.keep(remove_row(journey.filling, place, path[-1]))
    return away(journey.address(place, **way()))


def send(journey: Journey) -> Response:
    """Turn the draft into a submission; however often it is sent, there is one."""
    answers, files = journey.filling.final(), journey.uploads
    if g.get("invitation"):
        invitations.send(journey, answers)
    else:
        submit(
            journey.version, answers, token=journey.token, language=g.language,
            suspicion=reasons(journey.state.marks, journey.state.shown, answers, at=now()),
            by=PUBLIC, at=now(),
        )  # fmt: skip
    sent = set(file_answers(answers))
    delete_files([row for name, row in files.items() if name not in sent], folder=files_folder())
    response = away(url_for("portal.receipt", slug=journey.slug))
    return journey.set_cookie(response, HOUR)


def leave(journey: Journey, place: Place | None, name: str, value: str) -> Response:
    """Where the buttons lead that do not need a complete page: back, a language, the end."""
    if name == "language":
        response = away(journey.address(place, lang=value, **way()))
        if value in LANGUAGES:
            keep_language(response, value)
    elif name == "discard":
        response = away(journey.address_of(DISCARD))
    else:
        previous = journey.before(place)
        response = away(journey.address(previous, **way()) if previous else invitations.way_out())
    return journey.set_cookie(response) if journey.draft else response


def lead_back(journey: Journey) -> Response:
    """To where the person is: nothing is recorded on the way."""
    if journey.draft is not None:
        return away(journey.address(journey.first_open()))
    if journey.is_sent:
        return away(url_for("portal.receipt", slug=journey.slug))
    return away(journey.start(lost="1") if journey.token else journey.start())


def wish(journey: Journey, *actions: str) -> tuple[str, str]:
    """The one button that was pressed, by name and value. Anything else is no form of ours.

    `actions` are the values that `action` has on this page; those with a colon begin one.
    """
    pressed = [
        (name, value)
        for name in ("action", "language", "discard")
        for value in request.form.getlist(name)
    ]
    if len(pressed) != 1:
        abort(400)
    name, value = pressed[0]
    begun = tuple(each for each in actions if each.endswith(":"))
    if name == "action" and value not in actions and not (begun and value.startswith(begun)):
        abort(400)
    if name == "language" and value not in journey.languages:
        abort(400)
    return name, value


def way() -> dict[str, str]:
    """The note in the address that somebody came from checking and wants to return there."""
    return {"to": CHECK} if request.args.get("to") == CHECK else {}


def away(address: str) -> Response:
    """Lead to another page after a POST or instead of a page that is not reached yet."""
    return redirect(address, 303)
