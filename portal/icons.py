"""Line drawings, put into a page only where they are seen."""

from __future__ import annotations

from markupsafe import Markup

from casework.core.drawings import paths

DRAWINGS = paths()


def drawing(name: str) -> Markup:
    """The drawing as SVG that screen readers pass over; nothing for an unknown name."""
    path = DRAWINGS.get(name)
    if path is None:
        return Markup()
    return Markup('<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>').format(path)
