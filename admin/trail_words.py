"""What the audit trail calls an event; the name that the program knows it by stands beneath."""

from __future__ import annotations

from markupsafe import Markup

from admin.i18n import gettext as _
from admin.timeline import EVENTS as CASE_EVENTS
from casework.core.i18n import N_

EVENTS = CASE_EVENTS | {
    "staff:signed_in": N_("Signed in"),
    "staff:signed_out": N_("Signed out"),
    "staff:created": N_("Account created"),
    "staff:changed": N_("Account changed"),
    "staff:disabled": N_("Account closed"),
    "staff:enabled": N_("Account opened again"),
    "staff:language_changed": N_("Language of an account changed"),
    "staff:password_changed": N_("Password changed"),
    "staff:password_reset": N_("Password reset"),
    "staff:recovery_code_used": N_("Signed in with a recovery code"),
    "staff:recovery_codes_made": N_("New recovery codes"),
    "staff:second_factor_reset": N_("Second factor reset"),
    "staff:second_factor_set": N_("Second factor set up"),
    "setting:changed": N_("Setting changed"),
    "attention_rule:changed": N_("Attention rule changed"),
    "text:changed": N_("Text changed"),
    "mail:queued": N_("Mail written"),
    "mail:retried": N_("Mail tried again"),
    "offer:received": N_("Offer of a volunteer received"),
    "offer:moved": N_("State of an offer changed"),
    "submission:received": N_("Request received"),
    "submission:visited": N_("Status page opened"),
    "submission:accepted": N_("Request accepted"),
    "submission:declined": N_("Request declined"),
    "submission:withdrawn": N_("Request withdrawn"),
    "submission:exported": N_("Answers exported"),
    "referral:drafted": N_("Referral drafted"),
    "referral:sent": N_("Referral sent"),
    "referral:answered": N_("Referral answered"),
    "organization:saved": N_("Organisation saved"),
    "service:saved": N_("Service saved"),
    "capacity:reported": N_("Places reported"),
    "caseload:assigned": N_("Cases assigned"),
    "statistics:fixed": N_("Figures of a quarter counted"),
}
ENDINGS = {
    "read": N_("Looked at"),
    "searched": N_("Searched"),
    "exported": N_("Taken out as a table"),
    "loaded": N_("Starter content loaded"),
}


def show_event(event: str) -> Markup:
    """What happened in words, as far as there are any, with the event's own name."""
    words = EVENTS.get(event) or ENDINGS.get(event.partition(":")[2])
    name = Markup('<code class="quiet-text">{}</code>').format(event)
    return Markup("{}<br>{}").format(_(words), name) if words else name
