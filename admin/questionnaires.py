"""Forms: the list of questionnaires, the page of each with its versions, and taking one in."""

from __future__ import annotations

import io
import uuid
from typing import Any

import segno
from flask import abort, current_app, flash, g, redirect, request, send_file
from flask.typing import ResponseReturnValue
from flask_admin import expose
from markupsafe import Markup

from admin.auth import current_actor, now
from admin.base import CaseworkView, ChoiceFilter
from admin.base.refusals import refusals_in
from admin.directory_shown import tag
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.questionnaire_forms import ImportForm, NewForm, Taken, read_upload
from admin.questionnaire_translations import QuestionnaireTranslations
from admin.words import PAGE_WORDS, ago, word
from casework.core.i18n import N_
from casework.formats.templates import template
from casework.formats.xlsform import write_xlsform
from casework.insight.form_use import Use, use_by_questionnaire, use_of
from casework.questionnaires.editing import blank
from casework.questionnaires.models import (
    PURPOSES,
    STATES,
    Questionnaire,
    QuestionnaireVersion,
)
from casework.questionnaires.publishing import (
    change_purpose,
    import_definition,
    publish,
    republish,
    retire,
    roll_back,
)
from casework.questionnaires.working_copies import WorkingCopy, create_questionnaire

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"published": "good", "draft": "accent"}
PUBLIC_PURPOSES = ("request", "offer", "other")
SEVERITIES = {"error": N_("error"), "warning": N_("warning"), "notice": N_("notice")}


def show_state(state: str) -> Markup:
    """The state of a questionnaire; a draft waits for us."""
    return tag(word(STATES.names, state), KINDS.get(state, ""))


def uses() -> dict[uuid.UUID, Use]:
    """How much each questionnaire is used, read once a request."""
    if "form_use" not in g:
        g.form_use = use_by_questionnaire()
    return g.form_use


def changes() -> dict[uuid.UUID, WorkingCopy]:
    """The working copies by questionnaire, without their definitions, read once a request."""
    if "form_changes" not in g:
        rows = WorkingCopy.scope(current_actor()).select(
            WorkingCopy.id, WorkingCopy.questionnaire, WorkingCopy.changed_at,
            WorkingCopy.changed_by,
        )  # fmt: skip
        g.form_changes = {row.__data__["questionnaire"]: row for row in rows}
    return g.form_changes


def live_numbers() -> dict[str, int]:
    """The number of every version by its id, read once a request."""
    if "form_numbers" not in g:
        rows = QuestionnaireVersion.select(QuestionnaireVersion.id, QuestionnaireVersion.number)
        g.form_numbers = {row.id.hex: row.number for row in rows}
    return g.form_numbers


def show_changes(row: Questionnaire) -> str:
    """Who is at work on the form, and since when."""
    copy = changes().get(row.id)
    if copy is None:
        return "–"
    return _("by %(name)s, %(when)s", name=copy.changed_by, when=ago(copy.changed_at))


class Questionnaires(QuestionnaireTranslations, CaseworkView):
    """What people, volunteers and staff fill in."""

    model = Questionnaire
    resource = "questionnaire"
    path = "questionnaire"
    title = _l("Forms")
    new_title = _l("New form")
    intro = _l("What people and staff fill in. A change reaches nobody before you publish it.")
    can_edit = False
    permissions = {
        "take_in": "create", "export_form": "read", "publish_version": "publish",
        "roll_back_to": "publish", "retire_form": "publish", "take_again": "publish",
        "purpose": "publish", **QuestionnaireTranslations.permissions,
    }  # fmt: skip
    details_template = "desk/questionnaire.html"
    statement_budget = 14
    column_list = ("title", "purpose", "state", "live", "changes", "drafts", "submissions")
    column_labels = {
        "title": _l("Form"), "purpose": _l("What it is for"), "state": _l("State"),
        "live": _l("Live version"), "changes": _l("Changes waiting"),
        "drafts": _l("Being filled in"), "submissions": _l("Sent"),
    }  # fmt: skip
    column_sortable_list = ("purpose", "state")
    column_default_order = "slug"
    column_formatters = {
        "title": lambda _view, _context, row, _name: row.label(reading_language()),
        "purpose": lambda _view, _context, row, _name: word(PURPOSES, row.purpose),
        "state": lambda _view, _context, row, _name: show_state(row.state),
        "live": lambda _view, _context, row, _name: str(
            live_numbers().get(row.live_version_id or "", "–")
        ),
        "changes": lambda _view, _context, row, _name: show_changes(row),
        "drafts": lambda _view, _context, row, _name: str(uses().get(row.id, Use()).drafts),
        "submissions": lambda _view, _context, row, _name: str(
            uses().get(row.id, Use()).submissions
        ),
    }
    column_filters = (
        ChoiceFilter(Questionnaire.state, _l("State"), "state", STATES.names.items),
        ChoiceFilter(Questionnaire.purpose, _l("What it is for"), "purpose", PURPOSES.items),
    )

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A form from nothing, from a template or from a file; then its page."""
        form = NewForm(request.form if request.method == "POST" else None)
        taken = None
        if request.method == "POST" and form.validate():
            with refusals_in(form):
                if form.source.data == "file":
                    taken = read_upload(form.files.data)
                    if not taken.reading.is_usable:
                        return self._new_page(form, taken), 422
                row = self._create(form, taken)
                flash(_("The form is there. Nobody can fill it in before you publish it."),
                      "success")  # fmt: skip
                return redirect(self.get_url(".details_view", id=row.id), 303)
        return self._new_page(form, taken), 422 if form.errors else 200

    def _create(self, form: NewForm, taken: Taken | None) -> Questionnaire:
        slug, purpose = form.slug.data.strip(), form.purpose.data
        if taken is not None:
            definition = taken.attach(by=current_actor(), at=now())
        elif form.source.data == "template":
            definition = template(form.template.data)
        else:
            definition = blank(slug.replace("-", "_"), form.form_title.data.strip(), "de")
        copy = create_questionnaire(slug, definition, purpose=purpose, by=current_actor(), at=now())
        return copy.questionnaire

    def _new_page(self, form: NewForm, taken: Taken | None) -> str:
        return self.render(
            "desk/questionnaire_new.html", form=form, taken=taken, severities=SEVERITIES
        )

    @expose("/import/", methods=("GET", "POST"))
    def take_in(self) -> ResponseReturnValue:
        """A new version from a file. Its findings are shown whatever they are; errors block."""
        row = self.row_or_404()
        form = ImportForm(request.form if request.method == "POST" else None)
        taken = version = None
        if request.method == "POST" and form.validate():
            with refusals_in(form):
                taken = read_upload(form.files.data)
                if taken.reading.is_usable:
                    definition = taken.attach(by=current_actor(), at=now())
                    version = import_definition(row.slug, definition, by=current_actor(), at=now())
        page = self.render(
            "desk/questionnaire_import.html", row=row, form=form, taken=taken, version=version,
            severities=SEVERITIES,
        )  # fmt: skip
        refused = bool(form.errors) or (taken is not None and version is None)
        return page, 422 if refused else 200

    @expose("/export-form/")
    def export_form(self) -> ResponseReturnValue:
        """A version as an XLSForm file that other programs read, too."""
        row = self.row_or_404()
        version = self._version(row, request.args.get("version", ""))
        data = write_xlsform(version.parsed)
        return send_file(
            io.BytesIO(data), mimetype=XLSX, as_attachment=True,
            download_name=f"{row.slug}-{version.number}.xlsx",
        )  # fmt: skip

    @expose("/publish/", methods=("POST",))
    def publish_version(self) -> ResponseReturnValue:
        """Give a version to people from now on."""
        row = self.row_or_404()
        publish(row, self._version(row), by=current_actor(), at=now())
        return self._done(row, _("Published. Who has begun already finishes the form they know."))

    @expose("/roll-back/", methods=("POST",))
    def roll_back_to(self) -> ResponseReturnValue:
        """Give an earlier version to people again."""
        row = self.row_or_404()
        roll_back(row, self._version(row), by=current_actor(), at=now())
        return self._done(row, _("The earlier version is live again."))

    @expose("/retire/", methods=("POST",))
    def retire_form(self) -> ResponseReturnValue:
        """Take no new answers."""
        row = self.row_or_404()
        retire(row, by=current_actor(), at=now())
        return self._done(row, _("Retired. What was begun can be finished; nobody can begin."))

    @expose("/republish/", methods=("POST",))
    def take_again(self) -> ResponseReturnValue:
        """Take new answers again."""
        row = self.row_or_404()
        republish(row, by=current_actor(), at=now())
        return self._done(row, _("Published again."))

    @expose("/purpose/", methods=("POST",))
    def purpose(self) -> ResponseReturnValue:
        """Say what the form is for."""
        row = self.row_or_404()
        change_purpose(row, request.form.get("purpose", ""), by=current_actor(), at=now())
        return self._done(row, _("Saved."))

    def page_before(self) -> str:
        """A refusal is shown on the page of the form it concerns."""
        row = self.get_one(request.args.get("id"))
        return self.get_url(".details_view", id=row.id) if row else self.get_url(".index_view")

    def _version(self, row: Questionnaire, given: str | None = None) -> QuestionnaireVersion:
        wanted = request.form.get("version", "") if given is None else given
        try:
            key = uuid.UUID(wanted)
        except ValueError:
            abort(404)
        own = QuestionnaireVersion.scope(current_actor()).where(
            (QuestionnaireVersion.id == key) & (QuestionnaireVersion.questionnaire == row)
        )
        return own.first() or abort(404)

    def _done(self, row: Questionnaire, text: str) -> ResponseReturnValue:
        flash(text, "success")
        return redirect(self.get_url(".details_view", id=row.id), 303)

    def details_values(self, row: Any) -> dict[str, Any]:
        """The questionnaire with its versions, their use, and where people find it."""
        versions = (
            QuestionnaireVersion.scope(current_actor())
            .select(
                QuestionnaireVersion.id,
                QuestionnaireVersion.number,
                QuestionnaireVersion.created_at,
                QuestionnaireVersion.created_by,
                QuestionnaireVersion.published_at,
            )
            .where(QuestionnaireVersion.questionnaire == row)
            .order_by(QuestionnaireVersion.number.desc())
        )
        address = public_address(row)
        return {
            "row": row,
            "versions": list(versions),
            "use": use_of(row),
            "unused": Use(),
            "copy": changes().get(row.id),
            "purposes": PURPOSES,
            "address": address,
            "qr": qr_code(address) if address else None,
            "show_state": show_state,
            **PAGE_WORDS,
        }


def public_address(row: Questionnaire) -> str:
    """Where anybody can fill in the form, without a language; empty where nobody can."""
    if row.state != "published" or row.purpose not in PUBLIC_PURPOSES:
        return ""
    base = current_app.extensions["lotse"]["config"].base_url or request.host_url
    return f"{base.rstrip('/')}/form/{row.slug}"


def qr_code(address: str) -> Markup:
    """A code for a camera, to be printed on a notice."""
    code = segno.make_qr(address, error="m")
    return Markup(code.svg_inline(omitsize=True, svgclass=None, lineclass=None, border=2))  # noqa: S704  segno draws it
