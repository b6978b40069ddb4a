"""Line drawings of our own, 24 by 24: one file that both doors take their pictures from."""

from __future__ import annotations

import re
from pathlib import Path

SHEET = Path(__file__).with_name("icons.svg")
_SYMBOL = re.compile(
    r'<symbol id="([a-z]+)" viewBox="0 0 24 24"><path d="([^"<>]+)"/></symbol>', re.ASCII
)


def paths() -> dict[str, str]:
    """The drawings by name, each as the path of an SVG."""
    return dict(_SYMBOL.findall(SHEET.read_text(encoding="utf-8")))
