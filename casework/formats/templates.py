"""The forms that come with the program, as templates for new ones."""

from __future__ import annotations

import functools
from pathlib import Path

from casework.core.refusals import NotFound
from casework.formats.xlsform.reading import read_xlsform
from casework.questionnaires.definitions import Definition, Texts

FOLDER = Path(__file__).parents[1] / "starter" / "forms"


def templates() -> dict[str, Texts]:
    """The name of each template with its title by language."""
    return {name: template(name).title for name in _files()}


@functools.cache
def template(name: str) -> Definition:
    """The definition of a template. Raises `NotFound`."""
    path = _files().get(name)
    definition = read_xlsform(path.read_bytes(), name=name).definition if path else None
    if definition is None:
        raise NotFound()
    return definition


def _files() -> dict[str, Path]:
    return {path.stem: path for path in sorted(FOLDER.glob("*.xlsx"))}
