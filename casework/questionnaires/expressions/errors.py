"""The one error that expressions raise."""

from __future__ import annotations

from typing import Any


class ExpressionError(Exception):
    """An expression cannot be read or evaluated.

    `msgid` is English text with `%(name)s` placeholders, `position` counts characters
    from the start of the expression (0 where none applies).
    """

    def __init__(self, msgid: str, position: int = 0, **params: Any) -> None:
        self.msgid = msgid
        self.position = position
        self.params = params
        super().__init__(msgid % params if params else msgid)
