"""Translations of what people wrote: typed here, or asked of a machine and marked as such."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.answers import parts_of, texts_of
from admin.auth import config, current_actor, now
from admin.base import DeskForm, DeskPage, safe_url
from admin.base.ajax import parse_id
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.person_fields import NEEDED, prose
from admin.words import PAGE_WORDS
from casework.core.db import Base
from casework.core.refusals import Refusal
from casework.interpretations import ask_machine, keep_interpretation
from casework.messages import Message
from casework.needs import Need
from casework.participation.models import Account
from casework.plans.models import Goal
from casework.strengths import TEXTS, StrengthProfile
from casework.submissions import Submission

LONGEST = 12_000
ROWS: dict[str, type[Base]] = {
    model._meta.table_name: model
    for model in (Submission, Message, Need, Account, Goal, StrengthProfile)
}


@dataclass(frozen=True)
class Original:
    """A text of a row, in the words and the language in which it was written."""

    row: Any
    field: str
    text: str
    language: str

    @property
    def table(self) -> str:
        """The name of the row's table, as `ROWS` knows it."""
        return str(self.row._meta.table_name)


class TranslationForm(DeskForm):
    """A translation somebody types."""

    body = prose(_l("Translation"), LONGEST, NEEDED(), rows=5)


class Interpreting(DeskPage):
    """One text, its original beside the field for a translation."""

    title = _l("Translation")
    path = "translation"
    resource = "translation"
    permissions = {"index_view": "create"}

    def is_visible(self) -> bool:
        """Reached from the text that is to be translated."""
        return False

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> ResponseReturnValue:
        """The form; a POST stores what was typed or what the machine answers."""
        wanted = self._wanted()
        back = safe_url(self.get_url("admin.index_view"))
        posted = request.method == "POST"
        form = TranslationForm(request.form if posted else None)
        if posted and (_ask(form, wanted) if "machine" in request.form else _take(form, wanted)):
            flash(_("The translation stands beside the original."), "success")
            return redirect(back, 303)
        page = self.render(
            "desk/translation.html",
            form=form,
            original=wanted,
            back=back,
            offers_machine=is_on(),
            **PAGE_WORDS,
        )
        return page, 422 if form.errors else 200

    def _wanted(self) -> Original:
        """The text that is asked for; anything out of scope is 404."""
        model = ROWS.get(request.values.get("table", "")) or abort(404)
        key = parse_id(request.values.get("row")) or abort(404)
        row = model.scope(current_actor()).where(model.id == key).first() or abort(404)
        field = request.values.get("field", "")
        text, language = original_of(row, field)
        return Original(row, field, text, language) if text else abort(404)


def is_on() -> bool:
    """Whether a translation service is set."""
    return bool(config().translate_url)


def _take(form: TranslationForm, wanted: Original) -> bool:
    """Store what was typed, if it is right."""
    return form.validate() and _keep(wanted, form.body.data, "staff")


def _ask(form: TranslationForm, wanted: Original) -> bool:
    """Store what the machine answers, or say why there is no answer."""
    settings = config()
    try:
        answer = ask_machine(
            wanted.text, wanted.language, reading_language(),
            url=settings.translate_url, key=settings.translate_key,
        )  # fmt: skip
    except Refusal as refusal:
        form.form_errors.append(refusal.text(reading_language()))
        return False
    return _keep(wanted, answer[:LONGEST], "machine")


def _keep(wanted: Original, body: str, source: str) -> bool:
    keep_interpretation(
        wanted.row, wanted.field, reading_language(), body, source=source,
        by=current_actor(), at=now(),
    )  # fmt: skip
    return True


def original_of(row: Any, field: str) -> tuple[str, str]:
    """The text of `row` called `field` and its language; empty for a field without a text."""
    if isinstance(row, Message):
        return (row.body, row.language) if field == "body" else ("", "")
    if isinstance(row, Need):
        known = (row.description or "", row.description_language)
        return known if field == "description" else ("", "")
    if isinstance(row, Account):
        return (row.body, row.language) if field == "body" else ("", "")
    if isinstance(row, Goal):
        return (row.wish or "", row.wish_language) if field == "wish" else ("", "")
    if isinstance(row, StrengthProfile):
        return (getattr(row, field) or "", row.text_language) if field in TEXTS else ("", "")
    return texts_of(parts_of(row, at=now())).get(field, ""), row.language
