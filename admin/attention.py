"""The attention queue: what needs somebody now and why, with the next step as a button."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import DateField, TextAreaField, validators

from admin.attention_words import lines
from admin.auth import current_actor, now
from admin.base import DeskForm, DeskPage, safe_url
from admin.base.ajax import parse_id
from admin.base.refusals import refusals_told
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.words import PAGE_WORDS, TURNS, today
from casework.asking import ask_person, ask_provider
from casework.cases import Case
from casework.core.refusals import Refusal
from casework.insight.attention.decisions import EntrySettled, mark_known, snooze, wake
from casework.insight.attention.entries import MOST_REASON, AttentionEntry
from casework.insight.attention.queue import (
    MOST_COUNTED,
    ORDER,
    RESTING,
    Wanted,
    counted,
    of_case,
    queue,
)
from casework.insight.attention.registry import RULES
from casework.insight.attention.upkeep import catch_up
from casework.providers import Organization
from casework.sites import Site

PAGE = 25
LAST_PAGE = 40


class SnoozeForm(DeskForm):
    """Until when an entry rests, and why."""

    until = DateField(_l("Rest until"), [validators.InputRequired()])
    reason = TextAreaField(
        _l("Why"), [validators.InputRequired(), validators.Length(max=MOST_REASON)],
        render_kw={"rows": 2},
    )  # fmt: skip


class KnownForm(DeskForm):
    """Why an entry needs nobody although it stands."""

    reason = TextAreaField(
        _l("Why it needs nobody"),
        [validators.InputRequired(), validators.Length(max=MOST_REASON)],
        render_kw={"rows": 2},
    )  # fmt: skip


class Attention(DeskPage):
    """The queue, and what is decided about its entries."""

    title = _l("What needs somebody")
    path = "attention"
    resource = "attention"
    permissions: ClassVar[dict[str, str]] = {
        "remind": "attention:edit", "ask": "attention:edit", "snooze": "attention:edit",
        "know": "attention:edit", "wake": "attention:edit",
    }  # fmt: skip

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The queue by page, narrowed as the address says."""
        catch_up(at=now(), wait=False)
        wanted, page = _wanted(), _page()
        rows = queue(current_actor(), today(), wanted)
        found = list(rows.limit(PAGE + 1).offset(page * PAGE))
        count = counted(rows)
        return self.render(
            "desk/attention.html", lines=lines(found[:PAGE]), wanted=wanted, page=page,
            more=len(found) > PAGE and page < LAST_PAGE, count=count,
            is_capped=count > MOST_COUNTED, order=_(ORDER), rules=RULES, turns=TURNS,
            resting=RESTING, here=request.full_path, narrowed=_narrowed(),
            forms=_forms, address=_address, **_choices(), **PAGE_WORDS,
        )  # fmt: skip

    @expose("/<uuid:row>/remind", methods=("POST",))
    def remind(self, row: uuid.UUID) -> ResponseReturnValue:
        """The provider gets a fresh link and a kind word."""

        def do(entry: AttentionEntry) -> None:
            ask_provider(entry, by=current_actor(), at=now())

        return self._pressed(row, do, _("The provider was reminded. We wait for the answer."))

    @expose("/<uuid:row>/ask", methods=("POST",))
    def ask(self, row: uuid.UUID) -> ResponseReturnValue:
        """The person finds a message on the status page."""

        def do(entry: AttentionEntry) -> None:
            case = Case.scope(current_actor()).where(Case.id == entry.__data__["case"]).first()
            ask_person(case or abort(404), [entry], by=current_actor(), at=now())

        return self._pressed(row, do, _("The person was asked. We wait for the answer."))

    @expose("/<uuid:row>/snooze", methods=("POST",))
    def snooze(self, row: uuid.UUID) -> ResponseReturnValue:
        """The entry rests until a day."""
        form = SnoozeForm(request.form, prefix="snooze")

        def do(entry: AttentionEntry) -> None:
            snooze(entry, form.until.data, form.reason.data or "",
                   seen=request.form.get("seen", ""), by=current_actor(), at=now())  # fmt: skip

        return self._sent(row, "snooze", form, do, _("The entry rests."))

    @expose("/<uuid:row>/known", methods=("POST",))
    def know(self, row: uuid.UUID) -> ResponseReturnValue:
        """The entry is known and needs nobody."""
        form = KnownForm(request.form, prefix="known")

        def do(entry: AttentionEntry) -> None:
            mark_known(entry, form.reason.data or "", seen=request.form.get("seen", ""),
                       by=current_actor(), at=now())  # fmt: skip

        return self._sent(row, "known", form, do, _("Noted as known."))

    @expose("/<uuid:row>/wake", methods=("POST",))
    def wake(self, row: uuid.UUID) -> ResponseReturnValue:
        """The entry calls again."""

        def do(entry: AttentionEntry) -> None:
            wake(entry, by=current_actor(), at=now())

        return self._pressed(row, do, _("The entry stands in the queue again."))

    def _pressed(
        self, row: uuid.UUID, do: Callable[[AttentionEntry], Any], said: str
    ) -> ResponseReturnValue:
        """Do what a button asks, and go back to where it stood."""
        with refusals_told():
            do(_entry(row))
            flash(said, "success")
        return redirect(safe_url(self.get_url(".index_view")), 303)

    def _sent(
        self, row: uuid.UUID, name: str, form: Any, do: Callable[[AttentionEntry], Any], said: str
    ) -> ResponseReturnValue:
        """Do what a form asks; one that is wrong comes back with what was typed (422)."""
        try:
            entry = _entry(row)
            if form.validate():
                return self._pressed_with(entry, do, said)
        except EntrySettled as refusal:
            flash(refusal.text(reading_language()), "error")
            return redirect(safe_url(self.get_url(".index_view")), 303)
        except Refusal as refusal:
            form.form_errors.append(refusal.text(reading_language()))
        return self.render(
            "desk/attention_entry.html", line=lines([entry.refresh()])[0], forms=_forms,
            given={name: form}, here=safe_url(self.get_url(".index_view")), **PAGE_WORDS,
        ), 422  # fmt: skip

    def _pressed_with(
        self, entry: AttentionEntry, do: Callable[[AttentionEntry], Any], said: str
    ) -> ResponseReturnValue:
        do(entry)
        flash(said, "success")
        return redirect(safe_url(self.get_url(".index_view")), 303)


def in_case(case: Case) -> dict[str, Any]:
    """What the page of a case shows of the queue: its own entries, resting ones too."""
    if not current_actor().may("attention:read"):
        return {"calling": [], "attention_forms": _forms}
    catch_up(at=now(), wait=False)
    return {"calling": lines(of_case(case, current_actor())), "attention_forms": _forms}


def _entry(row: uuid.UUID) -> AttentionEntry:
    """The entry within the reader's scope; another is 404. Raises `EntrySettled` for one that
    has gone by itself."""
    mine = AttentionEntry.scope(current_actor()).where(AttentionEntry.id == row).first()
    if mine is None and not AttentionEntry.select().where(AttentionEntry.id == row).exists():
        raise EntrySettled()
    return mine or abort(404)


def _forms(given: dict[str, Any] | None = None) -> dict[str, Any]:
    """The forms of one entry; those that were sent and are wrong as they were typed."""
    return {
        "snooze": SnoozeForm(None, prefix="snooze"), "known": KnownForm(None, prefix="known"),
    } | (given or {})  # fmt: skip


def _wanted() -> Wanted:
    """What the address narrows the queue to; what it does not know narrows nothing."""
    asked = request.args
    rule, turn, resting = (asked.get(name, "") for name in ("rule", "turn", "resting"))
    everybody = current_actor().sees_all
    return Wanted(
        rule=rule if rule in RULES else "",
        turn=turn if turn in TURNS else "",
        mine=current_actor().id if asked.get("mine") else None,
        site=parse_id(asked.get("site")),
        organization=parse_id(asked.get("organization")) if everybody else None,
        resting=resting if resting in RESTING else "",
    )


def _page() -> int:
    number = request.args.get("page", "")
    return min(int(number), LAST_PAGE) if number.isascii() and number.isdigit() else 0


def _narrowed() -> int:
    names = ("rule", "turn", "mine", "site", "organization")
    return sum(bool(request.args.get(name)) for name in names)


def _address(**changes: Any) -> str:
    """This page with other arguments; None takes one away."""
    known = ("rule", "turn", "mine", "site", "organization", "resting")
    kept = {name: request.args.get(name) for name in known if request.args.get(name)}
    return url_for("attention.index_view", **(kept | changes))


def _choices() -> dict[str, Any]:
    """What the queue can be narrowed to."""
    working = Case.select(Case.organization).where(Case.organization.is_null(False)).distinct()
    found = {"sites": list(Site.select().where(Site.active).order_by(Site.name)),
             "organizations": []}  # fmt: skip
    if current_actor().sees_all:
        rows = Organization.select().where(Organization.id << working)
        found["organizations"] = list(rows.order_by(Organization.name).limit(200))
    return found
