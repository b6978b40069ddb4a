"""Line drawings of our own, 24 by 24, put into a page only where they are seen."""

from __future__ import annotations

from markupsafe import Markup

DRAWINGS = {
    "speech": "M4 5h16v11h-9l-5 4v-4H4zM8 9h8M8 12h5",
    "briefcase": "M3 8h18v11H3zM9 8V5h6v3M3 13h18M12 12v2",
    "book": "M12 6C10 4.5 7 4 4 4v14c3 0 6 .5 8 2 2-1.5 5-2 8-2V4c-3 0-6 .5-8 2zM12 6v14",
    "blocks": "M4 13h7v7H4zM13 13h7v7h-7zM8.5 4h7v7h-7z",
    "house": "M3 11l9-7 9 7M5.5 9.5V20h13V9.5M10 20v-6h4v6",
    "heart": "M12 20s-8-4.7-8-10.5A4.3 4.3 0 0 1 12 7a4.3 4.3 0 0 1 8 2.5C20 15.3 12 20 12 20z"
    "M7 12h2.5l1.5-2.5 2 4.5 1.2-2H17",
    "coins": "M15 9V6.5C15 5.1 12.3 4 9 4S3 5.1 3 6.5v5C3 12.9 5 13.8 7 14M3 6.5C3 7.9 5.7 9 9 9"
    "s6-1.1 6-2.5M21 13.5c0-1.4-2.7-2.5-6-2.5s-6 1.1-6 2.5v4c0 1.4 2.7 2.5 6 2.5"
    "s6-1.1 6-2.5zM9 13.5c0 1.4 2.7 2.5 6 2.5s6-1.1 6-2.5",
    "stamp": "M9 14c1-2-1-4-1-6a4 4 0 0 1 8 0c0 2-2 4-1 6M5 18v-2a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2v2z"
    "M5 21h14",
    "family": "M7 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"
    "M17 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"
    "M12 15a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM3 20v-6a3 3 0 0 1 3-3h2M21 20v-6a3 3 0 0 0-3-3h-2"
    "M8 20v-.5A2.5 2.5 0 0 1 10.5 17h3a2.5 2.5 0 0 1 2.5 2.5v.5",
    "voices": "M3 4h11v8H8l-3 3v-3H3zM17 9h4v8h-2v3l-4-3h-5v-2",
    "people": "M12 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM6.5 20v-2a4 4 0 0 1 4-4h3a4 4 0 0 1 4 4v2"
    "M5.5 12a2 2 0 1 1 0-4M2 18a3.5 3.5 0 0 1 2-3M18.5 12a2 2 0 1 0 0-4M22 18a3.5 3.5 0 0 0-2-3",
    "globe": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18",
    "buoy": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z"
    "M5.6 5.6l3.6 3.6M14.8 14.8l3.6 3.6M18.4 5.6l-3.6 3.6M9.2 14.8l-3.6 3.6",
    "gift": "M12 11S7.5 8.4 7.5 5.4A2.4 2.4 0 0 1 12 4a2.4 2.4 0 0 1 4.5 1.4C16.5 8.4 12 11 12 11z"
    "M3 14h3l4 1.5h3.5a1.5 1.5 0 0 1 0 3H10M3 20h3l5 2 9-4.5a1.6 1.6 0 0 0-1.6-2.7L14.5 16.5",
    "letter": "M4 6h16v12H4zM4 7l8 6 8-6",
    "sheet": "M6 3h8l4 4v14H6zM9 12h6M9 16h6M9 8h2",
    "check": "M5 12l5 5 9-10",
}


def drawing(name: str) -> Markup:
    """The drawing as SVG that screen readers pass over; nothing for an unknown name."""
    path = DRAWINGS.get(name)
    if path is None:
        return Markup()
    return Markup('<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>').format(path)
