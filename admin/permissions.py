"""What each address of the desk needs: nothing is open unless it is listed here.

Screens name their permission themselves (`permission_for`); `register` notes it in
`PERMITTED`, so that a test can walk through all addresses.
"""

from __future__ import annotations

from typing import Any

PUBLIC_ENDPOINTS = {
    "healthz": "whether the process lives",
    "readyz": "whether the database answers",
    "desk.login": "signing in",
    "desk.logout": "ends whatever session there is",
    "desk.second_factor": "looks at the pending sign-in or the session itself",
    "desk.language": "the language of the sign-in page",
    "desk.asset": "style sheet, script and picture of the desk",
    "desk.calendar": "the secret address itself says whose calendar it is",
}
PERMITTED = {"desk.account": "home:read"}


def note_permissions(screen: Any) -> None:
    """Remember which permission each address of a screen needs."""
    for _address, method, _verbs in screen._urls:
        PERMITTED[f"{screen.endpoint}.{method}"] = screen.permission_for(method)
