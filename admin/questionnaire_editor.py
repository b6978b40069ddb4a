"""The form editor: outline, fields of one question, preview; every save is a new revision."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.auth import current_actor, now
from admin.base import DeskPage
from admin.base.shown import show_moment
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.questionnaire_conditions import HERE, JOINS, SIGNS, TODAY, WITHOUT_VALUE
from admin.questionnaire_files import FormFiles
from admin.questionnaire_release import Releasing
from admin.questionnaire_rules import PREFIXES
from admin.questionnaire_sent import Sent, taken
from admin.questionnaire_shown import (
    CHECKED,
    EXPERT,
    Fields,
    counted,
    item_values,
    lines,
    mention_words,
    merged,
    page_values,
    typed_again,
)
from admin.questionnaire_words import destinations, drawers
from admin.words import PAGE_WORDS
from casework.core.i18n import LANGUAGES, tongue
from casework.core.refusals import Refusal
from casework.questionnaires.definitions import Definition, from_json
from casework.questionnaires.editing import (
    CellsRefused,
    Mention,
    NoSuchPlace,
    StillMentioned,
    add_language,
    cells_of,
    item_at,
    place_of,
    remove_language,
    set_default_language,
    settings_cells,
)
from casework.questionnaires.editing.settings import language_names
from casework.questionnaires.models import Questionnaire
from casework.questionnaires.placing import Placed, check_expression
from casework.questionnaires.previews import preview_token
from casework.questionnaires.translating import progress
from casework.questionnaires.working_copies import (
    ChangedMeanwhile,
    WorkingCopy,
    WorkingCopyState,
    begin_working_copy,
    discard,
    store,
    undo,
    working_copy_of,
)

LONGEST_CHECK = 10_000


class FormEditor(Releasing, FormFiles, DeskPage):
    """What the coordinator changes before it is published."""

    title = _l("Form editor")
    path = "form-editor"
    resource = "questionnaire"
    permissions = {
        "index_view": "read", "edit": "edit", "check": "edit", "publishing": "publish",
        "files": "edit", "file_save": "edit",
    }  # fmt: skip

    def is_visible(self) -> bool:
        """It is reached from the page of a form."""
        return False

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The editor needs a form: they stand in the list."""
        return redirect(self.get_url("questionnaire.index_view"))

    @expose("/<slug>/begin", methods=("POST",))
    def begin(self, slug: str) -> ResponseReturnValue:
        """Open the working copy, a new one where there is none."""
        begin_working_copy(self.form_called(slug), by=current_actor(), at=now())
        return redirect(self.get_url(".edit", slug=slug), 303)

    @expose("/<slug>/")
    def edit(self, slug: str) -> ResponseReturnValue:
        """The outline and one item, or the form as a whole."""
        copy = self.copy_of(slug)
        if copy is None:
            row = self.form_called(slug)
            return redirect(self.get_url("questionnaire.details_view", id=row.id))
        place = request.args.get("at", "")
        try:
            placed, fields = page_values(copy, place, request.args)
        except NoSuchPlace:
            return redirect(self.get_url(".edit", slug=slug))
        return self._page(copy, place, placed, fields)

    @expose("/<slug>/change", methods=("POST",))
    def change(self, slug: str) -> ResponseReturnValue:
        """Store what was typed, and do what the button says."""
        copy = self.copy_or_404(slug)
        sent = Sent(request.form)
        if sent.revision != copy.revision:
            return self._told(copy, sent)
        try:
            edited = taken(copy.parsed, sent)
            store(copy, edited.definition, revision=sent.revision, by=current_actor(), at=now())
        except ChangedMeanwhile as changed:
            return self._told(changed.copy, sent)
        except CellsRefused as refused:
            return self._again(copy, sent, refused.problems)
        except StillMentioned as refused:
            return self._again(copy, sent, {"": refused}, refused.mentions)
        except Refusal as refused:
            return self._again(copy, sent, {"": refused})
        listing = sent.listing if edited.place == sent.place else {}
        return redirect(self.address(slug, edited.place, **listing), 303)

    @expose("/<slug>/languages", methods=("POST",))
    def languages(self, slug: str) -> ResponseReturnValue:
        """A language more or less, or another main one."""
        copy = self.copy_or_404(slug)
        own, wish = request.form.get("own", "").strip(), request.form.get("do", "")
        tag = own or request.form.get("tag", "").strip()
        ways = {"add": add_language, "remove": remove_language, "main": set_default_language}
        if wish not in ways:
            abort(400)
        definition = ways[wish](copy.parsed, tag)
        revision = Sent(request.form).revision
        store(copy, definition, revision=revision, by=current_actor(), at=now())
        return redirect(self.address(slug, ""), 303)

    @expose("/<slug>/undo", methods=("POST",))
    def undo(self, slug: str) -> ResponseReturnValue:
        """Back to what it was before the last change."""
        copy = undo(
            self.copy_or_404(slug), revision=Sent(request.form).revision,
            by=current_actor(), at=now(),
        )  # fmt: skip
        place = place_of(copy.parsed, request.form.get("name", "")) or ""
        flash(_("The last change is taken back."), "success")
        return redirect(self.address(slug, place), 303)

    @expose("/<slug>/discard", methods=("POST",))
    def discard(self, slug: str) -> ResponseReturnValue:
        """Throw the working copy away."""
        row = discard(self.copy_or_404(slug), by=current_actor(), at=now())
        if row is None:
            flash(_("The form is gone; it had no version."), "success")
            return redirect(self.get_url("questionnaire.index_view"), 303)
        flash(_("The changes are thrown away. What is published stays as it is."), "success")
        return redirect(self.get_url("questionnaire.details_view", id=row.id), 303)

    @expose("/<slug>/check", methods=("POST",))
    def check(self, slug: str) -> ResponseReturnValue:
        """What would be wrong with one expression, for the script that asks while typing."""
        copy = self.copy_or_404(slug)
        column, text = request.form.get("column", ""), request.form.get("text", "")
        if column not in (*CHECKED, "required") or len(text) > LONGEST_CHECK:
            abort(400)
        tag = reading_language()
        try:
            found = check_expression(copy.parsed, request.form.get("place", ""), column, text)
        except CellsRefused as refused:
            return jsonify([each.text(tag) for each in refused.problems.values()])
        return jsonify([f"{each.message(tag)} {each.what_to_do(tag)}" for each in found])

    def form_called(self, slug: str) -> Questionnaire:
        """The questionnaire with this address; anything else is a 404."""
        rows = Questionnaire.scope(current_actor())
        return rows.where(Questionnaire.slug == slug).first() or abort(404)

    def copy_of(self, slug: str) -> WorkingCopy | None:
        """The working copy of the questionnaire with this address, where there is one."""
        row = self.form_called(slug)
        copy = working_copy_of(row)
        if copy is not None:
            copy.questionnaire = row
        return copy

    def copy_or_404(self, slug: str) -> WorkingCopy:
        """The working copy, which somebody else may have published or thrown away."""
        return self.copy_of(slug) or abort(404)

    def address(self, slug: str, place: str, **listing: str) -> str:
        """The editor at one item, and at one page of its choices."""
        return self.get_url(".edit", slug=slug, **({"at": place} | listing if place else {}))

    def page_before(self) -> str:
        """A refusal is shown in the editor of the form it concerns."""
        values = request.view_args or {}
        return self.get_url(".edit", slug=values["slug"]) if values else super().page_before()

    def _again(
        self, copy: WorkingCopy, sent: Sent, problems: dict[str, Refusal],
        mentions: list[Mention] | None = None,
    ) -> ResponseReturnValue:  # fmt: skip
        """The same page with what was typed and why it was not stored."""
        definition = copy.parsed
        place = sent.place if _stands(definition, sent.place) else ""
        placed, fields = page_values(copy, place, sent.listing)
        fields = typed_again(fields, sent, problems)
        words = [mention_words(definition, each) for each in mentions or ()]
        more: dict[str, Any] = {"refused": True, "mentions": words, "wish": sent.wish}
        return self._page(copy, place, placed, fields, **more), 422

    def _told(self, copy: WorkingCopy, sent: Sent) -> ResponseReturnValue:
        """Who stored meanwhile and when, both texts, and nothing lost."""
        name = sent.values.get("was", "")
        place = place_of(copy.parsed, name) if name else ""
        lost = dict(sent.cells) if place is None else {}
        placed, fields = page_values(copy, place or "", sent.listing)
        if place is not None:
            fields = merged(fields, sent, base_cells(copy, sent.revision, name))
        changed = {
            "by": copy.changed_by, "at": show_moment(copy.changed_at), "lost": lost, "name": name,
        }  # fmt: skip
        return self._page(copy, place or "", placed, fields, changed=changed), 409

    def _page(
        self, copy: WorkingCopy, place: str, placed: list[Placed], fields: Fields, **more: Any
    ) -> str:
        definition = copy.parsed
        item = item_values(definition, place, fields) if place else {}
        tokens = {
            tag: preview_token(copy, tag, at=now()) for tag in definition.languages
        }  # fmt: skip
        shown = request.values.get("lang", "")
        return self.render(
            "desk/questionnaire_editor.html",
            row=copy.questionnaire, copy=copy, definition=definition, place=place, fields=fields,
            main=definition.default_language, lines=lines(definition, placed),
            counts=counted(placed), tokens=tokens,
            preview_tag=shown if shown in tokens else definition.default_language,
            preview_url=lambda tag: preview_address(tokens[tag], item.get("item")),
            can_undo=copy.can_undo, drawers=drawers(),
            question_drawers=drawers(questions_only=True),
            signs=SIGNS, joins=JOINS, without_value=WITHOUT_VALUE, here=HERE, today=TODAY,
            prefixes=PREFIXES, destinations=destinations,
            expert=EXPERT, checked=CHECKED, tongue=tongue,
            further_languages=further_languages(definition),
            progress={} if place else progress(definition, copy.translated_from),
            **({"changed": None, "refused": False, "mentions": [], "wish": ("", "")} | more),
            **item, **PAGE_WORDS,
        )  # fmt: skip


def base_cells(copy: WorkingCopy, revision: int, name: str) -> dict[str, str] | None:
    """The cells of an item as both editors began with them, where that state is still kept."""
    state = WorkingCopyState.get_or_none(
        (WorkingCopyState.working_copy == copy) & (WorkingCopyState.revision == revision)
    )
    if state is None:
        return None
    definition = from_json(state.definition)
    if not name:
        return settings_cells(definition)
    place = place_of(definition, name)
    return None if place is None else cells_of(definition, place)


def preview_address(token: str, item: Any) -> str:
    """The portal's preview, at the page of an item."""
    return url_for("portal.preview", token=token, **({"at": item.name} if item else {}))


def further_languages(definition: Definition) -> list[tuple[str, str]]:
    """Languages that can be added: ours first, then all others, as pairs of tag and name."""
    names = language_names()
    ours = [tag for tag in LANGUAGES if tag in names]
    rest = sorted((tag for tag in names if tag not in LANGUAGES), key=lambda tag: names[tag])
    return [
        (tag, names[tag]) for tag in (*ours, *rest) if tag not in definition.languages
    ]  # fmt: skip


def _stands(definition: Definition, place: str) -> bool:
    try:
        return bool(place and item_at(definition, place))
    except NoSuchPlace:
        return False
