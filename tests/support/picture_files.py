"""Writes picture files sample by sample, of depths and layouts that Pillow doesn't write."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # of a PNG, by samples of a pixel


def packed(rows: np.ndarray, bits: int, order: str = ">") -> bytes:
    """Rows of numbers, (H, numbers), in so many bits each, every row ending with a whole byte."""
    if bits in (8, 16, 32, 64):
        kind = rows.dtype.kind if rows.dtype.kind in "fi" else "u"
        return rows.astype(f"{order}{kind}{bits // 8}").tobytes()
    lines = ["".join(f"{number:0{bits}b}" for number in row) for row in rows.tolist()]
    length = -(-len(lines[0]) // 8)
    return b"".join(int(line.ljust(8 * length, "0"), 2).to_bytes(length, "big") for line in lines)


def chunk(kind: bytes, data: bytes, checksum: int | None = None) -> bytes:
    """A chunk of a PNG."""
    return (
        struct.pack(">I4s", len(data), kind)
        + data
        + struct.pack(">I", zlib.crc32(kind + data) if checksum is None else checksum)
    )


def png(
    samples: Any,
    depth: int = 8,
    *chunks: bytes,
    colour: int | None = None,
    interlaced: bool = False,
    filters: bool = False,
) -> bytes:
    """A PNG of samples, (H, W, C).

    Args:
        samples: what the file holds, from 0 to 2 to the power of `depth`, less 1.
        depth: bits of a sample.
        chunks: that stand before the pixels.
        colour: type of colour; by default the one with as many samples.
        interlaced: whether the rows come in seven passes.
        filters: whether rows are stored as differences to the one above.
    """
    samples = np.asarray(samples)
    colour = COLOUR_TYPES[samples.shape[2]] if colour is None else colour
    head = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], depth, colour, 0, 0, interlaced)
    passes = [samples[y::dy, x::dx] for y, x, dy, dx in ADAM7] if interlaced else [samples]
    raw = b"".join(_png_rows(part, depth, filters) for part in passes if part.size)
    body = [chunk(b"IHDR", head), *chunks, chunk(b"IDAT", zlib.compress(raw)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def _png_rows(samples: np.ndarray, depth: int, filters: bool) -> bytes:
    rows = np.frombuffer(packed(samples.reshape(len(samples), -1), depth), np.uint8).reshape(len(samples), -1)
    if filters:
        rows = np.diff(rows, axis=0, prepend=np.zeros_like(rows[:1]))
    return b"".join(bytes([2 * filters]) + row.tobytes() for row in rows)


def tiff(*pages: dict[str, Any], order: str = "<", big: bool = False) -> bytes:
    """A TIFF of pages, each of which is made by `page`; "subfiles" of a page are more of the kind."""
    form, head = ("Q", 16) if big else ("I", 8)
    mark = (43 if big else 42).to_bytes(2, "little" if order == "<" else "big")
    file = bytearray((b"II" if order == "<" else b"MM") + mark)
    file += struct.pack(order + "HHQ", 8, 0, 0) if big else bytes(4)
    link = head - struct.calcsize(form)
    for one in pages:
        subfiles = [_add_page(file, sub, order, big)[0] for sub in one.get("subfiles", ())]
        tags = one["tags"] | ({330: ("Q" if big else "I", subfiles)} if subfiles else {})
        at, following = _add_page(file, one | {"tags": tags}, order, big)
        file[link : link + struct.calcsize(form)] = struct.pack(order + form, at)
        link = following
    return bytes(file)


def page(
    samples: Any,
    bits: int = 8,
    *,
    photometric: int = 1,
    planar: bool = False,
    strip: int = 0,
    tile: tuple[int, int] | None = None,
    deflated: bool = False,
    predictor: int = 1,
    extra: Sequence[int] = (),
    reversed_bits: bool = False,
    subfiles: Sequence[dict[str, Any]] = (),
    order: str = "<",
    **tags: tuple[str, Sequence[float]],
) -> dict[str, Any]:
    """A page of samples, (H, W, C).

    Args:
        samples: what the file holds; floats and signed numbers are told as such.
        bits: of a sample.
        photometric: what the samples mean.
        planar: whether the first samples of all pixels come first.
        strip: rows of a strip; 0 for all of them.
        tile: width and height of tiles, if there are any.
        deflated: whether the samples are compressed.
        predictor: which differences are stored.
        extra: what the samples beyond the colours mean.
        reversed_bits: whether the lowest bit of each byte comes first.
        subfiles: pages that belong to this one.
        order: that of the file.
        tags: more entries, `t254=("I", [1])`.
    """
    samples = np.asarray(samples)
    height, width, count = samples.shape
    planes = [samples[..., i : i + 1] for i in range(count)] if planar else [samples]
    segments = []
    for plane in planes:
        parts = _tiles(plane, tile or (width, strip or height), bool(tile))
        segments += [_segment(part, bits, predictor, order) for part in parts]
    if deflated:
        segments = [zlib.compress(segment) for segment in segments]
    if reversed_bits:
        segments = [bytes(int(f"{byte:08b}"[::-1], 2) for byte in segment) for segment in segments]
    entries = {
        256: ("I", [width]),
        257: ("I", [height]),
        258: ("H", [bits] * count),
        259: ("H", [8 if deflated else 1]),
        262: ("H", [photometric]),
        266: ("H", [2 if reversed_bits else 1]),
        277: ("H", [count]),
        284: ("H", [2 if planar else 1]),
        317: ("H", [predictor]),
        339: ("H", [_form(samples, bits)] * count),
    }
    entries |= {338: ("H", list(extra))} if extra else {}
    entries |= {322: ("I", [tile[0]]), 323: ("I", [tile[1]])} if tile else {278: ("I", [strip or height])}
    entries |= {int(name[1:]): value for name, value in tags.items()}
    return {"tags": entries, "segments": segments, "tiled": tile is not None, "subfiles": subfiles}


def _form(samples: np.ndarray, bits: int) -> int:
    """How TIFF calls the kind of numbers; integers of another width are only those that Python has anyway."""
    return 3 if samples.dtype.kind == "f" else 2 if samples.dtype.kind == "i" and 8 * samples.itemsize == bits else 1


def _segment(samples: np.ndarray, bits: int, predictor: int, order: str) -> bytes:
    if predictor == 2:
        samples = np.diff(samples, axis=1, prepend=np.zeros_like(samples[:, :1]))
    if predictor == 3:
        rows = samples.reshape(len(samples), -1).astype(f">f{bits // 8}")
        split = rows.view(np.uint8).reshape(len(rows), -1, bits // 8).swapaxes(1, 2)
        split = split.reshape(len(rows), -1, samples.shape[2])
        return np.diff(split, axis=1, prepend=np.zeros_like(split[:, :1])).tobytes()
    return packed(samples.reshape(len(samples), -1), bits, order)


def _tiles(samples: np.ndarray, tile: tuple[int, int], filled: bool) -> list[np.ndarray]:
    """Cuts a plane; tiles at the edges are filled up, strips are not."""
    width, height = tile
    if filled:
        samples = np.pad(samples, [(0, -samples.shape[0] % height), (0, -samples.shape[1] % width), (0, 0)])
    return [
        samples[top : top + height, left : left + width]
        for top in range(0, samples.shape[0], height)
        for left in range(0, samples.shape[1], width)
    ]


def _add_page(file: bytearray, one: dict[str, Any], order: str, big: bool) -> tuple[int, int]:
    """Appends a page. Returns where its directory is, and where the address of the next one belongs."""
    kinds = {"B": 1, "H": 3, "I": 4, "d": 12, "Q": 16}
    form, count_form = ("Q", "Q") if big else ("I", "H")
    offsets = []
    for segment in one["segments"]:
        offsets.append(len(file))
        file += segment
    places, lengths = (324, 325) if one["tiled"] else (273, 279)
    tags = one["tags"] | {places: (form, offsets), lengths: (form, [len(segment) for segment in one["segments"]])}
    directory = struct.pack(order + count_form, len(tags))
    for tag, (kind, values) in sorted(tags.items()):
        raw = struct.pack(f"{order}{len(values)}{kind}", *values)
        if len(raw) > struct.calcsize(form):
            place = len(file)
            file += raw
            raw = struct.pack(order + form, place)
        directory += struct.pack(order + "HH" + form, tag, kinds[kind], len(values))
        directory += raw.ljust(struct.calcsize(form), b"\0")
    at = len(file)
    file += directory + bytes(struct.calcsize(form))
    return at, len(file) - struct.calcsize(form)


def bmp(
    pixels: Any,
    bits: int,
    masks: Sequence[int] = (),
    palette: Sequence[tuple[int, int, int]] = (),
    *,
    header: int = 40,
    top_down: bool = False,
) -> bytes:
    """A BMP of pixels, (H, W), each one number; `masks` are of red, green, blue and perhaps alpha."""
    pixels = np.asarray(pixels)
    height, width = pixels.shape
    lines = [
        packed(row[None], bits) if bits < 8 else b"".join(int(pixel).to_bytes(bits // 8, "little") for pixel in row)
        for row in (pixels if top_down else pixels[::-1])
    ]
    rows = b"".join(line.ljust((width * bits + 31) // 32 * 4, b"\0") for line in lines)
    colours = b"".join(bytes((b, g, r, 0)[: 3 if header == 12 else 4]) for r, g, b in palette)
    mask_bytes = struct.pack(f"<{len(masks)}I", *masks)
    if header == 12:
        head = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        compression = 0 if not masks else 6 if header == 40 and len(masks) == 4 else 3
        told = header, width, -height if top_down else height, 1, bits, compression, len(rows), 0, 0, len(palette), 0
        head = struct.pack("<IiiHHIIiiII", *told)
        head = (head + mask_bytes).ljust(header, b"\0")
    start = 14 + len(head) + len(colours)
    return struct.pack("<2sIII", b"BM", start + len(rows), 0, start) + head + colours + rows
