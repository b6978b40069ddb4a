"""Taking a translator's file in: first what it would change, row by row, then, agreed to, storing.

Between the two the texts travel in the page, signed, so that what is stored is what was shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from itsdangerous import BadSignature, URLSafeSerializer

from admin.auth import current_actor, now
from admin.i18n import ngettext, reading_language
from admin.translation_table import (
    Filled,
    Sent,
    Settled,
    Stand,
    blocks_of,
    keep,
    rows_of,
    settle,
    stamp,
    stand_of,
)
from admin.words import PAGE_WORDS
from casework.core.crypto import keyring
from casework.core.i18n import N_, tongue
from casework.core.refusals import Refusal
from casework.formats.translations import Imported, read_file
from casework.questionnaires.editing import CellsRefused
from casework.questionnaires.translating import translate
from casework.questionnaires.working_copies import ChangedMeanwhile

MOST_SHOWN = 200
LONGEST_PARCEL = 1_500_000


class ParcelRefused(Refusal):
    """The page of the report is not one of ours, or belongs to another form or language."""

    msgid = N_("This page is no longer valid; nothing was stored. Please choose the file again.")


class TooMuchAtOnce(Refusal):
    """The texts do not fit into a page."""

    msgid = N_(
        "This file changes more text than can be checked at once. Please split it into smaller "
        "files and take in one after the other."
    )


class NoFile(Refusal):
    """Nothing was chosen."""

    msgid = N_("Please choose the file that the translator sent back, .xlsx or .po.")


class TranslationImport:
    """The part of the forms' screen that takes translators' files in."""

    row_or_404: Callable[..., Any]
    render: Callable[..., str]
    get_url: Callable[..., str]

    @expose("/translations/import/", methods=("GET", "POST"))
    def translations_import(self) -> ResponseReturnValue:
        """Choose a file; see what it would change; store it. Only the last step stores."""
        stand = stand_of(self.row_or_404())
        tag = request.args.get("language", "")
        if tag not in stand.to_translate():
            abort(404)
        if request.method == "GET":
            return self._import_page(stand, tag)
        try:
            if "parcel" in request.form:
                return self._take_over(stand, tag, unpack(stand, tag, request.form["parcel"]))
            found = read_sent(stand, tag)
            return self._report(stand, tag, sent_of(stand, tag, found), Settled(), found)
        except Refusal as refusal:
            sentence = refusal.text(reading_language())
            return self._import_page(stand, tag, error=sentence), 422

    def _take_over(self, stand: Stand, tag: str, sent: Sent) -> ResponseReturnValue:
        stored = {row.key: row for row in rows_of(stand, tag)}
        settled = settle(stored, sent)
        try:
            changed = translate(stand.definition, tag, settled.texts | settled.clashes)
            if settled.clashes:
                return self._report(stand, tag, sent, settled), 409
            confirmed = [(key, tag) for key in settled.fits]
            keep(stand, changed, confirmed, by=current_actor(), at=now())
        except CellsRefused as refused:
            return self._report(stand, tag, sent, settled, problems=refused.problems), 422
        except ChangedMeanwhile as meanwhile:
            return self._report(stand_of(meanwhile.copy.questionnaire), tag, sent, settled), 409
        count = len(settled.texts) + len(confirmed)
        flash(ngettext("%(count)s text was taken over.", "%(count)s texts were taken over.", count),
              "success")  # fmt: skip
        address = self.get_url(".translations", id=stand.questionnaire.id, language=tag)
        return redirect(address, 303)

    def _report(
        self, stand: Stand, tag: str, sent: Sent, settled: Settled,
        found: Imported | None = None, problems: dict[str, Refusal] | None = None,
    ) -> str:  # fmt: skip
        """What the file would change now, with a fresh parcel of exactly that.

        A mere "still fits" about a text that somebody changed meanwhile says nothing any more.
        """
        rows = [row for row in rows_of(stand, tag) if row.key in sent.texts]
        stored = {row.key: row for row in rows}
        over = (problems or {}).keys() | (settled.clashes.keys() & sent.fits)
        texts = {key: text for key, text in sent.texts.items() if key not in over}
        fresh = Sent(texts, {key: stamp(row) for key, row in stored.items()}, sent.fits)
        filled = Filled(texts, sent.fits, settled.clashes, problems or {})
        count = sum(key in stored for key in texts)
        return self._import_page(
            stand, tag, found=found or Imported(), is_report=True, settled=settled, count=count,
            blocks=blocks_of(stand, rows[:MOST_SHOWN], stored, filled), problems=problems or {},
            left=len(rows) - MOST_SHOWN, parcel=pack(stand, tag, fresh) if count else "",
            file_name=(request.files["file"].filename or "") if "file" in request.files else "",
        )  # fmt: skip

    def _import_page(self, stand: Stand, tag: str, **more: Any) -> str:
        values = {"is_report": False, "error": ""} | more
        return self.render(
            "desk/questionnaire_translations_import.html", row=stand.questionnaire, stand=stand,
            tag=tag, tongue=tongue, most=MOST_SHOWN, **values, **PAGE_WORDS,
        )  # fmt: skip


def read_sent(stand: Stand, tag: str) -> Imported:
    """What the file that was sent holds. Raises `NoFile` and what `read_file` raises."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise NoFile()
    return read_file(file.stream.read(), stand.definition, stand.sources, tag)


def sent_of(stand: Stand, tag: str, found: Imported) -> Sent:
    """The file as if its texts had been typed on a page made just now."""
    stored = {row.key: row for row in rows_of(stand, tag)}
    fits = frozenset(key for key, _tag in found.confirmed)
    texts = found.texts | {key: stored[key].target for key in fits}
    return Sent(texts, {key: stamp(stored[key]) for key in texts}, fits)


def pack(stand: Stand, tag: str, sent: Sent) -> str:
    """The texts, signed, for the form that confirms them. Raises `TooMuchAtOnce`."""
    content = [
        stand.questionnaire.id.hex, tag, dict(sent.texts), dict(sent.stamps), sorted(sent.fits),
    ]  # fmt: skip
    parcel = _signer().dumps(content)
    text = parcel if isinstance(parcel, str) else parcel.decode("ascii")
    if len(text) > LONGEST_PARCEL:
        raise TooMuchAtOnce()
    return text


def unpack(stand: Stand, tag: str, parcel: str) -> Sent:
    """The texts of a parcel. Raises `ParcelRefused` unless it was made for this form and tag."""
    try:
        row, language, texts, stamps, fits = _signer().loads(parcel)
    except BadSignature as error:
        raise ParcelRefused() from error
    if (row, language) != (stand.questionnaire.id.hex, tag):
        raise ParcelRefused()
    return Sent(texts, stamps, frozenset(fits))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(keyring().code("translations", "signature"), salt="translations")
