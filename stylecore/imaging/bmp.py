"""Reading BMP: every depth, and every mask, of those that are not compressed.

Source: Microsoft, "Bitmap Storage"; the BMP suite of Jason Summers for what is found besides.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from stylecore.imaging.bands import Reading, rows_of_a_band
from stylecore.imaging.colour import Bytes, Profile, with_alpha

PLAIN, RLE8, RLE4, MASKS, ALPHA_MASKS = 0, 1, 2, 3, 6
OLD_HEADER = 12  # bytes of OS/2's header, whose fields are shorter
DEFAULT_MASKS = {16: (0x7C00, 0x3E0, 0x1F, 0), 24: (0xFF0000, 0xFF00, 0xFF, 0), 32: (0xFF0000, 0xFF00, 0xFF, 0)}
EMBEDDED_PROFILE = b"DEBM"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bmp:
    """What the header says; `masks` are those of red, green, blue and alpha, 0 where there is no such channel."""

    width: int
    height: int
    is_top_down: bool
    bits: int
    start: int
    palette: Bytes
    masks: tuple[int, ...]
    profile: bytes

    @property
    def row_bytes(self) -> int:
        return (self.width * self.bits + 31) // 32 * 4


def is_compressed(data: bytes) -> bool:
    """Whether a BMP is of the kinds that are not read here: run lengths, or a JPEG or PNG inside."""
    size = int.from_bytes(data[14:18], "little")
    return size >= 20 and int.from_bytes(data[30:34], "little") not in (PLAIN, MASKS, ALPHA_MASKS)


def open_bmp(data: bytes) -> Reading:
    """Opens a BMP that is not compressed.

    Raises:
        ValueError, struct.error: if the file is damaged.
    """
    bmp = _header(data)
    if bmp.start + bmp.row_bytes * bmp.height > len(data) + 3:  # some leave out the last row's padding
        raise ValueError("too few rows")
    return Reading(size=(bmp.width, bmp.height), bands=lambda: _bands(bmp, data))


def _header(data: bytes) -> _Bmp:
    start, size = struct.unpack_from("<II", data, 10)
    if size == OLD_HEADER:
        width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
        compression, colours, entry = PLAIN, 0, 3
    else:
        width, height, _, bits = struct.unpack_from("<iiHH", data, 18)
        compression = struct.unpack_from("<I", data, 30)[0] if size >= 20 else PLAIN
        colours = struct.unpack_from("<I", data, 46)[0] if size >= 36 else 0
        entry = 4
    if bits not in (1, 2, 4, 8, 16, 24, 32) or width < 1 or height == 0 or size > 1000:
        raise ValueError("no such kind of BMP")
    behind = 14 + size
    masks = DEFAULT_MASKS.get(bits, (0, 0, 0, 0))
    if compression in (MASKS, ALPHA_MASKS) and bits > 8:
        count = 4 if compression == ALPHA_MASKS or size >= 56 else 3
        masks = (*struct.unpack_from(f"<{count}I", data, 54), 0)[:4]
        masks = masks if any(masks[:3]) else DEFAULT_MASKS[bits]
        behind = max(behind, 54 + 4 * count)
    palette = np.zeros((256, 3), np.uint8)
    if bits <= 8:
        room = (start - behind) // entry if start > behind else 256
        count = min(colours or 1 << bits, 1 << bits, room)
        known = np.frombuffer(data[behind : behind + entry * count], np.uint8)
        known = known[: len(known) // entry * entry].reshape(-1, entry)[:, 2::-1]
        palette[: len(known)] = known
        behind += entry * count
        start = behind if start <= 14 + size else start  # some forget the palette
    return _Bmp(
        width=width,
        height=abs(height),
        is_top_down=height < 0,
        bits=bits,
        start=start or behind,
        palette=palette,
        masks=masks,
        profile=_profile(data, size),
    )


def _profile(data: bytes, size: int) -> bytes:
    if size < 124 or data[70:74] != EMBEDDED_PROFILE:
        return b""
    at, length = struct.unpack_from("<II", data, 126)
    return data[14 + at : 14 + at + length]


def _bands(bmp: _Bmp, data: bytes) -> Iterator[Image.Image]:
    profile, has_alpha = Profile(bmp.profile), bool(bmp.masks[3]) and _is_alpha_used(bmp, data)
    for rows in _rows(bmp, data):
        if bmp.bits <= 8:
            colours, alpha = bmp.palette[_indices(bmp, rows)], None
        else:
            pixels = _pixels(bmp, rows)
            colours = np.stack([_channel(pixels, mask) for mask in bmp.masks[:3]], -1)
            alpha = _channel(pixels, bmp.masks[3]) if has_alpha else None
        rgb = profile.to_srgb(Image.fromarray(colours))
        yield with_alpha(rgb, None if alpha is None else Image.fromarray(alpha))


def _rows(bmp: _Bmp, data: bytes) -> Iterator[Bytes]:
    """Bytes of the rows, (rows, bytes of a row), from the top down."""
    step = rows_of_a_band(bmp.width)
    for top in range(0, bmp.height, step):
        count = min(step, bmp.height - top)
        first = top if bmp.is_top_down else bmp.height - top - count
        at = bmp.start + first * bmp.row_bytes
        raw = data[at : at + count * bmp.row_bytes].ljust(count * bmp.row_bytes, b"\0")
        rows = np.frombuffer(raw, np.uint8).reshape(count, bmp.row_bytes)
        yield rows if bmp.is_top_down else rows[::-1]


def _indices(bmp: _Bmp, rows: Bytes) -> Bytes:
    """Numbers of the palette's colours, (rows, width)."""
    shifts = np.arange(8 - bmp.bits, -1, -bmp.bits, dtype=np.uint8)
    found: Bytes = ((rows[:, :, None] >> shifts) & np.uint8((1 << bmp.bits) - 1)).reshape(len(rows), -1)
    return found[:, : bmp.width]


def _pixels(bmp: _Bmp, rows: Bytes) -> NDArray[np.uint32]:
    """Each pixel's bits as one number, (rows, width)."""
    size = bmp.bits // 8
    parts = rows[:, : bmp.width * size].reshape(len(rows), bmp.width, size).astype(np.uint32)
    found = parts[..., 0]
    for i in range(1, size):
        found = found | parts[..., i] << np.uint32(8 * i)
    return found


def _channel(pixels: NDArray[np.uint32], mask: int) -> Bytes:
    """The levels, 0 to 255, of the bits under a mask."""
    if not mask:
        return np.zeros(pixels.shape, np.uint8)
    shift = (mask & -mask).bit_length() - 1
    white = mask >> shift
    levels: NDArray[Any] = (pixels & np.uint32(mask)) >> np.uint32(shift)
    return levels.astype(np.uint8) if white == 255 else (levels * (255 / white) + 0.5).astype(np.uint8)


def _is_alpha_used(bmp: _Bmp, data: bytes) -> bool:
    """Whether any pixel is visible: many programs leave the channel empty, and browsers then ignore it."""
    return any((_pixels(bmp, rows) & np.uint32(bmp.masks[3])).any() for rows in _rows(bmp, data))
