"""Errors that reach a person, in that person's own language."""

from __future__ import annotations

from typing import Any

from casework.core.i18n import N_, gettext_in


class Refusal(Exception):  # noqa: N818 - not an error of the program: a no with its reason
    """Something was asked for that cannot be done; nothing was changed.

    `msgid` is English text with `%(name)s` placeholders and stands in the
    catalogues; the doors show `refusal.text(tag)` and never the class name.
    """

    msgid = N_("This cannot be done.")

    def __init__(self, msgid: str | None = None, **params: Any) -> None:
        self.msgid = msgid or type(self).msgid
        self.params = params
        super().__init__(self.msgid % params if params else self.msgid)

    def text(self, tag: str) -> str:
        """The sentence in the language `tag`."""
        sentence = gettext_in(tag, self.msgid)
        params = {name: _read(tag, value) for name, value in self.params.items()}
        return sentence % params if params else sentence


class Term(str):
    """A parameter that is itself a catalogue entry, such as the name of a state."""

    __slots__ = ()


def _read(tag: str, value: Any) -> Any:
    """A parameter as a person reads it: terms translated, several joined by commas."""
    if isinstance(value, tuple | list):
        return ", ".join(str(_read(tag, each)) for each in value)
    return gettext_in(tag, value) if isinstance(value, Term) else value


class NotFound(Refusal):
    """The row does not exist, or not for this reader: the two look the same."""

    msgid = N_("We could not find this entry. Please go back and choose it again.")


class Forbidden(Refusal):
    """The actor lacks the permission."""

    msgid = N_("Your role does not allow this. Please ask the coordinator.")


class InvalidTransition(Refusal):
    """A change of state that the table of transitions does not know; names both states."""

    msgid = N_("This is “%(current)s” and cannot become “%(wanted)s”. Please load the page again.")


class StaleEdit(Refusal):
    """Somebody else changed the row since it was shown."""

    msgid = N_(
        "Someone else changed this in the meantime. Your entry was not saved; "
        "please look at the new state and enter it again."
    )
