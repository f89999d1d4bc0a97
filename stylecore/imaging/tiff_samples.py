"""The samples of a TIFF page, band by band: strips and tiles, planes, compression, predictors, and packed bits."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from stylecore.imaging.bands import TooLarge, check_held, rows_of_a_band
from stylecore.imaging.colour import Bytes
from stylecore.imaging.guards import TooComplex
from stylecore.imaging.tiff_pages import Page, Tag

PLAIN, LZW, DEFLATE, OLD_DEFLATE, PACK_BITS, LZMA, ZSTD = 1, 5, 8, 32946, 32773, 34925, 50000
COMPRESSIONS = (PLAIN, LZW, DEFLATE, OLD_DEFLATE, PACK_BITS, LZMA, ZSTD)
UNSIGNED, SIGNED, FLOAT, UNDEFINED = 1, 2, 3, 4
DIFFERENCES, FLOAT_DIFFERENCES = 2, 3
PREDICTORS = (1, DIFFERENCES, FLOAT_DIFFERENCES)
YCBCR = 6
MAX_SAMPLES = 32  # of a pixel
MAX_RAW = 800_000_000  # bytes of all samples: 80 million pixels of ten bytes
MAX_SEGMENTS = 50_000  # some programs write a strip for each row
DTYPES = {
    **{(UNSIGNED, bits): f"u{bits // 8}" for bits in (8, 16, 32, 64)},
    **{(SIGNED, bits): f"i{bits // 8}" for bits in (8, 16, 32, 64)},
    **{(FLOAT, bits): f"f{bits // 8}" for bits in (16, 32, 64)},
}
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))

Samples = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the samples of a page lie in the file.

    Attributes:
        width: of the picture, in pixels; where colours are subsampled, in groups of pixels.
        height: likewise.
        samples: of a pixel, or a group.
        bits: of a sample.
        dtype: of a sample, in the file's order of bytes; None for unsigned ones of other than whole bytes.
        planes: 1, or as many as samples if each lies apart.
        compression: of each segment.
        predictor: 1, or which differences are stored.
        is_reversed: whether the lowest bit of each byte comes first.
        is_tiled: whether the segments are tiles, not strips.
        segment: width and height of one.
        places: offset and length of each segment.
        order: of bytes, "<" or ">".
        group: width and height in pixels of a group.
    """

    width: int
    height: int
    samples: int
    bits: int
    dtype: np.dtype[Any] | None
    planes: int
    compression: int
    predictor: int
    is_reversed: bool
    is_tiled: bool
    segment: tuple[int, int]
    places: tuple[tuple[int, int], ...]
    order: str
    group: tuple[int, int]

    @classmethod
    def of(cls, page: Page) -> Layout | None:
        """The layout of a page; None if it is of a kind that is not read here."""
        samples, planes = page.value(Tag.SAMPLES, 1), 1
        bits = set(page.values(Tag.BITS, (1,))[:samples])
        kinds = set(page.values(Tag.SAMPLE_FORMAT, (UNSIGNED,))[:samples])
        if len(bits) != 1 or len(kinds) != 1 or not 1 <= samples <= MAX_SAMPLES:
            return None
        (depth,), (kind,) = bits, kinds
        if kind == UNDEFINED or (kind == SIGNED and depth == 8):  # some programs call all bytes signed
            kind = UNSIGNED
        form = DTYPES.get((kind, depth))
        if form is None and not (kind == UNSIGNED and 1 <= depth < 32):
            return None
        predictor = page.value(Tag.PREDICTOR, 1)
        if predictor not in PREDICTORS or (predictor != 1 and form is None):
            return None
        if predictor == FLOAT_DIFFERENCES and kind != FLOAT:
            return None
        if page.value(Tag.PLANAR, 1) == 2 and samples > 1:
            planes = samples
        width, height = page.size
        is_tiled = Tag.TILES in page.entries
        segment = (
            (page.value(Tag.TILE_WIDTH), page.value(Tag.TILE_HEIGHT))
            if is_tiled
            else (width, min(page.value(Tag.STRIP_ROWS, height) or height, height))
        )
        group = (1, 1)
        if page.value(Tag.PHOTOMETRIC) == YCBCR and (group := _group(page)) != (1, 1):
            is_whole = segment[1] % group[1] == 0 or segment[1] >= height
            if planes > 1 or depth != 8 or samples != 3 or predictor != 1 or not is_whole:
                return None
            samples = group[0] * group[1] + 2
            width, height = -(-width // group[0]), -(-height // group[1])
            segment = -(-segment[0] // group[0]), -(-segment[1] // group[1])
        offsets = page.values(Tag.TILES if is_tiled else Tag.STRIPS)
        lengths = page.values(Tag.TILE_BYTES if is_tiled else Tag.STRIP_BYTES)
        lengths += (len(page.data),) * (len(offsets) - len(lengths))
        return cls(
            width=width,
            height=height,
            samples=samples,
            bits=depth,
            dtype=None if form is None else np.dtype(page.order + form),
            planes=planes,
            compression=page.value(Tag.COMPRESSION, 1),
            predictor=predictor if page.value(Tag.COMPRESSION, 1) != PLAIN else 1,
            is_reversed=page.value(Tag.FILL_ORDER, 1) == 2,
            is_tiled=is_tiled,
            segment=segment,
            places=tuple(zip(offsets, lengths, strict=False)),
            order=page.order,
            group=group,
        )

    @property
    def samples_of_a_plane(self) -> int:
        """Samples of a pixel that lie together."""
        return self.samples // self.planes

    @property
    def row_bytes(self) -> int:
        """Bytes of a row of a segment."""
        return (self.segment[0] * self.samples_of_a_plane * self.bits + 7) // 8

    @property
    def across(self) -> int:
        """Segments beside each other."""
        return -(-self.width // self.segment[0])

    @property
    def down(self) -> int:
        """Segments below each other."""
        return -(-self.height // self.segment[1])


def bands_of_samples(data: bytes, layout: Layout, needed: int) -> Iterator[Samples]:
    """The samples of a page, (H, W, samples), from the top down.

    Args:
        data: the file.
        layout: of the page.
        needed: samples of a pixel that are used; where they lie apart, no others are read.

    Raises:
        TooLarge: if there are too many samples.
        TooComplex: if there are too many segments.
        ValueError: if the file is damaged or cut off.
    """
    if layout.width * layout.height * layout.samples * layout.bits > 8 * MAX_RAW:
        raise TooLarge
    if len(layout.places) > MAX_SEGMENTS:
        raise TooComplex
    planes_needed = min(layout.planes, needed)
    if min(layout.segment) < 1 or len(layout.places) < layout.across * layout.down * planes_needed:
        raise ValueError("too few segments")
    read = _tile_bands if layout.is_tiled else _strip_bands
    planes = [read(data, layout, plane) for plane in range(planes_needed)]
    for parts in zip(*planes, strict=True):
        yield parts[0] if len(parts) == 1 else np.concatenate(parts, axis=2)


def _group(page: Page) -> tuple[int, int]:
    """Width and height of the pixels that share their colour."""
    values = page.values(Tag.SUBSAMPLING, (2, 2))
    return (values[0], values[1]) if len(values) == 2 and set(values) <= {1, 2, 4} else (2, 2)


def _strip_bands(data: bytes, layout: Layout, plane: int) -> Iterator[Samples]:
    """Samples of one plane, (H, W, samples): several short strips at a time, or a part of a long one."""
    rows, first = layout.segment[1], plane * layout.down
    at_once = max(1, rows_of_a_band(layout.width) // rows)
    for start in range(0, layout.down, at_once):
        count = min(at_once, layout.down - start)
        height = min(count * rows, layout.height - start * rows)
        numbers = range(first + start, first + start + count)
        for raw in _rows(data, layout, numbers, height):
            yield _unpacked(raw, layout)


def _tile_bands(data: bytes, layout: Layout, plane: int) -> Iterator[Samples]:
    """Samples of one plane, (H, W, samples): some rows of tiles at a time."""
    (width, height), across = layout.segment, layout.across
    at_once = max(1, rows_of_a_band(layout.width) // height)
    check_held(2 * at_once * across * height * layout.row_bytes * layout.planes)
    for start in range(0, layout.down, at_once):
        count = min(at_once, layout.down - start)
        first = (plane * layout.down + start) * across
        raw = b"".join(_rows(data, layout, range(first, first + count * across), count * across * height))
        tiles = _unpacked(raw, layout).reshape(count, across, height, width, -1)
        band = tiles.swapaxes(1, 2).reshape(count * height, across * width, -1)
        yield band[: layout.height - start * height, : layout.width]


def _rows(data: bytes, layout: Layout, numbers: range, height: int) -> Iterator[bytes]:
    """Decompressed bytes of the rows of some segments, whole rows at a time."""
    length = height * layout.row_bytes
    at_once = max(1, rows_of_a_band(layout.segment[0])) * layout.row_bytes
    if layout.compression == PLAIN and not layout.is_reversed and len(numbers) == 1:
        at = layout.places[numbers[0]][0]
        for start in range(at, at + length, at_once):
            yield _whole(data[start : min(start + at_once, at + length)], min(at_once, at + length - start))
    elif layout.compression in (DEFLATE, OLD_DEFLATE) and len(numbers) == 1:
        inflater, rest = zlib.decompressobj(), _segment(data, layout, numbers[0])
        for start in range(0, length, at_once):
            wanted = min(at_once, length - start)
            part = inflater.decompress(rest, wanted)
            rest = inflater.unconsumed_tail
            yield _whole(part, wanted)
    else:
        check_held(3 * length)
        yield _whole(b"".join(_decompressed(data, layout, numbers, height)), length)


def _decompressed(data: bytes, layout: Layout, numbers: range, height: int) -> Iterator[bytes]:
    """Decompressed bytes of short segments."""
    if layout.compression not in (PLAIN, DEFLATE, OLD_DEFLATE):
        yield _by_pillow([_segment(data, layout, number) for number in numbers], layout, height)
        return
    for number in numbers:
        length = min(layout.segment[1], height) * layout.row_bytes
        height -= layout.segment[1]
        if layout.compression == PLAIN:
            at = layout.places[number][0]
            raw = data[at : at + length]
            yield _whole(raw.translate(_REVERSED) if layout.is_reversed else raw, length)
        else:
            yield _whole(zlib.decompressobj().decompress(_segment(data, layout, number), length), length)


def _segment(data: bytes, layout: Layout, number: int) -> bytes:
    at, length = layout.places[number]
    raw = data[at : at + length]
    return raw.translate(_REVERSED) if layout.is_reversed else raw


def _whole(raw: bytes, length: int) -> bytes:
    if len(raw) < length:
        raise ValueError("too few rows")
    return raw


def _by_pillow(segments: list[bytes], layout: Layout, height: int) -> bytes:
    """Decompresses segments as if their bytes were the grey pixels of a file of their own."""
    counts = [len(segment) for segment in segments]
    number = len(counts)
    entries = {256: (layout.row_bytes,), 257: (height,), 258: (8,), 259: (layout.compression,), 262: (1,), 277: (1,)}
    head = 8 + 2 + 12 * 9 + 4
    starts = [head + 8 * number + sum(counts[:i]) for i in range(number)] if number < 1000 else []
    if not starts:
        starts = list(np.cumsum([head + 8 * number, *counts[:-1]]))
    lists = {273: (starts, head), 278: ([min(layout.segment[1], height)], 0), 279: (counts, head + 4 * number)}
    directory = struct.pack("<H", 9)
    for tag in sorted({*entries, *lists}):
        values, place = lists.get(tag, (list(entries.get(tag, ())), 0))
        directory += struct.pack("<HHII", tag, 4, len(values), place if len(values) > 1 else values[0])
    file = b"II*\0\x08\0\0\0" + directory + bytes(4) + struct.pack(f"<{2 * number}I", *starts, *counts)
    with Image.open(io.BytesIO(file + b"".join(segments)), formats=("TIFF",)) as image:
        return image.tobytes()


def _unpacked(raw: bytes, layout: Layout) -> Samples:
    """Samples, (H, W, samples of a plane), of whole rows."""
    shape = (len(raw) // layout.row_bytes, layout.segment[0], layout.samples_of_a_plane)
    rows = np.frombuffer(raw, np.uint8).reshape(shape[0], -1)
    if layout.dtype is None:
        return _unpacked_bits(rows, layout.bits, shape)
    if layout.predictor == FLOAT_DIFFERENCES:
        return _summed_floats(rows, layout, shape)
    samples: Samples = rows.view(layout.dtype).reshape(shape)
    if layout.predictor == DIFFERENCES:
        unsigned = samples.view(f"{layout.order}u{samples.itemsize}").astype(f"u{samples.itemsize}")
        samples = np.cumsum(unsigned, axis=1, dtype=unsigned.dtype).view(layout.dtype.newbyteorder("="))
    return samples.astype(layout.dtype.newbyteorder("="), copy=False)


def _unpacked_bits(rows: Bytes, bits: int, shape: tuple[int, int, int]) -> Samples:
    """Samples of any number of bits, packed without gaps except at the end of each row."""
    single = np.unpackbits(rows, axis=1)[:, : shape[1] * shape[2] * bits].reshape(*shape, bits)
    samples = np.zeros(shape, np.uint8 if bits <= 8 else np.uint16 if bits <= 16 else np.uint32)
    for i in range(bits):
        samples = samples << samples.dtype.type(1) | single[..., i]
    return samples


def _summed_floats(rows: Bytes, layout: Layout, shape: tuple[int, int, int]) -> Samples:
    """Undoes the differences between the bytes of floats, whose highest bytes come first, then all of the next."""
    assert layout.dtype is not None
    steps = rows.reshape(shape[0], -1, shape[2])
    summed = np.cumsum(steps, axis=1, dtype=np.uint8).reshape(shape[0], layout.dtype.itemsize, -1)
    values = np.ascontiguousarray(summed.swapaxes(1, 2)).view(layout.dtype.newbyteorder(">"))
    return values.reshape(shape).astype(layout.dtype.newbyteorder("="))
