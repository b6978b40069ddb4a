"""Somebody's way through a questionnaire: the draft of this browser, and how far it reaches."""

from __future__ import annotations

import functools
import re
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path as FilePath
from typing import Any

from flask import abort, current_app, g, request, url_for
from werkzeug.wrappers import Response

from casework.core.db import transaction
from casework.core.i18n import LANGUAGES, Language, tongue
from casework.core.refusals import NotFound
from casework.drafts import Draft, draft_of, keep_draft, start_draft
from casework.questionnaires.definitions import UNDETERMINED
from casework.questionnaires.filling import MAX_ROWS, Filling, fill
from casework.questionnaires.models import Questionnaire, QuestionnaireVersion, is_slug, live
from casework.questionnaires.pages import Page
from casework.questionnaires.places import Place, find_place, layout, places, row_places, rows
from casework.questionnaires.problems import Path, Problem
from casework.questionnaires.steps import accept, add_row, begin
from casework.questionnaires.validating import problems
from casework.submissions import submission_of
from casework.uploads import Upload, file_answers, keep_only, uploads_of
from portal.centre import local, now, settings
from portal.forms import Raw
from portal.language import form_language
from portal.suspicion import STAMP, TRAP, shown_at

CHECK, RECEIPT, DISCARD = RESERVED = ("check", "receipt", "discard")
DAY = 24 * 3600
# A field that no question can be called like.
VERSION = "~version"
INVITED_AS = re.compile(r"[0-9a-f]{32}")


@dataclass
class State:
    """What a draft keeps: answers; which pages were finished; by page what was typed letter
    by letter; notes on spam."""

    answers: dict[str, Any] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    typed: dict[str, Raw] = field(default_factory=dict)
    marks: list[str] = field(default_factory=list)
    shown: int | None = None


class Journey:
    """One browser's draft of one questionnaire; there may be none yet.

    `filling` holds the answers. While the page of a row that is not stored yet is open,
    `new_row` is that row's path and `filling` has it already; `stored` does not.
    """

    def __init__(self, slug: str, token: str = "", key: str = "", *, sent: bool = False) -> None:
        self.slug = slug
        self.key = key or invited_as()
        self.token = token or request.cookies.get(cookie_name(slug, self.key), "")
        self.draft = self._own_draft()
        self.version = self._version(sent=sent)
        self.form = self.version.form
        if form_language() not in self.languages:
            abort(404)
        self.state = State(**self.draft.answers) if self.draft else State()
        self.stored = self.filling = self._filling()
        self.new_row: Path = ()
        self._uploads: dict[str, Upload] | None = None

    def _version(self, *, sent: bool) -> QuestionnaireVersion:
        """The draft's. Where what was `sent` counts, its own: the form may be retired by now."""
        if self.draft is not None:
            return self.draft.version
        done = submission_of(self.token) if sent and self.token else None
        if done is not None and done.version.questionnaire.slug == self.slug:
            return done.version
        return version_shown(live_version(self.slug))

    def _own_draft(self) -> Draft | None:
        draft = draft_of(self.token, at=now()) if self.token else None
        if draft is None or draft.invited_as != self.key:
            return None
        return draft if draft.version.questionnaire.slug == self.slug else None

    def _filling(self) -> Filling:
        moment, tag = local(now()), form_language()
        if self.draft is None:
            return begin(self.form, now=moment, language=tag)
        return fill(self.form, self.state.answers, now=moment, language=tag, seed=self.draft.id.hex)

    @property
    def questionnaire(self) -> Questionnaire:
        """What is being filled in."""
        return self.version.questionnaire

    @property
    def languages(self) -> dict[str, Language]:
        """The languages to choose from by tag: the portal's, then others that the form speaks."""
        own = self.form.definition.languages
        return LANGUAGES | {tag: tongue(tag) for tag in own if tag != UNDETERMINED}

    @property
    def is_sent(self) -> bool:
        """Whether this browser's draft has become a submission."""
        return self.draft is None and bool(self.token) and submission_of(self.token) is not None

    # Where one may be

    def find(self, page_name: str, row_ids: str = "") -> Place | None:
        """The page at this address, or None where it is not asked now. Unknown pages are a 404.

        The row that would be added next has its pages already.
        """
        page = layout(self.form).by_id.get(page_name.removesuffix("~"))
        ids = row_ids.split(".") if row_ids else []
        repeats = [spec for spec in page.scope.chain if spec.kind == "repeat"] if page else []
        if page is None or len(repeats) != len(ids):
            abort(404)
        keys = [spec.key for spec in repeats]
        path = tuple(part for pair in zip(keys, ids, strict=True) for part in pair)
        if path and path not in self.filling.by_path:
            self._open_new_row(page, path)
        return find_place(self.filling, page.id, path)

    def _open_new_row(self, page: Page, path: Path) -> None:
        for each in layout(self.form).by_id.values():
            if each.is_repeat and each.about is page.scope:
                repeat = find_place(self.filling, each.id, path[:-2])
                if repeat is not None and self._has_room(repeat) and self.next_row(repeat) == path:
                    self._open(repeat)

    def _open(self, repeat: Place) -> None:
        self.filling, row_id = add_row(self.filling, repeat)
        self.new_row = (*repeat.path, row_id)

    def _has_room(self, repeat: Place) -> bool:
        return not repeat.is_counted and len(rows(self.filling, repeat)) < MAX_ROWS

    def next_row(self, repeat: Place) -> Path:
        """The path of the row that would be added next. Raises `TooManyRows`."""
        _, row_id = add_row(self.filling, repeat)
        return (*repeat.path, row_id)

    def row_of_its_own(self, place: Place, raw: Raw) -> Place:
        """Where a new row's answers belong when that row exists already.

        A second click finds its own row again. Somebody else's answers, typed on a page
        that was gone back to, get a row of their own. Raises `TooManyRows`.
        """
        if not place.rows or self.new_row:
            return place
        if accept(self.filling, place, raw).filling.answers == self.filling.answers:
            return place
        self._open(self.list_of(place))
        return Place(place.page, self.new_row)

    def first_open(self) -> Place | None:
        """The first page that was not finished yet or has something to correct; None when
        all is complete."""
        for each in places(self.filling):
            if each.page.id not in self.state.done or page_problems(self.filling, each):
                return each
        return None

    def open_entry(self, repeat: Place) -> Place | None:
        """The first page that nobody has gone on from, or with something to correct, in a list
        whose length the form decides: nobody adds its rows, so nobody is led to them by that."""
        if not repeat.is_counted:
            return None
        for row in rows(self.filling, repeat):
            for each in row_places(self.filling, repeat, row.path[-1]):
                if place_key(each) not in self.state.done or page_problems(self.filling, each):
                    return each
        return None

    def reaches(self, place: Place) -> bool:
        """Whether every page before this one is complete."""
        every = places(self.filling)
        reached = self.first_open()
        return reached is None or every.index(self.top(place)) <= every.index(reached)

    def top(self, place: Place) -> Place:
        """The page itself, or the list that its row belongs to."""
        if not place.rows:
            return place
        every = places(self.filling)
        return next(each for each in every if each.page.is_repeat and each.path == place.rows[:1])

    def list_of(self, place: Place) -> Place:
        """The list that a row's page belongs to."""
        found = next(
            each
            for each in layout(self.form).by_id.values()
            if each.is_repeat and each.about is place.page.scope
        )
        return Place(found, place.rows[:-2])

    def siblings(self, place: Place) -> list[Place]:
        """The pages of the same row, or those outside all rows."""
        if not place.rows:
            return places(self.filling)
        return row_places(self.filling, self.list_of(place), place.rows[-1])

    def after(self, place: Place) -> Place | None:
        """The next page; None where only checking is left."""
        every = self.siblings(place)
        rest = every[every.index(place) + 1 :] if place in every else every
        if rest:
            return rest[0]
        return self.list_of(place) if place.rows else None

    def before(self, place: Place | None) -> Place | None:
        """The page before; None before the first one. Before checking comes the last page."""
        if place is None:
            return places(self.filling)[-1]
        every = self.siblings(place)
        position = every.index(place) if place in every else 0
        if position:
            return every[position - 1]
        return self.list_of(place) if place.rows else None

    # Addresses

    def address(self, place: Place | None, **query: str) -> str:
        """Where a page is; without one, where the answers are checked."""
        if place is None:
            return self.address_of(CHECK, **query)
        name = place.page.id + ("~" if place.page.id in RESERVED else "")
        return self.address_of(name, ".".join(place.rows[1::2]), **query)

    def address_of(self, page_name: str, row_ids: str = "", **query: str) -> str:
        """The address of a page by its name."""
        values: dict[str, Any] = {"slug": self.slug, "page_name": page_name, **query}
        if row_ids:
            values["row_ids"] = row_ids
        if self.key:
            values["for"] = self.key
        return url_for("portal.page", **values)

    def start(self, **query: Any) -> str:
        """Where the questionnaire begins."""
        return url_for("portal.form", slug=self.slug, **query)

    # Keeping

    def typed(self, place: Place) -> Raw:
        """What was typed on a page and is not an answer yet, or not in the same letters."""
        return self.state.typed.get(place_key(place), {})

    def forget_row(self, path: Path) -> None:
        """Drop what was typed on the pages of a row."""
        depth = len(path)
        self.state.typed = {
            key: raw
            for key, raw in self.state.typed.items()
            if tuple(key.split("/")[1 : depth + 1]) != path
        }

    def finish(self, place: Place) -> None:
        """Note that somebody went on from this page; stored with the next `keep`."""
        if place_key(place) not in self.state.done:
            self.state.done.append(place_key(place))

    def keep(self, filling: Filling, place: Place | None = None, raw: Raw | None = None) -> None:
        """Store the answers, and for a page what was typed there; begins a draft if need be."""
        self.state.answers = filling.answers
        if place is not None:
            self.state.typed.pop(place_key(place), None)
            if raw:
                self.state.typed[place_key(place)] = raw
        with transaction():
            draft = self.draft or self._begin()
            self.draft = keep_draft(draft, asdict(self.state), g.language, at=now())
        self.stored = self.filling = filling
        if self.uploads:
            keep_only(self.draft, set(file_answers(asdict(self.state))), folder=files_folder())
            self._uploads = None

    def _begin(self) -> Draft:
        draft, self.token = start_draft(self.version, g.language, at=now())
        self.state.shown = shown_at(request.form.get(STAMP, ""))
        if self.state.shown is None:
            self.state.marks.append("stamp")
        return draft

    @functools.cached_property
    def takes_files(self) -> bool:
        """Whether any question of the form wants a file."""
        return any(spec.type is not None and spec.type.is_file for spec in self.form.specs)

    @property
    def uploads(self) -> dict[str, Upload]:
        """The files of the draft by the answers that stand for them."""
        if self._uploads is None:
            has_some = self.takes_files and self.draft is not None
            self._uploads = uploads_of(self.draft) if has_some else {}  # type: ignore[arg-type]
        return self._uploads

    def own_draft(self) -> Draft:
        """The draft, begun for the first file if need be; its files are looked up anew."""
        if self.draft is None:
            with transaction():
                self.draft = self._begin()
        self._uploads = None
        return self.draft

    def notice_trap(self) -> None:
        """Note that a field was filled in which no person sees."""
        if request.form.get(TRAP) and "trap" not in self.state.marks:
            self.state.marks.append("trap")

    def set_cookie(self, response: Response, seconds: int | None = None) -> Response:
        """Let the browser keep the draft's secret; by default as long as the draft lives."""
        age = settings()["draft_days"] * DAY if seconds is None else seconds
        response.set_cookie(
            cookie_name(self.slug, self.key), self.token, max_age=age,
            secure=is_https(), httponly=True, samesite="Lax",
        )  # fmt: skip
        return response

    def forget_cookie(self, response: Response) -> Response:
        """Let the browser forget the draft's secret."""
        self.token = ""
        return self.set_cookie(response, 0)


def page_problems(filling: Filling, place: Place) -> list[Problem]:
    """What is wrong on a page; on a list, on the pages of its rows."""
    if not place.page.is_repeat:
        return problems(filling, place)
    return [
        problem
        for row in rows(filling, place)
        for each in row_places(filling, place, row.path[-1])
        for problem in page_problems(filling, each)
    ]


def live_version(slug: str) -> QuestionnaireVersion:
    """The published version of a questionnaire for everybody; anything else is a 404."""
    try:
        version = live(slug if is_slug(slug) else "")
    except NotFound:
        abort(404)
    if not Questionnaire.public().where(Questionnaire.slug == slug).exists():
        abort(404)
    return version


def version_shown(current: QuestionnaireVersion) -> QuestionnaireVersion:
    """What somebody had before them who sends a first page; `current` on any other request.

    A form can be published anew while its first page is being filled in, and then that page
    need not exist any more. What a browser names counts only if it was published once.
    """
    wanted = request.form.get(VERSION, "") if request.method == "POST" else ""
    if wanted == current.id.hex or not re.fullmatch("[0-9a-f]{32}", wanted):
        return current
    known = version_of_form(current, uuid.UUID(wanted))
    if known is None:
        return current
    known.questionnaire = current.questionnaire
    return known


def version_of_form(
    current: QuestionnaireVersion, wanted: uuid.UUID
) -> QuestionnaireVersion | None:
    """Another version of the same form, if it was ever published."""
    return QuestionnaireVersion.get_or_none(
        (QuestionnaireVersion.id == wanted)
        & (QuestionnaireVersion.questionnaire == current.questionnaire)
        & QuestionnaireVersion.published_at.is_null(False)
    )


def place_key(place: Place) -> str:
    """A page's name within a draft."""
    return "/".join((place.page.id, *place.rows))


def files_folder() -> FilePath:
    """Where files lie, sealed."""
    return current_app.extensions["lotse"]["config"].instance_dir / "documents"


def cookie_name(slug: str, key: str = "") -> str:
    """The cookie of one questionnaire's draft, or of the one that an invitation began."""
    return f"{'__Host-' if is_https() else ''}{f'form-{key}' if key else f'draft-{slug}'}"


def invited_as() -> str:
    """The key of the invitation that the address names; anything else is a 404."""
    key = request.args.get("for", "")
    if key and not INVITED_AS.fullmatch(key):
        abort(404)
    return key


def is_https() -> bool:
    """Whether this instance is reached over TLS, as its configuration says."""
    return current_app.extensions["lotse"]["config"].https
