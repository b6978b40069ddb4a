"""What the texts of the program are called: pages, mails, releases, and what starts a letter."""

from __future__ import annotations

from casework.core.i18n import N_

# By the key of the text; a mail's kind is its key without `mail.`.
TEXT_NAMES = {
    "page.start": N_("Start page"),
    "page.privacy": N_("Page: data protection"),
    "page.imprint": N_("Page: imprint"),
    "page.accessibility": N_("Page: accessibility"),
    "release.request": N_("Release given with a request"),
    "release.provider": N_("Release for one organisation"),
    "release.helper": N_("Consent when somebody fills in for another"),
    "reminder.person": N_("Reminder to a person"),
    "mail.referral": N_("Mail: request to a provider"),
    "mail.referral_next": N_("Mail: next link for a provider"),
    "mail.referral_reminder": N_("Mail: reminder to a provider"),
    "mail.status_changed": N_("Mail: news about a request"),
    "mail.message_received": N_("Mail: new message"),
    "mail.appointment": N_("Mail: appointment"),
    "mail.reminder": N_("Mail: reminder of an appointment"),
    "mail.offer_received": N_("Mail: thanks for an offer"),
    "mail.form": N_("Mail: form to fill in"),
    "mail.staff_invitation": N_("Mail: invitation of a colleague"),
    "mail.caseload": N_("Mail: cases given to a colleague"),
    "mail.conference": N_("Mail: invitation to a case conference"),
    "mail.conference_moved": N_("Mail: case conference moved"),
    "mail.conference_cancelled": N_("Mail: case conference called off"),
    "rung.reminder": N_("Ladder: kind reminder"),
    "rung.letter": N_("Ladder: letter"),
    "rung.talk": N_("Ladder: invitation to a talk"),
    "rung.support": N_("Ladder: agreement with somebody beside"),
    "rung.pause": N_("Ladder: pause"),
}
