"""The directories of a TIFF file, and which of its pages is the picture.

Source: TIFF 6.0 (Adobe 1992), and its supplements on subfiles and on large files.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

MAX_PAGES = 500  # that are looked at
MAX_TAGS = 200  # of a page
MAX_VALUES = 200_000  # of a tag: a palette of 16 bits has almost as many
MAX_BYTES = 8 * 2**20  # of a colour profile
REDUCED, MASK = 1, 4  # bits of a page's kind
FORMATS = {1: "B", 2: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I", 16: "Q", 18: "Q"}


class Tag(IntEnum):
    """Numbers of the entries that are read."""

    KIND = 254
    WIDTH = 256
    HEIGHT = 257
    BITS = 258
    COMPRESSION = 259
    PHOTOMETRIC = 262
    DESCRIPTION = 270
    FILL_ORDER = 266
    STRIPS = 273
    ORIENTATION = 274
    SAMPLES = 277
    STRIP_ROWS = 278
    STRIP_BYTES = 279
    PLANAR = 284
    PREDICTOR = 317
    PALETTE = 320
    TILE_WIDTH = 322
    TILE_HEIGHT = 323
    TILES = 324
    TILE_BYTES = 325
    SUBFILES = 330
    EXTRA_SAMPLES = 338
    SAMPLE_FORMAT = 339
    SUBSAMPLING = 530
    PROFILE = 34675
    DNG_VERSION = 50706


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A directory.

    Attributes:
        data: the file.
        at: where in it the directory is.
        order: of bytes, "<" or ">".
        entries: by the tag's number: how its values are packed, how many they are, and where.
    """

    data: bytes
    at: int
    order: str
    entries: dict[int, tuple[str, int, int]]

    def values(self, tag: Tag, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """All values of a tag; the default if the page has none, or they are cut off."""
        form, number, where = self.entries.get(tag, ("", 0, 0))
        number = min(number, MAX_VALUES)
        if not number or where + number * struct.calcsize("=" + form) > len(self.data):
            return default
        return struct.unpack_from(f"{self.order}{number}{form}", self.data, where)

    def value(self, tag: Tag, default: int = 0) -> int:
        """The first value of a tag."""
        form, number, where = self.entries.get(tag, ("", 0, 0))
        if not number or where + struct.calcsize("=" + form) > len(self.data):
            return default
        return int(struct.unpack_from(self.order + form, self.data, where)[0])

    def raw(self, tag: Tag) -> bytes:
        """A tag's value as bytes; empty if the page has none."""
        _, number, where = self.entries.get(tag, ("", 0, 0))
        return self.data[where : where + min(number, MAX_BYTES)]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as stored."""
        return self.value(Tag.WIDTH), self.value(Tag.HEIGHT)

    @property
    def area(self) -> int:
        """Width times height."""
        return self.size[0] * self.size[1]


def picture_page(data: bytes) -> Page:
    """The page that is the picture: the first that is neither a smaller copy nor far smaller than another page.

    Raises:
        ValueError: if there is no page with pixels.
    """
    pages = [page for page in pages_of(data) if page.area > 0]
    real = [page for page in pages if not page.value(Tag.KIND) & (REDUCED | MASK)] or pages
    if not real:
        raise ValueError("no pages")
    largest = max(page.area for page in real)
    return next(page for page in real if 2 * page.area >= largest)


def pages_of(data: bytes) -> Iterator[Page]:
    """All pages: each of the chain, followed by its subfiles."""
    order = "<" if data.startswith(b"II") else ">"
    is_big = data[2:4] in (b"+\0", b"\0+")
    chain = [struct.unpack_from(order + ("Q" if is_big else "I"), data, 8 if is_big else 4)[0]]
    seen: set[int] = set()
    while chain and len(seen) < MAX_PAGES:
        at = chain.pop()
        if at in seen or not 8 <= at < len(data):
            continue
        seen.add(at)
        try:
            page, following = _page(data, at, order, is_big)
        except struct.error:  # cut off
            continue
        yield page
        chain += [following, *reversed(page.values(Tag.SUBFILES)[:MAX_PAGES])]


def _page(data: bytes, at: int, order: str, is_big: bool) -> tuple[Page, int]:
    """A directory, and where the next one is."""
    count_form, entry_form, offset_form = ("Q", "HHQ", "Q") if is_big else ("H", "HHI", "I")
    (count,) = struct.unpack_from(order + count_form, data, at)
    start, inline = at + struct.calcsize(count_form), struct.calcsize("=" + offset_form)
    head = struct.calcsize("=" + entry_form)
    entries: dict[int, tuple[str, int, int]] = {}
    for i in range(min(count, MAX_TAGS)):
        place = start + i * (head + inline)
        tag, kind, number = struct.unpack_from(order + entry_form, data, place)
        if form := FORMATS.get(kind):
            where = place + head
            if number * struct.calcsize("=" + form) > inline:
                (where,) = struct.unpack_from(order + offset_form, data, where)
            entries[tag] = form, number, where
    end = start + count * (head + inline)
    following = struct.unpack_from(order + offset_form, data, end)[0] if end + inline <= len(data) else 0
    return Page(data=data, at=at, order=order, entries=entries), following
