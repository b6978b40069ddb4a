"""Pictures made anew: what comes out is the picture and nothing else.

Place, time, camera, thumbnails, comments and anything hidden behind the last pixel stay
behind. Decoding is the proof that it is a picture at all.
"""

from __future__ import annotations

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from casework.core.files import FileRefused
from casework.core.i18n import N_

PICTURES = ("image/jpeg", "image/png", "image/webp")
FORMATS = ("JPEG", "PNG", "WEBP")
# A page of A4 stays readable at this size; phones take far larger ones.
LONGEST_SIDE = 3000
# JPEG is read at a fraction of its size where it is large; the others need room for all of it.
MOST_PIXELS = {"JPEG": 120_000_000, "PNG": 40_000_000, "WEBP": 40_000_000}
QUALITY = 82
MODES = ("1", "L", "LA", "RGB", "RGBA")

NO_PICTURE = N_("The picture is damaged or cannot be read. Please choose another one.")


def without_traces(data: bytes, longest: int = 0) -> bytes:
    """`data` (JPEG, PNG or WebP) decoded and written anew in its format, upright.

    The longest side has at most `longest` pixels, or our own limit. Raises `FileRefused`.
    """
    try:
        return _again(data, longest)
    except (
        UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, MemoryError,
        Image.DecompressionBombError,
    ) as error:  # fmt: skip
        raise FileRefused(NO_PICTURE) from error


def _again(data: bytes, longest: int) -> bytes:
    side = min(longest or LONGEST_SIDE, LONGEST_SIDE)
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        kind = str(image.format)
        if image.width * image.height > MOST_PIXELS[kind]:
            raise ValueError("too many pixels")
        image.draft("RGB", (side, side))
        upright = ImageOps.exif_transpose(image)
        if upright.mode not in MODES or (kind == "JPEG" and upright.mode not in ("L", "RGB")):
            upright = upright.convert("RGBA" if "transparency" in upright.info else "RGB")
        upright.thumbnail((side, side))
        upright.info = {}
        written = io.BytesIO()
        upright.save(written, kind, quality=QUALITY)
    return written.getvalue()
