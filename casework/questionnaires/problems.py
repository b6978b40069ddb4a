"""What is wrong with an answer: a sentence for the person, translated where it is read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from casework.core.i18n import N_, gettext_in
from casework.questionnaires.definitions import Texts, text_in

Path = tuple[str, ...]

REQUIRED = N_("Please answer this question.")
NOT_WHOLE = N_("This is not a whole number. Please enter digits only, for example 3.")
NOT_NUMBER = N_("This is not a number. Please enter it with digits, for example 2.5.")
TOO_MANY_DIGITS = N_("This number has more than %(limit)s digits. Please check it.")
TOO_LONG = N_("This text has %(length)s characters; %(limit)s are possible. Please shorten it.")
NOT_OFFERED = N_("This answer is not in the list. Please choose one from the list.")
NOT_A_DATE = N_("This is not a complete date. Please enter day, month and year as numbers.")
NOT_A_BIRTH_DATE = N_(
    "This is not a complete date. Please enter day, month and year as numbers, or only the year."
)
NO_SUCH_DAY = N_("The chosen calendar does not have this day. Please check day, month and year.")
TOO_EARLY = N_("This date is before 1900. Please check the year and the calendar.")
IN_FUTURE = N_("This date is in the future. Please check the year and the calendar.")
NOT_A_TIME = N_("This is not a time of day. Please enter hours and minutes, for example 14:30.")
NOT_A_MOMENT = N_("This is not a date with a time. Please write it like 2026-05-31 14:30.")
NOT_AN_EMAIL = N_("This is not a complete e-mail address. It looks like name@example.org.")
NOT_A_PHONE = N_(
    "This is not a phone number. Please enter 5 to 20 digits; spaces and + ( ) - / are possible."
)
NOT_A_PLACE = N_(
    "This is not a position. Please enter latitude and longitude, for example 48.1 9.2."
)
NOT_A_FILE = N_("The file did not arrive. Please choose it again.")
NOT_RANKED = N_("Please put each entry on exactly one place, from 1 to %(count)s.")
OUT_OF_RANGE = N_("Please enter a number from %(start)s to %(end)s in steps of %(step)s.")
NOT_FITTING = N_("This answer does not fit. Please check it.")
NOT_CHECKED = N_("This answer could not be checked. Please try another one or ask us.")
TOO_MANY_ROWS = N_("%(limit)s entries are possible here. Please remove some.")
NOT_ENOUGH_READ = N_("This answer arrived incomplete. Please enter it again.")


@dataclass(frozen=True)
class Problem:
    """One thing to correct. `path` leads to the answer: `("member", "r2", "age")`.

    `own` holds the form's own message by language; it wins over `msgid`.
    """

    msgid: str
    params: dict[str, Any] = field(default_factory=dict)
    path: Path = ()
    own: Texts = field(default_factory=dict)
    default_language: str = "en"

    def at(self, path: Path) -> Problem:
        """The same problem, placed."""
        return replace(self, path=path)

    def message(self, tag: str) -> tuple[str, str]:
        """The sentence for a reader of `tag`, and the tag that it is in."""
        if any(self.own.values()):
            return text_in(self.own, tag, self.default_language)
        sentence = gettext_in(tag, self.msgid)
        return (sentence % self.params if self.params else sentence), tag
