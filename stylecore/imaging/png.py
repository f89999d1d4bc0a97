"""Reading PNG: own code for all that surrounds the pixels, zlib and Pillow's decoder for the rows themselves.

Pillow's reader of PNG files gives up on broken text, keeps 8 of 16 bits, and compares transparent colours with levels
of another scale. Here only the chunks that make the picture count, and samples keep all of their bits.

Source: PNG specification, third edition (W3C 2025).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from stylecore.imaging.bands import Reading, bands_of, check_held, rows_of_a_band
from stylecore.imaging.colour import Bytes, Gamma, Profile, gamma_of, with_alpha
from stylecore.imaging.exif import exif_of_text, orientation_in

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIECE = 2**16  # bytes that are inflated at a time
MAX_PROFILE = 8 * 2**20  # bytes of a colour profile; printers' have 1 to 3 MB
GREY, COLOUR, PALETTE, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6
SAMPLES = {GREY: 1, COLOUR: 3, PALETTE: 1, GREY_ALPHA: 2, COLOUR_ALPHA: 4}
DEPTHS = {GREY: (1, 2, 4, 8, 16), COLOUR: (8, 16), PALETTE: (1, 2, 4, 8), GREY_ALPHA: (8, 16), COLOUR_ALPHA: (8, 16)}

# A row of bytes is decoded as if it were a row of 8-bit pixels that have as many bytes: then nothing is lost.
_BYTES_AS_MODE = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
# There are no pixels of 6 or 8 bytes, so those rows are decoded twice, for the high and for the low bytes.
_HALVES = {6: ("RGB", "RGB;16B", "RGB;16L"), 8: ("RGBA", "RGBA;16B", "RGBA;16L")}


@dataclass(slots=True, kw_only=True)
class _Png:
    """What the chunks say; `pixels` are the pieces of the compressed rows."""

    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool
    palette: bytes = b""
    transparency: bytes | None = None
    profile: bytes | None = None
    is_srgb: bool = False
    gamma: float | None = None
    primaries: tuple[float, ...] | None = None
    exif: bytes = b""
    pixels: list[memoryview] = field(default_factory=list)

    @property
    def pixel_bytes(self) -> int:
        """Bytes of a pixel, at least 1: the distance at which the filters work."""
        return max(1, SAMPLES[self.colour] * self.depth // 8)

    @property
    def row_bytes(self) -> int:
        return (self.width * SAMPLES[self.colour] * self.depth + 7) // 8


def open_png(data: bytes) -> Reading:
    """Opens a PNG. Of an animation, the picture is the one that programs show that know no animations.

    Raises:
        ValueError: if the file is damaged.
    """
    png = _parse(data)
    return Reading(size=(png.width, png.height), bands=lambda: _bands(png), orientation=orientation_in(png.exif))


def _parse(data: bytes) -> _Png:
    png: _Png | None = None
    view, at = memoryview(data), len(SIGNATURE)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = view[at + 8 : at + 8 + length]
        critical = kind in (b"IHDR", b"PLTE")
        if critical and zlib.crc32(body, zlib.crc32(kind)).to_bytes(4, "big") != data[at + 8 + length :][:4]:
            raise ValueError("wrong checksum")
        at += 12 + length
        if kind == b"IHDR":
            png = _header(bytes(body))
        elif png is None:
            raise ValueError("no header")
        elif kind == b"IDAT":
            png.pixels.append(body)
        elif kind == b"IEND":
            break
        elif not png.pixels or kind == b"eXIf":
            _note(png, kind, bytes(body))
    if png is None or not png.pixels or (png.colour == PALETTE and not png.palette):
        raise ValueError("no pixels")
    return png


def _header(body: bytes) -> _Png:
    width, height, depth, colour, compression, filters, interlace = struct.unpack(">IIBBBBB", body[:13])
    if depth not in DEPTHS.get(colour, ()) or compression or filters or interlace > 1:
        raise ValueError("no such kind of PNG")
    return _Png(width=width, height=height, depth=depth, colour=colour, interlaced=bool(interlace))


def _note(png: _Png, kind: bytes, body: bytes) -> None:
    """Takes what a chunk says of colours; a broken one says nothing."""
    if kind == b"PLTE":
        png.palette = body
    elif kind == b"tRNS":
        png.transparency = body
    elif kind == b"eXIf":
        png.exif = b"Exif\0\0" + body
    elif kind in (b"tEXt", b"zTXt") and not png.exif:
        png.exif = exif_of_text(kind, body)
    elif kind == b"sRGB":
        png.is_srgb = True
    elif kind == b"gAMA" and len(body) == 4:
        png.gamma = int.from_bytes(body, "big") / 100_000
    elif kind == b"cHRM" and len(body) == 32:
        png.primaries = tuple(value / 100_000 for value in struct.unpack(">8I", body))
    elif kind == b"iCCP":
        png.profile = _inflated_profile(body.partition(b"\0")[2][1:])


def _inflated_profile(data: bytes) -> bytes | None:
    inflater = zlib.decompressobj()
    try:
        profile = inflater.decompress(data, MAX_PROFILE)
    except zlib.error:
        return None
    return profile if inflater.eof else None


def _bands(png: _Png) -> Iterator[Image.Image]:
    profile, gamma = Profile(png.profile), None
    if png.gamma is not None and not png.is_srgb and not profile.usable:
        gamma = gamma_of(png.gamma, png.primaries, _white(png))
    for samples in _interlaced(png) if png.interlaced else _rows(png):
        yield _finished(png, samples, profile, gamma)


def _white(png: _Png) -> int:
    """The sample that is white."""
    return 255 if png.colour == PALETTE else (1 << png.depth) - 1


def _rows(png: _Png) -> Iterator[NDArray[Any]]:
    """Samples, (H, W, C), of the bands of a picture that is not interlaced."""
    inflater, rest = zlib.decompressobj(), memoryview(b"")
    pieces = (body[at : at + PIECE] for body in png.pixels for at in range(0, len(body), PIECE))
    line, rows = 1 + png.row_bytes, rows_of_a_band(png.width)
    previous = bytes(line)
    for top in range(0, png.height, rows):
        count = min(rows, png.height - top)
        parts, missing = [previous], count * line
        while missing:
            rest = rest or next(pieces, memoryview(b""))
            part = inflater.decompress(rest, missing)
            if not rest and not part:
                raise ValueError("too few rows")
            rest = memoryview(inflater.unconsumed_tail)
            missing -= len(part)
            parts.append(part)
        unfiltered = _decoded(b"".join(parts), png.pixel_bytes, png.row_bytes, count + 1)
        previous = b"\0" + unfiltered[-1].tobytes()
        yield _unpacked(png, unfiltered[1:])


def _decoded(rows: bytes, pixel_bytes: int, row_bytes: int, count: int) -> Bytes:
    """Undoes the filters of rows, of which the first has none.

    Returns:
        (rows, bytes of a row).
    """
    stream = zlib.compress(rows, 0)  # which Pillow's decoder wants to inflate itself
    size = (row_bytes // pixel_bytes, count)
    if mode := _BYTES_AS_MODE.get(pixel_bytes):
        return np.asarray(Image.frombytes(mode, size, stream, "zip", mode)).reshape(count, row_bytes)
    mode, high, low = _HALVES[pixel_bytes]
    halves = [np.asarray(Image.frombytes(mode, size, stream, "zip", raw)) for raw in (high, low)]
    return np.stack(halves, -1).reshape(count, row_bytes)


def _unpacked(png: _Png, rows: Bytes) -> NDArray[Any]:
    """Samples, (H, W, C), from the bytes of rows."""
    if png.depth == 16:
        return rows.view(">u2").astype(np.uint16).reshape(len(rows), png.width, -1)
    if png.depth == 8:
        return rows.reshape(len(rows), png.width, -1)
    shifts = np.arange(8 - png.depth, -1, -png.depth, dtype=np.uint8)
    samples = (rows[:, :, None] >> shifts) & ((1 << png.depth) - 1)
    return samples.reshape(len(rows), -1)[:, : png.width, None]


def _interlaced(png: _Png) -> Iterator[NDArray[Any]]:
    """Samples, (H, W, C), of the bands of an interlaced picture, all of which has to be decoded first."""
    stream, size = b"".join(png.pixels), (png.width, png.height)
    check_held(len(stream) + png.width * png.height * (1 if png.pixel_bytes == 1 else 4 if png.pixel_bytes < 6 else 8))
    if png.depth < 8:  # Pillow spreads levels, but no palette's numbers, to 255
        mode = "P" if png.colour == PALETTE else "1" if png.depth == 1 else "L"
        raw = mode if mode == "1" else f"{mode};{png.depth}"
        divisor = 1 if mode == "P" else 255 // ((1 << png.depth) - 1)
        for band in bands_of(Image.frombytes(mode, size, stream, "zip", raw, 1)):
            yield np.asarray(band.convert("L") if mode == "1" else band)[..., None] // divisor
        return
    mode = _BYTES_AS_MODE.get(png.pixel_bytes, "")
    modes = [(mode, mode)] if mode else [(_HALVES[png.pixel_bytes][0], raw) for raw in _HALVES[png.pixel_bytes][1:]]
    images = [Image.frombytes(mode, size, stream, "zip", raw, 1) for mode, raw in modes]
    for bands in zip(*map(bands_of, images), strict=True):
        halves = [np.asarray(band) for band in bands]
        rows = halves[0] if len(halves) == 1 else np.stack(halves, -1)
        yield _unpacked(png, np.ascontiguousarray(rows).reshape(len(rows), -1))


def _finished(png: _Png, samples: NDArray[Any], profile: Profile, gamma: Gamma | None) -> Image.Image:
    """An RGB picture, or RGBA if it knows transparency."""
    alpha = _alpha(png, samples)
    if png.colour == PALETTE:
        palette = np.zeros((256, 3), np.uint8)
        known = np.frombuffer(png.palette[: len(png.palette) // 3 * 3][:768], np.uint8).reshape(-1, 3)
        palette[: len(known)] = known
        colours = palette[samples[..., 0]]
    else:
        colours = samples[..., :3] if SAMPLES[png.colour] >= 3 else samples[..., :1]
    levels = gamma(colours) if gamma is not None else _eight_bits(colours, _white(png))
    image = Image.fromarray(levels[..., 0] if levels.shape[-1] == 1 else levels)
    rgb = profile.to_srgb(image)
    return with_alpha(rgb, None if alpha is None else Image.fromarray(alpha))


def _alpha(png: _Png, samples: NDArray[Any]) -> Bytes | None:
    """(H, W), 0 to 255; None if all of the picture covers the paper."""
    if png.colour in (GREY_ALPHA, COLOUR_ALPHA):
        return _eight_bits(samples[..., -1], _white(png))
    if png.transparency is None:
        return None
    if png.colour == PALETTE:
        table = np.full(256, 255, np.uint8)
        known = np.frombuffer(png.transparency[:256], np.uint8)
        table[: len(known)] = known
        covered: Bytes = table[samples[..., 0]]
        return covered
    if len(png.transparency) < 2 * samples.shape[-1]:
        return None
    key = np.frombuffer(png.transparency[: 2 * samples.shape[-1]], ">u2") & _white(png)
    return np.where((samples == key).all(axis=-1), 0, 255).astype(np.uint8)


def _eight_bits(samples: NDArray[Any], white: int) -> Bytes:
    return samples if white == 255 else ((samples.astype(np.uint32) * 510 + white) // (2 * white)).astype(np.uint8)
