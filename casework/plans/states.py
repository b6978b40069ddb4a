"""What goals and steps can be, who does a step, and whose turn it is while one waits."""

from __future__ import annotations

from casework.core.i18n import N_
from casework.core.states import Machine

STEP_STATES = Machine(
    {
        "planned": N_("planned"),
        "in_progress": N_("in progress"),
        "on_hold": N_("on hold"),
        "done": N_("done"),
        "missed": N_("missed"),
        "cancelled": N_("cancelled"),
        "obsolete": N_("no longer needed"),
    },
    {
        "planned": ("in_progress", "on_hold", "done", "missed", "cancelled", "obsolete"),
        "in_progress": ("on_hold", "done", "missed", "cancelled", "obsolete"),
        # From hold to hold: something else is in the way now, or it is somebody else's turn.
        "on_hold": ("on_hold", "in_progress", "done", "missed", "cancelled", "obsolete"),
        "done": ("in_progress",),
        "missed": ("in_progress", "cancelled", "obsolete"),
        "cancelled": ("planned",),
        "obsolete": ("planned",),
    },
)
OPEN_STEPS = ("planned", "in_progress", "on_hold", "missed")
# Steps that do not stand in the plan any more.
GONE = ("cancelled", "obsolete")
GOAL_STATES = Machine(
    {"open": N_("open"), "reached": N_("reached"), "dropped": N_("dropped")},
    {
        "open": ("reached", "dropped"),
        "reached": ("open", "dropped"),
        "dropped": ("open",),
    },
)
PERSON, STAFF, PROVIDER, VOLUNTEER = DOERS = ("person", "staff", "provider", "volunteer")
TURNS = ("person", "provider", "us", "system")
CANCELLERS = ("person", "provider", "us")
PROGRESS = ("worse", "same", "better", "reached")
