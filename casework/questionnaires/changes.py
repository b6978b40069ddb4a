"""The sentences that say what changed in a questionnaire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from casework.core.i18n import N_, gettext_in
from casework.core.refusals import Term

ADDED = N_("“%(name)s” is new.")
REMOVED = N_("“%(name)s” was removed; answers to it are no longer asked for.")
MOVED = N_("“%(name)s” stands at another place.")
MOVED_GROUP = N_("“%(name)s” was moved into “%(group)s”.")
MOVED_OUT = N_("“%(name)s” was moved out of its group.")
RENAMED = N_("“%(old)s” is now called “%(name)s”; its answers are stored under the new name.")
TYPE_CHANGED = N_("“%(name)s”: the type was “%(before)s” and is now “%(after)s”.")
LIST_CHANGED = N_("“%(name)s” takes its choices from another list: “%(after)s”.")
SAVE_TO_CHANGED = N_("“%(name)s”: the answer is saved to “%(after)s” instead of “%(before)s”.")
TEXT_CHANGED = N_("“%(name)s”: %(column)s in %(language)s was changed.")
TEXT_ADDED = N_("“%(name)s”: %(column)s in %(language)s is new.")
TEXT_REMOVED = N_("“%(name)s”: %(column)s in %(language)s was removed.")
CELL_CHANGED = N_("“%(name)s”: %(column)s was changed.")
CELL_ADDED = N_("“%(name)s”: %(column)s is new.")
CELL_REMOVED = N_("“%(name)s”: %(column)s was removed.")
CHOICE_ADDED = N_("The list “%(list)s” has the new choice “%(name)s”.")
CHOICE_REMOVED = N_("The list “%(list)s” lost the choice “%(name)s”.")
CHOICES_MOVED = N_("The choices of the list “%(list)s” stand in another order.")
CHOICE_CHANGED = N_("The choice “%(name)s” of the list “%(list)s”: %(column)s was changed.")
CHOICE_TEXT = N_(
    "The choice “%(name)s” of the list “%(list)s”: %(column)s in %(language)s was changed."
)
LIST_ADDED = N_("The list of choices “%(list)s” is new.")
LIST_REMOVED = N_("The list of choices “%(list)s” was removed.")
LIST_RENAMED = N_("The list “%(old)s” is now called “%(list)s”.")
LANGUAGE_ADDED = N_("The language %(language)s is new.")
LANGUAGE_REMOVED = N_("The language %(language)s was removed.")
LANGUAGES_MOVED = N_("The languages stand in another order.")
MAIN_LANGUAGE = N_("The main language is now %(language)s.")
TITLE_CHANGED = N_("The title in %(language)s was changed.")
SETTING_CHANGED = N_("The setting “%(column)s” was changed.")
SHEETS_CHANGED = N_("The sheet “%(sheet)s” was changed.")

COLUMNS = {
    "label": N_("the text"), "hint": N_("the hint"), "guidance": N_("the further explanation"),
    "required_message": N_("the message when the answer is missing"),
    "constraint_message": N_("the message when the answer does not fit"),
    "required": N_("whether it must be answered"), "read_only": N_("whether it can be changed"),
    "relevant": N_("the condition"), "constraint": N_("the check of the answer"),
    "calculation": N_("the calculation"), "choice_filter": N_("the filter of the choices"),
    "default": N_("the answer to begin with"), "repeat_count": N_("the number of repetitions"),
    "trigger": N_("what sets it off"), "appearance": N_("the appearance"),
    "parameters": N_("the parameters"), "or_other": N_("the choice “Other”"),
}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One thing that changed. `kind` is a word for scripts; `flagged` means that it changes what
    happens with data. `before` and `after` hold what stood there, where that can be shown."""

    kind: str
    msgid: str
    params: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    sheet: str = "survey"
    column: str = ""
    language: str = ""
    flagged: bool = False
    before: str = ""
    after: str = ""

    def sentence(self, tag: str) -> str:
        """What changed, in the language `tag`."""
        params = {
            key: gettext_in(tag, value) if isinstance(value, Term) else value
            for key, value in self.params.items()
        }
        return gettext_in(tag, self.msgid) % params if params else gettext_in(tag, self.msgid)
