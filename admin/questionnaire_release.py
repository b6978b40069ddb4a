"""Publishing a working copy: what changes, what is wrong, what is missing, who is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.auth import current_actor, now
from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.questionnaire_sent import Sent
from admin.questionnaire_shown import told
from admin.words import PAGE_WORDS
from casework.insight.form_use import use_of
from casework.questionnaires.comparing import differences
from casework.questionnaires.definitions import Definition
from casework.questionnaires.findings import ERROR, NOTICE
from casework.questionnaires.models import Questionnaire, version_of
from casework.questionnaires.translating import progress
from casework.questionnaires.working_copies import (
    ChangedMeanwhile,
    WorkingCopy,
    publish_working_copy,
)

if TYPE_CHECKING:
    from admin.base import DeskPage as Screen
else:
    Screen = object


class Releasing(Screen):
    """The half of the editor that publishes."""

    if TYPE_CHECKING:

        def copy_or_404(self, slug: str) -> WorkingCopy:
            """See the editor."""

    @expose("/<slug>/publish", methods=("GET", "POST"))
    def publishing(self, slug: str) -> ResponseReturnValue:
        """What publishing would change, and doing it."""
        copy = self.copy_or_404(slug)
        if request.method == "GET":
            return self._release_page(copy)
        row = copy.questionnaire
        revision = Sent(request.form).revision
        try:
            publish_working_copy(copy, revision=revision, by=current_actor(), at=now())
        except ChangedMeanwhile as changed:
            flash(changed.text(reading_language()), "error")
            return redirect(self.get_url(".publishing", slug=slug), 303)
        flash(_("Published. Who has begun already finishes the form they know."), "success")
        return redirect(self.get_url("questionnaire.details_view", id=row.id), 303)

    def _release_page(self, copy: WorkingCopy) -> str:
        row, definition = copy.questionnaire, copy.parsed
        live = live_definition(row)
        worst = [each for each in copy.findings if each.finding.severity != NOTICE]
        drafts = sum(each.drafts for each in use_of(row).values())
        values: dict[str, Any] = {
            "row": row, "copy": copy, "definition": definition, "is_first": live is None,
            "changes": differences(live, definition) if live else [],
            "findings": worst, "told": told,
            "blocked": any(each.finding.severity == ERROR for each in worst),
            "progress": progress(definition, copy.translated_from), "drafts": drafts,
        }  # fmt: skip
        return self.render("desk/questionnaire_publish.html", **values, **PAGE_WORDS)


def live_definition(row: Questionnaire) -> Definition | None:
    """What is published now."""
    return version_of(row, row.live_version_id).parsed if row.live_version_id else None
