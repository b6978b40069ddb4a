"""Names of parametrised tests: the same in every process, whatever random value they carry."""

from __future__ import annotations

import re
import uuid
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.I)


def pytest_make_parametrize_id(config: Any, val: object, argname: str) -> str | None:
    """A fixed name for random values; None lets pytest choose.

    Workbooks made on the spot hold the time and differ by a few bytes in length as well.
    """
    if isinstance(val, uuid.UUID) or (isinstance(val, str) and UUID.fullmatch(val)):
        return "uuid"
    if isinstance(val, bytes) and len(val) > 20:
        return "bytes"
    return None
