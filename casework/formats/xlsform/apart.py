"""Reads an old .xls in a process of its own, with little memory: `python -m` this module.

A file of a few kB can declare a table that fills the memory, and the library that reads it
then ends its whole process. Here that is this process: the workbook comes in by standard
input, its sheets go out as JSON, and whatever else happens is an exit code.
"""

from __future__ import annotations

import json
import resource
import sys

from casework.formats.xlsform.workbooks import WorkbookRefused, read_sheets

MEMORY = 512 * 1024 * 1024
SECONDS = 10


def main() -> None:
    """Read, and answer `{"sheets": …}` or, where the workbook is refused, `{"refused": …}`."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer: dict[str, object] = {"sheets": read_sheets(sys.stdin.buffer.read())}
    except WorkbookRefused as refused:
        answer = {"refused": [refused.msgid, refused.params]}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
