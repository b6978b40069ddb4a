"""What a file is by its content; its name and what a browser says about it count for nothing."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Collection

import puremagic

# Types that we take somewhere, with the ending that a download gets.
ENDINGS = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/webm": ".weba",
    "audio/amr": ".amr",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.oasis.opendocument.text": ".odt",
}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
# Which types the first bytes can mean: a container holds sound or moving pictures.
BEGINNINGS: tuple[tuple[int, bytes, tuple[str, ...]], ...] = (
    (0, b"%PDF-", ("application/pdf",)),
    (0, b"\xff\xd8\xff", ("image/jpeg",)),
    (0, b"\x89PNG\r\n\x1a\n", ("image/png",)),
    (8, b"WEBP", ("image/webp",)),
    (8, b"WAVE", ("audio/wav",)),
    (0, b"GIF87a", ("image/gif",)),
    (0, b"GIF89a", ("image/gif",)),
    (0, b"ID3", ("audio/mpeg",)),
    (0, b"\xff\xfb", ("audio/mpeg",)),
    (0, b"\xff\xf3", ("audio/mpeg",)),
    (0, b"\xff\xf2", ("audio/mpeg",)),
    (0, b"OggS", ("audio/ogg",)),
    (0, b"#!AMR", ("audio/amr",)),
    (0, b"\x1a\x45\xdf\xa3", ("video/webm", "audio/webm")),
    (4, b"ftypM4A", ("audio/mp4",)),
    (4, b"ftypM4B", ("audio/mp4",)),
    (4, b"ftypqt", ("video/quicktime",)),
    (4, b"ftyp3g", ("video/3gpp", "audio/mp4")),
    (4, b"ftyp", ("video/mp4", "audio/mp4")),
)
RIFF = (b"WEBP", b"WAVE")
MAX_PARTS = 2000


def content_type(data: bytes, allowed: Collection[str]) -> str | None:
    """The type of `data`, one of `allowed`; None for anything else.

    A second opinion is asked of a library: what it holds for a page or a program is none
    of ours, whatever its first bytes say.
    """
    found = next((each for each in _candidates(data) if each in allowed), None)
    if found is None or _second_opinion(data).startswith(("text/", "application/x-")):
        return None
    return found


def _candidates(data: bytes) -> tuple[str, ...]:
    for place, mark, types in BEGINNINGS:
        if data[place : place + len(mark)] == mark:
            return types if mark not in RIFF or data[:4] == b"RIFF" else ()
    return (_package(data),) if data[:4] == b"PK\x03\x04" else ()


def _package(data: bytes) -> str:
    """Text documents of the two office families, without macros; anything else is nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
            if len(names) > MAX_PARTS or any(name.lower().endswith(".bin") for name in names):
                return ""
            if {"[Content_Types].xml", "word/document.xml"} <= names:
                return DOCX
            if "mimetype" in names and package.getinfo("mimetype").file_size < 100:
                is_text = package.read("mimetype").strip() == ODT.encode()
                has_macros = any(name.startswith(("Basic/", "Scripts/")) for name in names)
                return ODT if is_text and not has_macros else ""
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        return ""
    return ""


def _second_opinion(data: bytes) -> str:
    try:
        return puremagic.from_string(data[:4096], mime=True)
    except (puremagic.PureError, ValueError):
        return ""
