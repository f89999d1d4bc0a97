"""How a picture is to be turned."""

from __future__ import annotations

from PIL import ExifTags, Image


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
