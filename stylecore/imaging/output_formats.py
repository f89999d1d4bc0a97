"""Picture files in the formats that results are saved in, each with a text inside."""

from __future__ import annotations

import io
import json
import struct
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms

from stylecore.config import FileFormat, OutputFormat
from stylecore.imaging.colour import on_paper
from stylecore.imaging.images import encode_png
from stylecore.imaging.tiff_pages import Tag, pages_of
from stylecore.imaging.tiff_writing import encode_tiff

EXTENSIONS: dict[OutputFormat, tuple[str, ...]] = {
    "png": (".png",),
    "jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "webp": (".webp",),
    "tiff": (".tif", ".tiff"),
}
ALL_EXTENSIONS: dict[FileFormat, tuple[str, ...]] = {"gif": (".gif",)}  # which is for animations alone
ALL_EXTENSIONS.update(EXTENSIONS.items())
LONGEST_SIDE: dict[FileFormat, int] = {  # pixels
    "png": 2**31 - 1,
    "jpeg": 65_500,
    "webp": 16_383,
    "tiff": 2**31 - 1,
    "gif": 65_535,
}
LONGEST_JPEG_TEXT = 65_000  # bytes: all EXIF of a JPEG lies in one segment
DOTS_PER_INCH = 300  # at which a result would be printed: what print shops ask for

WEBP_OPTIONS: dict[str, Any] = {"lossless": True, "quality": 80, "method": 4, "exact": True}  # quality: of packing
_OPTIONS: dict[OutputFormat, dict[str, Any]] = {
    "jpeg": {"quality": 95, "subsampling": 0},  # colours as fine as brightness
    "webp": WEBP_OPTIONS,
}
_DESCRIPTION = ExifTags.Base.ImageDescription


def format_of(path: Path) -> FileFormat | None:
    """The format that the ending of a name stands for, if any."""
    return next((kind for kind, endings in ALL_EXTENSIONS.items() if path.suffix.lower() in endings), None)


def encode(image: Image.Image, kind: OutputFormat, key: str, text: str) -> bytes:
    """Bytes of a picture file with a text inside; the same picture and text give the same bytes.

    PNG has the text in an iTXt chunk. JPEG, WebP and TIFF have it, as JSON in ASCII after the key, in the tag
    ImageDescription: of EXIF, or of TIFF itself. All say that their colours are sRGB, PNG in a chunk and the others by
    a profile, and all but WebP, which can't, that they are printed with `DOTS_PER_INCH`. PNG, WebP and TIFF keep every
    pixel as it is, also its opacity, JPEG (quality 95, 4:4:4) does not: there the picture lies on white.

    Args:
        image: RGB or RGBA.
        kind: the format.
        key: names the text.
        text: JSON; left out of a JPEG if it has more than `LONGEST_JPEG_TEXT` bytes.
    """
    if kind == "png":
        return encode_png(image, {key: text}, dots_per_inch=DOTS_PER_INCH)
    if kind == "tiff":
        return _tiff(np.asarray(image), key, text)
    if kind == "jpeg":
        image = on_paper(image)
    exif = Image.Exif()
    description = described(key, text)
    if kind != "jpeg" or len(description) <= LONGEST_JPEG_TEXT:
        exif[_DESCRIPTION] = description
    dots = {"dpi": (DOTS_PER_INCH, DOTS_PER_INCH)} if kind == "jpeg" else {}
    buffer = io.BytesIO()
    image.save(buffer, kind, exif=exif, icc_profile=srgb_profile(), **dots, **_OPTIONS[kind])
    return buffer.getvalue()


def encode_deep(levels: NDArray[np.uint16], key: str, text: str) -> bytes:
    """Bytes of a TIFF with 16 bits a channel, and else as `encode` makes it.

    Args:
        levels: (H, W, 3) or (H, W, 4), RGB or RGBA; 65535 is white.
        key: names the text.
        text: JSON.
    """
    return _tiff(levels, key, text)


def _tiff(levels: NDArray[np.uint8] | NDArray[np.uint16], key: str, text: str) -> bytes:
    return encode_tiff(levels, described(key, text), srgb_profile(), DOTS_PER_INCH)


def described(key: str, text: str) -> str:
    """The text as JSON in ASCII, after its key."""
    return f"{key}: {json.dumps(json.loads(text))}"


def read_text(data: bytes, key: str) -> str | None:
    """The text that `encode` has put into a file, or None if there is none.

    Args:
        data: the file's bytes, or only those before its pixels; they need not be trusted.
        key: names the text.

    Raises:
        Exception: of any kind, if the file is broken or of another format.
    """
    if data[:2] in (b"II", b"MM"):  # Pillow would unpack the other tags as well, whatever their size
        return _after(key, next(pages_of(data)).raw(Tag.DESCRIPTION).rstrip(b"\0").decode())
    readable = ["GIF", *(kind.upper() for kind in EXTENSIONS if kind != "tiff")]
    with Image.open(io.BytesIO(data), formats=readable) as image:
        if image.format == "GIF":
            return _after(key, image.info.get("comment", b"").decode())
        if image.format == "PNG":
            text = image.info.get(key)
            return text if isinstance(text, str) else None
        return _after(key, str(image.getexif().get(_DESCRIPTION)))


def _after(key: str, description: str) -> str | None:
    name, colon, text = description.partition(": ")
    return text if colon and name == key else None


@cache
def srgb_profile() -> bytes:
    """The profile that files of ours carry, without the time of its making."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + profile[36:]  # the time of its making is in there
