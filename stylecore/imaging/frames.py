"""Reading the formats that Pillow and pillow-heif decode as a whole: the first frame of GIF, WebP, AVIF and HEIC."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile

from stylecore.errors import ImageError
from stylecore.imaging.bands import Reading, bands_of, check_held, rows_of_a_band
from stylecore.imaging.colour import PAPER, Profile, as_srgb
from stylecore.imaging.exif import orientation_of
from stylecore.imaging.formats import Kind

Box = tuple[int, int, int, int]
# Bytes that a decoder holds for each pixel, as measured; of HEIC up to 5, but the 48 million of phones shall pass.
HELD = {"GIF": 1, "WebP": 16, "AVIF": 10, "HEIC": 4.29, "BMP": 6}


def open_frame(data: bytes, kind: Kind, held: float | None = None) -> Reading:
    """Opens a GIF, WebP or AVIF, or a BMP or TIFF that is compressed in a way which only Pillow knows.

    Args:
        data: the whole file.
        kind: its format.
        held: bytes a pixel that decoding holds; None for what is usual for the format.

    Raises:
        OSError, ValueError: if the file is damaged.
    """
    image = Image.open(io.BytesIO(data), formats=(kind.upper(),))
    # TIFF turns itself when it is loaded; its size is already that of the upright picture.
    return Reading(
        size=image.size,
        bands=lambda: _bands(image, data, kind, HELD[kind] if held is None else held),
        orientation=1 if kind == "TIFF" else orientation_of(image),
    )


def open_heic(data: bytes, name: str) -> Reading:
    """Opens a HEIC.

    Raises:
        ImageError: if pillow-heif is not installed.
    """
    try:
        import pillow_heif
    except ImportError as error:
        raise ImageError(
            "{name} is a HEIC picture, which can't be read without pillow-heif: install that, or save it as JPEG.",
            name=name,
        ) from error
    image = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
    return Reading(size=image.size, bands=lambda: _heic_bands(image))


def _heic_bands(image: Any) -> Iterator[Image.Image]:  # noqa: ANN401  # pillow-heif is optional
    """Reads bands straight out of the decoder's memory, turned by the decoder."""
    width, height = image.size
    check_held(width * height * HELD["HEIC"])
    profile = Profile(image.info.get("icc_profile"))
    rows = np.frombuffer(image.data, np.uint8).reshape(-1, image.stride)[:height]
    step = rows_of_a_band(width)
    for top in range(0, height, step):
        part = rows[top : top + step]
        raw = part[:, : width * len(image.mode)].tobytes()
        yield as_srgb(Image.frombytes(image.mode, (width, len(part)), raw), profile)


def _bands(image: ImageFile, data: bytes, kind: Kind, held: float) -> Iterator[Image.Image]:
    check_held(image.width * image.height * held)
    frame: Box | None = None
    if kind == "GIF" and image.tile:
        frame = image.tile[0].extents
    elif kind == "WebP":
        frame = _webp_frame(data)
    image.load()
    profile = Profile(image.info.get("icc_profile"))
    top = 0
    for band in bands_of(image):
        yield _within(as_srgb(band, profile), frame, top)
        top += band.height


def _within(band: Image.Image, frame: Box | None, top: int) -> Image.Image:
    """A band that is transparent around the frame, where Pillow shows whatever colour comes first."""
    if frame is None:
        return band
    box = (max(0, frame[0]), max(0, frame[1] - top), min(band.width, frame[2]), min(band.height, frame[3] - top))
    if box == (0, 0, *band.size):
        return band
    around = Image.new("RGBA", band.size, (*PAPER, 0))
    if box[0] < box[2] and box[1] < box[3]:
        around.paste(band.crop(box).convert("RGBA"), box)
    return around


def _webp_frame(data: bytes) -> Box | None:
    """Where the first frame of an animated WebP lies; None if it covers the canvas.

    Source: RFC 9649, 2.7.1.1.
    """
    at = data.find(b"ANMF", 12)
    if data[12:16] != b"VP8X" or not data[20] & 2 or at < 0 or at + 20 > len(data):
        return None
    left, top, width, height = (int.from_bytes(data[at + i : at + i + 3], "little") for i in (8, 11, 14, 17))
    return 2 * left, 2 * top, 2 * left + width + 1, 2 * top + height + 1
