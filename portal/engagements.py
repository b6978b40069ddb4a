"""What a volunteer is asked, on the page of their offer: yes or no, and where they help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from casework.volunteer_questions import answer_question
from portal.centre import now


def _yes(standing: Any, target: str) -> str:
    """The volunteer would like to; now the household is asked."""
    answer_question(standing.engagement(target), "yes", by=standing.person, at=now())
    return _("Thank you. We now ask the household and then get in touch with you.")


def _no(standing: Any, target: str) -> str:
    """The volunteer cannot, and nothing else changes for them."""
    answer_question(standing.engagement(target), "no", by=standing.person, at=now())
    return _("Thank you for telling us. We ask somebody else.")


# The buttons of the page: each gives the sentence that says what was done.
ANSWERS: dict[str, Callable[[Any, str], str]] = {"help_yes": _yes, "help_no": _no}
