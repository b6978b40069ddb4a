"""A new referral: choose the service, choose what leaves, look at it as the provider will, send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.auth import current_actor, now
from admin.directory_shown import show_capacity, show_languages
from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.icons import drawing
from admin.referral_finder import Finder
from admin.referral_forms import DetailsForm, PaperReleaseForm
from admin.referral_release import keep_release, wording_for
from admin.referral_rows import earlier_at, need_or_404, service_or_404, waiting_for
from admin.referral_words import show_state, shown_details, state_name
from admin.words import PAGE_WORDS, today
from casework.consent import CHANNELS, SHAREABLE, USUAL, Release, release_for
from casework.core.db import transaction
from casework.needs import Need
from casework.providers import Service
from casework.referral_drafts import ReferralAlreadyUnderWay, draft_referral
from casework.referrals import Referral, contact_person, send_referral, shared_details

LONGEST_SEARCH = 100


class NewReferral:
    """The half of the referral screen that makes one."""

    get_url: Callable[..., str]
    render: Callable[..., str]

    @expose("/new", methods=("GET", "POST"))
    def new(self) -> ResponseReturnValue:
        """The next step for the need that the address names; a POST goes on from the details."""
        need = need_or_404(request.args.get("need"))
        if not request.args.get("service"):
            return self._choose(need)
        service = service_or_404(request.args.get("service"))
        release = release_for(need.case, service.organization, today=today())
        if request.method == "GET":
            return self._details(need, service, release)
        step = request.form.get("step")
        steps = {"release": self._release, "ask": self._ask_first, "back": self._change,
                 "check": self._check, "send": self._finish, "draft": self._finish}  # fmt: skip
        return steps[step](need, service, release) if step in steps else abort(400)

    def _choose(self, need: Need, draft: Referral | None = None) -> str:
        """Which service; for a `draft`, which one instead of the present one."""
        words = "".join(c for c in request.args.get("search", "") if c.isprintable())
        finder = Finder(need, current_actor())
        return self._page(
            "desk/referral_service.html", need, asked=words[:LONGEST_SEARCH].strip(),
            fitting=finder.fitting(), nearby=finder.nearby(),
            found=finder.named(words[:LONGEST_SEARCH]), draft=draft,
        )  # fmt: skip

    def _details(
        self,
        need: Need,
        service: Service,
        release: Release | None,
        form: Any = None,
        paper: Any = None,
    ) -> str:
        given = Referral(
            case=need.case, need=need, service=service, organization=service.organization,
            fields=list(SHAREABLE), note="…",
        )  # fmt: skip
        language = paper.language.data if paper else need.case.language
        return self._page(
            "desk/referral_details.html", need, service=service, release=release,
            form=form or DetailsForm(None, release),
            paper=paper or PaperReleaseForm(None, data={"language": need.case.language}),
            values={name: shown for name, _label, shown in shown_details(shared_details(given))},
            wording=wording_for(service.organization, language),
            earlier=earlier_at(need, service),
        )  # fmt: skip

    def _change(self, need: Need, service: Service, release: Release | None) -> str:
        """Back from the preview with everything that was typed."""
        return self._details(need, service, release, DetailsForm(request.form, release))

    def _release(
        self, need: Need, service: Service, release: Release | None
    ) -> ResponseReturnValue:
        """Note a release that was given on paper or in person, then go on."""
        paper = PaperReleaseForm(request.form)
        if not paper.validate():
            return self._details(need, service, release, paper=paper), 422
        keep_release(need.case, service.organization, paper)
        flash(_("The release is noted. Now choose what leaves."), "success")
        return redirect(self.get_url(".new", need=need.id, service=service.id), 303)

    def _ask_first(
        self, need: Need, service: Service, release: Release | None
    ) -> ResponseReturnValue:
        """Keep a draft until the person has been asked."""
        return self._stored(need, service, USUAL, "", None, send=False)

    def _check(self, need: Need, service: Service, release: Release | None) -> ResponseReturnValue:
        """The page as the provider will see it; nothing has left."""
        form = DetailsForm(request.form, release)
        if not form.validate():
            return self._details(need, service, release, form), 422
        planned = Referral(
            case=need.case, need=need, service=service, organization=service.organization,
            fields=[name for name in SHAREABLE if name in form.shared.data], note=form.text or None,
        )  # fmt: skip
        return self._page(
            "desk/referral_check.html", need, service=service, form=form,
            preview=shown_details(shared_details(planned)),
        )  # fmt: skip

    def _finish(self, need: Need, service: Service, release: Release | None) -> ResponseReturnValue:
        """Send it, or keep it as a draft."""
        form = DetailsForm(request.form, release)
        if not form.validate():
            return self._details(need, service, release, form), 422
        send = request.form.get("step") == "send"
        return self._stored(
            need, service, tuple(form.shared.data), form.text, form.follow_up_on.data, send=send
        )

    def _stored(
        self,
        need: Need,
        service: Service,
        fields: tuple[str, ...],
        note: str,
        day: Any,
        *,
        send: bool,
    ) -> ResponseReturnValue:
        """The referral in one transaction; the same request twice makes one of it."""
        by, at = current_actor(), now()
        try:
            with transaction():
                referral = draft_referral(
                    need.case, need, service, fields=fields, note=note, follow_up_on=day,
                    by=by, at=at,
                )  # fmt: skip
                if send:
                    send_referral(referral, by=by, at=at)
        except ReferralAlreadyUnderWay as refusal:
            told = (refusal.text(reading_language()), _("Nothing was sent again."))
            flash(" ".join(told), "error")
            return redirect(self.get_url(".show", id=refusal.referral.id), 303)
        flash(_("The request is with the provider now.") if send
              else _("Kept as a draft. Nothing has left."), "success")  # fmt: skip
        return redirect(self.get_url(".show", id=referral.id), 303)

    def _page(self, template: str, need: Need, **values: Any) -> str:
        case = need.case
        return self.render(
            template, need=need, case=case, person=need.person or contact_person(case),
            waiting=waiting_for(need), drawing=drawing, show_capacity=show_capacity,
            show_languages=show_languages, show_state=show_state, state_name=state_name,
            shareable=SHAREABLE, channels=CHANNELS, **PAGE_WORDS, **values,
        )  # fmt: skip
