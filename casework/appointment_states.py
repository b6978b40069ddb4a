"""What becomes of an appointment, in words that everybody reads."""

from __future__ import annotations

from casework.core.i18n import N_
from casework.core.states import Machine

STATES = Machine(
    {
        "planned": N_("planned"),
        "kept": N_("kept"),
        "missed": N_("missed"),
        "excused": N_("excused"),
        "cancelled": N_("cancelled"),
    },
    {
        "planned": ("kept", "missed", "excused", "cancelled"),
        "missed": ("kept", "excused"),
        "excused": ("kept", "missed"),
        "kept": ("missed", "excused"),
    },
)
CANCELLERS = {"person": N_("by the person"), "provider": N_("by the provider"), "us": N_("by us")}
