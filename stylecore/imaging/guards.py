"""Refuses files of a structure so complex that decoding them would take minutes, before Pillow sees them.

A picture file consists of chunks, blocks, segments, strips or scans, depending on its format. Files made by ordinary
programs have few of them and decode fast at any size, but a small malicious file can hold a million, and Pillow walks
through them in slow Python loops. So they are counted here first.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

MAX_PARTS = 20_000  # a PNG of 25 MB in pieces of 8 KB has 3200
MAX_SEGMENTS = 1_000  # in a JPEG before its pixels: 25 MB of the longest possible ones are 400
MAX_EXIF = 2**20  # bytes of EXIF in a JPEG; the standard allows one segment of 64 KB
MAX_SCANS = 100  # in a JPEG: progressive ones have about 10
MAX_SCANNED = 1_500_000_000  # pixels times scans of a JPEG, since each scan updates all pixels
MAX_GIF_PARTS = 250_000  # of a whole GIF: 25 MB in the longest possible pieces are 100,000
MAX_STRIPS = 50_000  # in a TIFF: some programs write one for each row
MAX_RLE = (10_000_000, 4 * 2**20)  # pixels and bytes of a run-length encoded BMP, which Pillow decodes in Python

_FRAMES = frozenset(bytes((marker,)) for marker in range(0xC0, 0xD0) if marker not in (0xC4, 0xC8, 0xCC))
_PROGRESSIVE = (b"\xc2", b"\xc6", b"\xca", b"\xce")
_PALETTE = 320  # a tag of TIFF, of as many values as there are colours


class TooComplex(ValueError):
    """A file has more parts than any ordinary picture needs."""


def check_structure(data: bytes) -> None:
    """Checks that a file has a structure that Pillow can read fast; whether the file is valid is not checked.

    Args:
        data: the whole file; data of an unknown format passes.

    Raises:
        TooComplex: if there are so many parts that reading them would take long.
    """
    if data.startswith(b"\x89PNG"):
        _count(_png_chunks(data), MAX_PARTS)
    elif data.startswith(b"GIF8"):
        _count(_gif_blocks(data), MAX_PARTS)
    elif data.startswith(b"\xff\xd8"):
        _check_jpeg(data)
    elif data.startswith(b"RIFF"):
        _count(_riff_chunks(data), MAX_PARTS)
    elif data.startswith(b"BM"):
        _check_bmp(data)
    elif data.startswith((b"II", b"MM")):
        _check_tiff(data)


def count_frames(data: bytes, most: int) -> int:
    """How many frames an animation has, by its structure alone; 0 for a PNG or WebP that is not animated.

    Args:
        data: a GIF, PNG or WebP whose structure has been checked.
        most: no more than one above this are counted.

    Raises:
        TooComplex: if a GIF has so many parts that reading them would take long.
        ValueError: if a GIF's frame reaches beyond the picture.
    """
    if data.startswith(b"GIF8"):
        frames: Iterator[int] = _gif_frames(data)
    elif data.startswith(b"RIFF"):
        animated = data[12:16] == b"VP8X" and len(data) > 20 and data[20] & 2
        frames = (at for at in _riff_chunks(data) if animated and data[at : at + 4] == b"ANMF")
    else:
        chunks = [(data[at + 4 : at + 8], at) for at in _png_chunks(data)]
        animated = b"acTL" in (kind for kind, _ in chunks)
        frames = (at for kind, at in chunks if animated and kind == b"fcTL")
    return sum(1 for _ in islice(frames, most + 1))


def _gif_frames(data: bytes) -> Iterator[int]:
    """Where the frames of a GIF begin."""
    width, height = struct.unpack_from("<HH", data, 6) if len(data) > 10 else (0, 0)
    at = 13 + (3 << (data[10] & 7) + 1 if len(data) > 10 and data[10] & 0x80 else 0)
    parts = 0
    while at < len(data) and data[at] != ord(";"):
        parts += 1
        if data[at] not in b"!,":
            at += 1  # a stray byte
        elif data[at] == ord("!") or len(data) < at + 11:
            parts, at = _after_blocks(data, at + 2, parts)
        else:
            left, top, wide, high = struct.unpack_from("<HHHH", data, at + 1)
            if left + wide > width or top + high > height:
                raise ValueError("a frame that is larger than the picture")
            yield at
            colours = 3 << (data[at + 9] & 7) + 1 if data[at + 9] & 0x80 else 0
            parts, at = _after_blocks(data, at + 11 + colours, parts)
        if parts > MAX_GIF_PARTS:
            raise TooComplex


def _after_blocks(data: bytes, at: int, parts: int) -> tuple[int, int]:
    """Steps over the blocks of data of a GIF that begin somewhere; the parts counted so far, and where they end."""
    while at < len(data) and data[at] and parts <= MAX_GIF_PARTS:
        parts += 1
        at += 1 + data[at]
    return parts, at + 1


def _count(parts: Iterator[int], most: int) -> None:
    if sum(1 for _ in islice(parts, most + 1)) > most:
        raise TooComplex


def _png_chunks(data: bytes) -> Iterator[int]:
    at = 8
    while at < len(data) and data[at + 4 : at + 8] != b"IEND":
        yield at
        at += 12 + int.from_bytes(data[at : at + 4], "big")


def _riff_chunks(data: bytes) -> Iterator[int]:
    at = 12
    while at < len(data):
        yield at
        at += 8 + (int.from_bytes(data[at + 4 : at + 8], "little") + 1) // 2 * 2


def _gif_blocks(data: bytes) -> Iterator[int]:
    """Blocks before the first frame, the only one that is decoded, including sub-blocks and stray bytes."""
    at = 13 + (3 << (data[10] & 7) + 1 if len(data) > 10 and data[10] & 0x80 else 0)
    while at < len(data) and data[at] not in b",;":
        yield at
        at += 2 if data[at] == ord("!") else 1
        if data[at - 2 : at - 1] == b"!":
            while at < len(data) and data[at]:
                yield at
                at += 1 + data[at]
            at += 1


def _check_jpeg(data: bytes) -> None:
    header = _jpeg_header(data)
    scans = data.count(b"\xff\xda", header.end)
    if header.exif > MAX_EXIF or scans > MAX_SCANS or (scans > 1 and scans * header.pixels > MAX_SCANNED):
        raise TooComplex


def is_jpeg_of_one_scan(data: bytes) -> bool:
    """Whether a JPEG's first scan has all colours in full, so that rows can be decoded as they come."""
    header = _jpeg_header(data)
    return header.frame not in _PROGRESSIVE and data[header.end + 4 : header.end + 5] == header.components


class _JpegHeader(NamedTuple):
    """What stands before the first scan: where that begins, bytes of EXIF, pixels, kind of frame, and components."""

    end: int
    exif: int
    pixels: int
    frame: bytes
    components: bytes


def _jpeg_header(data: bytes) -> _JpegHeader:
    """Reads what stands before the first scan.

    Raises:
        TooComplex: if there are too many segments.
    """
    at, exif, pixels, frame, components = 2, 0, 0, b"", b""
    for _ in range(MAX_SEGMENTS):
        marker = data[at + 1 : at + 2]
        if data[at : at + 1] != b"\xff" or marker in (b"\0", b"\xff"):
            at += 1  # junk or padding
            continue
        if marker == b"\xda":
            break
        bare = b"\xd0" <= marker <= b"\xd9" or marker == b"\x01"
        if marker == b"\xe1" and data.startswith(b"Exif", at + 4):
            exif += int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _FRAMES:
            pixels = int.from_bytes(data[at + 5 : at + 7], "big") * int.from_bytes(data[at + 7 : at + 9], "big")
            frame, components = marker, data[at + 9 : at + 10]
        at += 2 if bare else 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    else:
        if at < len(data):
            raise TooComplex
    return _JpegHeader(at, exif, pixels, frame, components)


def _check_bmp(data: bytes) -> None:
    if len(data) < 34:
        return
    width, height, compression = *struct.unpack("<ii", data[18:26]), data[30]
    pixels, size = MAX_RLE
    if compression in (1, 2) and (abs(width * height) > pixels or len(data) > size):
        raise TooComplex


def _check_tiff(data: bytes) -> None:
    """Checks the first directory, the only one that is decoded: how many tags it has, and how many values each tag."""
    order = "<" if data.startswith(b"II") else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    head, count, entry = ("QQ", "Q", "HHQ8s") if big else ("II", "H", "HHI4s")
    try:
        (start,) = struct.unpack_from(f"{order}{head[0]}", data, 8 if big else 4)
        (tags,) = struct.unpack_from(f"{order}{count}", data, start)
    except (struct.error, OverflowError):
        return  # truncated: left to Pillow to refuse
    if tags > MAX_PARTS:
        raise TooComplex
    file = io.BytesIO(data)
    file.seek(start + struct.calcsize(f"{order}{count}"))
    size = struct.calcsize(f"{order}{entry}")
    for _ in range(tags):
        one = file.read(size)
        if len(one) < size:
            return
        tag, kind, numbers, _ = struct.unpack(f"{order}{entry}", one)
        if kind not in (1, 2, 6, 7) and tag != _PALETTE and numbers > MAX_STRIPS:  # bytes and text are read at once
            raise TooComplex
