"""Who helps, on the case page: named support, engagements, case conferences."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.auth import current_actor, now
from admin.balance_forms import (
    ChangeSupportForm,
    EngagementForm,
    MoveConferenceForm,
    NamedSupportForm,
    area_of,
)
from admin.base.refusals import in_words, refusals_in
from admin.i18n import gettext as _
from admin.strengths import CaseStrengths
from casework.cases import Case
from casework.conferences import (
    Conference,
    ConferenceOver,
    cancel_conference,
    move_conference,
    note_held,
)
from casework.core.i18n import N_
from casework.engagements import (
    Engagement,
    agree_engagement,
    begin_engagement,
    end_engagement,
    propose_engagement,
)
from casework.named_supports import NamedSupport, change_support, end_support, name_support

MOVED = N_("The case conference was moved. Whoever was invited hears of it.")


class CaseSupportWork(CaseStrengths):
    """The part of the case screen that deals with who helps."""

    FORMS: ClassVar[dict[str, type]] = CaseStrengths.FORMS | {
        "support": NamedSupportForm, "engagement": EngagementForm,
    }  # fmt: skip
    permissions: ClassVar[dict[str, str]] = CaseStrengths.permissions | {
        "name_support": "support:create",
        "change_support": "support:edit",
        "propose_engagement": "engagement:create",
        "move_engagement": "engagement:edit",
        "settle_conference": "conference:edit",
        "move_conference": "conference:edit",
    }

    @expose("/<uuid:id>/support", methods=("POST",))
    def name_support(self, id: uuid.UUID) -> ResponseReturnValue:
        """Somebody helps the household without us."""
        return self._sent(id, "support", _name_support, _("It was noted who helps."), "support")

    @expose("/<uuid:id>/named-support/<uuid:row>", methods=("POST",))
    def change_support(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """Other words or days for it, or its end."""
        case = self.case_or_404(id)
        support = self._part(NamedSupport, case, row)
        if request.form.get("end"):

            def do(_case: Case) -> None:
                end_support(support, by=current_actor(), at=now())

            return self._pressed(id, do, _("Noted."), "support")
        form = support_form(support, request.form)
        if form.validate():
            with refusals_in(form):
                _change_support(support, form)
                return self.done(case, _("Saved."), "support")
            form.revision.data = str(support.refresh().revision)
        return self.page(case, {f"support-{row}": form}), 422

    @expose("/<uuid:id>/engagement", methods=("POST",))
    def propose_engagement(self, id: uuid.UUID) -> ResponseReturnValue:
        """A volunteer is proposed."""
        if not current_actor().may("offer:read"):
            abort(404)
        said = _("The engagement was proposed. Please ask the volunteer.")
        return self._sent(id, "engagement", _propose, said, "support")

    @expose("/<uuid:id>/engagement/<uuid:row>", methods=("POST",))
    def move_engagement(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """It is agreed, begins, or ends for a reason."""

        def do(case: Case) -> None:
            move(self._part(Engagement, case, row))

        return self._pressed(id, do, _("Saved."), "support")

    @expose("/<uuid:id>/conference/<uuid:row>", methods=("POST",))
    def settle_conference(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A case conference took place, or is called off."""
        verb = {"held": note_held, "cancelled": cancel_conference}.get(
            request.form.get("state", "")
        ) or abort(404)

        def do(case: Case) -> None:
            verb(self._part(Conference, case, row), by=current_actor(), at=now())

        return self._pressed(id, do, _("Saved."), "support")

    @expose("/<uuid:id>/conference/<uuid:row>/move", methods=("POST",))
    def move_conference(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """Another time or place, and everybody hears of it."""
        case = self.case_or_404(id)
        conference = self._part(Conference, case, row)
        form = conference_form(conference, request.form)
        if form.validate():
            with refusals_in(form):
                moved = _move_conference(conference, form)
                return self.done(case, _(MOVED) if moved else _("Nothing was changed."), "support")
            if isinstance(form.refusal, ConferenceOver):  # its form is not on the page any more
                flash(in_words(form.refusal), "error")
                return self.page(case, {}), 409
            form.revision.data = str(conference.refresh().revision)
        return self.page(case, {f"conference-{row}": form}), 422


def conference_form(conference: Conference, posted: Any) -> MoveConferenceForm:
    """The form of a conference as it is now, or as it was typed."""
    start = {"starts_at": conference.starts_at, "venue": conference.venue,
             "place": conference.place, "revision": str(conference.revision)}  # fmt: skip
    return MoveConferenceForm(posted, prefix=f"conference-{conference.id.hex}-", data=start)


def _move_conference(conference: Conference, form: Any) -> bool:
    """Move it as the form says; whether that changes anything. Raises refusals of the verb."""
    text = form.revision.data or ""
    revision = int(text) if text.isdecimal() and len(text) < 10 else -1
    said = (form.starts_at.data, form.venue.data, form.place.data or "")
    same = said == (conference.starts_at, conference.venue, conference.place or "")
    if same and conference.state == "planned":
        return False
    move_conference(conference, said[0], venue=said[1], place=said[2], revision=revision,
                    by=current_actor(), at=now())  # fmt: skip
    return True


def move(engagement: Engagement) -> None:
    """Bring an engagement where the pressed button says; what no page offers is 404."""
    state, by, at = request.form.get("state", ""), current_actor(), now()
    if state == "agreed":
        agree_engagement(engagement, by=by, at=at)
    elif state == "running":
        begin_engagement(engagement, by=by, at=at)
    elif state == "ended":
        end_engagement(engagement, request.form.get("reason", ""), by=by, at=at)
    else:
        abort(404)


def support_form(support: NamedSupport, posted: Any) -> ChangeSupportForm:
    """The form of a named support as it is now, or as it was typed."""
    start = {"who": support.who, "kind": support.kind, "since": support.since,
             "until": support.until, "revision": str(support.revision)}  # fmt: skip
    return ChangeSupportForm(posted, prefix=f"named-{support.id.hex}-", data=start)


def _name_support(case: Case, form: Any) -> None:
    area = area_of(form.area.data)
    assert area is not None  # noqa: S101 - the form offers areas in use alone
    name_support(
        case, area, form.who.data, kind=form.kind.data, since=form.since.data,
        by=current_actor(), at=now(),
    )  # fmt: skip


def _change_support(support: NamedSupport, form: Any) -> None:
    seen = form.revision.data or ""
    change_support(
        support, who=form.who.data, kind=form.kind.data, since=form.since.data,
        until=form.until.data, revision=int(seen) if seen.isdecimal() and len(seen) < 9 else -1,
        by=current_actor(), at=now(),
    )  # fmt: skip


def _propose(case: Case, form: Any) -> None:
    area = area_of(form.area.data)
    assert area is not None  # noqa: S101 - the form offers areas in use alone
    propose_engagement(
        case, form.chosen, area, note=form.note.data or "", beyond=form.beyond.data,
        by=current_actor(), at=now(),
    )  # fmt: skip
