"""The inbox: requests from the portal, looked at and made into cases."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from markupsafe import Markup
from peewee import ModelSelect

from admin.answers import parts_of
from admin.auth import current_actor, now
from admin.base import CaseworkView, ChoiceFilter, DeskForm
from admin.base.refusals import refusals_in
from admin.cases import CASE_REFERENCE, people_found
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.intake_forms import AcceptPage, AskForm, DeclineForm, LinkForm
from admin.intake_registrations import accept_page, registration_values
from admin.interpreting import is_on
from admin.person_fields import READ_IN
from admin.uploads import download
from admin.words import PAGE_WORDS, ago, language_name, word
from casework.acceptance import accept_submission, link_submission, prepare_intake
from casework.cases import URGENCIES, Case, case_of
from casework.core.audit import record_read
from casework.core.db import transaction
from casework.core.i18n import N_
from casework.core.lookups import find_all, name_keys, phone_keys
from casework.insight.duplicates import REASONS, likely_people, likely_submissions
from casework.interpretations import of_rows
from casework.invitations import Invitation
from casework.messages import conversation, mark_read, send_message
from casework.people import Person
from casework.registrations import registration_of
from casework.submissions import (
    DECLINE_REASONS,
    STATES,
    Submission,
    ask_back,
    clear_suspicion,
    decline_submission,
    reopen_submission,
)

WAITING = ("received", "needs_info")
SUSPICIONS = {
    "trap": N_("A field that people cannot see was filled in."),
    "stamp": N_("The form was sent without having been opened."),
    "fast": N_("The form was filled in within seconds."),
    "links": N_("The text contains many web links."),
}
# What the desk calls the states; the portal speaks to the person instead.
STATE_NAMES = STATES.names | {"needs_info": N_("waiting for the person")}


class Requests(CaseworkView):
    """Every request for help that was ever sent, the latest first."""

    model = Submission
    resource = "submission"
    path = "all_submissions"
    title = _l("All requests")
    tab = _l("All")
    records_reads = True
    can_create = can_edit = can_view_details = False
    related = ()
    list_template = "desk/requests.html"
    column_list = ("link", "sender", "language", "urgency", "by_helper", "state", "received_at")
    column_labels = {
        "link": _l("Request"),
        "sender": _l("From"),
        "language": _l("Language"),
        "purpose": _l("Form"),
        "urgency": _l("How urgent"),
        "by_helper": _l("By a helper"),
        "state": _l("State"),
        "received_at": _l("Received"),
    }
    column_sortable_list = ("received_at",)
    column_default_order = ("received_at", True)
    column_formatters = {
        "link": lambda view, _context, row, _name: Markup('<a href="{}">{}</a>').format(
            view.get_url("submission.show", id=row.id), row.reference
        ),
        "language": lambda _view, _context, row, _name: language_name(row.language),
        "urgency": lambda _view, _context, row, _name: word(URGENCIES, row.urgency) or "–",
        "state": lambda _view, _context, row, _name: word(STATE_NAMES, row.state),
        "received_at": lambda _view, _context, row, _name: ago(row.received_at),
    }
    column_filters = (
        ChoiceFilter(Submission.state, _l("State"), "state", STATE_NAMES.items),
        ChoiceFilter(Submission.language, _l("Language"), "language", lambda: READ_IN),
        "by_helper",
        "suspicious",
    )

    def is_visible(self) -> bool:
        """Only the inbox stands in the menu; the others are its tabs."""
        return type(self) is Inbox

    def get_query(self) -> ModelSelect:
        """Requests; offers have a list of their own, and forms on a case stand with the case."""
        on_cases = Submission.id << Invitation.submissions()
        return super().get_query().where((Submission.purpose != "offer") & ~on_cases)

    def search(self, query: ModelSelect, words: str) -> ModelSelect:
        """By reference, by whole words of the sender's name, or by phone number."""
        plain = words.strip().replace("-", "").upper()
        digits = "".join(c for c in words if c.isdigit())
        if len(digits) >= 8:
            found = find_all("submissions", phone_keys(words))
        else:
            found = find_all("submissions", name_keys(words))
        return query.where((Submission.reference == plain) | (Submission.id << list(found)))

    def tabs(self) -> list[tuple[Any, str, int, bool]]:
        """Name, address, number of entries and whether it is shown, for each view of the inbox."""
        waiting = Submission.inbox(current_actor()).order_by()
        counts = {
            Inbox: waiting.where(~Submission.suspicious).count(),
            Review: waiting.where(Submission.suspicious).count(),
        }
        return [
            (each.tab, self.get_url(f"{each.path}.index_view"), counts.get(each, 0),
             type(self) is each)
            for each in (Inbox, Review, Requests)
        ]  # fmt: skip


class Review(Requests):
    """Requests that look like spam: somebody decides, nothing is lost."""

    path = "review"
    title = _l("To review")
    tab = _l("To review")
    intro = _l("These look as if a machine had sent them. A look decides; nothing is deleted.")
    column_default_order = ("received_at", False)

    def get_query(self) -> ModelSelect:
        """Suspicious ones that wait."""
        return super().get_query().where(Submission.suspicious & (Submission.state << WAITING))


class Inbox(Requests):
    """Requests that wait for somebody here, the oldest first, and the page of each request."""

    path = "submission"
    title = _l("Inbox")
    tab = _l("To do")
    column_default_order = ("received_at", False)
    permissions: ClassVar[dict[str, str]] = {
        "show": "read",
        "file": "read",
        "accept": "edit",
        "link": "edit",
        "ask": "edit",
        "decline": "edit",
        "reopen": "edit",
        "clear": "edit",
        "read_messages": "message:edit",
    }

    def get_query(self) -> ModelSelect:
        """Those that wait and look honest."""
        return super().get_query().where(~Submission.suspicious & (Submission.state << WAITING))

    def request_or_404(self, id: uuid.UUID) -> Submission:
        """The request with its form, within scope, whatever its state."""
        rows: Any = Submission.scope(current_actor()).where(
            (Submission.id == id) & (Submission.purpose != "offer")
        )
        return next(iter(rows.with_related(Submission.version)), None) or abort(404)

    @expose("/<uuid:id>")
    def show(self, id: uuid.UUID) -> ResponseReturnValue:
        """The page of one request."""
        submission = self.request_or_404(id)
        record_read("submission:read", submission, by=current_actor(), at=now())
        return self.page(submission)

    @expose("/<uuid:id>/file/<uuid:row>")
    def file(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A file that came with the request."""
        submission = self.request_or_404(id)
        return download(submission, row) or (self.page(submission), 404)

    def page(self, submission: Submission, **forms: DeskForm) -> str:
        """The page, with the forms as they were sent and all others empty."""
        actor = current_actor()
        case = case_of(submission)
        if case is not None:
            case = Case.scope(actor).where(Case.id == case.id).first()
        messages = list(conversation(case=None, submission=submission))
        shown = {
            "ask": AskForm(data={"language": submission.language}),
            "decline": DeclineForm(),
        } | forms
        return self.render(
            "desk/request.html", row=submission, case=case, forms=shown, opened=set(forms),
            parts_of_request=parts_of(submission, at=now()), messages=messages,
            translations=of_rows([submission, *messages]), offers_machine=is_on(),
            people=likely_people(submission, actor), others=likely_submissions(submission, actor),
            reasons=REASONS, suspicions=SUSPICIONS, state_names=STATE_NAMES,
            urgencies=URGENCIES, decline_reasons=DECLINE_REASONS,
            waits=submission.state in WAITING, **registration_values(submission), **PAGE_WORDS,
        )  # fmt: skip

    @expose("/<uuid:id>/accept", methods=("GET", "POST"))
    def accept(self, id: uuid.UUID) -> ResponseReturnValue:
        """What the request becomes, to look through; a POST makes household, case and needs.

        Of a registration it makes an entry of the directory.
        """
        submission = self.request_or_404(id)
        if submission.state not in WAITING:
            return self._too_late(submission)
        registration = registration_of(submission)
        if registration is not None:
            return accept_page(self, submission, registration)
        posted = request.form if request.method == "POST" else None
        page = AcceptPage(prepare_intake(submission), posted)
        if posted is not None and page.validate():
            with refusals_in(page.case):
                accept_submission(submission, page.intake, by=current_actor(), at=now())
                case: Any = case_of(submission)
                flash(_("The request became the case %(case)s.", case=case), "success")
                return redirect(self.get_url("case.show", id=case.id), 303)
        shown = self.render("desk/accept.html", row=submission, page=page, **PAGE_WORDS)
        return shown, 422 if page.wrong else 200

    @expose("/<uuid:id>/link", methods=("GET", "POST"))
    def link(self, id: uuid.UUID) -> ResponseReturnValue:
        """Find the case that the request belongs to; a POST adds it there."""
        submission = self.request_or_404(id)
        if submission.state not in WAITING:
            return self._too_late(submission)
        sought = " ".join(request.form.get("search", "")[:100].split())
        posted = request.form if request.method == "POST" and "find" not in request.form else None
        asked = request.args.get("case", "")[:20]
        form = LinkForm(
            posted, data={"reference": asked, "needs": prepare_intake(submission).needs}
        )
        if posted is not None and form.validate():
            case = self._case_called(form)
            if case is not None and self._done(
                form, lambda: link_submission(
                    submission, case, needs=tuple(form.needs.data or ()),
                    by=current_actor(), at=now(),
                )
            ):  # fmt: skip
                flash(_("The request was added to the case %(case)s.", case=case), "success")
                return redirect(self.get_url("case.show", id=case.id), 303)
        shown = self.render(
            "desk/link.html", row=submission, form=form, words=sought,
            found=self._cases_of(sought), likely=likely_people(submission, current_actor()),
            reasons=REASONS, **PAGE_WORDS,
        )  # fmt: skip
        return shown, 422 if form.errors else 200

    @expose("/<uuid:id>/ask", methods=("POST",))
    def ask(self, id: uuid.UUID) -> ResponseReturnValue:
        """A question back: the message goes out and the request waits for the person."""

        def do(submission: Submission, form: AskForm) -> None:
            by, at = current_actor(), now()
            with transaction():
                if submission.state != "needs_info":
                    ask_back(submission, by=by, at=at)
                send_message(
                    form.body.data, submission=submission, language=form.language.data,
                    by=by, at=at,
                )  # fmt: skip

        return self._sent(id, "ask", AskForm, do, _("Your question was sent."))

    @expose("/<uuid:id>/decline", methods=("POST",))
    def decline(self, id: uuid.UUID) -> ResponseReturnValue:
        """No, for a reason that the person reads."""

        def do(submission: Submission, form: DeclineForm) -> None:
            decline_submission(submission, form.reason.data, by=current_actor(), at=now())

        return self._sent(id, "decline", DeclineForm, do, _("The request was declined."))

    @expose("/<uuid:id>/reopen", methods=("POST",))
    def reopen(self, id: uuid.UUID) -> ResponseReturnValue:
        """A declined request goes back into the inbox."""

        def do(submission: Submission, form: DeskForm) -> None:
            reopen_submission(submission, by=current_actor(), at=now())

        return self._sent(id, "reopen", DeskForm, do, _("The request is in the inbox again."))

    @expose("/<uuid:id>/clear", methods=("POST",))
    def clear(self, id: uuid.UUID) -> ResponseReturnValue:
        """This is no spam."""

        def do(submission: Submission, form: DeskForm) -> None:
            clear_suspicion(submission, by=current_actor(), at=now())

        return self._sent(id, "clear", DeskForm, do, _("The request is in the inbox now."))

    @expose("/<uuid:id>/messages", methods=("POST",))
    def read_messages(self, id: uuid.UUID) -> ResponseReturnValue:
        """What the person wrote was read."""

        def do(submission: Submission, form: DeskForm) -> None:
            by, at = current_actor(), now()
            with transaction():
                for message in list(conversation(case=None, submission=submission)):
                    if message.direction == "in":
                        mark_read(message, by=by, at=at)

        return self._sent(id, "read", DeskForm, do, _("Noted as read."))

    def _sent(
        self, id: uuid.UUID, name: str, kind: type[DeskForm],
        do: Callable[[Submission, Any], Any], said: str,
    ) -> ResponseReturnValue:  # fmt: skip
        """Check the form, do what it asks, and show the request again."""
        submission = self.request_or_404(id)
        form = kind(request.form)
        if form.validate() and self._done(form, lambda: do(submission, form)):
            flash(said, "success")
            return redirect(self.get_url("submission.show", id=id), 303)
        if name not in ("ask", "decline"):
            flash(" ".join(form.form_errors), "error")
            return self.page(self.request_or_404(id)), 409
        return self.page(self.request_or_404(id), **{name: form}), 422

    def _done(self, form: Any, do: Callable[[], Any]) -> bool:
        """Whether `do` went through; a refusal stands in the form then."""
        with refusals_in(form):
            do()
        return form.refusal is None

    def _too_late(self, submission: Submission) -> ResponseReturnValue:
        state = word(STATE_NAMES, submission.state)
        flash(_("This request is “%(state)s” already. Nothing was changed.", state=state), "error")
        return self.page(submission), 409

    def _case_called(self, form: LinkForm) -> Case | None:
        """The live case with the reference that was typed, within scope."""
        found = CASE_REFERENCE.fullmatch((form.reference.data or "").strip())
        reference = f"F-{found[1]}-{int(found[2]):04d}" if found else ""
        case = Case.scope(current_actor()).where(Case.reference == reference).first()
        if case is None:
            form.reference.errors = [_("There is no case with this number. Please check it.")]
        return case

    def _cases_of(self, words: str) -> list[tuple[Person, list[Case]]]:
        """People whom the words of a search name, with their cases."""
        if not words:
            return []
        actor = current_actor()
        wanted: Any = people_found(actor, words).limit(20)
        people = list(wanted.with_related(Person.household))
        households = [person.__data__["household"] for person in people]
        cases: dict[uuid.UUID, list[Case]] = {}
        known: Any = Case.scope(actor).where(Case.household << households)
        for case in known:
            cases.setdefault(case.__data__["household"], []).append(case)
        return [(each, cases.get(each.__data__["household"], [])) for each in people]
