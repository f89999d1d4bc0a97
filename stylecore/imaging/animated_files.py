"""Writing animations: GIF, animated PNG and animated WebP, a frame at a time, with a text inside.

What has not changed since the frame before is not written again, and shows to the bit what it did.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, GifImagePlugin, Image

from stylecore.config import FileFormat
from stylecore.imaging.images import encode_png
from stylecore.imaging.output_formats import DOTS_PER_INCH, WEBP_OPTIONS, described, srgb_profile

Box = tuple[int, int, int, int]
PALETTE_FRAMES = 16  # from which a GIF's colours are taken, evenly spread
PALETTE_PIXELS = 2**18  # of all of these together
CLEAR = 255  # the number of a GIF's transparent colour


def encode_animation(
    frames: Callable[[], Iterator[Image.Image]],
    milliseconds: Sequence[float],
    plays: int,
    kind: FileFormat,
    key: str,
    text: str,
) -> bytes:
    """Bytes of an animated file with a text inside; the same frames and text give the same bytes.

    PNG has the text in an iTXt chunk, WebP in EXIF's ImageDescription, GIF in a comment. PNG and WebP keep every pixel.
    A GIF has one palette for all frames, and no dithering, which would change from frame to frame.

    Args:
        frames: gives the frames anew each time it is called: RGB or RGBA, all of one size and mode.
        milliseconds: for which each is shown; a GIF rounds to hundredths of a second, whose sum stays.
        plays: how many times the animation is shown; 0 for ever.
        kind: the format: PNG, WebP or GIF.
        key: names the text.
        text: JSON.

    Raises:
        ValueError: if the format holds no animation.
    """
    if kind == "gif":
        return _gif(frames, milliseconds, plays, described(key, text))
    if kind == "webp":
        return _webp(frames(), milliseconds, plays, described(key, text))
    if kind == "png":
        return _png(frames(), milliseconds, plays, {key: text})
    raise ValueError(f"{kind} holds no animation")


def _changes(frames: Iterator[NDArray[np.uint8]], even: bool = False) -> Iterator[tuple[NDArray[np.uint8], Box]]:
    """Each frame, (H, W, …), and the box in which it differs from the one before, from an even corner if asked."""
    before: NDArray[np.uint8] | None = None
    for frame in frames:
        box = (0, 0, frame.shape[1], frame.shape[0])
        if before is not None:
            changed = (frame != before).reshape(*frame.shape[:2], -1).any(2)
            rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
            box = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1) if len(rows) else (0, 0, 1, 1)
        left, top = (box[0] // 2 * 2, box[1] // 2 * 2) if even else box[:2]
        yield frame, (int(left), int(top), int(box[2]), int(box[3]))
        before = frame


def _part(frame: NDArray[np.uint8], box: Box) -> Image.Image:
    left, top, right, bottom = box
    return Image.fromarray(np.ascontiguousarray(frame[top:bottom, left:right]))


def _png(frames: Iterator[Image.Image], milliseconds: Sequence[float], plays: int, text: dict[str, str]) -> bytes:
    """Source: PNG specification, third edition, 11.3.6."""
    file, number = io.BytesIO(), 0
    for index, (frame, box) in enumerate(_changes(map(np.asarray, frames))):
        part = encode_png(_part(frame, box), text if index == 0 else None, dots_per_inch=DOTS_PER_INCH)
        chunks = [(part[at + 4 : at + 8], part[at + 8 : at + 8 + length]) for at, length in _png_chunks(part)]
        if index == 0:
            file.write(part[:8])
            for kind, body in chunks:
                if kind not in (b"IDAT", b"IEND"):
                    file.write(_chunk(kind, body))
            file.write(_chunk(b"acTL", struct.pack(">II", len(milliseconds), plays)))
        left, top, right, bottom = box
        shown = struct.pack(">HHBB", *_seconds(milliseconds[index]), 0, 0)  # stays, and covers what was there
        file.write(_chunk(b"fcTL", struct.pack(">IIIII", number, right - left, bottom - top, left, top) + shown))
        number += 1
        for body in (body for kind, body in chunks if kind == b"IDAT"):
            if index == 0:
                file.write(_chunk(b"IDAT", body))
            else:
                file.write(_chunk(b"fdAT", struct.pack(">I", number) + body))
                number += 1
    file.write(_chunk(b"IEND", b""))
    return file.getvalue()


def _png_chunks(data: bytes) -> Iterator[tuple[int, int]]:
    """Where the chunks of a PNG of ours begin, and how long their bodies are."""
    at = 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield at, length
        at += 12 + length


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))


def _seconds(milliseconds: float) -> tuple[int, int]:
    """Numerator and denominator, of 16 bits each."""
    most = 2**16 - 1
    if milliseconds >= 1000 * most:
        return most, 1
    finest = min(1000, int(most * 1000 / max(milliseconds, 1)))
    fraction = Fraction(milliseconds / 1000).limit_denominator(finest)
    return fraction.numerator, fraction.denominator


def _webp(frames: Iterator[Image.Image], milliseconds: Sequence[float], plays: int, description: str) -> bytes:
    """Source: RFC 9649, 2.7."""
    body, size, transparent = io.BytesIO(), (1, 1), False
    whole = _rounded(milliseconds, 1)
    for index, (frame, box) in enumerate(_changes(map(np.asarray, frames), even=True)):
        size, transparent = (frame.shape[1], frame.shape[0]), frame.shape[2] == 4
        still = io.BytesIO()
        _part(frame, box).save(still, "WEBP", **WEBP_OPTIONS)
        left, top, right, bottom = box
        numbers = (left // 2, top // 2, right - left - 1, bottom - top - 1, whole[index])
        covers = 2  # what was there, instead of being blended with it
        header = b"".join(n.to_bytes(3, "little") for n in numbers) + bytes([covers])
        body.write(_riff(b"ANMF", header + still.getvalue()[12:]))
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = description
    flags = 0x20 | 0x08 | 0x02 | (0x10 if transparent else 0)  # profile, EXIF, animation, transparency
    canvas = b"".join((side - 1).to_bytes(3, "little") for side in size)
    chunks = (
        _riff(b"VP8X", bytes([flags, 0, 0, 0]) + canvas)
        + _riff(b"ICCP", srgb_profile())
        + _riff(b"ANIM", bytes(4) + struct.pack("<H", min(plays, 2**16 - 1)))
        + body.getvalue()
        + _riff(b"EXIF", exif.tobytes().removeprefix(b"Exif\0\0"))
    )
    return _riff(b"RIFF", b"WEBP" + chunks)


def _riff(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _gif(frames: Callable[[], Iterator[Image.Image]], milliseconds: Sequence[float], plays: int, comment: str) -> bytes:
    """Source: GIF89a specification, and Netscape's extension for the number of plays."""
    palette = _palette(islice(frames(), 0, None, max(1, len(milliseconds) // PALETTE_FRAMES)))
    transparent = any(frame.mode == "RGBA" for frame in islice(frames(), 1))
    shown = _rounded(milliseconds, 10)
    file = io.BytesIO()
    for index, (frame, box) in enumerate(_changes(_numbered(frame, palette) for frame in frames())):
        if index == 0:
            file.write(b"GIF89a" + struct.pack("<HHBBB", frame.shape[1], frame.shape[0], 0xF7, 0, 0))
            file.write(bytes(palette.getpalette() or ()).ljust(768, b"\0"))
            if plays != 1:
                again = min(max(plays - 1, 0), 2**16 - 1)
                file.write(b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", again) + b"\0")
            file.write(b"!\xfe" + _blocks(comment.encode()))
        if transparent:  # where it shows through, no later frame could take back what an earlier one has painted
            box = (0, 0, frame.shape[1], frame.shape[0])
        options = {"transparency": CLEAR, "disposal": 2} if transparent else {}
        part = _part(frame, box)
        file.writelines(GifImagePlugin.getdata(part, box[:2], duration=shown[index], **options))
    file.write(b";")
    return file.getvalue()


def _palette(frames: Iterator[Image.Image]) -> Image.Image:
    """A picture with the palette of several frames together, of 255 colours."""
    parts = []
    for frame in frames:
        part = frame.convert("RGB")
        side = max(1, round((PALETTE_PIXELS / PALETTE_FRAMES) ** 0.5))
        part.thumbnail((side, side), Image.Resampling.NEAREST)  # no colours between those that are there
        parts.append(np.asarray(part).reshape(-1, 3))
    colours = np.concatenate(parts)
    mosaic = Image.fromarray(colours.reshape(1, -1, 3))
    return mosaic.quantize(CLEAR, Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE)


def _numbered(frame: Image.Image, palette: Image.Image) -> NDArray[np.uint8]:
    """The numbers of a frame's colours, (H, W): each colour has the same one in all frames."""
    numbers = np.array(frame.convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE))
    if frame.mode == "RGBA":
        numbers[np.asarray(frame.getchannel("A")) < 128] = CLEAR
    return numbers


def _blocks(data: bytes) -> bytes:
    pieces = (data[at : at + 255] for at in range(0, len(data), 255))
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\0"


def _rounded(milliseconds: Sequence[float], unit: int) -> list[int]:
    """Durations in whole units; what rounding takes from one is given to the next, so that the whole keeps its pace."""
    found, total, given = [], 0.0, 0
    for duration in milliseconds:
        total += duration
        found.append(round((total - given) / unit) * unit)
        given += found[-1]
    return found
