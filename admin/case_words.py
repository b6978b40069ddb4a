"""What the case page calls states, reasons and buttons."""

from __future__ import annotations

from admin.appointments import VERBS, interpreter_of, reason_of
from admin.person_fields import CHANNELS, INTERPRETER, describe_age, show_birth
from admin.support_file import SUPPORT_WORDS
from admin.words import left_words, today
from casework.appointment_states import CANCELLERS
from casework.appointment_states import STATES as APPOINTMENT_STATES
from casework.cases import CLOSING_REASONS, STATES, URGENCIES
from casework.conference_seats import KNOWS, TOLD
from casework.conference_seats import STATES as CONFERENCE_STATES
from casework.consent import CHANNELS as RELEASE_CHANNELS
from casework.consent import SHAREABLE
from casework.consent import STATES as RELEASE_STATES
from casework.core.i18n import N_
from casework.deadlines import DEADLINE_STATES
from casework.needs import NEED_STATES
from casework.people import ROLES_AT_HOME
from casework.referrals import STATES as REFERRAL_STATES
from casework.venues import VENUES

# What a button says that brings a need into a state.
NEED_VERBS = {
    "open": N_("Open again"),
    "covered": N_("Is covered"),
    "met": N_("Is met"),
    "dropped": N_("Drop"),
}
INVITATION_STATES = {
    "waiting": N_("not begun yet"),
    "begun": N_("begun"),
    "answered": N_("answered"),
    "expired": N_("run out"),
    "revoked": N_("taken back"),
}
# What a button says that brings a deadline into a state.
DEADLINE_VERBS = {"done": N_("Done"), "dropped": N_("No longer needed"), "open": N_("Open again")}

CASE_WORDS = SUPPORT_WORDS | {
    "conference_states": CONFERENCE_STATES.names,
    "seat_knows": KNOWS,
    "seat_told": TOLD,
    "venues": VENUES,
    "case_states": STATES.names,
    "closing_reasons": CLOSING_REASONS,
    "urgencies": URGENCIES,
    "need_states": NEED_STATES.names,
    "need_moves": NEED_STATES.transitions,
    "need_verbs": NEED_VERBS,
    "referral_states": REFERRAL_STATES.names,
    "appointment_states": APPOINTMENT_STATES.names,
    "appointment_moves": APPOINTMENT_STATES.transitions | {"cancelled": ()},
    "appointment_verbs": VERBS,
    "interpreter_of": interpreter_of,
    "reason_of": reason_of,
    "cancellers": CANCELLERS,
    "deadline_states": DEADLINE_STATES.names,
    "deadline_moves": DEADLINE_STATES.transitions,
    "deadline_verbs": DEADLINE_VERBS,
    "left_words": left_words,
    "release_states": RELEASE_STATES.names,
    "release_channels": RELEASE_CHANNELS,
    "invitation_states": INVITATION_STATES,
    "shareable": SHAREABLE,
    "roles_at_home": ROLES_AT_HOME,
    "channels": CHANNELS,
    "interpreter": INTERPRETER,
    "show_birth": show_birth,
    "describe_age": describe_age,
    "today": today,
}
