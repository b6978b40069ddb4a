"""Forms on the case page: filled in by staff, sent to a person as a link, and their answers."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from flask import Response, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import IntegerField, SelectField, validators

from admin.answers import parts_of
from admin.auth import current_actor, now
from admin.base import DeskForm
from admin.base.fields import WordsField, options_of
from admin.base.refusals import refusals_in
from admin.case_words import INVITATION_STATES
from admin.case_work import CaseWork
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.interpreting import is_on
from admin.person_fields import CHANNELS, INTERPRETER, NEEDED, READ_IN, TIMES, show_birth
from admin.strength_words import strength_words
from admin.uploads import sent_file
from admin.words import PAGE_WORDS, spoken, word
from casework.cases import Case
from casework.core.audit import record_read
from casework.core.i18n import LANGUAGES
from casework.core.refusals import Forbidden, NotFound, Refusal
from casework.interpretations import of_rows
from casework.invitations import (
    LEAST_DAYS,
    MOST_DAYS,
    PERSON,
    PURPOSES,
    STAFF,
    Invitation,
    invite,
    note_answers,
    offered,
    open_form,
    resume_form,
    revoke_invitation,
)
from casework.invited_forms import differences_of, take_over_answer
from casework.people import GENDERS, HOUSING, ROLES_AT_HOME, Household, Person
from casework.questionnaires.models import Questionnaire
from casework.strength_answers import NAMES as STRENGTHS
from casework.submissions import Submission
from casework.uploads import Upload

WORDS = {"gender": GENDERS, "role_at_home": ROLES_AT_HOME, "housing": HOUSING,
         "interpreter": INTERPRETER}  # fmt: skip
WORDS_OF_LISTS = {"channels": CHANNELS, "times": TIMES}


class FillForm(DeskForm):
    """Which form staff fill in now."""

    questionnaire = SelectField(_l("Form"), choices=[])
    person = SelectField(_l("About whom"), choices=[])
    language = WordsField(_l("Questions in"), choices=READ_IN)


class InviteForm(DeskForm):
    """Which form a person gets as a link."""

    questionnaire = SelectField(_l("Form"), choices=[])
    person = SelectField(_l("Who gets it"), choices=[])
    language = WordsField(_l("Language"), choices=READ_IN)
    days = IntegerField(
        _l("Days until the link ends"),
        [NEEDED(), validators.NumberRange(min=LEAST_DAYS, max=MOST_DAYS)], default=14,
    )  # fmt: skip


class CaseInvitations(CaseWork):
    """The part of the case screen that deals with forms."""

    FORMS: ClassVar[dict[str, type]] = CaseWork.FORMS | {"fill": FillForm, "invite": InviteForm}
    permissions: ClassVar[dict[str, str]] = CaseWork.permissions | {
        "open_form": "invitation:create",
        "resume_form": "invitation:edit",
        "send_link": "invitation:create",
        "show_invitation": "invitation:read",
        "invitation_file": "invitation:read",
        "note_answers": "invitation:edit",
        "revoke_invitation": "invitation:edit",
        "take_over": "person:edit",
    }

    render: Any
    get_url: Any

    def form_of(self, name: str, case: Any, posted: Any) -> Any:
        """The form `name` of the page of `case`; those about questionnaires know what there is."""
        if name not in ("fill", "invite"):
            return super().form_of(name, case, posted)
        tag = reading_language()
        is_invite = name == "invite"
        start = {"language": case.language if is_invite and case.language in LANGUAGES else tag}
        form = self.FORMS[name](posted, prefix=f"{name}-", data=start)
        form.questionnaire.choices = options_of(
            (each.slug, each.label(tag))
            for each in on_offer()
            if each.purpose in PURPOSES[PERSON if is_invite else STAFF]
        )
        form.person.choices = options_of(
            (str(person.id), person.name) for person in case.household.people
        )
        return form

    @expose("/<uuid:id>/fill", methods=("POST",))
    def open_form(self, id: uuid.UUID) -> ResponseReturnValue:
        """A form opens in this browser, prefilled; the answers belong to the case."""
        case = self.case_or_404(id)
        form = self.form_of("fill", case, request.form)
        if form.validate():
            with refusals_in(form):
                filling = open_form(
                    case, _chosen(form), person=_person(case, form), language=form.language.data,
                    by=current_actor(), at=now(),
                )  # fmt: skip
                return lead_to(filling)
        return self.page(case, {"fill": form}), 422

    @expose("/<uuid:id>/invitation/<uuid:row>/resume", methods=("POST",))
    def resume_form(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """What the same member of staff has begun goes on."""
        filling: list[Invitation] = []

        def do(case: Case) -> None:
            own = self._part(Invitation, case, row)
            filling.append(resume_form(own, by=current_actor(), at=now()))

        answer = self._pressed(id, do, "", "invitations")
        return lead_to(filling[0]) if filling else answer

    @expose("/<uuid:id>/invitation", methods=("POST",))
    def send_link(self, id: uuid.UUID) -> ResponseReturnValue:
        """A person of the household gets a form as a link."""
        said = _("The form was sent. The link stands here, too.")
        return self._sent(id, "invite", _invite, said, "invitations")

    @expose("/<uuid:id>/invitation/<uuid:row>/revoke", methods=("POST",))
    def revoke_invitation(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """The link ends, and what was typed is deleted."""

        def do(case: Case) -> None:
            invitation = self._part(Invitation, case, row)
            revoke_invitation(invitation, by=current_actor(), at=now())

        return self._pressed(id, do, _("The form was taken back."), "invitations")

    @expose("/<uuid:id>/invitation/<uuid:row>")
    def show_invitation(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """The answers to one form, beside what the record says."""
        case = self.case_or_404(id)
        invitation = self._part(Invitation, case, row)
        record_read("invitation:read", invitation, by=current_actor(), at=now())
        return self._answers(case, invitation)

    @expose("/<uuid:id>/invitation-file/<uuid:row>")
    def invitation_file(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A file that came with answers."""
        case = self.case_or_404(id)
        mine = Invitation.scope(current_actor()).where(Invitation.case == case)
        sent = mine.where(Invitation.submission.is_null(False)).select(Invitation.submission)
        found = Upload.select().where((Upload.id == row) & (Upload.submission << sent))
        upload = found.first() or abort(404)
        return sent_file(upload) or (self.page(case, {}), 404)

    @expose("/<uuid:id>/invitation/<uuid:row>/noted", methods=("POST",))
    def note_answers(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """The answers were looked at and leave the home page."""

        def do(case: Case) -> None:
            note_answers(self._part(Invitation, case, row), by=current_actor(), at=now())

        return self._pressed(id, do, _("Noted."), "invitations")

    @expose("/<uuid:id>/invitation/<uuid:row>/take", methods=("POST",))
    def take_over(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """One answer goes into the record of the person or the household."""
        case = self.case_or_404(id)
        invitation = self._part(Invitation, case, row)
        key, seen = (request.form.get(name, "")[:400] for name in ("key", "seen"))
        try:
            take_over_answer(invitation, key, seen, by=current_actor(), at=now())
        except (NotFound, Forbidden):
            abort(404)
        except Refusal as refusal:
            wrong = refusal.text(reading_language())
            return self._answers(case, invitation.refresh(), wrong), 409
        return redirect(self.get_url(".show_invitation", id=id, row=row, done=1), 303)

    def _answers(self, case: Case, invitation: Any, wrong: str = "") -> str:
        sent: Submission | None = invitation.submission
        return self.render(
            "desk/invitation.html", case=case, invitation=invitation, sent=sent, wrong=wrong,
            state=invitation.state(now()), invitation_states=INVITATION_STATES,
            parts_of_answers=parts_of(sent, at=now()) if sent else [],
            differences={each.path: each for each in differences_of(invitation)},
            recorded=recorded, about=about, offers_machine=is_on(),
            translations=of_rows([sent]) if sent else {}, taken_over=request.args.get("done"),
            **PAGE_WORDS,
        )  # fmt: skip


def lead_to(filling: Invitation) -> Response:
    """Into the portal with the same press: 307 keeps the POST and its token."""
    address = url_for("portal.begin_invitation", lang=filling.language, token=filling.token)
    return Response(status=307, headers={"Location": address}, mimetype="text/plain")


def on_offer() -> list[Questionnaire]:
    """The published forms that can be filled in on a case, read once a request."""
    if "forms_on_offer" not in g:
        g.forms_on_offer = list(offered(STAFF))
    return g.forms_on_offer


def recorded(column: str, value: Any) -> str:
    """What the record says, in words."""
    if not value:
        return _("nothing")
    if column in STRENGTHS:
        return strength_words(column, value)
    if column == "languages":
        return spoken(value)
    if column in WORDS_OF_LISTS:
        return ", ".join(word(WORDS_OF_LISTS[column], each) for each in value)
    if column == "birth_date":
        return show_birth(value)
    return word(WORDS[column], value) if column in WORDS else str(value)


def about(row: Person | Household) -> str:
    """Whose record it is."""
    return row.name if isinstance(row, Person) else _("the household")


def _chosen(form: Any) -> Questionnaire:
    return Questionnaire.get(Questionnaire.slug == form.questionnaire.data)


def _person(case: Any, form: Any) -> Person:
    return next(each for each in case.household.people if str(each.id) == form.person.data)


def _invite(case: Case, form: Any) -> None:
    invite(
        case, _chosen(form), _person(case, form), language=form.language.data,
        days=form.days.data, by=current_actor(), at=now(),
    )  # fmt: skip
