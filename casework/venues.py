"""Where a case conference is, and what the person reads of meetings: words that leave the house.

They never name the household's home.
"""

from __future__ import annotations

from casework.core.i18n import N_

# Where nobody has written what an appointment is about.
TALK = N_("A talk with us")
SUBJECT = N_("Meeting with everybody who helps you")
VENUES = {
    "centre": N_("at the welcome centre"),
    "organization": N_("at the organisation that works with you"),
    "phone": N_("by phone or video"),
    "elsewhere": N_("elsewhere; the welcome centre will tell you where"),
}
