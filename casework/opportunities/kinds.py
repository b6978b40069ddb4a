"""What an opportunity can be, and which needs it answers."""

from __future__ import annotations

from casework.core.i18n import N_

KINDS = {
    "job": N_("Job"),
    "training": N_("Vocational training (Ausbildung)"),
    "internship": N_("Internship (Praktikum)"),
    "course": N_("Course"),
    "flat": N_("Flat"),
    "childcare": N_("Childcare place (Kita)"),
}
# Offered to one grown person, to a household, to a child.
PERSONAL = ("job", "training", "internship", "course")
HOUSEHOLD, CHILD = "flat", "childcare"
# The needs that an opportunity of a kind answers; the first one is opened where there is none.
ANSWERED = {
    "job": ("job_search",),
    "training": ("apprenticeship",),
    "internship": ("job_search", "apprenticeship"),
    "course": (
        "integration_course", "work_language_course", "literacy", "course_with_childcare",
        "language_exam", "conversation", "school_certificate",
    ),
    "flat": ("flat_search", "housing_loss"),
    "childcare": ("kita_place", "childminder", "after_school"),
}  # fmt: skip
