"""Texts from the back office as HTML: paragraphs, `## ` headings, `- ` lists, nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

from markupsafe import Markup, escape

PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def prose(text: str, values: Mapping[str, str]) -> Markup:
    """`text` as HTML; everything in it is escaped.

    A known placeholder gives way to its value, an unknown one stays as it was written.
    """
    blocks = re.split(r"\n\s*\n", text.strip())
    return Markup("\n").join(Markup("").join(_block(block, values)) for block in blocks if block)


def _block(block: str, values: Mapping[str, str]) -> Iterator[Markup]:
    for kind, lines in groupby(block.splitlines(), _kind):
        inner = [_filled(line[len(kind) :].strip(), values) for line in lines]
        if kind == "## ":
            yield from (Markup("<h2>{}</h2>").format(line) for line in inner)
        elif kind == "- ":
            items = Markup("").join(Markup("<li>{}</li>").format(line) for line in inner)
            yield Markup("<ul>{}</ul>").format(items)
        else:
            yield Markup("<p>{}</p>").format(Markup("<br>").join(inner))


def _kind(line: str) -> str:
    return next((mark for mark in ("## ", "- ") if line.startswith(mark)), "")


def _filled(line: str, values: Mapping[str, str]) -> Markup:
    """The line escaped; values stand isolated, so that their direction disturbs nothing."""
    parts = []
    end = 0
    for found in PLACEHOLDER.finditer(line):
        if found[1] not in values:
            continue
        parts += [escape(line[end : found.start()]), _isolated(values[found[1]])]
        end = found.end()
    return Markup("").join([*parts, escape(line[end:])])


def _isolated(value: str) -> Markup:
    return Markup("<bdi>{}</bdi>").format(value)
