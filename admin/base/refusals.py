"""What a verb refuses, said where it was asked: in the form, or above the page of a button.

What is not there, or not open to the reader, goes on to `DeskRules` and is 404.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import flash

from admin.i18n import reading_language
from casework.core.refusals import Forbidden, NotFound, Refusal


def in_words(refusal: Refusal) -> str:
    """What was refused, in the reader's language."""
    return refusal.text(reading_language())


@contextmanager
def refusals_in(form: Any, say: Callable[[Refusal], str] = in_words) -> Iterator[None]:
    """Ends the block at a refusal, whose sentence then stands in `form`, as `form.refusal` too."""
    try:
        yield
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        form.refusal = refusal
        form.form_errors = [*form.form_errors, say(refusal)]


@contextmanager
def refusals_told() -> Iterator[None]:
    """Ends the block at a refusal, whose sentence then stands above the next page."""
    try:
        yield
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        flash(in_words(refusal), "error")
