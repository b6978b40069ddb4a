"""Old .xls files for tests, byte by byte: OLE sectors around BIFF8 records."""

from __future__ import annotations

import struct
from collections.abc import Iterable

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def old_workbook(
    cells: Iterable[tuple[int, int, str | float]], *, rows: int = 1, columns: int = 1
) -> bytes:
    """An .xls with the sheet `survey`, which says of itself that it is `rows` by `columns`."""
    sheet = _begin(0x10) + _record(0x200, struct.pack("<IIHHH", 0, rows, 0, columns, 0))
    for row, column, value in cells:
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
            sheet += _record(0x204, place + text)
        else:
            sheet += _record(0x203, place + struct.pack("<d", value))
    return _ole(_globals() + sheet + _record(0x0A))


def _globals() -> bytes:
    start = _begin(5) + _record(0x42, struct.pack("<H", 1200))
    name = b"\x06\x00survey"
    length = len(start) + 4 + 6 + len(name) + 4
    return start + _record(0x85, struct.pack("<IBB", length, 0, 0) + name) + _record(0x0A)


def _begin(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _ole(stream: bytes) -> bytes:
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    count = len(stream) // SECTOR
    tables = next(n for n in range(1, 110) if n * 128 >= count + 1 + n)
    chain = [*range(1, count), END, END, *[FAT] * tables]
    chain += [FREE] * (tables * 128 - len(chain))
    places = [*range(count + 1, count + 1 + tables), *[FREE] * (109 - tables)]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<5H6x9I", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, count, 0, 4096, END, 0, END, 0)
    folder = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, 0, len(stream))
    folder += _entry("", 0, FREE, 0, 0) * 2
    return (
        head + struct.pack("<109I", *places) + stream + folder
        + struct.pack(f"<{len(chain)}I", *chain)
    )  # fmt: skip


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    written = (name + "\0").encode("utf-16-le") if name else b""
    links = struct.pack("<HBBIII", len(written), kind, 1, FREE, FREE, child)
    return written.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)
