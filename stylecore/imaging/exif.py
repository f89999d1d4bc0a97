"""How a picture is to be turned."""

from __future__ import annotations

import zlib

from PIL import ExifTags, Image

MAX_TEXT = 2**20  # bytes of EXIF in a text


def orientation_of(image: Image.Image) -> int:
    """The orientation that a picture's EXIF or XMP tells, 1 to 8; 1 if it is broken, since the pixels are sound."""
    try:
        return _checked(image.getexif().get(ExifTags.Base.Orientation))
    except Exception:  # on broken metadata Pillow raises almost anything
        return 1


def orientation_in(exif: bytes) -> int:
    """The orientation that a block of EXIF tells, 1 to 8; 1 if it is broken or empty."""
    found = Image.Exif()
    try:
        found.load(exif)
        return _checked(found.get(ExifTags.Base.Orientation))
    except Exception:  # as above
        return 1


def _checked(orientation: object) -> int:
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def exif_of_text(kind: bytes, body: bytes) -> bytes:
    """The EXIF that older programs put into a text of a PNG; empty if there is none.

    Args:
        kind: of the chunk: "tEXt", or "zTXt", which is compressed.
        body: of the chunk.
    """
    key, _, text = body.partition(b"\0")
    if key not in (b"Raw profile type exif", b"Raw profile type APP1"):
        return b""
    try:
        if kind == b"zTXt":
            text = zlib.decompressobj().decompress(text[1:], MAX_TEXT)
        return bytes.fromhex("".join(text[:MAX_TEXT].decode("ascii").split()[2:]))  # after a title and a length
    except (zlib.error, ValueError):
        return b""
