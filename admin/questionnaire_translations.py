"""The translation table: question by question beside its source, and as a file for translators."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from babel import Locale
from flask import abort, flash, redirect, request, send_file
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.auth import current_actor, now
from admin.base.refusals import refusals_told
from admin.base.shown import show_moment
from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.translation_import import TranslationImport
from admin.translation_table import (
    Filled,
    Sent,
    Settled,
    Stand,
    blocks_of,
    keep,
    rows_of,
    settle,
    stand_of,
)
from admin.words import PAGE_WORDS, language_name
from casework.core.i18n import LANGUAGES, tongue
from casework.core.refusals import Refusal
from casework.formats.translations import write_po, write_xlsx
from casework.questionnaires.definitions import Definition
from casework.questionnaires.editing import CellsRefused, add_language, remove_language
from casework.questionnaires.editing.settings import language_names
from casework.questionnaires.translating import (
    MISSING,
    OUTDATED,
    PRESENT,
    STATES,
    Progress,
    Row,
    progress,
    translate,
)
from casework.questionnaires.working_copies import ChangedMeanwhile

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PO = "text/x-gettext-translation; charset=utf-8"
PAGE = 40
KINDS = {MISSING: "bad", OUTDATED: "accent", PRESENT: "good"}
MOST_TRIES = 5


@dataclass(frozen=True)
class Wish:
    """Which table the address asks for: into which language, from which, which rows."""

    tag: str
    source: str
    show: str
    page: int

    def fits(self, row: Row) -> bool:
        """Whether the row belongs to the wanted ones."""
        return not self.show or row.state == self.show

    @property
    def parts(self) -> dict[str, str]:
        """What of it stands in an address, the page excepted."""
        found = {"language": self.tag, "source": self.source, "show": self.show}
        return {name: value for name, value in found.items() if value}


class QuestionnaireTranslations(TranslationImport):
    """The part of the forms' screen that translates."""

    permissions: ClassVar[dict[str, str]] = {
        "translations": "edit", "translations_export": "edit", "translations_import": "edit",
        "translation_languages": "edit",
    }  # fmt: skip

    row_or_404: Callable[..., Any]
    render: Callable[..., str]
    get_url: Callable[..., str]

    @expose("/translations/", methods=("GET", "POST"))
    def translations(self) -> ResponseReturnValue:
        """The table in one language; a POST stores what was typed on its page."""
        stand = stand_of(self.row_or_404())
        if request.method == "POST" and "language" in request.args:
            return self._store(stand, wish_of(stand, {}), sent_texts(), MOST_TRIES)
        far = progress(stand.definition, stand.sources)
        return self._table_page(stand, wish_of(stand, far), far)

    @expose("/translations/export/")
    def translations_export(self) -> ResponseReturnValue:
        """The same table as a workbook or as PO, all its pages."""
        stand = stand_of(self.row_or_404())
        wish = wish_of(stand, {})
        rows = list(filter(wish.fits, rows_of(stand, wish.tag or abort(404), wish.source)))
        is_po = request.args.get("format") == "po"
        data = write_po(rows, wish.tag) if is_po else write_xlsx(rows, wish.tag)
        return send_file(
            io.BytesIO(data), mimetype=PO if is_po else XLSX, as_attachment=True,
            download_name=f"{stand.questionnaire.slug}-{wish.tag}.{'po' if is_po else 'xlsx'}",
        )  # fmt: skip

    @expose("/translations/languages/", methods=("POST",))
    def translation_languages(self) -> ResponseReturnValue:
        """Add a language to the form, or take one away with its texts."""
        stand = stand_of(self.row_or_404())
        gone = request.form.get("remove", "")
        tag = gone or language_tag(request.form.get("other", "") or request.form.get("add", ""))
        change = remove_language if gone else add_language
        with refusals_told():
            self._keep_languages(stand, change, tag)
            said = _("The language was removed.") if gone else _("The language was added.")
            flash(said, "success")
            return redirect(self._address(stand, **({} if gone else {"language": tag})), 303)
        return redirect(self._address(stand), 303)

    def _keep_languages(
        self, stand: Stand, change: Callable[[Definition, str], Definition], tag: str
    ) -> None:
        """Languages do not touch what others type: theirs is kept whatever came between."""
        keep(stand, change(stand.definition, tag), by=current_actor(), at=now())

    def _store(self, stand: Stand, wish: Wish, sent: Sent, tries: int) -> ResponseReturnValue:
        """All edited texts of the page or none; what clashes is shown with both texts."""
        stored = {row.key: row for row in rows_of(stand, wish.tag)}
        settled = settle(stored, sent)
        problems: Mapping[str, Refusal] = {}
        try:
            changed = translate(stand.definition, wish.tag, settled.texts | settled.clashes)
        except CellsRefused as refused:
            problems = refused.problems
        if settled.clashes or problems:
            return self._again(stand, wish, sent, settled, problems)
        confirmed = [(key, wish.tag) for key in settled.fits]
        if settled.texts or confirmed:
            try:
                keep(stand, changed, confirmed, by=current_actor(), at=now())
            except ChangedMeanwhile:
                if not tries:
                    raise
                return self._store(stand_of(stand.questionnaire), wish, sent, tries - 1)
        self._tell(stand, sent, len(settled.texts) + len(confirmed))
        return redirect(self._next_address(stand, wish, sent), 303)

    def _tell(self, stand: Stand, sent: Sent, count: int) -> None:
        """What was stored, and who stored other texts since the page was made."""
        flash(_("Saved.") if count else _("Nothing was changed."), "success")
        if stand.copy is not None and stand.moved_since(sent.revision):
            when = show_moment(stand.copy.changed_at)
            flash(_("%(name)s stored other changes meanwhile (%(when)s). Both are kept.",
                    name=stand.copy.changed_by, when=when))  # fmt: skip

    def _again(
        self, stand: Stand, wish: Wish, sent: Sent, settled: Settled,
        problems: Mapping[str, Refusal],
    ) -> ResponseReturnValue:  # fmt: skip
        """The page with everything that was typed, and why nothing was stored yet."""
        filled = Filled(settled.texts, sent.fits, settled.clashes, problems)
        far = progress(stand.definition, stand.sources)
        page = self._table_page(stand, wish, far, filled, list(sent.texts))
        return page, 409 if settled.clashes else 422

    def _table_page(
        self, stand: Stand, wish: Wish, far: Mapping[str, Progress],
        filled: Filled | None = None, keys: list[str] | None = None,
    ) -> str:  # fmt: skip
        """One page of the table; `keys` are the texts of a page that is shown again."""
        again = filled is not None
        rows = rows_of(stand, wish.tag, wish.source) if wish.tag else []
        stored = {row.key: row for row in rows_of(stand, wish.tag)} if wish.source else {
            row.key: row for row in rows
        }  # fmt: skip
        wanted = (
            [row for row in rows if row.key in set(keys)] if keys else [*filter(wish.fits, rows)]
        )
        pages = max(-(-len(wanted) // PAGE), 1)
        number = 1 if keys else min(wish.page, pages)
        shown = wanted if keys else wanted[(number - 1) * PAGE : number * PAGE]
        filled = filled or Filled()
        return self.render(
            "desk/questionnaire_translations.html",
            row=stand.questionnaire, stand=stand, definition=stand.definition, wish=wish,
            far=far, blocks=blocks_of(stand, shown, stored, filled), again=again,
            lost={key: text for key, text in filled.texts.items() if key not in stored},
            filled=filled, count=len(wanted), number=number, pages=1 if keys else pages,
            counts={state: sum(row.state == state for row in rows) for state in STATES},
            first=(number - 1) * PAGE + 1, last=(number - 1) * PAGE + len(shown),
            states=STATES, kinds=KINDS, tongue=tongue, addable=addable(stand.definition),
            address=lambda **parts: self._address(stand, **parts), shorter=shorter,
            **PAGE_WORDS,
        )  # fmt: skip

    def _next_address(self, stand: Stand, wish: Wish, sent: Sent) -> str:
        """The same page, or the one with the first text after those that were sent."""
        page = wish.page
        if "further" in request.form:
            now_stored = rows_of(stand_of(stand.questionnaire), wish.tag)
            places = {row.key: place for place, row in enumerate(now_stored)}
            last = max((places.get(key, 0) for key in sent.texts), default=0)
            left = [place for place, row in enumerate(now_stored) if wish.fits(row)]
            page = sum(place <= last for place in left) // PAGE + 1
        return self._address(stand, page=page, **wish.parts)

    def _address(self, stand: Stand, **parts: Any) -> str:
        given = {name: value for name, value in parts.items() if value not in ("", None, 1)}
        return self.get_url(".translations", id=stand.questionnaire.id, **given)


def wish_of(stand: Stand, far: Mapping[str, Progress]) -> Wish:
    """What the address asks for; a language that the form does not have is not found."""
    others = stand.to_translate()
    tag = request.args.get("language", "")
    if tag and tag not in others:
        abort(404)
    unfinished = (
        each for each in others if each in far and (far[each].missing + far[each].outdated)
    )
    source = request.args.get("source", "")
    show = request.args.get("show", "")
    page = request.args.get("page", "")
    tag = tag or next(unfinished, others[0] if others else "")
    known = source in stand.definition.languages and source not in (
        tag, stand.definition.default_language,
    )  # fmt: skip
    return Wish(
        tag, source if known else "", show if show in (MISSING, OUTDATED) else "",
        max(int(page), 1) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )  # fmt: skip


def sent_texts() -> Sent:
    """What was typed, as it arrived."""
    form = request.form
    revision = form.get("revision", "")
    return Sent(
        {name[2:]: text for name, text in form.items() if name.startswith("t:")},
        {name[2:]: text for name, text in form.items() if name.startswith("s:")},
        frozenset(form.getlist("fits")),
        int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0,
    )


def addable(definition: Definition) -> list[tuple[str, str]]:
    """The portal's languages that the form does not have yet, as pairs of tag and name."""
    return [
        (tag, f"{language_name(tag)} – {tongue(tag).autonym}")
        for tag in LANGUAGES
        if tag not in definition.languages
    ]


def language_tag(typed: str) -> str:
    """The tag of a language that somebody called by its tag or its name; else what was typed."""
    wanted = " ".join(typed.split()).casefold()
    for tag in language_names():
        if tag.casefold() == wanted:
            return tag
    for reader in (reading_language(), "en"):
        for tag, name in Locale.parse(reader).languages.items():
            if name.casefold() == wanted:
                return tag.replace("_", "-")
    return next((tag for tag in LANGUAGES if tongue(tag).autonym.casefold() == wanted), typed)


def shorter(text: str, most: int = 60) -> str:
    """The beginning of a long text."""
    return text if len(text) <= most else text[: most - 1] + "…"
