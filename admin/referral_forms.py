"""The small forms around a referral: what leaves, a release on paper, an answer by phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from wtforms import DateField, HiddenField, validators

from admin.base import DeskForm
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.person_fields import READ_IN, codes, prose, words
from admin.referral_words import TELLINGS
from admin.words import today, word
from casework.consent import CHANNELS, SHAREABLE, USUAL, Release
from casework.core.settings import setting
from casework.referral_states import ANSWERS, answers_after
from casework.referrals import Referral

LONGEST_NOTE = 2000
LAST_FOLLOW_UP = timedelta(days=730)


class WhatLeaves(DeskForm):
    """What the provider gets, and when we look at it again."""

    shared = codes(_l("What the provider gets"), SHAREABLE)
    note = prose(
        _l("Note to the provider"), LONGEST_NOTE, rows=3,
        description=_l("No more than they need to help; no health, no asylum reasons."),
    )  # fmt: skip
    follow_up_on = DateField(
        _l("Look at it again on"), [validators.InputRequired()], format=["%Y-%m-%d", "%d.%m.%Y"]
    )

    def validate_shared(self, field: Any) -> None:
        """Something has to leave."""
        if not field.data:
            raise validators.ValidationError(_("Please choose at least one."))

    def validate_note(self, field: Any) -> None:
        """A note that is written is meant to be read."""
        if field.data and "note" not in (self.shared.data or ()):
            raise validators.ValidationError(
                _("This note would not leave: tick it under “What the provider gets”, or empty it.")
            )

    def validate_follow_up_on(self, field: Any) -> None:
        """A day from today on, not years away."""
        if field.data is None or not today() <= field.data <= today() + LAST_FOLLOW_UP:
            raise validators.ValidationError(
                _("Please choose a day from today on, within the next two years.")
            )


class DetailsForm(WhatLeaves):
    """The details of a new referral, as far as the release reaches."""

    def __init__(self, posted: Any, release: Release | None) -> None:
        """`release` decides what can be ticked; usually all of the usual that it covers."""
        allowed = tuple(release.fields) if release else ()
        start = {
            "shared": [name for name in USUAL if name in allowed],
            "follow_up_on": today() + timedelta(days=setting("follow_up_days")),
        }
        super().__init__(posted, data=start)
        self.allowed = allowed
        if "note" not in allowed:
            del self.note

    @property
    def text(self) -> str:
        """The note, or nothing where the release covers none."""
        return self.note.data if "note" in self else ""

    def validate_shared(self, field: Any) -> None:
        """Only what the release covers, and not nothing."""
        beyond = [word(SHAREABLE, name) for name in field.data if name not in self.allowed]
        if beyond:
            raise validators.ValidationError(
                _("The release does not cover: %(fields)s. Please leave it out or ask again.",
                  fields=", ".join(beyond))
            )  # fmt: skip
        super().validate_shared(field)


class ChangeForm(WhatLeaves):
    """A draft: it may want more than a release covers so far. `seen` is what was shown."""

    seen = HiddenField()

    def __init__(self, posted: Any, referral: Referral) -> None:
        """The form as the draft stands, or as it was typed."""
        start = {
            "shared": list(referral.fields), "note": referral.note or "",
            "follow_up_on": referral.follow_up_on, "seen": referral.revision,
        }  # fmt: skip
        super().__init__(posted, data=start)


class PaperReleaseForm(DeskForm):
    """A release for this one provider, given on paper or in person."""

    channel = words(_l("Given"), {k: v for k, v in CHANNELS.items() if k != "portal"})
    language = words(_l("Wording read in"), dict(READ_IN))
    covers = codes(_l("What may be passed on"), SHAREABLE, default=list(USUAL))

    def validate_covers(self, field: Any) -> None:
        """A release of nothing is none."""
        if not field.data:
            raise validators.ValidationError(_("Please choose at least one."))


class AnswerForm(DeskForm):
    """What the provider said on the phone."""

    answer = words(
        _l("The provider says"), ANSWERS, blank=True, validators=[validators.InputRequired()]
    )
    note = prose(_l("What was said"), LONGEST_NOTE, rows=3)

    def __init__(self, posted: Any, referral: Referral) -> None:
        """Only answers that may follow the referral's state are offered."""
        super().__init__(posted)
        self.answer.offered = list(answers_after(referral.state).items())


class RevokeForm(DeskForm):
    """Why a referral is taken back."""

    note = prose(_l("Why"), LONGEST_NOTE, rows=2, id="why")


class TellForm(DeskForm):
    """How the person was told the outcome."""

    how = words(
        _l("How the person was told"), TELLINGS, blank=True, validators=[validators.InputRequired()]
    )
